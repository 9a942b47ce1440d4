/* failover_test: it begins, is begun again, ends by timer, command and configuration. */
#include <errno.h>
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/failover_test.h"

static bool exists, held;
static unsigned told;

static bool hold(void *context, const char *circuit, bool down)
{
	(void)context;
	assert_string_equal(circuit, "dc1");
	held = exists && down;
	return exists;
}

static void tell(void *context, const char *circuit, const char *why)
{
	(void)context, (void)circuit;
	assert_true(strlen(why) > 0);
	told++;
}

static struct failover_tests *make(struct ev_loop *loop)
{
	const struct failover_host host = { .hold = hold, .told = tell };

	exists = true;
	held = false;
	told = 0;
	return failover_tests_new(loop, &host);
}

static void test_command(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct failover_tests *t = make(loop);
	struct gh_buf why = { 0 };
	struct gh_time began, ends, later;

	(void)state;
	assert_int_equal(failover_test_start(t, "dc1", 0, &why), -EINVAL);
	assert_int_equal(failover_test_start(t, "dc1", 1441, &why), -EINVAL);
	assert_int_equal(failover_test_stop(t, "dc1", &why), -ENOENT);
	assert_true(gh_buf_length(&why));
	assert_int_equal(failover_test_start(t, "dc1", 5, &why), 0);
	assert_true(held);
	assert_true(failover_test_of(t, "dc1", &began, &ends));
	assert_int_equal(gh_time_ms_between(gh_now(), ends) / 1000, 299);
	assert_int_equal(failover_test_start(t, "dc1", 10, &why), 0);
	assert_true(failover_test_of(t, "dc1", &began, &later));
	assert_true(later.ns > ends.ns);
	assert_int_equal(failover_test_stop(t, "dc1", &why), 0);
	assert_false(held);
	assert_false(failover_test_of(t, "dc1", &began, &ends));
	assert_int_equal(told, 3);
	gh_buf_fini(&why);
	failover_tests_free(t);
	ev_loop_destroy(loop);
}

static void test_circuit_goes(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct failover_tests *t = make(loop);
	struct gh_time began, ends;
	struct gh_buf why = { 0 };

	(void)state;
	assert_int_equal(failover_test_start(t, "dc1", 5, &why), 0);
	held = false;
	failover_tests_sync(t);
	assert_true(held);
	exists = false;
	failover_tests_sync(t);
	assert_false(failover_test_of(t, "dc1", &began, &ends));
	assert_int_equal(failover_test_start(t, "dc1", 5, &why), -ENOENT);
	assert_false(failover_test_of(t, "dc1", &began, &ends));
	gh_buf_fini(&why);
	failover_tests_free(t);
	ev_loop_destroy(loop);
}

/* The daemon ends: nothing is told, nothing is left. */
static void test_end_of_the_daemon(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct failover_tests *t = make(loop);
	struct gh_buf why = { 0 };

	(void)state;
	assert_int_equal(failover_test_start(t, "dc1", 5, &why), 0);
	failover_tests_free(t);
	assert_int_equal(told, 1);
	failover_tests_free(NULL);
	gh_buf_fini(&why);
	ev_loop_destroy(loop);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command),
		cmocka_unit_test(test_circuit_goes),
		cmocka_unit_test(test_end_of_the_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
