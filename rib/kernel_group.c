/*
 * A group is written only when its members differ from the record, and the
 * weights are a matter of position, so the record needs none.
 */
#include "rib/kernel_group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define TIERS_MAX 16

struct way *way_find(struct fib_kernel *k, uint32_t leg)
{
	struct way *w = k->legs;

	while (w && w->leg != leg)
		w = w->next;
	return w;
}

struct way *way_get(struct fib_kernel *k, uint32_t leg)
{
	struct way *w = way_find(k, leg);

	if (w)
		return w;
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->leg = leg;
	w->next = k->legs;
	k->legs = w;
	return w;
}

/*
 * A TUN has no neighbors, so any gateway will do; it tells one tunnel's nexthop
 * from another's. zebra takes two alike for one, and makes a group of the second
 * when the kernel loses it. 240.0.0.0/4 and fe80::/64's numbers are nobody's.
 */
static void tunnel_gateways(struct way *w, uint32_t leg)
{
	w->gateway[V4] = (struct gh_addr){ AF_INET, { 240 | (leg >> 24 & 15), (uint8_t)(leg >> 16),
						      (uint8_t)(leg >> 8), (uint8_t)leg } };
	w->gateway[V6] = (struct gh_addr){
		AF_INET6, { 0xfe, 0x80, [8] = 0x47, 0x48, [12] = (uint8_t)(leg >> 24),
			    (uint8_t)(leg >> 16), (uint8_t)(leg >> 8), (uint8_t)leg },
	};
}

void way_configure(struct fib_kernel *k, struct way *w, const struct rib_leg *leg)
{
	if (leg->config.egress == RIB_EGRESS_ESP) {
		w->tunnel = true;
		w->ifindex = k->tun.ifindex;
		tunnel_gateways(w, leg->config.number);
		w->has[V4] = w->has[V6] = true;
		return;
	}
	w->ifindex = leg->config.ifindex;
	w->gateway[V4] = leg->config.gateway4;
	w->gateway[V6] = leg->gateway6;
	for (int f = 0; f < FAMILIES; f++)
		w->has[f] = gh_addr_is_set(&w->gateway[f]);
}

bool way_make(struct fib_kernel *k, struct way *w)
{
	bool complete = true, made = false;

	for (int f = 0; f < FAMILIES; f++) {
		int error;

		if (!w->has[f] || w->id[f])
			continue;
		error = nexthop_make(&k->nexthops, kernel_family(f), w->ifindex, &w->gateway[f],
				     &w->id[f]);
		made |= !error;
		if (!error)
			continue;
		complete = false;
		if (!w->warned)
			gh_warning("fib: no %s nexthop on interface %d: %s%s%s",
			   f == V6 ? "IPv6" : "IPv4", w->ifindex, strerror(-error),
			   k->nl.why[0] ? ", " : "", k->nl.why);
	}
	w->warned = !complete;
	if (made)
		kernel_outers_write(k, w);
	return complete;
}

/* ---- groups ---- */

static struct kernel_group **group_slot(struct fib_kernel *k, uint32_t key)
{
	struct kernel_group **slot = &k->groups[key % KERNEL_GROUP_BUCKETS];

	while (*slot && (*slot)->key != key)
		slot = &(*slot)->next;
	return slot;
}

static void group_dirty(struct fib_kernel *k, struct kernel_group *g)
{
	if (g->dirty)
		return;
	g->dirty = true;
	g->dirty_next = k->dirty;
	k->dirty = g;
}

struct kernel_group *kernel_group_for(struct fib_kernel *k, const struct group *group)
{
	return group ? *group_slot(k, group->id) : &k->standby;
}

/* Most tunnels have no edge behind them, and need no nexthop of their own. */
static void group_make_tunnels(struct fib_kernel *k, const struct group *group)
{
	for (unsigned i = 0; i < group->count; i++) {
		const struct group_member *m = &group->members[i];
		struct way *w;

		if (m->leg->config.egress != RIB_EGRESS_ESP || !group_in_kernel(group, m) ||
		    way_find(k, m->leg->config.number))
			continue;
		w = way_get(k, m->leg->config.number);
		if (!w)
			continue;
		way_configure(k, w, m->leg);
		w->wanted = m->leg->leg.state == LEG_UP || m->leg->leg.state == LEG_RESTORING;
		if (w->wanted && !way_make(k, w))
			k->retry_at = gh_time_add_ms(gh_now(), KERNEL_RETRY_MS);
	}
}

void kernel_group_take(struct fib_kernel *k, const struct group *group)
{
	struct kernel_group **slot = group_slot(k, group->id);

	group_make_tunnels(k, group);
	if (!*slot) {
		*slot = calloc(1, sizeof(**slot));
		if (!*slot)
			return;
		(*slot)->key = group->id;
	}
	(*slot)->group = group;
	group_dirty(k, *slot);
}

void kernel_group_gone(struct fib_kernel *k, const struct group *group)
{
	struct kernel_group *g = *group_slot(k, group->id);

	if (!g)
		return;
	g->group = NULL;
	g->gone = true;
	group_dirty(k, g);
}

uint32_t kernel_group_use(struct fib_kernel *k, struct kernel_group *g, int f)
{
	if (!g->id[f])
		g->id[f] = nexthop_id(&k->nexthops);
	if (!g->made[f]) {
		g->used[f] = true;
		group_dirty(k, g);
	}
	return g->id[f];
}

struct kernel_group *kernel_group_next(struct fib_kernel *k, struct kernel_group *g)
{
	uint32_t bucket = 0;

	if (!g)
		return &k->standby;
	if (g != &k->standby) {
		if (g->next)
			return g->next;
		bucket = g->key % KERNEL_GROUP_BUCKETS + 1;
	}
	for (; bucket < KERNEL_GROUP_BUCKETS; bucket++)
		if (k->groups[bucket])
			return k->groups[bucket];
	return NULL;
}

void kernel_groups_forget(struct fib_kernel *k, uint32_t id)
{
	kernel_group_each(g, k)
		for (int f = 0; f < FAMILIES; f++)
			for (unsigned i = 0; i < g->count[f]; i++)
				if (g->members[f][i] == id) {
					memmove(&g->members[f][i], &g->members[f][i + 1],
						(g->count[f] - i - 1) * sizeof(id));
					g->count[f]--;
					break;
				}
}

void kernel_groups_touch(struct fib_kernel *k)
{
	kernel_group_each(g, k)
		group_dirty(k, g);
}

/* The usable ways of a group, tier by tier; returns the tiers. */
static unsigned group_ways(struct fib_kernel *k, const struct group *group, int f,
			    unsigned widths[], uint32_t ids[])
{
	unsigned tiers = 0, count = 0, last = UINT32_MAX;

	for (unsigned i = 0; group && i < group->count; i++) {
		const struct group_member *m = &group->members[i];
		const struct way *w;

		if (!group_in_kernel(group, m) || !group_usable(group, m))
			continue;
		w = way_find(k, m->leg->config.number);
		if (!w || !w->id[f] || count >= RTNL_MEMBERS_MAX - 2)
			continue;
		if (m->tier != last) {
			if (tiers == TIERS_MAX - 2)
				break;
			widths[tiers++] = 0;
			last = m->tier;
		}
		widths[tiers - 1]++;
		ids[count++] = w->id[f];
	}
	return tiers;
}

static unsigned group_way_tiers(const struct group *group)
{
	unsigned tiers = 0, last = UINT32_MAX;

	for (unsigned i = 0; group && i < group->count; i++)
		if (group_in_kernel(group, &group->members[i]) && group->members[i].tier != last) {
			last = group->members[i].tier;
			tiers++;
		}
	return tiers;
}

/* What the kernel's group should be. */
static void group_want(struct fib_kernel *k, const struct kernel_group *g, int f,
		       struct rtnl_nexthop *out)
{
	unsigned widths[TIERS_MAX] = { 0 }, before[TIERS_MAX], tiers, next = 0;
	uint16_t weights[TIERS_MAX];
	uint32_t ids[RTNL_MEMBERS_MAX];

	*out = (struct rtnl_nexthop){
		.id = g->id[f], .protocol = NEXTHOP_PROTOCOL,
		.buckets = nexthop_buckets(group_way_tiers(g->group)),
	};
	tiers = group_ways(k, g->group, f, widths, ids);
	for (unsigned t = 0; t < tiers; t++)
		next += widths[t];
	ids[next] = k->tun.id[f];
	ids[next + 1] = k->sentinel.id[f];
	widths[tiers] = widths[tiers + 1] = 1;
	tiers += 2;

	memcpy(before, widths, sizeof(before));
	if (tiers > 2)
		nexthop_weights(out->buckets, widths, weights, tiers);
	else
		weights[0] = 16, weights[1] = 1;
	next = 0;
	for (unsigned t = 0; t < tiers; t++)
		for (unsigned i = 0; i < before[t]; i++, next++)
			if (widths[t] && ids[next])
				out->members[out->members_count++] =
					(struct rtnl_member){ ids[next], weights[t] };
}

static bool group_is_so(const struct kernel_group *g, int f, const struct rtnl_nexthop *want)
{
	if (!g->made[f] || g->count[f] != want->members_count)
		return false;
	for (unsigned i = 0; i < want->members_count; i++)
		if (g->members[f][i] != want->members[i].id)
			return false;
	return true;
}

static int group_write(struct fib_kernel *k, struct kernel_group *g, int f)
{
	struct rtnl_nexthop want;
	int error;

	group_want(k, g, f, &want);
	if (!want.members_count)
		return -ENODEV;
	if (group_is_so(g, f, &want))
		return 0;
	rtnl_nexthop_put(&k->b, g->made[f] ? RTNL_REPLACE : RTNL_ADD, &want);
	error = nl_talk(&k->nl, &k->b);
	if (error)
		return error;
	g->made[f] = true;
	g->count[f] = want.members_count;
	for (unsigned i = 0; i < want.members_count; i++)
		g->members[f][i] = want.members[i].id;
	return 0;
}

static void group_delete(struct fib_kernel *k, struct kernel_group *g)
{
	struct kernel_group **slot = group_slot(k, g->key);
	uint32_t ids[FAMILIES];

	for (int f = 0; f < FAMILIES; f++)
		ids[f] = g->made[f] ? g->id[f] : 0;
	nexthop_delete(&k->nexthops, ids, FAMILIES);
	*slot = g->next;
	free(g);
}

bool way_check(struct fib_kernel *k, struct way *w)
{
	bool lost = false;

	for (int f = 0; f < FAMILIES; f++) {
		if (!w->id[f] || rtnl_nexthop_check(&k->nl, w->id[f]) != -ENOENT)
			continue;
		kernel_groups_forget(k, w->id[f]);
		w->id[f] = 0;
		lost = true;
	}
	return lost;
}

bool ways_repair(struct fib_kernel *k, int ifindex)
{
	bool lost = false;

	for (struct way *w = k->legs; w; w = w->next)
		if (!ifindex || w->ifindex == ifindex) {
			lost |= way_check(k, w);
			if (w->wanted)
				way_make(k, w);
		}
	for (int i = 0; i < 2; i++) {
		struct way *w = i ? &k->sentinel : &k->tun;

		if (ifindex && w->ifindex != ifindex)
			continue;
		lost |= way_check(k, w);
		lost |= !w->id[V4] || !w->id[V6];
		way_make(k, w);
	}
	return lost;
}

void kernel_groups_write(struct fib_kernel *k)
{
	struct kernel_group *g = k->dirty, *next, *gone = NULL;

	k->dirty = NULL;
	for (; g; g = next) {
		next = g->dirty_next;
		g->dirty = false;
		if (g->gone) {
			g->dirty_next = gone;
			gone = g;
			continue;
		}
		for (int f = 0; f < FAMILIES; f++) {
			int error;

			if (!g->used[f])
				continue;
			error = group_write(k, g, f);
			if (error == -EINVAL || error == -ENOENT || error == -ENODEV) {
				/* A member vanished with its interface: look, and try once more. */
				ways_repair(k, 0);
				error = group_write(k, g, f);
			}
			if (!error)
				continue;
			gh_warning("fib: nexthop group %u: %s%s%s", g->id[f], strerror(-error),
				   k->nl.why[0] ? ", " : "", k->nl.why);
			k->retry_at = gh_time_add_ms(gh_now(), KERNEL_RETRY_MS);
		}
	}
	/* Their routes have not left yet: after this batch. */
	for (g = gone; g; g = next) {
		next = g->dirty_next;
		group_dirty(k, g);
	}
}

void kernel_groups_delete(struct fib_kernel *k)
{
	struct kernel_group *g = k->dirty, *next;

	k->dirty = NULL;
	for (; g; g = next) {
		next = g->dirty_next;
		g->dirty = false;
		if (g->gone)
			group_delete(k, g);
		else
			group_dirty(k, g);
	}
}
