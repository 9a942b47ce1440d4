/*
 * The Internet checksum: see checksum.h.
 *
 * One's complement addition does not care about byte order or word size (RFC
 * 1071 2), so 32-bit words are added into 64-bit sums, which cannot overflow
 * below 16 GiB. Four sums at a time keep the adders busy; a loop over arrays,
 * left to the compiler's vectors, was four times slower at -O2.
 */
#include "ipsec/checksum.h"

#include <string.h>

#include "ipsec/wire.h"

/* The two halves of a 64-bit word, added. */
static uint64_t halves(uint64_t word)
{
	return (word & 0xffffffff) + (word >> 32);
}

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
	uint64_t word[4], lane[4] = { sum, 0, 0, 0 };
	uint32_t rest;

	for (; length >= sizeof(word); bytes += sizeof(word), length -= sizeof(word)) {
		memcpy(word, bytes, sizeof(word));
		lane[0] += halves(word[0]);
		lane[1] += halves(word[1]);
		lane[2] += halves(word[2]);
		lane[3] += halves(word[3]);
	}
	sum = lane[0] + lane[1] + lane[2] + lane[3];
	for (; length >= sizeof(rest); bytes += sizeof(rest), length -= sizeof(rest)) {
		memcpy(&rest, bytes, sizeof(rest));
		sum += rest;
	}
	if (length) {
		rest = 0;
		memcpy(&rest, bytes, length);
		sum += rest;
	}
	return sum;
}

uint64_t checksum_pseudo(const uint8_t *source, const uint8_t *target, size_t address_bytes,
			 uint8_t protocol, uint32_t length)
{
	uint8_t tail[8] = { 0 };
	uint64_t sum;

	sum = checksum_add(0, source, address_bytes);
	sum = checksum_add(sum, target, address_bytes);
	wire_put32(tail, length);
	tail[7] = protocol;
	return checksum_add(sum, tail, sizeof(tail));
}

uint16_t checksum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void checksum_store(uint8_t *field, uint64_t sum)
{
	uint16_t folded = (uint16_t)~checksum_fold(sum);

	memcpy(field, &folded, 2);
}

void checksum_replace(uint8_t *field, uint16_t was, uint16_t is)
{
	uint16_t old;

	/* RFC 1624 eqn. 3: HC' = ~(~HC + ~m + m') */
	memcpy(&old, field, 2);
	checksum_store(field, (uint64_t)(uint16_t)~old + (uint16_t)~was + is);
}
