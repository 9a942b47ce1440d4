/*
 * HMAC: published vectors, and OpenSSL's own over lengths around each block.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "ipsec/hmac.h"
#include "tests/unit/hex.h"
#include "tests/vectors/hmac.h"

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static struct gh_suite suite_of(uint16_t transform, unsigned key)
{
	struct gh_suite s;

	assert_int_equal(gh_suite_find(GH_ENCR_NULL, 0, transform, key, &s), 0);
	return s;
}

static void test_vectors(void **state)
{
	(void)state;
	for (size_t k = 0; k < LENGTH(hmac_vectors); k++) {
		const struct hmac_vector *v = &hmac_vectors[k];
		struct gh_suite s = suite_of(v->transform, v->key_bytes);
		uint8_t key[64], data[64], wanted[64], got[HMAC_DIGEST_MAX];
		size_t length = unhex(v->data, data), digest = unhex(v->digest, wanted);
		struct hmac h;

		memset(key, v->key, sizeof(key));
		hmac_init(&h, s.mac, key);
		hmac_sign(&h, data, length, NULL, 0, got);
		assert_memory_equal(got, wanted, digest);
		/* The same in two pieces, and once more from the same states. */
		hmac_sign(&h, data, length - 3, data + length - 3, 3, got);
		assert_memory_equal(got, wanted, digest);
		hmac_fini(&h);
	}
}

static void test_against_openssl(void **state)
{
	static const struct {
		uint16_t transform;
		unsigned key;
		const EVP_MD *(*md)(void);
	} all[] = {
		{ GH_AUTH_HMAC_MD5_96, 16, EVP_md5 },
		{ GH_AUTH_HMAC_SHA1_96, 20, EVP_sha1 },
		{ GH_AUTH_HMAC_SHA2_256_128, 32, EVP_sha256 },
		{ GH_AUTH_HMAC_SHA2_384_192, 48, EVP_sha384 },
		{ GH_AUTH_HMAC_SHA2_512_256, 64, EVP_sha512 },
	};
	uint8_t key[64], data[300], wanted[64], got[HMAC_DIGEST_MAX];

	(void)state;
	for (unsigned k = 0; k < sizeof(key); k++)
		key[k] = (uint8_t)(k * 13 + 5);
	for (unsigned k = 0; k < sizeof(data); k++)
		data[k] = (uint8_t)(k * 3 + 1);
	for (size_t k = 0; k < LENGTH(all); k++) {
		struct gh_suite s = suite_of(all[k].transform, all[k].key);
		struct hmac h;

		hmac_init(&h, s.mac, key);
		for (unsigned length = 0; length <= sizeof(data); length++) {
			unsigned digest, tail = length < 4 ? length : 4;

			assert_non_null(HMAC(all[k].md(), key, (int)all[k].key, data, length,
					     wanted, &digest));
			hmac_sign(&h, data, length - tail, data + length - tail, tail, got);
			assert_memory_equal(got, wanted, digest);
		}
		hmac_fini(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_against_openssl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
