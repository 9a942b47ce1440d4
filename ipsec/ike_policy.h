/*
 * ike_policy - algorithms in charon's words
 *
 * A connection that sets no algorithms offers a list: strong ones first, what
 * any gateway of the field has after them. One that sets them offers exactly
 * those, and nothing else is accepted.
 *
 * Threads    pure functions.
 */
#ifndef GH_IPSEC_IKE_POLICY_H
#define GH_IPSEC_IKE_POLICY_H

#include "ipsec/ike.h"

#define IKE_PROPOSAL_TEXT 96
#define IKE_PROPOSALS_MAX 2

struct ike_proposals {
	char text[IKE_PROPOSALS_MAX][IKE_PROPOSAL_TEXT];
	unsigned count;
};

/* Of the IKE SA: "aes256gcm16-prfsha384-ecp384". */
void ike_proposals_ike(const struct ike_policy *policy, struct ike_proposals *out);
/* Of the child SA: "aes256gcm16-ecp384-esn-noesn". */
void ike_proposals_child(enum ike_encryption encryption, enum ike_group pfs,
			 struct ike_proposals *out);

#endif
