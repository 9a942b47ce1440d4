/* ike_event without charon: whom a line of its log is about. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_private.h"

#define IN_USE 7
#define OTHER 8

static const char silence[] = "giving up after 5 retransmits";
static const char again[] = "retransmit 2 of request with message ID 0";

static int away(void *user)
{
	(void)user;
	return -ENOENT;
}

static void changed(void *user, uint32_t leg)
{
	(void)user, (void)leg;
}

struct fixture {
	struct ev_loop *loop;
	struct ike *k;
	struct ike_conn *conn;
};

/* A connection whose IKE SA of that number is up, with a child SA. */
static int setup(void **state)
{
	static struct fixture f;
	struct ike_connection c = { .leg = 1, .name = "paris", .version = 2,
				    .secret_length = 1, .secret = "x" };
	struct ike_status up = { .state = IKE_ESTABLISHED, .id = IN_USE, .pairs = 1,
				 .child.state = IKE_CHILD_INSTALLED };

	gh_addr_parse("198.51.100.7", &c.remote);
	f.loop = ev_loop_new(0);
	f.k = ike_new(f.loop, away, changed, NULL);
	assert_int_equal(ike_set(f.k, &c), 0);
	f.conn = ike_find(f.k, 1);
	ike_set_status(f.k, f.conn, &up);
	assert_true(ike_is_whole(f.conn));
	*state = &f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	ike_free(f->k);
	ev_loop_destroy(f->loop);
	return 0;
}

/* charon logs the line about that IKE SA: what the connection's fault is then. */
static enum ike_fault log_line(struct fixture *f, unsigned id, const char *line)
{
	struct gh_buf b = { 0 };
	struct vici_message m;

	vici_put(&b, "ikesa-name", "gh-paris");
	vici_put(&b, "ikesa-uniqueid", "%u", id);
	vici_put(&b, "msg", "%s", line);
	assert_int_equal(vici_message_check(gh_buf_begin(&b), gh_buf_length(&b), &m), 0);
	ike_on_event(f->k, "log", &m);
	gh_buf_fini(&b);
	return f->conn->status.fault;
}

static void test_leftover(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(log_line(f, OTHER, silence), IKE_FAULT_NONE);
	assert_int_equal(log_line(f, OTHER, "received INVALID_SYNTAX notify error"),
			 IKE_FAULT_OTHER);      /* somebody does answer */
}

static void test_in_use(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(log_line(f, IN_USE, again), IKE_FAULT_NONE);
	assert_int_equal(log_line(f, IN_USE, silence), IKE_FAULT_NO_REPLY);
	assert_string_equal(f->conn->status.error, "the peer stopped answering");
}

/* What is to replace it must not fail in silence. */
static void test_renewing(void **state)
{
	struct fixture *f = *state;

	ike_renew_begin(f->k, f->conn);
	assert_int_equal(log_line(f, OTHER, silence), IKE_FAULT_NO_REPLY);
}

static void test_down(void **state)
{
	struct fixture *f = *state;

	ike_set_down(f->k, f->conn, IKE_CONNECTING);
	assert_int_equal(log_line(f, OTHER, again), IKE_FAULT_NO_REPLY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_leftover, setup, teardown),
		cmocka_unit_test_setup_teardown(test_in_use, setup, teardown),
		cmocka_unit_test_setup_teardown(test_renewing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_down, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
