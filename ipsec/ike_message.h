/*
 * ike_message - what ike says to charon and hears from it, as vici messages
 *
 * A connection is loaded under the name "gh-NAME", so that what swanctl loads
 * beside it is never taken for ours; its one child SA is "NAME".
 *
 * Threads    pure functions.
 * Errors     a key that is absent or not understood leaves its field zero.
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

/*
 * resume: the peer still has SAs with us that carry traffic. A charon that has
 * just begun would have it delete them (INITIAL_CONTACT, RFC 7296 2.4) before
 * the new ones work; with resume it does not.
 */
void ike_put_connection(struct gh_buf *b, const struct ike_connection *c, bool resume);
/* What we propose, for the operator. */
void ike_proposals_text(const struct ike_connection *c, char *out, size_t size);
void ike_put_shared(struct gh_buf *b, const struct ike_connection *c);
/* The name alone of the connection's pre-shared key, to unload it; returns b. */
struct gh_buf *ike_put_shared_name(struct gh_buf *b, const struct ike_connection *c);
/* load-key and load-cert: our private key, and a certificate between ours and its root. */
void ike_put_key(struct gh_buf *b, const struct ike_certificates *c);
void ike_put_certificate(struct gh_buf *b, const struct ike_der *certificate);

/*
 * Reads the section of an IKE SA (list-sa, ike-updown, ...) into all fields
 * but child and those of failures. child gets the best one listed: installed
 * before not, and of those the newest. Its if_id goes to *leg, 0 for none.
 */
void ike_read_sa(const struct vici_message *section, struct gh_time now,
		 struct ike_status *out, uint32_t *leg);
/* The section of one child SA; false if it is on its way out. */
bool ike_read_child(const struct vici_message *section, struct gh_time now,
		    struct ike_child_status *out);

#endif
