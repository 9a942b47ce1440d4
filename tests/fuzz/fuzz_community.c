/*
 * fuzz_community - the values of a large community attribute, behind the administrator and
 * the tag that are looked for: nothing of them is left, and all else is, in its order.
 */
#include <stdlib.h>
#include <string.h>

#include "base/community.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t number(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint32_t admin, tag, found = 0, last = 0;
	size_t count, kept, at = 0;
	uint8_t *out;
	bool is, was = false;

	if (size < 8)
		return 0;
	admin = number(data);
	tag = number(data + 4);
	data += 8;
	count = (size - 8) / GH_COMMUNITY_SIZE;
	out = malloc(count * GH_COMMUNITY_SIZE + 1);
	if (!out)
		abort();
	is = gh_community_find(data, count, admin, tag, &found);
	kept = gh_community_without(data, count, admin, tag, out);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *v = data + i * GH_COMMUNITY_SIZE;

		if (number(v) == admin && number(v + 4) == tag) {
			was = true;
			last = number(v + 8);
		} else if (at >= kept || memcmp(out + at++ * GH_COMMUNITY_SIZE, v, GH_COMMUNITY_SIZE)) {
			abort();
		}
	}
	if (at != kept || is != was || found != last)
		abort();
	free(out);
	return 0;
}
