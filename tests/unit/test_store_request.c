/* store: every way to refuse, locks, startup, access, and how long the loop is held. */
#include "tests/unit/store_fixture.h"

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

static int chain;

static void submit_more(void *context, const struct store_outcome *outcome)
{
	static char text[32];
	struct store_request r = { .verb = STORE_EDIT, .target = STORE_RUNNING, .text = text,
				   .done = submit_more };

	(void)outcome;
	/* Whoever asks again from within an answer overtakes nobody. */
	if (context)
		assert_int_equal(chain, 1);
	else
		chain++;
	done_count++;
	if (context || chain > 3)
		return;
	snprintf(text, sizeof(text), "gateway\n mtu %d\n", 1400 + chain);
	r.length = strlen(text);
	store_submit(store, &r);
}

static void test_fair(void **state)
{
	struct store_request r = { .verb = STORE_EDIT, .target = STORE_RUNNING,
				   .text = "gateway\n mtu 1300\n", .length = 19,
				   .done = submit_more };

	(void)state;
	done_count = chain = 0;
	store_submit(store, &r);
	r.context = &r;
	store_submit(store, &r);
	while (done_count < 5)
		ev_run(loop, EVRUN_ONCE);
	running_is("gateway\n mtu 1403\n exit\n");
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
	/* A copy of running is no change that would forbid to lock it. */
	assert_int_equal(lock(STORE_CANDIDATE, 4), 0);
	assert_int_equal(unlock(STORE_CANDIDATE, 4), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_TURN(test_each_refuses), ON_LOOP(test_each_refuses),
		ON_LOOP(test_late), ON_LOOP(test_order), ON_LOOP(test_full), ON_LOOP(test_fair),
		IN_TURN(test_locks),
		IN_TURN(test_startup), ON_LOOP(test_startup),
		IN_TURN(test_given), IN_TURN(test_access),
		ON_LOOP(test_many),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&looked);
	return failed;
}
