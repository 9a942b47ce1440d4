/*
 * fuzz_cli - configuration text as vtysh or a damaged file could send it
 *
 * Each input is one transaction that replaces everything. What is refused must
 * leave the running text alone and say a line; what is accepted must render to
 * a text that makes the same tree again, node for node.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "yang/legs.h"
#include "yang/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct datastore *datastore;
static struct secret_key *key;

/* Once for all inputs; the key file is gone at once, the key stays. */
static void start(void)
{
	char dir[] = "/tmp/gh-fuzz.XXXXXX", path[64];
	struct gh_buf why = { 0 };

	if (!mkdtemp(dir))
		abort();
	strcpy(path, dir);
	strcat(path, "/host.key");
	if (secret_key_open(path, &key, &why) || datastore_new(&datastore, &why))
		abort();
	unlink(path);
	rmdir(dir);
}

/* Both trees were made from nothing but a text. */
static void same_tree(const struct lyd_node *a, const struct lyd_node *b)
{
	struct lyd_node *diff = NULL;

	if (lyd_diff_siblings(a, b, LYD_DIFF_DEFAULTS, &diff) || diff)
		abort();
}

static int run(const char *text, size_t length, bool *changed)
{
	struct datastore_state state = { 0 };
	struct findings findings = { 0 };
	struct edits edits = { 0 };
	const struct plan plan = {
		.datastore = datastore, .key = key, .target = datastore_running(datastore)->tree,
		.text = text, .length = length, .edits = &edits, .lenient = true,
	};
	int ret = plan_make(&plan, &state, &findings);

	if (ret && !findings.errors)
		abort();
	*changed = !ret && plan_differs(&plan, &state);
	if (*changed)
		datastore_swap(datastore, &state);
	else if (!ret)
		same_tree(datastore_running(datastore)->tree, state.tree);
	datastore_state_fini(&state);
	findings_fini(&findings);
	edits_fini(&edits);
	return ret;
}

static char *running(void)
{
	char *text = strdup(datastore_running(datastore)->text);

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

	if (!datastore)
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
