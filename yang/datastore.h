/*
 * datastore - the YANG context and the trees, with what is derived of running
 *
 * The running configuration lives once, as a libyang tree. Beside it stand the
 * typed snapshot, the text and the access rules that were made from that very
 * tree: they are swapped together, so they never disagree. The candidate is a
 * tree alone; while it is not modified there is none, and running serves.
 *
 * Ownership  the datastore owns the context, the running state and the
 *            candidate; what the getters return is borrowed until the next swap.
 * Threads    the clerk.
 * Errors     0 or -errno; words in why.
 */
#ifndef GH_YANG_DATASTORE_H
#define GH_YANG_DATASTORE_H

#include <libyang/libyang.h>

#include "base/buf.h"
#include "yang/access.h"
#include "yang/config.h"
#include "yang/edit.h"
#include "yang/finding.h"

struct datastore;

/* What one configuration is; all there, also when it is empty. */
struct datastore_state {
	struct lyd_node *tree;
	struct gw_config *config;
	char *text;
	struct access *access;
};

int datastore_new(struct datastore **out, struct gh_buf *why);
void datastore_free(struct datastore *ds);

struct ly_ctx *datastore_context(const struct datastore *ds);
const struct lys_module *datastore_module(const struct datastore *ds);
const struct datastore_state *datastore_running(const struct datastore *ds);

/* A copy of the running tree to edit; the caller frees it with lyd_free_all. */
struct lyd_node *datastore_copy(const struct datastore *ds);

/* NULL: not modified. */
const struct lyd_node *datastore_candidate(const struct datastore *ds);
/* Takes the tree over. NULL: from now on it follows running. */
void datastore_candidate_set(struct datastore *ds, struct lyd_node *tree);

/*
 * Does one step on *tree. -ENOENT: EDIT_DELETE found nothing. -EEXIST:
 * EDIT_CREATE found it. -ENODATA: the anchor is not there. -ENXIO: the schema
 * has no such node; -EINVAL: it refuses the value. Words in why, but for -ENOENT.
 */
int datastore_apply(const struct datastore *ds, struct lyd_node **tree, const struct edit *edit,
		    struct gh_buf *why);

/*
 * Fills in defaults and validates *tree. -EINVAL: the first error as a
 * finding, with the tag and app-tag of RFC 7950 15.
 */
int datastore_validate(const struct datastore *ds, struct lyd_node **tree,
		       struct findings *findings);

/* Exchanges the running state and *state. */
void datastore_swap(struct datastore *ds, struct datastore_state *state);
void datastore_state_fini(struct datastore_state *state);

#endif
