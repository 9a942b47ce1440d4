/*
 * A node without value has always two children; that bounds the trie at twice
 * the prefixes and is what table_del restores. Hash tables per length were
 * rejected: "everything inside" would cost a walk of all.
 */
#include "rib/table.h"

#include <stdlib.h>
#include <string.h>

static unsigned family_index(uint8_t family)
{
	return family == AF_INET6;
}

/* Bit number n of the address, 0 the first. */
static unsigned bit_at(const struct gh_addr *a, unsigned n)
{
	return a->b[n / 8] >> (7 - n % 8) & 1;
}

/* The length of the longest prefix that covers both. */
static unsigned common_length(const struct gh_prefix *a, const struct gh_prefix *b)
{
	unsigned most = a->length < b->length ? a->length : b->length;
	unsigned n = 0;

	for (unsigned i = 0; n < most; i++, n += 8) {
		unsigned differ = a->addr.b[i] ^ b->addr.b[i];

		if (differ) {
			n += (unsigned)__builtin_clz(differ) - 24;
			break;
		}
	}
	return n < most ? n : most;
}

static bool same(const struct gh_prefix *a, const struct gh_prefix *b)
{
	return a->length == b->length && !memcmp(&a->addr, &b->addr, sizeof(a->addr));
}

void table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
}

void table_fini(struct table *t)
{
	for (int i = 0; i < 2; i++) {
		struct table_node *n = t->root[i];

		while (n) {
			struct table_node *up = n->parent;

			if (n->child[0]) {
				n = n->child[0];
				continue;
			}
			if (n->child[1]) {
				n = n->child[1];
				continue;
			}
			if (up)
				up->child[up->child[1] == n] = NULL;
			free(n);
			n = up;
		}
	}
	table_init(t);
}

static struct table_node *node_new(const struct gh_prefix *prefix, void *value)
{
	struct table_node *n = calloc(1, sizeof(*n));

	if (n) {
		n->prefix = *prefix;
		n->value = value;
	}
	return n;
}

static struct table_node **link_of(struct table *t, struct table_node *n)
{
	if (!n->parent)
		return &t->root[family_index(n->prefix.addr.family)];
	return &n->parent->child[n->parent->child[1] == n];
}

static void put_below(struct table_node *parent, struct table_node *child)
{
	parent->child[bit_at(&child->prefix.addr, parent->prefix.length)] = child;
	child->parent = parent;
}

/* Puts fresh where old hangs, with old below it. */
static void put_above(struct table *t, struct table_node *fresh, struct table_node *old)
{
	*link_of(t, old) = fresh;
	fresh->parent = old->parent;
	put_below(fresh, old);
}

struct table_node *table_add(struct table *t, const struct gh_prefix *prefix, void *value)
{
	struct table_node **root = &t->root[family_index(prefix->addr.family)];
	struct table_node *parent = NULL, *n = *root, *fresh, *branch;
	struct gh_prefix joint = *prefix;

	while (n && n->prefix.length < prefix->length && gh_prefix_contains(&n->prefix, prefix)) {
		parent = n;
		n = n->child[bit_at(&prefix->addr, n->prefix.length)];
	}
	if (n && same(&n->prefix, prefix)) {
		n->value = value;
		t->count[family_index(prefix->addr.family)]++;
		return n;
	}
	fresh = node_new(prefix, value);
	if (!fresh)
		return NULL;
	if (!n) {
		if (parent)
			put_below(parent, fresh);
		else
			*root = fresh;
	} else if (gh_prefix_contains(prefix, &n->prefix)) {
		put_above(t, fresh, n);
	} else {
		joint.length = (uint8_t)common_length(prefix, &n->prefix);
		gh_prefix_mask(&joint);
		branch = node_new(&joint, NULL);
		if (!branch) {
			free(fresh);
			return NULL;
		}
		put_above(t, branch, n);
		put_below(branch, fresh);
	}
	t->count[family_index(prefix->addr.family)]++;
	return fresh;
}

/* Takes out a node without value that no longer branches. */
static void splice(struct table *t, struct table_node *n)
{
	struct table_node *parent = n->parent;
	struct table_node *child = n->child[0] ? n->child[0] : n->child[1];

	if (n->value || (n->child[0] && n->child[1]))
		return;
	*link_of(t, n) = child;
	if (child)
		child->parent = parent;
	free(n);
	if (!child && parent)
		splice(t, parent);
}

void table_del(struct table *t, struct table_node *node)
{
	t->count[family_index(node->prefix.addr.family)]--;
	node->value = NULL;
	splice(t, node);
}

struct table_node *table_find(const struct table *t, const struct gh_prefix *prefix)
{
	struct table_node *n = t->root[family_index(prefix->addr.family)];

	while (n && n->prefix.length < prefix->length)
		n = n->child[bit_at(&prefix->addr, n->prefix.length)];
	return n && n->value && same(&n->prefix, prefix) ? n : NULL;
}

struct table_node *table_match(const struct table *t, const struct gh_addr *addr)
{
	struct table_node *n = t->root[family_index(addr->family)], *best = NULL;

	while (n && gh_prefix_holds(&n->prefix, addr)) {
		if (n->value)
			best = n;
		if (n->prefix.length == gh_family_bits(addr->family))
			break;
		n = n->child[bit_at(addr, n->prefix.length)];
	}
	return best;
}

struct table_node *table_covering(const struct table_node *node)
{
	struct table_node *n = node->parent;

	while (n && !n->value)
		n = n->parent;
	return n;
}

/* Next in pre-order after everything below n; NULL at the end of the family. */
static struct table_node *leave(const struct table_node *n)
{
	for (; n->parent; n = n->parent)
		if (n->parent->child[0] == n && n->parent->child[1])
			return n->parent->child[1];
	return NULL;
}

static struct table_node *enter(const struct table_node *n)
{
	return n->child[0] ? n->child[0] : n->child[1] ? n->child[1] : leave(n);
}

/* The first node with a value from n on that is still inside. */
static struct table_node *settle(const struct table *t, const struct gh_prefix *within,
				 struct table_node *n, unsigned family)
{
	for (;;) {
		if (!n) {
			if (within || family == 1)
				return NULL;
			family = 1;
			n = t->root[1];
			continue;
		}
		if (within && !gh_prefix_contains(within, &n->prefix))
			return NULL;
		if (n->value)
			return n;
		n = enter(n);
	}
}

struct table_node *table_first(const struct table *t, const struct gh_prefix *within)
{
	struct table_node *n;

	if (!within)
		return settle(t, NULL, t->root[0], 0);
	n = t->root[family_index(within->addr.family)];
	while (n && n->prefix.length < within->length)
		n = n->child[bit_at(&within->addr, n->prefix.length)];
	return settle(t, within, n, family_index(within->addr.family));
}

struct table_node *table_next(const struct table *t, const struct gh_prefix *within,
			      const struct table_node *node)
{
	return settle(t, within, enter(node), family_index(node->prefix.addr.family));
}

/* The node that comes behind the prefix in its family; NULL: none. */
static struct table_node *behind(struct table_node *n, const struct gh_prefix *prefix)
{
	unsigned bit;

	while (n && n->prefix.length < prefix->length && gh_prefix_contains(&n->prefix, prefix)) {
		bit = bit_at(&prefix->addr, n->prefix.length);
		if (!n->child[bit])
			return !bit && n->child[1] ? n->child[1] : leave(n);
		n = n->child[bit];
	}
	if (!n)
		return NULL;
	if (same(&n->prefix, prefix))
		return enter(n);
	return gh_prefix_cmp(&n->prefix, prefix) > 0 ? n : leave(n);
}

struct table_node *table_after(const struct table *t, const struct gh_prefix *within,
			       const struct gh_prefix *after)
{
	unsigned family = family_index(after->addr.family);

	if (within && gh_prefix_cmp(after, within) < 0)
		return table_first(t, within);
	if (within && after->addr.family != within->addr.family)
		return NULL;
	return settle(t, within, behind(t->root[family], after), family);
}

struct table_node *table_next_outside(const struct table *t, const struct gh_prefix *within,
				      const struct table_node *node)
{
	return settle(t, within, leave(node), family_index(node->prefix.addr.family));
}
