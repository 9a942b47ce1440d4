#include "rib/nexthop.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool in_range(const struct nexthops *n, uint32_t id)
{
	return id - n->first < 1u << NEXTHOP_ID_BITS;
}

bool nexthop_is_ours(const struct nexthops *n, const struct rtnl_nexthop *nexthop)
{
	return nexthop->protocol == NEXTHOP_PROTOCOL && in_range(n, nexthop->id);
}

static void found_one(void *ctx, const struct nlmsghdr *h)
{
	struct nexthops *n = ctx;
	struct rtnl_nexthop nexthop;

	if (!rtnl_nexthop_read(h, &nexthop) || !in_range(n, nexthop.id))
		return;
	/* Whoever made it: an id that was ever seen is not taken. */
	if (nexthop.id > n->last)
		n->last = nexthop.id;
	if (!nexthop_is_ours(n, &nexthop) || nexthop.members_count)
		return;
	if (n->found_count == n->found_size) {
		size_t size = n->found_size ? n->found_size * 2 : 16;
		struct rtnl_nexthop *more = realloc(n->found, size * sizeof(*more));

		if (!more)
			return;
		n->found = more;
		n->found_size = size;
	}
	n->found[n->found_count++] = nexthop;
}

int nexthops_init(struct nexthops *n, struct nl *nl, struct gh_buf *b, unsigned instance)
{
	memset(n, 0, sizeof(*n));
	n->nl = nl;
	n->b = b;
	n->first = NEXTHOP_ID_BASE + (instance << NEXTHOP_ID_BITS);
	n->last = n->first;
	return rtnl_nexthop_dump(nl, found_one, n);
}

void nexthops_fini(struct nexthops *n)
{
	free(n->found);
	n->found = NULL;
	n->found_count = n->found_size = 0;
}

uint32_t nexthop_id(struct nexthops *n)
{
	/* 16 million are two flaps a second for three months; then better old ids than none. */
	if (++n->last - n->first >= 1u << NEXTHOP_ID_BITS)
		n->last = n->first + 1;
	return n->last;
}

void nexthop_found_end(struct nexthops *n)
{
	n->found_count = 0;
}

uint32_t nexthop_adopt(struct nexthops *n, uint8_t family, int ifindex,
		       const struct gh_addr *gateway)
{
	for (size_t i = 0; i < n->found_count; i++) {
		const struct rtnl_nexthop *f = &n->found[i];
		uint32_t id = f->id;

		if (f->family != family || f->ifindex != ifindex ||
		    gh_addr_cmp(&f->gateway, gateway))
			continue;
		n->found[i] = n->found[--n->found_count];
		return rtnl_nexthop_check(n->nl, id) ? 0 : id;
	}
	return 0;
}

int nexthop_make(struct nexthops *n, uint8_t family, int ifindex, const struct gh_addr *gateway,
		 uint32_t *id)
{
	struct rtnl_nexthop nexthop = {
		.family = family, .protocol = NEXTHOP_PROTOCOL, .ifindex = ifindex,
		.gateway = *gateway,
	};
	int error;

	nexthop.id = nexthop_adopt(n, family, ifindex, gateway);
	if (!nexthop.id) {
		nexthop.id = nexthop_id(n);
		rtnl_nexthop_put(n->b, RTNL_ADD, &nexthop);
		error = nl_talk(n->nl, n->b);
		if (error)
			return error;
	}
	*id = nexthop.id;
	return 0;
}

static void deletion_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	(void)message;
	/* -ENOENT: the kernel was faster, its interface went down. */
	if (error != -ENOENT)
		*(int *)ctx = error;
}

int nexthop_delete(struct nexthops *n, const uint32_t ids[], unsigned count)
{
	struct rtnl_nexthop nexthop = { 0 };
	int refused = 0, error;

	for (unsigned i = 0; i < count; i++) {
		nexthop.id = ids[i];
		if (nexthop.id)
			rtnl_nexthop_put(n->b, RTNL_DEL, &nexthop);
	}
	error = nl_batch(n->nl, n->b, deletion_refused, &refused);
	return error ? error : refused;
}

uint16_t nexthop_buckets(unsigned edge_tiers)
{
	/* With 8, three tiers fit into 8 bits of weight; with 2, five. */
	return edge_tiers > 1 ? 2 : 8;
}

void nexthop_weights(uint16_t buckets, unsigned widths[], uint16_t weights[], unsigned tiers)
{
	unsigned below = 0, lowest = tiers - 3;

	for (unsigned t = tiers; t-- > 0;) {
		unsigned weight = (2u * buckets - 1) * below + 1;

		if (weight <= 256) {
			weights[t] = (uint16_t)weight;
			below += weight * widths[t];
		} else {
			/* Start again without the lowest tier of edges. */
			assert(lowest > 0 && lowest < tiers);
			widths[lowest--] = 0;
			below = 0;
			t = tiers;
		}
	}
}
