/* Algorithms in charon's words: see ike_policy.h. */
#include "ipsec/ike_policy.h"

#include <stdio.h>

/* ecp384 leads, as the peer must have the first group or costs one more round trip. */
#define GROUPS "ecp384-curve25519-ecp256-modp2048"

static const char *const ciphers[IKE_CIPHERS] = {
	[IKE_CIPHER_AES128GCM] = "aes128gcm16",
	[IKE_CIPHER_AES192GCM] = "aes192gcm16",
	[IKE_CIPHER_AES256GCM] = "aes256gcm16",
	[IKE_CIPHER_AES128] = "aes128",
	[IKE_CIPHER_AES192] = "aes192",
	[IKE_CIPHER_AES256] = "aes256",
	[IKE_CIPHER_3DES] = "3des",
	[IKE_CIPHER_CHACHA20POLY1305] = "chacha20poly1305",
	[IKE_CIPHER_DES] = "des",
	[IKE_CIPHER_NULL] = "null",
};

static const char *const hashes[IKE_HASHES] = {
	[IKE_HASH_SHA256] = "sha256",
	[IKE_HASH_SHA384] = "sha384",
	[IKE_HASH_SHA512] = "sha512",
	[IKE_HASH_SHA1] = "sha1",
	[IKE_HASH_MD5] = "md5",
};

static const char *const groups[IKE_GROUPS] = {
	[IKE_GROUP_MODP2048] = "modp2048",
	[IKE_GROUP_MODP3072] = "modp3072",
	[IKE_GROUP_MODP4096] = "modp4096",
	[IKE_GROUP_ECP256] = "ecp256",
	[IKE_GROUP_ECP384] = "ecp384",
	[IKE_GROUP_ECP521] = "ecp521",
	[IKE_GROUP_CURVE25519] = "curve25519",
	[IKE_GROUP_MODP768] = "modp768",
	[IKE_GROUP_MODP1024] = "modp1024",
	[IKE_GROUP_MODP2048_256] = "modp2048s256",
};

/* Named as additional exchange number 1, of up to 7. */
static const char *const kems[IKE_KEMS] = {
	[IKE_KEM_NONE] = "",
	[IKE_KEM_MLKEM512] = "-ke1_mlkem512",
	[IKE_KEM_MLKEM768] = "-ke1_mlkem768",
	[IKE_KEM_MLKEM1024] = "-ke1_mlkem1024",
};

/* Azure's offers, in their order [vpn-gateway-about-vpn-devices]. */
static const struct ike_policy azure_ike[] = {
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
};

/* The first six are what it offers as initiator, all of them what it accepts. */
#define AZURE_OFFERED 6
static const struct ike_esp azure_esp[] = {
	{ IKE_CIPHER_AES256GCM, IKE_HASH_ANY, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA256, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_DES, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_MODP768 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_MODP2048 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_MODP768 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_MODP2048 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_MODP768 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP768 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_MODP2048_256 },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP2048_256 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP768 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP1024 },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_MODP2048 },
};
_Static_assert(sizeof(azure_esp) / sizeof(*azure_esp) == IKE_PROPOSALS_MAX, "26 offers");

/* Its policy-based connections: in both phases. */
static const struct ike_esp azure_policy_based[] = {
	{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES256, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_AES128, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
	{ IKE_CIPHER_3DES, IKE_HASH_SHA1, IKE_GROUP_WITHOUT },
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

bool ike_cipher_is_aead(enum ike_cipher cipher)
{
	return cipher == IKE_CIPHER_AES128GCM || cipher == IKE_CIPHER_AES192GCM ||
	       cipher == IKE_CIPHER_AES256GCM || cipher == IKE_CIPHER_CHACHA20POLY1305;
}

bool ike_cipher_is_ike(enum ike_cipher cipher, unsigned version)
{
	return cipher <= IKE_CIPHER_3DES && (version == 2 || !ike_cipher_is_aead(cipher));
}

static char *next(struct ike_proposals *p)
{
	return p->text[p->count++];
}

static bool is_azure_policy_based(const struct ike_connection *c)
{
	return c->version == 1 && c->pair_count;
}

/* ---- of the IKE SA ---- */

/* Without GCM, the PRF is that of the integrity algorithm. */
static void put_ike(const struct ike_connection *c, const struct ike_policy *p,
		    struct ike_proposals *out)
{
	snprintf(next(out), IKE_PROPOSAL_TEXT, "%s-%s%s-%s%s", ciphers[p->cipher],
		 ike_cipher_is_aead(p->cipher) ? "prf" : "", hashes[p->hash], groups[p->group],
		 kems[c->kem]);
}

static void put_azure_ike(const struct ike_connection *c, struct ike_proposals *out)
{
	if (!is_azure_policy_based(c)) {
		for (size_t i = 0; i < COUNT(azure_ike); i++)
			put_ike(c, &azure_ike[i], out);
		return;
	}
	for (size_t i = 0; i < COUNT(azure_policy_based); i++) {
		const struct ike_policy p = {
			azure_policy_based[i].cipher, azure_policy_based[i].hash, IKE_GROUP_MODP1024,
		};

		put_ike(c, &p, out);
	}
}

/* IKEv1: one algorithm of a kind each. Aggressive Mode has its group in the first message. */
static void put_version1(const struct ike_connection *c, struct ike_proposals *out)
{
	static const struct ike_policy offers[] = {
		{ IKE_CIPHER_AES256, IKE_HASH_SHA384, IKE_GROUP_ECP384 },
		{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_ECP256 },
		{ IKE_CIPHER_AES256, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
		{ IKE_CIPHER_AES128, IKE_HASH_SHA256, IKE_GROUP_MODP2048 },
	};

	for (size_t i = c->aggressive ? 2 : 0; i < COUNT(offers); i++)
		put_ike(c, &offers[i], out);
}

void ike_proposals_ike(const struct ike_connection *c, struct ike_proposals *out)
{
	const char *kem = kems[c->kem];

	out->count = 0;
	if (c->ike.cipher != IKE_CIPHER_ANY) {
		put_ike(c, &c->ike, out);
	} else if (c->azure_default) {
		put_azure_ike(c, out);
	} else if (c->version == 1) {
		put_version1(c, out);
	} else {
		snprintf(next(out), IKE_PROPOSAL_TEXT,
			 "aes256gcm16-prfsha384-prfsha256-" GROUPS "%s", kem);
		snprintf(next(out), IKE_PROPOSAL_TEXT, "aes256-sha384-sha256-" GROUPS "%s", kem);
	}
}

/* ---- of the child SAs ---- */

/* group: one in charon's words, several, or "" for none. */
static void put_child(const struct ike_connection *c, const struct ike_esp *e, const char *group,
		      struct ike_proposals *out)
{
	/* Extended sequence numbers where both have them; Azure's offers have none. */
	bool esn = c->version == 2 && !(c->azure_default && c->esp.cipher == IKE_CIPHER_ANY);
	bool hashed = !ike_cipher_is_aead(e->cipher);

	snprintf(next(out), IKE_PROPOSAL_TEXT, "%s%s%s%s%s%s", ciphers[e->cipher],
		 hashed ? "-" : "", hashed ? hashes[e->hash] : "", group[0] ? "-" : "", group,
		 esn ? "-esn-noesn" : "");
}

static void put_child_group(const struct ike_connection *c, const struct ike_esp *e,
			    enum ike_group group, struct ike_proposals *out)
{
	put_child(c, e, group > IKE_GROUP_WITHOUT ? groups[group] : "", out);
}

/* Azure's; a group that is configured beside them is asked for with each. */
static void put_azure_child(const struct ike_connection *c, size_t count,
			    struct ike_proposals *out)
{
	const struct ike_esp *list = is_azure_policy_based(c) ? azure_policy_based : azure_esp;

	if (is_azure_policy_based(c))
		count = COUNT(azure_policy_based);
	for (size_t i = 0; i < count; i++) {
		if (c->esp.pfs == IKE_GROUP_ANY)
			put_child_group(c, &list[i], list[i].pfs, out);
		else if (i < AZURE_OFFERED)
			put_child_group(c, &list[i], c->esp.pfs, out);
	}
}

static struct ike_esp esp_of(const struct ike_connection *c)
{
	struct ike_esp e = c->esp;

	if (e.cipher == IKE_CIPHER_ANY)
		e.cipher = IKE_CIPHER_AES256GCM;
	return e;
}

void ike_proposals_child(const struct ike_connection *c, struct ike_proposals *out)
{
	const struct ike_esp e = esp_of(c);

	out->count = 0;
	if (c->azure_default && c->esp.cipher == IKE_CIPHER_ANY) {
		put_azure_child(c, AZURE_OFFERED, out);
		return;
	}
	if (e.pfs != IKE_GROUP_ANY) {
		put_child_group(c, &e, e.pfs, out);
		return;
	}
	/* With PFS; and without, for peers that have none. */
	if (c->version == 2)
		put_child(c, &e, GROUPS, out);
	put_child(c, &e, "", out);
}

bool ike_proposals_accepted(const struct ike_connection *c, struct ike_proposals *out)
{
	static const enum ike_group any[] = {
		IKE_GROUP_WITHOUT, IKE_GROUP_ECP384, IKE_GROUP_ECP256, IKE_GROUP_MODP2048,
	};
	const struct ike_esp e = esp_of(c);

	if (c->azure_default && c->esp.cipher == IKE_CIPHER_ANY) {
		if (c->esp.pfs != IKE_GROUP_ANY || is_azure_policy_based(c))
			return false;
		out->count = 0;
		put_azure_child(c, COUNT(azure_esp), out);
		return true;
	}
	if (c->version == 2 || e.pfs != IKE_GROUP_ANY)
		return false;
	out->count = 0;
	for (size_t i = 0; i < COUNT(any); i++)
		put_child_group(c, &e, any[i], out);
	return true;
}
