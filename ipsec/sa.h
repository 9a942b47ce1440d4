/*
 * sa - a security association as the workers use it (RFC 4301 4.4.2)
 *
 * Ownership  an SA belongs to sadb and leaves through reclaim.h. It owns its
 *            cipher context, and its slot in the SA map.
 * Threads    one worker uses an SA: TX the outbound ones, RX the inbound ones.
 *            The control thread makes and frees it, swaps `outer`, and reads
 *            the atomics.
 * Units      bytes of inner packets, CLOCK_MONOTONIC.
 */
#ifndef IPSEC_SA_H
#define IPSEC_SA_H

#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/fact.h"
#include "ipsec/esp.h"
#include "ipsec/replay.h"
#include "ipsec/selector.h"
#include "ipsec/seqmap.h"

/* The outer endpoints as sendmsg wants them. Immutable; replaced as a whole. */
struct sa_outer {
	struct gh_endpoint source, target;      /* of the SA's packets */
	struct sockaddr_storage to;
	socklen_t to_length;
	bool encap;                     /* in UDP; else the ports are 0 */
};

/* What was already reported, so that it is reported once. */
#define SA_RAISED_SOFT 1u
#define SA_RAISED_HARD 2u

struct sa {
	struct gh_sa_name name;         /* destination: as of the last move */
	struct gh_addr first_destination;       /* as the SA was first stated */
	uint32_t leg;
	char algorithm[GH_SUITE_NAME];
	uint32_t window;
	uint64_t soft_bytes, soft_packets, hard_bytes, hard_packets;    /* 0: none */
	struct esp esp;
	/*
	 * Outbound, of the NAT worker: while a leg gets or loses its box, both seal, and
	 * a cipher context serves one thread. The numbers are shared, so the IVs differ.
	 */
	struct esp esp_nat;
	struct replay replay;
	struct selector selector;
	_Atomic(struct sa_outer *) outer;
	struct seqmap_slot *slot;
	_Atomic bool usable;            /* false: carries nothing */
	_Atomic uint32_t raised;
	_Atomic uint64_t drops;
	_Atomic uint64_t mismatches;    /* those among them that its selectors refused */
	struct gh_endpoint reported;    /* RX worker: the last MAPPING event */

	struct sa_leg *home;            /* its leg, in sadb; set before a worker sees the SA */

	/* Of the control thread alone. */
	struct sa *next, *previous;     /* in sadb, newest first */
	struct sa *leg_next;            /* of the same leg, newest first */
	struct sa *spi_next;            /* outbound: of the same SPI, at another peer */
	struct seqmap *map;
	struct gh_time born;
	bool stated;                    /* repeated in this snapshot */
	bool ask;                       /* came without its state: IPSEC_SOFT is due */
	uint64_t told_packets;          /* as of the last ipsec_use_each */
	struct gh_time orphan_until;    /* ns 0: charon knows it */
};

/*
 * Makes an SA with its slot. `old`: it may have been used before, so without
 * state in the map it comes out not usable. Errors as ipsec_sa_set.
 */
int sa_new(const struct gh_sa *fact, struct seqmap *map, bool old, struct sa **out);
/* Wipes the key and releases the slot: for reclaim_retire. */
void sa_free(void *sa);

/* Is it the very SA that the fact states (name, key, leg)? */
bool sa_same(const struct sa *sa, const struct gh_sa *fact);

struct sa_outer *sa_outer_new(const struct gh_endpoint *source, const struct gh_endpoint *target,
			      bool encap);

/*
 * Takes `count` numbers; *first is the first of them. False: used up, and
 * nothing may be sent. Any thread.
 */
bool sa_take_sequence(struct sa *sa, unsigned count, uint64_t *first);

/* The numbers left are so few that a rekey should start. */
bool sa_sequence_low(const struct sa *sa);

/* Counts use by the SA's worker; returns SA_RAISED_* limits that are passed. */
uint32_t sa_count(struct sa *sa, unsigned packets, uint64_t bytes, struct gh_time now);

#endif
