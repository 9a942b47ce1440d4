/*
 * esp - the Encapsulating Security Payload with AES-GCM (RFC 4303, RFC 4106)
 *
 *   SPI 4 | sequence 4 | IV 8 | inner packet, pad, pad length, next header | ICV 16
 *
 * The IV is the 64-bit sequence number: unique under a key for as long as the
 * numbers are, which the SA map guarantees across restarts.
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

#define ESP_HEADER 16           /* SPI, sequence number, IV */
#define ESP_TRAILER_MAX (5 + CRYPTO_ICV)
#define ESP_SALT 4
#define ESP_BATCH_MAX CRYPTO_BATCH_MAX

#define ESP_NEXT_INVALID 0      /* told by open when the padding lies */
#define ESP_NEXT_IPV4 4
#define ESP_NEXT_IPV6 41
#define ESP_NEXT_DUMMY 59       /* RFC 4303 2.6 */

struct esp {
	struct crypto *crypto;
	uint32_t spi;
	uint8_t salt[ESP_SALT];
	bool esn;
};

struct esp_packet {
	uint8_t *data;          /* the ESP header */
	uint32_t length;        /* seal: of the inner packet, at data + ESP_HEADER; open: of all */
	uint64_t sequence;
	uint8_t next_header;    /* given to seal, told by open */
	uint32_t inner_length;  /* told by open; the packet is at data + ESP_HEADER */
	bool ok;
};

/* key is cipher key, then salt, as IKE derives them (RFC 4106 8.1). */
int esp_init(struct esp *e, bool seal, uint32_t spi, bool esn, const uint8_t *key,
	     unsigned key_bytes);
void esp_fini(struct esp *e);

/* "aes-256-gcm-16" for the length of key and salt; NULL for an unknown one. */
const char *esp_algorithm(unsigned key_bytes);

/* The ESP length of an inner packet: padded to four bytes. */
static inline uint32_t esp_sealed_length(uint32_t inner)
{
	return ESP_HEADER + ((inner + 2 + 3) & ~3u) + CRYPTO_ICV;
}

/* Is there room for header, trailer and ICV? */
static inline bool esp_length_valid(size_t length)
{
	return length >= ESP_HEADER + 4 + CRYPTO_ICV && length % 4 == 0;
}

/* At most ESP_BATCH_MAX packets. esp_sealed_length bytes are written at each data. */
void esp_seal(struct esp *e, struct esp_packet *packets, unsigned count);

/* Lengths must be valid (esp_length_valid). */
void esp_open(struct esp *e, struct esp_packet *packets, unsigned count);

#endif
