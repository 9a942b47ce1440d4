/*
 * Asked of the kernel each time: the monitor's table is the control thread's,
 * and this runs where the kernel is talked to.
 */
#include "rib/upper.h"

#include <stdio.h>
#include <string.h>

#include "rib/rtnl.h"

struct search {
	int lower;
	char (*names)[GH_IFNAME_MAX + 1];
	unsigned *count, max;
};

static void look(void *ctx, const struct nlmsghdr *h)
{
	struct search *s = ctx;
	struct link_state link;

	if (!rtnl_link_read(h, &link) || link.deleted || !link.lower || link.lower != s->lower ||
	    *s->count == s->max)
		return;
	memcpy(s->names[(*s->count)++], link.name, sizeof(s->names[0]));
}

int upper_find(struct nl *nl, struct gh_buf *b, int lower, char names[][GH_IFNAME_MAX + 1],
	       unsigned *count, unsigned max)
{
	struct search s = { lower, names, count, max };

	if (!lower)
		return 0;
	rtnl_link_dump_put(b);
	return nl_dump(nl, b, look, &s);
}

bool upper_is_on(struct nl *nl, struct gh_buf *b, int lower, const char *name)
{
	char names[16][GH_IFNAME_MAX + 1];
	unsigned count = 0;

	upper_find(nl, b, lower, names, &count, 16);
	for (unsigned i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}
