/*
 * Legs and their boxes: see nat.h.
 */
#include "gatehoused/nat.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ipsec/ipsec.h"
#include "rib/nl.h"

#define RETRY_S 5

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

struct nat {
	struct ipsec *ipsec;
	int line;
	unsigned ticks;
	struct boxed *used;             /* what legs take now */
	struct boxed *prepared;
};

struct nat *nat_new(struct ipsec *ipsec, int line)
{
	struct nat *n = calloc(1, sizeof(*n));

	if (!n)
		return NULL;
	n->ipsec = ipsec;
	n->line = line;
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

/* The shelf keeps what this process leaves. */
void nat_free(struct nat *n)
{
	struct boxed *next;

	if (!n)
		return;
	nat_abort(n);
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

static void key_make(const struct nat_want *want, char key[BOX_KEY_MAX + 1])
{
	uint64_t hash = hash_add(0xcbf29ce484222325, want->name, strlen(want->name));

	hash = hash_add(hash, want->rules, want->count * sizeof(*want->rules));
	snprintf(key, BOX_KEY_MAX + 1, "leg %u %016llx", want->leg, (unsigned long long)hash);
}

static struct boxed *box_new(const struct nat_want *want)
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

/* The keeper's box, with its rules; one that an ended daemon left half made gets them now. */
static int box_open(struct nat *n, struct boxed *b)
{
	int rc = box_take(n->line, b->key, b->fd, b->why);
	struct nl nft;

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

int nat_prepare(struct nat *n, const struct nat_want *want, char why[BOX_WHY_MAX])
{
	struct boxed *now = *place(&n->used, want->leg), *b;
	char key[BOX_KEY_MAX + 1];
	int rc;

	if (!want->count)
		return 0;
	key_make(want, key);
	if (now && now->open && !strcmp(now->key, key))
		return 0;
	b = box_new(want);
	rc = box_open(n, b);
	if (rc) {
		snprintf(why, BOX_WHY_MAX, "%s", b->why);
		box_free(b);
		return rc;
	}
	b->next = n->prepared;
	n->prepared = b;
	return 0;
}

void nat_abort(struct nat *n)
{
	while (n->prepared)
		drop(n, &n->prepared);
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

void nat_commit(struct nat *n, const struct nat_want *want)
{
	struct boxed **at = place(&n->prepared, want->leg), *b = *at, **old;
	struct boxed *now = *place(&n->used, want->leg);
	char key[BOX_KEY_MAX + 1];

	if (!want->count) {
		nat_remove(n, want->leg);
		return;
	}
	key_make(want, key);
	if (!b && now && !strcmp(now->key, key))
		return;
	if (b) {
		*at = b->next;
	} else {                /* it was not prepared, at a start: closed if this fails, too */
		b = box_new(want);
		box_open(n, b);
	}
	use(n, b);
	old = place(&n->used, want->leg);
	if (*old)
		drop(n, old);
	b->next = n->used;
	n->used = b;
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
	box_sweep(n->line);
}

void nat_tick(struct nat *n)
{
	if (++n->ticks % RETRY_S)
		return;
	for (struct boxed *b = n->used; b; b = b->next) {
		if (b->open || box_open(n, b))
			continue;
		gh_info("nat: connection %s has its translation", b->name);
		use(n, b);
	}
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
