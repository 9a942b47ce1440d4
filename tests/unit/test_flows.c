/* flows: the estimate against known numbers, and the two bitmaps taking turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "ipsec/flows.h"

/* A full-period generator: n different, well spread hashes. */
static uint32_t hash_of(uint32_t n)
{
	n *= 2654435761u;
	n ^= n >> 16;
	n *= 2246822519u;
	return n ^ n >> 13;
}

static void test_estimates(void **state)
{
	static const uint32_t counts[] = { 0, 1, 10, 1000, 100000, 500000, 1000000 };
	struct flows *f = calloc(1, sizeof(*f));

	(void)state;
	assert_non_null(f);
	for (unsigned k = 0; k < sizeof(counts) / sizeof(*counts); k++) {
		uint32_t n = counts[k], got;

		for (unsigned repeat = 0; repeat < 2; repeat++)
			for (uint32_t flow = 0; flow < n; flow++)
				flows_mark(f, hash_of(flow));
		flows_turn(f);
		got = flows_count(f);
		assert_in_range(got, n - n / 50, n + n / 50);
	}
	free(f);
}

static void test_turns(void **state)
{
	struct flows *f = calloc(1, sizeof(*f));

	(void)state;
	assert_non_null(f);
	flows_mark(f, 1);
	flows_turn(f);
	flows_mark(f, 2);
	flows_mark(f, 3);
	assert_int_equal(flows_count(f), 1);
	assert_int_equal(flows_count(f), 0);
	flows_turn(f);
	assert_int_equal(flows_count(f), 2);
	free(f);
}

static void test_full(void **state)
{
	struct flows *f = calloc(1, sizeof(*f));

	(void)state;
	assert_non_null(f);
	for (uint32_t k = 0; k < FLOWS_BITS; k++)
		flows_mark(f, k);
	flows_turn(f);
	assert_int_equal(flows_count(f), FLOWS_MAX);
	free(f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_estimates),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
