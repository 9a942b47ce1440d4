/*
 * weight - steps 1 to 3 of the order of preference as one number
 *
 * bgpd compares the weight of two paths before anything else, and no other
 * instance hears it. So with these its best path is the arbiter's (rib/decide.h):
 * a usable leg first, then VPN over ExpressRoute before ExpressRoute before VPN,
 * static before BGP, and the higher routing weight.
 *
 *       0            a leg that is down
 *       1, 2, 3      one that is waiting to be restored: VPN, VPN static, ExpressRoute
 *       4, 5         and VPN over ExpressRoute, the same static
 *     256 + weight   VPN by BGP
 *   32512            VPN static
 *   33024 + weight   ExpressRoute
 *   65025 + weight   VPN over ExpressRoute, the weight in steps of 128
 *   65276            VPN over ExpressRoute, static
 *   65280            the VNet side's router
 *   65535            the gateway's own prefixes
 *
 * Threads    pure functions.
 */
#ifndef GH_WEIGHT_H
#define GH_WEIGHT_H

#include <stdbool.h>
#include <stdint.h>

#define GH_ROUTING_WEIGHT_MAX 32000
#define GH_WEIGHT_VNET 65280
#define GH_WEIGHT_OWN 65535

/* What a path began with; the numbers are rib/decide.h's enum rib_kind. */
enum gh_kind {
	GH_KIND_OF_LEG = 0,
	GH_KIND_EXPRESSROUTE = 1,
	GH_KIND_VPN = 2,
	GH_KIND_VNET = 3,               /* of a router of the VNet side */
	/* 4 is rib/decide.h's, for a leg */
	GH_KIND_OVER = 5,               /* a tunnel over the private peering of a circuit */
	GH_KINDS,                       /* one past the last */
};

enum gh_standing {
	GH_STANDING_DOWN,
	GH_STANDING_WAITING,            /* to be restored */
	GH_STANDING_UP,
};

struct gh_preference {
	enum gh_kind kind;
	bool is_static;
	uint16_t routing_weight;        /* 0 for a static path: there is no room for it */
	enum gh_standing standing;
};

/* Anything above the largest routing weight counts as that. */
uint16_t gh_weight(const struct gh_preference *preference);
/* Back again; false for one that is none of a leg's (or of a leg that is down). */
bool gh_weight_read(uint16_t weight, struct gh_preference *out);

#endif
