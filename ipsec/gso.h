/*
 * gso - cuts what the TUN hands over into packets that fit the tunnel
 *
 * A read from a TUN with offloads gives one header and up to 64 kB of TCP or
 * UDP payload (virtio-net header: VIRTIO 1.1 5.1.6), its checksum unfinished.
 *
 *   gso_begin, then while (gso_length) gso_next
 *
 * Ownership  struct gso points into the bytes that were read.
 * Threads    one worker.
 * Units      bytes of whole IP packets.
 * Errors     gso_begin returns false for anything inconsistent.
 */
#ifndef IPSEC_GSO_H
#define IPSEC_GSO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsec/packet.h"
#include "ipsec/vnet.h"

struct gso {
	struct packet packet;
	uint32_t header;        /* bytes that every segment repeats */
	uint32_t size;          /* payload of a full segment; 0: one packet as it is */
	uint32_t at;            /* payload bytes done */
	uint16_t index;
	bool done;
};

/*
 * Parses. A packet that is not to be cut gets its checksum finished in place,
 * and may be changed (mss_clamp) before gso_next.
 */
bool gso_begin(struct gso *g, const struct virtio_net_hdr *v, uint8_t *bytes, size_t length);

/* The length of the largest segment. */
uint32_t gso_largest(const struct gso *g);

/* The length of the next segment; 0: no more. */
uint32_t gso_length(const struct gso *g);

/* Writes the next segment, gso_length bytes, with checksums. */
void gso_next(struct gso *g, uint8_t *out);

#endif
