/*
 * selector - does an SA carry a packet? (RFC 4301 4.4.1.1)
 *
 * Ownership  embedded in struct sa; a copy of what IKE negotiated.
 * Threads    immutable; any.
 */
#ifndef IPSEC_SELECTOR_H
#define IPSEC_SELECTOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fact.h"
#include "ipsec/packet.h"

struct selector {
	uint16_t local_count, remote_count;
	bool all_ipv4, all_ipv6;        /* every packet of the family: no need to look */
	struct gh_selector local[GH_SELECTORS_MAX], remote[GH_SELECTORS_MAX];
};

void selector_init(struct selector *s, const struct gh_sa *sa);

/* Outbound: the source is local. Inbound: the target is. */
bool selector_match(const struct selector *s, const struct packet *p, bool outbound);

#endif
