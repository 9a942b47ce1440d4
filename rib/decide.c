/*
 * Sort by steps 1 to 6, rank MEDs inside each run of equals, sort again with
 * the rank as step 7. Comparing pairwise by MED was rejected: it is no order
 * (RFC 4451 2.3), and its result would depend on the order of arrival.
 */
#include "rib/decide.h"

#include <stdlib.h>

/* What the comparison of a and b says at one step; negative: a is better. */
static int higher(uint32_t a, uint32_t b)
{
	return a > b ? -1 : a < b;
}

static int lower(uint32_t a, uint32_t b)
{
	return a < b ? -1 : a > b;
}

static uint32_t kind_rank(enum rib_kind kind)
{
	return kind == RIB_OVER ? 0 : kind;
}

/*
 * Compares by the steps first..last and returns the sign; *step is the one
 * that decided, untouched for equals.
 */
static int compare(const struct candidate *a, const struct candidate *b,
		   enum decide_step first, enum decide_step last, enum decide_step *step)
{
	for (enum decide_step s = first; s <= last; s++) {
		int sign = 0;

		switch (s) {
		case DECIDE_KIND:
			sign = lower(kind_rank(a->kind), kind_rank(b->kind));
			break;
		case DECIDE_STATIC:
			sign = higher(a->is_static, b->is_static);
			break;
		case DECIDE_WEIGHT:
			sign = higher(a->weight, b->weight);
			break;
		case DECIDE_LOCAL_PREF:
			sign = higher(a->local_pref, b->local_pref);
			break;
		case DECIDE_AS_PATH:
			sign = lower(a->as_hops, b->as_hops);
			break;
		case DECIDE_ORIGIN:
			sign = lower(a->origin, b->origin);
			break;
		case DECIDE_MED:
			sign = lower(a->med_rank, b->med_rank);
			break;
		case DECIDE_OWN:
			sign = lower(a->partner, b->partner);
			break;
		case DECIDE_ROUTER_ID:
			sign = gh_addr_cmp(&a->router_id, &b->router_id);
			break;
		case DECIDE_PEER:
			sign = gh_addr_cmp(&a->peer, &b->peer);
			if (!sign)
				sign = lower(a->neighbor, b->neighbor);
			break;
		default:
			break;
		}
		if (sign) {
			*step = s;
			return sign;
		}
	}
	return 0;
}

static int by_origin(const void *a, const void *b)
{
	enum decide_step step;

	return compare(a, b, DECIDE_KIND, DECIDE_ORIGIN, &step);
}

static int by_all(const void *a, const void *b)
{
	enum decide_step step;

	return compare(a, b, DECIDE_KIND, DECIDE_PEER, &step);
}

/* The number of distinct lower MEDs of c's neighbor AS within the run. */
static unsigned med_rank(const struct candidate *run, size_t count, const struct candidate *c)
{
	unsigned rank = 0;

	for (size_t i = 0; i < count; i++) {
		bool repeated = false;

		if (run[i].neighbor_as != c->neighbor_as || run[i].med >= c->med)
			continue;
		for (size_t j = 0; j < i; j++)
			repeated |= run[j].neighbor_as == c->neighbor_as && run[j].med == run[i].med;
		rank += !repeated;
	}
	return rank;
}

static void rank_meds(struct candidate *c, size_t count)
{
	for (size_t begin = 0, end; begin < count; begin = end) {
		for (end = begin + 1; end < count && !by_origin(&c[begin], &c[end]); end++)
			;
		for (size_t i = begin; i < end; i++)
			c[i].med_rank = med_rank(&c[begin], end - begin, &c[i]);
	}
}

static void explain_losses(struct candidate *c, size_t count)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < count && !best; i++)
		if (c[i].usable)
			best = &c[i];
	for (size_t i = 0; i < count; i++) {
		if (!c[i].usable)
			c[i].lost = DECIDE_USABLE;
		else if (&c[i] == best)
			c[i].lost = DECIDE_BEST;
		else if (!compare(best, &c[i], DECIDE_KIND, DECIDE_OWN, &c[i].lost))
			c[i].lost = DECIDE_SHARED;
	}
}

unsigned decide(struct candidate *c, size_t count)
{
	enum decide_step step;
	unsigned tier = 0;

	if (!count)
		return 0;
	if (count > 1)
		qsort(c, count, sizeof(*c), by_origin);
	rank_meds(c, count);
	if (count > 1)
		qsort(c, count, sizeof(*c), by_all);
	for (size_t i = 0; i < count; i++) {
		if (i && compare(&c[i - 1], &c[i], DECIDE_KIND, DECIDE_OWN, &step))
			tier++;
		c[i].tier = tier;
	}
	explain_losses(c, count);
	return tier + 1;
}

const char *rib_kind_name(enum rib_kind kind)
{
	switch (kind) {
	case RIB_EXPRESSROUTE:
		return "ExpressRoute";
	case RIB_VPN:
		return "VPN";
	case RIB_OVER:
		return "VPN-over-ExpressRoute";
	case RIB_VNET:
		return "VNet";
	case RIB_PARTNER:
		return "partner";
	}
	return "none";
}

const char *decide_step_name(enum decide_step step)
{
	switch (step) {
	case DECIDE_USABLE:
		return "leg not usable";
	case DECIDE_KIND:
		return "preferred kind of path";
	case DECIDE_STATIC:
		return "static before BGP";
	case DECIDE_WEIGHT:
		return "higher weight";
	case DECIDE_LOCAL_PREF:
		return "higher local preference";
	case DECIDE_AS_PATH:
		return "shorter AS path";
	case DECIDE_ORIGIN:
		return "lower origin";
	case DECIDE_MED:
		return "lower MED";
	case DECIDE_OWN:
		return "own leg before partner";
	case DECIDE_ROUTER_ID:
		return "lower router id";
	case DECIDE_PEER:
		return "lower peer address";
	case DECIDE_BEST:
		return "best";
	case DECIDE_SHARED:
		return "equal, shares the traffic";
	}
	return "?";
}
