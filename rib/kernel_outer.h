/*
 * kernel_outer - outer paths of tunnels that run over a circuit
 *
 * What a tunnel sends is underlay, and takes the main table. A peer that is
 * reached by the private peering of a circuit is known there to nobody: the
 * circuit's prefixes are in the private table, where the tunnel's own prefixes
 * are as well and might hold the peer's address. So each such peer has host routes:
 *
 *   main  PEER nhid edge A          metric 64 + 2 * instance
 *   main  PEER nhid edge B          metric 65 + 2 * instance
 *   main  unreachable PEER          metric 4294966000 + instance
 *
 * Each goes by the nexthop object that the arbiter deletes when an edge fails
 * (fib_kernel.h), and the kernel deletes the route with it: so the outer path moves
 * with the circuit's traffic, in the kernel. With both edges gone the tunnel is
 * closed: it never falls to the host's default route.
 *
 * Ownership  struct fib_kernel owns the list; the routes stay when it is freed.
 * Threads    control thread; calls block for the kernel (tens of microseconds each).
 * Errors     logged; what could not be made is tried again with the edge's next change.
 */
#ifndef RIB_KERNEL_OUTER_H
#define RIB_KERNEL_OUTER_H

#include <stdint.h>

#include "base/addr.h"
#include "rib/fib_kernel.h"

struct fib_kernel;
struct way;

struct kernel_outer {
	struct gh_addr peer;
	uint32_t legs[FIB_OUTER_LEGS];
};

struct kernel_outers {
	struct kernel_outer *array;
	size_t count;
};

void kernel_outers_fini(struct kernel_outers *o);
/* The way has new nexthops: its routes are made again. */
void kernel_outers_write(struct fib_kernel *k, const struct way *w);
/* For an uninstall: all of them. */
void kernel_outers_remove(struct fib_kernel *k);

#endif
