/*
 * partner - what the two instances of a gateway tell each other beside the path
 *
 * A partner needs more of a path than iBGP carries: whether it began on
 * ExpressRoute, in a VPN site or on the VNet side, whether it was static there,
 * and its routing weight. All of that is in one number (base/weight.h), the
 * weight that the path has in the sender's bgpd, which is sent as a large
 * community (RFC 8092), and becomes the weight in the receiver's bgpd as well:
 *
 *   our AS : GH_PARTNER_TAG : weight
 *
 * Whatever bears that tag and comes from elsewhere is forged, and is taken off
 * before anything is sent to the partner.
 *
 * A gateway's own prefixes carry no such number, but a MED: the sender's
 * standing, of gatehouse's own making (gh_neighbor's med).
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_PARTNER_H
#define GH_PARTNER_H

#include <stdint.h>

struct route_map;
struct route_map_index;

#define GH_PARTNER_TAG 0x47480001u

void gh_partner_init(void);

/* Makes a map's clause say it: weights of paths, med of own prefixes (0: none). */
void gh_partner_tell(struct route_map_index *index, uint32_t med);
/* The map that hears it: what a partner sends takes the weight that it tells. */
struct route_map *gh_partner_in(void);

#endif
