/* store: candidate, commits that wait for confirmation, rollback. */
#include "tests/unit/store_fixture.h"

/* ---- candidate ---- */

static void test_candidate(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n mtu 1300\n"), 0);
	running_is(ASN(65010));
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), " gateway\n+ mtu 1300\n");
	assert_string_equal(look(STORE_VIEW_TEXT, STORE_CANDIDATE, 0),
			    "gateway\n asn 65010\n mtu 1300\n exit\n");
	assert_int_equal(verb(STORE_VALIDATE), 0);
	assert_int_equal(verb(STORE_COMMIT), 0);
	assert_true(answer.changed);
	running_is("gateway\n asn 65010\n mtu 1300\n exit\n");
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
	/* Nothing to commit is no commit. */
	assert_int_equal(verb(STORE_COMMIT), 0);
	assert_false(answer.changed);
	assert_string_equal(events, "CC");
	assert_int_equal(edit(STORE_CANDIDATE, "no gateway\n"), 0);
	assert_int_equal(verb(STORE_DISCARD), 0);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
}

/* It may be wrong for a while; what is committed may not. */
static void test_candidate_wrong(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n asn 23456\n"), 0);
	assert_int_equal(verb(STORE_VALIDATE), -EINVAL);
	says("gateway: asn 23456");
	assert_int_equal(verb(STORE_COMMIT), -EINVAL);
	running_is("");
	assert_string_equal(trace, "");
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "+gateway\n+ asn 23456\n");
	/* test-then-set refuses it at once, and keeps what was there. */
	assert_int_equal(verb(STORE_DISCARD), 0);
	assert_int_equal(submit((struct store_request){
		.verb = STORE_EDIT, .target = STORE_CANDIDATE, .test = true,
		.text = "gateway\n asn 23456\n", .length = 19 }), -EINVAL);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
	/* test-only sets nothing. */
	assert_int_equal(submit((struct store_request){
		.verb = STORE_EDIT, .target = STORE_RUNNING, .test_only = true,
		.text = ASN(65010), .length = strlen(ASN(65010)) }), 0);
	running_is("");
	assert_string_equal(trace, "");
}

/* A direct change is not undone by the commit of an older candidate. */
static void test_candidate_follows(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n mtu 1300\n"), 0);
	assert_int_equal(edit(STORE_RUNNING, "gateway\n asn 65011\ngateway connection a\n"), 0);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), " gateway\n+ mtu 1300\n");
	assert_int_equal(verb(STORE_COMMIT), 0);
	running_is("gateway\n asn 65011\n mtu 1300\n exit\ngateway connection a\n exit\n");
	/* One that is all new leaves nothing to follow. */
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n mtu 1301\n"), 0);
	assert_int_equal(submit((struct store_request){
		.verb = STORE_EDIT, .target = STORE_RUNNING, .whole = true,
		.text = ASN(65012), .length = strlen(ASN(65012)) }), 0);
	says("candidate's changes were discarded");
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
}

/* ---- confirmed commits ---- */

static void test_confirm(void **state)
{
	(void)state;
	assert_int_equal(verb(STORE_CONFIRM), -EINVAL);
	says("no confirmed commit waits");
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	change(0, "gateway\n mtu 1300\n");
	assert_int_equal(commit_confirmed(60, 0, NULL, NULL), 0);
	assert_true(there("unconfirmed.conf"));
	assert_int_equal(store_unconfirmed_s(store), 60);
	/* A direct change is taken back with it. */
	assert_int_equal(edit(STORE_RUNNING, "gateway\n mtu 1310\n"), 0);
	says("is taken back with it");
	assert_int_equal(verb(STORE_CONFIRM), 0);
	assert_false(there("unconfirmed.conf"));
	assert_int_equal(store_unconfirmed_s(store), 0);
	running_is("gateway\n asn 65010\n mtu 1310\n exit\n");
	assert_string_equal(events, "CCSCF");
}

static void test_cancel(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	change(0, "gateway\n mtu 1300\n");
	assert_int_equal(commit_confirmed(60, 0, NULL, NULL), 0);
	/* A second one waits longer, and returns to the same. */
	change(0, "gateway\n mtu 1310\n");
	assert_int_equal(commit_confirmed(90, 0, NULL, NULL), 0);
	assert_int_equal(store_unconfirmed_s(store), 90);
	/* A backend that would have to ask does not stop it. */
	later_by = 1;
	assert_int_equal(verb(STORE_CANCEL), 0);
	running_is(ASN(65010));
	assert_false(there("unconfirmed.conf"));
	assert_string_equal(events, "CCSCECX");
}

static void test_confirm_expires(void **state)
{
	struct store_commit history[STORE_COMMITS];

	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	change(0, "gateway\n mtu 1300\n");
	assert_int_equal(commit_confirmed(1, 0, NULL, NULL), 0);
	running_is("gateway\n asn 65010\n mtu 1300\n exit\n");
	while (store_unconfirmed_s(store))
		ev_run(loop, EVRUN_ONCE);
	running_is(ASN(65010));
	assert_string_equal(events, "CCSCT");
	assert_int_equal(store_history(store, history), 3);
	assert_string_equal(history[0].user, "gatehoused");
	assert_non_null(strstr(history[0].from, "not confirmed in time"));
}

static void test_confirm_persist(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	change(7, "gateway\n mtu 1300\n");
	assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT, .persist_id = "x",
							.user = { .uid = 1, .session = 7 } }),
			 -EINVAL);
	assert_int_equal(answer.tag, FINDING_INVALID_VALUE);
	assert_int_equal(commit_confirmed(60, 7, "token", NULL), 0);
	store_session_ended(store, 7);
	running_is("gateway\n asn 65010\n mtu 1300\n exit\n");
	assert_int_equal(commit_confirmed(60, 8, NULL, "wrong"), -EINVAL);
	assert_int_equal(answer.tag, FINDING_INVALID_VALUE);
	assert_int_equal(commit_confirmed(60, 8, NULL, NULL), -EINVAL);
	assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT,
							.persist_id = "token",
							.user.session = 8 }), 0);
	assert_int_equal(store_unconfirmed_s(store), 0);
	assert_string_equal(events, "CCSF");
}

/* Without persist it is the session's own, and ends with it. */
static void test_confirm_session(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	change(7, "gateway\n mtu 1300\n");
	assert_int_equal(commit_confirmed(60, 7, NULL, NULL), 0);
	assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT,
							.user.session = 8 }), -EBUSY);
	assert_int_equal(answer.tag, FINDING_IN_USE);
	assert_int_equal(answer.session, 7);
	assert_int_equal(submit((struct store_request){ .verb = STORE_CANCEL,
							.user = { .uid = 1, .session = 0 } }),
			 -EBUSY);
	store_session_ended(store, 8);
	assert_int_equal(store_unconfirmed_s(store), 60);
	store_session_ended(store, 7);
	running_is(ASN(65010));
	assert_string_equal(events, "CCSCX");
}

/* A daemon that dies meanwhile comes back with what was before. */
static void test_confirm_crash(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, "gateway\n asn 65010\ngateway connection b\n"), 0);
	assert_int_equal(edit(STORE_RUNNING, "gateway connection a\n"), 0);
	change(0, "no gateway connection a\n");
	assert_int_equal(commit_confirmed(60, 0, NULL, NULL), 0);
	assert_null(gw_config_connection(store_config(store), "a"));
	restart();
	says("not confirmed before the restart");
	assert_int_equal(gw_config_connection(store_config(store), "a")->leg, 2);
	assert_false(there("unconfirmed.conf"));
	assert_int_equal(store_unconfirmed_s(store), 0);
	/* The one after it finds nothing special. */
	restart();
	assert_null(strstr(gh_buf_text(&message), "not confirmed"));
	assert_non_null(gw_config_connection(store_config(store), "a"));
}

/* ---- history ---- */

static void test_rollback(void **state)
{
	struct store_commit history[STORE_COMMITS];
	char text[64];

	(void)state;
	for (int i = 0; i < 25; i++) {
		snprintf(text, sizeof(text), "gateway\n mtu %d\n", 1300 + i);
		assert_int_equal(edit(STORE_RUNNING, text), 0);
		assert_int_equal(answer.commit, i + 1);
	}
	assert_int_equal(store_history(store, history), 20);
	assert_int_equal(history[0].id, 25);
	assert_int_equal(history[19].id, 6);
	assert_int_equal(history[0].added, 1);
	assert_int_equal(history[0].removed, 1);
	assert_string_equal(history[0].user, "root");
	assert_string_equal(history[0].from, "test");
	assert_string_equal(look(STORE_VIEW_COMMIT, 0, 3), " gateway\n- mtu 1320\n+ mtu 1321\n");
	assert_string_equal(look(STORE_VIEW_SINCE, 0, 3), " gateway\n- mtu 1321\n+ mtu 1324\n");
	assert_non_null(strstr(look(STORE_VIEW_COMMIT, 0, 19), "no longer kept"));
	look(STORE_VIEW_COMMIT, 0, 20);
	assert_int_equal(answer.rc, -ENOENT);
	/* They outlive the daemon, who is told who and from where. */
	restart();
	assert_int_equal(store_history(store, history), 20);
	assert_string_equal(history[3].user, "root");
	assert_int_equal(history[3].id, 22);
	assert_int_equal(submit((struct store_request){ .verb = STORE_ROLLBACK, .number = 19 }), 0);
	running_is("gateway\n mtu 1305\n exit\n");
	assert_int_equal(answer.commit, 26);
	assert_int_equal(store_history(store, history), 20);
	assert_int_equal(history[19].id, 7);
	assert_false(there("commits/6.conf"));
	assert_true(there("commits/7.conf"));
	/* Into the candidate, to look at it before. */
	assert_int_equal(submit((struct store_request){ .verb = STORE_ROLLBACK, .number = 1,
							.target = STORE_CANDIDATE }), 0);
	running_is("gateway\n mtu 1305\n exit\n");
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), " gateway\n- mtu 1305\n+ mtu 1324\n");
	assert_int_equal(submit((struct store_request){ .verb = STORE_ROLLBACK, .number = 20 }),
			 -EINVAL);
	says("there is no commit 20");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TURN(test_candidate), ON_LOOP(test_candidate),
		IN_TURN(test_candidate_wrong), ON_LOOP(test_candidate_wrong),
		IN_TURN(test_candidate_follows), ON_LOOP(test_candidate_follows),
		IN_TURN(test_confirm), ON_LOOP(test_confirm),
		IN_TURN(test_cancel), ON_LOOP(test_cancel),
		ON_LOOP(test_confirm_expires),
		IN_TURN(test_confirm_persist), ON_LOOP(test_confirm_persist),
		IN_TURN(test_confirm_session),
		IN_TURN(test_confirm_crash), ON_LOOP(test_confirm_crash),
		IN_TURN(test_rollback), ON_LOOP(test_rollback),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&looked);
	return failed;
}
