/* leg: down at once, up after wait-to-restore, the first time at once. */
#include "rib/leg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EDGE (LEG_USES(LEG_FACT_BFD) | LEG_USES(LEG_FACT_LINK) | LEG_USES(LEG_FACT_BGP) | \
	      LEG_USES(LEG_FACT_TEST))

static struct gh_time at(uint64_t ms)
{
	return (struct gh_time){ (1000 + ms) * 1000000 };
}

static struct leg edge_up(void)
{
	struct leg l;

	leg_init(&l, EDGE, 30000, at(0));
	assert_int_equal(l.state, LEG_UNKNOWN);
	assert_false(leg_hear(&l, LEG_FACT_LINK, true, at(1)));
	assert_false(leg_hear(&l, LEG_FACT_BGP, true, at(2)));
	assert_int_equal(l.state, LEG_UNKNOWN);
	assert_true(leg_hear(&l, LEG_FACT_BFD, true, at(3)));
	assert_int_equal(l.state, LEG_UP);
	assert_false(leg_deprefer(&l));
	return l;
}

static void test_first_up_is_at_once(void **state)
{
	struct leg l = edge_up();

	(void)state;
	assert_int_equal(leg_next(&l).ns, 0);

	/* Even after having been down from the start. */
	leg_init(&l, EDGE, 30000, at(0));
	assert_true(leg_hear(&l, LEG_FACT_BGP, false, at(1)));
	assert_int_equal(l.state, LEG_DOWN);
	assert_int_equal(l.cause, LEG_FACT_BGP);
	assert_false(leg_deprefer(&l));
	leg_hear(&l, LEG_FACT_LINK, true, at(2));
	leg_hear(&l, LEG_FACT_BFD, true, at(2));
	assert_true(leg_hear(&l, LEG_FACT_BGP, true, at(3)));
	assert_int_equal(l.state, LEG_UP);
}

static void test_each_fact_takes_it_down(void **state)
{
	(void)state;
	for (int f = LEG_FACT_BFD; f < LEG_FACTS; f++) {
		struct leg l = edge_up();

		assert_true(leg_hear(&l, f, false, at(10)));
		assert_int_equal(l.state, LEG_DOWN);
		assert_int_equal(l.cause, f);
		assert_true(leg_deprefer(&l));
		/* Those that follow change nothing, nor the cause. */
		for (int g = LEG_FACT_BFD; g < LEG_FACTS; g++)
			assert_false(leg_hear(&l, g, false, at(11)));
		assert_int_equal(l.cause, f);
	}
}

static void test_unused_fact_is_ignored(void **state)
{
	struct leg l = edge_up();

	(void)state;
	assert_false(leg_hear(&l, LEG_FACT_SA, false, at(10)));
	assert_int_equal(l.state, LEG_UP);

	leg_init(&l, LEG_USES(LEG_FACT_SA), 0, at(0));
	assert_false(leg_hear(&l, LEG_FACT_BGP, false, at(1)));
	assert_true(leg_hear(&l, LEG_FACT_SA, true, at(1)));
	assert_int_equal(l.state, LEG_UP);
}

static void test_wait_to_restore(void **state)
{
	struct leg l = edge_up();

	(void)state;
	leg_hear(&l, LEG_FACT_BFD, false, at(10));
	leg_hear(&l, LEG_FACT_BGP, false, at(11));
	assert_false(leg_hear(&l, LEG_FACT_BFD, true, at(100)));
	assert_true(leg_hear(&l, LEG_FACT_BGP, true, at(200)));
	assert_int_equal(l.state, LEG_RESTORING);
	assert_true(leg_deprefer(&l));
	assert_int_equal(leg_next(&l).ns, at(30200).ns);
	assert_false(leg_timer(&l, at(30199)));
	assert_true(leg_timer(&l, at(30200)));
	assert_int_equal(l.state, LEG_UP);
	assert_false(leg_deprefer(&l));
	assert_int_equal(leg_next(&l).ns, 0);
}

static void test_flap_starts_the_wait_again(void **state)
{
	struct leg l = edge_up();

	(void)state;
	leg_hear(&l, LEG_FACT_BFD, false, at(10));
	leg_hear(&l, LEG_FACT_BFD, true, at(20));
	assert_true(leg_hear(&l, LEG_FACT_BFD, false, at(29000)));
	assert_int_equal(l.state, LEG_DOWN);
	assert_false(leg_timer(&l, at(40000)));
	leg_hear(&l, LEG_FACT_BFD, true, at(50000));
	assert_int_equal(leg_next(&l).ns, at(80000).ns);
}

static void test_configure(void **state)
{
	struct leg l = edge_up();

	(void)state;
	/* BFD is switched off: its fact no longer counts. */
	leg_hear(&l, LEG_FACT_BFD, false, at(10));
	assert_true(leg_configure(&l, EDGE & ~LEG_USES(LEG_FACT_BFD), 1000, at(20)));
	assert_int_equal(l.state, LEG_RESTORING);
	/* The wait changes while it runs. */
	assert_false(leg_configure(&l, EDGE & ~LEG_USES(LEG_FACT_BFD), 500, at(30)));
	assert_int_equal(leg_next(&l).ns, at(520).ns);
	/* BFD is switched on again: its last word was down. */
	assert_true(leg_configure(&l, EDGE, 500, at(40)));
	assert_int_equal(l.state, LEG_DOWN);
	assert_int_equal(l.cause, LEG_FACT_BFD);

	/* A use whose fact was never heard leaves an up leg up. */
	l = edge_up();
	assert_false(leg_configure(&l, EDGE | LEG_USES(LEG_FACT_SA), 500, at(40)));
	assert_int_equal(l.state, LEG_UP);

	/* No wait configured: up at once. */
	l = edge_up();
	leg_configure(&l, EDGE, 0, at(5));
	leg_hear(&l, LEG_FACT_LINK, false, at(6));
	assert_true(leg_hear(&l, LEG_FACT_LINK, true, at(7)));
	assert_int_equal(l.state, LEG_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_up_is_at_once),
		cmocka_unit_test(test_each_fact_takes_it_down),
		cmocka_unit_test(test_unused_fact_is_ignored),
		cmocka_unit_test(test_wait_to_restore),
		cmocka_unit_test(test_flap_starts_the_wait_again),
		cmocka_unit_test(test_configure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
