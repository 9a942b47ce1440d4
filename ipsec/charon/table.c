/*
 * Every SA that charon has installed: see table.h.
 *
 * Nothing of charon in here, so that it is tested without it.
 */
#include "ipsec/charon/table.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ipsec/charon/keys.h"

#define BUCKETS 4096u

struct entry {
	struct entry *next;
	struct gh_sa sa;                /* its keys are kept apart, in keys */
	struct gh_keys *keys;           /* NULL: only a reserved SPI */
	struct gh_sa_use use;
	bool spoken_of;                 /* gatehoused said something about it */
	uint64_t serial;
};

struct gh_table {
	pthread_mutex_t lock;           /* everything below */
	pthread_cond_t news;            /* spoken_of or listener changed */
	struct entry *buckets[BUCKETS];
	uint64_t serial;
	unsigned count;                 /* SAs, not reservations */
	gh_table_listener *listener;
	void *user;
};

struct gh_table *gh_table_new(void)
{
	struct gh_table *t = calloc(1, sizeof(*t));
	pthread_condattr_t attributes;

	if (!t)
		return NULL;
	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&t->news, &attributes);
	pthread_condattr_destroy(&attributes);
	return t;
}

static void entry_free(struct entry *e)
{
	gh_keys_free(e->keys);
	free(e);
}

void gh_table_free(struct gh_table *t)
{
	if (!t)
		return;
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (t->buckets[i]) {
			struct entry *e = t->buckets[i];

			t->buckets[i] = e->next;
			entry_free(e);
		}
	}
	pthread_cond_destroy(&t->news);
	pthread_mutex_destroy(&t->lock);
	free(t);
}

static void tell(struct gh_table *t, const struct gh_fact *f)
{
	if (t->listener)
		t->listener(t->user, f);
}

/* The one place where keys are joined to their SA, on the stack. */
static void tell_sa(struct gh_table *t, const struct entry *e)
{
	struct gh_fact f = { .type = GH_SA, .sa = e->sa };

	if (!t->listener || !e->keys)
		return;
	memcpy(f.sa.key, e->keys->key, sizeof(f.sa.key));
	memcpy(f.sa.integrity_key, e->keys->integrity_key, sizeof(f.sa.integrity_key));
	tell(t, &f);
	explicit_bzero(&f, sizeof(f));
}

static void tell_del(struct gh_table *t, const struct entry *e)
{
	if (e->keys)
		tell(t, &(struct gh_fact){ .type = GH_SA_DEL, .sa_name = e->sa.name });
}

void gh_table_attach(struct gh_table *t, gh_table_listener *listener, void *user)
{
	pthread_mutex_lock(&t->lock);
	t->listener = listener;
	t->user = user;
	for (unsigned i = 0; i < BUCKETS; i++)
		for (const struct entry *e = t->buckets[i]; e; e = e->next)
			tell_sa(t, e);
	tell(t, &(struct gh_fact){ .type = GH_END });
	pthread_mutex_unlock(&t->lock);
}

void gh_table_detach(struct gh_table *t)
{
	pthread_mutex_lock(&t->lock);
	t->listener = NULL;
	pthread_cond_broadcast(&t->news);
	pthread_mutex_unlock(&t->lock);
}

/* SPIs are random (ours) or as good as (theirs); fold the high half in for peers that count. */
static struct entry **bucket(struct gh_table *t, uint32_t spi)
{
	return &t->buckets[(spi ^ spi >> 16) % BUCKETS];
}

/* The place that points to the entry, or to NULL at the end of its chain. */
static struct entry **find(struct gh_table *t, uint32_t spi, const struct gh_addr *destination)
{
	struct entry **p = bucket(t, spi);

	while (*p && ((*p)->sa.name.spi != spi ||
		      gh_addr_cmp(&(*p)->sa.name.destination, destination)))
		p = &(*p)->next;
	return p;
}

static struct entry *insert(struct gh_table *t, uint32_t spi)
{
	struct entry *e = calloc(1, sizeof(*e)), **p = bucket(t, spi);

	if (!e)
		return NULL;
	e->next = *p;
	*p = e;
	return e;
}

static void unlink_entry(struct gh_table *t, struct entry **p)
{
	struct entry *e = *p;

	*p = e->next;
	if (e->keys)
		t->count--;
	entry_free(e);
}

int gh_table_reserve(struct gh_table *t, uint32_t spi, const struct gh_addr *destination)
{
	struct entry *e;
	int rc = 0;

	pthread_mutex_lock(&t->lock);
	if (*find(t, spi, destination)) {
		rc = -EEXIST;
	} else if (!(e = insert(t, spi))) {
		rc = -ENOMEM;
	} else {
		e->sa.name.spi = spi;
		e->sa.name.destination = *destination;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

static void fill(struct gh_table *t, struct entry *e, const struct gh_sa *sa)
{
	e->sa = *sa;
	memcpy(e->keys->key, sa->key, sizeof(e->keys->key));
	memcpy(e->keys->integrity_key, sa->integrity_key, sizeof(e->keys->integrity_key));
	explicit_bzero(e->sa.key, sizeof(e->sa.key));
	explicit_bzero(e->sa.integrity_key, sizeof(e->sa.integrity_key));
	e->use = (struct gh_sa_use){ .name = sa->name };
	e->spoken_of = false;
	e->serial = ++t->serial;
}

int gh_table_add(struct gh_table *t, const struct gh_sa *sa, uint64_t *serial)
{
	struct entry *e;
	int rc = -ENOMEM;

	pthread_mutex_lock(&t->lock);
	e = *find(t, sa->name.spi, &sa->name.destination);
	if (e)
		tell_del(t, e);
	else
		e = insert(t, sa->name.spi);
	if (e && !e->keys) {
		e->sa.name = sa->name;  /* so that a failure leaves a reservation */
		e->keys = gh_keys_new();
		t->count += e->keys != NULL;
	}
	if (e && e->keys) {
		fill(t, e, sa);
		tell_sa(t, e);
		*serial = e->serial;
		rc = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

static const struct entry *find_serial(struct gh_table *t, uint32_t spi, uint64_t serial)
{
	const struct entry *e = *bucket(t, spi);

	while (e && (e->sa.name.spi != spi || e->serial != serial))
		e = e->next;
	return e;
}

static struct timespec deadline(unsigned ms)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	return ts;
}

int gh_table_await(struct gh_table *t, uint32_t spi, uint64_t serial, unsigned most_ms)
{
	struct timespec until = deadline(most_ms);
	const struct entry *e;
	int rc = 0;

	pthread_mutex_lock(&t->lock);
	for (;;) {
		/* Looked up anew each time: others may change the table while we wait. */
		e = find_serial(t, spi, serial);
		if (!e || e->spoken_of || !t->listener || rc)
			break;
		rc = pthread_cond_timedwait(&t->news, &t->lock, &until);
	}
	rc = !e ? -ENOENT : e->spoken_of ? 0 : !t->listener ? -ENOTCONN : -ETIMEDOUT;
	pthread_mutex_unlock(&t->lock);
	return rc;
}

int gh_table_destination(struct gh_table *t, uint32_t spi, uint64_t serial,
			 struct gh_addr *out)
{
	const struct entry *e;

	pthread_mutex_lock(&t->lock);
	e = find_serial(t, spi, serial);
	if (e)
		*out = e->sa.name.destination;
	pthread_mutex_unlock(&t->lock);
	return e ? 0 : -ENOENT;
}

int gh_table_move(struct gh_table *t, uint32_t spi, const struct gh_addr *destination,
		  const struct gh_endpoint *source, const struct gh_endpoint *target, bool encap)
{
	struct gh_fact f = { .type = GH_SA_MOVE };
	struct entry *e;

	pthread_mutex_lock(&t->lock);
	e = *find(t, spi, destination);
	if (!e || !e->keys) {
		pthread_mutex_unlock(&t->lock);
		return -ENOENT;
	}
	f.sa_move = (struct gh_sa_move){
		.name = e->sa.name, .source = *source, .target = *target, .encap = encap };
	tell(t, &f);
	e->sa.source = *source;
	e->sa.target = *target;
	e->sa.encap = encap;
	e->sa.name.destination = target->addr;  /* the bucket goes by SPI alone */
	e->use.name = e->sa.name;
	pthread_mutex_unlock(&t->lock);
	return 0;
}

int gh_table_del(struct gh_table *t, uint32_t spi, const struct gh_addr *destination)
{
	struct entry **p;
	int rc = -ENOENT;

	pthread_mutex_lock(&t->lock);
	p = find(t, spi, destination);
	if (*p) {
		tell_del(t, *p);
		unlink_entry(t, p);
		rc = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

void gh_table_flush(struct gh_table *t)
{
	pthread_mutex_lock(&t->lock);
	for (unsigned i = 0; i < BUCKETS; i++) {
		while (t->buckets[i]) {
			tell_del(t, t->buckets[i]);
			unlink_entry(t, &t->buckets[i]);
		}
	}
	pthread_mutex_unlock(&t->lock);
}

int gh_table_set_use(struct gh_table *t, const struct gh_sa_use *use)
{
	struct entry *e;
	int rc = -ENOENT;

	pthread_mutex_lock(&t->lock);
	e = *find(t, use->name.spi, &use->name.destination);
	if (e && e->keys) {
		e->use = *use;
		if (!e->spoken_of)
			pthread_cond_broadcast(&t->news);
		e->spoken_of = true;
		rc = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

int gh_table_use(struct gh_table *t, uint32_t spi, const struct gh_addr *destination,
		 struct gh_sa_use *out)
{
	const struct entry *e;
	int rc = -ENOENT;

	pthread_mutex_lock(&t->lock);
	e = *find(t, spi, destination);
	if (e && e->keys) {
		*out = e->use;
		rc = 0;
	}
	pthread_mutex_unlock(&t->lock);
	return rc;
}

unsigned gh_table_count(struct gh_table *t)
{
	unsigned n;

	pthread_mutex_lock(&t->lock);
	n = t->count;
	pthread_mutex_unlock(&t->lock);
	return n;
}
