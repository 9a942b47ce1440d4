#include "rib/group.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

void groups_init(struct groups *g)
{
	memset(g, 0, sizeof(*g));
}

void groups_fini(struct groups *g)
{
	free(g->buckets);
	groups_init(g);
}

static int by_tier_and_number(const void *va, const void *vb)
{
	const struct group_tier_leg *a = va, *b = vb;

	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	if (a->leg->config.number != b->leg->config.number)
		return a->leg->config.number < b->leg->config.number ? -1 : 1;
	return 0;
}

static uint32_t legs_hash(const struct group_tier_leg *legs, unsigned count, bool pinned)
{
	uint32_t hash = 2166136261u ^ pinned;

	for (unsigned i = 0; i < count; i++) {
		hash = (hash ^ legs[i].tier) * 16777619u;
		hash = (hash ^ legs[i].leg->config.number) * 16777619u;
	}
	return hash ^ hash >> 15;
}

static bool is_same(const struct group *group, const struct group_tier_leg *legs, unsigned count,
		    bool pinned)
{
	if (group->count != count || group->pinned != pinned)
		return false;
	for (unsigned i = 0; i < count; i++)
		if (group->members[i].leg != legs[i].leg || group->members[i].tier != legs[i].tier)
			return false;
	return true;
}

static int groups_grow(struct groups *g)
{
	size_t size = g->size ? g->size * 2 : 64;
	struct group **buckets = calloc(size, sizeof(*buckets));

	if (!buckets)
		return g->size ? 0 : -1;
	for (size_t i = 0; i < g->size; i++) {
		struct group *group = g->buckets[i], *next;

		for (; group; group = next) {
			next = group->bucket_next;
			group->bucket_next = buckets[group->hash & (size - 1)];
			buckets[group->hash & (size - 1)] = group;
		}
	}
	free(g->buckets);
	g->buckets = buckets;
	g->size = size;
	return 0;
}

static void member_join(struct group_member *m, struct group *group, const struct group_tier_leg *l)
{
	m->group = group;
	m->leg = l->leg;
	m->tier = l->tier;
	m->leg_next = l->leg->members;
	m->leg_link = &l->leg->members;
	if (m->leg_next)
		m->leg_next->leg_link = &m->leg_next;
	l->leg->members = m;
	l->leg->groups++;
}

static void member_leave(struct group_member *m)
{
	*m->leg_link = m->leg_next;
	if (m->leg_next)
		m->leg_next->leg_link = m->leg_link;
	m->leg->groups--;
}

static struct group *intern(struct groups *g, struct group_tier_leg *legs, unsigned count,
			    bool pinned)
{
	struct group *group;
	uint32_t hash;

	assert(count && count <= GROUP_LEGS_MAX);
	if (g->count >= g->size && groups_grow(g))
		return NULL;
	qsort(legs, count, sizeof(*legs), by_tier_and_number);
	hash = legs_hash(legs, count, pinned);
	for (group = g->buckets[hash & (g->size - 1)]; group; group = group->bucket_next)
		if (group->hash == hash && is_same(group, legs, count, pinned))
			return group_get(group);

	group = calloc(1, sizeof(*group) + count * sizeof(group->members[0]));
	if (!group)
		return NULL;
	group->hash = hash;
	group->refs = 1;
	group->id = ++g->last_id;
	group->count = count;
	group->pinned = pinned;
	group->tiers = legs[count - 1].tier + 1;
	for (unsigned i = 0; i < count; i++) {
		member_join(&group->members[i], group, &legs[i]);
		if (legs[i].leg->config.egress == RIB_EGRESS_EDGE) {
			group->has_edge = true;
			group->last_edge = legs[i].tier;
		}
		group->has_esp |= legs[i].leg->config.egress == RIB_EGRESS_ESP;
	}
	group->bucket_next = g->buckets[hash & (g->size - 1)];
	g->buckets[hash & (g->size - 1)] = group;
	g->count++;
	return group;
}

struct group *group_intern(struct groups *g, struct group_tier_leg *legs, unsigned count)
{
	return intern(g, legs, count, false);
}

struct group *group_intern_pinned(struct groups *g, struct group_tier_leg *legs, unsigned count)
{
	return intern(g, legs, count, true);
}

struct group *group_get(struct group *group)
{
	group->refs++;
	return group;
}

void group_put(struct groups *g, struct group *group)
{
	struct group **link;

	if (!group || --group->refs)
		return;
	if (g->gone)
		g->gone(g->ctx, group);
	for (link = &g->buckets[group->hash & (g->size - 1)]; *link != group;
	     link = &(*link)->bucket_next)
		;
	*link = group->bucket_next;
	g->count--;
	for (unsigned i = 0; i < group->count; i++)
		member_leave(&group->members[i]);
	free(group);
}

bool group_usable(const struct group *group, const struct group_member *m)
{
	if (group->pinned)
		return true;
	if (m->leg->leg.state != LEG_RESTORING)
		return m->leg->leg.state == LEG_UP;
	for (unsigned i = 0; i < group->count; i++)
		if (group->members[i].leg->leg.state == LEG_UP)
			return false;
	return true;
}

unsigned group_active(const struct group *group, enum group_filter egress,
		      const struct rib_leg *legs[], unsigned max)
{
	unsigned n = 0, tier = 0;

	for (unsigned i = 0; i < group->count; i++) {
		const struct group_member *m = &group->members[i];

		if (n && m->tier != tier)
			break;
		if (egress != GROUP_ANY && m->leg->config.egress != (enum rib_egress)egress)
			continue;
		if (!group_usable(group, m))
			continue;
		tier = m->tier;
		if (n < max)
			legs[n++] = m->leg;
	}
	return n;
}
