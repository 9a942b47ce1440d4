/*
 * TCP MSS clamp: see mss.h.
 *
 * The option may stand at an odd offset, where the checksum's 16-bit words
 * straddle it. So the two words around it are replaced, not the value.
 */
#include "ipsec/mss.h"

#include <string.h>
#include <sys/socket.h>

#include "ipsec/checksum.h"
#include "ipsec/wire.h"

#define TCP_HEADER 20u
#define TCP_CHECKSUM 16
#define OPTION_END 0
#define OPTION_NOP 1
#define OPTION_MSS 2

uint16_t mss_for(uint16_t mtu, uint16_t wanted, uint8_t family)
{
	/* 20 + 20 and 40 + 20 bytes of headers, and 10 to spare, as Azure's 1350 has it. */
	uint16_t fits = (uint16_t)(mtu - (family == AF_INET ? 50 : 70));

	return wanted && wanted < fits ? wanted : fits;
}

/* The offset of the value within the TCP header, 0 when there is none. */
static unsigned find_option(const uint8_t *tcp, unsigned size)
{
	unsigned at = TCP_HEADER;

	while (at < size) {
		if (tcp[at] == OPTION_END)
			return 0;
		if (tcp[at] == OPTION_NOP) {
			at++;
			continue;
		}
		if (at + 2 > size || tcp[at + 1] < 2 || at + tcp[at + 1] > size)
			return 0;
		if (tcp[at] == OPTION_MSS)
			return tcp[at + 1] == 4 ? at + 2 : 0;
		at += tcp[at + 1];
	}
	return 0;
}

static uint16_t word_at(const uint8_t *p)
{
	uint16_t word;

	memcpy(&word, p, 2);
	return word;
}

bool mss_clamp(const struct packet *p, uint16_t most)
{
	uint8_t *tcp = p->bytes + p->l4;
	unsigned size, value, first, words;
	uint16_t was[2];

	if (p->protocol != PACKET_TCP || !p->has_l4 || p->length < p->l4 + TCP_HEADER)
		return false;
	if (!(tcp[13] & PACKET_TCP_SYN))
		return false;
	size = (tcp[12] >> 4) * 4u;
	if (size < TCP_HEADER || p->length < p->l4 + size)
		return false;
	value = find_option(tcp, size);
	if (!value || wire_get16(tcp + value) <= most)
		return false;
	first = value & ~1u;
	words = value & 1 ? 2 : 1;      /* the header's size is even, so both are inside */
	for (unsigned k = 0; k < words; k++)
		was[k] = word_at(tcp + first + 2 * k);
	wire_put16(tcp + value, most);
	for (unsigned k = 0; k < words; k++)
		checksum_replace(tcp + TCP_CHECKSUM, was[k], word_at(tcp + first + 2 * k));
	return true;
}
