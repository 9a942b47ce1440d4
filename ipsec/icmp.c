/*
 * ICMP errors to inner senders: see icmp.h.
 */
#include "ipsec/icmp.h"

#include <string.h>
#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/wire.h"

#define TTL 64
#define QUOTE_IPV4 548          /* 576 in all, RFC 1812 4.3.2.3 */
#define QUOTE_IPV6 (ICMP_REPLY_MAX - 48)
#define TOKEN_US 1000
#define BURST_US (100 * TOKEN_US)

static bool zero(const uint8_t *p, size_t n)
{
	while (n)
		if (p[--n])
			return false;
	return true;
}

/* Errors (and redirects) never answer errors. */
static bool is_error(const struct packet *p)
{
	uint8_t type;

	if (p->protocol != PACKET_ICMP && p->protocol != PACKET_ICMP6)
		return false;
	if (p->length <= p->l4)
		return true;
	type = p->bytes[p->l4];
	if (p->protocol == PACKET_ICMP6)
		return type < 128 || type == 137;
	return type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
}

static bool may_reply(const struct packet *p)
{
	if (!p->has_l4 || is_error(p) || zero(p->source, p->address_bytes))
		return false;
	if (p->family == AF_INET)
		return p->source[0] < 224 && p->source[0] != 127 && p->target[0] < 224;
	return p->source[0] != 0xff && p->target[0] != 0xff;
}

static size_t reply_ipv4(const struct packet *p, enum icmp_reason reason, uint16_t mtu,
			 uint8_t *out)
{
	static const uint8_t code[] = {
		[ICMP_NO_ROUTE] = 0, [ICMP_NO_SA] = 1, [ICMP_PROHIBITED] = 13, [ICMP_TOO_BIG] = 4,
	};
	size_t quote = p->length < QUOTE_IPV4 ? p->length : QUOTE_IPV4;
	size_t length = 28 + quote;

	memset(out, 0, 28);
	out[0] = 0x45;
	out[1] = 0xc0;          /* RFC 1812 4.3.2.5: internetwork control */
	wire_put16(out + 2, (uint16_t)length);
	out[8] = TTL;
	out[9] = PACKET_ICMP;
	memcpy(out + 12, p->target, 4);
	memcpy(out + 16, p->source, 4);
	packet_ip_checksum(out, AF_INET, 20);
	out[20] = 3;
	out[21] = code[reason];
	if (reason == ICMP_TOO_BIG)
		wire_put16(out + 26, mtu);      /* RFC 1191 4 */
	memcpy(out + 28, p->bytes, quote);
	checksum_store(out + 22, checksum_add(0, out + 20, 8 + quote));
	return length;
}

static size_t reply_ipv6(const struct packet *p, enum icmp_reason reason, uint16_t mtu,
			 uint8_t *out)
{
	static const uint8_t code[] = {
		[ICMP_NO_ROUTE] = 0, [ICMP_NO_SA] = 3, [ICMP_PROHIBITED] = 1, [ICMP_TOO_BIG] = 0,
	};
	size_t quote = p->length < QUOTE_IPV6 ? p->length : QUOTE_IPV6;
	uint16_t payload = (uint16_t)(8 + quote);

	memset(out, 0, 48);
	out[0] = 0x60;
	wire_put16(out + 4, payload);
	out[6] = PACKET_ICMP6;
	out[7] = TTL;
	memcpy(out + 8, p->target, 16);
	memcpy(out + 24, p->source, 16);
	out[40] = reason == ICMP_TOO_BIG ? 2 : 1;
	out[41] = code[reason];
	if (reason == ICMP_TOO_BIG)
		wire_put32(out + 44, mtu);
	memcpy(out + 48, p->bytes, quote);
	checksum_store(out + 42,
		       checksum_add(checksum_pseudo(out + 8, out + 24, 16, PACKET_ICMP6, payload),
				    out + 40, payload));
	return 40u + payload;
}

size_t icmp_reply(const struct packet *p, enum icmp_reason reason, uint16_t mtu,
		  uint8_t out[ICMP_REPLY_MAX])
{
	if (!may_reply(p))
		return 0;
	if (p->family == AF_INET)
		return reply_ipv4(p, reason, mtu, out);
	return reply_ipv6(p, reason, mtu, out);
}

bool icmp_allowed(struct icmp_limit *l, struct gh_time now)
{
	uint64_t passed_us = now.ns > l->last.ns ? (now.ns - l->last.ns) / 1000 : 0;

	/* A bucket of time: each reply costs a thousandth of a second. */
	if (passed_us) {
		l->tokens_us = l->last.ns ? l->tokens_us + passed_us : BURST_US;
		if (l->tokens_us > BURST_US)
			l->tokens_us = BURST_US;
		l->last = now;
	}
	if (l->tokens_us < TOKEN_US)
		return false;
	l->tokens_us -= TOKEN_US;
	return true;
}
