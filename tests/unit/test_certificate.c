/* certificate: good and bad ones, made here; one row a fault. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "yang/certificate.h"

#define DAY 86400L

static char dir[64];

struct identity {
	X509 *cert;
	EVP_PKEY *key;
};

static EVP_PKEY *ec_key(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	return key;
}

static void extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	X509_add_ext(x, e, -1);
	X509_EXTENSION_free(e);
}

/* Valid from begin to end, in days from now; issuer NULL: signs itself. Takes the key. */
static struct identity make(const char *name, EVP_PKEY *key, const struct identity *issuer,
			    bool authority, long begin, long end)
{
	struct identity i = { X509_new(), key };
	X509_NAME *subject = X509_get_subject_name(i.cert);
	static long serial;

	X509_set_version(i.cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(i.cert), ++serial);
	X509_gmtime_adj(X509_getm_notBefore(i.cert), begin * DAY);
	X509_gmtime_adj(X509_getm_notAfter(i.cert), end * DAY);
	X509_set_pubkey(i.cert, key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(i.cert, issuer ? X509_get_subject_name(issuer->cert) : subject);
	extend(i.cert, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
	if (!authority)
		extend(i.cert, NID_subject_alt_name,
		       "DNS:gw.example,email:gw@example.com,IP:203.0.113.1,IP:2001:db8::1");
	assert_true(X509_sign(i.cert, issuer ? issuer->key : key, EVP_sha256()));
	return i;
}

static void identity_fini(struct identity *i)
{
	X509_free(i->cert);
	EVP_PKEY_free(i->key);
}

static const char *path(const char *name)
{
	static char text[4][128];
	static unsigned n;
	char *t = text[n++ % 4];

	snprintf(t, 128, "%s/%s", dir, name);
	return t;
}

static FILE *create(const char *name, mode_t mode)
{
	int fd = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	assert_true(fd >= 0);
	fchmod(fd, mode);
	return fdopen(fd, "w");
}

static void write_certs(const char *name, const struct identity *const *list, unsigned count)
{
	FILE *f = create(name, 0644);

	for (unsigned i = 0; i < count; i++)
		assert_true(PEM_write_X509(f, list[i]->cert));
	fclose(f);
}

static void write_key(const char *name, EVP_PKEY *key, mode_t mode, const char *password)
{
	FILE *f = create(name, mode);

	assert_true(PEM_write_PrivateKey(f, key, password ? EVP_aes_128_cbc() : NULL, NULL, 0, NULL,
					 (void *)(uintptr_t)password));
	fclose(f);
}

static void write_text(const char *name, const char *text)
{
	FILE *f = create(name, 0600);

	fputs(text, f);
	fclose(f);
}

static int64_t now(void)
{
	return (int64_t)time(NULL);
}

/* ---- what can be read ---- */

static struct identity root, middle, ours, other;

static void test_read(void **state)
{
	const struct identity *chain[] = { &ours, &middle };
	struct gh_buf why = { 0 };
	struct certificate c;

	(void)state;
	write_certs("chain.pem", chain, 2);
	write_key("key.pem", ours.key, 0600, NULL);
	assert_int_equal(certificate_read(path("chain.pem"), path("key.pem"), &c, &why), 0);
	assert_int_equal(c.chain_count, 2);
	assert_int_equal(c.key_type, CERTIFICATE_ECDSA);
	assert_true(c.key.length > 0);
	assert_string_equal(c.subject, "/CN=ours");
	/* the chain is as short-lived as the shortest of it */
	assert_in_range(c.not_after_s, now() + 50 * DAY - 60, now() + 50 * DAY + 60);
	assert_int_equal(certificate_check(&c, CERTIFICATE_OURS, now(), &why), 0);
	assert_int_equal(gh_buf_length(&why), 0);
	assert_false(certificate_ends_soon(&c, now(), &why));
	assert_true(certificate_ends_soon(&c, now() + 21 * DAY, &why));
	certificate_fini(&c);
	certificate_fini(&c);
	gh_buf_fini(&why);
}

static void test_unreadable(void **state)
{
	const struct identity *one[] = { &ours };
	const struct identity *nine[] = { &ours, &middle, &root, &root, &root, &root, &root, &root,
					  &root };
	static const struct {
		const char *file, *key;
		int rc;
		const char *words;
	} rows[] = {
		{ "missing.pem", "", -ENOENT, "cannot be opened: No such file" },
		{ ".", "", -EINVAL, "is no regular file" },
		{ "pipe", "", -EINVAL, "is no regular file" },
		{ "empty.pem", "", -EINVAL, "has no certificate in it; it must be PEM" },
		{ "garbage.pem", "", -EINVAL, "has no certificate in it" },
		{ "damaged.pem", "", -EINVAL, "certificate 1 in it is damaged" },
		{ "large.pem", "", -EFBIG, "is larger than 64 KiB" },
		{ "nine.pem", "", -EINVAL, "more than 8 certificates" },
		{ "ours.pem", "missing.key", -ENOENT, "missing.key cannot be opened" },
		{ "ours.pem", "world.key", -EPERM, "others may read this private key" },
		{ "ours.pem", "writable.key", -EPERM, "others may change this private key" },
		{ "ours.pem", "encrypted.key", -EINVAL, "is encrypted; store it without" },
		{ "ours.pem", "other.key", -EINVAL, "does not belong to the certificate" },
		{ "ours.pem", "ours.pem", -EPERM, "others may read" },
		{ "ours.pem", "garbage.pem", -EINVAL, "has no private key in it" },
		{ "weak.pem", "weak.key", -EINVAL, "has 1024 bits; use 2048" },
		{ "curve.pem", "curve.key", -EINVAL, "of a curve that IKE does not know" },
		{ "ed.pem", "ed.key", -EINVAL, "neither RSA nor ECDSA" },
	};
	struct identity weak = make("weak", EVP_RSA_gen(1024), &root, false, -1, 50);
	struct identity curve = make("curve", EVP_EC_gen("secp256k1"), &root, false, -1, 50);
	EVP_PKEY *ed_key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	struct identity ed = make("ed", ed_key, &root, false, -1, 50);
	const struct identity *weaks[] = { &weak }, *eds[] = { &ed }, *curves[] = { &curve };
	FILE *f;

	(void)state;
	write_certs("ours.pem", one, 1);
	write_certs("nine.pem", nine, 9);
	write_certs("weak.pem", weaks, 1);
	write_certs("ed.pem", eds, 1);
	write_certs("curve.pem", curves, 1);
	write_key("curve.key", curve.key, 0600, NULL);
	write_key("weak.key", weak.key, 0600, NULL);
	write_key("ed.key", ed.key, 0600, NULL);
	write_key("world.key", ours.key, 0644, NULL);
	write_key("writable.key", ours.key, 0660, NULL);
	write_key("encrypted.key", ours.key, 0640, "secret");
	write_key("other.key", other.key, 0640, NULL);
	write_text("empty.pem", "");
	write_text("garbage.pem", "not a certificate\n");
	write_text("damaged.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
	f = create("large.pem", 0600);
	for (unsigned i = 0; i < 70000; i++)
		fputc('\n', f);
	fclose(f);
	assert_int_equal(mkfifo(path("pipe"), 0600), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct certificate c = { .chain_count = 77 };
		struct gh_buf why = { 0 };
		int rc = certificate_read(path(rows[i].file), rows[i].key[0] ? path(rows[i].key) : "",
					  &c, &why);

		if (rc != rows[i].rc || !strstr(gh_buf_text(&why), rows[i].words))
			fail_msg("row %u: %d, %s", i, rc, gh_buf_text(&why));
		assert_int_equal(c.chain_count, 77);
		gh_buf_fini(&why);
	}
	identity_fini(&weak);
	identity_fini(&ed);
	identity_fini(&curve);
}

/* ---- what may be used ---- */

static void test_check(void **state)
{
	struct identity past = make("past", ec_key(), &root, false, -50, -1);
	struct identity future = make("future", ec_key(), &root, false, 5, 50);
	const struct identity *lists[][3] = {
		{ &past }, { &future }, { &ours }, { &root }, { &ours, &root }, { &ours, &other },
		{ &ours, &middle, &root }, { &middle, &ours },
	};
	static const unsigned counts[] = { 1, 1, 1, 1, 2, 2, 3, 2 };
	static const struct {
		unsigned list;
		bool key;
		enum certificate_use use;
		int rc;
		const char *words;
	} rows[] = {
		{ 0, true, CERTIFICATE_OURS, -EKEYEXPIRED, "expired on 20" },
		{ 1, true, CERTIFICATE_OURS, -EINVAL, "is not valid before 20" },
		{ 2, true, CERTIFICATE_OURS, 0, "" },
		{ 2, false, CERTIFICATE_OURS, -EINVAL, "has no private key: give its key-file" },
		{ 2, false, CERTIFICATE_AUTHORITY, -EINVAL, "is no certificate of an authority" },
		{ 3, false, CERTIFICATE_AUTHORITY, 0, "" },
		{ 4, true, CERTIFICATE_OURS, -EINVAL, "certificate 2 in it is not of the authority" },
		{ 5, true, CERTIFICATE_OURS, -EINVAL, "certificate 2 in it is not of the authority" },
		{ 6, true, CERTIFICATE_OURS, 0, "" },
		{ 7, false, CERTIFICATE_AUTHORITY, 0, "" },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		unsigned list = rows[i].list;
		struct certificate c;
		struct gh_buf why = { 0 };

		write_certs("check.pem", lists[list], counts[list]);
		write_key("check.key", lists[list][0]->key, 0600, NULL);
		assert_int_equal(certificate_read(path("check.pem"),
						  rows[i].key ? path("check.key") : "", &c, &why), 0);
		if (certificate_check(&c, rows[i].use, now(), &why) != rows[i].rc ||
		    !strstr(gh_buf_text(&why), rows[i].words))
			fail_msg("row %u: %s", i, gh_buf_text(&why));
		certificate_fini(&c);
		gh_buf_fini(&why);
	}
	identity_fini(&past);
	identity_fini(&future);
}

static void test_names(void **state)
{
	static const struct {
		const char *name;
		bool has;
	} rows[] = {
		{ "gw.example", true }, { "GW.example", true }, { "other.example", false },
		{ "gw@example.com", true }, { "x@example.com", false },
		{ "203.0.113.1", true }, { "203.0.113.2", false }, { "2001:db8::1", true },
		{ "CN=anything", true }, { "ours", false },
	};
	const struct identity *one[] = { &ours };
	struct gh_buf why = { 0 };
	struct certificate c;

	(void)state;
	write_certs("ours.pem", one, 1);
	assert_int_equal(certificate_read(path("ours.pem"), "", &c, &why), 0);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (certificate_has_name(&c, rows[i].name) != rows[i].has)
			fail_msg("%s", rows[i].name);
	certificate_fini(&c);
}

/* Cut and mutated files: refused or read, never a crash. */
static void test_mutated(void **state)
{
	const struct identity *chain[] = { &ours, &middle };
	char whole[8192];
	size_t n;
	FILE *f;

	(void)state;
	write_certs("ours.pem", chain, 2);
	f = fopen(path("ours.pem"), "r");
	n = fread(whole, 1, sizeof(whole), f);
	fclose(f);
	srand(3);
	for (unsigned i = 0; i < 2000; i++) {
		size_t cut = i % 4 ? n : (size_t)rand() % n;
		size_t at = (size_t)rand() % n;
		struct certificate c;
		struct gh_buf why = { 0 };
		char kept = whole[at];

		whole[at] = (char)(i % 3 ? "ABCDabcd+/=-\n"[rand() % 13] : rand());
		f = create("mutated.pem", 0600);
		fwrite(whole, 1, cut, f);
		fclose(f);
		whole[at] = kept;
		if (!certificate_read(path("mutated.pem"), "", &c, &why)) {
			certificate_check(&c, CERTIFICATE_OURS, now(), &why);
			certificate_check(&c, CERTIFICATE_AUTHORITY, now(), &why);
			certificate_fini(&c);
		}
		gh_buf_fini(&why);
	}
}

static int setup(void **state)
{
	(void)state;
	snprintf(dir, sizeof(dir), "/tmp/gh-test.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	root = make("root", ec_key(), NULL, true, -1, 400);
	middle = make("middle", ec_key(), &root, true, -1, 50);
	ours = make("ours", ec_key(), &middle, false, -1, 300);
	other = make("other", ec_key(), NULL, true, -1, 300);
	return 0;
}

static int teardown(void **state)
{
	char command[128];

	(void)state;
	identity_fini(&root);
	identity_fini(&middle);
	identity_fini(&ours);
	identity_fini(&other);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_mutated),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
