/*
 * sadb - the SAs: inbound by SPI, outbound by leg and selectors (RFC 4301 4.4)
 *
 * Whatever is done to one SA or one leg costs the same with two SAs as with
 * two thousand.
 *
 * Ownership  sadb owns SAs and legs. A leg, once named, stays until sadb_fini.
 * Threads    the control thread changes it; sadb_find_in and sadb_select are
 *            the workers', lock-free.
 * Errors     0 or -errno, as ipsec_sa_set.
 */
#ifndef IPSEC_SADB_H
#define IPSEC_SADB_H

#include <stdatomic.h>
#include <stdint.h>

#include "ipsec/idmap.h"
#include "ipsec/nat.h"
#include "ipsec/sa.h"

/* Immutable; replaced as a whole. */
struct sa_list {
	unsigned count;
	struct sa *sa[];                /* newest first */
};

/* What SAs carried and dropped, in one direction. */
struct sa_sum {
	uint64_t packets, bytes, drops, mismatches;
};

struct sa_leg {
	uint32_t number;
	_Atomic(struct sa_list *) out;  /* NULL: none */
	_Atomic(struct nat_way *) nat;  /* NULL: not translated */
	_Atomic uint16_t mss;           /* wanted for TCP; 0: as for all legs */
	_Atomic uint64_t mismatches;    /* TX worker: packets that no SA's selectors took */

	/* Of the control thread alone. */
	struct sa *all;                 /* both directions */
	struct sa *leaving;             /* deleted, but a worker may still count in them */
	struct sa_sum ended[2];         /* in, out: of the SAs that are gone */
};

struct sadb {
	struct reclaim *reclaim;
	struct seqmap *map;
	struct idmap by_spi;            /* inbound: struct sa */
	struct idmap out_by_spi;        /* outbound, by the control thread: first of spi_next */
	struct idmap legs;              /* struct sa_leg */
	struct sa *all;                 /* newest first */
	unsigned asking;                /* SAs whose `ask` is set */
};

void sadb_init(struct sadb *db, struct seqmap *map, struct reclaim *reclaim);
/* The workers must have stopped. */
void sadb_fini(struct sadb *db);

/* *fresh is the SA if it was new, NULL if the very same was there already. */
int sadb_set(struct sadb *db, const struct gh_sa *fact, bool old, struct sa **fresh);
void sadb_del(struct sadb *db, struct sa *sa);
void sadb_move(struct sadb *db, struct sa *sa, const struct gh_sa_move *move);

/* By name; an SA that moved answers to its first destination too. NULL: none. */
struct sa *sadb_find(const struct sadb *db, const struct gh_sa_name *name);

/* The leg of that number; made if need be. */
struct sa_leg *sadb_leg(struct sadb *db, uint32_t number);

/* The SAs of a leg, newest first, by leg_next; NULL: none. */
static inline struct sa *sadb_leg_first(const struct sadb *db, uint32_t number)
{
	const struct sa_leg *leg = idmap_find(&db->legs, number);

	return leg ? leg->all : NULL;
}

/* What a leg carried, in and out, over all of its SAs, gone ones included. */
void sadb_leg_sum(const struct sadb *db, uint32_t number, struct sa_sum sum[2]);

static inline struct sa *sadb_find_in(const struct sadb *db, uint32_t spi)
{
	return idmap_find(&db->by_spi, spi);
}

/* What TCP's MSS is clamped to, for packets under this SA. */
static inline uint16_t sadb_mss(const struct sa *sa, uint16_t wanted_of_all)
{
	uint16_t own = atomic_load_explicit(&sa->home->mss, memory_order_relaxed);

	return own ? own : wanted_of_all;
}

/*
 * The newest usable outbound SA of the leg that takes the packet. NULL: none,
 * and *any says whether there was a usable one with other selectors. p NULL:
 * the newest usable one.
 */
struct sa *sadb_select(const struct sa_leg *leg, const struct packet *p, bool *any);

#endif
