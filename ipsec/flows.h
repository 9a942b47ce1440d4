/*
 * flows - how many flows a worker saw in a minute, by linear counting
 *
 * A bitmap takes one bit of each flow's hash; the share of bits that stayed
 * clear tells how many there were (Whang, Vander-Zanden and Taylor, 1990). Two
 * bitmaps take turns. At 100,000 flows the error is well under one percent; a
 * bitmap that is full tells only "over FLOWS_MAX".
 *
 * Ownership  embedded; 256 kB.
 * Threads    flows_see: the one worker. flows_turn, flows_count: the control
 *            thread, and between the two the worker must have come round.
 */
#ifndef IPSEC_FLOWS_H
#define IPSEC_FLOWS_H

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "ipsec/packet.h"

#define FLOWS_BITS (1u << 20)
#define FLOWS_MAX 10000000u
#define FLOWS_MINUTE_S 60u

struct flows {
	_Atomic uint32_t active;        /* 0 or 1 */
	_Atomic uint64_t bits[2][FLOWS_BITS / 64];
};

/* Most packets follow one of their own flow, or one whose bit is set: nothing is written then. */
static inline void flows_mark(struct flows *f, uint32_t hash)
{
	uint32_t active = atomic_load_explicit(&f->active, memory_order_relaxed);
	_Atomic uint64_t *word = &f->bits[active][hash % FLOWS_BITS / 64];
	uint64_t bit = 1ull << hash % 64, seen = atomic_load_explicit(word, memory_order_relaxed);

	if (!(seen & bit))
		atomic_store_explicit(word, seen | bit, memory_order_relaxed);
}

/* A few ns: less than packet_hash, which groups of legs have for themselves. */
static inline uint32_t flows_hash(const struct packet *p)
{
	const uint64_t odd = 0x9e3779b97f4a7c15;
	uint64_t hash = p->protocol, word;

	/* The target stands right behind the source, in both families. */
	for (unsigned k = 0; k < 2u * p->address_bytes; k += 8) {
		memcpy(&word, p->source + k, sizeof(word));
		hash = (hash ^ word) * odd;
		hash ^= hash >> 29;
	}
	if (p->has_ports && !p->fragment)
		hash ^= (uint64_t)p->source_port << 16 | p->target_port;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93;
	return (uint32_t)(hash >> 32);
}

static inline void flows_see(struct flows *f, const struct packet *p)
{
	if (f)
		flows_mark(f, flows_hash(p));
}

/* The minute is over: the worker goes on in the other bitmap. */
void flows_turn(struct flows *f);
/* The flows of the minute before flows_turn; clears its bitmap. */
uint32_t flows_count(struct flows *f);

#endif
