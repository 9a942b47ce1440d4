/*
 * Groups are written before the routes that use them and deleted after the
 * routes that left them; routes to the standby go before routes to groups, so
 * that a longer VPN prefix is in place before the edge prefix around it.
 *
 * The record of what a group holds in the kernel follows what the kernel does
 * by itself when a nexthop goes (it drops the member), so that a leg's loss
 * asks for no replace: an IPv6 replace walks every route of the group.
 */
#include "rib/fib_kernel.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/group.h"
#include "rib/nexthop.h"
#include "rib/sysctl.h"
#include "rib/underlay.h"

#define METRIC 20
#define BUCKETS 256                     /* of our hash of groups */
#define RETRY_MS 200
#define TIERS_MAX 16

enum { V4, V6, FAMILIES };
static const uint8_t family_of[FAMILIES] = { AF_INET, AF_INET6 };

/* One way out in the kernel: an edge, the TUN, the sentinel. */
struct way {
	uint32_t leg;                   /* 0: TUN, sentinel */
	struct way *next;
	bool wanted;
	bool warned;                    /* of its failure, once */
	int ifindex;
	struct gh_addr gateway[FAMILIES];
	bool has[FAMILIES];             /* is there a gateway, or need for none? */
	uint32_t id[FAMILIES];          /* nexthop; 0: not in the kernel */
};

struct kernel_group {
	struct kernel_group *next;
	struct kernel_group *dirty_next;
	uint32_t key;                   /* the arbiter's id; 0: the standby */
	const struct group *group;      /* NULL: the standby, or deleted */
	bool dirty, gone;
	bool used[FAMILIES];
	bool made[FAMILIES];
	uint32_t id[FAMILIES];
	unsigned count[FAMILIES];
	uint32_t members[FAMILIES][RTNL_MEMBERS_MAX];   /* nexthop ids, as the kernel has them */
};

struct fib_kernel {
	struct fib fib;
	struct fib_kernel_config config;
	struct nl nl;
	struct gh_buf b;
	struct nexthops nexthops;
	struct way tun, sentinel;
	struct way *legs;
	struct kernel_group *groups[BUCKETS];
	struct kernel_group standby;
	struct kernel_group *dirty;
	struct gh_buf standby_sets, group_sets, deletions;
	struct gh_time retry_at;
};

static struct fib_kernel *self(struct fib *f)
{
	return (struct fib_kernel *)f;
}

/* ---- ways ---- */

static struct way *way_find(struct fib_kernel *k, uint32_t leg)
{
	struct way *w = k->legs;

	while (w && w->leg != leg)
		w = w->next;
	return w;
}

static struct way *way_get(struct fib_kernel *k, uint32_t leg)
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

static void way_configure(struct way *w, const struct rib_leg *leg)
{
	w->ifindex = leg->config.ifindex;
	w->gateway[V4] = leg->config.gateway4;
	w->gateway[V6] = leg->gateway6;
	for (int f = 0; f < FAMILIES; f++)
		w->has[f] = gh_addr_is_set(&w->gateway[f]);
}

/* Makes what is missing; false when the kernel refused some of it. */
static bool way_make(struct fib_kernel *k, struct way *w)
{
	bool complete = true;

	for (int f = 0; f < FAMILIES; f++) {
		int error;

		if (!w->has[f] || w->id[f])
			continue;
		error = nexthop_make(&k->nexthops, family_of[f], w->ifindex, &w->gateway[f], &w->id[f]);
		if (!error)
			continue;
		complete = false;
		if (!w->warned)
			gh_warning("fib: no %s nexthop on interface %d: %s%s%s",
			   f == V6 ? "IPv6" : "IPv4", w->ifindex, strerror(-error),
			   k->nl.why[0] ? ", " : "", k->nl.why);
	}
	w->warned = !complete;
	return complete;
}

/* ---- groups ---- */

static struct kernel_group **group_slot(struct fib_kernel *k, uint32_t key)
{
	struct kernel_group **slot = &k->groups[key % BUCKETS];

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

/* Every group, the standby first; NULL after the last. */
static struct kernel_group *group_next(struct fib_kernel *k, struct kernel_group *g)
{
	uint32_t bucket = 0;

	if (!g)
		return &k->standby;
	if (g != &k->standby) {
		if (g->next)
			return g->next;
		bucket = g->key % BUCKETS + 1;
	}
	for (; bucket < BUCKETS; bucket++)
		if (k->groups[bucket])
			return k->groups[bucket];
	return NULL;
}

static void groups_forget_member(struct fib_kernel *k, uint32_t id)
{
	for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g))
		for (int f = 0; f < FAMILIES; f++)
			for (unsigned i = 0; i < g->count[f]; i++)
				if (g->members[f][i] == id) {
					memmove(&g->members[f][i], &g->members[f][i + 1],
						(g->count[f] - i - 1) * sizeof(id));
					g->count[f]--;
					break;
				}
}

static void groups_dirty(struct fib_kernel *k)
{
	for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g))
		group_dirty(k, g);
}

/* The usable edges of a group, tier by tier; returns the tiers. */
static unsigned group_edges(struct fib_kernel *k, const struct group *group, int f,
			    unsigned widths[], uint32_t ids[])
{
	unsigned tiers = 0, count = 0, last = UINT32_MAX;

	for (unsigned i = 0; group && i < group->count; i++) {
		const struct group_member *m = &group->members[i];
		const struct way *w;

		if (m->leg->config.egress != RIB_EGRESS_EDGE || !group_usable(group, m))
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

static unsigned group_edge_tiers(const struct group *group)
{
	unsigned tiers = 0, last = UINT32_MAX;

	for (unsigned i = 0; group && i < group->count; i++)
		if (group->members[i].leg->config.egress == RIB_EGRESS_EDGE &&
		    group->members[i].tier != last) {
			last = group->members[i].tier;
			tiers++;
		}
	return tiers;
}

/* What the kernel's group should be. */
static void group_want(struct fib_kernel *k, const struct kernel_group *g, int f, struct rtnl_nexthop *out)
{
	unsigned widths[TIERS_MAX] = { 0 }, tiers, next = 0;
	uint16_t weights[TIERS_MAX];
	uint32_t ids[RTNL_MEMBERS_MAX];

	*out = (struct rtnl_nexthop){
		.id = g->id[f], .protocol = NEXTHOP_PROTOCOL,
		.buckets = nexthop_buckets(group_edge_tiers(g->group)),
	};
	tiers = group_edges(k, g->group, f, widths, ids);
	for (unsigned t = 0; t < tiers; t++)
		next += widths[t];
	ids[next] = k->tun.id[f];
	ids[next + 1] = k->sentinel.id[f];
	widths[tiers] = widths[tiers + 1] = 1;
	tiers += 2;

	unsigned before[TIERS_MAX];

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

/* Does the kernel still have it? If not, forgets it. */
static bool way_check(struct fib_kernel *k, struct way *w)
{
	bool lost = false;

	for (int f = 0; f < FAMILIES; f++) {
		if (!w->id[f] || rtnl_nexthop_check(&k->nl, w->id[f]) != -ENOENT)
			continue;
		groups_forget_member(k, w->id[f]);
		w->id[f] = 0;
		lost = true;
	}
	return lost;
}

/* Finds the nexthops that the kernel dropped, and makes those again whose interface is back. */
static bool ways_repair(struct fib_kernel *k, int ifindex)
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

static void groups_write(struct fib_kernel *k)
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
			k->retry_at = gh_time_add_ms(gh_now(), RETRY_MS);
		}
	}
	/* Their routes have not left yet: after this batch. */
	for (g = gone; g; g = next) {
		next = g->dirty_next;
		group_dirty(k, g);
	}
}

static void groups_delete(struct fib_kernel *k)
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

/* ---- the sink ---- */

static void kernel_leg_down(struct fib *f, const struct rib_leg *leg)
{
	struct fib_kernel *k = self(f);
	struct way *w;
	int error;

	if (leg->config.egress != RIB_EGRESS_EDGE)
		return;
	w = way_get(k, leg->config.number);
	if (!w)
		return;
	if (!w->wanted) {
		/* Down at first word: an earlier process may have left its nexthop. */
		way_configure(w, leg);
		for (int i = 0; i < FAMILIES; i++)
			if (w->has[i] && !w->id[i])
				w->id[i] = nexthop_adopt(&k->nexthops, family_of[i], w->ifindex, &w->gateway[i]);
	}
	w->wanted = false;
	error = nexthop_delete(&k->nexthops, w->id, FAMILIES);
	if (error)
		gh_error("fib: a nexthop of leg %u stays: %s", w->leg, strerror(-error));
	for (int i = 0; i < FAMILIES; i++) {
		if (w->id[i])
			groups_forget_member(k, w->id[i]);
		w->id[i] = 0;
	}
}

static void kernel_leg_up(struct fib *f, const struct rib_leg *leg)
{
	struct fib_kernel *k = self(f);
	struct way *w;

	if (leg->config.egress != RIB_EGRESS_EDGE)
		return;
	w = way_get(k, leg->config.number);
	if (!w)
		return;
	way_configure(w, leg);
	w->wanted = true;
	if (!way_make(k, w))
		k->retry_at = gh_time_add_ms(gh_now(), RETRY_MS);
}

static void kernel_leg_del(struct fib *f, const struct rib_leg *leg)
{
	struct fib_kernel *k = self(f);
	struct way *w, **link = &k->legs;

	kernel_leg_down(f, leg);
	while ((w = *link)) {
		if (w->leg == leg->config.number) {
			*link = w->next;
			free(w);
			return;
		}
		link = &w->next;
	}
}

static void kernel_group_set(struct fib *f, const struct group *group)
{
	struct fib_kernel *k = self(f);
	struct kernel_group **slot = group_slot(k, group->id);

	if (!*slot) {
		*slot = calloc(1, sizeof(**slot));
		if (!*slot)
			return;
		(*slot)->key = group->id;
	}
	(*slot)->group = group;
	group_dirty(k, *slot);
}

static void kernel_group_del(struct fib *f, const struct group *group)
{
	struct fib_kernel *k = self(f);
	struct kernel_group *g = *group_slot(k, group->id);

	if (!g)
		return;
	g->group = NULL;
	g->gone = true;
	group_dirty(k, g);
}

static int family_index(const struct gh_prefix *prefix)
{
	return prefix->addr.family == AF_INET6 ? V6 : V4;
}

static struct kernel_group *group_for(struct fib_kernel *k, const struct group *group)
{
	return group ? *group_slot(k, group->id) : &k->standby;
}

static void kernel_route_set(struct fib *f, const struct gh_prefix *prefix, const struct group *group)
{
	struct fib_kernel *k = self(f);
	struct kernel_group *g = group_for(k, group);
	int i = family_index(prefix);
	struct rtnl_route r = {
		.prefix = *prefix, .table = k->config.table, .metric = METRIC,
		.protocol = UNDERLAY_PROTOCOL,
	};

	if (!g)
		return;         /* no memory when it was set: the next audit finds it missing */
	if (!g->id[i])
		g->id[i] = nexthop_id(&k->nexthops);
	if (!g->made[i]) {
		g->used[i] = true;
		group_dirty(k, g);
	}
	r.nexthop = g->id[i];
	rtnl_route_put(group ? &k->group_sets : &k->standby_sets, RTNL_REPLACE, &r);
}

static void kernel_route_del(struct fib *f, const struct gh_prefix *prefix)
{
	struct fib_kernel *k = self(f);
	struct rtnl_route r = {
		.prefix = *prefix, .table = k->config.table, .metric = METRIC,
		.protocol = UNDERLAY_PROTOCOL,
	};

	rtnl_route_put(&k->deletions, RTNL_DEL, &r);
}

static void route_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	struct fib_kernel *k = ctx;
	char text[GH_PREFIX_TEXT];
	struct rtnl_route r;

	if (!rtnl_route_read(message, &r) || (message->nlmsg_type == RTM_DELROUTE && error == -ESRCH))
		return;
	gh_warning("fib: route %s: %s%s%s", gh_prefix_print(&r.prefix, text), strerror(-error),
		   k->nl.why[0] ? ", " : "", k->nl.why);
	if (message->nlmsg_type == RTM_NEWROUTE)
		k->fib.failed(k->fib.ctx, &r.prefix);
}

static int kernel_flush(struct fib *f)
{
	struct fib_kernel *k = self(f);
	struct gh_buf *order[] = { &k->standby_sets, &k->group_sets, &k->deletions };
	int error = 0;

	groups_write(k);
	for (unsigned i = 0; i < 3; i++) {
		int e = nl_batch(&k->nl, order[i], route_refused, k);

		if (!error)
			error = e;
	}
	groups_delete(k);
	if (error)
		gh_error("fib: routes could not be sent: %s", strerror(-error));
	return error;
}

static bool kernel_link_changed(struct fib *f, int ifindex)
{
	struct fib_kernel *k = self(f);
	int tun = (int)if_nametoindex(k->config.tun);

	if (tun && tun != k->tun.ifindex) {
		k->tun.ifindex = tun;
		way_check(k, &k->tun);
	}
	if (!ways_repair(k, ifindex))
		return false;
	groups_dirty(k);
	return true;
}

static struct gh_time kernel_timer(struct fib *f, struct gh_time now)
{
	struct fib_kernel *k = self(f);

	if (!k->retry_at.ns || now.ns < k->retry_at.ns)
		return k->retry_at;
	k->retry_at = (struct gh_time){ 0 };
	for (struct way *w = k->legs; w; w = w->next)
		if (w->wanted && !way_make(k, w))
			k->retry_at = gh_time_add_ms(now, RETRY_MS * 5);
	groups_dirty(k);
	groups_write(k);
	return k->retry_at;
}

/* ---- comparing ---- */

struct comparison {
	struct fib_kernel *k;
	fib_wants *wants;
	void *ctx;
	int right, wrong;
	uint32_t *ids;                  /* ours, sorted */
	size_t ids_count;
	uint32_t *leftovers;            /* groups first */
	size_t leftovers_count, leftovers_groups;
};

static void compare_route(void *ctx, const struct nlmsghdr *h)
{
	struct comparison *c = ctx;
	const struct group *group = NULL;
	const struct kernel_group *g;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || r.table != c->k->config.table || r.metric != METRIC ||
	    r.protocol != UNDERLAY_PROTOCOL)
		return;
	if (!c->wants(c->ctx, &r.prefix, &group)) {
		rtnl_route_put(&c->k->deletions, RTNL_DEL, &r);
		c->wrong++;
		return;
	}
	g = group_for(c->k, group);
	if (g && g->id[family_index(&r.prefix)] == r.nexthop)
		c->right++;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void ids_collect(struct comparison *c)
{
	struct fib_kernel *k = c->k;
	size_t count = 2;

	for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g))
		count++;
	for (struct way *w = k->legs; w; w = w->next)
		count++;
	c->ids = calloc(count * FAMILIES, sizeof(*c->ids));
	for (int f = 0; c->ids && f < FAMILIES; f++) {
		for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g))
			c->ids[c->ids_count++] = g->id[f];
		for (struct way *w = k->legs; w; w = w->next)
			c->ids[c->ids_count++] = w->id[f];
		c->ids[c->ids_count++] = k->tun.id[f];
		c->ids[c->ids_count++] = k->sentinel.id[f];
	}
	if (c->ids)
		qsort(c->ids, c->ids_count, sizeof(*c->ids), by_value);
}

static void compare_nexthop(void *ctx, const struct nlmsghdr *h)
{
	struct comparison *c = ctx;
	struct rtnl_nexthop n;
	uint32_t *more;

	if (!rtnl_nexthop_read(h, &n) || !nexthop_is_ours(&c->k->nexthops, &n) ||
	    bsearch(&n.id, c->ids, c->ids_count, sizeof(n.id), by_value))
		return;
	more = realloc(c->leftovers, (c->leftovers_count + 1) * sizeof(*more));
	if (!more)
		return;
	c->leftovers = more;
	c->leftovers[c->leftovers_count++] = n.id;
	if (n.members_count) {
		/* Groups before their members, or the kernel would rewrite each group. */
		c->leftovers[c->leftovers_count - 1] = c->leftovers[c->leftovers_groups];
		c->leftovers[c->leftovers_groups++] = n.id;
	}
}

/* A group loses its place only when someone deletes it, or all its members at once. */
static void groups_check(struct fib_kernel *k)
{
	for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g))
		for (int f = 0; f < FAMILIES; f++)
			if (g->made[f] && rtnl_nexthop_check(&k->nl, g->id[f]) == -ENOENT)
				g->made[f] = false;
}

static int kernel_sync(struct fib *f, fib_wants *wants, void *ctx)
{
	struct fib_kernel *k = self(f);
	struct comparison c = { .k = k, .wants = wants, .ctx = ctx };
	int error = kernel_flush(f);

	for (int i = 0; i < FAMILIES && !error; i++)
		error = rtnl_route_dump(&k->nl, family_of[i], k->config.table, UNDERLAY_PROTOCOL,
					compare_route, &c);
	if (!error)
		error = kernel_flush(f);
	if (!error) {
		ways_repair(k, 0);
		groups_check(k);
		groups_dirty(k);
		groups_write(k);
		ids_collect(&c);
		if (c.ids)
			error = rtnl_nexthop_dump(&k->nl, compare_nexthop, &c);
	}
	if (!error && c.leftovers_count)
		error = nexthop_delete(&k->nexthops, c.leftovers, (unsigned)c.leftovers_count);
	if (!error && (c.wrong || c.leftovers_count))
		gh_info("fib: swept %d routes and %zu nexthops that nobody wants any more", c.wrong,
			c.leftovers_count);
	free(c.ids);
	free(c.leftovers);
	return error ? error : c.right;
}

/* ---- for show ---- */

static void kernel_describe(struct fib *f, const struct group *group, uint8_t family, struct gh_buf *out)
{
	struct fib_kernel *k = self(f);
	const struct kernel_group *g = group_for(k, group);
	int i = family == AF_INET6 ? V6 : V4;

	if (!g || !g->made[i]) {
		gh_buf_printf(out, "not yet");
		return;
	}
	gh_buf_printf(out, "nexthop group %u {", g->id[i]);
	for (unsigned m = 0; m < g->count[i]; m++) {
		uint32_t id = g->members[i][m];
		const struct way *w = k->legs;

		while (w && w->id[i] != id)
			w = w->next;
		gh_buf_printf(out, "%s%u ", m ? ", " : " ", id);
		if (w)
			gh_buf_printf(out, "leg %u", w->leg);
		else
			gh_buf_printf(out, id == k->tun.id[i] ? "%s" : "sentinel", k->config.tun);
	}
	gh_buf_printf(out, " }");
}

struct answer {
	struct fib_kernel *k;
	struct gh_buf *out;
};

static void answer_read(void *ctx, const struct nlmsghdr *h)
{
	struct answer *a = ctx;
	char text[GH_PREFIX_TEXT], name[IF_NAMESIZE] = "?";
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r))
		return;
	gh_buf_printf(a->out, "%s table %u", gh_prefix_print(&r.prefix, text), r.table);
	if (r.nexthop)
		gh_buf_printf(a->out, " nexthop group %u", r.nexthop);
	if (r.ifindex)
		gh_buf_printf(a->out, " dev %s", if_indextoname((unsigned)r.ifindex, name) ? name : "?");
	if (r.type != RTN_UNICAST)
		gh_buf_printf(a->out, r.type == RTN_UNREACHABLE ? " unreachable" : " type %u", r.type);
}

static int kernel_query(struct fib *f, const struct gh_addr *addr, struct gh_buf *out)
{
	struct fib_kernel *k = self(f);
	struct rtmsg head = {
		.rtm_family = addr->family, .rtm_dst_len = (uint8_t)gh_family_bits(addr->family),
		.rtm_flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE,
	};
	struct answer a = { k, out };
	unsigned iif = if_nametoindex(k->config.vnet[0] ? k->config.vnet : k->config.tun);
	size_t m = nl_begin(&k->b, RTM_GETROUTE, 0, &head, sizeof(head));
	int error;

	nl_attr_addr(&k->b, RTA_DST, addr);
	if (iif) {
		/* Any source that is not martian: the destination itself. */
		nl_attr_addr(&k->b, RTA_SRC, addr);
		((struct rtmsg *)NLMSG_DATA(gh_buf_begin(&k->b) + m))->rtm_src_len = head.rtm_dst_len;
		nl_attr_u32(&k->b, RTA_IIF, iif);
	}
	nl_end(&k->b, m);
	error = nl_get(&k->nl, &k->b, answer_read, &a);
	if (error == -EHOSTUNREACH || error == -ENETUNREACH) {
		gh_buf_printf(out, "unreachable");
		error = 0;
	}
	return error;
}

/* ---- life ---- */

static const struct fib_ops kernel_ops = {
	.name = "kernel",
	.leg_down = kernel_leg_down,
	.leg_up = kernel_leg_up,
	.leg_del = kernel_leg_del,
	.group_set = kernel_group_set,
	.group_del = kernel_group_del,
	.route_set = kernel_route_set,
	.route_del = kernel_route_del,
	.flush = kernel_flush,
	.sync = kernel_sync,
	.link_changed = kernel_link_changed,
	.timer = kernel_timer,
	.describe = kernel_describe,
	.query = kernel_query,
};

/* The pair of veths: what is sent into one end is dropped at the other. */
static int sentinel_make(struct fib_kernel *k)
{
	char name[IF_NAMESIZE], peer[IF_NAMESIZE];
	int error = 0;

	snprintf(name, sizeof(name), "%.12s-n", k->config.tun);
	snprintf(peer, sizeof(peer), "%.12s-x", k->config.tun);
	if (!if_nametoindex(name)) {
		rtnl_veth_put(&k->b, name, peer);
		error = nl_talk(&k->nl, &k->b);
		if (error) {
			gh_error("fib: cannot make the sentinel %s: %s%s%s", name, strerror(-error),
				 k->nl.why[0] ? ", " : "", k->nl.why);
			return error;
		}
	}
	sysctl_interface("net/ipv6/conf/%s/addr_gen_mode", name, "1");
	sysctl_interface("net/ipv6/conf/%s/addr_gen_mode", peer, "1");
	for (int i = 0; i < 2 && !error; i++) {
		rtnl_link_up_put(&k->b, (int)if_nametoindex(i ? name : peer), 0);
		error = nl_talk(&k->nl, &k->b);
	}
	k->sentinel.ifindex = (int)if_nametoindex(name);
	k->sentinel.wanted = k->sentinel.has[V4] = k->sentinel.has[V6] = true;
	return error;
}

int fib_kernel_new(const struct fib_kernel_config *config, struct fib **out)
{
	struct fib_kernel *k = calloc(1, sizeof(*k));
	int error;

	if (!k)
		return -ENOMEM;
	k->fib.ops = &kernel_ops;
	k->config = *config;
	error = nl_open(&k->nl, NETLINK_ROUTE);
	if (error)
		goto free_sink;
	error = nexthops_init(&k->nexthops, &k->nl, &k->b, config->instance);
	if (error)
		goto close_socket;
	error = sentinel_make(k);
	if (error)
		goto close_socket;
	k->tun.ifindex = (int)if_nametoindex(config->tun);
	k->tun.wanted = k->tun.has[V4] = k->tun.has[V6] = true;
	if (!k->tun.ifindex) {
		error = -ENODEV;
		goto close_socket;
	}
	way_make(k, &k->sentinel);
	way_make(k, &k->tun);
	*out = &k->fib;
	return 0;

close_socket:
	nl_close(&k->nl);
free_sink:
	nexthops_fini(&k->nexthops);
	gh_buf_fini(&k->b);
	free(k);
	return error;
}

void fib_kernel_free(struct fib *f)
{
	struct fib_kernel *k = self(f);

	if (!f)
		return;
	for (int i = 0; i < BUCKETS; i++)
		for (struct kernel_group *g = k->groups[i], *next; g; g = next) {
			next = g->next;
			free(g);
		}
	for (struct way *w = k->legs, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	gh_buf_fini(&k->standby_sets);
	gh_buf_fini(&k->group_sets);
	gh_buf_fini(&k->deletions);
	gh_buf_fini(&k->b);
	nexthops_fini(&k->nexthops);
	nl_close(&k->nl);
	free(k);
}

void fib_kernel_vnet_set(struct fib *f, const char *vnet)
{
	snprintf(self(f)->config.vnet, sizeof(self(f)->config.vnet), "%s", vnet);
}

static bool wants_nothing(void *ctx, const struct gh_prefix *prefix, const struct group **group)
{
	(void)ctx;
	(void)prefix;
	(void)group;
	return false;
}

void fib_kernel_remove(struct fib *f)
{
	struct fib_kernel *k = self(f);

	kernel_sync(f, wants_nothing, NULL);
	for (struct kernel_group *g = group_next(k, NULL); g; g = group_next(k, g)) {
		nexthop_delete(&k->nexthops, g->id, FAMILIES);
		memset(g->id, 0, sizeof(g->id));
		memset(g->made, 0, sizeof(g->made));
	}
	for (struct way *w = k->legs; w; w = w->next)
		nexthop_delete(&k->nexthops, w->id, FAMILIES);
	nexthop_delete(&k->nexthops, k->tun.id, FAMILIES);
	rtnl_link_del_put(&k->b, k->sentinel.ifindex);
	nl_talk(&k->nl, &k->b);
}
