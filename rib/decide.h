/*
 * decide - the preference order among the paths of one prefix
 *
 * A pure function. Longest prefix first is the table's part; for one prefix
 * the comparisons are numbered, and the number at which a path lost against
 * the best is the reason that `show gateway explain` prints:
 *
 *    0  a usable leg: up, cleartext allowed for this prefix
 *    1  ExpressRoute before VPN, by the kind that the path began with; before both
 *       comes VPN over ExpressRoute, which would else be undone by the circuit's own paths
 *    2  static before BGP
 *    3  higher routing weight of the connection or circuit
 *    4  higher LOCAL_PREF                        (RFC 4271 9.1.1)
 *    5  shorter AS_PATH                          (RFC 4271 9.1.2.2 a)
 *    6  lower ORIGIN                             (b)
 *    7  lower MED, within one neighbor AS        (c)
 *    8  own leg before the partner instance
 *       paths equal so far share the traffic (ECMP)
 *    9  lower router id                          (f)
 *   10  lower peer address, then lower neighbor number   (g)
 *
 * Tiers rank all paths by 1 to 8, whatever their legs' state, so that a leg
 * that fails changes no tier: the next one is already in place (group.h).
 *
 * MED does not order paths of different neighbor ASes, and comparing pairwise
 * would make the result depend on the order of arrival. So a path's MED counts
 * as its rank among the paths of its neighbor AS that are equal up to step 6.
 *
 * Ownership  the caller's array, reordered in place.
 * Threads    any.
 */
#ifndef RIB_DECIDE_H
#define RIB_DECIDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/weight.h"

enum rib_kind {
	RIB_EXPRESSROUTE = GH_KIND_EXPRESSROUTE,
	RIB_VPN = GH_KIND_VPN,
	RIB_VNET = GH_KIND_VNET,  /* towards the VNet: prefixes inside the address space, and only those */
	RIB_PARTNER = 4,        /* of a partner's leg: its paths say the kind that they began with */
	RIB_OVER = GH_KIND_OVER,        /* a tunnel over the private peering of a circuit */
};

enum decide_step {
	DECIDE_USABLE = 0,
	DECIDE_KIND,
	DECIDE_STATIC,
	DECIDE_WEIGHT,
	DECIDE_LOCAL_PREF,
	DECIDE_AS_PATH,
	DECIDE_ORIGIN,
	DECIDE_MED,
	DECIDE_OWN,
	DECIDE_ROUTER_ID,
	DECIDE_PEER,
	DECIDE_BEST = 32,       /* it is the best path */
	DECIDE_SHARED,          /* equal to the best through step 8: carries its share */
};

struct candidate {
	const void *path;               /* the caller's; not read */
	uint32_t leg;
	uint32_t neighbor;
	bool usable;
	bool is_static;
	bool partner;                   /* learned from the partner instance */
	enum rib_kind kind;
	uint32_t weight;
	uint32_t local_pref;
	uint32_t as_hops;
	uint8_t origin;
	uint32_t med;
	uint32_t neighbor_as;
	struct gh_addr router_id;
	struct gh_addr peer;

	/* Results. */
	unsigned med_rank;
	unsigned tier;                  /* 0 is the most preferred */
	enum decide_step lost;          /* BEST, SHARED, or the step at which it lost */
};

/*
 * Sorts best first, by tier and within a tier by 9 and 10, and fills the
 * results. The best is the first usable one; with none usable all of them
 * lost at step 0. Returns the number of tiers.
 */
unsigned decide(struct candidate *candidates, size_t count);

/* "ExpressRoute", "VPN", "VNet", "partner"; "none" for 0. */
const char *rib_kind_name(enum rib_kind kind);
/* "higher weight" and the like: what the winner had. */
const char *decide_step_name(enum decide_step step);

#endif
