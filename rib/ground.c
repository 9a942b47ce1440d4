/*
 * The underlay's work in the kernel: see ground.h, and underlay.h for the drawing.
 *
 * Order is what keeps traffic inside: the table is closed (unreachable
 * default) before a rule leads into it, the rules stand before an interface's
 * packets are forwarded, forwarding is switched on last. Taking away goes the
 * other way round: new things are made before old ones are removed.
 */
#include "rib/ground.h"

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

struct ground {
	struct nl nl;
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
	struct marks marks;
	unsigned upper_count;           /* of VRRP's macvlans that were found when it was applied */
	char uppers[UPPERS_MAX][GH_IFNAME_MAX + 1];
	char why[256];                  /* the first failure of a call, in words */
};

/* Talks, and says what failed. */
static int talk(struct ground *g, const char *what, const char *detail, int tolerated)
{
	int error = nl_talk(&g->nl, &g->b);

	if (!error || error == tolerated)
		return 0;
	gh_error("underlay: cannot %s %s: %s%s%s", what, detail, strerror(-error),
		 g->nl.why[0] ? ", " : "", g->nl.why);
	if (!g->why[0])
		snprintf(g->why, sizeof(g->why), "cannot %s %s: %s%s%s", what, detail,
			 strerror(-error), g->nl.why[0] ? ", " : "", g->nl.why);
	return error;
}

static void keep_first(int *first, int error)
{
	if (error && !*first)
		*first = error;
}

static int route(struct ground *g, enum rtnl_verb verb, const struct rtnl_route *r)
{
	char text[GH_PREFIX_TEXT];

	rtnl_route_put(&g->b, verb, r);
	return talk(g, verb == RTNL_DEL ? "delete route" : "set route",
		    gh_prefix_print(&r->prefix, text), verb == RTNL_DEL ? -ESRCH : 0);
}

static struct rtnl_route route_closed(const struct ground *g, uint8_t family)
{
	return (struct rtnl_route){
		.prefix.addr.family = family, .table = g->table, .metric = METRIC_CLOSED,
		.protocol = UNDERLAY_PROTOCOL, .type = RTN_UNREACHABLE,
	};
}

static struct rtnl_route route_tun(const struct ground *g, uint8_t family)
{
	return (struct rtnl_route){
		.prefix.addr.family = family, .table = g->table, .metric = METRIC_TUN,
		.protocol = UNDERLAY_PROTOCOL, .ifindex = g->tun_ifindex,
	};
}

static struct rtnl_route route_space(const struct ground *g, const struct gh_prefix *space,
				     int vnet)
{
	return (struct rtnl_route){
		.prefix = *space, .table = g->table, .metric = METRIC_SPACE,
		.protocol = UNDERLAY_PROTOCOL, .ifindex = vnet,
	};
}

/* ---- routes ---- */

struct sweep {
	struct ground *g;
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

	if (!rtnl_route_read(h, &r) || r.table != s->g->table || r.metric != METRIC_SPACE ||
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
static int sweep(struct ground *g, const struct underlay_plan *plan, int vnet)
{
	struct sweep s = { .g = g, .plan = plan, .vnet = vnet };
	int error = 0;

	/* Once: the table may hold the arbiter's half a million routes. */
	for (unsigned f = 0; f < 2 && !g->swept; f++)
		keep_first(&error, rtnl_route_dump(&g->nl, families[f], g->table,
						   UNDERLAY_PROTOCOL, sweep_space, &s));
	for (unsigned i = 0; g->swept && i < g->plan.spaces_count; i++) {
		struct rtnl_route r = route_space(g, &g->plan.spaces[i], 0);

		if (!space_is_wanted(plan, &r.prefix))
			rtnl_route_put(&s.deletions, RTNL_DEL, &r);
	}
	keep_first(&error, nl_batch(&g->nl, &s.deletions, sweep_refused, NULL));
	gh_buf_fini(&s.deletions);
	g->swept = !error;
	return error;
}

/*
 * Would the kernel take the routes of new spaces, or of all by another interface?
 * Tried with a metric that none would prefer, so that what is in use stays so.
 */
static int spaces_try(struct ground *g, const struct underlay_plan *plan, int vnet)
{
	bool moved = strcmp(plan->vnet, g->plan.vnet);
	int error = 0;

	for (unsigned i = 0; vnet && !error && i < plan->spaces_count; i++) {
		struct rtnl_route r = route_space(g, &plan->spaces[i], vnet);

		if (!moved && space_is_wanted(&g->plan, &plan->spaces[i]))
			continue;
		r.metric = METRIC_TRIAL;
		error = route(g, RTNL_REPLACE, &r);
		if (!error)
			route(g, RTNL_DEL, &r);
		else if (error == -ENETDOWN)
			error = 0;      /* the routes come when the link does */
	}
	return error;
}

static void spaces_apply(struct ground *g, const struct underlay_plan *plan, int vnet)
{
	for (unsigned i = 0; vnet && i < plan->spaces_count; i++) {
		struct rtnl_route r = route_space(g, &plan->spaces[i], vnet);

		route(g, RTNL_REPLACE, &r);
	}
}

/* ---- the plan ---- */

static int table_close(struct ground *g)
{
	int error = 0;

	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route r = route_closed(g, families[f]);

		keep_first(&error, route(g, RTNL_REPLACE, &r));
	}
	return error;
}

static int tun_routes_set(struct ground *g)
{
	int error = 0;

	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route r = route_tun(g, families[f]);

		keep_first(&error, route(g, RTNL_REPLACE, &r));
	}
	return error;
}

/* For tunnel_peers_del: the same, by its own message. */
static void tun_routes_again(void *ctx, struct gh_buf *b)
{
	struct rtnl_route r = route_tun(ctx, AF_INET);

	rtnl_route_put(b, RTNL_REPLACE, &r);
}

static int tun_apply(struct ground *g)
{
	int error = 0;

	g->tun_ifindex = (int)if_nametoindex(g->tun);
	if (!g->tun_ifindex) {
		gh_error("underlay: interface %s is missing", g->tun);
		return -ENODEV;
	}
	forwarding_tune(g->tun, true);
	g->peers.tun_ifindex = g->tun_ifindex;
	rtnl_link_up_put(&g->b, g->tun_ifindex, g->mtu);
	keep_first(&error, talk(g, "set up", g->tun, 0));
	keep_first(&error, tun_routes_set(g));
	return error;
}

/* What the kernel drops with the last IPv4 address of the TUN. */
static void tun_routes_keep(struct ground *g)
{
	if (tunnel_peers_have_ipv4(&g->peers))
		return;
	tun_routes_set(g);
	tunnel_peers_restore(&g->peers);
}

static int forward(const struct ground *g, const struct underlay_plan *plan)
{
	int error = forwarding_on4(g->tun);

	if (plan->vnet[0])
		keep_first(&error, forwarding_on4(plan->vnet));
	for (unsigned i = 0; i < plan->edges_count; i++)
		keep_first(&error, forwarding_on4(plan->edges[i]));
	/* For all interfaces at once: not before the VNet's has its rule. */
	if (plan->vnet[0])
		keep_first(&error, forwarding_on6());
	return error;
}

static bool plan_has_interface(const struct underlay_plan *plan, const char *name)
{
	bool has = !strcmp(name, plan->vnet);

	for (unsigned i = 0; i < plan->edges_count; i++)
		has |= !strcmp(name, plan->edges[i]);
	return has;
}

/* What is new is made before what is old goes; a refusal leaves the old in place. */
static int plan_apply(struct ground *g, const struct underlay_plan *plan)
{
	int vnet = plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0;
	int error = table_close(g), refused;

	g->closed = !error;
	forwarding_release_rp_filter();
	keep_first(&error, tun_apply(g));
	if (plan->vnet[0])
		forwarding_tune(plan->vnet, false);
	for (unsigned i = 0; i < plan->edges_count; i++)
		forwarding_tune(plan->edges[i], true);
	spaces_apply(g, plan, vnet);
	marks_agree(&g->marks, g->table, g->tun, plan);
	refused = rules_apply(&g->rules, plan);
	if (refused && !g->why[0])
		snprintf(g->why, sizeof(g->why), "cannot set the routing rules: %s%s%s",
			 strerror(-refused), g->nl.why[0] ? ", " : "", g->nl.why);
	g->closed = g->closed && !refused;
	keep_first(&error, refused);
	if (!error)
		keep_first(&error, sweep(g, plan, vnet));
	return error;
}

/*
 * What holds for the VNet's interface holds for what stands on it. Treated as
 * edges are: no address space lies behind them.
 */
static void uppers_add(struct ground *g, struct underlay_plan *plan)
{
	int vnet = plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0;

	g->upper_count = 0;
	if (upper_find(&g->nl, &g->b, vnet, g->uppers, &g->upper_count, UPPERS_MAX))
		return;
	for (unsigned i = 0; i < g->upper_count && plan->edges_count < UNDERLAY_EDGES_MAX; i++)
		memcpy(plan->edges[plan->edges_count++], g->uppers[i], sizeof(plan->edges[0]));
}

static bool is_upper(struct ground *g, const char *name)
{
	for (unsigned i = 0; i < g->upper_count; i++)
		if (!strcmp(g->uppers[i], name))
			return true;
	return g->plan.vnet[0] &&
	       upper_is_on(&g->nl, &g->b, (int)if_nametoindex(g->plan.vnet), name);
}

int ground_apply(struct ground *g, const struct underlay_plan *plan)
{
	struct underlay_plan whole = *plan;
	bool first = !g->planned;
	int error;

	g->why[0] = '\0';
	error = spaces_try(g, plan, plan->vnet[0] ? (int)if_nametoindex(plan->vnet) : 0);
	if (error && !first && plan != &g->plan)
		return error;
	if (plan->mtu)
		g->mtu = plan->mtu;
	uppers_add(g, &whole);
	keep_first(&error, plan_apply(g, &whole));
	if (plan != &g->plan)
		g->plan = *plan;
	g->planned = true;
	g->rules.forget = error;
	/* A refused plan will be undone; the first, and one that already was in force, stay as far as they go. */
	if (g->closed && (!error || first || plan == &g->plan))
		keep_first(&error, forward(g, &whole));
	return error;
}

/* An interface that went between the check of meaning and now. */
int ground_check(struct ground *g, const struct underlay_plan *plan)
{
	g->why[0] = '\0';
	for (unsigned i = 0; i <= plan->edges_count; i++) {
		const char *name = i < plan->edges_count ? plan->edges[i] : plan->vnet;

		if (!name[0] || plan_has_interface(&g->plan, name) || if_nametoindex(name))
			continue;
		snprintf(g->why, sizeof(g->why),
			 "interface %s is gone: make it again, or use another", name);
		return -ENODEV;
	}
	return 0;
}

const struct underlay_plan *ground_plan(const struct ground *g)
{
	return &g->plan;
}

const char *ground_why(const struct ground *g)
{
	return g->why;
}

int ground_sessions_add(struct ground *g, const struct underlay_session *sessions, size_t count,
			size_t *culprit)
{
	int error = tunnel_peers_add(&g->peers, sessions, count, culprit);

	snprintf(g->why, sizeof(g->why), "%s", error ? g->peers.why : "");
	if (error)
		tun_routes_keep(g);
	return error;
}

void ground_sessions_del(struct ground *g, const struct underlay_session *sessions, size_t count)
{
	tunnel_peers_del(&g->peers, sessions, count);
	tun_routes_keep(g);
}

void ground_settled(struct ground *g)
{
	if (g->peers_swept)
		return;
	g->peers_swept = !tunnel_peers_sweep(&g->peers);
	tun_routes_keep(g);
}

void ground_tick(struct ground *g)
{
	char path[64], value[16];

	if (!g->planned)
		return;
	if (!g->closed) {
		ground_apply(g, &g->plan);
		return;
	}
	snprintf(path, sizeof(path), "net/ipv4/conf/%s/forwarding", g->tun);
	if (sysctl_read(path, value, sizeof(value)) || !strcmp(value, "1"))
		return;
	gh_warning("underlay: somebody switched IP forwarding off, on again; "
		   "is there `no ip forwarding` in frr.conf?");
	forward(g, &g->plan);
}

void ground_link_changed(struct ground *g, const char *name)
{
	/* Before the first plan, the rules that an earlier process left must not be touched. */
	if (!g->planned || (strcmp(name, g->tun) && !plan_has_interface(&g->plan, name) &&
			    !is_upper(g, name)))
		return;
	ground_apply(g, &g->plan);
	if (!strcmp(name, g->tun) && g->tun_ifindex)
		tunnel_peers_restore(&g->peers);
}

int ground_open(const struct underlay_config *config, struct ground **out)
{
	struct ground *g = calloc(1, sizeof(*g));
	int error;

	if (!g)
		return -ENOMEM;
	g->marks.nft.fd = -1;
	g->table = config->table;
	g->mtu = config->mtu;
	memcpy(g->tun, config->tun, sizeof(g->tun));
	g->peers = (struct tunnel_peers){
		.nl = &g->nl, .table = g->table, .again = tun_routes_again, .ctx = g,
	};
	g->rules = (struct rules_home){ .nl = &g->nl, .b = &g->b, .table = g->table };
	memcpy(g->rules.tun, g->tun, sizeof(g->tun));
	error = nl_open(&g->nl, NETLINK_ROUTE);
	if (error)
		goto free_ground;
	error = sysctl_write("net/ipv4/nexthop_compat_mode", "0");
	if (error)
		gh_warning("underlay: nexthop_compat_mode stays: %s", strerror(-error));
	error = table_close(g);
	if (error)
		goto close_socket;
	forwarding_release_rp_filter();
	error = tun_apply(g);
	if (error)
		goto close_socket;
	/* The rules of an earlier process stay until the first plan. */
	error = rules_begin(&g->rules);
	if (error)
		goto close_socket;
	*out = g;
	return 0;

close_socket:
	gh_buf_fini(&g->b);
	nl_close(&g->nl);
free_ground:
	free(g);
	return error;
}

void ground_close(struct ground *g)
{
	if (!g)
		return;
	nl_close(&g->marks.nft);
	nl_close(&g->nl);
	gh_buf_fini(&g->b);
	tunnel_peers_fini(&g->peers);
	free(g);
}

void ground_remove(struct ground *g)
{
	const struct underlay_plan nothing = { 0 };

	struct tunnel_peers none = {
		.nl = &g->nl, .table = g->table, .tun_ifindex = g->tun_ifindex,
	};

	g->swept = false;
	mark_remove(&g->marks.nft, g->table);
	rules_remove(&g->rules);
	sweep(g, &nothing, 0);
	tunnel_peers_sweep(&none);
	for (unsigned f = 0; f < 2; f++) {
		struct rtnl_route tun = route_tun(g, families[f]);
		struct rtnl_route closed = route_closed(g, families[f]);

		route(g, RTNL_DEL, &tun);
		route(g, RTNL_DEL, &closed);
	}
}
