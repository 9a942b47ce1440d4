/* Algorithms in charon's words: see ike_policy.h. */
#include "ipsec/ike_policy.h"

#include <stdio.h>

/* ecp384 leads, as the peer must have the first group or costs one more round trip. */
#define GROUPS "ecp384-curve25519-ecp256-modp2048"

static const char *const ciphers[IKE_CIPHERS] = {
	[IKE_CIPHER_AES128GCM] = "aes128gcm16",
	[IKE_CIPHER_AES256GCM] = "aes256gcm16",
	[IKE_CIPHER_AES128] = "aes128",
	[IKE_CIPHER_AES192] = "aes192",
	[IKE_CIPHER_AES256] = "aes256",
};

static const char *const hashes[IKE_HASHES] = {
	[IKE_HASH_SHA256] = "sha256",
	[IKE_HASH_SHA384] = "sha384",
	[IKE_HASH_SHA512] = "sha512",
};

static const char *const groups[IKE_GROUPS] = {
	[IKE_GROUP_MODP2048] = "modp2048",
	[IKE_GROUP_MODP3072] = "modp3072",
	[IKE_GROUP_MODP4096] = "modp4096",
	[IKE_GROUP_ECP256] = "ecp256",
	[IKE_GROUP_ECP384] = "ecp384",
	[IKE_GROUP_ECP521] = "ecp521",
	[IKE_GROUP_CURVE25519] = "curve25519",
};

static char *next(struct ike_proposals *p)
{
	return p->text[p->count++];
}

static bool is_aead(enum ike_cipher cipher)
{
	return cipher == IKE_CIPHER_AES128GCM || cipher == IKE_CIPHER_AES256GCM;
}

void ike_proposals_ike(const struct ike_policy *policy, struct ike_proposals *out)
{
	out->count = 0;
	if (policy->cipher == IKE_CIPHER_ANY) {
		snprintf(next(out), IKE_PROPOSAL_TEXT, "aes256gcm16-prfsha384-prfsha256-" GROUPS);
		snprintf(next(out), IKE_PROPOSAL_TEXT, "aes256-sha384-sha256-" GROUPS);
		return;
	}
	/* Without GCM, the PRF is that of the integrity algorithm. */
	snprintf(next(out), IKE_PROPOSAL_TEXT, "%s-%s%s-%s", ciphers[policy->cipher],
		 is_aead(policy->cipher) ? "prf" : "", hashes[policy->hash],
		 groups[policy->group]);
}

void ike_proposals_child(enum ike_encryption encryption, enum ike_group pfs,
			 struct ike_proposals *out)
{
	const char *cipher = encryption == IKE_GCM_AES128 ? "aes128gcm16" : "aes256gcm16";

	out->count = 0;
	if (pfs == IKE_GROUP_ANY)       /* with PFS; and without, for peers that have none */
		snprintf(next(out), IKE_PROPOSAL_TEXT, "%s-" GROUPS "-esn-noesn", cipher);
	if (pfs == IKE_GROUP_ANY || pfs == IKE_GROUP_WITHOUT)
		snprintf(next(out), IKE_PROPOSAL_TEXT, "%s-esn-noesn", cipher);
	else
		snprintf(next(out), IKE_PROPOSAL_TEXT, "%s-%s-esn-noesn", cipher, groups[pfs]);
}
