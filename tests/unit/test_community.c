/* community: RFC 8092's octets; what is found among many, what is left without some. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/community.h"

#define TAG 0x47480001u
#define MOST 6

static void test_octets(void **state)
{
	const struct gh_community c = { 65515, TAG, 0x01020304 };
	uint8_t out[GH_COMMUNITY_SIZE];
	uint32_t data;

	(void)state;
	gh_community_put(&c, out);
	assert_memory_equal(out, "\x00\x00\xff\xeb\x47\x48\x00\x01\x01\x02\x03\x04", sizeof(out));
	assert_true(gh_community_find(out, 1, 65515, TAG, &data));
	assert_int_equal(data, 0x01020304);
}

/* Values begin at an odd place of a message. */
static size_t fill(uint8_t *at, const struct gh_community *values, size_t count)
{
	for (size_t i = 0; i < count; i++)
		gh_community_put(&values[i], at + i * GH_COMMUNITY_SIZE);
	return count;
}

static void test_find(void **state)
{
	static const struct {
		struct gh_community values[MOST];
		size_t count;
		bool found;
		uint32_t data;
		size_t others;
	} rows[] = {
		{ { { 0, 0, 0 } }, 0, false, 0, 0 },
		{ { { 65515, TAG, 7 } }, 1, true, 7, 0 },
		{ { { 65515, TAG, 0 } }, 1, true, 0, 0 },
		{ { { 65515, TAG, UINT32_MAX } }, 1, true, UINT32_MAX, 0 },
		{ { { 65515, TAG + 1, 7 }, { 65514, TAG, 7 }, { TAG, 65515, 7 }, { 7, 65515, TAG } }, 4,
		  false, 0, 4 },
		{ { { 1, 2, 3 }, { 65515, TAG, 7 }, { 4, 5, 6 } }, 3, true, 7, 2 },
		{ { { 65515, TAG, 7 }, { 1, 2, 3 }, { 65515, TAG, 8 }, { 4, 5, 6 } }, 4, true, 8, 2 },
		{ { { UINT32_MAX, UINT32_MAX, UINT32_MAX }, { 65515, TAG, 9 } }, 2, true, 9, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint8_t message[1 + MOST * GH_COMMUNITY_SIZE], out[MOST * GH_COMMUNITY_SIZE];
		size_t n = fill(message + 1, rows[i].values, rows[i].count), left;
		uint32_t data = 4711;

		assert_int_equal(gh_community_find(message + 1, n, 65515, TAG, &data), rows[i].found);
		assert_int_equal(data, rows[i].found ? rows[i].data : 4711);
		left = gh_community_without(message + 1, n, 65515, TAG, out);
		assert_int_equal(left, rows[i].others);
		assert_false(gh_community_find(out, left, 65515, TAG, &data));
	}
}

static void test_order(void **state)
{
	static const struct gh_community values[] = {
		{ 9, 9, 9 }, { 65515, TAG, 1 }, { 1, 1, 1 }, { 65515, TAG, 2 }, { 5, 5, 5 },
	};
	static const struct gh_community wanted[] = { { 9, 9, 9 }, { 1, 1, 1 }, { 5, 5, 5 } };
	uint8_t all[5 * GH_COMMUNITY_SIZE], out[5 * GH_COMMUNITY_SIZE], want[3 * GH_COMMUNITY_SIZE];

	(void)state;
	fill(all, values, 5);
	fill(want, wanted, 3);
	assert_int_equal(gh_community_without(all, 5, 65515, TAG, out), 3);
	assert_memory_equal(out, want, sizeof(want));
	/* None to leave out. */
	assert_int_equal(gh_community_without(all, 5, 1, 2, out), 5);
	assert_memory_equal(all, out, sizeof(all));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_octets), cmocka_unit_test(test_find), cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
