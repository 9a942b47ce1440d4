/*
 * group - ordered tiers of legs, interned
 *
 * All prefixes that the same legs offer in the same order share one group. So
 * a failure costs as much as there are groups, not as there are prefixes.
 *
 * The active tier is the first with a leg that is UP. Where no leg of the
 * group is UP, legs that are RESTORING count: waiting makes no sense where
 * nothing else carries the traffic.
 *
 * Ids come from a counter and are never reused (see fib_kernel.h for why).
 *
 * Ownership  counted: group_intern and group_get add a reference, group_put
 *            takes it; the last one frees the group, after the sinks were told.
 *            A group keeps its legs listed; a leg must outlive its groups.
 * Threads    control thread.
 * Errors     group_intern returns NULL without memory.
 */
#ifndef RIB_GROUP_H
#define RIB_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rib/rib.h"

#define GROUP_LEGS_MAX 64

struct group_member {
	struct rib_leg *leg;
	struct group *group;
	unsigned tier;
	/* The leg's list of memberships. */
	struct group_member *leg_next, **leg_link;
};

/* A leg as the arbiter and its sinks see it. */
struct rib_leg {
	struct rib_leg_config config;
	struct leg leg;
	struct gh_addr gateway6;        /* configured, or learned from a path */
	struct group_member *members;   /* of the groups that hold it */
	unsigned groups;
	uint32_t paths;
	uint64_t failovers;             /* times that its loss moved traffic */
	struct gh_prefix *statics;      /* its static prefixes */
	size_t statics_count;
	struct rib_leg *next;           /* by number */
};

struct group {
	struct group *bucket_next;
	uint32_t hash;
	uint32_t id;
	uint32_t refs;
	bool told;                      /* the sinks know it */
	bool has_edge, has_esp;
	bool pinned;                    /* usable whatever the state of its legs */
	unsigned tiers;
	unsigned last_edge;             /* the last tier with an edge, if has_edge */
	unsigned count;
	struct group_member members[];  /* by tier, within a tier by leg number */
};

struct groups {
	struct group **buckets;
	size_t size, count;
	uint32_t last_id;
	void *ctx;
	void (*gone)(void *ctx, const struct group *group);     /* before it is freed */
};

struct group_tier_leg {
	struct rib_leg *leg;
	unsigned tier;
};

void groups_init(struct groups *g);
void groups_fini(struct groups *g);

/* legs by tier ascending, each leg once, at most GROUP_LEGS_MAX; tiers without gaps. */
struct group *group_intern(struct groups *g, struct group_tier_leg *legs, unsigned count);
/*
 * The group of a tunnel's BGP peer: its packets go by the tunnel as long as
 * that has an SA, also while the leg is down, or BFD could never find it up again.
 */
struct group *group_intern_pinned(struct groups *g, struct group_tier_leg *legs, unsigned count);
struct group *group_get(struct group *group);
void group_put(struct groups *g, struct group *group);

/*
 * Does the kernel hold the member as a way of its own? Edges always; an ESP
 * leg where an edge comes after it (the partner behind an own tunnel): there
 * its loss must move traffic on to that edge, and not to the standby.
 */
static inline bool group_in_kernel(const struct group *group, const struct group_member *m)
{
	return m->leg->config.egress == RIB_EGRESS_EDGE ||
	       (group->has_edge && m->tier < group->last_edge);
}

/* May this member carry traffic now? */
bool group_usable(const struct group *group, const struct group_member *m);

enum group_filter { GROUP_ANY = 0, GROUP_EDGE = RIB_EGRESS_EDGE, GROUP_ESP = RIB_EGRESS_ESP };
/*
 * The legs of the first tier with a usable leg, among those of the egress
 * asked for. Returns their number, at most max.
 */
unsigned group_active(const struct group *group, enum group_filter egress,
		      const struct rib_leg *legs[], unsigned max);

#endif
