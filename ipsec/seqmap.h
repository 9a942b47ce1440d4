/*
 * seqmap - what an SA must remember when the process dies: a mapped file
 *
 * Sequence numbers, replay windows and use counters live in the file itself,
 * so a process killed at any instruction leaves them exact: a number is taken
 * from the file before a packet carries it, and so never sent twice under a
 * key (RFC 4106 4: that would give the key away).
 *
 * A slot is claimed by direction, SPI and a fingerprint of the key (never the
 * key itself), so that a reused SPI cannot resume another SA's state. The
 * file lives in /run: like the SAs, it does not outlive the host.
 *
 * Ownership  struct seqmap owns the mapping; a slot is its SA's until released.
 * Threads    open, claim, release, sweep, close: the control thread. A slot's
 *            counters: the worker of its SA; others may read them.
 * Units      bytes and packets of inner traffic, CLOCK_MONOTONIC seconds.
 * Errors     0 or -errno. A file of another layout (of an older version) is
 *            emptied with a warning: its SAs are then rekeyed before use.
 */
#ifndef IPSEC_SEQMAP_H
#define IPSEC_SEQMAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsec/replay.h"

#define SEQMAP_FINGERPRINT 16
#define SEQMAP_SLOTS 16384      /* some 36 MB of address space; memory only for those used */

struct seqmap_slot {
	_Alignas(64) _Atomic uint64_t sequence; /* outbound: the last number taken */
	_Atomic uint64_t bytes, packets;
	_Atomic uint64_t last_use_s;            /* 0: never */
	struct replay_state replay;             /* inbound */
};

struct seqmap_key {
	uint8_t direction;                      /* enum gh_direction; 0: slot is free */
	uint32_t spi;
	uint8_t fingerprint[SEQMAP_FINGERPRINT];
};

struct seqmap {
	struct seqmap_file *file;
	uint8_t *claims;                        /* by this process, per slot */
};

/* Maps the file, laying it out when it is empty or not of this layout. */
int seqmap_open(struct seqmap *m, int fd);
void seqmap_close(struct seqmap *m);

/* The fingerprint of a key: SHA-256, cut to size. */
void seqmap_fingerprint(const uint8_t *key, size_t key_bytes, uint8_t out[SEQMAP_FINGERPRINT]);

/*
 * The slot of the key, a zeroed one if there is none. *found says which.
 * -ENOSPC: all slots are taken.
 */
int seqmap_claim(struct seqmap *m, const struct seqmap_key *key, struct seqmap_slot **slot,
		 bool *found);

/* Does it hold any SA? */
bool seqmap_is_used(const struct seqmap *m);

/* Is it the slot of this key? */
bool seqmap_has(const struct seqmap *m, const struct seqmap_slot *slot,
		const struct seqmap_key *key);

/*
 * The SA is gone, and no worker uses the slot any more: its state is forgotten
 * unless the SA was set again meanwhile (claims are counted).
 */
void seqmap_release(struct seqmap *m, struct seqmap_slot *slot);

/* Forgets every slot that nobody claimed since seqmap_open. */
void seqmap_sweep(struct seqmap *m);

#endif
