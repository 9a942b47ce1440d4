/*
 * The confirmed commit: see store.h, RFC 6241 8.4.
 *
 * What to return to is text with leg numbers, in memory and in a file that a
 * restart finds. Returning is a request like any other, but trusted: no
 * backend asks another process whether it may, because a connection to that
 * process may be what the commit has cut.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define AGAIN_S 30.     /* after a return that was refused */

static uint64_t now_ms(void)
{
	return gh_now().ns / 1000000u;
}

static void forget(struct store *s)
{
	struct store_confirm *c = &s->confirm;

	if (s->loop)
		ev_timer_stop(s->loop, &c->limit);
	free(c->back);
	free(c->persist);
	c->back = c->persist = NULL;
	c->pending = c->ending = false;
	c->session = 0;
}

/* Puts its end into the queue; by is CANCELLED or TIMEOUT. */
static void end(struct store *s, enum store_event_kind by)
{
	const struct store_request r = {
		.verb = STORE_CANCEL, .target = STORE_RUNNING,
		.user = { .from = by == STORE_CONFIRM_TIMEOUT
			? "end of a confirmed commit: not confirmed in time"
			: "end of a confirmed commit: its session ended" },
	};
	struct store_task *task = store_task_new(s, &r);

	task->internal = true;
	task->ended_by = by;
	s->confirm.ending = true;
	store_task_submit(task);
}

static void on_limit(struct ev_loop *loop, ev_timer *w, int events)
{
	struct store *s = w->data;

	(void)loop, (void)events;
	if (s->confirm.pending && !s->confirm.ending)
		end(s, STORE_CONFIRM_TIMEOUT);
}

void store_confirm_init(struct store *s)
{
	ev_timer_init(&s->confirm.limit, on_limit, 0., 0.);
	s->confirm.limit.data = s;
}

void store_confirm_fini(struct store *s)
{
	forget(s);
}

static void limit_set(struct store *s, double seconds)
{
	s->confirm.ends_ms = now_ms() + (uint64_t)(seconds * 1000.);
	if (!s->loop)
		return;
	ev_timer_stop(s->loop, &s->confirm.limit);
	ev_now_update(s->loop);
	ev_timer_set(&s->confirm.limit, seconds, 0.);
	ev_timer_start(s->loop, &s->confirm.limit);
}

uint32_t store_unconfirmed_s(const struct store *store)
{
	uint64_t now = now_ms();

	if (!store->confirm.pending)
		return 0;
	return store->confirm.ends_ms > now ?
	       (uint32_t)((store->confirm.ends_ms - now + 999) / 1000) : 1;
}

/* ---- who may end it ---- */

static void refuse(struct store_task *task, enum finding_tag tag, const char *words)
{
	findings_add(&task->findings, false, tag, NULL, "%s", words)->session =
		task->store->confirm.session;
}

static bool is_owner(struct store_task *task)
{
	const struct store_confirm *c = &task->store->confirm;
	const struct store_request *r = &task->r;

	/* The recovery session of this host may always. */
	if (task->internal || (!r->user.session && !(r->user.who ? r->user.who->uid : r->user.uid)))
		return true;
	if (c->persist) {
		if (r->persist_id && !strcmp(r->persist_id, c->persist))
			return true;
		refuse(task, FINDING_INVALID_VALUE, r->persist_id
		       ? "persist-id: it is not that of the confirmed commit that waits"
		       : "a confirmed commit waits that persists; give its persist-id");
		return false;
	}
	if (c->session == r->user.session)
		return true;
	refuse(task, FINDING_IN_USE, "another session's confirmed commit waits; it can be confirmed"
	       " or cancelled there, and ends with that session");
	return false;
}

static bool too_late(struct store_task *task)
{
	if (!task->store->confirm.ending || task->internal)
		return false;
	refuse(task, FINDING_OPERATION_FAILED, "the confirmed commit is being taken back at this"
	       " moment; too late");
	return true;
}

static bool none_waits(struct store_task *task)
{
	if (task->store->confirm.pending)
		return false;
	refuse(task, task->r.persist_id ? FINDING_INVALID_VALUE : FINDING_OPERATION_FAILED,
	       "no confirmed commit waits");
	return true;
}

static char *copy(const char *text)
{
	char *s = text ? strdup(text) : NULL;

	if (text && !s)
		abort();
	return s;
}

/* Returning is the whole of an old text, with its leg numbers. */
static void prepare_return(struct store_task *task)
{
	const struct store_confirm *c = &task->store->confirm;

	free((char *)task->r.text);
	task->r.text = copy(c->back);
	task->r.length = strlen(task->r.text);
	task->r.whole = task->trusted = task->has_legs = task->drop_back = true;
	task->r.target = STORE_RUNNING;
	legs_from_text(&task->legs, task->r.text, task->r.length);
	if (!task->internal)
		task->ended_by = STORE_CONFIRM_CANCELLED;
}

bool store_confirm_allows(struct store_task *task)
{
	const struct store_confirm *c = &task->store->confirm;

	switch (task->r.verb) {
	case STORE_COMMIT:
		if (!c->pending && task->r.persist_id)
			return !none_waits(task);
		if (c->pending && (too_late(task) || !is_owner(task)))
			return false;
		task->keep_back = task->r.confirmed && !c->pending;
		task->drop_back = !task->r.confirmed && c->pending;
		return true;
	case STORE_CONFIRM:
		task->drop_back = true;
		return !none_waits(task) && !too_late(task) && is_owner(task);
	case STORE_CANCEL:
		if (none_waits(task) || too_late(task) || !is_owner(task))
			return false;
		prepare_return(task);
		return true;
	default:
		return true;
	}
}

/* ---- what became of it ---- */

static void tell(struct store_task *task, enum store_event_kind kind)
{
	struct store *s = task->store;

	store_tell(s, &(struct store_event){
		.kind = kind, .user = task->internal ? NULL : task->who.name,
		.from = task->r.user.from, .session = task->r.user.session,
		.confirmed_s = store_unconfirmed_s(s),
	});
}

static void wait_for_it(struct store_task *task)
{
	struct store_confirm *c = &task->store->confirm;
	bool extended = c->pending;

	if (!extended) {
		c->back = task->back;
		task->back = NULL;
		c->pending = true;
	}
	free(c->persist);
	c->persist = copy(task->r.persist);
	c->session = task->r.user.session;
	snprintf(c->user, sizeof(c->user), "%s", task->who.name);
	snprintf(c->from, sizeof(c->from), "%s", task->r.user.from);
	limit_set(task->store, task->r.confirmed_s ? task->r.confirmed_s : STORE_CONFIRM_S);
	tell(task, extended ? STORE_CONFIRM_EXTENDED : STORE_CONFIRM_STARTED);
}

void store_confirm_settle(struct store_task *task)
{
	struct store *s = task->store;

	if (task->r.verb == STORE_COMMIT && task->r.confirmed) {
		wait_for_it(task);
	} else if (task->r.verb == STORE_CANCEL) {
		forget(s);
		tell(task, task->ended_by);
	} else if (task->drop_back && s->confirm.pending) {
		forget(s);
		tell(task, STORE_CONFIRM_COMPLETE);
	} else if (s->confirm.pending && task->changed && task->r.target == STORE_RUNNING) {
		findings_add(&task->findings, true, FINDING_OPERATION_FAILED, NULL,
			     "a confirmed commit of %s waits: unless it is confirmed within %u s,"
			     " this change is taken back with it", s->confirm.user,
			     store_unconfirmed_s(s));
	}
}

void store_confirm_failed(struct store_task *task)
{
	struct gh_buf words = { 0 };

	if (task->r.verb != STORE_CANCEL || !task->store->confirm.pending || !task->trusted)
		return;
	task->store->confirm.ending = false;
	if (!task->internal)
		return;
	findings_print(&task->findings, &words);
	gh_error("configuration: the confirmed commit cannot be taken back, trying again in %.0f s:"
		 " %s", AGAIN_S, gh_buf_text(&words));
	gh_buf_fini(&words);
	limit_set(task->store, AGAIN_S);
}

void store_session_ended(struct store *store, uint32_t session)
{
	const struct store_confirm *c = &store->confirm;

	if (!session)
		return;
	if (c->pending && !c->ending && !c->persist && c->session == session)
		end(store, STORE_CONFIRM_CANCELLED);
	store_locks_release(store, session);
}
