/*
 * policy - what is advertised to whom, as route maps made through the API
 *
 * A neighbor hears the gateway's own prefixes, and what came from the sides that
 * it says are passed on to it, except a default route. One that is de-preferred hears the
 * same with our AS number prepended, so that its side waits as well while
 * wait-to-restore runs.
 *
 * Maps made here, not through the northbound, never show in the running
 * configuration (`show route-map` has them). One map serves all neighbors that
 * need the same, so that bgpd can share its updates among them; a map never
 * changes once made: another policy is another map.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_POLICY_H
#define GH_POLICY_H

#include "base/fact.h"

struct route_map;

void gh_policy_init(void);

/*
 * The map of what neighbor shall hear in an address family. Over an IPv4
 * session IPv6 routes get the IPv4-mapped local address as next hop, for the
 * tunnel's device may have no IPv6 address at all.
 */
struct route_map *gh_policy_out(const struct gh_neighbor *neighbor, uint32_t asn, uint8_t family);

#endif
