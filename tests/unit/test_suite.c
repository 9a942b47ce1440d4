/*
 * Suites: every pair that is carried by its numbers, and the rest refused.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/suite.h"

static void found(uint16_t encryption, unsigned key, uint16_t integrity, unsigned integrity_key,
		  const char *name)
{
	char text[GH_SUITE_NAME];
	struct gh_suite s;

	assert_int_equal(gh_suite_find(encryption, key, integrity, integrity_key, &s), 0);
	assert_string_equal(gh_suite_name(&s, text), name);
}

static void test_names(void **state)
{
	(void)state;
	found(20, 20, 0, 0, "aes-128-gcm-16");
	found(20, 28, 0, 0, "aes-192-gcm-16");
	found(20, 36, 0, 0, "aes-256-gcm-16");
	found(28, 36, 0, 0, "chacha20-poly1305");
	found(12, 16, 1, 16, "aes-128-cbc/hmac-md5-96");
	found(12, 24, 2, 20, "aes-192-cbc/hmac-sha-1-96");
	found(12, 32, 12, 32, "aes-256-cbc/hmac-sha-256-128");
	found(12, 32, 13, 48, "aes-256-cbc/hmac-sha-384-192");
	found(12, 32, 14, 64, "aes-256-cbc/hmac-sha-512-256");
	found(3, 24, 2, 20, "3des-cbc/hmac-sha-1-96");
	found(2, 8, 2, 20, "des-cbc/hmac-sha-1-96");
	found(11, 0, 12, 32, "null/hmac-sha-256-128");
}

static void test_refusals(void **state)
{
	static const struct {
		uint16_t encryption, key, integrity, integrity_key;
		int rc;
	} all[] = {
		{ 20, 32, 0, 0, -EINVAL },              /* AES-GCM without its salt */
		{ 20, 0, 0, 0, -EINVAL },
		{ 20, 36, 2, 20, -EPROTONOSUPPORT },    /* and a MAC on top */
		{ 20, 36, 0, 20, -EPROTONOSUPPORT },
		{ 12, 36, 2, 20, -EINVAL },
		{ 12, 32, 2, 19, -EINVAL },
		{ 12, 32, 0, 0, -EPROTONOSUPPORT },     /* encrypted, not authenticated */
		{ 11, 0, 0, 0, -EPROTONOSUPPORT },      /* nothing at all */
		{ 11, 1, 2, 20, -EINVAL },
		{ 12, 32, 5, 16, -EPROTONOSUPPORT },    /* AES-XCBC */
		{ 18, 36, 0, 0, -EPROTONOSUPPORT },     /* AES-GCM with 8 bytes of ICV */
		{ 9, 16, 2, 20, -EPROTONOSUPPORT },     /* IDEA */
		{ 0, 0, 0, 0, -EPROTONOSUPPORT },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++) {
		struct gh_suite s = { 0 };

		assert_int_equal(gh_suite_find(all[k].encryption, all[k].key, all[k].integrity,
					       all[k].integrity_key, &s), all[k].rc);
		assert_null(s.cipher);
	}
}

static bool is_weak(uint16_t encryption, unsigned key, uint16_t integrity, unsigned integrity_key)
{
	struct gh_suite s;

	assert_int_equal(gh_suite_find(encryption, key, integrity, integrity_key, &s), 0);
	return gh_suite_is_weak(&s);
}

static void test_weak(void **state)
{
	(void)state;
	assert_true(is_weak(2, 8, 14, 64));
	assert_true(is_weak(3, 24, 12, 32));
	assert_true(is_weak(11, 0, 12, 32));
	assert_true(is_weak(12, 32, 1, 16));
	assert_false(is_weak(12, 32, 2, 20));
	assert_false(is_weak(20, 20, 0, 0));
	assert_false(is_weak(28, 36, 0, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_weak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
