/*
 * ike_try without charon: away, silent, going away; cancelled and freed. What a
 * charon answers is the scenarios' part.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <ev.h>

#include "ipsec/ike.h"

static int far_end = -1;
static unsigned calls;
static int last_rc;

static int away(void *user)
{
	(void)user;
	return -ENOENT;
}

/* A link at whose other end nobody says a word. */
static int silent(void *user)
{
	int fds[2];

	(void)user;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	far_end = fds[1];
	return fds[0];
}

static void changed(void *user, uint32_t leg)
{
	(void)user, (void)leg;
}

static void tried(void *user, int rc, const char *words)
{
	assert_ptr_equal(user, &calls);
	assert_non_null(words);
	last_rc = rc;
	calls++;
}

static struct ike_connection connection(void)
{
	struct ike_connection c = { .leg = 1, .name = "paris", .version = 2,
				    .secret_length = 1, .secret = "x" };

	gh_addr_parse("198.51.100.7", &c.remote);
	return c;
}

static void run(struct ev_loop *loop, unsigned turns)
{
	while (turns--)
		ev_run(loop, EVRUN_NOWAIT);
}

static void test_away(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct ike *k = ike_new(loop, away, changed, NULL);
	struct ike_connection c = connection();

	(void)state;
	calls = 0;
	ike_try(k, &c, 1, tried, &calls);
	assert_int_equal(calls, 0);     /* never before it has returned */
	run(loop, 3);
	assert_int_equal(calls, 1);
	assert_int_equal(last_rc, -ENOTCONN);
	ike_try_cancel(ike_try(k, &c, 1, tried, &calls));
	ike_try_cancel(NULL);
	run(loop, 3);
	assert_int_equal(calls, 1);
	ike_try(k, &c, 1, tried, &calls);
	ike_free(k);
	run(loop, 3);
	assert_int_equal(calls, 1);
	ev_loop_destroy(loop);
}

static void test_silent(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct ike *k = ike_new(loop, silent, changed, NULL);
	struct ike_connection c[40];
	struct ike_trial *cancelled;

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		c[i] = connection();
	calls = 0;
	run(loop, 3);
	assert_true(far_end >= 0);
	ike_try(k, c, 40, tried, &calls);
	cancelled = ike_try(k, c, 40, tried, &calls);
	run(loop, 3);
	ike_try_cancel(cancelled);
	run(loop, 3);
	assert_int_equal(calls, 0);
	close(far_end);                 /* charon dies with questions open */
	run(loop, 5);
	assert_int_equal(calls, 1);
	assert_int_equal(last_rc, -ENOTCONN);
	ike_free(k);
	ev_loop_destroy(loop);
}

/* Freed with questions open: nobody is called, nothing is lost. */
static void test_freed(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct ike *k = ike_new(loop, silent, changed, NULL);
	struct ike_connection c[40];

	(void)state;
	for (unsigned i = 0; i < 40; i++)
		c[i] = connection();
	calls = 0;
	run(loop, 3);
	ike_try(k, c, 40, tried, &calls);
	run(loop, 3);
	ike_try(k, c, 0, tried, &calls);
	ike_free(k);
	close(far_end);
	run(loop, 3);
	assert_int_equal(calls, 0);
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_silent),
		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
