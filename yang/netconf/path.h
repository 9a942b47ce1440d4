/*
 * path - data paths from module names to XML prefixes
 *
 * Inside the daemon a path has the names of JSON (RFC 7951):
 * "/gatehouse:gateway/connection[name='paris']". In an rpc-error it is XPath,
 * where every name has a prefix that the element declares.
 *
 * Threads    the clerk.
 */
#ifndef GH_NETCONF_PATH_H
#define GH_NETCONF_PATH_H

#include <libyang/libyang.h>

#include "base/buf.h"

/*
 * Appends the path with prefixes, and the declarations (` xmlns:gh="..."`) of
 * those that it uses. A module that is not known stays as it is written.
 */
void path_to_xml(const struct ly_ctx *schema, const char *path, struct gh_buf *out,
		 struct gh_buf *declarations);

/*
 * Appends the path with modules' names only where RFC 7951 6.11 has them: at
 * the top, and where a node is of another module than its parent.
 */
void path_to_json(const char *path, struct gh_buf *out);

/* The name of the last node of a path, without module and predicates. */
void path_last(const char *path, struct gh_buf *out);

#endif
