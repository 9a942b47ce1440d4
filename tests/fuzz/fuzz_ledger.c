/*
 * fuzz_ledger - the file in which the meter survives a restart
 *
 * What is read must print and read again as the same.
 */
#include <assert.h>
#include <string.h>

#include "gatehoused/ledger.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gh_buf again(const char *text, size_t length, int *rc)
{
	struct ledger *l = ledger_new();
	struct gh_buf out = { 0 };

	*rc = ledger_parse(l, text, length);
	for (size_t i = 0; ledger_row(l, i); i++)
		ledger_living(l, i, (uint64_t[LEDGER_DIRECTIONS]){ 0 });
	ledger_print(l, &out);
	ledger_free(l);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int rc;
	struct gh_buf first = again((const char *)data, size, &rc), second;

	second = again(gh_buf_text(&first), gh_buf_length(&first), &rc);
	assert(!rc && !strcmp(gh_buf_text(&first), gh_buf_text(&second)));
	gh_buf_fini(&first);
	gh_buf_fini(&second);
	return 0;
}
