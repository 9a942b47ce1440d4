/*
 * context - the libyang context: our modules and those of NETCONF
 *
 * All module texts are built into the program, so that schema and program are
 * always of one version and no file can be missing. The IETF's modules come
 * from the build host's package of them (configure --with-ietf-modules).
 *
 * Ownership  the caller destroys the context with context_free, after all
 *            trees made with it.
 * Threads    whoever owns the trees; see clerk.h.
 * Errors     0 or -errno; words in why.
 */
#ifndef GH_YANG_CONTEXT_H
#define GH_YANG_CONTEXT_H

#include <libyang/libyang.h>

#include "base/buf.h"

/* A module or submodule as it was built in. */
struct context_module {
	const char *name;               /* "gatehouse" */
	const char *revision;           /* "" when the text has none */
	const char *text;
	size_t length;
};

int context_new(struct ly_ctx **out, struct gh_buf *why);
void context_free(struct ly_ctx *context);

/* The text of a built-in module or submodule, for get-schema; NULL when there is none. */
const struct context_module *context_text(const char *name);

#endif
