/*
 * place - the interface and local address of a session
 *
 * A session must not start before they are known. What bgpd learns only when
 * it comes up makes it restart the BFD session; IPv6 routes with a link-local
 * next hop are dropped while the interface is unknown; and an IPv6 session on
 * a link whose link-local address is still tentative is refused.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_PLACE_H
#define GH_PLACE_H

#include "base/fact.h"

struct interface;

/* NULL until bgpd knows them, *source is then what was asked for. */
const struct interface *gh_place_of(const struct gh_neighbor *n, struct gh_addr *source);

#endif
