/*
 * Who may not begin: see ike_gate.h.
 *
 * Two hash tables, one in use and one to be filled: readers need no lock and
 * nothing has to be freed behind them.
 */
#include "ipsec/ike_gate.h"

#include <string.h>

#define HEADER 28
#define RESPONDER_SPI 8
#define FLAGS 19
#define RESPONSE 0x20

/* FNV-1a, and a last round that spreads its high bits (MurmurHash3's). */
static uint64_t hash_of(const struct gh_addr *a)
{
	uint64_t h = 14695981039346656037u ^ a->family;

	for (size_t i = 0; i < sizeof(a->b); i++)
		h = (h ^ a->b[i]) * 1099511628211u;
	h ^= h >> 33;
	h *= 0xff51afd7ed558ccdu;
	h ^= h >> 33;
	return h ? h : 1;
}

void ike_gate_set(struct ike_gate *g, const struct gh_addr *addresses, size_t count)
{
	unsigned next = !atomic_load(&g->current);
	_Atomic uint64_t *slot = g->slot[next];

	for (size_t i = 0; i < IKE_GATE_SLOTS; i++)
		atomic_store_explicit(&slot[i], 0, memory_order_relaxed);
	for (size_t i = 0; i < count && i < IKE_GATE_MAX; i++) {
		uint64_t h = hash_of(&addresses[i]);
		size_t at = h % IKE_GATE_SLOTS;

		while (atomic_load_explicit(&slot[at], memory_order_relaxed))
			at = (at + 1) % IKE_GATE_SLOTS;
		atomic_store_explicit(&slot[at], h, memory_order_relaxed);
	}
	atomic_store(&g->current, next);
}

static bool has(const struct ike_gate *g, const struct gh_addr *from)
{
	const _Atomic uint64_t *slot = g->slot[atomic_load(&g->current)];
	uint64_t h = hash_of(from), seen;

	for (size_t i = 0; i < IKE_GATE_SLOTS; i++) {
		seen = atomic_load_explicit(&slot[(h + i) % IKE_GATE_SLOTS], memory_order_relaxed);
		if (seen == h)
			return true;
		if (!seen)
			return false;
	}
	return false;
}

bool ike_gate_refuses(const struct ike_gate *g, const struct gh_addr *from, const uint8_t *bytes,
		      size_t length)
{
	static const uint8_t none[8];

	return length >= HEADER && !memcmp(bytes + RESPONDER_SPI, none, sizeof(none)) &&
	       !(bytes[FLAGS] & RESPONSE) && has(g, from);
}
