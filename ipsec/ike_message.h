/*
 * ike_message - what ike says to charon, as vici messages
 *
 * A connection is loaded under the name "gh-NAME", so that what swanctl loads
 * beside it is never taken for ours. Its child SA is "NAME"; of a policy-based
 * one "NAME:1" and so on, one for each pair. Where we accept more than we
 * offer, a second form of each, which comes first and is found by the peer's
 * selectors alone, is "NAME:r" or "NAME:r1".
 *
 * What charon says of SAs is read by ike_listing.h.
 *
 * Threads    pure functions.
 */
#ifndef GH_IPSEC_IKE_MESSAGE_H
#define GH_IPSEC_IKE_MESSAGE_H

#include "ipsec/ike.h"
#include "ipsec/vici.h"

#define IKE_PREFIX "gh-"
#define IKE_NAME_TEXT (sizeof(IKE_PREFIX) + GH_NAME_MAX)

/* The name that charon knows the connection by; returns text. */
const char *ike_name(const char *name, char text[IKE_NAME_TEXT]);
/* The connection's own name, or NULL if charon's name is none of ours. */
const char *ike_name_of(const char *charon_name);

/* What a connection is loaded with beside its configuration. */
struct ike_loading {
	/*
	 * The peer still has SAs with us that carry traffic. A charon that has
	 * just begun would have it delete them (INITIAL_CONTACT, RFC 7296 2.4)
	 * before the new ones work; with resume it does not.
	 */
	bool resume;
	/*
	 * charon sets up a child SA in any IKE SA of an equal connection. What
	 * must have a new IKE SA gets another print, and is not equal any more.
	 */
	uint64_t print;
};

void ike_put_connection(struct gh_buf *b, const struct ike_connection *c,
			const struct ike_loading *l);
/* A print of all that ike_put_connection says, and of a number. */
uint64_t ike_print(const struct ike_connection *c, uint32_t number);

/* The child SA that we initiate for a pair, 0 without pairs; returns text. */
#define IKE_CHILD_TEXT (GH_NAME_MAX + 16)
const char *ike_child_name(const struct ike_connection *c, unsigned pair,
			   char text[IKE_CHILD_TEXT]);
/* The form of it that accepts more, where there is one. */
const char *ike_child_accepted(const struct ike_connection *c, unsigned pair,
			       char text[IKE_CHILD_TEXT]);

/* What we propose, for the operator. */
void ike_proposals_text(const struct ike_connection *c, char *out, size_t size);

/*
 * The pre-shared key, or the alternate one. It is the peer's identity alone
 * that owns it: charon takes a key that belongs to either side's identity, and
 * ours is that of all connections, so each peer could speak for any other.
 */
void ike_put_shared(struct gh_buf *b, const struct ike_connection *c, bool alternate);
/* The name alone of such a key, to unload it; returns b. */
struct gh_buf *ike_put_shared_name(struct gh_buf *b, const char *name, bool alternate);
/* load-key and load-cert: our private key, and a certificate between ours and its root. */
void ike_put_key(struct gh_buf *b, const struct ike_certificates *c);
void ike_put_certificate(struct gh_buf *b, const struct ike_der *certificate);
/* A list of revoked certificates; where to ask about an authority's, and its name alone. */
void ike_put_crl(struct gh_buf *b, const struct ike_der *crl);
void ike_put_authority(struct gh_buf *b, uint64_t print, const struct ike_der *certificate,
		       const struct ike_status_uris *uris);
void ike_put_authority_name(struct gh_buf *b, uint64_t print);

#endif
