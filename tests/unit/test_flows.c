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

/* Flows that differ in one thing only, as those of one host or one service do. */
static void test_packets(void **state)
{
	struct flows *f = calloc(1, sizeof(*f));
	uint8_t bytes[64] = { 0x45, 0, 0, 64, [8] = 64, 17, [12] = 10, 1, 0, 1, 10, 2, 0, 1 };
	uint8_t six[64] = { 0x60, [5] = 24, 17, 64, [8] = 0xfd, [24] = 0xfd, [39] = 1 };
	struct packet p;

	(void)state;
	assert_non_null(f);
	for (unsigned way = 0; way < 4; way++) {
		uint8_t *packet = way == 3 ? six : bytes;
		static const unsigned at[] = { 14, 18, 20, 22 };

		for (unsigned n = 0; n < 60000; n++) {
			packet[at[way]] = (uint8_t)(n >> 8);
			packet[at[way] + 1] = (uint8_t)n;
			assert_true(packet_parse(packet, 64, &p));
			flows_see(f, &p);
			flows_see(f, &p);
		}
		flows_turn(f);
		assert_in_range(flows_count(f), 58800, 61200);
	}
	flows_see(NULL, &p);
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
		cmocka_unit_test(test_packets),
		cmocka_unit_test(test_turns),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
