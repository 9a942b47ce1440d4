/*
 * certificate - X.509 certificates and keys in files, read and judged (RFC 5280)
 *
 * A certificate of the configuration is a PEM file: the certificate itself,
 * then those of the authorities between it and the root, in order. Ours has a
 * private key in a file of its own; an authority has none. Keys are RSA from
 * 2048 bits, or ECDSA on P-256, P-384 or P-521.
 *
 * Reading and judging are apart: what was read well may be judged again as
 * time goes by, without the files.
 *
 * Ownership  the caller frees with certificate_fini, which wipes the key.
 * Threads    any, one at a time for each struct; reading blocks on the files.
 * Units      seconds since 1970.
 * Errors     -errno with words that name the file: what, why, what to do.
 */
#ifndef GH_YANG_CERTIFICATE_H
#define GH_YANG_CERTIFICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define CERTIFICATE_FILE_MAX (64u << 10)        /* bytes of a file */
#define CERTIFICATE_CHAIN_MAX 8
#define CERTIFICATE_SOON_S (30u * 24 * 3600)    /* this long before its end it is told */

struct certificate_der {
	uint8_t *bytes;
	size_t length;
};

enum certificate_key {
	CERTIFICATE_NO_KEY,
	CERTIFICATE_RSA,
	CERTIFICATE_ECDSA,
};

struct certificate {
	struct certificate_der chain[CERTIFICATE_CHAIN_MAX];    /* itself first */
	size_t chain_count;
	enum certificate_key key_type;
	struct certificate_der key;             /* PKCS#1 or SEC 1; a secret */
	char file[256];                         /* where it was read, for words */
	char subject[256];                      /* of itself, RFC 4514 */
	int64_t not_before_s, not_after_s;      /* of the whole chain */
};

/* A regular file of at most so many bytes, that others may read. */
int certificate_file(const char *file, size_t most, struct gh_buf *out, struct gh_buf *why);

/* key_file "": none. -ENOENT, -EACCES, ...: of the file; -EINVAL: what is in it. */
int certificate_read(const char *file, const char *key_file, struct certificate *out,
		     struct gh_buf *why);
void certificate_fini(struct certificate *c);

enum certificate_use {
	CERTIFICATE_OURS,               /* authenticates us */
	CERTIFICATE_AUTHORITY,          /* the peer's must chain to it */
};

/*
 * May it be used so now? -EKEYEXPIRED, -EINVAL: not yet valid, the chain is
 * broken, no authority, no key.
 */
int certificate_check(const struct certificate *c, enum certificate_use use, int64_t now_s,
		      struct gh_buf *why);

/* Does it end within CERTIFICATE_SOON_S? Words for the operator: "... ends on 2026-12-01". */
bool certificate_ends_soon(const struct certificate *c, int64_t now_s, struct gh_buf *words);

/* Is the IKE identity one of its names? One with "=" in it (a subject) is not judged: true. */
bool certificate_has_name(const struct certificate *c, const char *identity);

#endif
