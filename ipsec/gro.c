/*
 * Joining packets: see gro.h.
 *
 * The rules are those of the kernel's own GRO (same addresses, ports, TOS,
 * TTL, acknowledgement, options; sequence in order; equal sizes but the last),
 * and the window too, so that cutting again gives back what came. A flow finds
 * its open item through a bucket; another flow in the same bucket only closes
 * it, which costs a merge but no order.
 */
#include "ipsec/gro.h"

#include <string.h>
#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/wire.h"

#define END GRO_PACKETS_MAX
#define UDP_SEGMENTS_MAX 64
#define TCP_HEADER 20u
#define UDP_HEADER 8u

struct view {                           /* a packet that may be joined */
	uint16_t header;                /* IP and layer 4 */
	uint16_t payload;
	uint32_t sequence;
	bool push;
};

void gro_init(struct gro *g, bool tso, bool uso)
{
	memset(g, 0, sizeof(*g));
	g->tso = tso;
	g->uso = uso;
}

static bool view_tcp(const struct packet *p, struct view *v)
{
	const uint8_t *tcp = p->bytes + p->l4;
	uint32_t header;

	if (p->length < p->l4 + TCP_HEADER)
		return false;
	if ((tcp[13] | PACKET_TCP_PSH) != (PACKET_TCP_ACK | PACKET_TCP_PSH))
		return false;
	header = p->l4 + (tcp[12] >> 4) * 4u;
	if (header < p->l4 + TCP_HEADER || header >= p->length)
		return false;
	v->header = (uint16_t)header;
	v->sequence = wire_get32(tcp + 4);
	v->push = tcp[13] & PACKET_TCP_PSH;
	return true;
}

static bool view_udp(const struct packet *p, struct view *v)
{
	const uint8_t *udp = p->bytes + p->l4;

	if (p->length <= p->l4 + UDP_HEADER || wire_get16(udp + 4) != p->length - p->l4)
		return false;
	if (wire_get16(udp + 6) == 0)
		return false;           /* RFC 768: no checksum, and the joined one needs it */
	v->header = (uint16_t)(p->l4 + UDP_HEADER);
	v->sequence = 0;
	v->push = false;
	return true;
}

static bool view_of(const struct gro *g, const struct packet *p, struct view *v)
{
	if (!p->simple)
		return false;
	if (p->protocol == PACKET_TCP) {
		if (!g->tso || !view_tcp(p, v))
			return false;
	} else if (p->protocol == PACKET_UDP) {
		if (!g->uso || !view_udp(p, v))
			return false;
	} else {
		return false;
	}
	if (checksum_fold(packet_l4_sum(p)) != 0xffff)
		return false;
	v->payload = (uint16_t)(p->length - v->header);
	return true;
}

static bool same_ip(const struct gro_item *item, const struct packet *p)
{
	const uint8_t *a = item->first.bytes, *b = p->bytes;
	bool df;

	if (p->family != item->first.family || p->protocol != item->first.protocol)
		return false;
	if (p->family == AF_INET6)
		return !memcmp(a, b, 4) && a[7] == b[7] && !memcmp(a + 8, b + 8, 32);
	df = b[6] & 0x40;
	/* Without DF the identification means something (RFC 6864), and must count on. */
	return a[1] == b[1] && a[8] == b[8] && !memcmp(a + 6, b + 6, 2) &&
	       !memcmp(a + 12, b + 12, 8) && (df || wire_get16(b + 4) == item->next_id);
}

static bool same_tcp(const struct gro_item *item, const struct packet *p, const struct view *v)
{
	const uint8_t *a = item->first.bytes + p->l4, *b = p->bytes + p->l4;

	/* Ports, acknowledgement, window, and the options with the header's size. */
	return v->sequence == item->next_sequence && !memcmp(a, b, 4) &&
	       !memcmp(a + 8, b + 8, 5) && !memcmp(a + 14, b + 14, 2) &&
	       !memcmp(a + TCP_HEADER, b + TCP_HEADER, v->header - p->l4 - TCP_HEADER);
}

static bool can_append(const struct gro_item *item, const struct packet *p, const struct view *v)
{
	if (!item->open || v->header != item->header || v->payload > item->size)
		return false;
	if (item->total + v->payload > UINT16_MAX || !same_ip(item, p))
		return false;
	if (p->protocol == PACKET_TCP)
		return same_tcp(item, p, v);
	return item->count < UDP_SEGMENTS_MAX &&
	       !memcmp(item->first.bytes + p->l4, p->bytes + p->l4, 4);
}

static uint16_t add_part(struct gro *g, const struct packet *p)
{
	struct gro_part *part = &g->part[g->parts];

	part->bytes = p->bytes;
	part->length = p->length;
	part->next = END;
	return (uint16_t)g->parts++;
}

/* What every joined packet changes, the first included. */
static void advance(struct gro_item *item, const struct packet *p, const struct view *v)
{
	item->count++;
	item->next_sequence = v->sequence + v->payload;
	item->push |= v->push;
	item->open = !v->push && v->payload == item->size;
	if (p->family == AF_INET)
		item->next_id = (uint16_t)(wire_get16(p->bytes + 4) + 1);
}

static void append(struct gro *g, struct gro_item *item, const struct packet *p,
		   const struct view *v)
{
	uint16_t part = add_part(g, p);

	g->part[item->tail].next = part;
	item->tail = part;
	item->total += v->payload;
	advance(item, p, v);
}

static struct gro_item *add_item(struct gro *g, const struct packet *p)
{
	struct gro_item *item = &g->item[g->items++];

	memset(&item->vnet, 0, sizeof(item->vnet));
	item->first = *p;
	item->head = item->tail = add_part(g, p);
	item->count = 0;
	item->total = p->length;
	item->push = false;
	item->open = false;
	return item;
}

bool gro_add(struct gro *g, const struct packet *p)
{
	uint16_t *bucket = &g->bucket[packet_hash(p) % GRO_BUCKETS];
	struct gro_item *item;
	struct view v;

	if (g->parts == GRO_PACKETS_MAX)
		return false;
	if (!view_of(g, p, &v)) {
		add_item(g, p)->count = 1;
		*bucket = 0;
		return true;
	}
	if (*bucket && can_append(&g->item[*bucket - 1], p, &v)) {
		append(g, &g->item[*bucket - 1], p, &v);
		return true;
	}
	item = add_item(g, p);
	item->header = v.header;
	item->size = v.payload;
	advance(item, p, &v);
	*bucket = (uint16_t)g->items;
	return true;
}

/* Makes the first packet's header that of the joined one. */
static void join(struct gro_item *item)
{
	const struct packet *p = &item->first;
	bool tcp = p->protocol == PACKET_TCP;
	uint8_t *l4 = p->bytes + p->l4;
	uint32_t length = item->total - p->l4;
	uint16_t pseudo;

	packet_set_length(p->bytes, p->family, item->total);
	packet_ip_checksum(p->bytes, p->family, p->l4);
	if (tcp && item->push)
		l4[13] |= PACKET_TCP_PSH;
	if (!tcp)
		wire_put16(l4 + 4, (uint16_t)length);
	pseudo = checksum_fold(checksum_pseudo(p->source, p->target, p->address_bytes,
					       p->protocol, length));
	memcpy(l4 + (tcp ? 16 : 6), &pseudo, 2);
	item->vnet.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	item->vnet.gso_type = !tcp ? VIRTIO_NET_HDR_GSO_UDP_L4 :
			      p->family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
						     VIRTIO_NET_HDR_GSO_TCPV6;
	item->vnet.hdr_len = item->header;
	item->vnet.gso_size = item->size;
	item->vnet.csum_start = p->l4;
	item->vnet.csum_offset = tcp ? 16 : 6;
}

static int gather(struct gro *g, struct gro_item *item)
{
	struct iovec *iov = g->iov;
	int n = 0;

	iov[n++] = (struct iovec){ &item->vnet, sizeof(item->vnet) };
	iov[n++] = (struct iovec){ g->part[item->head].bytes, g->part[item->head].length };
	for (uint16_t k = g->part[item->head].next; k != END; k = g->part[k].next)
		iov[n++] = (struct iovec){ g->part[k].bytes + item->header,
					   g->part[k].length - item->header };
	return n;
}

void gro_flush(struct gro *g, gro_write *write, void *ctx)
{
	for (unsigned k = 0; k < g->items; k++) {
		struct gro_item *item = &g->item[k];

		if (item->count > 1)
			join(item);
		write(ctx, g->iov, gather(g, item), item->count);
	}
	g->items = g->parts = 0;
	memset(g->bucket, 0, sizeof(g->bucket));
}
