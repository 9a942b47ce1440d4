/*
 * inner - makes inner packets for the datapath's tests, checksums right
 */
#ifndef UNIT_INNER_H
#define UNIT_INNER_H

#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/packet.h"
#include "ipsec/wire.h"

struct inner {
	uint8_t family, protocol, flags, tos;
	uint8_t host;                   /* last byte of the source */
	uint16_t id, source_port, window;
	uint32_t sequence;
	const uint8_t *options;         /* TCP, a multiple of 4 */
	unsigned options_bytes;
	unsigned payload;
	uint8_t tag;                    /* payload counts up from it */
};

static inline size_t inner_ip(const struct inner *i, uint8_t *out, unsigned l4_bytes)
{
	if (i->family == AF_INET) {
		memset(out, 0, 20);
		out[0] = 0x45;
		out[1] = i->tos;
		wire_put16(out + 2, (uint16_t)(20 + l4_bytes));
		wire_put16(out + 4, i->id);
		out[6] = 0x40;
		out[8] = 63;
		out[9] = i->protocol;
		memcpy(out + 12, (const uint8_t[]){ 10, 1, 0, i->host, 10, 2, 0, 1 }, 8);
		packet_ip_checksum(out, AF_INET, 20);
		return 20;
	}
	memset(out, 0, 40);
	wire_put32(out, 0x60000000u | (uint32_t)i->tos << 20);
	wire_put16(out + 4, (uint16_t)l4_bytes);
	out[6] = i->protocol;
	out[7] = 63;
	out[8] = out[24] = 0xfd;
	out[23] = i->host;
	out[39] = 2;
	return 40;
}

/* Returns the length of the IP packet. */
static inline size_t inner_make(const struct inner *i, uint8_t *out)
{
	bool tcp = i->protocol == PACKET_TCP;
	unsigned header = tcp ? 20 + i->options_bytes : 8;
	size_t l4 = inner_ip(i, out, header + i->payload);
	uint8_t *h = out + l4;
	size_t length = l4 + header + i->payload;
	struct packet p;

	memset(h, 0, header);
	wire_put16(h, i->source_port);
	wire_put16(h + 2, 443);
	if (tcp) {
		wire_put32(h + 4, i->sequence);
		wire_put32(h + 8, 0x01020304);
		h[12] = (uint8_t)(header / 4 << 4);
		h[13] = i->flags;
		wire_put16(h + 14, i->window);
		if (i->options_bytes)
			memcpy(h + 20, i->options, i->options_bytes);
	} else {
		wire_put16(h + 4, (uint16_t)(header + i->payload));
	}
	for (unsigned k = 0; k < i->payload; k++)
		h[header + k] = (uint8_t)(i->tag + k);
	if (!packet_parse(out, length, &p))
		return 0;
	checksum_store(h + (tcp ? 16 : 6), packet_l4_sum(&p));
	return length;
}

static inline bool inner_checksums_right(uint8_t *bytes, size_t length)
{
	struct packet p;

	if (!packet_parse(bytes, length, &p) || p.length != length)
		return false;
	if (p.family == AF_INET && checksum_fold(checksum_add(0, bytes, p.l4)) != 0xffff)
		return false;
	return checksum_fold(packet_l4_sum(&p)) == 0xffff;
}

#endif
