/*
 * Inner IP packets: see packet.h.
 *
 * Parsed once per packet into offsets; the alternative, each step of the
 * pipeline finding its own way through the header, checked lengths in too
 * many places.
 */
#include "ipsec/packet.h"

#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/wire.h"

#define IPV4_HEADER 20
#define IPV6_HEADER 40
#define EXTENSIONS_MAX 8

static void parse_ports(struct packet *p)
{
	if (!p->has_l4 || (p->protocol != PACKET_TCP && p->protocol != PACKET_UDP))
		return;
	if (p->length < p->l4 + 8u)
		return;
	p->has_ports = true;
	p->source_port = wire_get16(p->bytes + p->l4);
	p->target_port = wire_get16(p->bytes + p->l4 + 2);
}

static bool parse_ipv4(struct packet *p, size_t length)
{
	const uint8_t *h = p->bytes;
	uint16_t fragment;

	if (length < IPV4_HEADER)
		return false;
	p->l4 = (h[0] & 15) * 4;
	p->length = wire_get16(h + 2);
	if (p->l4 < IPV4_HEADER || p->length < p->l4 || p->length > length)
		return false;
	p->family = AF_INET;
	p->address_bytes = 4;
	p->tos = h[1];
	p->protocol = h[9];
	p->source = h + 12;
	p->target = h + 16;
	fragment = wire_get16(h + 6) & 0x3fff;
	p->fragment = fragment != 0;
	p->has_l4 = (fragment & 0x1fff) == 0;
	p->simple = !p->fragment && p->l4 == IPV4_HEADER;
	return true;
}

/* Walks to layer 4 (RFC 8200 4); an unknown header counts as layer 4. */
static bool parse_extensions(struct packet *p)
{
	for (unsigned n = 0; n < EXTENSIONS_MAX; n++) {
		const uint8_t *h = p->bytes + p->l4;
		uint32_t size;

		switch (p->protocol) {
		case 0:                 /* hop-by-hop options */
		case 43:                /* routing */
		case 60:                /* destination options */
			if (p->length < p->l4 + 8u)
				return false;
			size = (h[1] + 1u) * 8;
			break;
		case 51:                /* authentication header, RFC 4302 */
			if (p->length < p->l4 + 8u)
				return false;
			size = (h[1] + 2u) * 4;
			break;
		case 44:                /* fragment */
			if (p->length < p->l4 + 8u)
				return false;
			size = 8;
			p->fragment = true;
			p->has_l4 = (wire_get16(h + 2) & 0xfff8) == 0;
			break;
		default:
			return true;
		}
		if (p->length < p->l4 + size)
			return false;
		p->protocol = h[0];
		p->l4 = (uint16_t)(p->l4 + size);
		if (!p->has_l4)
			return true;
	}
	return false;
}

static bool parse_ipv6(struct packet *p, size_t length)
{
	const uint8_t *h = p->bytes;

	if (length < IPV6_HEADER)
		return false;
	p->length = IPV6_HEADER + wire_get16(h + 4);
	if (p->length > length)
		return false;
	p->family = AF_INET6;
	p->address_bytes = 16;
	p->tos = (uint8_t)(wire_get16(h) >> 4);
	p->protocol = h[6];
	p->source = h + 8;
	p->target = h + 24;
	p->l4 = IPV6_HEADER;
	p->has_l4 = true;
	if (!parse_extensions(p))
		return false;
	p->simple = !p->fragment && p->l4 == IPV6_HEADER;
	return true;
}

bool packet_parse(uint8_t *bytes, size_t length, struct packet *out)
{
	struct packet p = { .bytes = bytes };
	bool good;

	if (length < 1)
		return false;
	switch (bytes[0] >> 4) {
	case 4:
		good = parse_ipv4(&p, length);
		break;
	case 6:
		good = parse_ipv6(&p, length);
		break;
	default:
		return false;
	}
	if (!good)
		return false;
	parse_ports(&p);
	*out = p;
	return true;
}

static uint32_t mix(uint32_t hash, uint32_t word)
{
	hash = (hash ^ word) * 0x9e3779b1u;
	return hash ^ (hash >> 15);
}

uint32_t packet_hash(const struct packet *p)
{
	uint32_t hash = p->protocol;

	for (unsigned k = 0; k < p->address_bytes; k += 4) {
		hash = mix(hash, wire_get32(p->source + k));
		hash = mix(hash, wire_get32(p->target + k));
	}
	if (p->has_ports && !p->fragment)
		hash = mix(hash, (uint32_t)p->source_port << 16 | p->target_port);
	return mix(hash, hash >> 13);
}

uint64_t packet_l4_sum(const struct packet *p)
{
	uint32_t length = p->length - p->l4;

	return checksum_add(checksum_pseudo(p->source, p->target, p->address_bytes,
					    p->protocol, length),
			    p->bytes + p->l4, length);
}

void packet_ip_checksum(uint8_t *bytes, uint8_t family, uint16_t l4)
{
	if (family != AF_INET)
		return;
	wire_put16(bytes + 10, 0);
	checksum_store(bytes + 10, checksum_add(0, bytes, l4));
}

void packet_set_length(uint8_t *bytes, uint8_t family, uint32_t length)
{
	if (family == AF_INET)
		wire_put16(bytes + 2, (uint16_t)length);
	else
		wire_put16(bytes + 4, (uint16_t)(length - IPV6_HEADER));
}
