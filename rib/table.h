/*
 * table - prefixes of both families, each with a value
 *
 * A path-compressed binary trie per family (Morrison's PATRICIA): at most two
 * nodes a prefix, lookups as deep as prefixes nest and branch. It answers what
 * the arbiter asks: the exact prefix, the nearest shorter one, everything
 * inside one.
 *
 * Ownership  the table owns its nodes, the caller the values. A node stays
 *            where it is until table_del of its prefix.
 * Threads    control thread.
 * Errors     table_add returns NULL without memory.
 */
#ifndef RIB_TABLE_H
#define RIB_TABLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/addr.h"

struct table_node {
	struct gh_prefix prefix;
	struct table_node *parent;
	struct table_node *child[2];
	void *value;                    /* NULL: a branching point, no prefix of the caller's */
};

struct table {
	struct table_node *root[2];     /* IPv4, IPv6 */
	size_t count[2];                /* prefixes with a value */
};

void table_init(struct table *t);
/* Frees the nodes; values are left to the caller, who has walked them. */
void table_fini(struct table *t);

/* Adds a prefix that is not there, with a value. Its bits past the length must be zero. */
struct table_node *table_add(struct table *t, const struct gh_prefix *prefix, void *value);
void table_del(struct table *t, struct table_node *node);

/* The node with a value for exactly this prefix, or NULL. */
struct table_node *table_find(const struct table *t, const struct gh_prefix *prefix);
/* The longest prefix that holds the address, or NULL. */
struct table_node *table_match(const struct table *t, const struct gh_addr *addr);
/* The nearest shorter prefix with a value that covers node, or NULL. */
struct table_node *table_covering(const struct table_node *node);

/*
 * Walks prefixes with a value, in order: a prefix before those inside it.
 * within NULL: all. The present node may be deleted if next was taken before.
 *
 *   for (n = table_first(t, within); n; n = table_next(t, within, n))
 *   table_each(n, t) ...                  the same for all
 */
#define table_each(n, t) \
	for (struct table_node *n = table_first(t, NULL); n; n = table_next(t, NULL, n))

struct table_node *table_first(const struct table *t, const struct gh_prefix *within);
struct table_node *table_next(const struct table *t, const struct gh_prefix *within,
			      const struct table_node *node);
/* The same, behind a prefix that need not be there: for walks in pieces. */
struct table_node *table_after(const struct table *t, const struct gh_prefix *within,
			       const struct gh_prefix *after);
/* Like table_next, but skips everything inside node. */
struct table_node *table_next_outside(const struct table *t, const struct gh_prefix *within,
				      const struct table_node *node);

#endif
