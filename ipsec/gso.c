/*
 * Segmentation: see gso.h.
 *
 * Each segment is written straight to where it will be sealed: one copy,
 * and the checksum reads what is still in the cache.
 */
#include "ipsec/gso.h"

#include <string.h>
#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/wire.h"

#define TCP_SEQUENCE 4
#define TCP_FLAGS 13
#define TCP_CHECKSUM 16
#define UDP_LENGTH 4
#define UDP_CHECKSUM 6
#define UDP_HEADER 8u
#define TCP_HEADER 20u

/* The field holds the pseudo header's sum; the rest is ours to add. */
static bool finish_checksum(struct packet *p, const struct virtio_net_hdr *v)
{
	uint32_t field = (uint32_t)v->csum_start + v->csum_offset;
	uint8_t *at = p->bytes + field;

	if (v->csum_start > p->length || field + 2 > p->length)
		return false;
	checksum_store(at, checksum_add(0, p->bytes + v->csum_start, p->length - v->csum_start));
	if (p->protocol == PACKET_UDP && at[0] == 0 && at[1] == 0)
		memset(at, 0xff, 2);    /* RFC 768: zero means no checksum */
	return true;
}

static bool find_header(struct gso *g, uint8_t type)
{
	const struct packet *p = &g->packet;

	if (p->fragment || !p->has_l4)
		return false;
	switch (type) {
	case VIRTIO_NET_HDR_GSO_TCPV4:
	case VIRTIO_NET_HDR_GSO_TCPV6:
		if (p->protocol != PACKET_TCP || p->length < p->l4 + TCP_HEADER)
			return false;
		g->header = p->l4 + (p->bytes[p->l4 + 12] >> 4) * 4u;
		return g->header >= p->l4 + TCP_HEADER && g->header < p->length;
	case VIRTIO_NET_HDR_GSO_UDP_L4:
		g->header = p->l4 + UDP_HEADER;
		return p->protocol == PACKET_UDP && g->header < p->length;
	default:
		return false;
	}
}

bool gso_begin(struct gso *g, const struct virtio_net_hdr *v, uint8_t *bytes, size_t length)
{
	uint8_t type = v->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;

	memset(g, 0, sizeof(*g));
	if (!packet_parse(bytes, length, &g->packet))
		return false;
	if (type == VIRTIO_NET_HDR_GSO_NONE) {
		if (v->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM)
			return finish_checksum(&g->packet, v);
		return true;
	}
	if (!v->gso_size || !find_header(g, type))
		return false;
	g->size = v->gso_size;
	return true;
}

uint32_t gso_largest(const struct gso *g)
{
	uint32_t payload = g->packet.length - g->header;

	if (!g->size)
		return g->packet.length;
	return g->header + (payload < g->size ? payload : g->size);
}

uint32_t gso_length(const struct gso *g)
{
	uint32_t left;

	if (g->done)
		return 0;
	if (!g->size)
		return g->packet.length;
	left = g->packet.length - g->header - g->at;
	return g->header + (left < g->size ? left : g->size);
}

static void fix_tcp(const struct gso *g, uint8_t *tcp, bool last)
{
	wire_put32(tcp + TCP_SEQUENCE, wire_get32(tcp + TCP_SEQUENCE) + g->at);
	if (!last)
		tcp[TCP_FLAGS] &= (uint8_t)~(PACKET_TCP_FIN | PACKET_TCP_PSH);
	if (g->index)
		tcp[TCP_FLAGS] &= (uint8_t)~PACKET_TCP_CWR;     /* RFC 3168 6.1.2: once */
}

static void fix_checksum(const struct packet *p, uint8_t *l4, uint32_t length)
{
	uint8_t *field = l4 + (p->protocol == PACKET_TCP ? TCP_CHECKSUM : UDP_CHECKSUM);
	uint64_t sum;

	memset(field, 0, 2);
	sum = checksum_pseudo(p->source, p->target, p->address_bytes, p->protocol, length);
	checksum_store(field, checksum_add(sum, l4, length));
	if (p->protocol == PACKET_UDP && field[0] == 0 && field[1] == 0)
		memset(field, 0xff, 2);
}

void gso_next(struct gso *g, uint8_t *out)
{
	const struct packet *p = &g->packet;
	uint32_t length = gso_length(g);
	uint32_t payload = length - g->header;
	bool last;

	if (!g->size) {
		memcpy(out, p->bytes, length);
		g->done = true;
		return;
	}
	last = g->header + g->at + payload == p->length;
	memcpy(out, p->bytes, g->header);
	memcpy(out + g->header, p->bytes + g->header + g->at, payload);
	packet_set_length(out, p->family, length);
	if (p->family == AF_INET)
		wire_put16(out + 4, (uint16_t)(wire_get16(out + 4) + g->index));
	packet_ip_checksum(out, p->family, p->l4);
	if (p->protocol == PACKET_TCP)
		fix_tcp(g, out + p->l4, last);
	else
		wire_put16(out + p->l4 + UDP_LENGTH, (uint16_t)(UDP_HEADER + payload));
	fix_checksum(p, out + p->l4, length - p->l4);
	g->at += payload;
	g->index++;
	g->done = last;
}
