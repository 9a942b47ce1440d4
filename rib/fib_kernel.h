/*
 * fib_kernel - the kernel's routes, through resilient nexthop groups
 *
 * Every group of the arbiter that the kernel needs becomes one resilient
 * nexthop group per address family (Documentation/networking/nexthop-group-
 * resilient.rst): the usable edges tier by tier, then the TUN, then a sentinel
 * that is never down. Weights are such that each lower tier's share rounds to
 * zero buckets. So when an edge loses its carrier, or its nexthop is deleted,
 * the kernel itself moves the buckets to the next tier, and every route stays.
 *
 *   route 10.1.0.0/16 nhid G    G = resilient{ edge A, edge B, TUN, sentinel }
 *
 * Nexthop ids come from a counter, begin beyond the highest one found, and are
 * never reused: zebra may make an object of its own under an id that it saw
 * deleted. They lie between instance << 24 + 0x40000000 and the next instance.
 *
 * Ownership  the sink owns its socket and, in the kernel, routes of protocol
 *            200 in its table with metric 20, nexthops of protocol 200 in its
 *            range, and a pair of veths. All of it stays when it is freed.
 * Threads    control thread; calls block for the kernel.
 */
#ifndef RIB_FIB_KERNEL_H
#define RIB_FIB_KERNEL_H

#include <stdint.h>

#include "base/fact.h"
#include "rib/fib.h"

struct fib_kernel_config {
	uint32_t table;
	unsigned instance;              /* 0..63: its range of nexthop ids */
	char tun[GH_IFNAME_MAX + 1];    /* must exist */
	/* For query: packets are asked for as if they came from here. "" : not. */
	char vnet[GH_IFNAME_MAX + 1];
};

int fib_kernel_new(const struct fib_kernel_config *config, struct fib **out);
void fib_kernel_free(struct fib *f);
/* The VNet interface that query asks from. */
void fib_kernel_vnet_set(struct fib *f, const char *vnet);

/*
 * A tunnel's peer is reached by these edges, the first before the second; 0: none
 * (kernel_outer.h). Takes effect now, and again whenever an edge comes up.
 */
#define FIB_OUTER_LEGS 2
void fib_kernel_outer_set(struct fib *f, const struct gh_addr *peer,
			  const uint32_t legs[FIB_OUTER_LEGS]);
void fib_kernel_outer_del(struct fib *f, const struct gh_addr *peer);
/* All peers of the configuration were set: what an earlier process left besides goes. */
void fib_kernel_outers_settled(struct fib *f);

/* For an uninstall and for tests: deletes routes, nexthops and the sentinel. */
void fib_kernel_remove(struct fib *f);

#endif
