/*
 * reply - rpc-reply elements (RFC 6241 4.2 to 4.4)
 *
 * A reply is opened with all attributes of its rpc, gets one of ok, data or
 * errors, and is closed.
 *
 * Threads    the clerk.
 */
#ifndef GH_NETCONF_REPLY_H
#define GH_NETCONF_REPLY_H

#include <stdbool.h>
#include <libyang/libyang.h>

#include "base/buf.h"
#include "yang/finding.h"

/* The layer at which a request failed (error-type). */
enum reply_layer {
	REPLY_RPC,
	REPLY_PROTOCOL,
	REPLY_APPLICATION,
};

/* rpc: the element, or NULL when there is none to echo. */
void reply_open(const struct lyd_node *rpc, struct gh_buf *out);
void reply_close(struct gh_buf *out);

/* Every error; or every warning where there is no error. */
void reply_findings(const struct ly_ctx *schema, const struct findings *findings,
		    enum reply_layer layer, struct gh_buf *out);

/*
 * Appends the tree and its siblings as XML. options: with-defaults of
 * LYD_PRINT_*. false: libyang could not.
 */
bool reply_tree(const struct lyd_node *tree, uint32_t options, struct gh_buf *out);

#endif
