/*
 * The desired state of bgpd: see speaker.h.
 *
 * Both states, wanted and stated, are sorted arrays, and one walk over the two
 * finds what to say. So no caller has to know what changed, and a fact can not
 * be forgotten.
 */
#include "gatehoused/speaker.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/guests.h"

#define VPN_HOPS 2              /* a peer behind the tunnel device is not on a shared link */
#define KEEPALIVE_S 60          /* the values that devices are configured for */
#define HOLD_S 180
#define PREPEND 3               /* our AS so many times more while a leg waits to be restored */

struct stated {
	struct gh_speaker speaker;
	struct gh_neighbor *neighbors;
	size_t neighbor_count;
	struct gh_network *networks;    /* by prefix */
	size_t network_count;
};

/* A PEER fact, and when it came: it says how long ago its state began. */
struct heard {
	struct gh_peer peer;
	struct gh_time at;
	unsigned limit_level;
};

struct speaker {
	struct guests *guests;
	struct speaker_legs legs;
	char view[GH_NAME_MAX + 1];
	bool ready;
	struct stated stated;
	struct heard *peers;            /* one for each stated neighbor; id 0: not heard yet */
};

struct speaker *speaker_new(struct guests *guests, const char *view,
			    const struct speaker_legs *legs)
{
	struct speaker *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->guests = guests;
	s->legs = *legs;
	snprintf(s->view, sizeof(s->view), "%s", view);
	return s;
}

static void stated_fini(struct stated *st)
{
	if (st->neighbors)
		explicit_bzero(st->neighbors, st->neighbor_count * sizeof(*st->neighbors));
	free(st->neighbors);
	free(st->networks);
	*st = (struct stated){ 0 };
}

void speaker_free(struct speaker *s)
{
	if (!s)
		return;
	stated_fini(&s->stated);
	free(s->peers);
	free(s);
}

/* ---- what is wanted ---------------------------------------------------- */

static struct gh_neighbor *neighbor_add(struct stated *st, uint32_t leg, const struct gh_addr *peer)
{
	struct gh_neighbor *n = &st->neighbors[st->neighbor_count++];

	memset(n, 0, sizeof(*n));
	n->id = gh_neighbor_id(leg, peer->family, 0);
	n->peer = *peer;
	n->keepalive_s = KEEPALIVE_S;
	n->hold_s = HOLD_S;
	return n;
}

static void want_edge(struct speaker *s, struct stated *st, const struct gw_circuit *c,
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
		n = neighbor_add(st, e->leg, peers[i]);
		snprintf(n->interface, sizeof(n->interface), "%s", e->interface);
		snprintf(n->description, sizeof(n->description), "%.64s %s", c->name,
			 gw_role_name(role));
		n->remote_as = e->remote_as;
		n->families = i ? GH_AF_IPV6 : GH_AF_IPV4;
		n->side = GH_SIDE_EDGE;
		n->weight = gh_weight(&(struct gh_preference){ .kind = GH_KIND_EXPRESSROUTE,
				      .routing_weight = c->weight, .standing = s->legs.standing(s->legs.context, e->leg) });
		n->prefix_limit = c->prefix_limit;
		n->hops = 1;
		n->prepend = s->legs.restoring(s->legs.context, e->leg) ? PREPEND : 0;
		n->bfd_interval_ms = c->bfd_interval_ms;
		n->bfd_multiplier = c->bfd_multiplier;
	}
}

static void want_connection(struct stated *st, const struct gw_connection *c)
{
	struct gh_neighbor *n;

	n = neighbor_add(st, c->leg, &c->sessions[0].peer);
	n->local = c->sessions[0].local;
	snprintf(n->description, sizeof(n->description), "%s", c->name);
	n->remote_as = c->sessions[0].remote_as;
	n->families = GH_AF_IPV4 | GH_AF_IPV6;
	n->side = GH_SIDE_VPN;
	n->pass = GH_PASS(GH_SIDE_VPN);
	n->weight = gh_weight(&(struct gh_preference){ .kind = GH_KIND_VPN,
			      .routing_weight = c->weight, .standing = GH_STANDING_UP });
	n->prefix_limit = c->prefix_limit;
	n->hops = VPN_HOPS;
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = ((const struct gh_neighbor *)a)->id, y = ((const struct gh_neighbor *)b)->id;

	return x < y ? -1 : x > y;
}

static void *allocate(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size);

	if (!p)
		abort();
	return p;
}

/* What the configuration asks for; of connections, with_down or those whose tunnel is up. */
static void want(struct speaker *s, const struct gw_config *config, bool with_down,
		 struct stated *st)
{
	size_t most = config->circuit_count * GW_ROLES * 2 + config->connection_count;

	*st = (struct stated){ 0 };
	st->neighbors = allocate(most, sizeof(*st->neighbors));
	st->networks = allocate(config->address_space_count, sizeof(*st->networks));
	/* bgpd refuses a speaker without a router id, so does the model's commit. */
	if (!config->asn || !gh_addr_is_set(&config->router_id))
		return;
	st->speaker.asn = config->asn;
	st->speaker.router_id = config->router_id;
	memcpy(st->speaker.view, s->view, sizeof(st->speaker.view));
	for (size_t i = 0; i < config->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++)
			want_edge(s, st, &config->circuits[i], role);
	}
	for (size_t i = 0; i < config->connection_count; i++) {
		const struct gw_connection *c = &config->connections[i];

		if (c->session_count && (with_down || s->legs.tunnel_up(s->legs.context, c->leg)))
			want_connection(st, c);
	}
	qsort(st->neighbors, st->neighbor_count, sizeof(*st->neighbors), by_id);
	for (size_t i = 0; i < config->address_space_count; i++)
		st->networks[st->network_count++] = (struct gh_network){
			.prefix = config->address_space[i], .weight = GH_WEIGHT_OWN,
		};
}

/* ---- what is said ------------------------------------------------------ */

static void say(struct speaker *s, const struct gh_fact *f)
{
	if (s->ready)
		guests_send(s->guests, GH_ROLE_BGPD, f);
}

static void say_speaker(struct speaker *s, const struct gh_speaker *speaker)
{
	struct gh_fact f = { .type = GH_SPEAKER, .speaker = *speaker };

	say(s, &f);
}

static void say_neighbor(struct speaker *s, const struct gh_neighbor *n)
{
	struct gh_fact f = { .type = GH_NEIGHBOR, .neighbor = *n };

	say(s, &f);
	explicit_bzero(&f, sizeof(f));
}

static void say_neighbor_del(struct speaker *s, uint32_t id)
{
	struct gh_fact f = { .type = GH_NEIGHBOR_DEL, .id.id = id };

	say(s, &f);
}

static void say_network(struct speaker *s, enum gh_fact_type type, const struct gh_network *n)
{
	struct gh_fact f = { .type = type, .network = *n };

	say(s, &f);
}

/* Walks both sorted lists: gone, new, changed. The peers move along. */
static void differ_neighbors(struct speaker *s, const struct stated *old, const struct stated *new,
			     struct heard *peers)
{
	size_t i = 0, j = 0;

	while (i < old->neighbor_count || j < new->neighbor_count) {
		const struct gh_neighbor *a = i < old->neighbor_count ? &old->neighbors[i] : NULL;
		const struct gh_neighbor *b = j < new->neighbor_count ? &new->neighbors[j] : NULL;

		if (a && (!b || a->id < b->id)) {
			say_neighbor_del(s, a->id);
			i++;
			continue;
		}
		if (a && a->id == b->id)
			peers[j] = s->peers[i++];
		else
			a = NULL;
		if (!a || memcmp(a, b, sizeof(*a)))
			say_neighbor(s, b);
		j++;
	}
}

static void differ_networks(struct speaker *s, const struct stated *old, const struct stated *new)
{
	size_t i = 0, j = 0;

	while (i < old->network_count || j < new->network_count) {
		const struct gh_network *a = &old->networks[i], *b = &new->networks[j];
		int c = i == old->network_count ? 1 : j == new->network_count ? -1
		      : gh_prefix_cmp(&a->prefix, &b->prefix);

		if (c < 0)
			say_network(s, GH_NETWORK_DEL, a);
		else if (c > 0 || memcmp(a, b, sizeof(*a)))
			say_network(s, GH_NETWORK, b);
		i += c <= 0;
		j += c >= 0;
	}
}

void speaker_sync(struct speaker *s, const struct gw_config *config)
{
	struct stated next;
	struct heard *peers;

	want(s, config, false, &next);
	peers = allocate(next.neighbor_count, sizeof(*peers));
	/* A speaker must be there before its neighbors and networks. */
	if (memcmp(&s->stated.speaker, &next.speaker, sizeof(next.speaker)))
		say_speaker(s, &next.speaker);
	differ_neighbors(s, &s->stated, &next, peers);
	differ_networks(s, &s->stated, &next);
	stated_fini(&s->stated);
	free(s->peers);
	s->stated = next;
	s->peers = peers;
}

/* ---- what is only asked ------------------------------------------------ */

static void ask(struct speaker *s, const struct gh_fact *f)
{
	guests_send(s->guests, GH_ROLE_BGPD, f);
}

static void try_neighbors(struct speaker *s, const struct stated *old, const struct stated *new,
			  bool all)
{
	for (size_t j = 0; j < new->neighbor_count; j++) {
		const struct gh_neighbor *b = &new->neighbors[j];
		const struct gh_neighbor *a = all || !old->neighbor_count ? NULL
			: bsearch(b, old->neighbors, old->neighbor_count, sizeof(*b), by_id);
		struct gh_fact f = { .type = GH_NEIGHBOR, .neighbor = *b };

		if (!a || memcmp(a, b, sizeof(*a)))
			ask(s, &f);
		explicit_bzero(&f, sizeof(f));
	}
}

static bool stated_equal(const struct stated *a, const struct stated *b)
{
	return !memcmp(&a->speaker, &b->speaker, sizeof(a->speaker)) &&
	       a->neighbor_count == b->neighbor_count &&
	       !memcmp(a->neighbors, b->neighbors, a->neighbor_count * sizeof(*a->neighbors));
}

bool speaker_try(struct speaker *s, uint32_t trial, const struct gw_config *from,
		 const struct gw_config *to)
{
	struct gh_fact begin = { .type = GH_TRY, .id.id = trial };
	struct gh_fact end = { .type = GH_TRY_END, .id.id = trial };
	struct stated old, new;
	bool asked;

	want(s, from, true, &old);
	want(s, to, true, &new);
	asked = new.speaker.asn && guests_here(s->guests, GH_ROLE_BGPD) && !stated_equal(&old, &new);
	if (asked) {
		bool other = memcmp(&old.speaker, &new.speaker, sizeof(old.speaker));
		struct gh_fact speaker = { .type = GH_SPEAKER, .speaker = new.speaker };

		ask(s, &begin);
		if (other)
			ask(s, &speaker);
		try_neighbors(s, &old, &new, other);
		ask(s, &end);
	}
	stated_fini(&old);
	stated_fini(&new);
	return asked;
}

void speaker_joined(struct speaker *s)
{
	struct gh_fact end = { .type = GH_END };

	if (!s->ready)
		return;
	say_speaker(s, &s->stated.speaker);
	for (size_t i = 0; i < s->stated.neighbor_count; i++)
		say_neighbor(s, &s->stated.neighbors[i]);
	for (size_t i = 0; i < s->stated.network_count; i++)
		say_network(s, GH_NETWORK, &s->stated.networks[i]);
	say(s, &end);
}

void speaker_ready(struct speaker *s)
{
	if (s->ready)
		return;
	s->ready = true;
	if (guests_here(s->guests, GH_ROLE_BGPD))
		speaker_joined(s);
}

bool speaker_is_ready(const struct speaker *s)
{
	return s->ready;
}

/* ---- what is heard ----------------------------------------------------- */

static const struct gh_neighbor *neighbor_find(const struct speaker *s, uint32_t id)
{
	const struct gh_neighbor key = { .id = id };

	return s->stated.neighbor_count
	       ? bsearch(&key, s->stated.neighbors, s->stated.neighbor_count,
			 sizeof(key), by_id) : NULL;
}

static struct heard *peer_find(const struct speaker *s, uint32_t id)
{
	const struct gh_neighbor *n = neighbor_find(s, id);

	return n ? &s->peers[n - s->stated.neighbors] : NULL;
}

bool speaker_peer_set(struct speaker *s, const struct gh_peer *peer)
{
	struct heard *mine = peer_find(s, peer->id);

	if (!mine)
		return false;
	mine->peer = *peer;
	mine->at = gh_now();
	return true;
}

const struct gh_peer *speaker_peer(const struct speaker *s, uint32_t neighbor)
{
	const struct heard *h = peer_find(s, neighbor);

	return h && h->peer.id ? &h->peer : NULL;
}

struct gh_time speaker_peer_since(const struct speaker *s, uint32_t neighbor)
{
	const struct heard *h = peer_find(s, neighbor);
	uint64_t age = h ? (uint64_t)h->peer.up_s * 1000000000u : 0;

	return (struct gh_time){ h && h->peer.id && h->at.ns > age ? h->at.ns - age : 0 };
}

unsigned speaker_limit_level(const struct speaker *s, uint32_t neighbor)
{
	const struct heard *h = peer_find(s, neighbor);

	return h ? h->limit_level : 0;
}

void speaker_limit_level_set(struct speaker *s, uint32_t neighbor, unsigned level)
{
	struct heard *h = peer_find(s, neighbor);

	if (h)
		h->limit_level = level;
}

const struct gh_neighbor *speaker_neighbor_after(const struct speaker *s, uint32_t id)
{
	size_t low = 0, high = s->stated.neighbor_count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->stated.neighbors[middle].id > id)
			high = middle;
		else
			low = middle + 1;
	}
	return speaker_neighbor(s, low);
}

const struct gh_neighbor *speaker_neighbor(const struct speaker *s, size_t index)
{
	return index < s->stated.neighbor_count ? &s->stated.neighbors[index] : NULL;
}

const struct gh_neighbor *speaker_neighbor_find(const struct speaker *s, uint32_t id)
{
	return neighbor_find(s, id);
}
