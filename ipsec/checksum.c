/*
 * The Internet checksum: see checksum.h.
 *
 * One's complement addition does not care about byte order or word size (RFC
 * 1071 2), so 32-bit words are added into 64-bit lanes, which compilers turn
 * into vector code and which cannot overflow below 16 GiB.
 */
#include "ipsec/checksum.h"

#include <string.h>

#include "ipsec/wire.h"

uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t length)
{
	uint64_t lanes[8] = { 0 };
	uint32_t words[8];
	uint32_t word;

	for (; length >= sizeof(words); bytes += sizeof(words), length -= sizeof(words)) {
		memcpy(words, bytes, sizeof(words));
		for (unsigned k = 0; k < 8; k++)
			lanes[k] += words[k];
	}
	for (unsigned k = 0; k < 8; k++)
		sum += lanes[k];
	for (; length >= 4; bytes += 4, length -= 4) {
		memcpy(&word, bytes, 4);
		sum += word;
	}
	if (length) {
		word = 0;
		memcpy(&word, bytes, length);
		sum += word;
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
