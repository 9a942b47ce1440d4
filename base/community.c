/*
 * Large communities: see community.h. The numbers are taken out of the octets by
 * copies, as nothing says where in a message an attribute begins.
 */
#include "base/community.h"

#include <arpa/inet.h>
#include <string.h>

static void put(uint8_t *at, uint32_t number)
{
	number = htonl(number);
	memcpy(at, &number, sizeof(number));
}

static uint32_t take(const uint8_t *at)
{
	uint32_t number;

	memcpy(&number, at, sizeof(number));
	return ntohl(number);
}

static bool is(const uint8_t *value, uint32_t admin, uint32_t tag)
{
	return take(value) == admin && take(value + 4) == tag;
}

void gh_community_put(const struct gh_community *c, uint8_t out[GH_COMMUNITY_SIZE])
{
	put(out, c->admin);
	put(out + 4, c->tag);
	put(out + 8, c->data);
}

bool gh_community_find(const uint8_t *values, size_t count, uint32_t admin, uint32_t tag,
		       uint32_t *data)
{
	for (const uint8_t *v = values + count * GH_COMMUNITY_SIZE; v > values;) {
		v -= GH_COMMUNITY_SIZE;
		if (is(v, admin, tag)) {
			*data = take(v + 8);
			return true;
		}
	}
	return false;
}

size_t gh_community_without(const uint8_t *values, size_t count, uint32_t admin, uint32_t tag,
			    uint8_t *out)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		const uint8_t *v = values + i * GH_COMMUNITY_SIZE;

		if (!is(v, admin, tag))
			memcpy(out + kept++ * GH_COMMUNITY_SIZE, v, GH_COMMUNITY_SIZE);
	}
	return kept;
}
