/*
 * route - the arbiter's contents as `show gateway` prints them
 *
 * Reads only. What depends on the legs' state (who carries it now, at which
 * step a path lost) is decided when it is asked for, not kept per prefix.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rib/entry.h"

static void leg_view(const struct rib_leg *l, struct rib_leg_view *out)
{
	*out = (struct rib_leg_view){
		.config = &l->config,
		.leg = &l->leg,
		.deprefer = leg_deprefer(&l->leg),
		.paths = l->paths,
		.groups = l->groups,
		.failovers = l->failovers,
	};
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = (*(struct rib_leg *const *)a)->config.number;
	uint32_t y = (*(struct rib_leg *const *)b)->config.number;

	return x < y ? -1 : x > y;
}

void rib_leg_each(const struct rib *r, rib_leg_visit *visit, void *ctx)
{
	struct rib_leg **all = calloc(r->counters.legs + 1, sizeof(*all));
	struct rib_leg_view view;
	size_t n = 0;

	if (!all)
		return;
	for (int i = 0; i < RIB_LEG_BUCKETS; i++)
		for (struct rib_leg *l = r->legs[i]; l; l = l->next)
			all[n++] = l;
	qsort(all, n, sizeof(*all), by_number);
	for (size_t i = 0; i < n; i++) {
		leg_view(all[i], &view);
		visit(ctx, &view);
	}
	free(all);
}

int rib_leg_view(const struct rib *r, uint32_t number, struct rib_leg_view *out)
{
	const struct rib_leg *l = rib_leg_find(r, number);

	if (!l)
		return -ENOENT;
	leg_view(l, out);
	return 0;
}

unsigned rib_leg_stranded(const struct rib *r, uint32_t number)
{
	const struct rib_leg *l = rib_leg_find(r, number), *any;
	unsigned n = 0;

	for (const struct group_member *m = l ? l->members : NULL; m; m = m->leg_next)
		n += !group_active(m->group, GROUP_ANY, &any, 1);
	return n;
}

enum leg_state rib_leg_state(const struct rib *r, uint32_t number)
{
	const struct rib_leg *l = rib_leg_find(r, number);

	return l ? l->leg.state : LEG_UNKNOWN;
}

/* The best usable candidate, or else the most preferred one. */
static const struct candidate *best_of(const struct candidate *c, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (c[i].lost == DECIDE_BEST)
			return &c[i];
	return count ? c : NULL;
}

static enum decide_step reason_of(const struct candidate *c, size_t count,
				  const struct candidate *best)
{
	for (const struct candidate *other = best + 1; other < c + count; other++)
		if (other->usable)
			return other->lost;
	return count > 1 ? DECIDE_USABLE : DECIDE_BEST;
}

static void route_of(const struct rib *r, const struct entry *e, struct rib_route *out)
{
	const struct rib_leg *legs[RIB_LEGS_SHOWN];
	const struct candidate *c, *best;
	const struct path *p;
	size_t count;

	*out = (struct rib_route){ .prefix = e->node->prefix, .in_kernel = e->in_kernel };
	c = entry_candidates(r, e, &count);
	best = best_of(c, count);
	if (!best)
		return;
	p = best->path;
	out->paths = (unsigned)count;
	out->neighbor = best->neighbor;
	out->is_static = best->is_static;
	out->refused = entry_refuses(e, p);
	out->reason = reason_of(c, count, best);
	out->group = e->group ? e->group->id : 0;
	out->in_esp = e->esp;
	if (best->usable)
		out->kind = best->kind;
	if (out->kind == RIB_EXPRESSROUTE)
		out->azure_weight = RIB_AZURE_WEIGHT_EXPRESSROUTE;
	else if (out->kind == RIB_OVER)
		out->azure_weight = RIB_AZURE_WEIGHT_OVER;
	else if (out->kind == RIB_VPN)
		out->azure_weight = RIB_AZURE_WEIGHT_VPN;
	if (p->attr) {
		out->next_hop = p->attr->next_hop;
		out->as_hops = p->attr->as_hops;
		out->as_count = p->attr->as_count;
		out->as_path = p->attr->as_path;
		out->local_pref = p->attr->local_pref;
		out->med = p->attr->med;
		out->origin = (uint8_t)p->attr->origin;
	}
	if (e->group)
		out->legs_count = group_active(e->group, GROUP_ANY, legs, RIB_LEGS_SHOWN);
	for (unsigned i = 0; i < out->legs_count; i++)
		out->legs[i] = legs[i]->config.number;
}

static bool is_shown(const struct entry *e)
{
	for (const struct path *p = e->paths; p; p = p->next)
		if (!p->is_peer)
			return true;
	return false;
}

void rib_route_each(const struct rib *r, const struct gh_prefix *within,
		    const struct gh_prefix *after, rib_route_visit *visit, void *ctx)
{
	struct table_node *n = after ? table_after(&r->table, within, after)
				     : table_first(&r->table, within);
	struct rib_route route;

	for (; n; n = table_next(&r->table, within, n)) {
		if (!is_shown(n->value))
			continue;
		route_of(r, n->value, &route);
		if (!visit(ctx, &route))
			return;
	}
}

void rib_counters(const struct rib *r, struct rib_counters *out)
{
	*out = r->counters;
	out->prefixes4 = r->table.count[0];
	out->prefixes6 = r->table.count[1];
	out->groups = r->groups.count;
	out->pending = r->dirty_count;
	out->taking_over = r->taking_over;
}
