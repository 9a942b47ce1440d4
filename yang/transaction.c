/*
 * The walk over the backends: see transaction.h.
 *
 * One after the other rather than all at once: the order is part of the
 * contract (what is cheap to refuse comes first, and abort is its mirror), and
 * an answer that comes late is told from the present one by its number alone.
 */
#include "yang/transaction.h"

#include <errno.h>
#include <ev.h>
#include <stdlib.h>
#include <string.h>

enum phase { IDLE, PREPARING, PREPARED, COMMITTING };

struct transaction {
	struct ev_loop *loop;
	ev_timer limit;
	unsigned limit_ms;
	struct transaction_backend *backends;
	size_t count;

	enum phase phase;
	size_t at;                      /* the backend that is asked now */
	uint64_t number;                /* of the present step; goes up with each */
	struct transaction_change change;
	struct transaction_asked asked;
	void (*committed)(void *context);
	void *committed_context;
};

static void prepare_on(struct transaction *t);
static void refuse(struct transaction *t, int rc, const char *why);

static void on_limit(struct ev_loop *loop, ev_timer *w, int events)
{
	struct transaction *t = w->data;
	const struct transaction_backend *b = &t->backends[t->at];
	struct gh_buf why = { 0 };

	(void)loop, (void)events;
	if (t->limit_ms % 1000)
		gh_buf_printf(&why, "no answer within %u ms; nothing was changed", t->limit_ms);
	else
		gh_buf_printf(&why, "no answer within %u s; nothing was changed",
			      t->limit_ms / 1000);
	if (b->abort)
		b->abort(b->self);
	refuse(t, -ETIMEDOUT, gh_buf_text(&why));
	gh_buf_fini(&why);
}

struct transaction *transaction_new(struct ev_loop *loop, unsigned limit_ms)
{
	struct transaction *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->loop = loop;
	t->limit_ms = limit_ms ? limit_ms : TRANSACTION_LIMIT_MS;
	ev_timer_init(&t->limit, on_limit, 0., 0.);
	t->limit.data = t;
	return t;
}

void transaction_free(struct transaction *t)
{
	if (!t)
		return;
	if (t->loop)
		ev_timer_stop(t->loop, &t->limit);
	free(t->backends);
	free(t);
}

void transaction_subscribe(struct transaction *t, const struct transaction_backend *backend)
{
	t->backends = reallocarray(t->backends, t->count + 1, sizeof(*t->backends));
	if (!t->backends)
		abort();
	t->backends[t->count++] = *backend;
}

static void limit_stop(struct transaction *t)
{
	if (t->loop)
		ev_timer_stop(t->loop, &t->limit);
}

static void limit_start(struct transaction *t)
{
	if (!t->loop)
		return;
	ev_now_update(t->loop);
	ev_timer_set(&t->limit, t->limit_ms / 1000., 0.);
	ev_timer_start(t->loop, &t->limit);
}

/* Those before `at`, the last first. */
static void abort_back(struct transaction *t)
{
	while (t->at-- > 0)
		if (t->backends[t->at].abort)
			t->backends[t->at].abort(t->backends[t->at].self);
	t->at = 0;
	t->phase = IDLE;
	t->number++;
}

static void refuse(struct transaction *t, int rc, const char *why)
{
	const struct transaction_asked asked = t->asked;
	struct gh_buf words = { 0 };

	gh_buf_printf(&words, "%s: %s", t->backends[t->at].name,
		      why && *why ? why : strerror(-rc));
	limit_stop(t);
	abort_back(t);
	asked.done(asked.context, rc, &words);
	gh_buf_fini(&words);
}

/* What the backend at `at` answered. */
static void prepared(struct transaction *t, int rc, const char *why)
{
	if (rc < 0) {
		refuse(t, rc, why);
		return;
	}
	t->at++;
	t->number++;
	prepare_on(t);
}

/* A loop rather than recursion: answers at once are the rule. */
static void prepare_on(struct transaction *t)
{
	struct gh_buf nothing = { 0 };

	while (t->at < t->count) {
		const struct transaction_backend *b = &t->backends[t->at];
		struct transaction_token token = { t, t->number };
		struct gh_buf why = { 0 };
		int rc = b->prepare ? b->prepare(b->self, token, &t->change, &why) : 0;

		if (rc > 0 && t->change.trusted) {
			if (b->abort)
				b->abort(b->self);
			rc = -EBUSY;
		}
		if (rc < 0)
			refuse(t, rc, gh_buf_text(&why));
		gh_buf_fini(&why);
		if (rc > 0)
			limit_start(t);
		if (rc)
			return;
		t->at++;
		t->number++;
	}
	limit_stop(t);
	t->phase = PREPARED;
	t->asked.done(t->asked.context, 0, &nothing);
	gh_buf_fini(&nothing);
}

void transaction_prepare(struct transaction *t, const struct transaction_change *change,
			 const struct transaction_asked *asked)
{
	if (t->phase != IDLE)
		abort();
	t->phase = PREPARING;
	t->change = *change;
	t->asked = *asked;
	t->at = 0;
	t->number++;
	prepare_on(t);
}

void transaction_prepared(struct transaction_token token, int rc, const char *why)
{
	struct transaction *t = token.transaction;

	if (t->phase != PREPARING || t->number != token.number)
		return;
	limit_stop(t);
	prepared(t, rc, why);
}

static void commit_on(struct transaction *t)
{
	void (*done)(void *context) = t->committed;

	while (t->at < t->count) {
		const struct transaction_backend *b = &t->backends[t->at];
		struct transaction_token token = { t, t->number };

		if (b->commit && b->commit(b->self, token, &t->change) == TRANSACTION_PENDING)
			return;
		t->at++;
		t->number++;
	}
	t->phase = IDLE;
	done(t->committed_context);
}

void transaction_commit(struct transaction *t, void (*done)(void *context), void *context)
{
	if (t->phase != PREPARED)
		abort();
	t->phase = COMMITTING;
	t->committed = done;
	t->committed_context = context;
	t->at = 0;
	t->number++;
	commit_on(t);
}

void transaction_committed(struct transaction_token token)
{
	struct transaction *t = token.transaction;

	if (t->phase != COMMITTING || t->number != token.number)
		return;
	t->at++;
	t->number++;
	commit_on(t);
}

void transaction_abort(struct transaction *t)
{
	if (t->phase != PREPARED)
		abort();
	t->at = t->count;
	abort_back(t);
}
