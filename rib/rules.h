/*
 * rules - the ip rules of one gateway instance
 *
 * Which packets use the private table, as underlay.h draws it.
 *
 * Ownership  borrows socket and buffer from the ground.
 * Threads    whoever has the ground (ground.h).
 * Errors     0 or the first -errno; each failure is logged.
 */
#ifndef RIB_RULES_H
#define RIB_RULES_H

#include "rib/nl.h"
#include "rib/underlay.h"

struct rules_home {
	struct nl *nl;
	struct gh_buf *b;
	uint32_t table;
	char tun[GH_IFNAME_MAX + 1];
	bool forget;                    /* the plan before was refused: its interfaces never were ours */
};

/* The TUN's rule alone; those of an earlier process stay. */
int rules_begin(const struct rules_home *h);
/* Exactly the rules of the plan. */
int rules_apply(const struct rules_home *h, const struct underlay_plan *plan);
int rules_remove(const struct rules_home *h);

#endif
