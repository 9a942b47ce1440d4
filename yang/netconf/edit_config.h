/*
 * edit_config - the <config> of edit-config as steps (RFC 6241 7.2, RFC 7950 7.x.8, 8.3)
 *
 * Reads elements against the schema: what has an unknown name, a value that
 * its type refuses, a list entry without its key or a wrong attribute is a
 * finding with the error-tag of RFC 7950 8.3.1. Whether a step can be done
 * (data-exists, data-missing) is found by who does it.
 *
 * Ownership  the caller owns edits and findings.
 * Threads    the clerk.
 */
#ifndef GH_NETCONF_EDIT_CONFIG_H
#define GH_NETCONF_EDIT_CONFIG_H

#include <libyang/libyang.h>

#include "yang/edit.h"
#include "yang/finding.h"

/* default-operation; the words of the operation attribute follow it. */
enum edit_operation {
	EDIT_OPERATION_MERGE,
	EDIT_OPERATION_REPLACE,
	EDIT_OPERATION_NONE,
	EDIT_OPERATION_CREATE,
	EDIT_OPERATION_DELETE,
	EDIT_OPERATION_REMOVE,
};

struct edit_config {
	const struct ly_ctx *schema;
	const struct lyd_node *config;  /* the element whose children are the data */
	enum edit_operation operation;  /* the default one */
	/*
	 * Encrypts a secret that came in clear. -errno: words in why. NULL:
	 * secrets come encrypted only.
	 */
	int (*encrypt)(void *self, const char *clear, struct gh_buf *out, struct gh_buf *why);
	void *self;
};

/*
 * Appends the steps. At replace the caller has them replace everything; inside,
 * elements then merge. What is wrong goes to findings, the rest still to edits.
 */
void edit_config_read(const struct edit_config *request, struct edits *edits,
		      struct findings *findings);

#endif
