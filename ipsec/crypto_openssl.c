/*
 * AES-GCM by OpenSSL's EVP: see crypto.h.
 *
 * The key is expanded once; a packet costs a new nonce, two updates, a final
 * and the tag. The tag goes in and out by a parameter that is made once:
 * EVP_CIPHER_CTX_ctrl makes it anew each time, 15 % of a 64-byte packet.
 */
#include "ipsec/crypto.h"

#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

struct crypto {
	EVP_CIPHER_CTX *ctx;
	OSSL_PARAM tag[2];              /* points at the packet's, and the end */
};

static const EVP_CIPHER *cipher_for(unsigned key_bytes)
{
	switch (key_bytes) {
	case 16:
		return EVP_aes_128_gcm();
	case 24:
		return EVP_aes_192_gcm();
	case 32:
		return EVP_aes_256_gcm();
	default:
		return NULL;
	}
}

int crypto_new(bool seal, const uint8_t *key, unsigned key_bytes, struct crypto **out)
{
	const EVP_CIPHER *cipher = cipher_for(key_bytes);
	struct crypto *c;

	if (!cipher)
		return -EINVAL;
	c = calloc(1, sizeof(*c));
	if (!c)
		return -ENOMEM;
	c->ctx = EVP_CIPHER_CTX_new();
	if (!c->ctx || !EVP_CipherInit_ex(c->ctx, cipher, NULL, key, NULL, seal)) {
		crypto_free(c);
		return -ENOMEM;
	}
	c->tag[0] = OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, NULL, CRYPTO_ICV);
	c->tag[1] = OSSL_PARAM_construct_end();
	*out = c;
	return 0;
}

void crypto_free(struct crypto *c)
{
	if (!c)
		return;
	EVP_CIPHER_CTX_free(c->ctx);    /* wipes the key */
	free(c);
}

static bool seal_one(struct crypto *c, struct crypto_job *j)
{
	int n;

	c->tag[0].data = j->tag;
	return EVP_EncryptInit_ex(c->ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_EncryptUpdate(c->ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_EncryptUpdate(c->ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_EncryptFinal_ex(c->ctx, j->data + j->length, &n) &&
	       EVP_CIPHER_CTX_get_params(c->ctx, c->tag);
}

static bool open_one(struct crypto *c, struct crypto_job *j)
{
	int n;

	c->tag[0].data = j->tag;
	return EVP_DecryptInit_ex(c->ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_CIPHER_CTX_set_params(c->ctx, c->tag) &&
	       EVP_DecryptUpdate(c->ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_DecryptUpdate(c->ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_DecryptFinal_ex(c->ctx, j->data + j->length, &n);
}

void crypto_seal(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = seal_one(c, &jobs[k]);
}

void crypto_open(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = open_one(c, &jobs[k]);
}
