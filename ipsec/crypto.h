/*
 * crypto - the transform of an SA over batches of packets
 *
 * One small interface in front of the engine, for AEADs (AES-GCM, ChaCha20 with
 * Poly1305) and for CBC ciphers with an HMAC behind them (encrypt-then-MAC). A
 * batch is packets under one key, so that an engine may work on several at a time.
 *
 *              authenticated                      encrypted, in place     tag
 *   AEAD       aad                                data
 *   CBC, HMAC  `front` bytes before data | data | aad        data
 *
 * A CBC packet's IV stands right before data. Sealing makes it: the cipher's
 * own encryption of `nonce`, which nobody can foresee (NIST SP 800-38A,
 * appendix C; RFC 3602 3 asks for that).
 *
 * Ownership  struct crypto owns the expanded keys; crypto_free wipes them.
 * Threads    a context serves one thread at a time: each SA has its own.
 *            crypto_new: the control thread.
 * Units      bytes. Nothing is allocated per packet.
 * Errors     crypto_new: 0 or -errno. A packet that fails has ok == false.
 */
#ifndef IPSEC_CRYPTO_H
#define IPSEC_CRYPTO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/suite.h"

#define CRYPTO_NONCE 12         /* of an AEAD */
#define CRYPTO_NONCE_MAX 16
#define CRYPTO_AAD_MAX 12
#define CRYPTO_BATCH_MAX 64

struct crypto;

struct crypto_job {
	uint8_t *data;          /* in place; CBC: whole blocks */
	uint32_t length;        /* without the tag */
	uint8_t *tag;           /* the suite's ICV, written by seal, compared by open */
	uint8_t nonce[CRYPTO_NONCE_MAX];        /* unique under the key; CBC: for seal alone */
	uint8_t aad[CRYPTO_AAD_MAX];
	uint8_t aad_length;
	uint8_t front;
	bool ok;
};

struct crypto_keys {
	const uint8_t *cipher;          /* without the salt */
	const uint8_t *integrity;       /* NULL for an AEAD */
};

/* -EOPNOTSUPP: OpenSSL has the cipher in its legacy provider, and that is not installed. */
int crypto_new(bool seal, const struct gh_suite *suite, const struct crypto_keys *keys,
	       struct crypto **out);
void crypto_free(struct crypto *c);

void crypto_seal(struct crypto *c, struct crypto_job *jobs, unsigned count);
void crypto_open(struct crypto *c, struct crypto_job *jobs, unsigned count);

#endif
