/* meter: peaks that forget, rates of packets, turns of the loop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "gatehoused/meter.h"

static struct gh_time at(uint64_t s)
{
	return (struct gh_time){ (s + 1) * 1000000000u };
}

static void test_peak(void **state)
{
	struct peak p = { 0 };

	(void)state;
	assert_int_equal(peak_get(&p, at(0)), 0);
	peak_add(&p, 7, at(0));
	peak_add(&p, 9, at(1));
	peak_add(&p, 8, at(2));
	assert_int_equal(peak_get(&p, at(3)), 9);
	assert_int_equal(peak_get(&p, at(5 * 60)), 9);
	assert_int_equal(peak_get(&p, at(6 * 60)), 0);
	peak_add(&p, 3, at(6 * 60));
	assert_int_equal(peak_get(&p, at(6 * 60)), 3);
}

static void test_rates(void **state)
{
	struct meter *m = meter_new();

	(void)state;
	assert_int_equal(meter_peak(m, 7, METER_IN, at(0)), 0);
	meter_sample(m, 7, 1000000, 5, at(0));
	assert_int_equal(meter_peak(m, 7, METER_IN, at(0)), 0);
	meter_sample(m, 7, 1000100, 1005, at(1));
	meter_sample(m, 7, 1000100, 2005, at(3));
	assert_int_equal(meter_peak(m, 7, METER_IN, at(3)), 100);
	assert_int_equal(meter_peak(m, 7, METER_OUT, at(3)), 1000);
	/* Another connection got the number. */
	meter_sample(m, 7, 0, 0, at(4));
	meter_sample(m, 7, 50, 0, at(5));
	assert_int_equal(meter_peak(m, 7, METER_IN, at(5)), 100);
	assert_int_equal(meter_peak(m, 200, METER_IN, at(5)), 0);
	meter_sample(m, METER_ALL, 1, 1, at(5));
	meter_sample(m, METER_ALL, 1, 1, at(5));
	meter_free(m);
	meter_free(NULL);
}

static void test_pulse(void **state)
{
	struct pulse p = { 0 };

	(void)state;
	pulse_sleep(&p, at(0));
	assert_int_equal(p.turns, 0);
	pulse_wake(&p, at(1));
	pulse_sleep(&p, at(2));
	pulse_sleep(&p, at(3));
	assert_int_equal(p.turns, 1);
	assert_int_equal(p.busy_us, 1000000);
	assert_int_equal(peak_get(&p.longest, at(3)), 1000000);
}

/* Waiting is a turn's own; what the wall's clock has beyond that and its work is not. */
static void test_own(void **state)
{
	const struct timespec nap = { .tv_nsec = 20000000 };
	struct pulse p = { 0 };

	(void)state;
	pulse_wake(&p, at(1));
	pulse_sleep(&p, at(2));
	assert_int_equal(peak_get(&p.longest, at(2)), 1000000);
	assert_true(peak_get(&p.longest_own, at(2)) < 1000000);
	p = (struct pulse){ 0 };
	pulse_wake(&p, gh_now());
	nanosleep(&nap, NULL);
	pulse_sleep(&p, gh_now());
	assert_true(peak_get(&p.longest_own, gh_now()) >= 19000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_peak),
		cmocka_unit_test(test_rates),
		cmocka_unit_test(test_pulse),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
