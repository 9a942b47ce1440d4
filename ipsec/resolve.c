/*
 * Names to addresses: see resolve.h.
 *
 * getaddrinfo is what an operator expects (hosts, nsswitch.conf, search
 * domains), and it cannot be interrupted. A resolver of our own on the loop
 * could be, but would know only DNS. So the part that the threads share is
 * counted, and the last of them buries it.
 */
#include "ipsec/resolve.h"

#include <errno.h>
#include <ev.h>
#include <netdb.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct question {
	struct question *next;
	bool asked;                     /* a thread is at it */
	struct resolve_answer answer;
};

/* What threads and control thread share, all under the lock but the lock. */
struct desk {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct question *waiting;       /* asked ones too, until they are answered */
	struct question *answered;
	unsigned unasked, idle, threads;
	struct ev_loop *loop;           /* NULL: nobody listens any more */
	ev_async *wake;
};

struct resolve {
	struct desk *desk;
	ev_async wake;
	resolve_told *told;
	void *user;
};

static void questions_free(struct question *q)
{
	while (q) {
		struct question *next = q->next;

		free(q);
		q = next;
	}
}

/* The last to leave: no thread, and no control thread. */
static void desk_free(struct desk *d)
{
	questions_free(d->waiting);
	questions_free(d->answered);
	pthread_cond_destroy(&d->more);
	pthread_mutex_destroy(&d->lock);
	free(d);
}

/* ---- in a thread ---- */

static int error_of(int rc)
{
	switch (rc) {
	case 0: return 0;
	case EAI_MEMORY: return -ENOMEM;
	case EAI_AGAIN:
	case EAI_SYSTEM: return -EAGAIN;
	default: return -ENOENT;
	}
}

static void look_up(struct resolve_answer *a)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_ADDRCONFIG };
	struct addrinfo *found = NULL;
	struct gh_endpoint e;

	a->error = error_of(getaddrinfo(a->name, NULL, &hints, &found));
	if (a->error)
		return;
	for (const struct addrinfo *i = found; i && a->count < RESOLVE_ADDRESSES_MAX; i = i->ai_next)
		if (!gh_endpoint_from_sockaddr(i->ai_addr, &e))
			a->addresses[a->count++] = e.addr;
	freeaddrinfo(found);
	if (!a->count)
		a->error = -ENOENT;
}

static struct question *take(struct desk *d)
{
	struct question *q = d->waiting;

	while (q && q->asked)
		q = q->next;
	if (q) {
		q->asked = true;
		d->unasked--;
	}
	return q;
}

static void hand_over(struct desk *d, struct question *q)
{
	struct question **p = &d->waiting;

	while (*p != q)
		p = &(*p)->next;
	*p = q->next;
	q->next = d->answered;
	d->answered = q;
	if (d->loop)
		ev_async_send(d->loop, d->wake);
}

static void *work(void *desk)
{
	struct desk *d = desk;
	bool last;

	pthread_mutex_lock(&d->lock);
	while (d->loop) {
		struct question *q = take(d);

		if (!q) {
			d->idle++;
			pthread_cond_wait(&d->more, &d->lock);
			d->idle--;
			continue;
		}
		pthread_mutex_unlock(&d->lock);
		look_up(&q->answer);    /* its name does not change, and it stays in the list */
		pthread_mutex_lock(&d->lock);
		hand_over(d, q);
	}
	last = !--d->threads;
	pthread_mutex_unlock(&d->lock);
	if (last)
		desk_free(d);
	return NULL;
}

/* ---- on the loop ---- */

static void on_wake(struct ev_loop *loop, ev_async *w, int events)
{
	struct resolve *r = w->data;
	struct question *q;

	(void)loop, (void)events;
	pthread_mutex_lock(&r->desk->lock);
	q = r->desk->answered;
	r->desk->answered = NULL;
	pthread_mutex_unlock(&r->desk->lock);
	for (const struct question *each = q; each; each = each->next)
		r->told(r->user, &each->answer);
	questions_free(q);
}

struct resolve *resolve_new(struct ev_loop *loop, resolve_told *told, void *user)
{
	struct resolve *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->desk = calloc(1, sizeof(*r->desk));
	if (!r->desk)
		abort();
	r->told = told;
	r->user = user;
	ev_async_init(&r->wake, on_wake);
	r->wake.data = r;
	ev_async_start(loop, &r->wake);
	ev_unref(loop);                 /* it alone keeps no loop running */
	pthread_mutex_init(&r->desk->lock, NULL);
	pthread_cond_init(&r->desk->more, NULL);
	r->desk->loop = loop;
	r->desk->wake = &r->wake;
	r->desk->threads = 1;           /* us */
	return r;
}

void resolve_free(struct resolve *r)
{
	struct desk *d;
	bool last;

	if (!r)
		return;
	d = r->desk;
	pthread_mutex_lock(&d->lock);
	ev_ref(d->loop);
	ev_async_stop(d->loop, &r->wake);
	d->loop = NULL;
	pthread_cond_broadcast(&d->more);
	last = !--d->threads;
	pthread_mutex_unlock(&d->lock);
	if (last)
		desk_free(d);
	free(r);
}

/* Signals are the loop's. */
static void start(struct desk *d)
{
	sigset_t all, before;
	pthread_t thread;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (!pthread_create(&thread, NULL, work, d)) {
		pthread_detach(thread);
		d->threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static struct question **find(struct desk *d, const char *name)
{
	struct question **p = &d->waiting;

	while (*p && strcmp((*p)->answer.name, name))
		p = &(*p)->next;
	return p;
}

void resolve_ask(struct resolve *r, const char *name)
{
	struct desk *d = r->desk;
	struct question *q, **p;

	pthread_mutex_lock(&d->lock);
	p = find(d, name);
	if (!*p) {
		q = calloc(1, sizeof(*q));
		if (!q)
			abort();
		snprintf(q->answer.name, sizeof(q->answer.name), "%s", name);
		*p = q;                 /* the last one: first come, first served */
		d->unasked++;
		if (d->unasked > d->idle && d->threads <= RESOLVE_THREADS)
			start(d);
		pthread_cond_signal(&d->more);
	}
	pthread_mutex_unlock(&d->lock);
}
