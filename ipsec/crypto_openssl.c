/*
 * The transforms by OpenSSL: see crypto.h.
 *
 * Keys are expanded once. Which of the two kinds a suite is, is asked once a
 * batch.
 */
#include "ipsec/crypto_private.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <stdlib.h>

static int cipher_init(struct crypto *c, bool seal, const uint8_t *key)
{
	const EVP_CIPHER *cipher = crypto_cipher(c->suite.cipher);

	if (!cipher)
		return -EOPNOTSUPP;
	c->ctx = EVP_CIPHER_CTX_new();
	if (!c->ctx || !EVP_CipherInit_ex(c->ctx, cipher, NULL, key, NULL, seal))
		return -ENOMEM;
	if (c->suite.mac)
		EVP_CIPHER_CTX_set_padding(c->ctx, 0);          /* ESP pads by itself */
	return 0;
}

int crypto_new(bool seal, const struct gh_suite *suite, const struct crypto_keys *keys,
	       struct crypto **out)
{
	struct crypto *c = calloc(1, sizeof(*c));
	int rc = 0;

	if (!c)
		return -ENOMEM;
	c->suite = *suite;
	if (suite->cipher->key)
		rc = cipher_init(c, seal, keys->cipher);
	if (rc) {
		crypto_free(c);
		return rc;
	}
	if (suite->mac)
		hmac_init(&c->hmac, suite->mac, keys->integrity);
	c->tag[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL,
						      suite->cipher->icv);
	c->tag[1] = OSSL_PARAM_construct_end();
	*out = c;
	return 0;
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->ctx);    /* wipes the key */
	hmac_fini(&c->hmac);
	free(c);
}

void crypto_seal(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	if (c->suite.mac) {
		for (unsigned k = 0; k < count; k++)
			jobs[k].ok = crypto_cbc_seal(c, &jobs[k]);
		return;
	}
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = crypto_aead_seal(c, &jobs[k]);
}

void crypto_open(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	if (c->suite.mac) {
		for (unsigned k = 0; k < count; k++)
			jobs[k].ok = crypto_cbc_open(c, &jobs[k]);
		return;
	}
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = crypto_aead_open(c, &jobs[k]);
}
