/*
 * esp - the Encapsulating Security Payload (RFC 4303)
 *
 *   SPI 4 | sequence 4 | IV | inner packet, pad, pad length, next header | ICV
 *
 * IV, padding and ICV are as long as the suite says (base/suite.h): with
 * AES-GCM 8, to 4 and 16 bytes (RFC 4106), with AES-CBC and SHA-256 16, to 16
 * and 16 (RFC 3602, RFC 4868).
 *
 * The IV of an AEAD is the 64-bit sequence number: unique under a key for as
 * long as the numbers are, which the SA map guarantees across restarts. The IV
 * of a CBC cipher is that number, encrypted (crypto.h).
 *
 * Ownership  struct esp owns its cipher context.
 * Threads    one worker at a time.
 * Units      bytes; sequence numbers in host order.
 * Errors     esp_init: 0 or -errno; a packet that fails has ok == false.
 */
#ifndef IPSEC_ESP_H
#define IPSEC_ESP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipsec/crypto.h"

#define ESP_HEADER_MAX (8 + GH_SUITE_IV_MAX)
#define ESP_SALT_MAX 4
#define ESP_BATCH_MAX CRYPTO_BATCH_MAX

#define ESP_NEXT_INVALID 0      /* told by open when the padding lies */
#define ESP_NEXT_IPV4 4
#define ESP_NEXT_IPV6 41
#define ESP_NEXT_DUMMY 59       /* RFC 4303 2.6 */

struct esp {
	struct crypto *crypto;
	uint32_t spi;
	uint8_t salt[ESP_SALT_MAX];
	uint8_t header;                 /* SPI, sequence number, IV */
	uint8_t block;                  /* payload and trailer are a multiple of it */
	uint8_t icv;
	bool aead, esn;
};

struct esp_packet {
	uint8_t *data;          /* the ESP header */
	uint32_t length;        /* seal: of the inner packet, at data + header; open: of all */
	uint64_t sequence;
	uint8_t next_header;    /* given to seal, told by open */
	uint32_t inner_length;  /* told by open; the packet is at data + header */
	bool ok;
};

struct esp_params {
	bool seal, esn;
	uint32_t spi;
	struct gh_suite suite;
	const uint8_t *key;             /* the cipher's, then the salt, as IKE derives them */
	const uint8_t *integrity_key;   /* NULL where the cipher authenticates */
};

/* Errors as crypto_new. */
int esp_init(struct esp *e, const struct esp_params *params);
void esp_fini(struct esp *e);

/* The ESP length of an inner packet. */
static inline uint32_t esp_sealed_length(const struct esp *e, uint32_t inner)
{
	return e->header + ((inner + 2 + e->block - 1) & ~(e->block - 1u)) + e->icv;
}

/* Is there room for header, trailer and ICV, and are the blocks whole? */
static inline bool esp_length_valid(const struct esp *e, size_t length)
{
	size_t around = 0u + e->header + e->icv;

	return length >= around + e->block && (length - around) % e->block == 0;
}

/* At most ESP_BATCH_MAX packets. esp_sealed_length bytes are written at each data. */
void esp_seal(struct esp *e, struct esp_packet *packets, unsigned count);

/* Lengths must be valid (esp_length_valid). */
void esp_open(struct esp *e, struct esp_packet *packets, unsigned count);

#endif
