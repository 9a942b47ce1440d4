/*
 * Linear counting: see flows.h.
 *
 * HyperLogLog needs less memory, but a read, a compare and a write of a
 * register that most packets share; here a packet of a known flow only reads.
 */
#include "ipsec/flows.h"

#include <math.h>

void flows_turn(struct flows *f)
{
	atomic_store(&f->active, !atomic_load(&f->active));
}

uint32_t flows_count(struct flows *f)
{
	_Atomic uint64_t *bits = f->bits[!atomic_load(&f->active)];
	uint32_t set = 0;
	double n;

	for (unsigned k = 0; k < FLOWS_BITS / 64; k++) {
		uint64_t word = atomic_load_explicit(&bits[k], memory_order_relaxed);

		if (!word)
			continue;
		set += (uint32_t)__builtin_popcountll(word);
		atomic_store_explicit(&bits[k], 0, memory_order_relaxed);
	}
	if (set == FLOWS_BITS)
		return FLOWS_MAX;
	n = -(double)FLOWS_BITS * log1p(-(double)set / FLOWS_BITS);
	return n < FLOWS_MAX ? (uint32_t)(n + 0.5) : FLOWS_MAX;
}
