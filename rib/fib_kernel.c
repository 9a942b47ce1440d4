/*
 * Groups are written before the routes that use them and deleted after the
 * routes that left them; routes to the standby go before routes to groups, so
 * that a longer VPN prefix is in place before the edge prefix around it.
 */
#include "rib/fib_kernel.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/kernel_group.h"
#include "rib/sysctl.h"
#include "rib/underlay.h"

static struct fib_kernel *self(struct fib *f)
{
	return (struct fib_kernel *)f;
}

static void kernel_leg_down(struct fib *f, const struct rib_leg *leg)
{
	struct fib_kernel *k = self(f);
	struct way *w;
	int error;

	/* A tunnel has a way only where a group asked for one. */
	w = leg->config.egress == RIB_EGRESS_EDGE ? way_get(k, leg->config.number)
						  : way_find(k, leg->config.number);
	if (!w)
		return;
	if (!w->wanted && !w->tunnel) {
		/* Down at first word: an earlier process may have left its nexthop. */
		way_configure(k, w, leg);
		for (int i = 0; i < FAMILIES; i++)
			if (w->has[i] && !w->id[i])
				w->id[i] = nexthop_adopt(&k->nexthops, kernel_family(i), w->ifindex,
							 &w->gateway[i]);
	}
	w->wanted = false;
	error = nexthop_delete(&k->nexthops, w->id, FAMILIES);
	if (error)
		gh_error("fib: a nexthop of leg %u stays: %s", w->leg, strerror(-error));
	for (int i = 0; i < FAMILIES; i++) {
		if (w->id[i])
			kernel_groups_forget(k, w->id[i]);
		w->id[i] = 0;
	}
}

static void kernel_leg_up(struct fib *f, const struct rib_leg *leg)
{
	struct fib_kernel *k = self(f);
	struct way *w;

	w = leg->config.egress == RIB_EGRESS_EDGE ? way_get(k, leg->config.number)
						  : way_find(k, leg->config.number);
	if (!w)
		return;
	way_configure(k, w, leg);
	w->wanted = true;
	if (!way_make(k, w))
		k->retry_at = gh_time_add_ms(gh_now(), KERNEL_RETRY_MS);
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
	kernel_group_take(self(f), group);
}

static void kernel_group_del(struct fib *f, const struct group *group)
{
	kernel_group_gone(self(f), group);
}

static void kernel_route_set(struct fib *f, const struct gh_prefix *prefix,
			     const struct group *group)
{
	struct fib_kernel *k = self(f);
	struct kernel_group *g = kernel_group_for(k, group);
	struct rtnl_route r = {
		.prefix = *prefix, .table = k->config.table, .metric = KERNEL_METRIC,
		.protocol = UNDERLAY_PROTOCOL,
	};

	if (!g)
		return;         /* no memory when it was set: the next audit finds it missing */
	r.nexthop = kernel_group_use(k, g, kernel_family_index(prefix->addr.family));
	rtnl_route_put(group ? &k->group_sets : &k->standby_sets, RTNL_REPLACE, &r);
}

static void kernel_route_del(struct fib *f, const struct gh_prefix *prefix)
{
	struct fib_kernel *k = self(f);
	struct rtnl_route r = {
		.prefix = *prefix, .table = k->config.table, .metric = KERNEL_METRIC,
		.protocol = UNDERLAY_PROTOCOL,
	};

	rtnl_route_put(&k->deletions, RTNL_DEL, &r);
}

static void route_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	struct fib_kernel *k = ctx;
	char text[GH_PREFIX_TEXT];
	struct rtnl_route r;

	if (!rtnl_route_read(message, &r))
		return;
	if (message->nlmsg_type == RTM_DELROUTE && error == -ESRCH)
		return;
	gh_warning("fib: route %s: %s%s%s", gh_prefix_print(&r.prefix, text), strerror(-error),
		   k->nl.why[0] ? ", " : "", k->nl.why);
	if (message->nlmsg_type == RTM_NEWROUTE)
		k->fib.failed(k->fib.ctx, &r.prefix);
}

int kernel_flush(struct fib *f)
{
	struct fib_kernel *k = self(f);
	struct gh_buf *order[] = { &k->standby_sets, &k->group_sets, &k->deletions };
	int error = 0;

	kernel_groups_write(k);
	for (unsigned i = 0; i < 3; i++) {
		int e = nl_batch(&k->nl, order[i], route_refused, k);

		if (!error)
			error = e;
	}
	kernel_groups_delete(k);
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
		for (struct way *w = k->legs; w; w = w->next)
			if (w->tunnel) {
				w->ifindex = tun;
				way_check(k, w);
			}
	}
	if (!ways_repair(k, ifindex))
		return false;
	kernel_groups_touch(k);
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
			k->retry_at = gh_time_add_ms(now, KERNEL_RETRY_MS * 5);
	kernel_groups_touch(k);
	kernel_groups_write(k);
	return k->retry_at;
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
	for (int i = 0; i < KERNEL_GROUP_BUCKETS; i++)
		for (struct kernel_group *g = k->groups[i], *next; g; g = next) {
			next = g->next;
			free(g);
		}
	for (struct way *w = k->legs, *next; w; w = next) {
		next = w->next;
		free(w);
	}
	kernel_outers_fini(&k->outers);
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

	kernel_outers_remove(k);
	kernel_sync(f, wants_nothing, NULL);
	kernel_group_each(g, k) {
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
