/*
 * underlay - the private routing table around the arbiter's routes
 *
 * Forwarded traffic (from the VNet side, the edges and the TUN) uses a table
 * of its own, by ip rule; its default is the TUN, and behind that stands an
 * unreachable default, so that nothing ever falls into the host's main table,
 * where a default route would carry it away in clear.
 *
 *   rule  iif VNET, EDGE..., TUN            lookup TABLE
 *   rule  iif a macvlan on VNET             the same (upper.h)
 *   rule  iif what left the plan            unreachable
 *   rule  iif lo to SPACE                   lookup main suppress_prefixlength 0, then TABLE
 *   rule  to SPACE                          unreachable
 *   rule  iif lo fwmark MARK                the same two, for answers to marked packets (mark.h)
 *   TABLE SPACE dev VNET                    metric 30
 *   TABLE default dev TUN                   metric 4096
 *   TABLE unreachable default               metric 4294967295
 *   main  tunnel BGP peer dev TUN           metric 20
 *   TUN   local BGP addresses /32, /128
 *   sysctl nexthop_compat_mode 0; rp_filter, send_redirects 0 on ours;
 *          keep_addr_on_down 1 on edges and TUN; last, forwarding 1: in IPv4 on
 *          ours alone, so that the public link forwards nothing, in IPv6 on all,
 *          for want of anything finer; accept_ra 2 where it was 1
 *
 * The rules to SPACE are for what this host itself says to the VNet (ICMP errors
 * about forwarded packets quote them): connected networks first, as ever, then
 * the VNet side, never the main table's default. From any other interface, the
 * public link above all, nobody gets into the VNet.
 *
 * Applying is idempotent and takes over what an earlier process left. On exit
 * all of it stays: forwarding goes on, closed.
 *
 * The sessions' part of main and TUN is tunnel_peers.h's.
 *
 * Ownership  the underlay owns a netlink socket; plans are copied.
 * Threads    control thread; calls block for the kernel (tens of microseconds each).
 * Errors     0 or -errno of the first step that failed, named in the log;
 *            later steps are tried all the same, except that forwarding is
 *            only switched on once the table is closed and the rules stand,
 *            which is tried again every second.
 */
#ifndef RIB_UNDERLAY_H
#define RIB_UNDERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"

#define UNDERLAY_TABLE_BASE 4700
#define UNDERLAY_PROTOCOL 200           /* rtm_protocol of all our routes */

#define UNDERLAY_EDGES_MAX 64
#define UNDERLAY_SPACES_MAX 64

struct underlay_plan {
	uint32_t mtu;                           /* of the TUN, bytes; 0: as it is */
	char vnet[GH_IFNAME_MAX + 1];           /* "": none yet */
	char edges[UNDERLAY_EDGES_MAX][GH_IFNAME_MAX + 1];
	unsigned edges_count;
	struct gh_prefix spaces[UNDERLAY_SPACES_MAX];
	unsigned spaces_count;
};

struct underlay;

/*
 * Closes the table and puts the TUN's rule in place, before anything else.
 * The TUN must exist and is set up here; mtu 0 leaves its MTU alone.
 */
int underlay_open(uint32_t table, const char *tun, uint32_t mtu, struct underlay **out);
void underlay_close(struct underlay *u);

/*
 * Makes the kernel agree with the plan: adds what is missing, removes what is
 * not in it. When something of it that is new is refused, nothing is removed
 * yet; applying the plan before takes the rest of the new one away again.
 */
int underlay_apply(struct underlay *u, const struct underlay_plan *plan);
/* The first failure of the last call, in words; "" for none. */
const char *underlay_why(const struct underlay *u);

/*
 * The BGP session of a tunnel: the peer's routes, and our address (of no family:
 * none) on the TUN. Counted, so several tunnels may name the same. A failure
 * leaves nothing of it.
 */
int underlay_peer_add(struct underlay *u, const struct gh_addr *peer, const struct gh_addr *local);
void underlay_peer_del(struct underlay *u, const struct gh_addr *peer, const struct gh_addr *local);
/* All sessions of the configuration were added: what an earlier process left besides goes. */
void underlay_settled(struct underlay *u);

/* An interface came, went or changed: what the kernel dropped with it is made again. */
int underlay_link_changed(struct underlay *u, const char *name);

/*
 * Once a second: tries again what kept forwarding off, and looks whether
 * somebody switched it off. A saved `no ip
 * forwarding` in FRR's configuration does, whenever zebra loads it.
 */
void underlay_tick(struct underlay *u);

/* For an uninstall and for tests: takes rules, routes and addresses away again. */
void underlay_remove(struct underlay *u);

#endif
