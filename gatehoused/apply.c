/*
 * The configuration's way into the parts: the one backend of the transaction.
 *
 * Every step below is idempotent and compares for itself, so commit states the
 * whole new configuration and takes away what only the old one had. What could
 * fail is asked before, in prepare.
 */
#include "gatehoused/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/guests.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "ipsec/ike.h"
#include "ipsec/ipsec.h"
#include "rib/fib_kernel.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"
#include "yang/store.h"
#include "yang/transaction.h"

/* ---- prepare ----------------------------------------------------------- */

static int prepare(void *self, struct transaction_token token,
		   const struct transaction_change *change, struct gh_buf *why)
{
	const struct gw_config *to = change->to;

	(void)self, (void)token;
	if (to->circuit_count * GW_ROLES > UNDERLAY_EDGES_MAX) {
		gh_buf_printf(why, "more than %u ExpressRoute circuits: use fewer",
			      UNDERLAY_EDGES_MAX / GW_ROLES);
		return -E2BIG;
	}
	if (to->address_space_count > UNDERLAY_SPACES_MAX) {
		gh_buf_printf(why, "more than %u prefixes of address-space: summarise them",
			      UNDERLAY_SPACES_MAX);
		return -E2BIG;
	}
	return 0;
}

/* ---- underlay ---------------------------------------------------------- */

static bool has_bgp(const struct gw_connection *c)
{
	return c->remote_as != 0;
}

static void apply_underlay(struct gateway *g, const struct gw_config *to)
{
	struct underlay_plan plan = { 0 };
	struct gh_addr *peers = calloc(to->connection_count * 2 + 1, sizeof(*peers));
	struct gh_addr *locals = peers + to->connection_count;

	if (!peers)
		abort();
	plan.mtu = to->mtu;
	snprintf(plan.vnet, sizeof(plan.vnet), "%s", to->vnet_interface);
	for (size_t i = 0; i < to->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++) {
			const struct gw_edge *e = &to->circuits[i].edges[role];

			if (e->interface[0])
				snprintf(plan.edges[plan.edges_count++], sizeof(plan.edges[0]), "%s",
					 e->interface);
		}
	}
	for (size_t i = 0; i < to->address_space_count; i++)
		plan.spaces[plan.spaces_count++] = to->address_space[i];
	for (size_t i = 0; i < to->connection_count; i++) {
		if (has_bgp(&to->connections[i])) {
			peers[plan.peers_count++] = to->connections[i].peer_address;
			locals[plan.locals_count++] = to->connections[i].local_address;
		}
	}
	plan.peers = peers;
	plan.locals = locals;
	underlay_apply(g->underlay, &plan);
	if (to->mtu)
		ipsec_mtu_set(g->ipsec, to->mtu);
	fib_kernel_vnet_set(g->kernel, to->vnet_interface);
	free(peers);
}

/* ---- legs -------------------------------------------------------------- */

static void link_replay(struct gateway *g, const char *interface)
{
	const struct link_state *link = monitor_by_name(g->monitor, interface);

	if (link)
		rib_link_event(g->rib, link, gh_now());
}

static void apply_edge(struct gateway *g, const struct gw_circuit *c, enum gw_role role)
{
	const struct gw_edge *e = &c->edges[role];
	const struct link_state *link = monitor_by_name(g->monitor, e->interface);
	struct rib_leg_config leg = {
		.number = e->leg, .kind = RIB_EXPRESSROUTE, .egress = RIB_EGRESS_EDGE,
		.ifindex = link ? link->ifindex : 0,
		.gateway4 = e->peer, .gateway6 = e->peer_ipv6, .weight = c->weight,
		.wait_to_restore_ms = c->wait_to_restore_s * 1000u,
		.uses = LEG_USES(LEG_FACT_LINK) | LEG_USES(LEG_FACT_BGP) | LEG_USES(LEG_FACT_TEST),
	};

	if (c->bfd_interval_ms)
		leg.uses |= LEG_USES(LEG_FACT_BFD);
	snprintf(leg.name, sizeof(leg.name), "%s", c->name);
	snprintf(leg.edge, sizeof(leg.edge), "%s", gw_role_name(role));
	snprintf(leg.interface, sizeof(leg.interface), "%s", e->interface);
	if (rib_leg_set(g->rib, &leg, gh_now()) < 0)
		gh_error("circuit %s: its %s edge could not be set up", c->name, leg.edge);
	else
		link_replay(g, e->interface);
}

static void apply_connection_leg(struct gateway *g, const struct gw_connection *c)
{
	struct rib_leg_config leg = {
		.number = c->leg, .kind = RIB_VPN, .egress = RIB_EGRESS_ESP,
		.weight = c->weight, .uses = LEG_USES(LEG_FACT_SA),
	};

	if (c->peer_address.family == AF_INET)
		leg.peer4 = c->peer_address;
	else
		leg.peer6 = c->peer_address;
	snprintf(leg.name, sizeof(leg.name), "%s", c->name);
	if (rib_leg_set(g->rib, &leg, gh_now()) < 0)
		gh_error("connection %s: its leg could not be set up", c->name);
}

static void legs_del_missing(struct gateway *g, const struct gw_config *from,
			     const struct gw_config *to)
{
	struct gw_leg found;

	for (size_t i = 0; i < from->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++) {
			uint32_t leg = from->circuits[i].edges[role].leg;

			if (leg && !gw_config_leg(to, leg, &found))
				rib_leg_del(g->rib, leg);
		}
	}
	for (size_t i = 0; i < from->connection_count; i++) {
		if (!gw_config_leg(to, from->connections[i].leg, &found))
			rib_leg_del(g->rib, from->connections[i].leg);
	}
}

static void apply_legs(struct gateway *g, const struct gw_config *from, const struct gw_config *to)
{
	legs_del_missing(g, from, to);
	rib_space_set(g->rib, to->address_space, to->address_space_count);
	for (size_t i = 0; i < to->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++) {
			if (to->circuits[i].edges[role].leg)
				apply_edge(g, &to->circuits[i], role);
		}
	}
	for (size_t i = 0; i < to->connection_count; i++)
		apply_connection_leg(g, &to->connections[i]);
}

/* ---- static prefixes, and the host routes of BGP peers ------------------ */

static bool has_prefix(const struct gw_connection *c, const struct gh_prefix *p)
{
	for (size_t i = 0; c && i < c->prefix_count; i++) {
		if (!gh_prefix_cmp(&c->prefixes[i], p))
			return true;
	}
	return false;
}

static void apply_prefixes(struct gateway *g, const struct gw_connection *from,
			   const struct gw_connection *to)
{
	struct gh_prefix peer;

	for (size_t i = 0; from && i < from->prefix_count; i++) {
		if (!has_prefix(to, &from->prefixes[i]))
			rib_static_del(g->rib, to->leg, &from->prefixes[i]);
	}
	if (from && has_bgp(from) &&
	    (!has_bgp(to) || gh_addr_cmp(&from->peer_address, &to->peer_address))) {
		peer = gh_prefix_host(&from->peer_address);
		rib_static_del(g->rib, to->leg, &peer);
	}
	for (size_t i = 0; i < to->prefix_count; i++)
		rib_static_set(g->rib, to->leg, &to->prefixes[i], RIB_STATIC_PREFIX);
	if (has_bgp(to)) {
		peer = gh_prefix_host(&to->peer_address);
		rib_static_set(g->rib, to->leg, &peer, RIB_STATIC_PEER);
	}
}

/* ---- IKE --------------------------------------------------------------- */

/* Traffic stops at once, and also while charon is away: the leg's number may be another's soon. */
static void tunnel_end(struct gateway *g, uint32_t leg)
{
	ike_remove(g->ike, leg);
	ipsec_leg_end(g->ipsec, leg);
}

static void apply_ike(struct gateway *g, const struct gw_config *to, const struct gw_connection *c)
{
	struct ike_connection k = {
		.leg = c->leg, .remote = c->remote_address,
		.encryption = c->encryption_bits == 128 ? IKE_GCM_AES128 : IKE_GCM_AES256,
		.ike_lifetime_s = c->ike_lifetime_s, .child_lifetime_s = c->ipsec_lifetime_s,
		.replay_window = c->replay_window, .dpd_s = IKE_DPD_S,
	};
	struct gh_buf secret = { 0 };

	if (c->shutdown || gw_connection_incomplete(c) ||
	    store_key(g->store, c->name, &secret) < 0 || gh_buf_length(&secret) > sizeof(k.secret)) {
		tunnel_end(g, c->leg);
		gh_buf_fini(&secret);
		return;
	}
	k.local = c->remote_address.family == AF_INET6 ? to->public_ipv6 : to->public_ipv4;
	k.secret_length = (uint16_t)gh_buf_length(&secret);
	memcpy(k.secret, gh_buf_begin(&secret), k.secret_length);
	snprintf(k.name, sizeof(k.name), "%s", c->name);
	snprintf(k.local_id, sizeof(k.local_id), "%s", c->local_id);
	snprintf(k.remote_id, sizeof(k.remote_id), "%s", c->remote_id);
	if (ike_set(g->ike, &k) < 0)
		gh_error("connection %s: the IKE client refused it", c->name);
	explicit_bzero(&k, sizeof(k));
	gh_buf_fini(&secret);
}

static void apply_connections(struct gateway *g, const struct gw_config *from,
			      const struct gw_config *to)
{
	for (size_t i = 0; i < from->connection_count; i++) {
		const struct gw_connection *now =
			gw_config_connection(to, from->connections[i].name);

		if (!now || now->leg != from->connections[i].leg)
			tunnel_end(g, from->connections[i].leg);
	}
	for (size_t i = 0; i < to->connection_count; i++) {
		const struct gw_connection *c = &to->connections[i];
		const struct gw_connection *before = gw_config_connection(from, c->name);

		if (before && before->leg != c->leg)
			before = NULL;
		apply_prefixes(g, before, c);
		apply_ike(g, to, c);
	}
}

/* ---- commit ------------------------------------------------------------ */

void apply_text(struct gateway *g)
{
	const char *text = store_text(g->store);
	struct gh_fact f = { .type = GH_CONFIG };

	f.config.text = text;
	f.config.text_length = (uint32_t)strlen(text);
	guests_send(g->guests, GH_ROLE_BGPD, &f);
}

static int commit(void *self, struct transaction_token token,
		  const struct transaction_change *change)
{
	const struct gw_config *from = change->from, *to = change->to;
	struct gateway *g = self;

	(void)token;
	apply_underlay(g, to);
	apply_legs(g, from, to);
	apply_connections(g, from, to);
	for (size_t i = 0; i < to->connection_count; i++)
		apply_tunnel(g, to->connections[i].leg);
	g->speaker_due = true;
	return 0;
}

void apply_register(struct gateway *g)
{
	const struct transaction_backend backend = {
		.name = "gateway", .self = g, .prepare = prepare, .commit = commit,
	};

	store_subscribe(g->store, &backend);
}

void apply_tunnel(struct gateway *g, uint32_t leg)
{
	bool up = ipsec_leg_up(g->ipsec, leg);
	struct rib_leg_view view;

	if (rib_leg_view(g->rib, leg, &view) < 0)
		return;
	if (view.leg->said[LEG_FACT_SA] == (up ? LEG_SAID_UP : LEG_SAID_DOWN))
		return;
	rib_leg_fact(g->rib, leg, LEG_FACT_SA, up, gh_now());
	g->speaker_due = true;
}
