/*
 * policy - what is advertised to whom, as route maps made through the API
 *
 * An edge hears the address space only; a tunnel hears it and what other
 * tunnels sent, except a default route. Transit between circuit and tunnels is
 * not given. A de-preferred neighbor hears the same with our AS number
 * prepended, so that its side waits as well while wait-to-restore runs.
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

#define GH_PREPEND 3            /* our AS number so many times in front */

void gh_policy_init(void);

/*
 * The map of what neighbor shall hear in an address family. Over an IPv4
 * session IPv6 routes get the IPv4-mapped local address as next hop, for the
 * tunnel's device may have no IPv6 address at all.
 */
struct route_map *gh_policy_out(const struct gh_neighbor *neighbor, uint32_t asn, uint8_t family);

#endif
