/*
 * AEADs by OpenSSL's EVP: see crypto.h.
 *
 * A packet costs a new nonce, two updates, a final and the tag. The tag goes
 * in and out by a parameter that is made once: EVP_CIPHER_CTX_ctrl makes it
 * anew each time, 15 % of a 64-byte packet.
 */
#include "ipsec/crypto_private.h"

bool crypto_aead_seal(struct crypto *c, struct crypto_job *j)
{
	int n;

	c->tag[0].data = j->tag;
	return EVP_EncryptInit_ex(c->ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_EncryptUpdate(c->ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_EncryptUpdate(c->ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_EncryptFinal_ex(c->ctx, j->data + j->length, &n) &&
	       EVP_CIPHER_CTX_get_params(c->ctx, c->tag);
}

bool crypto_aead_open(struct crypto *c, struct crypto_job *j)
{
	int n;

	c->tag[0].data = j->tag;
	return EVP_DecryptInit_ex(c->ctx, NULL, NULL, NULL, j->nonce) &&
	       EVP_CIPHER_CTX_set_params(c->ctx, c->tag) &&
	       EVP_DecryptUpdate(c->ctx, NULL, &n, j->aad, j->aad_length) &&
	       EVP_DecryptUpdate(c->ctx, j->data, &n, j->data, (int)j->length) &&
	       EVP_DecryptFinal_ex(c->ctx, j->data + j->length, &n);
}
