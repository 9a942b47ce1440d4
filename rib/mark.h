/*
 * mark - packets that come in by our interfaces carry a mark (nftables, meta mark)
 *
 * For the kernel's own answers to them: an ICMP error quotes the packet, and
 * would travel by the main table, whose default route is the public link. With
 * fwmark_reflect the answer inherits the mark, and a rule (underlay.h) sends it
 * by the private table. TCP connections to this host that come over the circuit
 * or a tunnel are answered the same way (tcp_fwmark_accept).
 *
 *   table inet gatehouse-TABLE { chain incoming { type filter hook prerouting priority mangle;
 *       iifname IF meta mark set MARK ... } }
 *
 * One atomic transaction; it replaces what an earlier process left.
 *
 * Ownership  the table belongs to the instance; it stays when the process ends.
 *            The socket is the caller's, opened here when its fd is negative.
 *            Keep it: the kernel takes 10 ms to close one that has written.
 * Threads    whoever has the ground (ground.h).
 * Errors     0 or -errno: -EOPNOTSUPP or -EPROTONOSUPPORT in a kernel without nf_tables.
 */
#ifndef RIB_MARK_H
#define RIB_MARK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fact.h"
#include "rib/nl.h"
#include "rib/underlay.h"

#define MARK_BASE 0x67680000u           /* plus the number of the routing table */

int mark_apply(struct nl *nft, uint32_t table, const char interfaces[][GH_IFNAME_MAX + 1],
	       unsigned count);
int mark_remove(struct nl *nft, uint32_t table);

/* What was applied last, so that it is not applied again for nothing. */
struct marks {
	struct nl nft;                  /* fd -1 to begin with */
	bool stand, refused;
	unsigned count;
	char interfaces[UNDERLAY_EDGES_MAX + 2][GH_IFNAME_MAX + 1];
};

/*
 * The TUN and the interfaces of the plan. Without marks nothing breaks but what the
 * kernel itself says about forwarded packets; so a refusal is only logged, once.
 */
void marks_agree(struct marks *m, uint32_t table, const char *tun,
		 const struct underlay_plan *plan);

#endif
