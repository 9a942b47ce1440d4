/*
 * CBC with an HMAC behind it: see crypto.h.
 *
 * IV and payload are one run of CBC, which begins with the nonce's block under
 * an IV of zeros: its ciphertext is the packet's IV, and what follows is
 * chained to that. So the IV costs a block, and no random numbers.
 */
#include "ipsec/crypto_private.h"

#include <openssl/crypto.h>
#include <string.h>

static void sign(const struct crypto *c, const struct crypto_job *j,
		 uint8_t digest[HMAC_DIGEST_MAX])
{
	hmac_sign(&c->hmac, j->data - j->front, j->front + (size_t)j->length, j->aad,
		  j->aad_length, digest);
}

static bool encrypt(struct crypto *c, const struct crypto_job *j)
{
	static const uint8_t zeros[GH_SUITE_IV_MAX];
	unsigned iv = c->suite.cipher->iv;
	uint8_t *begin = j->data - iv;
	int n;

	if (!c->ctx)
		return true;
	memcpy(begin, j->nonce, iv);
	return EVP_EncryptInit_ex(c->ctx, NULL, NULL, NULL, zeros) &&
	       EVP_EncryptUpdate(c->ctx, begin, &n, begin, (int)(iv + j->length)) &&
	       n == (int)(iv + j->length);
}

static bool decrypt(struct crypto *c, const struct crypto_job *j)
{
	int n;

	if (!c->ctx)
		return true;
	return EVP_DecryptInit_ex(c->ctx, NULL, NULL, NULL, j->data - c->suite.cipher->iv) &&
	       EVP_DecryptUpdate(c->ctx, j->data, &n, j->data, (int)j->length) &&
	       n == (int)j->length;
}

bool crypto_cbc_seal(struct crypto *c, struct crypto_job *j)
{
	uint8_t digest[HMAC_DIGEST_MAX];

	if (!encrypt(c, j))
		return false;
	sign(c, j, digest);
	memcpy(j->tag, digest, c->suite.mac->icv);
	return true;
}

/* Authenticated first: what is not the peer's is never decrypted. */
bool crypto_cbc_open(struct crypto *c, struct crypto_job *j)
{
	uint8_t digest[HMAC_DIGEST_MAX];

	sign(c, j, digest);
	return !CRYPTO_memcmp(digest, j->tag, c->suite.mac->icv) && decrypt(c, j);
}
