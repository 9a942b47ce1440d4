/*
 * snapshot - from the validated YANG tree to the typed configuration
 *
 * Ownership  the caller frees the result with gw_config_free.
 * Threads    the clerk.
 * Errors     none: what the tree does not have keeps its zero, so that a tree
 *            that validation refused can still be looked at for the reason.
 */
#ifndef GH_YANG_SNAPSHOT_H
#define GH_YANG_SNAPSHOT_H

#include <libyang/libyang.h>

#include "yang/config.h"
#include "yang/legs.h"
#include "yang/secret.h"

/* legs: the numbers to keep. key decides key_usable; NULL says none is. */
struct gw_config *snapshot_new(const struct lyd_node *tree, const struct legs *legs,
			       const struct secret_key *key);
/* The same, faster: before is of the same host key, and what it knows of keys is believed. */
struct gw_config *snapshot_next(const struct lyd_node *tree, const struct legs *legs,
				const struct secret_key *key, const struct gw_config *before);

/* Was anything below (or the node itself) set, rather than filled in as default? */
bool snapshot_explicit(const struct lyd_node *node);

#endif
