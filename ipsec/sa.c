/*
 * Security associations: see sa.h.
 */
#include "ipsec/sa.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/reclaim.h"

/* Without ESN 2^32-1 is the last number (RFC 4303 3.3.3); with it, none matters. */
#define SEQUENCE_LAST 0xffffffffull
#define SEQUENCE_LAST_ESN (UINT64_MAX - (1ull << 32))
/* At 10 Mpps an eighth of the 32-bit space is 50 seconds for the rekey. */
#define SEQUENCE_LOW (SEQUENCE_LAST - (1ull << 29))
#define SEQUENCE_LOW_ESN (SEQUENCE_LAST_ESN - (1ull << 40))

static int check(const struct gh_sa *fact, struct gh_suite *suite)
{
	int rc = gh_suite_find(fact->encryption, fact->key_length, fact->integrity,
			       fact->integrity_key_length, suite);

	if (rc || !fact->tunnel)
		return rc ? rc : -EPROTONOSUPPORT;
	if (fact->name.spi < 256 || !fact->leg)
		return -EINVAL;
	if (!gh_addr_is_set(&fact->source.addr) ||
	    fact->source.addr.family != fact->target.addr.family)
		return -EINVAL;
	if (fact->name.direction != GH_IN && fact->name.direction != GH_OUT)
		return -EINVAL;
	return 0;
}

static void fill_key(const struct gh_sa *fact, struct seqmap_key *key)
{
	uint8_t both[2 * GH_KEY_MAX];

	memset(key, 0, sizeof(*key));
	key->direction = fact->name.direction;
	key->spi = fact->name.spi;
	memcpy(both, fact->key, fact->key_length);
	memcpy(both + fact->key_length, fact->integrity_key, fact->integrity_key_length);
	seqmap_fingerprint(both, 0u + fact->key_length + fact->integrity_key_length,
			   key->fingerprint);
	explicit_bzero(both, sizeof(both));
}

int sa_new(const struct gh_sa *fact, struct seqmap *map, bool old, struct sa **out)
{
	struct esp_params params = {
		.seal = fact->name.direction == GH_OUT, .esn = fact->esn, .spi = fact->name.spi,
		.key = fact->key, .integrity_key = fact->integrity_key,
	};
	struct seqmap_key key;
	struct sa *sa;
	bool found;
	int err;

	err = check(fact, &params.suite);
	if (err)
		return err;
	sa = reclaim_alloc(sizeof(*sa));
	err = esp_init(&sa->esp, &params);
	if (err)
		goto free_sa;
	err = params.seal ? esp_init(&sa->esp_nat, &params) : 0;
	if (err)
		goto fini_esp;
	fill_key(fact, &key);
	err = seqmap_claim(map, &key, &sa->slot, &found);
	if (err)
		goto fini_esp;
	sa->map = map;
	sa->name = fact->name;
	sa->first_destination = fact->name.destination;
	sa->leg = fact->leg;
	gh_suite_name(&params.suite, sa->algorithm);
	sa->soft_bytes = fact->soft_bytes;
	sa->soft_packets = fact->soft_packets;
	sa->hard_bytes = fact->hard_bytes;
	sa->hard_packets = fact->hard_packets;
	replay_init(&sa->replay, &sa->slot->replay, fact->replay_window);
	sa->window = sa->replay.window;
	selector_init(&sa->selector, fact);
	sa->born = gh_now();
	atomic_init(&sa->outer, sa_outer_new(&fact->source, &fact->target, fact->encap));
	atomic_init(&sa->usable, found || !old);
	*out = sa;
	return 0;

fini_esp:
	esp_fini(&sa->esp_nat);
	esp_fini(&sa->esp);
free_sa:
	free(sa);
	return err;
}

void sa_free(void *object)
{
	struct sa *sa = object;

	seqmap_release(sa->map, sa->slot);
	esp_fini(&sa->esp_nat);
	esp_fini(&sa->esp);
	free(atomic_load(&sa->outer));
	free(sa);
}

bool sa_same(const struct sa *sa, const struct gh_sa *fact)
{
	struct seqmap_key key;

	fill_key(fact, &key);
	return sa->leg == fact->leg && sa->name.spi == fact->name.spi &&
	       sa->name.direction == fact->name.direction && seqmap_has(sa->map, sa->slot, &key);
}

struct sa_outer *sa_outer_new(const struct gh_endpoint *source, const struct gh_endpoint *target,
			      bool encap)
{
	struct sa_outer *o = reclaim_alloc(sizeof(*o));

	o->source = *source;
	o->target = *target;
	o->encap = encap;
	/* IKE's own ports say nothing about packets that have none. */
	if (!encap)
		o->source.port = o->target.port = 0;
	o->to_length = gh_endpoint_to_sockaddr(&o->target, &o->to);
	return o;
}

bool sa_take_sequence(struct sa *sa, unsigned count, uint64_t *first)
{
	uint64_t last = sa->esp.esn ? SEQUENCE_LAST_ESN : SEQUENCE_LAST;
	uint64_t was;

	/* Asked first, so that the counter cannot creep past its end by failing calls. */
	if (atomic_load_explicit(&sa->slot->sequence, memory_order_relaxed) > last)
		return false;
	was = atomic_fetch_add_explicit(&sa->slot->sequence, count, memory_order_relaxed);
	if (was + count > last)
		return false;
	*first = was + 1;
	return true;
}

bool sa_sequence_low(const struct sa *sa)
{
	return atomic_load_explicit(&sa->slot->sequence, memory_order_relaxed) >
	       (sa->esp.esn ? SEQUENCE_LOW_ESN : SEQUENCE_LOW);
}

/* One writer: no locked instruction needed. */
static uint64_t bump(_Atomic uint64_t *counter, uint64_t n)
{
	n += atomic_load_explicit(counter, memory_order_relaxed);
	atomic_store_explicit(counter, n, memory_order_relaxed);
	return n;
}

uint32_t sa_count(struct sa *sa, unsigned packets, uint64_t bytes, struct gh_time now)
{
	uint64_t p = bump(&sa->slot->packets, packets);
	uint64_t b = bump(&sa->slot->bytes, bytes);
	uint32_t passed = 0;

	atomic_store_explicit(&sa->slot->last_use_s, now.ns / 1000000000u, memory_order_relaxed);
	if ((sa->soft_bytes && b >= sa->soft_bytes) ||
	    (sa->soft_packets && p >= sa->soft_packets) || sa_sequence_low(sa))
		passed |= SA_RAISED_SOFT;
	if ((sa->hard_bytes && b >= sa->hard_bytes) || (sa->hard_packets && p >= sa->hard_packets))
		passed |= SA_RAISED_HARD;
	return passed;
}
