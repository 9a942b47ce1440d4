/*
 * fuzz_cli - configuration text as vtysh or a damaged file could send it
 *
 * Each input is one transaction that replaces everything. What is refused must
 * leave the running text alone and say a line; what is accepted must render to
 * a text that is accepted again and changes nothing.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "yang/datastore.h"
#include "yang/legs.h"
#include "yang/secret.h"
#include "yang/transaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct transaction t;

/* Once for all inputs; the key file is gone at once, the key stays. */
static void start(void)
{
	char dir[] = "/tmp/gh-fuzz.XXXXXX", path[64];
	struct secret_key *key = NULL;
	struct gh_buf why = { 0 };

	if (!mkdtemp(dir))
		abort();
	strcpy(path, dir);
	strcat(path, "/host.key");
	if (secret_key_open(path, &key, &why) || datastore_new(&t.datastore, &why))
		abort();
	t.key = key;
	unlink(path);
	rmdir(dir);
}

static int run(const char *text, size_t length, bool *changed)
{
	struct transaction_request request = { .text = text, .length = length, .replace = true };
	struct gh_buf message = { 0 };
	int ret = transaction_run(&t, &request, &message, changed);

	if (ret && !gh_buf_length(&message))
		abort();
	gh_buf_fini(&message);
	return ret;
}

static char *running(void)
{
	char *text = strdup(datastore_running(t.datastore)->text);

	if (!text)
		abort();
	return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct legs legs = { 0 };
	char *before, *after;
	bool changed;
	int ret;

	if (!t.datastore)
		start();
	legs_from_text(&legs, (const char *)data, size);
	legs_fini(&legs);
	before = running();
	ret = run((const char *)data, size, &changed);
	after = running();
	if (ret && (changed || strcmp(before, after)))
		abort();
	if (!ret && (run(after, strlen(after), &changed) || changed))
		abort();
	free(before);
	free(after);
	return 0;
}
