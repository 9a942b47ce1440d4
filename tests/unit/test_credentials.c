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
#include <openssl/x509.h>

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
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
