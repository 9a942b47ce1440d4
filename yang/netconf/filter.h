/*
 * filter - what of a tree is wanted (RFC 6241 section 6 and 8.9)
 *
 * A subtree filter is read against the data: an element with elements contains,
 * one without content selects, a leaf with text must match. `<leaf/>` selects,
 * whatever the leaf's type. An element without a namespace stands for any. An
 * XPath filter has its prefixes from where it stood in the message.
 *
 * Ownership  filter_new copies what it needs; the filter is the caller's.
 * Threads    the clerk.
 */
#ifndef GH_NETCONF_FILTER_H
#define GH_NETCONF_FILTER_H

#include <stdbool.h>
#include <libyang/libyang.h>

#include "base/buf.h"
#include "yang/finding.h"

struct filter;

#define FILTER_ELEMENTS_MAX 2000
#define FILTER_XPATH_MAX 1024
#define FILTER_MARKS_MAX 2000000        /* nodes that the elements of a filter may select, in all */

/*
 * Would the filter cost more than its answer? Its size, and for XPath what
 * looks at all of the tree again for each node of it: predicates in
 * predicates, more than one `//`, and with that one predicates that leave
 * their node. false: a finding says so.
 */
bool filter_affordable(const struct filter *filter, struct findings *findings);

/*
 * subtree: the element whose children select; or xpath: an expression whose
 * prefixes are modules' names. NULL both: everything.
 */
struct filter *filter_new(const struct lyd_node *subtree, const char *xpath);
void filter_free(struct filter *filter);

/*
 * From a <filter> element (type, select), NULL being everything. false: a
 * finding says what is wrong with it.
 */
bool filter_read(const struct ly_ctx *schema, const struct lyd_node *element,
		 struct filter **out, struct findings *findings);

/*
 * A copy of what the filter wants of the tree and its siblings, with the nodes
 * around it and the keys of its lists; NULL: nothing. false: the expression
 * does not fit the schema, with a finding.
 */
bool filter_apply(const struct filter *filter, const struct lyd_node *tree,
		  struct lyd_node **out, struct findings *findings);

/* Might it want something at or below the path of names, { "gateway", "routes", NULL }? */
bool filter_wants(const struct filter *filter, const char *module, const char *const *names);
/*
 * Appends the narrowest path of the host's state that holds all that is wanted
 * below the gateway: "/gatehouse:gateway", or one of its parts or entries.
 */
void filter_path(const struct filter *filter, struct gh_buf *out);
/* Does it name this, not only something around it? */
bool filter_names(const struct filter *filter, const char *module, const char *const *names);

#endif
