/*
 * nat - the way of a leg's packets through the box that translates them
 *
 * A connection with NAT rules has a box of its own: a network namespace with
 * two TUNs, in which the kernel's conntrack and nftables translate between
 * the addresses of the site and those that everybody else sees. So two sites
 * may have the same addresses, and neither the host's own firewall nor the
 * packets of other connections meet any of it. Here are the four ways in and out:
 *
 *   kernel ─► TUN ─► [TX] ─► inside ┌─────┐ outside ─► [NAT] ─► seal ─► peer
 *   kernel ◄─ TUN ◄─ [NAT] ◄ inside │ box │ outside ◄─ [RX]  ◄─ open ◄─ peer
 *                                   └─────┘
 *
 * So the arbiter, the kernel's routes and the ESP FIB see translated addresses
 * only, and SAs and their selectors the site's. One TUN and a mark was the
 * alternative: destinations are translated before the kernel routes, so the
 * mark would have had to repeat the arbiter's choice.
 *
 * A way without descriptors is closed: the leg's packets are dropped, for
 * what is to be translated must never pass as it is.
 *
 * The box forwards, and each forwarding costs a hop; as packets enter they are
 * given one more, so that neither traceroute nor a BGP peer that sends with
 * TTL 1 notices.
 *
 * Ownership  a way owns copies of the descriptors; immutable once published.
 * Threads    made by the control thread, used by workers; leaves by reclaim.h.
 * Errors     0 or -errno; nat_write returns false for a packet that was lost.
 */
#ifndef IPSEC_NAT_H
#define IPSEC_NAT_H

#include <stdbool.h>
#include <stdint.h>

#include "ipsec/packet.h"
#include "ipsec/vnet.h"

struct nat_way {
	int inside, outside;            /* -1: closed */
};

/* Duplicates the descriptors; both -1 for a closed way. */
int nat_way_new(int inside, int outside, struct nat_way **out);
/* For reclaim_retire. */
void nat_way_free(void *way);

/* One hop more, up to 255. */
void nat_raise_hop(const struct packet *p);

/* A whole packet, as it was read with its header from another TUN. */
bool nat_write(int fd, const struct virtio_net_hdr *v, const uint8_t *bytes, uint32_t length);

#endif
