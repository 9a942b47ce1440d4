/*
 * access_path - the node-instance-identifier of an access rule (RFC 8341)
 *
 * "/gatehouse:gateway/connection[name='paris']": an instance-identifier whose
 * key predicates may be left out, which then stands for all entries. "/" is
 * everything. A step without a prefix is of the module of the step before it.
 * The variable $USER is not known: libyang refuses it in such a value.
 *
 * Ownership  the path owns its strings; it points into the context's schema.
 * Threads    the clerk.
 * Errors     -EINVAL with words: not such a path, or the schema has no such node.
 */
#ifndef GH_YANG_ACCESS_PATH_H
#define GH_YANG_ACCESS_PATH_H

#include <stdbool.h>

#include <libyang/libyang.h>

#include "base/buf.h"

struct access_path_test {
	const struct lysc_node *key;    /* NULL: the node's own value */
	char *value;                    /* canonical */
	unsigned position;              /* of a list without keys, from 1; 0: not that kind */
};

struct access_path_step {
	const struct lysc_node *schema;
	struct access_path_test *tests;
	size_t test_count;
};

struct access_path {
	struct access_path_step *steps; /* none: everything */
	size_t step_count;
};

/* why may be NULL. */
int access_path_parse(const struct ly_ctx *context, const char *text, struct access_path *out,
		      struct gh_buf *why);
void access_path_fini(struct access_path *path);

/* Is this instance, a child of what matched the steps before, what the step asks for? */
bool access_path_matches(const struct access_path_step *step, const struct lyd_node *node);

#endif
