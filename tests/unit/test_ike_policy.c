/* ike_policy: charon's words for every combination that can be configured. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/ike_policy.h"

static void test_ike(void **state)
{
	static const struct {
		struct ike_policy policy;
		const char *text;
	} rows[] = {
		{ { IKE_CIPHER_AES128GCM, IKE_HASH_SHA256, IKE_GROUP_ECP256 },
		  "aes128gcm16-prfsha256-ecp256" },
		{ { IKE_CIPHER_AES256GCM, IKE_HASH_SHA384, IKE_GROUP_ECP384 },
		  "aes256gcm16-prfsha384-ecp384" },
		{ { IKE_CIPHER_AES256GCM, IKE_HASH_SHA512, IKE_GROUP_ECP521 },
		  "aes256gcm16-prfsha512-ecp521" },
		{ { IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
		  "aes128-sha256-modp2048" },
		{ { IKE_CIPHER_AES192, IKE_HASH_SHA384, IKE_GROUP_MODP3072 },
		  "aes192-sha384-modp3072" },
		{ { IKE_CIPHER_AES256, IKE_HASH_SHA512, IKE_GROUP_MODP4096 },
		  "aes256-sha512-modp4096" },
		{ { IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_CURVE25519 },
		  "aes256-sha256-curve25519" },
	};
	struct ike_policy none = { IKE_CIPHER_ANY, IKE_HASH_ANY, IKE_GROUP_ANY };
	struct ike_proposals p;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ike_proposals_ike(&rows[i].policy, &p);
		assert_int_equal(p.count, 1);
		assert_string_equal(p.text[0], rows[i].text);
	}
	ike_proposals_ike(&none, &p);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.text[0], "aes256gcm16-prfsha384-prfsha256-"
				       "ecp384-curve25519-ecp256-modp2048");
	assert_string_equal(p.text[1], "aes256-sha384-sha256-ecp384-curve25519-ecp256-modp2048");
}

/* Every cipher with every hash and group is one proposal of three words. */
static void test_all(void **state)
{
	struct ike_proposals p;

	(void)state;
	for (int c = IKE_CIPHER_AES128GCM; c < IKE_CIPHERS; c++)
		for (int h = IKE_HASH_SHA256; h < IKE_HASHES; h++)
			for (int g = IKE_GROUP_MODP2048; g < IKE_GROUPS; g++) {
				struct ike_policy policy = { (enum ike_cipher)c, (enum ike_hash)h,
							     (enum ike_group)g };
				char a[32], b[32], d[32], e[2];

				ike_proposals_ike(&policy, &p);
				assert_int_equal(p.count, 1);
				assert_null(strstr(p.text[0], "null"));
				assert_int_equal(sscanf(p.text[0], "%31[a-z0-9]-%31[a-z0-9]-"
							"%31[a-z0-9]%1s", a, b, d, e), 3);
			}
}

static void test_child(void **state)
{
	static const struct {
		enum ike_encryption encryption;
		enum ike_group pfs;
		const char *first, *second;
	} rows[] = {
		{ IKE_GCM_AES256, IKE_GROUP_ANY,
		  "aes256gcm16-ecp384-curve25519-ecp256-modp2048-esn-noesn",
		  "aes256gcm16-esn-noesn" },
		{ IKE_GCM_AES128, IKE_GROUP_ANY,
		  "aes128gcm16-ecp384-curve25519-ecp256-modp2048-esn-noesn",
		  "aes128gcm16-esn-noesn" },
		{ IKE_GCM_AES256, IKE_GROUP_WITHOUT, "aes256gcm16-esn-noesn", NULL },
		{ IKE_GCM_AES128, IKE_GROUP_WITHOUT, "aes128gcm16-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_MODP2048, "aes256gcm16-modp2048-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_MODP3072, "aes256gcm16-modp3072-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_MODP4096, "aes256gcm16-modp4096-esn-noesn", NULL },
		{ IKE_GCM_AES128, IKE_GROUP_ECP256, "aes128gcm16-ecp256-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_ECP384, "aes256gcm16-ecp384-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_ECP521, "aes256gcm16-ecp521-esn-noesn", NULL },
		{ IKE_GCM_AES256, IKE_GROUP_CURVE25519, "aes256gcm16-curve25519-esn-noesn", NULL },
	};
	struct ike_proposals p;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ike_proposals_child(rows[i].encryption, rows[i].pfs, &p);
		assert_int_equal(p.count, rows[i].second ? 2 : 1);
		assert_string_equal(p.text[0], rows[i].first);
		if (rows[i].second)
			assert_string_equal(p.text[1], rows[i].second);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_child),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
