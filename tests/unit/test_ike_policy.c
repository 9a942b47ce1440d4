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
	struct ike_connection c = { .version = 2 };
	struct ike_proposals p;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c.ike = rows[i].policy;
		ike_proposals_ike(&c, &p);
		assert_int_equal(p.count, 1);
		assert_string_equal(p.text[0], rows[i].text);
	}
	c.ike = (struct ike_policy){ IKE_CIPHER_ANY, IKE_HASH_ANY, IKE_GROUP_ANY };
	ike_proposals_ike(&c, &p);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.text[0], "aes256gcm16-prfsha384-prfsha256-"
				       "ecp384-curve25519-ecp256-modp2048");
	assert_string_equal(p.text[1], "aes256-sha384-sha256-ecp384-curve25519-ecp256-modp2048");
	c.kem = IKE_KEM_MLKEM768;
	ike_proposals_ike(&c, &p);
	assert_string_equal(p.text[1], "aes256-sha384-sha256-ecp384-curve25519-ecp256-modp2048"
				       "-ke1_mlkem768");
	c.kem = IKE_KEM_NONE;
	c.version = 1;
	ike_proposals_ike(&c, &p);
	assert_int_equal(p.count, 4);
	assert_string_equal(p.text[0], "aes256-sha384-ecp384");
	c.aggressive = true;            /* one group for all */
	ike_proposals_ike(&c, &p);
	assert_int_equal(p.count, 2);
	assert_string_equal(p.text[0], "aes256-sha256-modp2048");
	assert_string_equal(p.text[1], "aes128-sha256-modp2048");
}

/* Every cipher with every hash and group is one proposal of three words. */
static void test_all(void **state)
{
	struct ike_connection k = { .version = 2 };
	struct ike_proposals p;

	(void)state;
	for (int c = IKE_CIPHER_AES128GCM; c < IKE_CIPHERS; c++)
		for (int h = IKE_HASH_SHA256; h < IKE_HASHES; h++)
			for (int g = IKE_GROUP_MODP2048; g < IKE_GROUPS; g++) {
				char a[32], b[32], d[32], e[2];

				if (!ike_cipher_is_ike((enum ike_cipher)c, 2))
					continue;
				k.ike = (struct ike_policy){ (enum ike_cipher)c, (enum ike_hash)h,
							     (enum ike_group)g };
				ike_proposals_ike(&k, &p);
				assert_int_equal(p.count, 1);
				assert_null(strstr(p.text[0], "null"));
				assert_int_equal(sscanf(p.text[0], "%31[a-z0-9]-%31[a-z0-9]-"
							"%31[a-z0-9]%1s", a, b, d, e), 3);
			}
}

static void test_child(void **state)
{
	static const struct {
		struct ike_esp esp;
		const char *first, *second;
	} rows[] = {
		{ { IKE_CIPHER_ANY, IKE_HASH_ANY, IKE_GROUP_ANY },
		  "aes256gcm16-ecp384-curve25519-ecp256-modp2048-esn-noesn",
		  "aes256gcm16-esn-noesn" },
		{ { IKE_CIPHER_AES128GCM, IKE_HASH_ANY, IKE_GROUP_ANY },
		  "aes128gcm16-ecp384-curve25519-ecp256-modp2048-esn-noesn",
		  "aes128gcm16-esn-noesn" },
		{ { IKE_CIPHER_AES256GCM, IKE_HASH_ANY, IKE_GROUP_WITHOUT },
		  "aes256gcm16-esn-noesn", NULL },
		{ { IKE_CIPHER_AES192GCM, IKE_HASH_ANY, IKE_GROUP_MODP3072 },
		  "aes192gcm16-modp3072-esn-noesn", NULL },
		{ { IKE_CIPHER_CHACHA20POLY1305, IKE_HASH_ANY, IKE_GROUP_CURVE25519 },
		  "chacha20poly1305-curve25519-esn-noesn", NULL },
		{ { IKE_CIPHER_AES256, IKE_HASH_SHA512, IKE_GROUP_ECP521 },
		  "aes256-sha512-ecp521-esn-noesn", NULL },
		{ { IKE_CIPHER_AES192, IKE_HASH_SHA384, IKE_GROUP_MODP4096 },
		  "aes192-sha384-modp4096-esn-noesn", NULL },
		{ { IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
		  "aes128-sha256-modp2048-esn-noesn", NULL },
		{ { IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_MODP2048_256 },
		  "3des-sha1-modp2048s256-esn-noesn", NULL },
		{ { IKE_CIPHER_DES, IKE_HASH_MD5, IKE_GROUP_MODP768 },
		  "des-md5-modp768-esn-noesn", NULL },
		{ { IKE_CIPHER_NULL, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
		  "null-sha256-modp1024-esn-noesn", NULL },
	};
	struct ike_connection c = { .version = 2 };
	struct ike_proposals p;

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		c.esp = rows[i].esp;
		ike_proposals_child(&c, &p);
		assert_int_equal(p.count, rows[i].second ? 2 : 1);
		assert_string_equal(p.text[0], rows[i].first);
		if (rows[i].second)
			assert_string_equal(p.text[1], rows[i].second);
		assert_false(ike_proposals_accepted(&c, &p));
	}
	c.version = 1;                  /* without PFS; accepted with it too */
	c.esp = (struct ike_esp){ IKE_CIPHER_ANY, IKE_HASH_ANY, IKE_GROUP_ANY };
	ike_proposals_child(&c, &p);
	assert_int_equal(p.count, 1);
	assert_string_equal(p.text[0], "aes256gcm16");
	assert_true(ike_proposals_accepted(&c, &p));
	assert_int_equal(p.count, 4);
	assert_string_equal(p.text[1], "aes256gcm16-ecp384");
}

/* The public list, word by word and in its order. */
static void test_azure(void **state)
{
	static const char *const ike[] = {
		"aes256-sha1-modp1024", "aes256-sha256-modp1024", "aes128-sha1-modp1024",
		"aes128-sha256-modp1024", "3des-sha1-modp1024", "3des-sha256-modp1024",
	};
	static const char *const esp[] = {
		"aes256gcm16", "aes256-sha1", "3des-sha1", "aes256-sha256", "aes128-sha1",
		"3des-sha256", "des-sha1", "aes256-sha1-modp768", "aes256-sha1-modp1024",
		"aes256-sha1-modp2048", "aes128-sha1-modp768", "aes128-sha1-modp1024",
		"aes128-sha1-modp2048", "3des-sha1-modp768", "3des-sha1-modp1024",
		"3des-sha256-modp1024", "aes256-sha256-modp768", "aes256-sha256-modp1024",
		"aes256-sha256-modp2048", "aes256-sha1-modp2048s256",
		"aes256-sha256-modp2048s256", "aes128-sha256", "aes128-sha256-modp768",
		"aes128-sha256-modp1024", "aes128-sha256-modp2048", "3des-sha1-modp2048",
	};
	struct ike_connection c = { .version = 2, .azure_default = true };
	struct ike_proposals p;

	(void)state;
	ike_proposals_ike(&c, &p);
	assert_int_equal(p.count, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_string_equal(p.text[i], ike[i]);
	ike_proposals_child(&c, &p);
	assert_int_equal(p.count, 6);
	for (unsigned i = 0; i < 6; i++)
		assert_string_equal(p.text[i], esp[i]);
	assert_true(ike_proposals_accepted(&c, &p));
	assert_int_equal(p.count, 26);
	for (unsigned i = 0; i < 26; i++)
		assert_string_equal(p.text[i], esp[i]);
	c.esp.pfs = IKE_GROUP_ECP384;   /* asked for beside the profile */
	ike_proposals_child(&c, &p);
	assert_int_equal(p.count, 6);
	assert_string_equal(p.text[0], "aes256gcm16-ecp384");
	assert_false(ike_proposals_accepted(&c, &p));
}

static void test_azure_policy_based(void **state)
{
	struct ike_connection c = { .version = 1, .azure_default = true, .pair_count = 1 };
	struct ike_proposals p;

	(void)state;
	ike_proposals_ike(&c, &p);
	assert_int_equal(p.count, 4);
	assert_string_equal(p.text[0], "aes256-sha256-modp1024");
	assert_string_equal(p.text[3], "3des-sha1-modp1024");
	ike_proposals_child(&c, &p);
	assert_int_equal(p.count, 4);
	assert_string_equal(p.text[1], "aes256-sha1");
	assert_false(ike_proposals_accepted(&c, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ike),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_azure),
		cmocka_unit_test(test_azure_policy_based),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
