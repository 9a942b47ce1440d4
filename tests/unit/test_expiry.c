/* expiry: marks, each told once; a renewed file, a broken one, one that leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "gatehoused/expiry.h"

#define DAY 86400

static char path[] = "/tmp/gh-test-expiry.XXXXXX";
static unsigned told;
static int last_days;

static void tell(void *context, const struct expiry_seen *seen, int days)
{
	(void)context;
	assert_string_equal(seen->name, "ours");
	told++;
	last_days = days;
}

/* A certificate that ends so many days from now. */
static void write_certificate(long days)
{
	X509 *x = X509_new();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	X509_set_version(x, 2);
	X509_gmtime_adj(X509_getm_notBefore(x), -10L * DAY);
	X509_gmtime_adj(X509_getm_notAfter(x), days * DAY + 60);
	X509_set_pubkey(x, key);
	X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
				   (const unsigned char *)"gw", -1, -1, 0);
	X509_set_issuer_name(x, X509_get_subject_name(x));
	assert_true(X509_sign(x, key, EVP_sha256()));
	assert_true(PEM_write_X509(f, x));
	fclose(f);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void test_marks(void **state)
{
	(void)state;
	assert_int_equal(expiry_mark(31), EXPIRY_NEVER);
	assert_int_equal(expiry_mark(30), 30);
	assert_int_equal(expiry_mark(15), 30);
	assert_int_equal(expiry_mark(14), 14);
	assert_int_equal(expiry_mark(0), 1);
	assert_int_equal(expiry_mark(-1), -1);
}

static void test_life(void **state)
{
	struct gw_certificate certificate = { .name = "ours" };
	struct gw_config config = { .certificates = &certificate, .certificate_count = 1 }, none = { 0 };
	struct expiry *e = expiry_new(tell, NULL);
	int64_t now = time(NULL);

	(void)state;
	snprintf(certificate.file, sizeof(certificate.file), "%s", path);
	write_certificate(40);
	expiry_tick(e, &config, now);
	assert_int_equal(told, 0);
	assert_string_equal(expiry_find(e, "ours")->problem, "");
	assert_non_null(strstr(expiry_find(e, "ours")->subject, "gw"));
	expiry_tick(e, &config, now + 12 * DAY);
	expiry_tick(e, &config, now + 13 * DAY);
	assert_int_equal(told, 1);
	assert_int_equal(last_days, 28);
	expiry_tick(e, &config, now + 39 * DAY);
	assert_int_equal(told, 2);
	expiry_tick(e, &config, now + 41 * DAY);
	expiry_tick(e, &config, now + 42 * DAY);
	assert_int_equal(told, 3);
	assert_int_equal(last_days, -1);
	assert_non_null(strstr(expiry_find(e, "ours")->problem, "ended"));
	/* Renewed: all marks count again. */
	write_certificate(20);
	expiry_tick(e, &config, now);
	assert_int_equal(told, 4);
	assert_int_equal(last_days, 20);
	/* What was read stays known; the fault is said. */
	assert_int_equal(truncate(path, 100), 0);
	expiry_tick(e, &config, now);
	assert_int_equal(told, 4);
	assert_true(expiry_find(e, "ours")->problem[0]);
	expiry_tick(e, &none, now);
	assert_null(expiry_find(e, "ours"));
	expiry_free(e);
	expiry_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_life),
	};
	int fd = mkstemp(path), failed;

	if (fd < 0)
		return 1;
	close(fd);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	unlink(path);
	return failed;
}
