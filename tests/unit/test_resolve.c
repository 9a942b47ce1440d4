/*
 * resolve: what needs no network. Addresses as names, a name that cannot be,
 * answers after the question, freed with questions open.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include <ev.h>

#include "ipsec/resolve.h"

#define WAIT_S 30.0

static unsigned answers;
static struct resolve_answer last;

static void told(void *user, const struct resolve_answer *a)
{
	struct ev_loop *loop = user;

	last = *a;
	answers++;
	ev_break(loop, EVBREAK_ALL);
}

static void on_late(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)w, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

static void run(struct ev_loop *loop, unsigned until)
{
	ev_timer late;

	ev_timer_init(&late, on_late, WAIT_S, 0.0);
	ev_timer_start(loop, &late);
	while (answers < until && ev_is_active(&late))
		ev_run(loop, 0);
	ev_timer_stop(loop, &late);
	assert_int_equal(answers, until);
}

static void test_address(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct resolve *r = resolve_new(loop, told, loop);
	char text[GH_ADDR_TEXT];

	(void)state;
	answers = 0;
	resolve_ask(r, "127.0.0.7");
	assert_int_equal(answers, 0);
	run(loop, 1);
	assert_int_equal(last.error, 0);
	assert_int_equal(last.count, 1);
	assert_string_equal(last.name, "127.0.0.7");
	assert_string_equal(gh_addr_print(&last.addresses[0], text), "127.0.0.7");
	resolve_ask(r, "not a name");
	run(loop, 2);
	assert_true(last.error == -ENOENT || last.error == -EAGAIN);
	assert_int_equal(last.count, 0);
	resolve_free(r);
	ev_loop_destroy(loop);
}

/* More than threads; each is answered, by its name. */
static void test_many(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct resolve *r = resolve_new(loop, told, loop);
	char name[32];

	(void)state;
	answers = 0;
	for (unsigned i = 1; i <= 50; i++) {
		snprintf(name, sizeof(name), "127.0.1.%u", i);
		resolve_ask(r, name);
	}
	run(loop, 50);
	assert_int_equal(last.error, 0);
	resolve_free(r);
	ev_loop_destroy(loop);
}

static void test_freed(void **state)
{
	struct ev_loop *loop = ev_loop_new(0);
	struct resolve *r;

	(void)state;
	answers = 0;
	for (unsigned i = 0; i < 20; i++) {
		r = resolve_new(loop, told, loop);
		resolve_ask(r, "127.0.0.1");
		resolve_ask(r, "127.0.0.2");
		resolve_free(r);
	}
	resolve_free(NULL);
	ev_run(loop, EVRUN_NOWAIT);
	assert_int_equal(answers, 0);
	ev_loop_destroy(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_address),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
