/*
 * datastore - the YANG context and the running tree, with what is derived of it
 *
 * The running configuration lives once, as a libyang tree of the module
 * gatehouse, which is built into the program. Beside it stand the typed
 * snapshot and the text that were made from that very tree: they are swapped
 * together, so they never disagree.
 *
 * Ownership  the datastore owns the context and the running state; what the
 *            getters return is borrowed until the next swap.
 * Threads    the control thread.
 * Errors     0 or -errno; words in why.
 */
#ifndef GH_YANG_DATASTORE_H
#define GH_YANG_DATASTORE_H

#include <libyang/libyang.h>

#include "base/buf.h"
#include "yang/config.h"
#include "yang/edit.h"

struct datastore;

/* Tree, snapshot and text of one configuration; all there, also when it is empty. */
struct datastore_state {
	struct lyd_node *tree;
	struct gw_config *config;
	char *text;
};

int datastore_new(struct datastore **out, struct gh_buf *why);
void datastore_free(struct datastore *ds);

struct ly_ctx *datastore_context(const struct datastore *ds);
const struct lys_module *datastore_module(const struct datastore *ds);
const struct datastore_state *datastore_running(const struct datastore *ds);

/* A copy of the running tree to edit; the caller frees it with lyd_free_all. */
struct lyd_node *datastore_copy(const struct datastore *ds);

/*
 * Does one step on *tree. -ENOENT: EDIT_DELETE found nothing. -EEXIST:
 * EDIT_CREATE found it. -ENODATA: the anchor is not there. -ENXIO: the schema
 * has no such node; -EINVAL: it refuses the value. Words in why, but for -ENOENT.
 */
int datastore_apply(const struct datastore *ds, struct lyd_node **tree, const struct edit *edit,
		    struct gh_buf *why);

/*
 * Fills in defaults and validates *tree. -EINVAL: words in why and the data
 * path of the culprit in path.
 */
int datastore_validate(const struct datastore *ds, struct lyd_node **tree, struct gh_buf *path,
		       struct gh_buf *why);

/* Exchanges the running state and *state. */
void datastore_swap(struct datastore *ds, struct datastore_state *state);
void datastore_state_fini(struct datastore_state *state);

#endif
