/*
 * The configuration's way into the parts: see apply.h.
 *
 * The two snapshots are walked once, side by side, for the connections that
 * differ; every step then works on that list. Stating everything anew and
 * letting each part compare for itself was simpler, and held the loop for as
 * long as there are connections.
 */
#include "gatehoused/apply/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/guests.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "gatehoused/apply/translate.h"
#include "ipsec/ipsec.h"
#include "rib/fib_kernel.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"
#include "yang/store.h"

/* ---- what differs ------------------------------------------------------ */

static void changes_add(struct apply *a, const struct gw_connection *before,
			const struct gw_connection *after)
{
	a->changes[a->change_count++] = (struct apply_change){ before, after };
}

static bool public_address_differs(const struct gw_config *from, const struct gw_config *to)
{
	return gh_addr_cmp(&from->public_ipv4, &to->public_ipv4) ||
	       gh_addr_cmp(&from->public_ipv6, &to->public_ipv6);
}

/* Both lists are sorted by name. Another leg number makes it another connection. */
static void changes_find(struct apply *a, const struct gw_config *from, const struct gw_config *to)
{
	bool all = public_address_differs(from, to);
	size_t i = 0, j = 0;

	free(a->changes);
	a->change_count = 0;
	a->changes = calloc(from->connection_count + to->connection_count + 1, sizeof(*a->changes));
	if (!a->changes)
		abort();
	a->from = from;
	a->to = to;
	while (i < from->connection_count || j < to->connection_count) {
		const struct gw_connection *before = &from->connections[i], *after = &to->connections[j];
		int order = i == from->connection_count ? 1 : j == to->connection_count ? -1
			  : strcmp(before->name, after->name);

		i += order <= 0;
		j += order >= 0;
		if (order || before->leg != after->leg) {
			if (order <= 0)
				changes_add(a, before, NULL);
			if (order >= 0)
				changes_add(a, NULL, after);
		} else if (all || !gw_connection_equal(before, after)) {
			changes_add(a, before, after);
		}
	}
}

static int checks_prepare(void *self, struct transaction_token token,
			  const struct transaction_change *change, struct gh_buf *why)
{
	(void)token;
	if (change->to->circuit_count * GW_ROLES >= UNDERLAY_EDGES_MAX) {
		gh_buf_printf(why, "more than %u ExpressRoute circuits: use fewer",
			      UNDERLAY_EDGES_MAX / GW_ROLES - 1);
		return -E2BIG;
	}
	if (change->to->address_space_count + change->to->peered_space_count >
	    UNDERLAY_SPACES_MAX) {
		gh_buf_printf(why, "more than %u prefixes of address-space and peered-space: "
			      "summarise them",
			      UNDERLAY_SPACES_MAX);
		return -E2BIG;
	}
	changes_find(self, change->from, change->to);
	return 0;
}

static const struct transaction_backend apply_checks = {
	.name = "gateway", .prepare = checks_prepare,
};

/* ---- edges ------------------------------------------------------------- */

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

static void edges_del_missing(struct gateway *g, const struct gw_config *from,
			      const struct gw_config *to)
{
	for (size_t i = 0; i < from->circuit_count; i++) {
		const struct gw_circuit *now = gw_config_circuit(to, from->circuits[i].name);

		for (unsigned role = 0; role < GW_ROLES; role++) {
			uint32_t leg = from->circuits[i].edges[role].leg;

			if (leg && (!now || now->edges[role].leg != leg))
				rib_leg_del(g->rib, leg);
		}
	}
}

static void edges_set(struct gateway *g, const struct gw_config *from, const struct gw_config *to)
{
	for (size_t i = 0; i < to->circuit_count; i++) {
		const struct gw_circuit *c = &to->circuits[i];

		if (gw_circuit_equal(gw_config_circuit(from, c->name), c))
			continue;
		for (unsigned role = 0; role < GW_ROLES; role++) {
			if (c->edges[role].leg)
				apply_edge(g, c, role);
		}
	}
}

static bool prefixes_differ(const struct gh_prefix *a, size_t a_count, const struct gh_prefix *b,
			    size_t b_count)
{
	for (size_t i = 0; i < a_count && i < b_count; i++) {
		if (gh_prefix_cmp(&a[i], &b[i]))
			return true;
	}
	return a_count != b_count;
}

static bool space_differs(const struct gw_config *a, const struct gw_config *b)
{
	return prefixes_differ(a->address_space, a->address_space_count,
			       b->address_space, b->address_space_count) ||
	       prefixes_differ(a->peered_space, a->peered_space_count,
			       b->peered_space, b->peered_space_count);
}

/* What lies behind the VNet interface: nobody else may offer it. checks_prepare has counted. */
static void apply_space(struct gateway *g, const struct gw_config *to)
{
	struct gh_prefix spaces[UNDERLAY_SPACES_MAX];
	size_t count = 0;

	for (size_t i = 0; i < to->address_space_count && count < UNDERLAY_SPACES_MAX; i++)
		spaces[count++] = to->address_space[i];
	for (size_t i = 0; i < to->peered_space_count && count < UNDERLAY_SPACES_MAX; i++)
		spaces[count++] = to->peered_space[i];
	rib_space_set(g->rib, spaces, count);
}

static void apply_base(struct gateway *g, const struct gw_config *from, const struct gw_config *to)
{
	edges_del_missing(g, from, to);
	if (to->mtu)
		ipsec_mtu_set(g->ipsec, to->mtu);
	ipsec_mss_set(g->ipsec, to->tcp_mss);
	fib_kernel_vnet_set(g->kernel, to->vnet_interface);
	if (space_differs(from, to))
		apply_space(g, to);
	edges_set(g, from, to);
	partner_apply(g, from, to);
}

/* ---- connections ------------------------------------------------------- */

/* The private peering takes packets of 1,400 bytes, with ESP around them . */
#define MSS_OVER_EXPRESSROUTE 1250

static uint16_t mss_of(const struct gw_connection *c)
{
	return c->tcp_mss ? c->tcp_mss : c->over[0] ? MSS_OVER_EXPRESSROUTE : 0;
}

static void apply_leg(struct gateway *g, const struct gw_connection *c)
{
	struct rib_leg_config leg = {
		.number = c->leg, .kind = c->over[0] ? RIB_OVER : RIB_VPN,
		.egress = RIB_EGRESS_ESP, .weight = c->weight, .uses = LEG_USES(LEG_FACT_SA),
	};

	snprintf(leg.name, sizeof(leg.name), "%s", c->name);
	if (rib_leg_set(g->rib, &leg, gh_now()) < 0)
		gh_error("connection %s: its leg could not be set up", c->name);
	ipsec_leg_mss_set(g->ipsec, c->leg, mss_of(c));
}

static bool has_peer(const struct gw_connection *c, const struct gh_addr *peer)
{
	for (size_t i = 0; c && i < c->session_count; i++) {
		if (!gh_addr_cmp(&c->sessions[i].peer, peer))
			return true;
	}
	return false;
}

/* Static prefixes as the arbiter has them: through NAT rules. */
struct prefix_walk {
	struct gateway *g;
	const struct gw_connection *other;
	uint32_t leg;
	const struct gh_prefix *wanted;
	bool found;
};

static void prefix_seek(void *context, const struct gh_prefix *p)
{
	struct prefix_walk *w = context;

	w->found |= !gh_prefix_cmp(w->wanted, p);
}

static void prefix_leave(void *context, const struct gh_prefix *p)
{
	struct prefix_walk *w = context;
	struct prefix_walk seek = { .wanted = p };

	translate_statics(w->other, prefix_seek, &seek);
	if (!seek.found)
		rib_static_del(w->g->rib, w->leg, p);
}

static void prefix_set(void *context, const struct gh_prefix *p)
{
	struct prefix_walk *w = context;

	rib_static_set(w->g->rib, w->leg, p, RIB_STATIC_PREFIX);
}

static void apply_prefixes(struct gateway *g, const struct gw_connection *from,
			   const struct gw_connection *to)
{
	struct prefix_walk walk = { .g = g, .other = to, .leg = to->leg };

	translate_statics(from, prefix_leave, &walk);
	for (size_t i = 0; from && i < from->session_count; i++) {
		struct gh_prefix peer = gh_prefix_host(&from->sessions[i].peer);

		if (!has_peer(to, &from->sessions[i].peer))
			rib_static_del(g->rib, to->leg, &peer);
	}
	translate_statics(to, prefix_set, &walk);
	for (size_t i = 0; i < to->session_count; i++) {
		struct gh_prefix peer = gh_prefix_host(&to->sessions[i].peer);

		rib_static_set(g->rib, to->leg, &peer, RIB_STATIC_PEER);
	}
}

/* By which edges its outer packets leave, where that is not for the host's routes to say. */
static void apply_outer(struct apply *a, const struct gw_connection *from,
			const struct gw_connection *to)
{
	const struct gw_circuit *c = to && to->over[0] ? gw_config_circuit(a->to, to->over) : NULL;
	bool has = c && gh_addr_is_set(&to->remote_address);
	uint32_t legs[FIB_OUTER_LEGS];

	if (from && from->over[0] && gh_addr_is_set(&from->remote_address) &&
	    (!has || gh_addr_cmp(&from->remote_address, &to->remote_address)))
		fib_kernel_outer_del(a->gateway->kernel, &from->remote_address);
	if (!has)
		return;
	for (unsigned i = 0; i < FIB_OUTER_LEGS; i++)
		legs[i] = i < GW_ROLES ? c->edges[i].leg : 0;
	fib_kernel_outer_set(a->gateway->kernel, &to->remote_address, legs);
}

/* A circuit that others run over got, or lost, an edge. */
static void apply_outers(struct apply *a)
{
	for (size_t i = 0; i < a->to->connection_count; i++)
		if (a->to->connections[i].over[0])
			apply_outer(a, NULL, &a->to->connections[i]);
	fib_kernel_outers_settled(a->gateway->kernel);
}

static void connection_remove(struct apply *a, const struct apply_change *c)
{
	struct gateway *g = a->gateway;

	if (c->after)
		return;
	apply_ike_end(g, c->before->leg);
	apply_outer(a, c->before, NULL);
	ipsec_leg_mss_set(g->ipsec, c->before->leg, 0);
	apply_nat_remove(g, c->before->leg);
	rib_leg_del(g->rib, c->before->leg);
	apply_kernel_leave(a, c);
}

static void connection_set(struct apply *a, const struct apply_change *c)
{
	struct gateway *g = a->gateway;

	if (!c->after)
		return;
	apply_outer(a, c->before, c->after);
	apply_nat_set(g, c);
	apply_leg(g, c->after);
	apply_prefixes(g, c->before, c->after);
	apply_ike(g, a->to, c->after);
	apply_kernel_leave(a, c);
	apply_tunnel(g, c->after->leg);
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

/* What goes makes room first: a prefix, a peer's address or a leg may be another's from now on. */
static void (*const phases[])(struct apply *a, const struct apply_change *c) = {
	connection_remove, NULL, connection_set,
};
#define PHASES (sizeof(phases) / sizeof(phases[0]))

/* false: it is late. */
static bool commit_phases(struct apply *a, struct gh_time until)
{
	struct gateway *g = a->gateway;

	for (; a->phase < PHASES; a->phase++, a->next = 0) {
		if (!phases[a->phase])
			apply_base(g, a->from, a->to);
		for (; phases[a->phase] && a->next < a->change_count; a->next++) {
			if (apply_late(until))
				return false;
			phases[a->phase](a, &a->changes[a->next]);
		}
	}
	return true;
}

static bool commit_step(struct apply *a, struct gh_time until)
{
	struct gateway *g = a->gateway;
	bool done = commit_phases(a, until);

	apply_kernel_left(a);
	if (!done)
		return false;
	apply_outers(a);
	underlay_settled(g->underlay);
	partner_applied(g, a->to);
	apply_nat_settled(g);
	g->speaker_due = true;
	a->step = NULL;
	free(a->changes);
	a->changes = NULL;
	a->change_count = 0;
	return true;
}

static bool commit_later(struct apply *a, struct gh_time until)
{
	if (!commit_step(a, until))
		return false;
	transaction_committed(a->token);
	return true;
}

/* Before the loop runs there is nobody to be kept waiting. */
static struct gh_time commit_until(const struct apply *a)
{
	return a->gateway->looping ? gh_time_add_ms(gh_now(), APPLY_SLICE_MS)
				   : (struct gh_time){ .ns = UINT64_MAX };
}

static int gateway_commit(void *self, struct transaction_token token,
			  const struct transaction_change *change)
{
	struct apply *a = self;

	(void)change;
	a->token = token;
	a->phase = 0;
	a->next = 0;
	if (commit_step(a, commit_until(a)))
		return 0;
	a->step = commit_later;
	return TRANSACTION_PENDING;
}

static const struct transaction_backend apply_gateway = {
	.name = "gateway", .commit = gateway_commit,
};

bool apply_turn(struct gateway *g)
{
	struct apply *a = g->apply;

	if (a->step)
		a->step(a, gh_time_add_ms(gh_now(), APPLY_SLICE_MS));
	return a->step != NULL;
}

int apply_new(struct gateway *g)
{
	const struct transaction_backend *const backends[] = {
		&apply_checks, &apply_charon, &apply_bgpd, &apply_kernel, &apply_nat, &apply_gateway,
	};
	struct apply *a = calloc(1, sizeof(*a));

	if (!a)
		return -ENOMEM;
	a->gateway = g;
	g->apply = a;
	for (size_t i = 0; i < sizeof(backends) / sizeof(backends[0]); i++) {
		struct transaction_backend backend = *backends[i];

		backend.self = a;
		store_subscribe(g->store, &backend);
	}
	return 0;
}

void apply_free(struct apply *a)
{
	if (!a)
		return;
	gh_buf_fini(&a->kernel_why);
	gh_buf_fini(&a->left);
	free(a->changes);
	free(a);
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
