/*
 * gro - joins decrypted packets of a flow, so that the TUN takes them in one write
 *
 * The reverse of gso: consecutive TCP segments, and UDP datagrams of equal
 * size, become one packet with a virtio-net header that says how to cut it
 * again. Only packets whose checksum is right are joined; everything else
 * passes as it came. Packets of one flow keep their order.
 *
 * Ownership  the packets' bytes stay the caller's, untouched until gro_flush.
 * Threads    one worker.
 * Units      bytes of whole IP packets.
 */
#ifndef IPSEC_GRO_H
#define IPSEC_GRO_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "ipsec/packet.h"
#include "ipsec/vnet.h"

#define GRO_PACKETS_MAX 512
#define GRO_BUCKETS 256

struct gro_part {
	uint8_t *bytes;
	uint32_t length;
	uint16_t next;                  /* index, or GRO_PACKETS_MAX */
};

/* What goes to the TUN in one write: one packet, or several joined. */
struct gro_item {
	struct virtio_net_hdr vnet;
	struct packet first;
	uint16_t head, tail;            /* parts */
	uint16_t count;
	uint16_t header;                /* bytes to skip in each part but the first */
	uint16_t size;                  /* payload of every part but the last */
	uint16_t next_id;               /* IPv4 identification */
	uint32_t total;                 /* length when joined */
	uint32_t next_sequence;         /* TCP */
	bool open;                      /* may take another */
	bool push;
};

struct gro {
	bool tso, uso;                  /* what the TUN takes joined */
	unsigned items, parts;
	struct gro_item item[GRO_PACKETS_MAX];
	struct gro_part part[GRO_PACKETS_MAX];
	uint16_t bucket[GRO_BUCKETS];   /* the flow's last item + 1, 0: none */
	struct iovec iov[GRO_PACKETS_MAX + 1];
};

void gro_init(struct gro *g, bool tso, bool uso);

/* False: full; flush, then add again. */
bool gro_add(struct gro *g, const struct packet *p);

/* Hands every item, in order, as header and parts (iov[0] is the virtio-net header). */
typedef void gro_write(void *ctx, const struct iovec *iov, int count, unsigned packets);
void gro_flush(struct gro *g, gro_write *write, void *ctx);

#endif
