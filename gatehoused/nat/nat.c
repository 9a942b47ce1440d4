/*
 * Legs and their boxes: see nat.h.
 */
#include "gatehoused/nat/nat.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clerk.h"
#include "base/log.h"
#include "ipsec/ipsec.h"
#include "rib/nl.h"

#define RETRY_S 5
#define CLERK_NICER 5           /* the loop and the datapath come first */

struct boxed {
	struct boxed *next;
	uint32_t leg;
	char key[BOX_KEY_MAX + 1];
	char name[GH_NAME_MAX + 1];
	struct box_rule *rules;
	size_t count;
	bool open;
	int fd[BOX_FDS];
	char why[BOX_WHY_MAX];          /* of one that is closed */
};

/* Boxes in the making. From nat_prepare on it is the clerk's, until made is called. */
struct making {
	struct clerk_job job;
	struct nat *nat;
	struct boxed *first;
	bool given, finished, aborted;
	int rc;
	nat_prepared *done;
	void *context;
};

struct nat {
	struct ipsec *ipsec;
	struct clerk *clerk;
	pthread_mutex_t asking;         /* the line: one asks at a time */
	int line;
	unsigned ticks;
	struct boxed *used;             /* what legs take now */
	struct making *making;          /* NULL: nothing is wanted or prepared */
	bool retrying;                  /* for closed legs, by a making of its own */
	bool swept;
};

static struct making *making_new(struct nat *n)
{
	struct making *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	m->nat = n;
	return m;
}

struct nat *nat_new(struct ipsec *ipsec, int line, struct ev_loop *loop)
{
	struct nat *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->ipsec = ipsec;
	n->line = line;
	pthread_mutex_init(&n->asking, NULL);
	n->clerk = clerk_new(loop, "nat", CLERK_NICER);
	if (!n->clerk) {
		free(n);
		return NULL;
	}
	return n;
}

static struct boxed **place(struct boxed **first, uint32_t leg)
{
	while (*first && (*first)->leg != leg)
		first = &(*first)->next;
	return first;
}

static void box_free(struct boxed *b)
{
	for (unsigned i = 0; i < BOX_FDS; i++) {
		if (b->fd[i] >= 0)
			close(b->fd[i]);
	}
	free(b->rules);
	free(b);
}

/* Out of the list and of the shelf. */
static void drop(struct nat *n, struct boxed **at)
{
	struct boxed *b = *at;

	*at = b->next;
	if (b->open)
		box_drop(n->line, b->key);
	box_free(b);
}

static void making_free(struct making *m)
{
	while (m->first)
		drop(m->nat, &m->first);
	free(m);
}

/* The shelf keeps what this process leaves. */
void nat_free(struct nat *n)
{
	struct boxed *next;

	if (!n)
		return;
	clerk_free(n->clerk);
	if (n->making)
		making_free(n->making);
	for (struct boxed *b = n->used; b; b = next) {
		next = b->next;
		box_free(b);
	}
	free(n);
}

/* ---- making ------------------------------------------------------------ */

static uint64_t hash_add(uint64_t hash, const void *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;       /* FNV-1a */
	return hash;
}

static void key_make(const struct nat_rules *want, char key[BOX_KEY_MAX + 1])
{
	uint64_t hash = hash_add(0xcbf29ce484222325, want->name, strlen(want->name));

	hash = hash_add(hash, want->rules, want->count * sizeof(*want->rules));
	snprintf(key, BOX_KEY_MAX + 1, "leg %u %016llx", want->leg, (unsigned long long)hash);
}

static struct boxed *box_new(const struct nat_rules *want)
{
	struct boxed *b = calloc(1, sizeof(*b));

	if (b)
		b->rules = calloc(want->count, sizeof(*b->rules));
	if (!b || !b->rules)
		abort();
	b->leg = want->leg;
	key_make(want, b->key);
	snprintf(b->name, sizeof(b->name), "%s", want->name);
	memcpy(b->rules, want->rules, want->count * sizeof(*b->rules));
	b->count = want->count;
	for (unsigned i = 0; i < BOX_FDS; i++)
		b->fd[i] = -1;
	return b;
}

/*
 * The keeper's box, with its rules; one that an ended daemon left half made gets them now.
 * Any thread.
 */
static int box_open(struct nat *n, struct boxed *b)
{
	struct nl nft;
	int rc;

	pthread_mutex_lock(&n->asking);
	rc = box_take(n->line, b->key, b->fd, b->why);
	pthread_mutex_unlock(&n->asking);
	if (rc < 0)
		return rc;
	nft = (struct nl){ .fd = b->fd[BOX_NFT], .seq = (uint32_t)gh_now().ns };
	rc = rc ? box_rules_present(&nft) : 0;
	if (!rc)
		rc = box_rules_load(&nft, b->rules, b->count);
	if (rc >= 0) {
		b->open = true;
		return 0;
	}
	snprintf(b->why, sizeof(b->why), "the kernel refuses its NAT rules: %s%s%.80s",
		 strerror(-rc), nft.why[0] ? ", " : "", nft.why);
	box_drop(n->line, b->key);
	for (unsigned i = 0; i < BOX_FDS; i++) {
		close(b->fd[i]);
		b->fd[i] = -1;
	}
	return rc;
}

void nat_want(struct nat *n, const struct nat_rules *want)
{
	struct boxed *now = *place(&n->used, want->leg), *b;
	char key[BOX_KEY_MAX + 1];

	if (!want->count)
		return;
	key_make(want, key);
	if (now && now->open && !strcmp(now->key, key))
		return;
	if (!n->making)
		n->making = making_new(n);
	b = box_new(want);
	b->next = n->making->first;
	n->making->first = b;
}

/* On the clerk. The first refusal is that of all. */
static void make(struct clerk_job *job)
{
	struct making *m = (struct making *)job;

	for (struct boxed *b = m->first; b && !m->rc; b = b->next)
		m->rc = box_open(m->nat, b);
}

static const char *why_of(const struct making *m)
{
	for (const struct boxed *b = m->first; b; b = b->next) {
		if (b->why[0])
			return b->why;
	}
	return "";
}

static void made(struct clerk_job *job)
{
	struct making *m = (struct making *)job;
	struct nat *n = m->nat;

	m->finished = true;
	if (m->aborted) {
		making_free(m);
		return;
	}
	if (m->rc)
		n->making = NULL;
	m->done(m->context, m->rc, m->rc ? why_of(m) : "");
	if (m->rc)
		making_free(m);
}

bool nat_prepare(struct nat *n, nat_prepared *done, void *context)
{
	struct making *m = n->making;

	if (!m)
		return false;
	m->job.run = make;
	m->job.done = made;
	m->done = done;
	m->context = context;
	m->given = true;
	clerk_submit(n->clerk, &m->job);
	return true;
}

void nat_abort(struct nat *n)
{
	struct making *m = n->making;

	if (!m)
		return;
	n->making = NULL;
	if (m->given && !m->finished)
		m->aborted = true;      /* the clerk has it */
	else
		making_free(m);
}

/* ---- taking effect ----------------------------------------------------- */

static void use(struct nat *n, struct boxed *b)
{
	int rc = b->open ? ipsec_nat_set(n->ipsec, b->leg, b->fd[BOX_TUN_INSIDE],
					 b->fd[BOX_TUN_OUTSIDE]) : -ENODEV;

	if (!rc)
		return;
	if (b->open)
		snprintf(b->why, sizeof(b->why), "the datapath does not take its box: %s",
			 strerror(-rc));
	ipsec_nat_set(n->ipsec, b->leg, -1, -1);
	gh_error("nat: connection %s is closed, for its addresses cannot be translated: %s", b->name,
		 b->why);
}

/* The leg has this box from now on, and not the one that it had. */
static void exchange(struct nat *n, struct boxed *b)
{
	struct boxed **old = place(&n->used, b->leg);

	use(n, b);
	if (*old)
		drop(n, old);
	b->next = n->used;
	n->used = b;
}

static struct boxed *take_prepared(struct nat *n, uint32_t leg)
{
	struct boxed **at = n->making ? place(&n->making->first, leg) : NULL;
	struct boxed *b = at ? *at : NULL;

	if (b)
		*at = b->next;
	return b;
}

void nat_commit(struct nat *n, const struct nat_rules *want)
{
	struct boxed *b = take_prepared(n, want->leg);
	struct boxed *now = *place(&n->used, want->leg);
	char key[BOX_KEY_MAX + 1];

	if (!want->count) {
		nat_remove(n, want->leg);
		return;
	}
	key_make(want, key);
	if (!b && now && !strcmp(now->key, key))
		return;
	if (!b)
		b = box_new(want);
	if (!b->open)
		box_open(n, b);
	exchange(n, b);
}

void nat_remove(struct nat *n, uint32_t leg)
{
	struct boxed **at = place(&n->used, leg);

	if (!*at)
		return;
	ipsec_nat_clear(n->ipsec, leg);
	drop(n, at);
}

void nat_settled(struct nat *n)
{
	if (n->making) {
		making_free(n->making);
		n->making = NULL;
	}
	if (n->swept)
		return;
	n->swept = true;
	box_sweep(n->line);
}

static void retried(struct clerk_job *job)
{
	struct making *m = (struct making *)job;
	struct nat *n = m->nat;
	struct boxed *b, *now;

	n->retrying = false;
	while ((b = m->first)) {
		m->first = b->next;
		now = *place(&n->used, b->leg);
		/* Something else may have become of the leg meanwhile. */
		if (b->open && now && !now->open && !strcmp(now->key, b->key)) {
			gh_info("nat: connection %s has its translation", b->name);
			exchange(n, b);
			continue;
		}
		if (now && !now->open)
			snprintf(now->why, sizeof(now->why), "%s", b->why);
		b->next = NULL;
		drop(n, &b);
	}
	free(m);
}

void nat_tick(struct nat *n)
{
	struct making *m;

	if (++n->ticks % RETRY_S || n->retrying)
		return;
	m = making_new(n);
	for (const struct boxed *b = n->used; b; b = b->next) {
		struct boxed *again;

		if (b->open)
			continue;
		again = box_new(&(struct nat_rules){ b->leg, b->name, b->rules, b->count });
		again->next = m->first;
		m->first = again;
	}
	if (!m->first) {
		free(m);
		return;
	}
	n->retrying = true;
	m->job.run = make;
	m->job.done = retried;
	clerk_submit(n->clerk, &m->job);
}

/* ---- showing ----------------------------------------------------------- */

static void visit_one(const struct boxed *b, nat_visit *visit, void *context)
{
	struct box_count *counts = calloc(b->count, sizeof(*counts));
	struct nl nft = { .fd = b->fd[BOX_NFT], .seq = (uint32_t)gh_now().ns };
	struct nat_view view = {
		.leg = b->leg, .open = b->open, .why = b->why, .rules = b->rules,
		.counts = counts, .count = b->count,
	};

	if (!counts)
		abort();
	if (b->open)
		box_rules_count(&nft, b->rules, b->count, counts);
	visit(context, &view);
	free(counts);
}

void nat_each(struct nat *n, uint32_t leg, nat_visit *visit, void *context)
{
	for (const struct boxed *b = n->used; b; b = b->next) {
		if (!leg || b->leg == leg)
			visit_one(b, visit, context);
	}
}
