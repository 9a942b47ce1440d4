/*
 * crl - a list of revoked certificates in a file (RFC 5280 5)
 *
 * As authorities hand them out: PEM or DER. Only one that the named authority
 * has signed is taken, for charon would put any other aside without a word.
 *
 * Ownership  the caller frees with crl_fini.
 * Threads    any; reading blocks on the file.
 * Units      seconds since 1970.
 * Errors     -errno with words that name the file: what, why, what to do.
 */
#ifndef GH_YANG_CRL_H
#define GH_YANG_CRL_H

#include "yang/certificate.h"

#define CRL_FILE_MAX (256u << 10)       /* bytes; what one message to charon can hold */

struct crl {
	struct certificate_der der;
	int64_t next_update_s;          /* 0: it does not say */
	uint64_t *revoked;              /* whom it names: a print of issuer and serial number */
	size_t revoked_count;
};

/* authority: whose it must be, its own certificate being the first of its chain. */
int crl_read(const char *file, const struct certificate *authority, struct crl *out,
	     struct gh_buf *why);
void crl_fini(struct crl *c);

/* The same of bytes, which name stands for in the words. */
int crl_parse(const char *name, const uint8_t *bytes, size_t length,
	      const struct certificate *authority, struct crl *out, struct gh_buf *why);

#endif
