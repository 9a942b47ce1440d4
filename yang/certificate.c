/*
 * Certificates in files: see certificate.h.
 *
 * Everything is kept as DER and parsed anew when it is judged: no object of
 * OpenSSL outlives a call, and charon takes DER as it is.
 */
#include "yang/certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#define RSA_BITS_LEAST 2048

/* ---- files ---- */

/* Of a key only: who else could read or change it? */
static int check_mode(const char *file, const struct stat *st, struct gh_buf *why)
{
	if (st->st_mode & (S_IWGRP | S_IRWXO)) {
		gh_buf_printf(why, "%s: others may %s this private key; chmod 640 (or 600) it",
			      file, st->st_mode & (S_IWGRP | S_IWOTH) ? "change" : "read");
		return -EPERM;
	}
	return 0;
}

static int read_all(int fd, size_t most, struct gh_buf *out)
{
	ssize_t n;

	do {
		uint8_t *room = gh_buf_reserve(out, 4096);

		n = read(fd, room, 4096);
		if (n > 0)
			gh_buf_commit(out, (size_t)n);
		if (gh_buf_length(out) > most)
			return -EFBIG;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

static int file_read(const char *file, bool is_key, size_t most, struct gh_buf *out,
		     struct gh_buf *why)
{
	/* Not blocking: it may be a pipe, and is then refused. */
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), rc;
	struct stat st;

	if (fd < 0) {
		rc = -errno;
		gh_buf_printf(why, "%s cannot be opened: %s%s", file, strerror(-rc),
			      rc == -EACCES ? "; gatehoused's user must be able to read it" : "");
		return rc;
	}
	if (fstat(fd, &st) || !S_ISREG(st.st_mode)) {
		gh_buf_printf(why, "%s is no regular file", file);
		rc = -EINVAL;
	} else {
		rc = is_key ? check_mode(file, &st, why) : 0;
		if (!rc) {
			rc = read_all(fd, most, out);
			if (rc == -EFBIG)
				gh_buf_printf(why, "%s is larger than %zu KiB", file, most >> 10);
			else if (rc)
				gh_buf_printf(why, "%s cannot be read: %s", file, strerror(-rc));
		}
	}
	close(fd);
	return rc;
}

int certificate_file(const char *file, size_t most, struct gh_buf *out, struct gh_buf *why)
{
	return file_read(file, false, most, out, why);
}

/* ---- parsed ---- */

static X509 *parse(const struct certificate_der *der)
{
	const unsigned char *p = der->bytes;

	return d2i_X509(NULL, &p, (long)der->length);
}

static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm;

	return ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) : 0;
}

static int keep(struct certificate *c, X509 *x, struct gh_buf *why)
{
	struct certificate_der *der = &c->chain[c->chain_count];
	int64_t from = time_of(X509_get0_notBefore(x)), to = time_of(X509_get0_notAfter(x));
	int length;

	if (c->chain_count == CERTIFICATE_CHAIN_MAX) {
		gh_buf_printf(why, "%s has more than %u certificates; keep what leads to the root",
			      c->file, CERTIFICATE_CHAIN_MAX);
		return -EINVAL;
	}
	length = i2d_X509(x, &der->bytes);
	if (length <= 0)
		abort();
	der->length = (size_t)length;
	if (!c->chain_count || from > c->not_before_s)
		c->not_before_s = from;
	if (!c->chain_count || to < c->not_after_s)
		c->not_after_s = to;
	if (!c->chain_count)
		X509_NAME_oneline(X509_get_subject_name(x), c->subject, sizeof(c->subject));
	c->chain_count++;
	return 0;
}

static int parse_chain(struct certificate *c, const struct gh_buf *pem, struct gh_buf *why)
{
	BIO *bio = BIO_new_mem_buf(gh_buf_begin(pem), (int)gh_buf_length(pem));
	unsigned long error;
	X509 *x = NULL;
	int rc = 0;

	if (!bio)
		abort();
	while (!rc && (x = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		rc = keep(c, x, why);
		X509_free(x);
	}
	error = ERR_peek_last_error();
	ERR_clear_error();
	BIO_free(bio);
	if (rc)
		return rc;
	if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
		gh_buf_printf(why, "%s: certificate %zu in it is damaged", c->file,
			      c->chain_count + 1);
		return -EINVAL;
	}
	if (!c->chain_count) {
		gh_buf_printf(why, "%s has no certificate in it; it must be PEM", c->file);
		return -EINVAL;
	}
	return 0;
}

/* There is nobody to ask for a password. */
static int no_password(char *buffer, int size, int writing, void *user)
{
	(void)buffer, (void)size, (void)writing;
	*(bool *)user = true;
	return -1;
}

/* Those that IKE has a signature for, RFC 4754. */
static bool is_known_curve(EVP_PKEY *key)
{
	char name[64] = "";
	size_t n;

	return EVP_PKEY_get_group_name(key, name, sizeof(name), &n) &&
	       (!strcmp(name, SN_X9_62_prime256v1) || !strcmp(name, SN_secp384r1) ||
		!strcmp(name, SN_secp521r1));
}

static int judge_key(struct certificate *c, const char *file, EVP_PKEY *key, struct gh_buf *why)
{
	X509 *own = parse(&c->chain[0]);
	bool matches = own && X509_check_private_key(own, key) == 1;

	X509_free(own);
	ERR_clear_error();
	if (!matches) {
		gh_buf_printf(why, "the key %s does not belong to the certificate %s", file, c->file);
		return -EINVAL;
	}
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && !is_known_curve(key)) {
		gh_buf_printf(why, "the ECDSA key %s is of a curve that IKE does not know; use P-256,"
			      " P-384 or P-521", file);
		return -EINVAL;
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		c->key_type = CERTIFICATE_ECDSA;
	} else if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA) {
		gh_buf_printf(why, "the key %s is neither RSA nor ECDSA", file);
		return -EINVAL;
	} else if (EVP_PKEY_get_bits(key) < RSA_BITS_LEAST) {
		gh_buf_printf(why, "the RSA key %s has %d bits; use %d or more", file,
			      EVP_PKEY_get_bits(key), RSA_BITS_LEAST);
		return -EINVAL;
	} else {
		c->key_type = CERTIFICATE_RSA;
	}
	return 0;
}

static int parse_key(struct certificate *c, const char *file, const struct gh_buf *pem,
		     struct gh_buf *why)
{
	BIO *bio = BIO_new_mem_buf(gh_buf_begin(pem), (int)gh_buf_length(pem));
	bool encrypted = false;
	EVP_PKEY *key;
	int rc, length;

	if (!bio)
		abort();
	key = PEM_read_bio_PrivateKey(bio, NULL, no_password, &encrypted);
	BIO_free(bio);
	ERR_clear_error();
	if (!key) {
		gh_buf_printf(why, encrypted ? "the key %s is encrypted; store it without a password" :
			      "%s has no private key in it; it must be PEM", file);
		return -EINVAL;
	}
	rc = judge_key(c, file, key, why);
	if (!rc) {
		length = i2d_PrivateKey(key, &c->key.bytes);
		if (length <= 0)
			abort();
		c->key.length = (size_t)length;
	}
	EVP_PKEY_free(key);
	return rc;
}

int certificate_read(const char *file, const char *key_file, struct certificate *out,
		     struct gh_buf *why)
{
	struct certificate c = { 0 };
	struct gh_buf pem = { 0 };
	int rc = file_read(file, false, CERTIFICATE_FILE_MAX, &pem, why);

	snprintf(c.file, sizeof(c.file), "%s", file);
	if (!rc)
		rc = parse_chain(&c, &pem, why);
	gh_buf_fini(&pem);
	if (!rc && key_file[0]) {
		rc = file_read(key_file, true, CERTIFICATE_FILE_MAX, &pem, why);
		if (!rc)
			rc = parse_key(&c, key_file, &pem, why);
		gh_buf_fini(&pem);
	}
	if (rc)
		certificate_fini(&c);
	else
		*out = c;
	return rc;
}

void certificate_fini(struct certificate *c)
{
	for (size_t i = 0; i < c->chain_count; i++)
		OPENSSL_free(c->chain[i].bytes);
	if (c->key.bytes)
		OPENSSL_clear_free(c->key.bytes, c->key.length);
	*c = (struct certificate){ 0 };
}

/* ---- judged ---- */

static void print_day(struct gh_buf *out, int64_t s)
{
	time_t t = (time_t)s;
	struct tm tm;
	char text[32];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%d %H:%M UTC", &tm);
	gh_buf_printf(out, "%s", text);
}

/* Is certificate i + 1 of the chain the issuer of i? */
static int check_link(const struct certificate *c, size_t i, struct gh_buf *why)
{
	X509 *x = parse(&c->chain[i]), *issuer = parse(&c->chain[i + 1]);
	bool good = x && issuer && X509_check_issued(issuer, x) == X509_V_OK &&
		    X509_check_ca(issuer) > 0 && X509_verify(x, X509_get0_pubkey(issuer)) == 1;

	X509_free(x);
	X509_free(issuer);
	ERR_clear_error();
	if (good)
		return 0;
	gh_buf_printf(why, "%s: certificate %zu in it is not of the authority that issued "
		      "certificate %zu; put each one's issuer after it", c->file, i + 2, i + 1);
	return -EINVAL;
}

static int check_authority(const struct certificate *c, struct gh_buf *why)
{
	X509 *x = parse(&c->chain[0]);
	bool is = x && X509_check_ca(x) > 0;

	X509_free(x);
	ERR_clear_error();
	if (is)
		return 0;
	gh_buf_printf(why, "%s is no certificate of an authority (basicConstraints CA is not set); "
		      "give the one that issued the site's", c->file);
	return -EINVAL;
}

int certificate_check(const struct certificate *c, enum certificate_use use, int64_t now_s,
		      struct gh_buf *why)
{
	int rc = 0;

	if (now_s > c->not_after_s) {
		gh_buf_printf(why, "%s expired on ", c->file);
		print_day(why, c->not_after_s);
		gh_buf_printf(why, "; renew it");
		return -EKEYEXPIRED;
	}
	if (now_s < c->not_before_s) {
		gh_buf_printf(why, "%s is not valid before ", c->file);
		print_day(why, c->not_before_s);
		gh_buf_printf(why, "; is the clock of this host right?");
		return -EINVAL;
	}
	if (use == CERTIFICATE_AUTHORITY)
		return check_authority(c, why);
	if (c->key_type == CERTIFICATE_NO_KEY) {
		gh_buf_printf(why, "%s has no private key: give its key-file", c->file);
		return -EINVAL;
	}
	for (size_t i = 0; !rc && i + 1 < c->chain_count; i++)
		rc = check_link(c, i, why);
	return rc;
}

bool certificate_ends_soon(const struct certificate *c, int64_t now_s, struct gh_buf *words)
{
	if (c->not_after_s - now_s > CERTIFICATE_SOON_S)
		return false;
	gh_buf_printf(words, "%s %s on ", c->file, now_s > c->not_after_s ? "expired" : "ends");
	print_day(words, c->not_after_s);
	return true;
}

bool certificate_has_name(const struct certificate *c, const char *identity)
{
	X509 *x;
	bool has;

	if (strchr(identity, '='))
		return true;
	x = parse(&c->chain[0]);
	if (!x)
		return false;
	has = X509_check_ip_asc(x, identity, 0) == 1 ||
	      X509_check_email(x, identity, 0, 0) == 1 ||
	      X509_check_host(x, identity, 0, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT, NULL) == 1;
	X509_free(x);
	ERR_clear_error();
	return has;
}
