/*
 * explain - why a packet to an address goes where it goes
 *
 * The data of `show gateway explain ADDRESS`: the entry that is the longest
 * match, every candidate path with the step at which it lost (decide.h), the
 * group and its tiers, where it is programmed, and, asked of the targets at
 * this moment, what the kernel and the datapath really hold.
 *
 * Ownership  the result owns its texts; end with explain_fini.
 * Threads    control thread; asks the kernel (tens of microseconds).
 * Errors     0; -ENOENT when no prefix covers the address (targets are asked
 *            all the same, the result is filled and needs explain_fini).
 */
#ifndef RIB_EXPLAIN_H
#define RIB_EXPLAIN_H

#include "rib/rib.h"

#define EXPLAIN_CANDIDATES_MAX 64
#define EXPLAIN_COVERING_MAX 16

struct explain_candidate {
	uint32_t leg, neighbor;
	const char *name, *edge;        /* of the leg; valid until its configuration changes */
	enum rib_kind kind;
	enum leg_state state;
	bool is_static, stale;
	unsigned tier;
	enum decide_step lost;
	uint32_t weight, local_pref, med, as_hops;
	uint8_t origin;
	uint16_t as_count;
	uint32_t as_path[GH_AS_PATH_MAX];
	struct gh_addr next_hop, router_id;
};

struct explain {
	struct gh_addr addr;
	bool found;
	bool refused;                   /* inside the address space */
	struct gh_prefix prefix;
	unsigned candidates_count;      /* best first */
	struct explain_candidate candidates[EXPLAIN_CANDIDATES_MAX];
	unsigned covering_count;        /* shorter prefixes that cover it, longest first */
	struct gh_prefix covering[EXPLAIN_COVERING_MAX];
	uint32_t group;                 /* id; 0: none */
	unsigned active_count;          /* legs that carry it now */
	uint32_t active[RIB_LEGS_SHOWN];
	char *tiers;                    /* "1: dc1/primary, dc1/secondary; 2: paris" */
	char *kernel;                   /* where programmed: "nexthop group 1073741833 { ... }" */
	char *esp;
	char *kernel_holds;             /* asked of the kernel now; NULL: could not be asked */
	char *esp_holds;
};

int explain_address(const struct rib *r, const struct gh_addr *addr, struct explain *out);
void explain_fini(struct explain *e);

#endif
