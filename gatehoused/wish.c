/* What the configuration asks of bgpd: see wish.h. */
#include "gatehoused/wish.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/apply/translate.h"

#define VPN_HOPS 2              /* a peer behind the tunnel device is not on a shared link */
#define KEEPALIVE_S 60          /* the values that devices are configured for */
#define HOLD_S 180
#define PREPEND 3               /* our AS so many times more while a leg waits to be restored */

void wish_fini(struct wish *w)
{
	if (w->neighbors)
		explicit_bzero(w->neighbors, w->neighbor_count * sizeof(*w->neighbors));
	free(w->neighbors);
	free(w->networks);
	*w = (struct wish){ 0 };
}

/* ---- neighbors --------------------------------------------------------- */

/* realloc would leave passwords behind. */
static void neighbors_grow(struct wish *w)
{
	size_t room = w->neighbor_room ? w->neighbor_room * 2 : 16;
	struct gh_neighbor *more = calloc(room, sizeof(*more));

	if (!more)
		abort();
	if (w->neighbor_count) {
		memcpy(more, w->neighbors, w->neighbor_count * sizeof(*more));
		explicit_bzero(w->neighbors, w->neighbor_count * sizeof(*more));
	}
	free(w->neighbors);
	w->neighbors = more;
	w->neighbor_room = room;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = ((const struct gh_neighbor *)a)->id, y = ((const struct gh_neighbor *)b)->id;

	return x < y ? -1 : x > y;
}

/* Of those before, which are sorted: the sessions of a leg in one family, as a mask. */
static unsigned taken_before(const struct wish *before, uint32_t leg, const struct gh_addr *peer,
			     unsigned *same)
{
	unsigned taken = 0;

	for (unsigned i = 0; before && before->neighbor_count && i < GH_SESSIONS; i++) {
		const struct gh_neighbor key = { .id = gh_neighbor_id(leg, peer->family, i) };
		const struct gh_neighbor *n = bsearch(&key, before->neighbors,
						      before->neighbor_count, sizeof(key), by_id);

		if (!n)
			continue;
		taken |= 1u << i;
		if (!gh_addr_cmp(&n->peer, peer))
			*same = i;
	}
	return taken;
}

/* Of those now: a leg's neighbors are added one after the other. */
static unsigned taken_now(const struct wish *w, uint32_t leg, uint8_t family)
{
	unsigned taken = 0;

	for (size_t i = w->neighbor_count; i > 0; i--) {
		const struct gh_neighbor *n = &w->neighbors[i - 1];

		if (gh_neighbor_leg(n->id) != leg)
			break;
		if (gh_neighbor_is_ipv6(n->id) == (family == AF_INET6))
			taken |= 1u << (gh_neighbor_session(n->id) % GH_SESSIONS);
	}
	return taken;
}

/* A session keeps its number while others of its leg come and go: bgpd knows it by that. */
static unsigned session_for(const struct wish *w, const struct wish *before, uint32_t leg,
			    const struct gh_addr *peer)
{
	unsigned same = GH_SESSIONS, now = taken_now(w, leg, peer->family);
	unsigned taken = now | taken_before(before, leg, peer, &same);

	if (same < GH_SESSIONS && !(now & 1u << same))
		return same;
	for (unsigned i = 0; i < GH_SESSIONS; i++)
		if (!(taken & 1u << i))
			return i;
	for (unsigned i = 0; i < GH_SESSIONS; i++)      /* of one that goes */
		if (!(now & 1u << i))
			return i;
	return 0;
}

struct gh_neighbor *wish_neighbor(struct wish *w, const struct wish_of *of, uint32_t leg,
				  const struct gh_addr *peer)
{
	unsigned session = session_for(w, of->before, leg, peer);
	struct gh_neighbor *n;

	if (w->neighbor_count == w->neighbor_room)
		neighbors_grow(w);
	n = &w->neighbors[w->neighbor_count++];
	n->id = gh_neighbor_id(leg, peer->family, session);
	n->peer = *peer;
	n->keepalive_s = KEEPALIVE_S;
	n->hold_s = HOLD_S;
	return n;
}

static void take_bgp(struct gh_neighbor *n, const struct gw_bgp *b)
{
	n->keepalive_s = b->keepalive_s;
	n->hold_s = b->hold_s;
	n->graceful_restart = b->graceful_restart;
	memcpy(n->route_map_in, b->route_map_in, sizeof(n->route_map_in));
	memcpy(n->route_map_out, b->route_map_out, sizeof(n->route_map_out));
	memcpy(n->prefix_list_in, b->prefix_list_in, sizeof(n->prefix_list_in));
	memcpy(n->prefix_list_out, b->prefix_list_out, sizeof(n->prefix_list_out));
}

static uint16_t weight_of(const struct wish_of *of, enum gh_kind kind, uint16_t weight,
			  uint32_t leg)
{
	const struct gh_preference p = {
		.kind = kind, .routing_weight = weight,
		.standing = of->legs->standing(of->legs->context, leg),
	};

	return gh_weight(&p);
}

static void want_edge(struct wish *w, const struct wish_of *of, const struct gw_circuit *c,
		      enum gw_role role)
{
	const struct gw_edge *e = &c->edges[role];
	const struct gh_addr *peers[] = { &e->peer, &e->peer_ipv6 };

	if (!e->leg || !e->remote_as)
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct gh_neighbor *n;

		if (!gh_addr_is_set(peers[i]))
			continue;
		n = wish_neighbor(w, of, e->leg, peers[i]);
		n->side = GH_SIDE_EDGE;
		snprintf(n->interface, sizeof(n->interface), "%s", e->interface);
		snprintf(n->description, sizeof(n->description), "%.64s %s", c->name,
			 gw_role_name(role));
		n->remote_as = e->remote_as;
		n->families = i ? GH_AF_IPV6 : GH_AF_IPV4;
		n->pass = of->config->transit_expressroute ? GH_PASS(GH_SIDE_VPN) : 0;
		n->weight = weight_of(of, GH_KIND_EXPRESSROUTE, c->weight, e->leg);
		n->prefix_limit = c->prefix_limit;
		n->hops = 1;
		n->prepend = of->legs->restoring(of->legs->context, e->leg) ? PREPEND : 0;
		n->bfd_interval_ms = c->bfd_interval_ms;
		n->bfd_multiplier = c->bfd_multiplier;
		take_bgp(n, &c->bgp);
		of->legs->secret(of->legs->context, &c->password, n->password);
	}
}

static enum gh_kind kind_of(const struct gw_connection *c)
{
	return c->over[0] ? GH_KIND_OVER : GH_KIND_VPN;
}

static uint32_t vpn_passes(const struct gw_config *c)
{
	return (c->transit_vpn ? GH_PASS(GH_SIDE_VPN) : 0) |
	       (c->transit_expressroute ? GH_PASS(GH_SIDE_EDGE) : 0);
}

static void want_connection(struct wish *w, const struct wish_of *of,
			    const struct gw_connection *c)
{
	for (size_t i = 0; i < c->session_count; i++) {
		const struct gw_session *s = &c->sessions[i];
		struct gh_neighbor *n = wish_neighbor(w, of, c->leg, &s->peer);

		n->side = GH_SIDE_VPN;
		n->local = s->local;
		snprintf(n->description, sizeof(n->description), "%s", c->name);
		n->remote_as = s->remote_as;
		n->families = GH_AF_IPV4 | GH_AF_IPV6;
		n->pass = vpn_passes(of->config);
		n->weight = weight_of(of, kind_of(c), c->weight, c->leg);
		n->prefix_limit = c->prefix_limit;
		n->hops = c->bgp.multihop > VPN_HOPS ? c->bgp.multihop : VPN_HOPS;
		n->split_horizon = of->config->transit_vpn &&
				   (c->session_count > 1 || c->prefix_count);
		n->bfd_interval_ms = c->bfd.interval_ms;
		n->bfd_multiplier = c->bfd.multiplier;
		take_bgp(n, &c->bgp);
		of->legs->secret(of->legs->context, &c->password, n->password);
		wish_nat_neighbor(c, n);
	}
}

/* And what our standing towards the partner adds to all the others. */
static void want_partner(struct wish *w, const struct wish_of *of)
{
	const struct partner_standing *standing = of->legs->partner(of->legs->context);
	const struct gw_config *c = of->config;

	if (c->partner.leg) {
		struct gh_neighbor *n = wish_neighbor(w, of, c->partner.leg, &c->partner.peer);

		partner_neighbor(c, standing, n);
		of->legs->secret(of->legs->context, &c->partner.password, n->password);
	}
	for (size_t i = 0; i < c->vnet_router_count; i++) {
		const struct gw_vnet_router *r = &c->vnet_routers[i];
		struct gh_neighbor *n;

		if (!r->leg || !gh_addr_is_set(&r->peer) || !r->remote_as)
			continue;
		n = wish_neighbor(w, of, r->leg, &r->peer);
		vnet_router_neighbor(c, r, n);
		of->legs->secret(of->legs->context, &r->password, n->password);
	}
	for (size_t i = 0; i < w->neighbor_count; i++)
		partner_adjust(standing, &w->neighbors[i]);
}

static void want_neighbors(struct wish *w, const struct wish_of *of)
{
	const struct gw_config *config = of->config;

	for (size_t i = 0; i < config->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++)
			want_edge(w, of, &config->circuits[i], role);
	}
	for (size_t i = 0; i < config->connection_count; i++) {
		const struct gw_connection *c = &config->connections[i];

		if (of->with_down || of->legs->tunnel_up(of->legs->context, c->leg))
			want_connection(w, of, c);
	}
	want_partner(w, of);
	if (w->neighbor_count)
		qsort(w->neighbors, w->neighbor_count, sizeof(*w->neighbors), by_id);
}

/* ---- networks ---------------------------------------------------------- */

void wish_network(struct wish *w, const struct gh_network *network)
{
	if (w->network_count == w->network_room) {
		w->network_room = w->network_room ? w->network_room * 2 : 16;
		w->networks = reallocarray(w->networks, w->network_room, sizeof(*w->networks));
		if (!w->networks)
			abort();
	}
	w->networks[w->network_count++] = *network;
}

static void want_own(struct wish *w, const struct gh_prefix *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct gh_network n;

		memset(&n, 0, sizeof(n));
		n.prefix = prefixes[i];
		n.weight = GH_WEIGHT_OWN;
		wish_network(w, &n);
	}
}

struct static_wish {
	struct wish *w;
	uint32_t leg;
	uint16_t weight;
};

static void want_prefix(void *context, const struct gh_prefix *prefix)
{
	const struct static_wish *s = context;
	struct gh_network n;

	memset(&n, 0, sizeof(n));
	n.prefix = *prefix;
	n.side = GH_SIDE_VPN;
	n.leg = s->leg;
	n.weight = s->weight;
	wish_network(s->w, &n);
}

static void want_static(struct wish *w, const struct wish_of *of, const struct gw_connection *c)
{
	struct static_wish s = { .w = w, .leg = c->leg };
	const struct gh_preference p = {
		.kind = kind_of(c), .is_static = true, .standing = GH_STANDING_UP,
	};

	if (!of->legs->leg_up(of->legs->context, c->leg))
		return;
	s.weight = gh_weight(&p);
	translate_statics(c, want_prefix, &s);
}

/* Does anybody hear of VPN sites? */
static bool sites_are_told(const struct gw_config *c)
{
	return c->transit_vpn || c->transit_expressroute || c->partner.present ||
	       c->vnet_router_count;
}

/* Of one prefix, the gateway's own comes first, then the heavier. */
static int by_prefix(const void *a, const void *b)
{
	const struct gh_network *x = a, *y = b;
	int order = gh_prefix_cmp(&x->prefix, &y->prefix);

	if (order)
		return order;
	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->leg < y->leg ? -1 : x->leg > y->leg;
}

static void networks_unique(struct wish *w)
{
	size_t kept = 0;

	if (w->network_count)
		qsort(w->networks, w->network_count, sizeof(*w->networks), by_prefix);
	for (size_t i = 0; i < w->network_count; i++)
		if (!kept || gh_prefix_cmp(&w->networks[kept - 1].prefix, &w->networks[i].prefix))
			w->networks[kept++] = w->networks[i];
	w->network_count = kept;
}

static void want_networks(struct wish *w, const struct wish_of *of)
{
	const struct gw_config *c = of->config;

	want_own(w, c->address_space, c->address_space_count);
	want_own(w, c->peered_space, c->peered_space_count);
	for (size_t i = 0; sites_are_told(c) && i < c->connection_count; i++)
		want_static(w, of, &c->connections[i]);
	wish_nat_networks(w, of);
	networks_unique(w);
}

void wish_make(struct wish *w, const struct wish_of *of)
{
	const struct gw_config *config = of->config;

	*w = (struct wish){ 0 };
	/* bgpd refuses a speaker without a router id, so does the model's commit. */
	if (!config->asn || !gh_addr_is_set(&config->router_id))
		return;
	w->speaker.asn = config->asn;
	w->speaker.router_id = config->router_id;
	snprintf(w->speaker.view, sizeof(w->speaker.view), "%s", of->view);
	want_neighbors(w, of);
	want_networks(w, of);
}
