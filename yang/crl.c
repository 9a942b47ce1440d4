/* Lists of revoked certificates: see crl.h. */
#include "yang/crl.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

static X509_CRL *parse(const uint8_t *bytes, size_t length)
{
	const unsigned char *p = bytes;
	BIO *bio = BIO_new_mem_buf(bytes, (int)length);
	X509_CRL *crl;

	if (!bio)
		abort();
	crl = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (!crl)
		crl = d2i_X509_CRL(NULL, &p, (long)length);
	ERR_clear_error();
	return crl;
}

/* Has any certificate of the authority's file signed it? */
static bool is_of(X509_CRL *crl, const struct certificate *authority)
{
	bool found = false;

	for (size_t i = 0; !found && i < authority->chain_count; i++) {
		const unsigned char *p = authority->chain[i].bytes;
		X509 *x = d2i_X509(NULL, &p, (long)authority->chain[i].length);
		EVP_PKEY *key = x ? X509_get0_pubkey(x) : NULL;

		found = key && X509_CRL_verify(crl, key) == 1;
		X509_free(x);
	}
	ERR_clear_error();
	return found;
}

/* RFC 5280 5.2.1 has it in every list; charon looks a list up by it. */
static bool has_key_identifier(const X509_CRL *crl)
{
	return X509_CRL_get_ext_by_NID(crl, NID_authority_key_identifier, -1) >= 0;
}

static int64_t next_update(const X509_CRL *crl)
{
	const ASN1_TIME *t = X509_CRL_get0_nextUpdate(crl);
	struct tm tm;

	return t && ASN1_TIME_to_tm(t, &tm) ? (int64_t)timegm(&tm) : 0;
}

static uint64_t print(uint64_t h, const unsigned char *bytes, int length)
{
	for (int i = 0; i < length; i++)
		h = (h ^ bytes[i]) * 1099511628211u;            /* FNV-1a */
	return h;
}

static uint64_t print_issuer(const X509_CRL *crl)
{
	unsigned char *der = NULL;
	int n = i2d_X509_NAME(X509_CRL_get_issuer(crl), &der);
	uint64_t h;

	if (n < 0)
		abort();
	h = print(14695981039346656037u, der, n);
	OPENSSL_free(der);
	return h;
}

static void take_revoked(X509_CRL *crl, struct crl *c)
{
	const STACK_OF(X509_REVOKED) *entries = X509_CRL_get_REVOKED(crl);
	int count = entries ? sk_X509_REVOKED_num(entries) : 0;
	uint64_t issuer = print_issuer(crl);

	c->revoked = calloc((size_t)count + 1, sizeof(*c->revoked));
	if (!c->revoked)
		abort();
	for (int i = 0; i < count; i++) {
		const X509_REVOKED *entry = sk_X509_REVOKED_value(entries, i);
		const ASN1_INTEGER *serial = X509_REVOKED_get0_serialNumber(entry);

		c->revoked[c->revoked_count++] = print(issuer, ASN1_STRING_get0_data(serial),
						       ASN1_STRING_length(serial));
	}
}

int crl_parse(const char *name, const uint8_t *bytes, size_t length,
	      const struct certificate *authority, struct crl *out, struct gh_buf *why)
{
	X509_CRL *crl = parse(bytes, length);
	struct crl c = { 0 };
	int n;

	if (!crl) {
		gh_buf_printf(why, "%s is no list of revoked certificates: give one in PEM or DER",
			      name);
		return -EINVAL;
	}
	if (!is_of(crl, authority)) {
		gh_buf_printf(why, "%s is not signed by the authority in %s: give that one's own list",
			      name, authority->file);
		X509_CRL_free(crl);
		return -EINVAL;
	}
	if (!has_key_identifier(crl)) {
		gh_buf_printf(why, "%s has no authority key identifier, by which charon finds it: let"
			      " the authority put it in (RFC 5280 5.2.1)", name);
		X509_CRL_free(crl);
		return -EINVAL;
	}
	n = i2d_X509_CRL(crl, &c.der.bytes);
	if (n <= 0)
		abort();
	c.der.length = (size_t)n;
	c.next_update_s = next_update(crl);
	take_revoked(crl, &c);
	X509_CRL_free(crl);
	*out = c;
	return 0;
}

int crl_read(const char *file, const struct certificate *authority, struct crl *out,
	     struct gh_buf *why)
{
	struct gh_buf bytes = { 0 };
	int rc = certificate_file(file, CRL_FILE_MAX, &bytes, why);

	if (!rc)
		rc = crl_parse(file, gh_buf_begin(&bytes), gh_buf_length(&bytes), authority, out, why);
	gh_buf_fini(&bytes);
	return rc;
}

void crl_fini(struct crl *c)
{
	OPENSSL_free(c->der.bytes);
	c->der.bytes = NULL;
	free(c->revoked);
	c->revoked = NULL;
}
