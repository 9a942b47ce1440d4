/* credentials: read once, shared, read anew when renewed, kept when broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gatehoused/credentials.h"

static char dir[64];

/* A certificate that signs itself, renamed into place as a renewal does. */
static void renew(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	char path[2][128], command[600];
	FILE *f;

	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	X509_sign(x, key, EVP_sha256());
	snprintf(path[0], sizeof(path[0]), "%s/cert.pem.new", dir);
	snprintf(path[1], sizeof(path[1]), "%s/key.pem.new", dir);
	f = fopen(path[0], "w");
	PEM_write_X509(f, x);
	fclose(f);
	f = fopen(path[1], "w");
	PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL);
	fclose(f);
	chmod(path[1], 0600);
	snprintf(command, sizeof(command), "mv %s %s/cert.pem && mv %s %s/key.pem", path[0], dir,
		 path[1], dir);
	assert_int_equal(system(command), 0);
	X509_free(x);
	EVP_PKEY_free(key);
}

static struct gw_connection connection(void)
{
	static struct gw_certificate authority;
	struct gw_connection c = { .authorities = &authority, .authority_count = 1 };

	snprintf(c.certificate_file, sizeof(c.certificate_file), "%s/cert.pem", dir);
	snprintf(c.key_file, sizeof(c.key_file), "%s/key.pem", dir);
	snprintf(authority.file, sizeof(authority.file), "%s/cert.pem", dir);
	return c;
}

static void test_kept(void **state)
{
	struct gw_connection c = connection();
	struct credentials *all = credentials_new();
	struct ike_certificates *first, *again;
	struct gh_buf why = { 0 };
	FILE *f;

	(void)state;
	assert_null(credentials_get(all, &c, &why));
	assert_non_null(strstr(gh_buf_text(&why), "cert.pem cannot be opened"));
	gh_buf_fini(&why);
	renew();
	assert_true(credentials_renewed(all));
	assert_false(credentials_renewed(all));
	first = credentials_get(all, &c, &why);
	again = credentials_get(all, &c, &why);
	assert_non_null(first);
	assert_ptr_equal(first, again);
	assert_true(first->ecdsa && first->chain_count == 1 && first->authority_count == 1);
	ike_certificates_put(again);
	renew();
	assert_true(credentials_renewed(all));
	again = credentials_get(all, &c, &why);
	assert_false(ike_certificates_equal(first, again));
	ike_certificates_put(first);
	/* broken: what was read stays */
	f = fopen(c.certificate_file, "w");
	fclose(f);
	assert_false(credentials_renewed(all));
	assert_false(credentials_renewed(all));
	first = credentials_get(all, &c, &why);
	assert_ptr_equal(first, again);
	ike_certificates_put(first);
	ike_certificates_put(again);
	assert_false(credentials_renewed(all)); /* nobody holds it: gone, and read anew when asked */
	assert_null(credentials_get(all, &c, &why));
	gh_buf_fini(&why);
	renew();
	again = credentials_get(all, &c, &why);
	assert_non_null(again);
	credentials_free(all);
	assert_true(again->key.length > 0);     /* ours outlives it */
	ike_certificates_put(again);
	credentials_free(NULL);
}

/* Each authority with its own places to ask; a list that is none is said. */
static void test_authorities(void **state)
{
	struct gw_connection c = connection();
	struct gw_certificate two[2] = { c.authorities[0], c.authorities[0] };
	struct credentials *all = credentials_new();
	struct ike_certificates *one, *both;
	struct gh_buf why = { 0 };

	(void)state;
	renew();
	one = credentials_get(all, &c, &why);
	snprintf(two[1].crl_uri, sizeof(two[1].crl_uri), "http://crl.example");
	snprintf(two[1].ocsp_uri, sizeof(two[1].ocsp_uri), "http://ocsp.example");
	c.authorities = two;
	c.authority_count = 2;
	both = credentials_get(all, &c, &why);
	assert_int_equal(one->authority_count, 1);
	assert_int_equal(both->authority_count, 2);
	assert_string_equal(both->uris[0].crl, "");
	assert_string_equal(both->uris[1].crl, "http://crl.example");
	assert_string_equal(both->uris[1].ocsp, "http://ocsp.example");
	assert_true(ike_certificates_believes(one, both));      /* the same one, twice */
	snprintf(two[0].crl_file, sizeof(two[0].crl_file), "%s", c.key_file);
	assert_null(credentials_get(all, &c, &why));
	assert_non_null(strstr(gh_buf_text(&why), "is no list of revoked certificates"));
	gh_buf_fini(&why);
	ike_certificates_put(one);
	ike_certificates_put(both);
	credentials_free(all);
}

/* The list of whoever signed cert.pem: numbers from 1 on, count of them. */
static void publish(const char *path, int count)
{
	char key_path[128];
	X509_CRL *list = X509_CRL_new();
	AUTHORITY_KEYID *id = AUTHORITY_KEYID_new();
	ASN1_TIME *now = ASN1_TIME_set(NULL, 1700000000 + count);
	EVP_PKEY *key;
	FILE *f;

	snprintf(key_path, sizeof(key_path), "%s/key.pem", dir);
	f = fopen(key_path, "r");
	key = PEM_read_PrivateKey(f, NULL, NULL, NULL);
	fclose(f);
	X509_CRL_set_version(list, 1);
	X509_CRL_set1_lastUpdate(list, now);
	for (int i = 1; i <= count; i++) {
		X509_REVOKED *entry = X509_REVOKED_new();
		ASN1_INTEGER *serial = ASN1_INTEGER_new();

		ASN1_INTEGER_set(serial, i);
		X509_REVOKED_set_serialNumber(entry, serial);
		X509_REVOKED_set_revocationDate(entry, now);
		X509_CRL_add0_revoked(list, entry);
		ASN1_INTEGER_free(serial);
	}
	id->keyid = ASN1_OCTET_STRING_new();
	ASN1_OCTET_STRING_set(id->keyid, (const unsigned char *)"key", 3);
	X509_CRL_add1_ext_i2d(list, NID_authority_key_identifier, id, 0, 0);
	assert_true(X509_CRL_sign(list, key, EVP_sha256()));
	f = fopen(path, "w");
	PEM_write_X509_CRL(f, list);
	fclose(f);
	AUTHORITY_KEYID_free(id);
	ASN1_TIME_free(now);
	X509_CRL_free(list);
	EVP_PKEY_free(key);
}

/* A renewed list: the same certificates, and whether somebody more is revoked. */
static void test_lists(void **state)
{
	struct gw_connection c = connection();
	struct gw_certificate authority = c.authorities[0];
	struct credentials *all = credentials_new();
	struct ike_certificates *before, *after;
	struct gh_buf why = { 0 };

	(void)state;
	renew();
	snprintf(authority.crl_file, sizeof(authority.crl_file), "%s/list.pem", dir);
	c.authorities = &authority;
	publish(authority.crl_file, 2);
	before = credentials_get(all, &c, &why);
	assert_non_null(before);
	assert_int_equal(before->revoked_count, 2);
	publish(authority.crl_file, 3);
	assert_true(credentials_renewed(all));
	after = credentials_get(all, &c, &why);
	assert_true(ike_certificates_alike(before, after));
	assert_false(ike_certificates_equal(before, after));
	assert_true(ike_certificates_revokes_more(after, before));
	assert_false(ike_certificates_revokes_more(before, after));
	assert_true(ike_certificates_revokes_more(before, NULL));
	assert_false(ike_certificates_revokes_more(NULL, before));
	ike_certificates_put(before);
	ike_certificates_put(after);
	credentials_free(all);
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
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_authorities),
		cmocka_unit_test(test_lists),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
