/*
 * icmp - tells an inner sender why its packet was not sent (RFC 792, RFC 4443)
 *
 * The reply's source is the address that the packet was meant for: an address
 * of this host would be dropped as a martian when it comes in over the TUN.
 *
 * Threads    icmp_reply is pure; struct icmp_limit belongs to one worker.
 * Units      bytes.
 */
#ifndef IPSEC_ICMP_H
#define IPSEC_ICMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "ipsec/packet.h"

enum icmp_reason {
	ICMP_NO_ROUTE,
	ICMP_NO_SA,             /* host (address) unreachable */
	ICMP_PROHIBITED,        /* no SA's selectors take it */
	ICMP_TOO_BIG,
};

#define ICMP_REPLY_MAX 1280

/*
 * Writes the whole IP packet to out; returns its length, or 0 where RFC 1122
 * 3.2.2 and RFC 4443 2.4 forbid a reply (errors, later fragments, multicast).
 */
size_t icmp_reply(const struct packet *p, enum icmp_reason reason, uint16_t mtu,
		  uint8_t out[ICMP_REPLY_MAX]);

/* A token bucket: 1,000 replies a second, bursts of 100. */
struct icmp_limit {
	struct gh_time last;
	uint64_t tokens_us;
};

bool icmp_allowed(struct icmp_limit *l, struct gh_time now);

#endif
