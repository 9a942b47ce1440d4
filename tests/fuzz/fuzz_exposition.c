/*
 * fuzz_exposition - states of a gateway, as the exporter reads them
 *
 * Whatever the state holds, what comes out is lines of the text format.
 */
#include <assert.h>
#include <string.h>

#include "metrics/exposition.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gh_buf out = { 0 };

	if (!exposition_print((const char *)data, size, &out)) {
		const char *text = gh_buf_text(&out);

		assert(gh_buf_length(&out) && text[gh_buf_length(&out) - 1] == '\n');
		while (*text) {
			assert(!strncmp(text, "# ", 2) || !strncmp(text, "gatehouse_", 10));
			text = strchr(text, '\n') + 1;
		}
	}
	gh_buf_fini(&out);
	return 0;
}
