/* What the files of the filter share: see filter.h. */
#ifndef GH_NETCONF_FILTER_PRIVATE_H
#define GH_NETCONF_FILTER_PRIVATE_H

#include "yang/netconf/filter.h"
#include "yang/netconf/message.h"

struct filter {
	struct lyd_node *subtree;       /* the first of its elements; NULL: none */
	bool is_subtree;
	char *xpath;
};

/* A leaf with a text, which must be there (RFC 6241 6.2.5). */
static inline bool filter_is_match(const struct lyd_node *element)
{
	return !lyd_child(element) && !element_blank(element);
}

#endif
