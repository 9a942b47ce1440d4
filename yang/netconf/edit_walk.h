/*
 * edit_walk - where the reading of a <config> stands, and what it reads there
 *
 * The path grows with each element that is entered; the walker cuts it back.
 *
 * Ownership  embedded in edit_config_read; borrows edits and findings.
 * Threads    the clerk.
 * Errors     false or NULL: a finding was added.
 */
#ifndef GH_NETCONF_EDIT_WALK_H
#define GH_NETCONF_EDIT_WALK_H

#include <stdbool.h>

#include "base/buf.h"
#include "yang/netconf/edit_config.h"

struct edit_walk {
	const struct edit_config *request;
	struct edits *edits;
	struct findings *findings;
	struct gh_buf path;     /* of the element at hand, JSON names */
	size_t entry;           /* where its own name begins in path */
	bool operation;         /* it is no configuration, but the way to an rpc or action */
};

/* Where an entry goes that the user orders, and whether its value is a secret. */
struct edit_spot {
	enum edit_place place;
	struct gh_buf anchor;
	bool secret;
};

struct finding *edit_walk_error(struct edit_walk *w, enum finding_tag tag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Appends the element's name to the path, and returns its configuration node. */
const struct lysc_node *edit_walk_enter(struct edit_walk *w, const struct lyd_node *element,
					const struct lysc_node *parent);
/* Appends [name='value']; name "." for a leaf-list. */
bool edit_walk_predicate(struct edit_walk *w, const char *name, const char *value);
/* Appends the predicates of all keys of a list entry. */
bool edit_walk_keys(struct edit_walk *w, const struct lyd_node *element,
		    const struct lysc_node *list);
/* The value in canonical form, with module names for prefixes. */
bool edit_walk_value(struct edit_walk *w, const struct lyd_node *element,
		     const struct lysc_node *leaf, struct gh_buf *out, bool *secret);
/* The attributes insert, key and value (RFC 7950 7.7.9, 7.8.6). */
bool edit_walk_place(struct edit_walk *w, const struct lyd_node *element,
		     const struct lysc_node *node, struct edit_spot *out);

#endif
