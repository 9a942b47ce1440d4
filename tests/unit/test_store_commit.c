/* store: candidate, commits that wait for confirmation, rollback, locks; and every way to refuse. */
#include <errno.h>
#include <ev.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "tests/unit/yang_fixture.h"
#include "yang/store.h"

static char dir[64];
static struct ev_loop *loop;
static struct store *store;
static struct gh_buf message;
static struct {
	bool done;
	int rc;
	bool changed;
	uint64_t commit;
	enum finding_tag tag;
	uint32_t session;
} answer;
static char events[256];

/* ---- backends that refuse when told to ---- */

static int refuse_by, later_by;         /* 1 or 2; 0: none */
static char trace[512];
static struct transaction_token token_later;

static int prepare(void *self, struct transaction_token token,
		   const struct transaction_change *change, struct gh_buf *why)
{
	int n = *(const char *)self - '0';

	strcat(trace, "p");
	strcat(trace, self);
	if (refuse_by == n) {
		gh_buf_printf(why, "table is full");
		return -ENOSPC;
	}
	token_later = token;
	return later_by == n && !change->trusted ? TRANSACTION_PENDING : 0;
}

static int commit(void *self, struct transaction_token token,
		  const struct transaction_change *change)
{
	(void)token, (void)change;
	strcat(trace, "c");
	strcat(trace, self);
	return 0;
}

static void undo(void *self)
{
	strcat(trace, "a");
	strcat(trace, self);
}

/* ---- the store ---- */

static void on_event(void *self, const struct store_event *e)
{
	static const char letters[] = "CSEFXT";         /* in the order of the enum */

	(void)self;
	snprintf(events + strlen(events), sizeof(events) - strlen(events), "%c", letters[e->kind]);
}

static void start(void)
{
	char startup[128];
	const struct store_options options = {
		.loop = loop, .state_dir = dir, .run_dir = dir, .startup = startup,
		.prepare_ms = 50,
	};
	static const char *const names[] = { "charon", "bgpd" };

	snprintf(startup, sizeof(startup), "%s/frr.conf", dir);
	gh_buf_fini(&message);
	assert_int_equal(store_new(&options, &store, &message), 0);
	for (int i = 0; i < 2; i++)
		store_subscribe(store, &(struct transaction_backend){
			.name = names[i], .self = i ? "2" : "1",
			.prepare = prepare, .commit = commit, .abort = undo });
	store_watch(store, on_event, NULL);
}

static void quiet(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static int setup(void **state)
{
	(void)state;
	gh_log_set_sink(quiet);
	strcpy(dir, "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	refuse_by = later_by = 0;
	trace[0] = events[0] = '\0';
	loop = NULL;
	start();
	return 0;
}

static int setup_loop(void **state)
{
	setup(state);
	store_free(store);
	loop = ev_loop_new(0);
	start();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_free(store);
	store = NULL;
	if (loop)
		ev_loop_destroy(loop);
	gh_buf_fini(&message);
	return directory_remove(dir);
}

static void restart(void)
{
	store_free(store);
	start();
	events[0] = '\0';
	assert_int_equal(store_load(store, &message), 0);
}

static void on_done(void *context, const struct store_outcome *outcome)
{
	(void)context;
	answer.done = true;
	answer.rc = outcome->rc;
	answer.changed = outcome->changed;
	answer.commit = outcome->commit;
	for (size_t i = 0; i < outcome->findings->count; i++)
		if (!outcome->findings->array[i].warning) {
			answer.tag = outcome->findings->array[i].tag;
			answer.session = outcome->findings->array[i].session;
		}
	gh_buf_fini(&message);
	findings_print(outcome->findings, &message);
}

static int submit(struct store_request r)
{
	r.done = on_done;
	if (!r.user.from)
		r.user.from = "test";
	memset(&answer, 0, sizeof(answer));
	store_submit(store, &r);
	while (loop && !answer.done)
		ev_run(loop, EVRUN_ONCE);
	return answer.done ? answer.rc : 1;
}

static int edit(enum store_name target, const char *text)
{
	return submit((struct store_request){ .verb = STORE_EDIT, .target = target, .text = text,
					      .length = strlen(text) });
}

static int edit_by(uint32_t session, enum store_name target, const char *text)
{
	return submit((struct store_request){ .verb = STORE_EDIT, .target = target, .text = text,
					      .length = strlen(text),
					      .user = { .session = session } });
}

static int verb(enum store_verb v)
{
	return submit((struct store_request){ .verb = v, .target = STORE_CANDIDATE });
}

static void says(const char *words)
{
	if (!strstr(gh_buf_text(&message), words))
		fail_msg("\"%s\" does not say \"%s\"", gh_buf_text(&message), words);
}

static void running_is(const char *text)
{
	assert_string_equal(store_text(store), text);
}

static struct gh_buf looked;

static void on_look(void *context, int rc, struct gh_buf *text)
{
	(void)context;
	answer.done = true;
	answer.rc = rc;
	gh_buf_fini(&looked);
	gh_buf_append(&looked, gh_buf_text(text), gh_buf_length(text));
}

static const char *look(enum store_view view, enum store_name name, unsigned number)
{
	const struct store_look l = { .view = view, .name = name, .number = number,
				      .done = on_look };

	answer.done = false;
	store_look(store, &l);
	while (loop && !answer.done)
		ev_run(loop, EVRUN_ONCE);
	return gh_buf_text(&looked);
}

static bool there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !access(path, F_OK);
}

#define ASN(n) "gateway\n asn " #n "\n exit\n"

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

/* ---- refusals: nothing changed, and the words name the step ---- */

static void nothing_changed(const char *before, const char *words)
{
	running_is(before);
	says(words);
	assert_false(answer.changed);
	assert_int_equal(answer.commit, 0);
	assert_string_equal(events, "C");
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), " gateway\n+ mtu 1300\n");
}

static void test_each_refuses(void **state)
{
	static const char *const words[] = { "charon: table is full", "bgpd: table is full" };
	struct store_commit history[STORE_COMMITS];

	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n mtu 1300\n"), 0);
	for (refuse_by = 1; refuse_by <= 2; refuse_by++) {
		trace[0] = '\0';
		assert_int_equal(verb(STORE_COMMIT), -ENOSPC);
		nothing_changed(ASN(65010), words[refuse_by - 1]);
		assert_string_equal(trace, refuse_by == 1 ? "p1" : "p1p2a1");
		assert_int_equal(store_history(store, history), 1);
	}
	/* The file that says what to return to cannot be written. */
	refuse_by = 0;
	{
		char path[128];

		snprintf(path, sizeof(path), "%s/unconfirmed.conf.new", dir);
		assert_int_equal(mkdir(path, 0700), 0);
		trace[0] = '\0';
		assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT,
								.confirmed = true }), -EINVAL);
		nothing_changed(ASN(65010), "what to return to cannot be saved");
		assert_string_equal(trace, "p1p2a2a1");
		assert_int_equal(store_unconfirmed_s(store), 0);
		rmdir(path);
	}
	/* And then it goes through. */
	assert_int_equal(verb(STORE_COMMIT), 0);
	running_is("gateway\n asn 65010\n mtu 1300\n exit\n");
}

/* With the clerk's thread and a backend that answers late, or never. */
static void test_late(void **state)
{
	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n mtu 1300\n"), 0);
	for (later_by = 1; later_by <= 2; later_by++) {
		assert_int_equal(verb(STORE_COMMIT), -ETIMEDOUT);
		nothing_changed(ASN(65010), later_by == 1
				? "charon: no answer within 50 ms; nothing was changed"
				: "bgpd: no answer within 50 ms; nothing was changed");
	}
	/* An answer after that is nobody's. */
	transaction_prepared(token_later, 0, NULL);
	running_is(ASN(65010));
	later_by = 0;
	assert_int_equal(verb(STORE_COMMIT), 0);
}

static int done_count;

static void count_done(void *context, const struct store_outcome *outcome)
{
	assert_int_equal((long)context, done_count);
	assert_int_equal(outcome->rc, 0);
	done_count++;
}

/* Many at once are done one by one, and answered in their order. */
static void test_order(void **state)
{
	(void)state;
	done_count = 0;
	for (long i = 0; i < 50; i++) {
		char text[64];
		struct store_request r = { .verb = STORE_EDIT, .target = STORE_RUNNING,
					   .text = text, .context = (void *)i,
					   .done = count_done };

		snprintf(text, sizeof(text), "gateway\n mtu %ld\n", 1300 + i);
		r.length = strlen(text);
		store_submit(store, &r);
	}
	while (done_count < 50)
		ev_run(loop, EVRUN_ONCE);
	running_is("gateway\n mtu 1349\n exit\n");
}

static int full_count;

static void count_full(void *context, const struct store_outcome *outcome)
{
	(void)context;
	full_count += outcome->rc == -EAGAIN;
	done_count++;
}

static void test_full(void **state)
{
	const struct store_request r = { .verb = STORE_EDIT, .target = STORE_RUNNING,
					 .text = ASN(65010), .length = strlen(ASN(65010)),
					 .done = count_full };

	(void)state;
	done_count = full_count = 0;
	for (int i = 0; i < STORE_QUEUE_MAX + 11; i++)
		store_submit(store, &r);
	assert_int_equal(full_count, 10);
	while (done_count < STORE_QUEUE_MAX + 11)
		ev_run(loop, EVRUN_ONCE);
	assert_int_equal(full_count, 10);
}

/* ---- confirmed commits ---- */

static int commit_confirmed(uint32_t seconds, uint32_t session, const char *persist,
			    const char *persist_id)
{
	return submit((struct store_request){
		.verb = STORE_COMMIT, .confirmed = true, .confirmed_s = seconds,
		.persist = persist, .persist_id = persist_id, .user.session = session });
}

static void change(uint32_t session, const char *text)
{
	assert_int_equal(edit_by(session, STORE_CANDIDATE, text), 0);
}

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

/* ---- locks ---- */

static int lock(enum store_name name, uint32_t session)
{
	const struct store_user user = { .uid = 1000, .session = session, .from = "netconf" };
	struct findings found = { 0 };
	int rc = store_lock(store, name, &user, &found);

	gh_buf_fini(&message);
	findings_print(&found, &message);
	memset(&answer, 0, sizeof(answer));
	if (found.count) {
		answer.tag = found.array[0].tag;
		answer.session = found.array[0].session;
	}
	findings_fini(&found);
	return rc;
}

static int unlock(enum store_name name, uint32_t session)
{
	struct findings found = { 0 };
	int rc = store_unlock(store, name, session, &found);

	findings_fini(&found);
	return rc;
}

static void test_locks(void **state)
{
	uint64_t since;

	(void)state;
	assert_int_equal(lock(STORE_RUNNING, 4), 0);
	assert_int_equal(store_locked(store, STORE_RUNNING, &since), 4);
	assert_true(since > 0);
	assert_int_equal(lock(STORE_RUNNING, 4), -EBUSY);
	assert_int_equal(lock(STORE_RUNNING, 5), -EBUSY);
	assert_int_equal(answer.tag, FINDING_LOCK_DENIED);
	assert_int_equal(answer.session, 4);
	/* vtysh, too, and it is told who. */
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), -EBUSY);
	says("the running configuration is locked by session 4 (uid 1000 from netconf)");
	assert_int_equal(answer.tag, FINDING_IN_USE);
	assert_int_equal(answer.session, 4);
	assert_int_equal(edit(STORE_CANDIDATE, ASN(65010)), 0);
	assert_int_equal(verb(STORE_COMMIT), -EBUSY);
	assert_int_equal(edit_by(4, STORE_RUNNING, ASN(65011)), 0);
	assert_int_equal(unlock(STORE_RUNNING, 5), -EINVAL);
	assert_int_equal(unlock(STORE_RUNNING, 4), 0);
	assert_int_equal(unlock(STORE_RUNNING, 4), -EINVAL);
	assert_int_equal(edit(STORE_RUNNING, ASN(65012)), 0);
	/* A candidate with changes cannot be locked; its lock's end discards them. */
	assert_int_equal(lock(STORE_CANDIDATE, 4), -EBUSY);
	says("neither committed nor discarded");
	assert_int_equal(verb(STORE_DISCARD), 0);
	assert_int_equal(lock(STORE_CANDIDATE, 4), 0);
	assert_int_equal(edit(STORE_CANDIDATE, ASN(65010)), -EBUSY);
	assert_int_equal(verb(STORE_DISCARD), -EBUSY);
	assert_int_equal(edit_by(4, STORE_CANDIDATE, ASN(65010)), 0);
	assert_int_equal(verb(STORE_COMMIT), -EBUSY);
	store_session_ended(store, 4);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
	assert_int_equal(store_locked(store, STORE_CANDIDATE, NULL), 0);
	/* Running cannot be locked while another's commit waits. */
	change(4, ASN(65013));
	assert_int_equal(commit_confirmed(60, 4, NULL, NULL), 0);
	assert_int_equal(lock(STORE_RUNNING, 5), -EBUSY);
	assert_int_equal(answer.session, 4);
	assert_int_equal(lock(STORE_RUNNING, 4), 0);
}

/* ---- startup ---- */

static void write_startup(const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/frr.conf", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0640);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void startup_is(const char *text)
{
	char path[128], got[1024];
	struct stat st;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/frr.conf", dir);
	fd = open(path, O_RDONLY);
	n = read(fd, got, sizeof(got) - 1);
	close(fd);
	got[n] = '\0';
	assert_string_equal(got, text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
}

static int copy(enum store_name source, enum store_name target)
{
	return submit((struct store_request){ .verb = STORE_COPY, .source = source,
					      .target = target });
}

static void test_startup(void **state)
{
	(void)state;
	write_startup("hostname gw\n!\n" "gateway\n asn 65010\n exit\n!\n"
		      "gateway connection a\n exit\n!\nrouter bgp 65000\n exit\n!\nend\n");
	assert_string_equal(look(STORE_VIEW_TEXT, STORE_STARTUP, 0),
			    "gateway\n asn 65010\n exit\ngateway connection a\n exit\n");
	assert_int_equal(copy(STORE_STARTUP, STORE_RUNNING), 0);
	running_is("gateway\n asn 65010\n exit\ngateway connection a\n exit\n");
	assert_int_equal(edit(STORE_RUNNING, "no gateway connection a\n"), 0);
	assert_int_equal(copy(STORE_RUNNING, STORE_STARTUP), 0);
	startup_is("hostname gw\n!\n" ASN(65010) "router bgp 65000\n exit\n!\nend\n");
	assert_int_equal(submit((struct store_request){ .verb = STORE_DELETE,
							.target = STORE_STARTUP }), 0);
	startup_is("hostname gw\n!\nrouter bgp 65000\n exit\n!\nend\n");
	assert_int_equal(submit((struct store_request){ .verb = STORE_DELETE,
							.target = STORE_RUNNING }), -EINVAL);
	assert_int_equal(copy(STORE_RUNNING, STORE_RUNNING), -EINVAL);
	assert_int_equal(edit(STORE_STARTUP, ASN(65010)), -EINVAL);
	assert_int_equal(copy(STORE_STARTUP, STORE_CANDIDATE), 0);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "-gateway\n- asn 65010\n");
	assert_int_equal(copy(STORE_RUNNING, STORE_CANDIDATE), 0);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
}

/* A configuration that is given may be the empty one. */
static void test_given(void **state)
{
	struct edits none = { 0 }, some = { 0 };

	(void)state;
	assert_int_equal(edit(STORE_RUNNING, ASN(65010)), 0);
	edits_add(&some, &(struct edit){ .verb = EDIT_SET, .path = "/gatehouse:gateway/asn",
					 .value = "23456" });
	assert_int_equal(submit((struct store_request){ .verb = STORE_VALIDATE, .edits = &some,
							.target = STORE_CANDIDATE }), -EINVAL);
	assert_int_equal(some.count, 0);
	assert_int_equal(submit((struct store_request){ .verb = STORE_COPY, .edits = &none,
							.whole = true }), 0);
	running_is("");
}

/* ---- access: the same rules for every face ---- */

#define NOBODY 65534

static int edit_as(uint32_t uid, enum store_name target, const char *text)
{
	return submit((struct store_request){ .verb = STORE_EDIT, .target = target, .text = text,
					      .length = strlen(text), .user.uid = uid });
}

static void test_access(void **state)
{
	struct store_look l = { .view = STORE_VIEW_TEXT, .user.uid = NOBODY, .done = on_look };

	(void)state;
	assert_int_equal(edit(STORE_RUNNING, "gateway\n asn 65010\n"
			      "gateway connection a\n shared-key secret\n exit\n"
			      "gateway access\n group ops user nobody\n exit\n"), 0);
	/* By default anybody reads what is no secret, and nobody else writes. */
	assert_int_equal(edit_as(NOBODY, STORE_RUNNING, "gateway\n mtu 1300\n"), -EACCES);
	says("line 2: gateway: mtu");
	assert_int_equal(answer.tag, FINDING_ACCESS_DENIED);
	assert_int_equal(edit_as(NOBODY, STORE_CANDIDATE, "gateway\n mtu 1300\n"), -EACCES);
	assert_string_equal(look(STORE_VIEW_DIFF, 0, 0), "");
	store_look(store, &l);
	assert_non_null(strstr(gh_buf_text(&looked), "gateway connection a\n"));
	assert_null(strstr(gh_buf_text(&looked), "shared-key"));
	l.view = STORE_VIEW_COMMIT;
	store_look(store, &l);
	assert_non_null(strstr(gh_buf_text(&looked), "+gateway connection a\n"));
	assert_null(strstr(gh_buf_text(&looked), "shared-key"));
	/* A rule lets them do so much and no more. */
	assert_int_equal(edit(STORE_RUNNING, "gateway access-list ops\n group ops\n"
			      " rule mtu action permit\n rule mtu path /gatehouse:gateway/mtu\n"
			      " rule mtu operations *\n"), 0);
	assert_int_equal(edit_as(NOBODY, STORE_RUNNING, "gateway\n mtu 1300\n"), 0);
	assert_int_equal(edit_as(NOBODY, STORE_RUNNING, "gateway\n asn 65011\n"), -EACCES);
	/* Of a candidate, they commit what they may. */
	assert_int_equal(edit_as(NOBODY, STORE_CANDIDATE, "gateway\n mtu 1310\n"), 0);
	assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT,
							.user.uid = NOBODY }), 0);
	assert_int_equal(edit(STORE_CANDIDATE, "gateway\n asn 65011\n"), 0);
	assert_int_equal(submit((struct store_request){ .verb = STORE_COMMIT,
							.user.uid = NOBODY }), -EACCES);
	assert_int_equal(store_config(store)->asn, 65010);
	assert_int_equal(store_config(store)->mtu, 1310);
}

/* ---- the loop stays free ---- */

static struct gh_time woken;
static uint64_t longest_us;

static void on_woken(struct ev_loop *l, ev_check *w, int revents)
{
	(void)l, (void)w, (void)revents;
	woken = gh_now();
}

static void on_waiting(struct ev_loop *l, ev_prepare *w, int revents)
{
	uint64_t us = woken.ns ? (gh_now().ns - woken.ns) / 1000 : 0;

	(void)l, (void)w, (void)revents;
	if (us > longest_us)
		longest_us = us;
}

static void timed(const char *what, enum store_name target, enum store_verb v, const char *text,
		  bool whole)
{
	struct gh_time begin = gh_now(), submitted;
	struct store_request r = { .verb = v, .target = target, .text = text, .whole = whole,
				   .length = text ? strlen(text) : 0, .done = on_done };

	longest_us = 0;
	memset(&answer, 0, sizeof(answer));
	store_submit(store, &r);
	submitted = gh_now();
	while (!answer.done)
		ev_run(loop, EVRUN_ONCE);
	assert_int_equal(answer.rc, 0);
	print_message("%s: %llu ms, of which the loop was held %llu us and then at most %llu us\n",
		      what, (unsigned long long)gh_time_ms_between(begin, gh_now()),
		      (unsigned long long)(submitted.ns - begin.ns) / 1000,
		      (unsigned long long)longest_us);
}

static void test_many(void **state)
{
	struct gh_buf text = { 0 };
	ev_prepare waiting;
	ev_check check;

	(void)state;
	ev_prepare_init(&waiting, on_waiting);
	ev_check_init(&check, on_woken);
	ev_set_priority(&check, EV_MAXPRI);
	ev_prepare_start(loop, &waiting);
	ev_check_start(loop, &check);
	gh_buf_printf(&text, "gateway\n address-space 10.0.0.0/16\n public-address 203.0.113.1\n");
	for (int i = 0; i < 1000; i++)
		gh_buf_printf(&text, "gateway connection site%d\n remote-address 198.18.%d.%d\n"
			      " shared-key 0 secret number %d\n"
			      " bgp remote-as %d peer-address 10.200.%d.%d local-address 10.0.255.30\n"
			      " prefix 10.%d.%d.0/24\n weight %d\n exit\n", i, i / 250, i % 250 + 1, i,
			      64512 + i, i / 250, i % 250 + 1, 100 + i / 250, i % 250, i);
	timed("1000 connections as one text", STORE_RUNNING, STORE_EDIT, gh_buf_text(&text), true);
	timed("one line of 1000", STORE_RUNNING, STORE_EDIT,
	      "gateway connection site500\n weight 7\n", false);
	timed("one line of the candidate", STORE_CANDIDATE, STORE_EDIT,
	      "gateway connection site500\n weight 8\n", false);
	timed("commit of the candidate", STORE_CANDIDATE, STORE_COMMIT, NULL, false);
	timed("nothing new", STORE_RUNNING, STORE_EDIT,
	      "gateway connection site500\n weight 8\n", false);
	gh_buf_fini(&text);
}

#define IN_TURN(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ON_LOOP(f) { #f " on a loop", f, setup_loop, teardown, NULL }

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TURN(test_candidate), ON_LOOP(test_candidate),
		IN_TURN(test_candidate_wrong), ON_LOOP(test_candidate_wrong),
		IN_TURN(test_candidate_follows), ON_LOOP(test_candidate_follows),
		IN_TURN(test_each_refuses), ON_LOOP(test_each_refuses),
		ON_LOOP(test_late), ON_LOOP(test_order), ON_LOOP(test_full),
		IN_TURN(test_confirm), ON_LOOP(test_confirm),
		IN_TURN(test_cancel), ON_LOOP(test_cancel),
		ON_LOOP(test_confirm_expires),
		IN_TURN(test_confirm_persist), ON_LOOP(test_confirm_persist),
		IN_TURN(test_confirm_session),
		IN_TURN(test_confirm_crash), ON_LOOP(test_confirm_crash),
		IN_TURN(test_rollback), ON_LOOP(test_rollback),
		IN_TURN(test_locks),
		IN_TURN(test_startup), ON_LOOP(test_startup),
		IN_TURN(test_given), IN_TURN(test_access),
		ON_LOOP(test_many),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&looked);
	return failed;
}
