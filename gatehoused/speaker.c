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
#include "gatehoused/wish.h"

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
	struct wish stated;
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

void speaker_free(struct speaker *s)
{
	if (!s)
		return;
	wish_fini(&s->stated);
	free(s->peers);
	free(s);
}

static int by_id(const void *a, const void *b)
{
	uint32_t x = ((const struct gh_neighbor *)a)->id, y = ((const struct gh_neighbor *)b)->id;

	return x < y ? -1 : x > y;
}

/* Of connections, with_down or those whose tunnel is up. */
static void want(struct speaker *s, const struct gw_config *config, bool with_down,
		 struct wish *out)
{
	const struct wish_of of = {
		.config = config, .legs = &s->legs, .view = s->view, .with_down = with_down,
		.before = &s->stated,
	};

	wish_make(out, &of);
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
static void differ_neighbors(struct speaker *s, const struct wish *old, const struct wish *new,
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

static void differ_networks(struct speaker *s, const struct wish *old, const struct wish *new)
{
	size_t i = 0, j = 0;

	while (i < old->network_count || j < new->network_count) {
		const struct gh_network *a = i < old->network_count ? &old->networks[i] : NULL;
		const struct gh_network *b = j < new->network_count ? &new->networks[j] : NULL;
		int c = !a ? 1 : !b ? -1 : gh_prefix_cmp(&a->prefix, &b->prefix);

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
	struct wish next;
	struct heard *peers;

	want(s, config, false, &next);
	peers = calloc(next.neighbor_count + 1, sizeof(*peers));
	if (!peers)
		abort();
	/* A speaker must be there before its neighbors and networks. */
	if (memcmp(&s->stated.speaker, &next.speaker, sizeof(next.speaker)))
		say_speaker(s, &next.speaker);
	differ_neighbors(s, &s->stated, &next, peers);
	differ_networks(s, &s->stated, &next);
	wish_fini(&s->stated);
	free(s->peers);
	s->stated = next;
	s->peers = peers;
}

/* ---- what is only asked ------------------------------------------------ */

static void ask(struct speaker *s, const struct gh_fact *f)
{
	guests_send(s->guests, GH_ROLE_BGPD, f);
}

static void try_neighbors(struct speaker *s, const struct wish *old, const struct wish *new,
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

static bool stated_equal(const struct wish *a, const struct wish *b)
{
	return !memcmp(&a->speaker, &b->speaker, sizeof(a->speaker)) &&
	       a->neighbor_count == b->neighbor_count &&
	       (!a->neighbor_count || !memcmp(a->neighbors, b->neighbors,
					       a->neighbor_count * sizeof(*a->neighbors)));
}

bool speaker_try(struct speaker *s, uint32_t trial, const struct gw_config *from,
		 const struct gw_config *to)
{
	struct gh_fact begin = { .type = GH_TRY, .id.id = trial };
	struct gh_fact end = { .type = GH_TRY_END, .id.id = trial };
	struct wish old, new;
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
	wish_fini(&old);
	wish_fini(&new);
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
