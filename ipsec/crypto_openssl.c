/*
 * AES-GCM by OpenSSL's EVP: see crypto.h.
 *
 * The key is expanded once; a packet costs a new nonce, two updates, a final
 * and the tag. The tag goes in and out by EVP_CIPHER_CTX_ctrl.
 */
#include "ipsec/crypto.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>

struct crypto {
	EVP_CIPHER_CTX *ctx;
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

static bool seal_one(EVP_CIPHER_CTX *ctx, struct crypto_job *j)
{
	int n;

	return EVP_EncryptInit_ex(ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_EncryptUpdate(ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_EncryptUpdate(ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_EncryptFinal_ex(ctx, j->data + j->length, &n) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, CRYPTO_ICV, j->tag);
}

static bool open_one(EVP_CIPHER_CTX *ctx, struct crypto_job *j)
{
	int n;

	return EVP_DecryptInit_ex(ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, CRYPTO_ICV, j->tag) &&
	       EVP_DecryptUpdate(ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_DecryptUpdate(ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_DecryptFinal_ex(ctx, j->data + j->length, &n);
}

void crypto_seal(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = seal_one(c->ctx, &jobs[k]);
}

void crypto_open(struct crypto *c, struct crypto_job *jobs, unsigned count)
{
	for (unsigned k = 0; k < count; k++)
		jobs[k].ok = open_one(c->ctx, &jobs[k]);
}
