/*
 * HMAC: see hmac.h.
 *
 * Built on OpenSSL's plain hash functions, whose state is a struct that can be
 * copied: the key's two blocks are hashed once, and a packet begins from a
 * copy. EVP_MAC does the same, but allocates for every packet (OpenSSL 3.0
 * copies a digest through malloc), which workers never do. The plain functions
 * are called deprecated since 3.0; they run the same assembly.
 */
#include "ipsec/hmac.h"

#include <assert.h>
#include <string.h>

#define BLOCK_MAX 128

struct hmac_hash {
	uint16_t transform;
	uint8_t block, digest;
	int (*init)(union hmac_state *s);
	int (*update)(union hmac_state *s, const void *bytes, size_t length);
	int (*final)(uint8_t *digest, union hmac_state *s);
};

static int init_md5(union hmac_state *s)
{
	return MD5_Init(&s->md5);
}

static int update_md5(union hmac_state *s, const void *bytes, size_t length)
{
	return MD5_Update(&s->md5, bytes, length);
}

static int final_md5(uint8_t *digest, union hmac_state *s)
{
	return MD5_Final(digest, &s->md5);
}

static int init_sha1(union hmac_state *s)
{
	return SHA1_Init(&s->sha1);
}

static int update_sha1(union hmac_state *s, const void *bytes, size_t length)
{
	return SHA1_Update(&s->sha1, bytes, length);
}

static int final_sha1(uint8_t *digest, union hmac_state *s)
{
	return SHA1_Final(digest, &s->sha1);
}

static int init_sha256(union hmac_state *s)
{
	return SHA256_Init(&s->sha256);
}

static int update_sha256(union hmac_state *s, const void *bytes, size_t length)
{
	return SHA256_Update(&s->sha256, bytes, length);
}

static int final_sha256(uint8_t *digest, union hmac_state *s)
{
	return SHA256_Final(digest, &s->sha256);
}

static int init_sha384(union hmac_state *s)
{
	return SHA384_Init(&s->sha512);
}

static int init_sha512(union hmac_state *s)
{
	return SHA512_Init(&s->sha512);
}

static int update_sha512(union hmac_state *s, const void *bytes, size_t length)
{
	return SHA512_Update(&s->sha512, bytes, length);
}

static int final_sha512(uint8_t *digest, union hmac_state *s)
{
	return SHA512_Final(digest, &s->sha512);
}

static const struct hmac_hash hashes[] = {
	{ GH_AUTH_HMAC_MD5_96, 64, 16, init_md5, update_md5, final_md5 },
	{ GH_AUTH_HMAC_SHA1_96, 64, 20, init_sha1, update_sha1, final_sha1 },
	{ GH_AUTH_HMAC_SHA2_256_128, 64, 32, init_sha256, update_sha256, final_sha256 },
	{ GH_AUTH_HMAC_SHA2_384_192, 128, 48, init_sha384, update_sha512, final_sha512 },
	{ GH_AUTH_HMAC_SHA2_512_256, 128, 64, init_sha512, update_sha512, final_sha512 },
};

/* The hash of one block: the key, padded with zeros and mixed with a byte. */
static void begin(const struct hmac_hash *hash, const uint8_t *key, size_t key_bytes, uint8_t mix,
		  union hmac_state *out)
{
	uint8_t block[BLOCK_MAX] = { 0 };

	memcpy(block, key, key_bytes);
	for (unsigned k = 0; k < hash->block; k++)
		block[k] ^= mix;
	hash->init(out);
	hash->update(out, block, hash->block);
	explicit_bzero(block, sizeof(block));
}

static const struct hmac_hash *hash_of(const struct gh_mac *mac)
{
	for (unsigned k = 0; k < sizeof(hashes) / sizeof(hashes[0]); k++)
		if (hashes[k].transform == mac->transform)
			return &hashes[k];
	return NULL;
}

void hmac_init(struct hmac *h, const struct gh_mac *mac, const uint8_t *key)
{
	const struct hmac_hash *hash = hash_of(mac);

	assert(hash && mac->key <= hash->block);
	h->hash = hash;
	begin(hash, key, mac->key, 0x36, &h->inner);
	begin(hash, key, mac->key, 0x5c, &h->outer);
}

void hmac_fini(struct hmac *h)
{
	explicit_bzero(h, sizeof(*h));
}

void hmac_sign(const struct hmac *h, const uint8_t *bytes, size_t length, const uint8_t *tail,
	       size_t tail_length, uint8_t digest[HMAC_DIGEST_MAX])
{
	union hmac_state s = h->inner;

	h->hash->update(&s, bytes, length);
	if (tail_length)
		h->hash->update(&s, tail, tail_length);
	h->hash->final(digest, &s);
	s = h->outer;
	h->hash->update(&s, digest, h->hash->digest);
	h->hash->final(digest, &s);
}
