/*
 * ike_policy - algorithms in charon's words
 *
 * A connection that sets no algorithms offers a list: strong ones first, what
 * any gateway of the field has after them. One that sets them offers exactly
 * those, and nothing else is accepted. One of Azure's kind has Azure's lists,
 * in their order, which hold weak algorithms.
 *
 * For child SAs there may be two lists: what we offer as initiator, and what
 * we accept as responder. IKEv1 has no list of groups inside of one proposal,
 * and its Quick Mode names one group for all of them.
 *
 * Threads    pure functions.
 */
#ifndef GH_IPSEC_IKE_POLICY_H
#define GH_IPSEC_IKE_POLICY_H

#include "ipsec/ike.h"

#define IKE_PROPOSAL_TEXT 112
#define IKE_PROPOSALS_MAX 26

struct ike_proposals {
	char text[IKE_PROPOSALS_MAX][IKE_PROPOSAL_TEXT];
	unsigned count;
};

/* Of the IKE SA: "aes256gcm16-prfsha384-ecp384". */
void ike_proposals_ike(const struct ike_connection *c, struct ike_proposals *out);
/* Of the child SA, as initiator: "aes256gcm16-ecp384-esn-noesn". */
void ike_proposals_child(const struct ike_connection *c, struct ike_proposals *out);
/* The same as responder; false: they are those of the initiator, and *out is not set. */
bool ike_proposals_accepted(const struct ike_connection *c, struct ike_proposals *out);

/* Has the cipher integrity of its own (RFC 5282, RFC 4106, RFC 7634)? */
bool ike_cipher_is_aead(enum ike_cipher cipher);
/* Is it one that the IKE SA can have, with that version of IKE? */
bool ike_cipher_is_ike(enum ike_cipher cipher, unsigned version);

#endif
