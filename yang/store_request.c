/*
 * The queue and the phases: see store.h.
 *
 * A request is a task that the loop, the clerk and the backends hand on to
 * each other; nothing else of the store is locked meanwhile, because only the
 * head of the queue is worked on. (Planning the next request beside the
 * present one's commit was rejected: its base could still be refused.)
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void begin_next(struct store *s);

static char *copy(const char *text)
{
	char *s = text ? strdup(text) : NULL;

	if (text && !s)
		abort();
	return s;
}

struct store_task *store_task_new(struct store *s, const struct store_request *r)
{
	struct store_task *task = calloc(1, sizeof(*task));
	char *text = NULL;

	if (!task)
		abort();
	task->store = s;
	task->r = *r;
	if (r->text) {
		text = malloc(r->length + 1);
		if (!text)
			abort();
		memcpy(text, r->text, r->length);
		text[r->length] = '\0';
	}
	task->r.text = text;
	if (r->edits) {
		task->edits = *r->edits;
		*r->edits = (struct edits){ 0 };
	}
	task->r.persist = copy(r->persist);
	task->r.persist_id = copy(r->persist_id);
	task->r.user.from = copy(r->user.from ? r->user.from : "");
	if (r->user.who)
		access_user_copy(&task->who, r->user.who);
	return task;
}

void store_task_free(struct store_task *task)
{
	if (!task)
		return;
	if (task->r.text)
		explicit_bzero((char *)task->r.text, task->r.length);
	free((char *)task->r.text);
	free((char *)task->r.persist);
	free((char *)task->r.persist_id);
	free((char *)task->r.user.from);
	free(task->back);
	edits_fini(&task->edits);
	access_user_fini(&task->who);
	legs_fini(&task->legs);
	findings_fini(&task->findings);
	datastore_state_fini(&task->state);
	free(task);
}

void store_tell(struct store *s, const struct store_event *event)
{
	for (size_t i = 0; i < s->watcher_count; i++)
		s->watchers[i].event(s->watchers[i].self, event);
}

/* ---- phases ------------------------------------------------------------ */

static struct store_task *task_of(struct clerk_job *job)
{
	return (struct store_task *)job;        /* its first field */
}

static void to_clerk(struct store_task *task, void (*run)(struct clerk_job *job),
		     void (*done)(struct clerk_job *job))
{
	struct store *s = task->store;

	task->job = (struct clerk_job){ .run = run, .done = done };
	if (!s->loading) {
		clerk_submit(s->clerk, &task->job);
		return;
	}
	run(&task->job);
	if (done)
		done(&task->job);
}

static int first_errno(const struct findings *findings)
{
	for (size_t i = 0; findings->errors && i < findings->count; i++)
		if (!findings->array[i].warning)
			return finding_tag_errno(findings->array[i].tag);
	return 0;
}

static void run_release(struct clerk_job *job)
{
	store_task_free(task_of(job));
}

/* Answers, gives the trees to the clerk to free, and goes on with the next. */
static void finish(struct store_task *task)
{
	struct store *s = task->store;
	struct store_outcome outcome = { 0 };

	if (task->rc) {
		s->refused += task->r.target == STORE_RUNNING && !task->r.test_only;
		store_confirm_failed(task);
	} else {
		s->candidate_modified = task->candidate_modified;
		store_confirm_settle(task);
	}
	outcome = (struct store_outcome){
		/* With continue_on_error, what could be done was, and the rest is an error. */
		.rc = task->rc ? task->rc : -first_errno(&task->findings),
		.changed = task->changed, .commit = task->entry.id, .findings = &task->findings,
	};
	s->active = NULL;
	if (task->r.done)
		task->r.done(task->r.context, &outcome);
	to_clerk(task, run_release, NULL);
	if (!s->active)
		begin_next(s);
}

static void take_history(struct store_task *task)
{
	struct store *s = task->store;

	if (!task->entry.id)
		return;
	if (s->history_count < STORE_COMMITS)
		s->history_count++;
	memmove(&s->history[1], &s->history[0], (s->history_count - 1) * sizeof(s->history[0]));
	s->history[0] = task->entry;
	s->last_commit = task->entry.id;
}

static void on_recorded(struct clerk_job *job)
{
	struct store_task *task = task_of(job);
	struct store *s = task->store;

	take_history(task);
	s->commits++;
	store_tell(s, &(struct store_event){
		.kind = STORE_CHANGED,
		.user = task->internal ? NULL : task->who.name,
		.from = task->r.user.from, .session = task->r.user.session,
		.commit = task->entry.id,
	});
	finish(task);
}

static void run_record(struct clerk_job *job)
{
	store_record(task_of(job));
}

static void on_committed(void *context)
{
	to_clerk(context, run_record, on_recorded);
}

void store_take_running(struct store *s)
{
	const struct datastore_state *now = datastore_running(s->datastore);
	struct access *old = s->access;

	s->config = now->config;
	s->text = now->text;
	pthread_mutex_lock(&s->lock);
	s->access = access_get(now->access);
	pthread_mutex_unlock(&s->lock);
	access_put(old);
}

static void on_adopted(struct clerk_job *job)
{
	struct store_task *task = task_of(job);
	struct store *s = task->store;

	if (task->rc) {
		transaction_abort(s->transaction);
		task->changed = false;
		finish(task);
		return;
	}
	store_take_running(s);
	transaction_commit(s->transaction, on_committed, task);
}

static void run_adopt(struct clerk_job *job)
{
	store_adopt(task_of(job));
}

static void on_prepared(void *context, int rc, struct gh_buf *why)
{
	struct store_task *task = context;

	if (!rc) {
		to_clerk(task, run_adopt, on_adopted);
		return;
	}
	task->rc = rc;
	task->changed = false;
	findings_add(&task->findings, false, FINDING_OPERATION_FAILED, NULL, "%s",
		     gh_buf_text(why));
	finish(task);
}

static void on_planned(struct clerk_job *job)
{
	struct store_task *task = task_of(job);
	struct store *s = task->store;
	const struct transaction_asked asked = { task, on_prepared };

	if (task->rc || !task->changed || task->r.target != STORE_RUNNING) {
		finish(task);
		return;
	}
	task->commit = s->last_commit + 1;
	task->change = (struct transaction_change){
		.from = s->config, .to = task->state.config, .trusted = task->trusted,
	};
	transaction_prepare(s->transaction, &task->change, &asked);
}

static void run_plan(struct clerk_job *job)
{
	store_plan(task_of(job));
}

/* ---- the queue --------------------------------------------------------- */

/* The datastores that it changes are nobody else's. */
static bool locks_allow(struct store_task *task)
{
	const struct store_request *r = &task->r;
	uint32_t session = r->user.session;
	bool running = r->verb == STORE_COMMIT;
	bool target = running || r->verb == STORE_EDIT || r->verb == STORE_COPY ||
		      r->verb == STORE_DELETE || r->verb == STORE_ROLLBACK ||
		      r->verb == STORE_DISCARD;

	if (task->internal || r->test_only)
		return true;
	if (running && !store_lock_free(task->store, STORE_CANDIDATE, session, &task->findings))
		return false;
	return !target || store_lock_free(task->store, r->target, session, &task->findings);
}

static void begin(struct store_task *task)
{
	struct store *s = task->store;

	s->active = task;
	if (task->r.verb == STORE_COMMIT)
		task->r.target = STORE_RUNNING;
	else if (task->r.verb == STORE_DISCARD)
		task->r.target = STORE_CANDIDATE;
	if (!locks_allow(task) || !store_confirm_allows(task)) {
		task->rc = -first_errno(&task->findings);
		finish(task);
		return;
	}
	/* Which commit a number means, is decided now. */
	if (task->r.verb == STORE_ROLLBACK && task->r.number < s->history_count)
		task->back_to = s->history[task->r.number].id;
	to_clerk(task, run_plan, on_planned);
}

static void begin_next(struct store *s)
{
	struct store_task *task = s->first;

	if (!task)
		return;
	s->first = task->next;
	if (!s->first)
		s->end = &s->first;
	s->waiting--;
	begin(task);
}

static void refuse_full(struct store_task *task)
{
	struct store_outcome outcome = { .rc = -EAGAIN, .findings = &task->findings };

	findings_add(&task->findings, false, FINDING_RESOURCE_DENIED, NULL,
		     "%u requests wait already for the configuration; try again later",
		     STORE_QUEUE_MAX);
	if (task->r.done)
		task->r.done(task->r.context, &outcome);
	store_task_free(task);
}

void store_task_submit(struct store_task *task)
{
	struct store *s = task->store;

	/* What is asked for in a done waits behind what was asked for before. */
	if (!s->active && !s->first) {
		begin(task);
	} else if (s->waiting >= STORE_QUEUE_MAX && !task->internal) {
		refuse_full(task);
	} else {
		task->next = NULL;
		*s->end = task;
		s->end = &task->next;
		s->waiting++;
	}
}

void store_submit(struct store *store, const struct store_request *request)
{
	store_task_submit(store_task_new(store, request));
}
