/*
 * early - ESP packets that came a moment before their SA
 *
 * A responder sends on a new SA as soon as it has answered; the answer still
 * has to pass through IKE here before the SA exists. What comes in between is
 * held and tried again, for EARLY_MS at most, and not lost.
 *
 * Ownership  embedded; holds copies.
 * Threads    the RX worker.
 * Units      bytes of datagrams.
 */
#ifndef IPSEC_EARLY_H
#define IPSEC_EARLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/clock.h"
#include "ipsec/udp.h"

#define EARLY_MS 100
#define EARLY_RETRY_MS 5        /* between looks while something is held */
#define EARLY_PACKETS 128       /* some 1.2 Gbit/s for a millisecond: strangers cannot cost more */
#define EARLY_BYTES 2048

struct early_packet {
	struct gh_time since;
	uint32_t length;
	uint8_t tos;
	bool native;
	struct gh_endpoint remote;
	uint8_t bytes[EARLY_BYTES];
};

struct early {
	unsigned count;
	struct early_packet packet[EARLY_PACKETS];      /* oldest first */
};

/* A piece of a datagram. False: no room, or too long; the caller drops it. */
bool early_keep(struct early *e, const uint8_t *bytes, uint32_t length,
		const struct udp_datagram *d, struct gh_time now);

/* Drops packets from the list: those for which done[] is true. Order stays. */
void early_remove(struct early *e, const bool done[]);

#endif
