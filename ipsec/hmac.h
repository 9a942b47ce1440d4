/*
 * hmac - HMAC over MD5, SHA-1 and SHA-2, without allocating (RFC 2104)
 *
 * Ownership  embedded; holds the key's two hash states, which are as secret.
 * Threads    hmac_sign changes nothing in it: any number at a time.
 * Units      bytes.
 */
#ifndef IPSEC_HMAC_H
#define IPSEC_HMAC_H

#define OPENSSL_SUPPRESS_DEPRECATED     /* hmac.c says why */

#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stddef.h>
#include <stdint.h>

#include "base/suite.h"

#define HMAC_DIGEST_MAX 64

union hmac_state {
	MD5_CTX md5;
	SHA_CTX sha1;
	SHA256_CTX sha256;
	SHA512_CTX sha512;              /* of SHA-384, too */
};

struct hmac {
	const struct hmac_hash *hash;
	union hmac_state inner, outer;  /* after the padded key's block */
};

/* key has the bytes that the MAC asks for. */
void hmac_init(struct hmac *h, const struct gh_mac *mac, const uint8_t *key);
void hmac_fini(struct hmac *h);

/* Of bytes and, behind them, a tail; the whole digest, to be cut by the caller. */
void hmac_sign(const struct hmac *h, const uint8_t *bytes, size_t length, const uint8_t *tail,
	       size_t tail_length, uint8_t digest[HMAC_DIGEST_MAX]);

#endif
