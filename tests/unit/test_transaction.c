/* transaction: prepare, commit, abort; answers that come later, too late or never. */
#include <errno.h>
#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "yang/transaction.h"

#define BACKENDS 3

static struct transaction *t;
static struct transaction_token tokens[BACKENDS], committing[BACKENDS];
static char trace[256], words[256];
static int refuse_by, later_by, slices_by;      /* backends from 1; 0: none */
static int result, asked_count, committed_count;
static const char *const names[BACKENDS] = { "1", "2", "3" };
static struct gw_config from, to;

static int number(void *self)
{
	return *(const char *)self - '0';
}

static int prepare(void *self, struct transaction_token token,
		   const struct transaction_change *change, struct gh_buf *why)
{
	strcat(trace, "p");
	strcat(trace, self);
	assert_ptr_equal(change->from, &from);
	assert_ptr_equal(change->to, &to);
	tokens[number(self) - 1] = token;
	if (refuse_by == number(self)) {
		gh_buf_printf(why, "table is full");
		return -ENOSPC;
	}
	return later_by == number(self) ? TRANSACTION_PENDING : 0;
}

static int commit(void *self, struct transaction_token token,
		  const struct transaction_change *change)
{
	strcat(trace, "c");
	strcat(trace, self);
	assert_ptr_equal(change->to, &to);
	committing[number(self) - 1] = token;
	return slices_by == number(self) ? TRANSACTION_PENDING : 0;
}

static void undo(void *self)
{
	strcat(trace, "a");
	strcat(trace, self);
}

static void on_asked(void *context, int rc, struct gh_buf *why)
{
	(void)context;
	result = rc;
	asked_count++;
	snprintf(words, sizeof(words), "%s", gh_buf_text(why));
}

static void on_committed(void *context)
{
	(void)context;
	committed_count++;
}

static void start(struct ev_loop *loop, unsigned limit_ms)
{
	static const char *const backend_names[BACKENDS] = { "kernel", "charon", "bgpd" };

	transaction_free(t);
	t = transaction_new(loop, limit_ms);
	for (int i = 0; i < BACKENDS; i++) {
		transaction_subscribe(t, &(struct transaction_backend){
			.name = backend_names[i], .self = (void *)names[i],
			.prepare = prepare, .commit = commit, .abort = undo });
		transaction_subscribe(t, &(struct transaction_backend){ .name = "idle" });
	}
}

static int setup(void **state)
{
	(void)state;
	refuse_by = later_by = slices_by = asked_count = committed_count = 0;
	trace[0] = words[0] = '\0';
	start(NULL, 0);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	transaction_free(t);
	t = NULL;
	return 0;
}

static void ask(bool trusted)
{
	const struct transaction_change change = { &from, &to, trusted };
	const struct transaction_asked asked = { NULL, on_asked };

	result = 1;
	transaction_prepare(t, &change, &asked);
}

static void test_all_agree(void **state)
{
	(void)state;
	ask(false);
	assert_int_equal(result, 0);
	assert_string_equal(words, "");
	transaction_commit(t, on_committed, NULL);
	assert_int_equal(committed_count, 1);
	assert_string_equal(trace, "p1p2p3c1c2c3");
	/* What is prepared may also be given up. */
	ask(false);
	transaction_abort(t);
	assert_string_equal(trace, "p1p2p3c1c2c3p1p2p3a3a2a1");
}

static void test_each_refuses(void **state)
{
	static const char *const traces[] = { "p1", "p1p2a1", "p1p2p3a2a1" };
	static const char *const says[] = {
		"kernel: table is full", "charon: table is full", "bgpd: table is full",
	};

	(void)state;
	for (refuse_by = 1; refuse_by <= BACKENDS; refuse_by++) {
		trace[0] = '\0';
		ask(false);
		assert_int_equal(result, -ENOSPC);
		assert_string_equal(trace, traces[refuse_by - 1]);
		assert_string_equal(words, says[refuse_by - 1]);
	}
}

/* The same when the answer comes later. */
static void test_each_refuses_later(void **state)
{
	static const char *const traces[] = { "p1", "p1p2a1", "p1p2p3a2a1" };

	(void)state;
	for (later_by = 1; later_by <= BACKENDS; later_by++) {
		trace[0] = '\0';
		ask(false);
		assert_int_equal(result, 1);
		transaction_prepared(tokens[later_by - 1], -EPERM, "not today");
		assert_int_equal(result, -EPERM);
		assert_string_equal(trace, traces[later_by - 1]);
		assert_non_null(strstr(words, ": not today"));
		/* Once more: too late. */
		asked_count = 0;
		transaction_prepared(tokens[later_by - 1], 0, NULL);
		assert_int_equal(asked_count, 0);
	}
}

static void test_later_answers(void **state)
{
	(void)state;
	later_by = slices_by = 2;
	ask(false);
	assert_string_equal(trace, "p1p2");
	/* Another's answer does not count for this one's. */
	transaction_prepared(tokens[0], 0, NULL);
	assert_string_equal(trace, "p1p2");
	transaction_prepared(tokens[1], 0, NULL);
	assert_int_equal(result, 0);
	transaction_prepared(tokens[1], -EPERM, NULL);
	transaction_commit(t, on_committed, NULL);
	assert_string_equal(trace, "p1p2p3c1c2");
	assert_int_equal(committed_count, 0);
	transaction_prepared(tokens[1], -EPERM, NULL);
	transaction_committed(committing[0]);
	assert_int_equal(committed_count, 0);
	transaction_committed(committing[1]);
	assert_int_equal(committed_count, 1);
	transaction_committed(committing[1]);
	assert_int_equal(committed_count, 1);
	assert_string_equal(trace, "p1p2p3c1c2c3");
	assert_int_equal(asked_count, 1);
}

/* What ran here before must not have to ask anybody. */
static void test_trusted(void **state)
{
	(void)state;
	later_by = 2;
	ask(true);
	assert_int_equal(result, -EBUSY);
	assert_string_equal(trace, "p1p2a2a1");
}

static void test_never_answers(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);

	(void)state;
	start(loop, 20);
	later_by = 2;
	ask(false);
	assert_int_equal(result, 1);
	ev_run(loop, 0);
	assert_int_equal(result, -ETIMEDOUT);
	assert_string_equal(words, "charon: no answer within 20 ms; nothing was changed");
	assert_string_equal(trace, "p1p2a2a1");
	transaction_prepared(tokens[1], 0, NULL);
	assert_string_equal(trace, "p1p2a2a1");
	assert_int_equal(asked_count, 1);
	/* An answer in time stops the clock. */
	ask(false);
	transaction_prepared(tokens[1], 0, NULL);
	ev_run(loop, 0);
	assert_int_equal(result, 0);
	assert_int_equal(asked_count, 2);
	transaction_free(t);
	t = NULL;
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_all_agree, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_refuses_later, setup, teardown),
		cmocka_unit_test_setup_teardown(test_later_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_trusted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_never_answers, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
