/* What the tests of the store's requests share: a store with two backends, on a loop or without. */
#ifndef GH_TESTS_STORE_FIXTURE_H
#define GH_TESTS_STORE_FIXTURE_H

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

static inline int prepare(void *self, struct transaction_token token,
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

static inline int commit(void *self, struct transaction_token token,
		  const struct transaction_change *change)
{
	(void)token, (void)change;
	strcat(trace, "c");
	strcat(trace, self);
	return 0;
}

static inline void undo(void *self)
{
	strcat(trace, "a");
	strcat(trace, self);
}

/* ---- the store ---- */

static inline void on_event(void *self, const struct store_event *e)
{
	static const char letters[] = "CSEFXT";         /* in the order of the enum */

	(void)self;
	snprintf(events + strlen(events), sizeof(events) - strlen(events), "%c", letters[e->kind]);
}

static inline void start(void)
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

static inline void quiet(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static inline int setup(void **state)
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

static inline int setup_loop(void **state)
{
	setup(state);
	store_free(store);
	loop = ev_loop_new(0);
	start();
	return 0;
}

static inline int teardown(void **state)
{
	(void)state;
	store_free(store);
	store = NULL;
	if (loop)
		ev_loop_destroy(loop);
	gh_buf_fini(&message);
	return directory_remove(dir);
}

static inline void restart(void)
{
	store_free(store);
	start();
	events[0] = '\0';
	assert_int_equal(store_load(store, &message), 0);
}

static inline void on_done(void *context, const struct store_outcome *outcome)
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

static inline int submit(struct store_request r)
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

static inline int edit(enum store_name target, const char *text)
{
	return submit((struct store_request){ .verb = STORE_EDIT, .target = target, .text = text,
					      .length = strlen(text) });
}

static inline int edit_by(uint32_t session, enum store_name target, const char *text)
{
	return submit((struct store_request){ .verb = STORE_EDIT, .target = target, .text = text,
					      .length = strlen(text),
					      .user = { .session = session } });
}

static inline int verb(enum store_verb v)
{
	return submit((struct store_request){ .verb = v, .target = STORE_CANDIDATE });
}

static inline void says(const char *words)
{
	if (!strstr(gh_buf_text(&message), words))
		fail_msg("\"%s\" does not say \"%s\"", gh_buf_text(&message), words);
}

static inline void running_is(const char *text)
{
	assert_string_equal(store_text(store), text);
}

static struct gh_buf looked;

static inline void on_look(void *context, int rc, struct gh_buf *text)
{
	(void)context;
	answer.done = true;
	answer.rc = rc;
	gh_buf_fini(&looked);
	gh_buf_append(&looked, gh_buf_text(text), gh_buf_length(text));
}

static inline const char *look(enum store_view view, enum store_name name, unsigned number)
{
	const struct store_look l = { .view = view, .name = name, .number = number,
				      .done = on_look };

	answer.done = false;
	store_look(store, &l);
	while (loop && !answer.done)
		ev_run(loop, EVRUN_ONCE);
	return gh_buf_text(&looked);
}

static inline bool there(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return !access(path, F_OK);
}

#define ASN(n) "gateway\n asn " #n "\n exit\n"

static inline int commit_confirmed(uint32_t seconds, uint32_t session, const char *persist,
			    const char *persist_id)
{
	return submit((struct store_request){
		.verb = STORE_COMMIT, .confirmed = true, .confirmed_s = seconds,
		.persist = persist, .persist_id = persist_id, .user.session = session });
}

static inline void change(uint32_t session, const char *text)
{
	assert_int_equal(edit_by(session, STORE_CANDIDATE, text), 0);
}

#define IN_TURN(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ON_LOOP(f) { #f " on a loop", f, setup_loop, teardown, NULL }

#endif
