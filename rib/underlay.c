/*
 * Order is what keeps traffic inside: the table is closed (unreachable
 * default) before a rule leads into it, the rules stand before an interface's
 * packets are forwarded, forwarding is switched on last. Taking away goes the
 * other way round: new things are made before old ones are removed.
 */
#include "rib/underlay.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/forwarding.h"
#include "rib/mark.h"
#include "rib/rtnl.h"
#include "rib/rules.h"
#include "rib/sysctl.h"
#include "rib/tunnel_peers.h"
#include "rib/upper.h"

#define METRIC_SPACE 30         /* behind what a router of the VNet says, KERNEL_METRIC */
#define UPPERS_MAX 8
#define METRIC_TRIAL 4095
#define METRIC_TUN 4096
#define METRIC_CLOSED 4294967295u

static const uint8_t families[] = { AF_INET, AF_INET6 };

struct underlay {
	struct nl nl, nft;
	struct gh_buf b;
	struct rules_home rules;
	uint32_t table;
	char tun[GH_IFNAME_MAX + 1];
	int tun_ifindex;
	uint32_t mtu;
	struct underlay_plan plan;      /* as applied */
	struct tunnel_peers peers;
	bool swept;                     /* leftovers of an earlier process are gone */
	bool peers_swept;
	bool closed;                    /* table and rules stand: nothing gets past them */
	bool planned;                   /* plan is one that was given */
	bool marked, mark_refused;
	unsigned marked_count;
	unsigned upper_count;           /* of VRRP's macvlans that were found when it was applied */
	char uppers[UPPERS_MAX][GH_IFNAME_MAX + 1];
	char marked_interfaces[UNDERLAY_EDGES_MAX + 2][GH_IFNAME_MAX + 1];
	char why[256];                  /* the first failure of a call, in words */
};

/* Talks, and says what failed. */
static int talk(struct underlay *u, const char *what, const char *detail, int tolerated)
{
	int error = nl_talk(&u->nl, &u->b);

	if (!error || error == tolerated)
		return 0;
	gh_error("underlay: cannot %s %s: %s%s%s", what, detail, strerror(-error),
		 u->nl.why[0] ? ", " : "", u->nl.why);
	if (!u->why[0])
		snprintf(u->why, sizeof(u->why), "cannot %s %s: %s%s%s", what, detail,
			 strerror(-error), u->nl.why[0] ? ", " : "", u->nl.why);
	return error;
}

static void keep_first(int *first, int error)
{
	if (error && !*first)
		*first = error;
}

static int route(struct underlay *u, enum rtnl_verb verb, const struct rtnl_route *r)
{
	char text[GH_PREFIX_TEXT];

	rtnl_route_put(&u->b, verb, r);
	return talk(u, verb == RTNL_DEL ? "delete route" : "set route",
		    gh_prefix_print(&r->prefix, text), verb == RTNL_DEL ? -ESRCH : 0);
}

static struct rtnl_route route_closed(const struct underlay *u, uint8_t family)
{
	return (struct rtnl_route){
		.prefix.addr.family = family, .table = u->table, .metric = METRIC_CLOSED,
		.protocol = UNDERLAY_PROTOCOL, .type = RTN_UNREACHABLE,
	};
}

static struct rtnl_route route_tun(const struct underlay *u, uint8_t family)
{
	return (struct rtnl_route){
		.prefix.addr.family = family, .table = u->table, .metric = METRIC_TUN,
		.protocol = UNDERLAY_PROTOCOL, .ifindex = u->tun_ifindex,
	};
}

static struct rtnl_route route_space(const struct underlay *u, const struct gh_prefix *space,
				     int vnet)
{
	return (struct rtnl_route){
		.prefix = *space, .table = u->table, .metric = METRIC_SPACE,
		.protocol = UNDERLAY_PROTOCOL, .ifindex = vnet,
	};
}

/* ---- routes ---- */

struct sweep {
	struct underlay *u;
	const struct underlay_plan *plan;
	int vnet;
	struct gh_buf deletions;
};

static bool space_is_wanted(const struct underlay_plan *plan, const struct gh_prefix *space)
{
	for (unsigned i = 0; i < plan->spaces_count; i++)
		if (!gh_prefix_cmp(&plan->spaces[i], space))
			return true;
	return false;
}

static void sweep_space(void *ctx, const struct nlmsghdr *h)
{
	struct sweep *s = ctx;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || r.table != s->u->table || r.metric != METRIC_SPACE ||
	    r.protocol != UNDERLAY_PROTOCOL)
		return;
	if (!space_is_wanted(s->plan, &r.prefix) || r.ifindex != s->vnet)
		rtnl_route_put(&s->deletions, RTNL_DEL, &r);
}

static void sweep_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	(void)ctx;
	(void)message;
	if (error != -ESRCH && error != -ENOENT && error != -EADDRNOTAVAIL)
		gh_warning("underlay: a leftover stays: %s", strerror(-error));
}

/* Removes what is ours, of this or an earlier process, and not in the plan. */
static int sweep(struct underlay *u, const struct underlay_plan *plan, int vnet)
{
	struct sweep s = { .u = u, .plan = plan, .vnet = vnet };
	int error = 0;

	/* Once: the table may hold the arbiter's half a million routes. */
	for (unsigned f = 0; f < 2 && !u->swept; f++)
		keep_first(&error, rtnl_route_dump(&u->nl, families[f], u->table,
						   UNDERLAY_PROTOCOL, sweep_space, &s));
	for (unsigned i = 0; u->swept && i < u->plan.spaces_count; i++) {
		struct rtnl_route r = route_space(u, &u->plan.spaces[i], 0);

		if (!space_is_wanted(plan, &r.prefix))
			rtnl_route_put(&s.deletions, RTNL_DEL, &r);
	}
	keep_first(&error, nl_batch(&u->nl, &s.deletions, sweep_refused, NULL));
	gh_buf_fini(&s.deletions);
	u->swept = !error;
	return error;
}

/*
 * Would the kernel take the routes of new spaces, or of all by another interface?
 * Tried with a metric that none would prefer, so that what is in use stays so.
 */
static int spaces_try(struct underlay *u, const struct underlay_plan *plan, int vnet)
{
	bool moved = strcmp(plan->vnet, u->plan.vnet);
	int error = 0;

	for (unsigned i = 0; vnet && !error && i < plan->spaces_count; i++) {
		struct rtnl_route r = route_space(u, &plan->spaces[i], vnet);

		if (!moved && space_is_wanted(&u->plan, &plan->spaces[i]))
			continue;
		r.metric = METRIC_TRIAL;
		error = route(u, RTNL_REPLACE, &r);
		if (!error)
			route(u, RTNL_DEL, &r);
		else if (error == -ENETDOWN)
			error = 0;      /* the routes come when the link does */
	}
	return error;
}

static void spaces_apply(struct underlay *u, const struct underlay_plan *plan, int vnet)
{
	for (unsigned i = 0; vnet && i < plan->spaces_count; i++) {
		struct rtnl_route r = route_space(u, &plan->spaces[i], vnet);

		route(u, RTNL_REPLACE, &r);
	}
}

/* ---- the plan ---- */

static int table_close(struct underlay *u)
{
	int error = 0;

	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route r = route_closed(u, families[f]);

		keep_first(&error, route(u, RTNL_REPLACE, &r));
	}
	return error;
}

static int tun_apply(struct underlay *u)
{
	int error = 0;

	u->tun_ifindex = (int)if_nametoindex(u->tun);
	if (!u->tun_ifindex) {
		gh_error("underlay: interface %s is missing", u->tun);
		return -ENODEV;
	}
	forwarding_tune(u->tun, true);
	u->peers.tun_ifindex = u->tun_ifindex;
	rtnl_link_up_put(&u->b, u->tun_ifindex, u->mtu);
	keep_first(&error, talk(u, "set up", u->tun, 0));
	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route r = route_tun(u, families[f]);

		keep_first(&error, route(u, RTNL_REPLACE, &r));
	}
	return error;
}

static int forward(const struct underlay *u, const struct underlay_plan *plan)
{
	int error = forwarding_on4(u->tun);

	if (plan->vnet[0])
		keep_first(&error, forwarding_on4(plan->vnet));
	for (unsigned i = 0; i < plan->edges_count; i++)
		keep_first(&error, forwarding_on4(plan->edges[i]));
	/* For all interfaces at once: not before the VNet's has its rule. */
	if (plan->vnet[0])
		keep_first(&error, forwarding_on6());
	return error;
}

/* Without marks nothing breaks but what the kernel itself says about forwarded packets. */
static void marks_apply(struct underlay *u, const struct underlay_plan *plan)
{
	char interfaces[UNDERLAY_EDGES_MAX + 2][GH_IFNAME_MAX + 1] = { "" };
	unsigned count = 0;
	int error;

	memcpy(interfaces[count++], u->tun, sizeof(interfaces[0]));
	if (plan->vnet[0])
		memcpy(interfaces[count++], plan->vnet, sizeof(interfaces[0]));
	for (unsigned i = 0; i < plan->edges_count; i++)
		memcpy(interfaces[count++], plan->edges[i], sizeof(interfaces[0]));
	if (u->marked && count == u->marked_count &&
	    !memcmp(interfaces, u->marked_interfaces, count * sizeof(interfaces[0])))
		return;
	error = mark_apply(&u->nft, u->table, interfaces, count);
	if (error && !u->mark_refused)
		gh_warning("underlay: no nftables here (%s): ICMP errors about forwarded packets "
			   "go by the main table", strerror(-error));
	u->mark_refused = error;
	u->marked = !error;
	u->marked_count = count;
	memcpy(u->marked_interfaces, interfaces, sizeof(interfaces));
}

static bool plan_has_interface(const struct underlay_plan *plan, const char *name)
{
	bool has = !strcmp(name, plan->vnet);

	for (unsigned i = 0; i < plan->edges_count; i++)
		has |= !strcmp(name, plan->edges[i]);
	return has;
}

/* What is new is made before what is old goes; a refusal leaves the old in place. */
static int plan_apply(struct underlay *u, const struct underlay_plan *plan)
{
	int vnet = plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0;
	int error = table_close(u), refused;

	u->closed = !error;
	forwarding_release_rp_filter();
	keep_first(&error, tun_apply(u));
	if (plan->vnet[0])
		forwarding_tune(plan->vnet, false);
	for (unsigned i = 0; i < plan->edges_count; i++)
		forwarding_tune(plan->edges[i], true);
	spaces_apply(u, plan, vnet);
	marks_apply(u, plan);
	refused = rules_apply(&u->rules, plan);
	if (refused && !u->why[0])
		snprintf(u->why, sizeof(u->why), "cannot set the routing rules: %s%s%s",
			 strerror(-refused), u->nl.why[0] ? ", " : "", u->nl.why);
	u->closed = u->closed && !refused;
	keep_first(&error, refused);
	if (!error)
		keep_first(&error, sweep(u, plan, vnet));
	return error;
}

/*
 * What holds for the VNet's interface holds for what stands on it. Treated as
 * edges are: no address space lies behind them.
 */
static void uppers_add(struct underlay *u, struct underlay_plan *plan)
{
	int vnet = plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0;

	u->upper_count = 0;
	if (upper_find(&u->nl, &u->b, vnet, u->uppers, &u->upper_count, UPPERS_MAX))
		return;
	for (unsigned i = 0; i < u->upper_count && plan->edges_count < UNDERLAY_EDGES_MAX; i++)
		memcpy(plan->edges[plan->edges_count++], u->uppers[i], sizeof(plan->edges[0]));
}

static bool is_upper(struct underlay *u, const char *name)
{
	for (unsigned i = 0; i < u->upper_count; i++)
		if (!strcmp(u->uppers[i], name))
			return true;
	return u->plan.vnet[0] &&
	       upper_is_on(&u->nl, &u->b, (int)if_nametoindex(u->plan.vnet), name);
}

int underlay_apply(struct underlay *u, const struct underlay_plan *plan)
{
	struct underlay_plan whole = *plan;
	bool first = !u->planned;
	int error;

	u->why[0] = '\0';
	error = spaces_try(u, plan, plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0);
	if (error && !first && plan != &u->plan)
		return error;
	if (plan->mtu)
		u->mtu = plan->mtu;
	uppers_add(u, &whole);
	keep_first(&error, plan_apply(u, &whole));
	if (plan != &u->plan)
		u->plan = *plan;
	u->planned = true;
	u->rules.forget = error;
	/* A refused plan will be undone; the first, and one that already was in force, stay as far as they go. */
	if (u->closed && (!error || first || plan == &u->plan))
		keep_first(&error, forward(u, &whole));
	return error;
}

const char *underlay_why(const struct underlay *u)
{
	return u->why;
}

int underlay_peer_add(struct underlay *u, const struct gh_addr *peer, const struct gh_addr *local)
{
	int error = tunnel_peers_add(&u->peers, peer, local);

	snprintf(u->why, sizeof(u->why), "%s", error ? u->peers.why : "");
	return error;
}

void underlay_peer_del(struct underlay *u, const struct gh_addr *peer, const struct gh_addr *local)
{
	tunnel_peers_del(&u->peers, peer, local);
}

void underlay_settled(struct underlay *u)
{
	if (!u->peers_swept)
		u->peers_swept = !tunnel_peers_sweep(&u->peers);
}

void underlay_tick(struct underlay *u)
{
	char path[64], value[16];

	if (!u->planned)
		return;
	if (!u->closed) {
		underlay_apply(u, &u->plan);
		return;
	}
	snprintf(path, sizeof(path), "net/ipv4/conf/%s/forwarding", u->tun);
	if (sysctl_read(path, value, sizeof(value)) || !strcmp(value, "1"))
		return;
	gh_warning("underlay: somebody switched IP forwarding off, on again; "
		   "is there `no ip forwarding` in frr.conf?");
	forward(u, &u->plan);
}

int underlay_link_changed(struct underlay *u, const char *name)
{
	int error;

	/* Before the first plan, the rules that an earlier process left must not be touched. */
	if (!u->planned || (strcmp(name, u->tun) && !plan_has_interface(&u->plan, name) &&
			    !is_upper(u, name)))
		return 0;
	error = underlay_apply(u, &u->plan);
	if (!strcmp(name, u->tun) && u->tun_ifindex)
		keep_first(&error, tunnel_peers_restore(&u->peers));
	return error;
}

int underlay_open(uint32_t table, const char *tun, uint32_t mtu, struct underlay **out)
{
	struct underlay *u = calloc(1, sizeof(*u));
	int error;

	if (!u)
		return -ENOMEM;
	u->nft.fd = -1;
	u->table = table;
	u->mtu = mtu;
	snprintf(u->tun, sizeof(u->tun), "%s", tun);
	u->peers = (struct tunnel_peers){ .nl = &u->nl, .table = table };
	u->rules = (struct rules_home){ .nl = &u->nl, .b = &u->b, .table = table };
	memcpy(u->rules.tun, u->tun, sizeof(u->tun));
	error = nl_open(&u->nl, NETLINK_ROUTE);
	if (error)
		goto free_underlay;
	error = sysctl_write("net/ipv4/nexthop_compat_mode", "0");
	if (error)
		gh_warning("underlay: nexthop_compat_mode stays: %s", strerror(-error));
	error = table_close(u);
	if (error)
		goto close_socket;
	forwarding_release_rp_filter();
	error = tun_apply(u);
	if (error)
		goto close_socket;
	/* The rules of an earlier process stay until the first plan. */
	error = rules_begin(&u->rules);
	if (error)
		goto close_socket;
	*out = u;
	return 0;

close_socket:
	gh_buf_fini(&u->b);
	nl_close(&u->nl);
free_underlay:
	free(u);
	return error;
}

void underlay_close(struct underlay *u)
{
	if (!u)
		return;
	nl_close(&u->nft);
	nl_close(&u->nl);
	gh_buf_fini(&u->b);
	tunnel_peers_fini(&u->peers);
	free(u);
}

void underlay_remove(struct underlay *u)
{
	const struct underlay_plan nothing = { 0 };

	struct tunnel_peers none = {
		.nl = &u->nl, .table = u->table, .tun_ifindex = u->tun_ifindex,
	};

	u->swept = false;
	mark_remove(&u->nft, u->table);
	rules_remove(&u->rules);
	sweep(u, &nothing, 0);
	tunnel_peers_sweep(&none);
	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route tun = route_tun(u, families[f]);
		struct rtnl_route closed = route_closed(u, families[f]);

		route(u, RTNL_DEL, &tun);
		route(u, RTNL_DEL, &closed);
	}
}
