/*
 * crypto_private - what the engine's files share
 */
#ifndef IPSEC_CRYPTO_PRIVATE_H
#define IPSEC_CRYPTO_PRIVATE_H

#include <openssl/evp.h>
#include <openssl/params.h>

#include "ipsec/crypto.h"
#include "ipsec/hmac.h"

struct crypto {
	struct gh_suite suite;
	EVP_CIPHER_CTX *ctx;            /* NULL: the NULL cipher */
	OSSL_PARAM tag[2];              /* AEAD: points at the packet's, and the end */
	struct hmac hmac;               /* else */
};

bool crypto_aead_seal(struct crypto *c, struct crypto_job *j);
bool crypto_aead_open(struct crypto *c, struct crypto_job *j);
bool crypto_cbc_seal(struct crypto *c, struct crypto_job *j);
bool crypto_cbc_open(struct crypto *c, struct crypto_job *j);

/* OpenSSL's cipher of the suite, or NULL. */
const EVP_CIPHER *crypto_cipher(const struct gh_cipher *cipher);

#endif
