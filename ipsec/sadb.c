/*
 * The SA database: see sadb.h.
 *
 * Newest first makes a rekey before break by itself: charon installs the
 * new outbound SA when the peer can take it (as responder after the peer's
 * delete), so the newest usable one is always right to send on.
 */
#include "ipsec/sadb.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void sadb_init(struct sadb *db, struct seqmap *map, struct reclaim *reclaim)
{
	db->reclaim = reclaim;
	db->map = map;
	db->all = NULL;
	db->asking = 0;
	idmap_init(&db->by_spi, reclaim);
	idmap_init(&db->out_by_spi, reclaim);
	idmap_init(&db->legs, reclaim);
}

static void free_leg(void *ctx, uint32_t id, void *value)
{
	struct sa_leg *leg = value;
	struct nat_way *way = atomic_load(&leg->nat);

	(void)ctx;
	(void)id;
	if (way)
		nat_way_free(way);
	free(atomic_load(&leg->out));
	free(leg);
}

void sadb_fini(struct sadb *db)
{
	while (db->all) {
		struct sa *sa = db->all;

		db->all = sa->next;
		/* Keep the slot: the next process resumes from it. */
		esp_fini(&sa->esp_nat);
		esp_fini(&sa->esp);
		free(atomic_load(&sa->outer));
		free(sa);
	}
	idmap_each(&db->legs, free_leg, NULL);
	idmap_fini(&db->legs);
	idmap_fini(&db->out_by_spi);
	idmap_fini(&db->by_spi);
}

struct sa_leg *sadb_leg(struct sadb *db, uint32_t number)
{
	struct sa_leg *leg = idmap_find(&db->legs, number);

	if (!leg) {
		leg = reclaim_alloc(sizeof(*leg));
		leg->number = number;
		idmap_set(&db->legs, number, leg);
	}
	return leg;
}

/* Publishes the leg's outbound SAs anew. */
static void publish_out(struct sadb *db, struct sa_leg *leg)
{
	struct sa_list *list = NULL;
	unsigned count = 0;

	for (struct sa *sa = leg->all; sa; sa = sa->leg_next)
		count += sa->name.direction == GH_OUT;
	if (count) {
		list = reclaim_alloc(sizeof(*list) + count * sizeof(list->sa[0]));
		for (struct sa *sa = leg->all; sa; sa = sa->leg_next)
			if (sa->name.direction == GH_OUT)
				list->sa[list->count++] = sa;
	}
	reclaim_retire(db->reclaim, atomic_exchange(&leg->out, list), free);
}

static bool answers_to(const struct sa *sa, const struct gh_sa_name *name)
{
	return sa->name.direction == name->direction && sa->name.spi == name->spi &&
	       (gh_addr_cmp(&sa->name.destination, &name->destination) == 0 ||
		gh_addr_cmp(&sa->first_destination, &name->destination) == 0);
}

struct sa *sadb_find(const struct sadb *db, const struct gh_sa_name *name)
{
	if (name->direction == GH_IN) {
		struct sa *sa = sadb_find_in(db, name->spi);

		return sa && answers_to(sa, name) ? sa : NULL;
	}
	for (struct sa *sa = idmap_find(&db->out_by_spi, name->spi); sa; sa = sa->spi_next)
		if (answers_to(sa, name))
			return sa;
	return NULL;
}

static void enlist(struct sadb *db, struct sa *sa)
{
	struct sa_leg *leg = sadb_leg(db, sa->leg);

	sa->next = db->all;
	if (sa->next)
		sa->next->previous = sa;
	db->all = sa;
	sa->home = leg;
	sa->leg_next = leg->all;
	leg->all = sa;
	if (sa->name.direction == GH_IN) {
		idmap_set(&db->by_spi, sa->name.spi, sa);
		return;
	}
	sa->spi_next = idmap_set(&db->out_by_spi, sa->name.spi, sa);
	publish_out(db, leg);
}

static void unlist_out(struct sadb *db, struct sa *sa)
{
	struct sa *first = idmap_find(&db->out_by_spi, sa->name.spi);

	if (first == sa) {
		idmap_set(&db->out_by_spi, sa->name.spi, sa->spi_next);
		return;
	}
	while (first->spi_next != sa)
		first = first->spi_next;
	first->spi_next = sa->spi_next;
}

static void unlist(struct sadb *db, struct sa *sa)
{
	struct sa_leg *leg = sadb_leg(db, sa->leg);
	struct sa **at = &leg->all;

	while (*at != sa)
		at = &(*at)->leg_next;
	*at = sa->leg_next;
	if (sa->previous)
		sa->previous->next = sa->next;
	else
		db->all = sa->next;
	if (sa->next)
		sa->next->previous = sa->previous;
	if (sa->name.direction == GH_IN) {
		idmap_set(&db->by_spi, sa->name.spi, NULL);
		return;
	}
	unlist_out(db, sa);
	publish_out(db, leg);
}

int sadb_set(struct sadb *db, const struct gh_sa *fact, bool old, struct sa **fresh)
{
	struct sa *sa = sadb_find(db, &fact->name);
	int err;

	if (sa && sa_same(sa, fact)) {
		sa->stated = true;
		sa->orphan_until = (struct gh_time){ 0 };
		*fresh = NULL;
		return 0;
	}
	/* One SPI, one inbound SA: a peer that reuses its own SPI is replaced. */
	if (fact->name.direction == GH_IN && sadb_find_in(db, fact->name.spi))
		return -EEXIST;
	err = sa_new(fact, db->map, old, fresh);
	if (err)
		return err;
	if (sa)
		sadb_del(db, sa);
	sa = *fresh;
	sa->stated = true;
	enlist(db, sa);
	return 0;
}

static void add_up(const struct sa *sa, struct sa_sum sum[2])
{
	struct sa_sum *s = &sum[sa->name.direction == GH_OUT];

	s->packets += atomic_load(&sa->slot->packets);
	s->bytes += atomic_load(&sa->slot->bytes);
	s->drops += atomic_load(&sa->drops);
	s->mismatches += atomic_load(&sa->mismatches);
}

/* No worker counts in it any more: its leg keeps what it counted. */
static void leave(void *object)
{
	struct sa *sa = object, **at = &sa->home->leaving;

	add_up(sa, sa->home->ended);
	while (*at != sa)
		at = &(*at)->leg_next;
	*at = sa->leg_next;
	sa_free(sa);
}

void sadb_del(struct sadb *db, struct sa *sa)
{
	unlist(db, sa);
	db->asking -= sa->ask;
	sa->leg_next = sa->home->leaving;
	sa->home->leaving = sa;
	reclaim_retire(db->reclaim, sa, leave);
}

void sadb_leg_sum(const struct sadb *db, uint32_t number, struct sa_sum sum[2])
{
	const struct sa_leg *leg = idmap_find(&db->legs, number);

	memset(sum, 0, 2 * sizeof(*sum));
	if (!leg)
		return;
	memcpy(sum, leg->ended, sizeof(leg->ended));
	for (const struct sa *sa = leg->all; sa; sa = sa->leg_next)
		add_up(sa, sum);
	for (const struct sa *sa = leg->leaving; sa; sa = sa->leg_next)
		add_up(sa, sum);
	sum[1].mismatches += atomic_load(&leg->mismatches);
	sum[1].drops += atomic_load(&leg->mismatches);
}

void sadb_move(struct sadb *db, struct sa *sa, const struct gh_sa_move *move)
{
	struct sa_outer *fresh = sa_outer_new(&move->source, &move->target, move->encap);

	sa->name.destination = move->target.addr;
	reclaim_retire(db->reclaim, atomic_exchange(&sa->outer, fresh), free);
}

struct sa *sadb_select(const struct sa_leg *leg, const struct packet *p, bool *any)
{
	const struct sa_list *list = atomic_load(&leg->out);

	*any = false;
	for (unsigned k = 0; list && k < list->count; k++) {
		struct sa *sa = list->sa[k];

		if (!atomic_load_explicit(&sa->usable, memory_order_relaxed))
			continue;
		*any = true;
		if (!p || selector_match(&sa->selector, p, true))
			return sa;
	}
	return NULL;
}
