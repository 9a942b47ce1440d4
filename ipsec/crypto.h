/*
 * crypto - AES-GCM with a 16-byte ICV over batches of packets (RFC 4106)
 *
 * One small interface in front of the cipher engine. A batch is packets under
 * one key, so that an engine may work on several at a time.
 *
 * Ownership  struct crypto owns the expanded key; crypto_free wipes it.
 * Threads    a context serves one thread at a time: each SA has its own.
 * Units      bytes. Nothing is allocated per packet.
 * Errors     crypto_new: 0 or -errno. A packet that fails has ok == false.
 */
#ifndef IPSEC_CRYPTO_H
#define IPSEC_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#define CRYPTO_ICV 16
#define CRYPTO_NONCE 12
#define CRYPTO_AAD_MAX 12
#define CRYPTO_BATCH_MAX 64

struct crypto;

struct crypto_job {
	uint8_t *data;          /* in place */
	uint32_t length;        /* without the tag */
	uint8_t *tag;           /* CRYPTO_ICV bytes, written by seal, compared by open */
	uint8_t nonce[CRYPTO_NONCE];
	uint8_t aad[CRYPTO_AAD_MAX];
	uint8_t aad_length;
	bool ok;
};

/* key_bytes is 16, 24 or 32 (without the salt), else -EINVAL. */
int crypto_new(bool seal, const uint8_t *key, unsigned key_bytes, struct crypto **out);
void crypto_free(struct crypto *c);

void crypto_seal(struct crypto *c, struct crypto_job *jobs, unsigned count);
void crypto_open(struct crypto *c, struct crypto_job *jobs, unsigned count);

#endif
