/*
 * community - large communities as they are on the wire (RFC 8092 3)
 *
 * Values of twelve octets, each three numbers: a global administrator, which is
 * somebody's AS, and two that it gives a meaning. Here the first of these is a tag
 * that says what the second is.
 *
 * Ownership  the caller's bytes.
 * Threads    pure functions.
 * Units      count is of values; whoever has the attribute has seen to it that
 *            they are whole.
 */
#ifndef GH_COMMUNITY_H
#define GH_COMMUNITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GH_COMMUNITY_SIZE 12

struct gh_community {
	uint32_t admin, tag, data;
};

void gh_community_put(const struct gh_community *c, uint8_t out[GH_COMMUNITY_SIZE]);

/* The data of the last value with this administrator and tag; false: there is none. */
bool gh_community_find(const uint8_t *values, size_t count, uint32_t admin, uint32_t tag,
		       uint32_t *data);

/* All values but those, in their order, to out, which has room for all; returns how many. */
size_t gh_community_without(const uint8_t *values, size_t count, uint32_t admin, uint32_t tag,
			    uint8_t *out);

#endif
