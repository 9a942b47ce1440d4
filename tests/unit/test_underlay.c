/*
 * underlay: changes all or nothing, kept or undone at any time, in the order in which
 * they were given; and a kernel that is stuck keeps nobody waiting.
 */
#include "kernel_fixture.h"

#include "base/clock.h"

#define SPACES 2        /* of the plan: one of each family */
#define BASE 4          /* routes of an empty table: TUN and closed */

static unsigned answers;
static struct underlay_answer answer;
static char why[256];

static void on_answer(void *context, const struct underlay_answer *a)
{
	assert_ptr_equal(context, &answers);
	answers++;
	answer = *a;
	snprintf(why, sizeof(why), "%s", a->why);
	ev_break(loop, EVBREAK_ONE);
}

static struct underlay_plan plan(const char *space4)
{
	struct underlay_plan p = {
		.vnet = "vnet0", .edges = { "er0" }, .edges_count = 1, .spaces_count = SPACES,
	};

	assert_int_equal(gh_prefix_parse(space4, &p.spaces[0]), 0);
	assert_int_equal(gh_prefix_parse("fd01::/64", &p.spaces[1]), 0);
	return p;
}

static const char *const names[][2] = {
	{ "169.254.21.2", "169.254.21.1" }, { "169.254.21.6", "169.254.21.1" },
	{ "fd00::2", "fd00::1" },
};
#define SESSIONS 3

static struct underlay_ask whole(const struct underlay_plan *p,
				 const struct underlay_session *sessions, size_t count)
{
	answers = 0;
	why[0] = '\0';
	return (struct underlay_ask){
		.plan = p, .sessions = sessions, .session_count = count,
		.context = &answers, .done = on_answer,
	};
}

static void sessions_get(struct underlay_session s[SESSIONS])
{
	for (int i = 0; i < SESSIONS; i++)
		s[i] = session(names[i][0], names[i][1]);
}

static void await(unsigned count)
{
	while (answers < count) {
		ev_ref(loop);   /* nothing else keeps it running */
		ev_run(loop, EVRUN_ONCE);
		ev_unref(loop);
	}
}

/* Everything of the plan and of the sessions, or nothing of either. */
static void expect(bool there)
{
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + (there ? SPACES : 0));
	assert_int_equal(routes_in(RT_TABLE_MAIN), there ? 2 * SESSIONS : 0);
	assert_int_equal(has_addr("169.254.21.1"), there);
	assert_int_equal(has_addr("fd00::1"), there);
}

static void test_keep(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);
	struct underlay_change *c;

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	c = underlay_change(underlay, &ask);
	assert_non_null(c);
	assert_int_equal(answers, 0);
	await(1);
	assert_int_equal(answer.error, 0);
	assert_int_equal(answer.session, SESSIONS);
	assert_string_equal(why, "");
	expect(true);
	underlay_keep(c);
	/* The same again: there already; and both must go before it goes. */
	ask.plan = NULL;
	c = underlay_change(underlay, &ask);
	underlay_keep(c);
	underlay_settled(underlay);
	underlay_sessions_del(underlay, s, SESSIONS);
	underlay_wait(underlay);
	assert_int_equal(answers, 2);
	expect(true);
	underlay_sessions_del(underlay, s, SESSIONS);
	underlay_wait(underlay);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 0);
	/* The TUN's last IPv4 address went, but not its default route. */
	assert_false(has_addr("169.254.21.1"));
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + SPACES);
}

static void test_undo(void **state)
{
	struct underlay_plan first = plan("10.1.0.0/16"), second = plan("10.2.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&first, NULL, 0);
	struct underlay_change *c;

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	underlay_keep(underlay_change(underlay, &ask));
	await(1);
	second.spaces_count = 1;
	ask = whole(&second, s, SESSIONS);
	c = underlay_change(underlay, &ask);
	await(1);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + 1);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 2 * SESSIONS);
	underlay_undo(c);
	underlay_wait(underlay);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + SPACES);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 0);
	assert_int_equal(answers, 1);
}

static void test_refused(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(NULL, s, SESSIONS);

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	s[1].local = addr("ff02::1");           /* no address of a host */
	underlay_change(underlay, &ask);
	await(1);
	assert_int_equal(answer.error, -EADDRNOTAVAIL);
	assert_int_equal(answer.session, 1);
	assert_non_null(strstr(why, "cannot add address ff02::1: "));
	expect(false);
	/* A plan that came with it goes too. */
	ask = whole(&p, s, SESSIONS);
	underlay_change(underlay, &ask);
	await(1);
	assert_int_equal(answer.error, -EADDRNOTAVAIL);
	expect(false);
	/* As far as it goes: all but that one. */
	ask = whole(&p, s, SESSIONS);
	ask.force = UNDERLAY_AS_FAR_AS_IT_GOES;
	underlay_keep(underlay_change(underlay, &ask));
	await(1);
	assert_int_equal(answer.error, 0);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + SPACES);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 2 * (SESSIONS - 1));
}

static void test_plan_refused(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	snprintf(p.edges[0], sizeof(p.edges[0]), "gone0");
	underlay_change(underlay, &ask);
	await(1);
	assert_int_equal(answer.error, -ENODEV);
	assert_int_equal(answer.session, SESSIONS);
	assert_string_equal(why, "interface gone0 is gone: make it again, or use another");
	expect(false);
}

/* The kernel does not answer: the loop turns, and what is given up comes to nothing. */
static void test_stuck(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);
	struct underlay_change *begun, *waiting;
	struct gh_time began;

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	gate_set(true);
	began = gh_now();
	begun = underlay_change(underlay, &ask);
	gate_await();
	waiting = underlay_change(underlay, &ask);
	for (int i = 0; i < 1000; i++) {
		underlay_link_changed(underlay, i % 2 ? "tun0" : "vnet0");
		underlay_tick(underlay);
		ev_run(loop, EVRUN_NOWAIT);
	}
	underlay_undo(begun);
	underlay_undo(waiting);
	underlay_sessions_del(underlay, s, SESSIONS);
	assert_int_equal(answers, 0);
	/* Nobody opens the gate but we: had one of these waited, we would not be here. */
	assert_true(gh_time_ms_between(began, gh_now()) < 5000);
	gate_set(false);
	underlay_wait(underlay);
	assert_int_equal(answers, 0);
	expect(false);
	/* Two links and a tick were looked at once each, and not a thousand times. */
	assert_true(gate.passed < 200);
}

/* The end does what was given, even if the answer is nobody's any more. */
static void *open_gate(void *arg)
{
	(void)arg;
	gate_await();
	gate_set(false);
	return NULL;
}

static void test_close(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);
	pthread_t other;

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	gate_set(true);
	underlay_change(underlay, &ask);
	underlay_link_changed(underlay, "tun0");
	underlay_tick(underlay);
	assert_int_equal(pthread_create(&other, NULL, open_gate, NULL), 0);
	underlay_close(underlay);
	pthread_join(other, NULL);
	assert_int_equal(answers, 0);
	expect(true);
	/* The next process takes over: no session of its configuration has an address. */
	underlay_begin(loop);
	underlay_settled(underlay);
	underlay_wait(underlay);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 0);
	assert_int_equal(routes_in(KERNEL_TABLE), BASE + SPACES);
}

static void test_link(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);
	struct gh_buf b = { 0 };

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	underlay_keep(underlay_change(underlay, &ask));
	await(1);
	rtnl_link_del_put(&b, (int)if_nametoindex("tun0"));
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	gh_buf_fini(&b);
	/* Closed: the unreachable routes stay. */
	assert_int_equal(routes_in(RT_TABLE_MAIN), SESSIONS);
	kernel_link("tun0", "tun0x");
	underlay_link_changed(underlay, "tun0");
	underlay_wait(underlay);
	expect(true);
}

static void test_without_thread(void **state)
{
	struct underlay_plan p = plan("10.1.0.0/16");
	struct underlay_session s[SESSIONS];
	struct underlay_ask ask = whole(&p, s, SESSIONS);
	struct underlay_change *c;

	(void)state;
	NEED_KERNEL();
	sessions_get(s);
	underlay_close(underlay);
	underlay_begin(NULL);
	c = underlay_change(underlay, &ask);
	assert_non_null(c);
	assert_int_equal(answers, 1);
	expect(true);
	underlay_undo(c);
	expect(false);
	s[2].local = addr("ff02::1");
	assert_null(underlay_change(underlay, &ask));
	assert_int_equal(answers, 2);
	expect(false);
	underlay_tick(underlay);
	underlay_link_changed(underlay, "tun0");
	underlay_settled(underlay);
	underlay_wait(underlay);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_keep, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_undo, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_refused, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_plan_refused, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_stuck, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_close, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_link, kernel_setup, kernel_teardown),
		cmocka_unit_test_setup_teardown(test_without_thread, kernel_setup, kernel_teardown),
	};

	return cmocka_run_group_tests(tests, kernel_group_setup, NULL);
}
