/*
 * ike_certificates - with what we prove ourselves, and whom we believe
 *
 * Our certificate with those between it and its root, its private key, the
 * authorities that a peer's certificate must chain to, and what tells which
 * ones they have revoked (RFC 5280, RFC 6960); all as DER. Many connections
 * share one.
 *
 * Ownership  immutable and counted; the key is wiped with the last reference.
 * Threads    the control thread.
 */
#ifndef GH_IPSEC_IKE_CERTIFICATES_H
#define GH_IPSEC_IKE_CERTIFICATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IKE_CHAIN_MAX 8
#define IKE_URI_MAX 255

struct ike_der {
	const uint8_t *bytes;
	size_t length;
};

/* Where to ask beside what a certificate itself says; "" for nowhere. */
struct ike_status_uris {
	char crl[IKE_URI_MAX + 1], ocsp[IKE_URI_MAX + 1];
};

struct ike_certificates {
	unsigned references;
	struct ike_der chain[IKE_CHAIN_MAX];    /* our own first, its issuer next */
	size_t chain_count;
	struct ike_der key;
	bool ecdsa;                             /* SEC 1; else RSA, PKCS#1 */
	struct ike_der authorities[IKE_CHAIN_MAX];
	struct ike_status_uris uris[IKE_CHAIN_MAX];     /* of the authority of that index */
	size_t authority_count;
	struct ike_der crls[IKE_CHAIN_MAX];
	size_t crl_count;
	const uint64_t *revoked;        /* whom the lists name, each by a print; ascending */
	size_t revoked_count;
};

/*
 * Copies all that the template points to; references of it are not looked at,
 * and what is revoked may come in any order.
 */
struct ike_certificates *ike_certificates_new(const struct ike_certificates *template);
struct ike_certificates *ike_certificates_get(struct ike_certificates *c);      /* NULL is fine */
void ike_certificates_put(struct ike_certificates *c);

/* Of equal content; either may be NULL. */
bool ike_certificates_equal(const struct ike_certificates *a, const struct ike_certificates *b);
/* The same but for the lists. */
bool ike_certificates_alike(const struct ike_certificates *a, const struct ike_certificates *b);
/* Do a's lists name anybody whom b's do not? Either may be NULL, and names nobody then. */
bool ike_certificates_revokes_more(const struct ike_certificates *a,
				   const struct ike_certificates *b);
/* Does a believe each authority that b believes? */
bool ike_certificates_believes(const struct ike_certificates *a,
			       const struct ike_certificates *b);
bool ike_certificates_same_key(const struct ike_certificates *a, const struct ike_certificates *b);

#endif
