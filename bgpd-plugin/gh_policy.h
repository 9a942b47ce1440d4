/*
 * policy - what is advertised to whom and what is taken from whom, as route maps made through the API
 *
 * Out: a neighbor hears the gateway's own prefixes, and what came from the sides
 * that it says are passed on to it, except
 *
 *   - a default route, unless it is a partner or a router of the VNet side;
 *   - what is equal to or inside the gateway's own prefixes: it is not used;
 *   - what came by a leg that is down;
 *   - where it says so, what came from its own leg.
 *
 * One that is de-preferred hears the same with our AS number prepended, so that
 * its side waits as well while wait-to-restore runs; and so does everybody, once,
 * of what came by the partner instance: a way without it is shorter. Behind that stands the
 * route map of FRR's own that the operator named: it may take away and change,
 * but never add.
 *
 * In: the operator's route map, and then the weight that gatehoused gave: an
 * operator's `set weight` would have bgpd advertise what is not used.
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
/* The map of what is taken from it; NULL: everything, as it comes. */
struct route_map *gh_policy_in(const struct gh_neighbor *neighbor);
/* The map that gives a network its weight and MED. */
struct route_map *gh_policy_network(const struct gh_network *network);

#endif
