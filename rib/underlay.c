/*
 * The underlay's jobs: see underlay.h.
 *
 * One clerk for all of it rather than a job queue per kind: the order in which
 * things were given is what makes undoing and leaving right. What says the same
 * as a job that still waits is not given again, so that a kernel that is stuck
 * for long is not met with a queue of the links' flaps and the seconds since.
 */
#include "rib/underlay.h"

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clerk.h"
#include "rib/ground.h"

struct underlay {
	struct ground *ground;          /* the clerk's, once there is one */
	struct clerk *clerk;
	struct clerk_job tick;
	bool ticking;                   /* it was given and is not done */
	struct link_job *links;
	struct underlay_change *changes;
};

/* ---- changes ----------------------------------------------------------- */

struct underlay_change {
	struct clerk_job job, back;     /* job first: the clerk gives it back */
	struct underlay *underlay;
	struct underlay_change *next;
	/* What is asked. */
	bool has_plan;
	struct underlay_plan plan;
	struct underlay_session *sessions;
	size_t count;
	enum underlay_force force;
	void *context;
	void (*done)(void *context, const struct underlay_answer *answer);
	/* What became of it: the clerk's until it is told. */
	bool applied, added;
	struct underlay_plan before;
	struct underlay_answer answer;
	char why[256];
	/* What the caller wants. */
	bool told, kept;
	atomic_bool undone;
};

static bool is_there(const struct underlay *u, const struct underlay_change *c)
{
	const struct underlay_change *there = u->changes;

	while (there && there != c)
		there = there->next;
	return there;
}

static void change_free(struct underlay_change *c)
{
	struct underlay_change **link = &c->underlay->changes;

	while (*link != c)
		link = &(*link)->next;
	*link = c->next;
	free(c->sessions);
	free(c);
}

static void refuse(struct underlay_change *c, int error, size_t session)
{
	const char *why = ground_why(c->underlay->ground);

	c->answer.error = error;
	c->answer.session = session;
	memcpy(c->why, why, strnlen(why, sizeof(c->why) - 1));
}

static void take_back(struct underlay_change *c)
{
	struct ground *g = c->underlay->ground;

	if (c->added)
		ground_sessions_del(g, c->sessions, c->count);
	if (c->applied)
		ground_apply(g, &c->before);
	c->added = c->applied = false;
}

static int plan_set(struct underlay_change *c)
{
	struct ground *g = c->underlay->ground;
	int error = c->force == UNDERLAY_WHOLE ? ground_check(g, &c->plan) : 0;

	if (!error) {
		c->before = *ground_plan(g);
		c->applied = true;
		error = ground_apply(g, &c->plan);
	}
	if (!error || c->force != UNDERLAY_WHOLE)
		return 0;
	refuse(c, error, c->count);
	return error;
}

/* Only those are missing that are refused. */
static void add_one_by_one(struct underlay_change *c)
{
	size_t culprit, count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (!ground_sessions_add(c->underlay->ground, &c->sessions[i], 1, &culprit))
			c->sessions[count++] = c->sessions[i];
	c->count = count;
}

static int sessions_add(struct underlay_change *c)
{
	struct ground *g = c->underlay->ground;
	size_t culprit = c->count;
	int error = ground_sessions_add(g, c->sessions, c->count, &culprit);

	c->added = !error || c->force == UNDERLAY_AS_FAR_AS_IT_GOES;
	if (!error)
		return 0;
	if (c->added) {
		add_one_by_one(c);
		return 0;
	}
	refuse(c, error, culprit);
	return error;
}

static void run_change(struct clerk_job *job)
{
	struct underlay_change *c = (struct underlay_change *)job;

	/* Given up before its turn came. */
	if (atomic_load(&c->undone))
		return;
	if ((c->has_plan && plan_set(c)) || (c->count && sessions_add(c)))
		take_back(c);
}

static void change_done(struct clerk_job *job)
{
	struct underlay_change *c = (struct underlay_change *)job;
	struct underlay *u = c->underlay;

	if (atomic_load(&c->undone))
		return;         /* freed by the job that takes it back */
	if (c->done)
		c->done(c->context, &c->answer);
	if (!is_there(u, c))
		return;         /* undone by that call, without a thread */
	c->told = true;
	if (c->answer.error || c->kept)
		change_free(c);
}

static struct underlay_change *change_of_back(struct clerk_job *job)
{
	return (struct underlay_change *)((char *)job - offsetof(struct underlay_change, back));
}

static void run_back(struct clerk_job *job)
{
	take_back(change_of_back(job));
}

static void back_done(struct clerk_job *job)
{
	change_free(change_of_back(job));
}

static struct underlay_change *change_new(struct underlay *u, const struct underlay_ask *ask)
{
	struct underlay_change *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct underlay_change){
		.job = { .run = run_change, .done = change_done },
		.back = { .run = run_back, .done = back_done },
		.underlay = u, .next = u->changes, .has_plan = ask->plan != NULL,
		.count = ask->session_count, .force = ask->force,
		.context = ask->context, .done = ask->done,
	};
	if (ask->plan)
		c->plan = *ask->plan;
	c->answer = (struct underlay_answer){ .session = c->count, .why = c->why };
	c->sessions = calloc(c->count + 1, sizeof(*c->sessions));
	if (!c->sessions)
		abort();
	if (c->count)
		memcpy(c->sessions, ask->sessions, c->count * sizeof(*c->sessions));
	u->changes = c;
	return c;
}

struct underlay_change *underlay_change(struct underlay *u, const struct underlay_ask *ask)
{
	struct underlay_change *c = change_new(u, ask);

	clerk_submit(u->clerk, &c->job);
	return is_there(u, c) ? c : NULL;       /* without a thread it may be gone */
}

void underlay_keep(struct underlay_change *c)
{
	c->kept = true;
	if (c->told)
		change_free(c);
}

void underlay_undo(struct underlay_change *c)
{
	atomic_store(&c->undone, true);
	clerk_submit(c->underlay->clerk, &c->back);
}

/* ---- what nobody waits for --------------------------------------------- */

struct errand {
	struct clerk_job job;
	struct ground *ground;
	size_t count;
	struct underlay_session sessions[];
};

static struct errand *errand_new(struct underlay *u, void (*run)(struct clerk_job *job),
				 size_t count)
{
	struct errand *e = calloc(1, sizeof(*e) + count * sizeof(e->sessions[0]));

	if (!e)
		abort();
	e->job.run = run;
	e->ground = u->ground;
	e->count = count;
	return e;
}

static void run_leave(struct clerk_job *job)
{
	struct errand *e = (struct errand *)job;

	ground_sessions_del(e->ground, e->sessions, e->count);
	free(e);
}

void underlay_sessions_del(struct underlay *u, const struct underlay_session *sessions,
			   size_t count)
{
	struct errand *e;

	if (!count)
		return;
	e = errand_new(u, run_leave, count);
	memcpy(e->sessions, sessions, count * sizeof(*sessions));
	clerk_submit(u->clerk, &e->job);
}

static void run_settled(struct clerk_job *job)
{
	struct errand *e = (struct errand *)job;

	ground_settled(e->ground);
	free(e);
}

void underlay_settled(struct underlay *u)
{
	clerk_submit(u->clerk, &errand_new(u, run_settled, 0)->job);
}

static void run_remove(struct clerk_job *job)
{
	struct errand *e = (struct errand *)job;

	ground_remove(e->ground);
	free(e);
}

void underlay_remove(struct underlay *u)
{
	clerk_submit(u->clerk, &errand_new(u, run_remove, 0)->job);
	clerk_wait(u->clerk);
}

/* ---- links and seconds ------------------------------------------------- */

struct link_job {
	struct clerk_job job;
	struct underlay *underlay;
	struct link_job *next;
	atomic_bool begun;              /* it may have looked before what happens now */
	char name[GH_IFNAME_MAX + 1];
};

static void run_link(struct clerk_job *job)
{
	struct link_job *l = (struct link_job *)job;

	atomic_store(&l->begun, true);
	ground_link_changed(l->underlay->ground, l->name);
}

static void link_done(struct clerk_job *job)
{
	struct link_job *l = (struct link_job *)job, **link = &l->underlay->links;

	while (*link != l)
		link = &(*link)->next;
	*link = l->next;
	free(l);
}

void underlay_link_changed(struct underlay *u, const char *name)
{
	struct link_job *l;

	for (l = u->links; l; l = l->next)
		if (!strcmp(l->name, name) && !atomic_load(&l->begun))
			return;
	l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	l->job = (struct clerk_job){ .run = run_link, .done = link_done };
	l->underlay = u;
	l->next = u->links;
	strncpy(l->name, name, sizeof(l->name) - 1);
	u->links = l;
	clerk_submit(u->clerk, &l->job);
}

static struct underlay *underlay_of_tick(struct clerk_job *job)
{
	return (struct underlay *)((char *)job - offsetof(struct underlay, tick));
}

static void run_tick(struct clerk_job *job)
{
	ground_tick(underlay_of_tick(job)->ground);
}

static void tick_done(struct clerk_job *job)
{
	underlay_of_tick(job)->ticking = false;
}

void underlay_tick(struct underlay *u)
{
	if (u->ticking)
		return;
	u->ticking = true;
	clerk_submit(u->clerk, &u->tick);
}

/* ---- life -------------------------------------------------------------- */

int underlay_open(const struct underlay_config *config, struct underlay **out)
{
	struct underlay *u = calloc(1, sizeof(*u));
	int error;

	if (!u)
		return -ENOMEM;
	error = ground_open(config, &u->ground);
	if (error) {
		free(u);
		return error;
	}
	u->tick = (struct clerk_job){ .run = run_tick, .done = tick_done };
	u->clerk = clerk_new(config->loop, "underlay", 0);
	*out = u;
	return 0;
}

void underlay_wait(struct underlay *u)
{
	clerk_wait(u->clerk);
}

void underlay_close(struct underlay *u)
{
	struct link_job *l;

	if (!u)
		return;
	clerk_free(u->clerk);
	while (u->changes)
		change_free(u->changes);
	while ((l = u->links)) {
		u->links = l->next;
		free(l);
	}
	ground_close(u->ground);
	free(u);
}
