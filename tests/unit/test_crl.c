/* crl: PEM and DER, of the right authority alone; cut and changed bytes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "yang/crl.h"

static char dir[64];

struct authority {
	EVP_PKEY *key;
	struct certificate certificate;         /* its own alone; freed by hand */
};

static struct authority authority_new(const char *name)
{
	struct authority a = { .key = EVP_EC_gen("P-256") };
	X509 *x = X509_new();
	int n;

	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)name, -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, a.key);
	assert_true(X509_sign(x, a.key, EVP_sha256()));
	n = i2d_X509(x, &a.certificate.chain[0].bytes);
	assert_true(n > 0);
	a.certificate.chain[0].length = (size_t)n;
	a.certificate.chain_count = 1;
	snprintf(a.certificate.file, sizeof(a.certificate.file), "%s.pem", name);
	X509_free(x);
	return a;
}

static void authority_free(struct authority *a)
{
	EVP_PKEY_free(a->key);
	OPENSSL_free(a->certificate.chain[0].bytes);
}

static void identify(X509_CRL *crl)
{
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();

	id->keyid = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(id->keyid, (const unsigned char *)"key", 3);
	assert_int_equal(X509_CRL_add1_ext_i2d(crl, NID_authority_key_identifier, id, 0, 0), 1);
	AUTHORITY_KEYID_free(id);
}

static X509_CRL *list_new(const struct authority *a, bool identified)
{
	X509_CRL *crl = X509_CRL_new();
	const unsigned char *p = a->certificate.chain[0].bytes;
	X509 *x = d2i_X509(NULL, &p, (long)a->certificate.chain[0].length);
	ASN1_TIME *now = ASN1_TIME_set(NULL, 1700000000), *next = ASN1_TIME_set(NULL, 1700086400);

	X509_CRL_set_version(crl, 1);
	X509_CRL_set_issuer_name(crl, X509_get_subject_name(x));
	X509_CRL_set1_lastUpdate(crl, now);
	X509_CRL_set1_nextUpdate(crl, next);
	if (identified)
		identify(crl);
	assert_true(X509_CRL_sign(crl, a->key, EVP_sha256()));
	ASN1_TIME_free(now);
	ASN1_TIME_free(next);
	X509_free(x);
	return crl;
}

static void test_forms(void **state)
{
	struct authority root = authority_new("root"), other = authority_new("other");
	X509_CRL *list = list_new(&root, true);
	struct gh_buf why = { 0 };
	uint8_t *der = NULL;
	int n = i2d_X509_CRL(list, &der);
	char path[128];
	struct crl c;
	FILE *f;

	(void)state;
	assert_int_equal(crl_parse("x", der, (size_t)n, &root.certificate, &c, &why), 0);
	assert_int_equal(c.der.length, n);
	assert_memory_equal(c.der.bytes, der, n);
	assert_int_equal(c.next_update_s, 1700086400);
	crl_fini(&c);
	assert_int_equal(crl_parse("x", der, (size_t)n, &other.certificate, &c, &why), -EINVAL);
	assert_non_null(strstr(gh_buf_text(&why), "x is not signed by the authority in other.pem"));
	gh_buf_fini(&why);
	snprintf(path, sizeof(path), "%s/list.pem", dir);
	assert_int_equal(crl_read(path, &root.certificate, &c, &why), -ENOENT);
	gh_buf_fini(&why);
	f = fopen(path, "w");
	PEM_write_X509_CRL(f, list);
	fclose(f);
	assert_int_equal(crl_read(path, &root.certificate, &c, &why), 0);
	assert_memory_equal(c.der.bytes, der, n);
	crl_fini(&c);
	OPENSSL_free(der);
	X509_CRL_free(list);
	authority_free(&root);
	authority_free(&other);
}

/* One more entry, under a fresh signature. */
static void name_one(X509_CRL *list, const struct authority *a, uint64_t number)
{
	X509_REVOKED *entry = X509_REVOKED_new();
	ASN1_INTEGER *serial = ASN1_INTEGER_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, 1700000000);

	ASN1_INTEGER_set_uint64(serial, number);
	X509_REVOKED_set_serialNumber(entry, serial);
	X509_REVOKED_set_revocationDate(entry, now);
	assert_true(X509_CRL_add0_revoked(list, entry));
	assert_true(X509_CRL_sort(list) && X509_CRL_sign(list, a->key, EVP_sha256()));
	ASN1_INTEGER_free(serial);
	ASN1_TIME_free(now);
}

static struct crl parsed(X509_CRL *list, const struct authority *a)
{
	struct gh_buf why = { 0 };
	uint8_t *der = NULL;
	int n = i2d_X509_CRL(list, &der);
	struct crl c;

	assert_int_equal(crl_parse("x", der, (size_t)n, &a->certificate, &c, &why), 0);
	OPENSSL_free(der);
	return c;
}

/* Equal for equal issuer and number, and for nothing else. */
static void test_revoked(void **state)
{
	struct authority root = authority_new("root"), other = authority_new("other");
	X509_CRL *list = list_new(&root, true), *others = list_new(&other, true);
	struct crl none = parsed(list, &root), one, two, elsewhere;

	(void)state;
	assert_int_equal(none.revoked_count, 0);
	name_one(list, &root, 0x80);
	one = parsed(list, &root);
	name_one(list, &root, UINT64_MAX);
	two = parsed(list, &root);
	name_one(others, &other, 0x80);
	elsewhere = parsed(others, &other);
	assert_int_equal(one.revoked_count, 1);
	assert_int_equal(two.revoked_count, 2);
	assert_true(two.revoked[0] != two.revoked[1]);
	assert_true(two.revoked[0] == one.revoked[0] || two.revoked[1] == one.revoked[0]);
	assert_true(elsewhere.revoked[0] != one.revoked[0]);
	crl_fini(&none);
	crl_fini(&one);
	crl_fini(&two);
	crl_fini(&elsewhere);
	X509_CRL_free(list);
	X509_CRL_free(others);
	authority_free(&root);
	authority_free(&other);
}

static void test_unidentified(void **state)
{
	struct authority root = authority_new("root");
	X509_CRL *list = list_new(&root, false);
	struct gh_buf why = { 0 };
	uint8_t *der = NULL;
	int n = i2d_X509_CRL(list, &der);
	struct crl c;

	(void)state;
	assert_int_equal(crl_parse("x", der, (size_t)n, &root.certificate, &c, &why), -EINVAL);
	assert_non_null(strstr(gh_buf_text(&why), "x has no authority key identifier"));
	gh_buf_fini(&why);
	OPENSSL_free(der);
	X509_CRL_free(list);
	authority_free(&root);
}

/* Cut anywhere, or a bit turned anywhere: never taken. */
static void test_broken(void **state)
{
	struct authority root = authority_new("root");
	X509_CRL *list = list_new(&root, true);
	struct gh_buf why = { 0 };
	uint8_t *der = NULL;
	int n = i2d_X509_CRL(list, &der);
	struct crl c;

	(void)state;
	for (int i = 0; i < n; i++) {
		assert_int_equal(crl_parse("x", der, (size_t)i, &root.certificate, &c, &why), -EINVAL);
		gh_buf_fini(&why);
	}
	for (int i = 0; i < n; i += 7) {
		int rc;

		der[i] ^= 0x10;
		rc = crl_parse("x", der, (size_t)n, &root.certificate, &c, &why);
		der[i] ^= 0x10;
		gh_buf_fini(&why);
		assert_int_equal(rc, -EINVAL);
	}
	OPENSSL_free(der);
	X509_CRL_free(list);
	authority_free(&root);
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gh-test.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_revoked),
		cmocka_unit_test(test_unidentified),
		cmocka_unit_test(test_broken),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
