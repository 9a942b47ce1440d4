/*
 * nexthop - the kernel's nexthop objects of one gateway instance
 *
 * Ids, the objects that an earlier process left and that fit again, and the
 * weights of a resilient group.
 *
 * Ownership  struct nexthops is embedded in the kernel sink; the objects in
 *            the kernel stay when it is gone.
 * Threads    control thread.
 * Errors     0 or -errno.
 */
#ifndef RIB_NEXTHOP_H
#define RIB_NEXTHOP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rib/rtnl.h"

#define NEXTHOP_ID_BASE 0x40000000u
#define NEXTHOP_ID_BITS 24              /* ids per instance: 16 million */
#define NEXTHOP_PROTOCOL 200

struct nexthops {
	struct nl *nl;
	struct gh_buf *b;
	uint32_t first, last;           /* range of the instance; the id taken last */
	/* Single nexthops found at the start, not adopted yet. */
	struct rtnl_nexthop *found;
	size_t found_count, found_size;
};

/* Finds what is there. */
int nexthops_init(struct nexthops *n, struct nl *nl, struct gh_buf *b, unsigned instance);
void nexthops_fini(struct nexthops *n);

/* A new id; ids are never used twice. */
uint32_t nexthop_id(struct nexthops *n);
bool nexthop_is_ours(const struct nexthops *n, const struct rtnl_nexthop *nexthop);

/* Adopts the object that an earlier process made for the same way, without making one. 0: none. */
uint32_t nexthop_adopt(struct nexthops *n, uint8_t family, int ifindex,
		       const struct gh_addr *gateway);
/* What was found and not adopted goes, or has gone: nothing of it is adopted any more. */
void nexthop_found_end(struct nexthops *n);
/* Adopts or makes it. */
int nexthop_make(struct nexthops *n, uint8_t family, int ifindex, const struct gh_addr *gateway,
		 uint32_t *id);
/* Deletes the ids that are not 0, in one send. The kernel moves traffic before it answers. */
int nexthop_delete(struct nexthops *n, const uint32_t ids[], unsigned count);

/*
 * Buckets for a group with so many tiers of edges above TUN and sentinel.
 * Fixed for the life of a group: the kernel cannot change it.
 */
uint16_t nexthop_buckets(unsigned edge_tiers);

/*
 * Weights per member, tier by tier from the best; the last two tiers are TUN
 * and sentinel. Each weight is (2 * buckets - 1) times all lower tiers
 * together, plus one: as long as one member above is left, the share of the
 * lower ones rounds to no bucket. Where that passes 256, the lowest tiers of
 * edges are left out: their widths become 0.
 */
void nexthop_weights(uint16_t buckets, unsigned widths[], uint16_t weights[], unsigned tiers);

#endif
