/* guests: seating, replacement, garbage, and a guest that never greets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "gatehoused/guests.h"

static struct {
	unsigned joined, left, facts;
	struct gh_fact last;
} heard;

static void silent(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static void on_joined(void *context, enum gh_role role)
{
	(void)context, (void)role;
	heard.joined++;
}

static void on_left(void *context, enum gh_role role)
{
	(void)context, (void)role;
	heard.left++;
}

static void on_fact(void *context, enum gh_role role, const struct gh_fact *fact)
{
	(void)context, (void)role;
	heard.facts++;
	heard.last = *fact;
}

struct house {
	struct ev_loop *loop;
	struct guests *guests;
	char path[64];
};

static void house_init(struct house *h)
{
	static const struct guests_host host = { .joined = on_joined, .left = on_left, .fact = on_fact };

	gh_log_set_sink(silent);
	memset(&heard, 0, sizeof(heard));
	snprintf(h->path, sizeof(h->path), "/tmp/test_guests.%d", (int)getpid());
	h->loop = ev_loop_new(0);
	h->guests = guests_new(h->loop, h->path, &host);
	assert_non_null(h->guests);
}

static void house_fini(struct house *h)
{
	guests_free(h->guests);
	ev_loop_destroy(h->loop);
	unlink(h->path);
}

/* Enough turns for everything that is in flight on a local socket. */
static void turn(struct house *h)
{
	for (unsigned i = 0; i < 8; i++)
		ev_run(h->loop, EVRUN_NOWAIT);
}

static void come(struct house *h, struct gh_link *l, enum gh_role role)
{
	int fd = gh_link_connect(h->path);

	assert_true(fd >= 0);
	gh_link_init(l, fd, role, "test");
	assert_int_equal(gh_link_flush(l), 0);
	turn(h);
}

static void test_seat_and_talk(void **state)
{
	struct gh_fact f = { .type = GH_PATH_DEL, .path_del.neighbor = 7 }, got;
	struct gh_link l;
	struct house h;

	(void)state;
	house_init(&h);
	assert_false(guests_here(h.guests, GH_ROLE_BGPD));
	come(&h, &l, GH_ROLE_BGPD);
	assert_int_equal(heard.joined, 1);
	assert_int_equal(guests_hello(h.guests, GH_ROLE_BGPD)->pid, getpid());
	assert_int_equal(gh_prefix_parse("10.0.0.0/8", &f.path_del.prefix), 0);
	gh_link_send(&l, &f);
	assert_int_equal(gh_link_flush(&l), 0);
	turn(&h);
	assert_int_equal(heard.facts, 1);
	assert_int_equal(heard.last.path_del.neighbor, 7);
	f = (struct gh_fact){ .type = GH_END };
	guests_send(h.guests, GH_ROLE_BGPD, &f);
	guests_send(h.guests, GH_ROLE_CHARON, &f);      /* away: nothing */
	turn(&h);
	assert_int_equal(gh_link_receive(&l), 0);
	assert_int_equal(gh_link_next(&l, &got), 1);
	assert_int_equal(got.type, GH_HELLO);
	assert_int_equal(gh_link_next(&l, &got), 1);
	assert_int_equal(got.type, GH_END);
	gh_link_fini(&l);
	turn(&h);
	assert_int_equal(heard.left, 1);
	house_fini(&h);
}

static void test_newer_replaces(void **state)
{
	struct gh_link a, b;
	struct house h;

	(void)state;
	house_init(&h);
	come(&h, &a, GH_ROLE_CHARON);
	come(&h, &b, GH_ROLE_CHARON);
	assert_int_equal(heard.joined, 2);
	assert_int_equal(heard.left, 1);
	assert_true(guests_here(h.guests, GH_ROLE_CHARON));
	gh_link_fini(&a);
	turn(&h);
	assert_true(guests_here(h.guests, GH_ROLE_CHARON));
	gh_link_fini(&b);
	turn(&h);
	assert_false(guests_here(h.guests, GH_ROLE_CHARON));
	house_fini(&h);
}

static void test_garbage_and_strangers(void **state)
{
	struct gh_link good, liar;
	struct house h;
	ssize_t n;
	char byte;
	int fd;

	(void)state;
	house_init(&h);
	come(&h, &good, GH_ROLE_BGPD);
	fd = gh_link_connect(h.path);
	assert_true(write(fd, "\xff\xff\xff\xff garbage", 12) == 12);
	turn(&h);
	while ((n = read(fd, &byte, 1)) > 0)
		;
	/* Closed, by an end or a reset; not left open and silent. */
	assert_true(!n || errno == ECONNRESET);
	close(fd);
	come(&h, &liar, GH_ROLE_GATEHOUSED);
	assert_int_equal(heard.joined, 1);
	assert_true(guests_here(h.guests, GH_ROLE_BGPD));
	assert_int_equal(heard.left, 0);
	gh_link_fini(&liar);
	gh_link_fini(&good);
	house_fini(&h);
}

static void test_callers_are_bounded(void **state)
{
	struct gh_link good;
	struct house h;
	int fds[40];

	(void)state;
	house_init(&h);
	for (unsigned i = 0; i < 40; i++) {
		fds[i] = gh_link_connect(h.path);
		turn(&h);
	}
	for (unsigned i = 0; i < 40; i++)
		close(fds[i]);
	turn(&h);
	turn(&h);
	come(&h, &good, GH_ROLE_BGPD);
	assert_int_equal(heard.joined, 1);
	gh_link_fini(&good);
	house_fini(&h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seat_and_talk),
		cmocka_unit_test(test_newer_replaces),
		cmocka_unit_test(test_garbage_and_strangers),
		cmocka_unit_test(test_callers_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
