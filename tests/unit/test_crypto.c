/*
 * CBC with HMAC behind it: published ciphertexts under MACs made here by
 * OpenSSL, what sealing writes taken apart by OpenSSL, and what must be refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/hmac.h>
#include <openssl/provider.h>

#include "ipsec/crypto.h"
#include "tests/unit/hex.h"
#include "tests/vectors/cbc.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#define FRONT 8                 /* SPI and sequence number, before the IV */

static const uint8_t integrity_key[64] = { 9, 8, 7, 6, 5, 4, 3, 2, 1 };

static struct crypto *make(bool seal, uint16_t transform, const uint8_t *key, size_t key_bytes,
			   struct gh_suite *s)
{
	const struct crypto_keys keys = { key, integrity_key };
	struct crypto *c;

	assert_int_equal(gh_suite_find(transform, (unsigned)key_bytes,
				       GH_AUTH_HMAC_SHA2_256_128, 32, s), 0);
	assert_int_equal(crypto_new(seal, s, &keys, &c), 0);
	return c;
}

/* The MAC of front, IV, ciphertext and tail, as RFC 4303 lays them out. */
static void mac(const uint8_t *packet, size_t length, const uint8_t *tail, size_t tail_length,
		uint8_t out[16])
{
	uint8_t all[400], digest[32];

	memcpy(all, packet, length);
	memcpy(all + length, tail, tail_length);
	assert_non_null(HMAC(EVP_sha256(), integrity_key, 32, all, length + tail_length, digest,
			     NULL));
	memcpy(out, digest, 16);
}

static struct crypto_job job_of(uint8_t *packet, unsigned iv, size_t length, bool esn)
{
	return (struct crypto_job){
		.data = packet + FRONT + iv, .length = (uint32_t)length,
		.tag = packet + FRONT + iv + length, .front = (uint8_t)(FRONT + iv),
		.aad = { 0, 0, 0, 7 }, .aad_length = esn ? 4 : 0,
	};
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTH(cbc_vectors); k++) {
		const struct cbc_vector *v = &cbc_vectors[k];
		uint8_t key[32], plain[64], packet[200] = { 1, 2, 3, 4, 0, 0, 0, 1 };
		size_t key_bytes = unhex(v->key, key), length = unhex(v->plain, plain);
		struct crypto_job job;
		struct gh_suite s;
		struct crypto *c = make(false, v->transform, key, key_bytes, &s);

		for (unsigned esn = 0; esn < 2; esn++) {
			assert_int_equal(unhex(v->iv, packet + FRONT), s.cipher->iv);
			unhex(v->sealed, packet + FRONT + s.cipher->iv);
			job = job_of(packet, s.cipher->iv, length, esn);
			mac(packet, FRONT + s.cipher->iv + length, job.aad, job.aad_length,
			    job.tag);
			crypto_open(c, &job, 1);
			assert_true(job.ok);
			assert_memory_equal(job.data, plain, length);
		}
		crypto_free(c);
	}
}

/* The IV is the nonce's block encrypted alone; what follows is plain CBC from there. */
static void test_sealing(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTH(cbc_vectors); k++) {
		const struct cbc_vector *v = &cbc_vectors[k];
		uint8_t key[32], plain[64], tag[16], packet[200] = { 1, 2, 3, 4, 0, 0, 0, 1 };
		uint8_t zeros[16] = { 0 }, iv[16];
		size_t key_bytes = unhex(v->key, key), length = unhex(v->plain, plain);
		struct crypto_job job, block;
		struct gh_suite s;
		struct crypto *seal = make(true, v->transform, key, key_bytes, &s);
		struct crypto *open = make(false, v->transform, key, key_bytes, &s);

		job = job_of(packet, s.cipher->iv, length, true);
		memcpy(job.nonce, "\0\0\0\0\0\0\0\5", 8);
		memcpy(job.data, plain, length);
		crypto_seal(seal, &job, 1);
		assert_true(job.ok);
		mac(packet, FRONT + s.cipher->iv + length, job.aad, 4, tag);
		assert_memory_equal(job.tag, tag, 16);
		assert_memory_not_equal(job.data, plain, length);
		memcpy(iv, packet + FRONT, sizeof(iv));
		crypto_open(open, &job, 1);
		assert_true(job.ok);
		assert_memory_equal(job.data, plain, length);
		/* The IV, opened as a block under an IV of zeros, is the nonce. */
		memcpy(packet + FRONT, zeros, s.cipher->iv);
		memcpy(packet + FRONT + s.cipher->iv, iv, s.cipher->iv);
		block = job_of(packet, s.cipher->iv, s.cipher->iv, false);
		mac(packet, FRONT + 2u * s.cipher->iv, zeros, 0, block.tag);
		crypto_open(open, &block, 1);
		assert_true(block.ok);
		assert_memory_equal(block.data, job.nonce, s.cipher->iv);
		crypto_free(seal);
		crypto_free(open);
	}
}

/* What is not authentic is not even decrypted. */
static void test_forgery_stays_sealed(void **state)
{
	uint8_t key[32] = { 1 }, packet[200] = { 0 }, before[200];
	struct crypto_job job;
	struct gh_suite s;
	struct crypto *c = make(false, GH_ENCR_AES_CBC, key, 32, &s);

	(void)state;
	job = job_of(packet, 16, 48, false);
	mac(packet, FRONT + 16 + 48, key, 0, job.tag);
	job.tag[15] ^= 1;
	memcpy(before, packet, sizeof(packet));
	crypto_open(c, &job, 1);
	assert_false(job.ok);
	assert_memory_equal(packet, before, sizeof(packet));
	crypto_free(c);
}

/* DES comes from a provider of its own; the rest of the process must not get at it. */
static void test_legacy_stays_apart(void **state)
{
	uint8_t key[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	struct gh_suite s;
	struct crypto *c = make(true, GH_ENCR_DES, key, 8, &s);

	(void)state;
	assert_null(EVP_CIPHER_fetch(NULL, "DES-CBC", NULL));
	assert_false(OSSL_PROVIDER_available(NULL, "legacy"));
	assert_true(OSSL_PROVIDER_available(NULL, "default"));
	crypto_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_sealing),
		cmocka_unit_test(test_forgery_stays_sealed),
		cmocka_unit_test(test_legacy_stays_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
