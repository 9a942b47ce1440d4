/*
 * tables - what the control thread publishes and the workers read
 *
 * Ownership  embedded in struct ipsec.
 * Threads    see each member's header.
 */
#ifndef IPSEC_TABLES_H
#define IPSEC_TABLES_H

#include "ipsec/fwd.h"
#include "ipsec/idmap.h"
#include "ipsec/ipsec.h"
#include "ipsec/reclaim.h"
#include "ipsec/sadb.h"
#include "ipsec/seqmap.h"

struct tables {
	struct reclaim reclaim;
	struct seqmap map;
	struct sadb sadb;
	struct fwd fwd;
	struct idmap groups;            /* struct legset */
};

/* A worker's counters: one writer, read by the control thread. */
struct counters {
	_Atomic uint64_t packets, bytes, icmp;
	_Atomic uint64_t drops[IPSEC_DROP_COUNT];
};

static inline void counter_add(_Atomic uint64_t *counter, uint64_t n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

/* Counts a drop, for the SA too where there is one. */
static inline void counters_drop(struct counters *c, enum ipsec_drop drop, struct sa *sa,
				 uint64_t packets)
{
	counter_add(&c->drops[drop], packets);
	if (sa)
		counter_add(&sa->drops, packets);
}

#endif
