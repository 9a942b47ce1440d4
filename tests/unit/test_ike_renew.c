/*
 * ike_renew: which IKE SAs are old after changes that follow each other fast. That the
 * last policy then runs at both ends is the scenario policy-change's part.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include <ev.h>

#include "ipsec/ike_private.h"

static int far_end = -1;

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

static struct ev_loop *loop;
static struct ike *ike;
static struct ike_conn conn;

static int begin(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	ike = ike_new(loop, silent, changed, NULL);
	for (int i = 0; i < 3; i++)
		ev_run(loop, EVRUN_NOWAIT);
	assert_non_null(ike->vici);
	memset(&conn, 0, sizeof(conn));
	conn.want.version = 2;
	conn.want.leg = 1;
	strcpy(conn.want.name, "paris");
	return 0;
}

static int end(void **state)
{
	(void)state;
	ike_free(ike);
	close(far_end);
	ev_loop_destroy(loop);
	return 0;
}

/* This SA is up and in view. */
static void up(uint32_t id)
{
	conn.status.id = id;
	conn.status.state = IKE_ESTABLISHED;
	conn.status.child.state = IKE_CHILD_INSTALLED;
	conn.status.pairs = 1;
}

/* A list with the SAs first to last. */
static void list(uint32_t first, uint32_t last)
{
	conn.sas.count = 0;
	for (uint32_t id = first; id <= last; id++)
		ike_sas_add(&conn.sas, id);
	ike_renew_listed(ike, &conn);
}

static void test_one(void **state)
{
	(void)state;
	up(1);
	list(1, 1);
	assert_true(ike_renew_can(&conn));
	assert_false(ike_renew_waits(&conn));
	ike_renew_begin(ike, &conn);
	assert_true(ike_renew_waits(&conn));
	list(1, 1);
	assert_true(ike_renew_waits(&conn));
	up(2);
	assert_false(ike_renew_waits(&conn));
	ike_renew_end(&conn);
	assert_false(ike_renew_waits(&conn));
}

/* Many changes, each before the SAs of the one before are closed: each waits for an SA of its own. */
static void test_many(void **state)
{
	(void)state;
	up(1);
	for (uint32_t id = 1; id <= 30; id++) {
		list(id > 8 ? id - 8 : 1, id);
		ike_renew_begin(ike, &conn);
		assert_true(ike_renew_waits(&conn));
		list(id > 8 ? id - 8 : 1, id);
		assert_true(ike_renew_waits(&conn));
		assert_true(ike_sas_have(&conn.olds, id));
		assert_true(conn.olds.count <= IKE_OLDS_MAX);
		up(id + 1);
		assert_false(ike_renew_waits(&conn));
	}
	/* The newest of the old are still known. */
	for (uint32_t id = 31 - IKE_OLDS_MAX; id <= 30; id++)
		assert_true(ike_sas_have(&conn.olds, id));
}

/* None of many new ones came up: the one that carries is not the one to go. */
static void test_carrying_stays(void **state)
{
	(void)state;
	up(1);
	for (uint32_t last = 1; last <= 40; last++) {
		ike_renew_begin(ike, &conn);
		list(last, last);
		assert_true(ike_sas_have(&conn.olds, 1));
		assert_true(ike_renew_waits(&conn));
	}
}

/* Asked for before the last change, and up after it: it has the values of before. */
static void test_on_its_way(void **state)
{
	(void)state;
	up(1);
	list(1, 1);
	ike_renew_begin(ike, &conn);
	list(1, 1);
	ike_renew_begin(ike, &conn);    /* meanwhile SA 2 is on its way */
	up(2);
	assert_true(ike_renew_waits(&conn));
	list(1, 2);
	assert_true(ike_renew_waits(&conn));
	up(3);
	assert_false(ike_renew_waits(&conn));
	list(1, 3);                     /* later lists make nothing old */
	assert_false(ike_renew_waits(&conn));
}

/* After a revocation the silent one may be the revoked one: it has less time, whatever changes next. */
static void test_doubted(void **state)
{
	struct gh_time from = gh_now(), soon = gh_time_add_ms(from, 2ULL * IKE_DOUBT_MS);

	(void)state;
	up(1);
	list(1, 1);
	ike_renew_begin(ike, &conn);
	assert_true(conn.olds_until.ns > soon.ns);
	conn.doubted = true;
	for (int i = 0; i < 2; i++) {
		ike_renew_begin(ike, &conn);
		assert_true(conn.olds_until.ns > from.ns && conn.olds_until.ns < soon.ns);
	}
	ike_renew_end(&conn);
	ike_renew_begin(ike, &conn);
	assert_true(conn.olds_until.ns > soon.ns);
}

static void test_rekeyed(void **state)
{
	(void)state;
	up(1);
	list(1, 1);
	ike_renew_begin(ike, &conn);
	list(1, 1);
	ike_renew_rekeyed(&conn, 1, 2);
	up(2);
	assert_true(ike_renew_waits(&conn));
	ike_renew_rekeyed(&conn, 7, 8);
	up(8);
	assert_false(ike_renew_waits(&conn));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_one, begin, end),
		cmocka_unit_test_setup_teardown(test_many, begin, end),
		cmocka_unit_test_setup_teardown(test_carrying_stays, begin, end),
		cmocka_unit_test_setup_teardown(test_on_its_way, begin, end),
		cmocka_unit_test_setup_teardown(test_doubted, begin, end),
		cmocka_unit_test_setup_teardown(test_rekeyed, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
