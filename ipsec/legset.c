/*
 * Sets of legs: see legset.h.
 */
#include "ipsec/legset.h"

#include "ipsec/tables.h"

struct legset *legset_new(struct sadb *db, const uint32_t legs[], unsigned count)
{
	struct legset *s = reclaim_alloc(sizeof(*s) + count * sizeof(s->leg[0]));

	s->count = count;
	for (unsigned k = 0; k < count; k++)
		s->leg[k] = sadb_leg(db, legs[k]);
	return s;
}

struct sa *legset_choose(const struct legset *s, const struct packet *p, enum ipsec_drop *why)
{
	struct sa_leg *refusing = NULL;
	unsigned at = 0;

	*why = IPSEC_DROP_NO_ROUTE;
	if (!s || !s->count)
		return NULL;
	*why = IPSEC_DROP_NO_SA;
	if (p && s->count > 1)
		at = (unsigned)((uint64_t)packet_hash(p) * s->count >> 32);
	for (unsigned k = 0; k < s->count; k++, at = at + 1 == s->count ? 0 : at + 1) {
		bool any;
		bool translated = atomic_load(&s->leg[at]->nat) != NULL;
		/* Selectors are about what the site sees, which this is not yet. */
		struct sa *sa = sadb_select(s->leg[at], translated ? NULL : p, &any);

		if (sa)
			return sa;
		if (any)
			refusing = s->leg[at];
	}
	if (refusing) {
		*why = IPSEC_DROP_NO_SELECTOR;
		counter_add(&refusing->mismatches, 1);
	}
	return NULL;
}
