/* The paths of access rules: any text is refused with words, or names nodes of the schema. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "yang/access_path.h"
#include "yang/context.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ly_ctx *context;
	struct access_path path = { 0 };
	struct gh_buf why = { 0 };
	char *text = malloc(size + 1);

	if (!text || (!context && context_new(&context, &why)))
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	if (access_path_parse(context, text, &path, &why)) {
		if (!gh_buf_length(&why) || path.step_count)
			abort();
	} else {
		for (size_t i = 0; i < path.step_count; i++)
			if (!path.steps[i].schema)
				abort();
		access_path_fini(&path);
	}
	gh_buf_fini(&why);
	free(text);
	return 0;
}
