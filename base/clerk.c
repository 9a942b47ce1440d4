/*
 * The clerk's thread: see clerk.h.
 *
 * Two lists under one lock: what waits and what is done. One ev_async wakes
 * the loop; libev makes several wakes into one, so the loop takes the whole
 * list each time.
 */
#include "base/clerk.h"

#include <ev.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

struct list {
	struct clerk_job *first, **end;
};

struct clerk {
	struct ev_loop *loop;           /* NULL: no thread */
	int nicer;
	ev_async wake;
	pthread_t thread;
	pthread_mutex_t lock;           /* protects all below */
	pthread_cond_t more, idle;
	struct list waiting, finished;
	bool running;                   /* a job is in the clerk's hands */
	bool stop;
};

static void list_init(struct list *l)
{
	l->first = NULL;
	l->end = &l->first;
}

static void list_add(struct list *l, struct clerk_job *job)
{
	job->next = NULL;
	*l->end = job;
	l->end = &job->next;
}

static struct clerk_job *list_take(struct list *l)
{
	struct clerk_job *job = l->first;

	l->first = job->next;
	if (!l->first)
		l->end = &l->first;
	return job;
}

static void *work(void *arg)
{
	struct clerk *c = arg;

	/* On Linux this is the thread's own. */
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + c->nicer);
	pthread_mutex_lock(&c->lock);
	for (;;) {
		struct clerk_job *job;
		bool done;

		while (!c->waiting.first && !c->stop)
			pthread_cond_wait(&c->more, &c->lock);
		if (!c->waiting.first)
			break;
		job = list_take(&c->waiting);
		c->running = true;
		pthread_mutex_unlock(&c->lock);
		done = job->done;       /* without one, run may free the job */
		job->run(job);
		pthread_mutex_lock(&c->lock);
		c->running = false;
		if (!c->waiting.first)
			pthread_cond_signal(&c->idle);
		if (!done)
			continue;
		list_add(&c->finished, job);
		if (c->stop)
			continue;
		/* Not under the lock: the loop wakes at once, and would have to wait for it. */
		pthread_mutex_unlock(&c->lock);
		ev_async_send(c->loop, &c->wake);
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	return NULL;
}

static void tell_done(struct clerk *c, bool wait)
{
	struct clerk_job *job, *next;

	pthread_mutex_lock(&c->lock);
	while (wait && (c->waiting.first || c->running))
		pthread_cond_wait(&c->idle, &c->lock);
	job = c->finished.first;
	list_init(&c->finished);
	pthread_mutex_unlock(&c->lock);
	for (; job; job = next) {
		next = job->next;       /* done may free the job */
		job->done(job);
	}
}

static void on_wake(struct ev_loop *loop, ev_async *w, int events)
{
	(void)loop, (void)events;
	tell_done(w->data, false);
}

/* Signals are the loop's. */
static void start(struct clerk *c, const char *name)
{
	sigset_t all, before;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&c->thread, NULL, work, c))
		abort();
	pthread_setname_np(c->thread, name);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct clerk *clerk_new(struct ev_loop *loop, const char *name, int nicer)
{
	struct clerk *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->loop = loop;
	c->nicer = nicer;
	list_init(&c->waiting);
	list_init(&c->finished);
	if (!loop)
		return c;
	pthread_mutex_init(&c->lock, NULL);
	pthread_cond_init(&c->more, NULL);
	pthread_cond_init(&c->idle, NULL);
	ev_async_init(&c->wake, on_wake);
	c->wake.data = c;
	ev_async_start(loop, &c->wake);
	ev_unref(loop);         /* it alone keeps no loop running */
	start(c, name);
	return c;
}

void clerk_submit(struct clerk *clerk, struct clerk_job *job)
{
	if (!clerk->loop) {
		void (*done)(struct clerk_job *job) = job->done;

		job->run(job);
		if (done)
			done(job);
		return;
	}
	pthread_mutex_lock(&clerk->lock);
	list_add(&clerk->waiting, job);
	pthread_cond_signal(&clerk->more);
	pthread_mutex_unlock(&clerk->lock);
}

void clerk_wait(struct clerk *clerk)
{
	if (clerk->loop)
		tell_done(clerk, true);
}

void clerk_free(struct clerk *clerk)
{
	if (!clerk)
		return;
	if (clerk->loop) {
		pthread_mutex_lock(&clerk->lock);
		clerk->stop = true;
		pthread_cond_signal(&clerk->more);
		pthread_mutex_unlock(&clerk->lock);
		pthread_join(clerk->thread, NULL);
		ev_ref(clerk->loop);
		ev_async_stop(clerk->loop, &clerk->wake);
		pthread_cond_destroy(&clerk->idle);
		pthread_cond_destroy(&clerk->more);
		pthread_mutex_destroy(&clerk->lock);
	}
	free(clerk);
}
