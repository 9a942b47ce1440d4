/*
 * message - a received NETCONF message as elements
 *
 * A message is parsed in a context without any schema, so that libyang judges
 * its XML only, and each part of it is then read against the model by whoever
 * knows what it means: an edit, a filter and an input need different things
 * of one and the same element. Before that the text is looked over, because
 * libyang would follow any depth, and does not survive elements without a
 * namespace side by side.
 *
 * Ownership  the caller frees the tree with lyd_free_all. What the accessors
 *            return is borrowed of it.
 * Threads    the clerk.
 */
#ifndef GH_NETCONF_MESSAGE_H
#define GH_NETCONF_MESSAGE_H

#include <stdbool.h>
#include <libyang/libyang.h>

#include "base/buf.h"

#define MESSAGE_DEPTH_MAX 64
#define MESSAGE_ELEMENTS_MAX 400000

#define NS_BASE "urn:ietf:params:xml:ns:netconf:base:1.0"
#define NS_YANG "urn:ietf:params:xml:ns:yang:1"
#define NS_NOTIFICATION "urn:ietf:params:xml:ns:netconf:notification:1.0"
#define NS_MONITORING "urn:ietf:params:xml:ns:yang:ietf-netconf-monitoring"
#define NS_NMDA "urn:ietf:params:xml:ns:yang:ietf-netconf-nmda"
#define NS_WITH_DEFAULTS "urn:ietf:params:xml:ns:yang:ietf-netconf-with-defaults"

/* The context that messages are parsed in; NULL when memory is gone. */
struct ly_ctx *message_context_new(void);

/* -EBADMSG: not well-formed; -E2BIG: too deep or too many elements. Words in why. */
int message_parse(struct ly_ctx *context, const char *text, size_t length,
		  struct lyd_node **root, struct gh_buf *why);

/* ---- elements ---- */

const char *element_name(const struct lyd_node *element);
/* "" for no namespace. */
const char *element_ns(const struct lyd_node *element);
/* The text, "" when there is none, as it came. */
const char *element_text(const struct lyd_node *element);
/* The text without the white space around it, in a buffer of the caller. */
const char *element_word(const struct lyd_node *element, struct gh_buf *out);
bool element_is(const struct lyd_node *element, const char *ns, const char *name);
bool element_blank(const struct lyd_node *element);     /* no child, no text but white space */
struct lyd_node *element_child(const struct lyd_node *element, const char *ns, const char *name);
/* ns NULL: an attribute without a prefix. */
const struct lyd_attr *element_attr(const struct lyd_node *element, const char *ns,
				    const char *name);

/*
 * Appends text with each prefix, as declared where the text stood, replaced by
 * the name of its module. false: a prefix is unknown; it is in why.
 */
bool element_qualify(const struct ly_ctx *schema, const struct lyd_node *element,
		     struct gh_buf *out, struct gh_buf *why);
bool attr_qualify(const struct ly_ctx *schema, const struct lyd_attr *attr, struct gh_buf *out,
		  struct gh_buf *why);

/* Appends text, escaped as XML content or attribute value. */
void xml_escape(const char *text, struct gh_buf *out);

#endif
