/*
 * Checks of meaning on policies and limits: group 5 of meaning.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* ---- 5 policies, limits ---- */

/* Do encryption and integrity of ESP go together? 0 is "not given". */
static bool pair_fits(enum gw_encryption encryption, enum gw_integrity integrity)
{
	if (!encryption || !integrity)
		return true;
	if (gw_encryption_is_aead(encryption))
		return integrity == gw_encryption_twin(encryption);
	return integrity < GW_INTEGRITY_GCMAES128;
}

static const char *pair_remedy(enum gw_encryption encryption)
{
	if (gw_encryption_twin(encryption))
		return "with GCM both are one algorithm, as in Azure; give both the same value, or"
		       " no integrity";
	if (gw_encryption_is_aead(encryption))
		return "this encryption has integrity of its own; remove the integrity";
	return "that is the integrity of GCM; give sha256 or another hash, or none for sha256";
}

/* One that its own node contradicts is the schema's: connections then only repeat it. */
static bool pair_wrong_in_profile(const struct gw_config *to, const struct gw_connection *c)
{
	const struct gw_profile *p = gw_config_profile(to, c->profile);

	return p && !pair_fits(p->esp.encryption, p->esp.integrity_given);
}

static void check_pair(const struct gw_config *to, const struct gw_connection *c,
		       struct meaning_findings *out)
{
	struct place at = place_connection(c, "ipsec");
	struct place other = place_entry("profile", c->profile, "ipsec");

	if (pair_fits(c->esp.encryption, c->esp.integrity_given) || pair_wrong_in_profile(to, c))
		return;
	meaning_add(out, REFUSE, "gh-gcm-pair", &at, c->profile[0] ? &other : NULL,
		    "ipsec encryption %s with ipsec integrity %s%s%s: %s",
		    gw_encryption_name(c->esp.encryption),
		    gw_integrity_name(c->esp.integrity_given), c->profile[0] ? ", profile " : "",
		    c->profile[0] ? c->profile : "", pair_remedy(c->esp.encryption));
}

/* ---- versions of IKE ---- */

static void check_version(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "ike");
	struct place other = place_entry("profile", c->profile, "ike");
	struct place *from = c->profile[0] ? &other : NULL;

	if (c->ike_version == 1) {
		if (gw_encryption_is_aead(c->ike.encryption))
			meaning_add(out, REFUSE, "gh-ike-version", &at, from, "ike encryption %s:"
				    " IKEv1 has no such cipher; use aes256 with sha256, or ike"
				    " version 2", gw_encryption_name(c->ike.encryption));
		if (c->kem)
			meaning_add(out, REFUSE, "gh-ike-version", &at, from, "ike"
				    " additional-key-exchange %s: only IKEv2 can do two; remove it,"
				    " or use ike version 2", gw_kem_name(c->kem));
		if (c->exchange == GW_AGGRESSIVE && c->shared_key[0])
			meaning_add(out, WARN, "gh-weak", &at, from, "ike exchange aggressive: who"
				    " sees the exchange can guess the shared key offline; use a long"
				    " random one, or main");
		if (c->remote_any && c->exchange == GW_MAIN && c->shared_key[0])
			meaning_add(out, REFUSE, "gh-remote-any", &at, from, "ike exchange main: with"
				    " IKEv1 the shared key must be known before the identity is, and"
				    " with remote-address any only that says who is there; use ike"
				    " exchange aggressive, certificates, or ike version 2");
	} else if (c->exchange == GW_AGGRESSIVE) {
		meaning_add(out, REFUSE, "gh-ike-version", &at, from, "ike exchange aggressive:"
			    " IKEv2 has one exchange only; enter ike version 1 first, or remove it");
	}
}

/* ---- weak algorithms ---- */

static void add_word(struct gh_buf *words, const char *what, const char *name, bool weak)
{
	if (weak)
		gh_buf_printf(words, "%s%s %s", gh_buf_length(words) ? ", " : "", what, name);
}

/* Said once, of the node that asks for them. */
static void warn_weak(const struct place *at, const struct gw_ike_policy *ike,
		      const struct gw_esp_policy *esp, enum gw_group pfs,
		      struct meaning_findings *out)
{
	struct gh_buf words = { 0 };

	add_word(&words, "ike encryption", gw_encryption_name(ike->encryption),
		 gw_encryption_is_weak(ike->encryption));
	add_word(&words, "ike integrity", gw_integrity_name(ike->integrity),
		 gw_integrity_is_weak(ike->integrity));
	add_word(&words, "dh-group", gw_group_name(ike->group), gw_group_is_weak(ike->group));
	add_word(&words, "ipsec encryption", gw_encryption_name(esp->encryption),
		 gw_encryption_is_weak(esp->encryption));
	add_word(&words, "ipsec integrity", gw_integrity_name(esp->integrity_given),
		 gw_integrity_is_weak(esp->integrity_given));
	add_word(&words, "pfs-group", gw_group_name(pfs), gw_group_is_weak(pfs));
	if (gh_buf_length(&words))
		meaning_add(out, WARN, "gh-weak", at, NULL, "%s: weak by today's measure, for"
			    " devices that cannot do better; if this one can, use gcmaes256, sha384"
			    " and ecp384", gh_buf_text(&words));
	gh_buf_fini(&words);
}

static void check_weak(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "profile");

	if (c->azure_default)
		meaning_add(out, WARN, "gh-weak", &at, NULL, "profile azure-default: its offers hold"
			    " weak algorithms (DES, 3DES, SHA-1, groups 1, 2 and 24), as Azure's do;"
			    " if the device can be given a policy, use one");
	at = place_connection(c, "");
	/* What comes from a profile is said of the profile. */
	if (!c->profile[0] || c->azure_default)
		warn_weak(&at, &c->ike, &c->esp, c->pfs, out);
}

/* charon asks for every certificate alike; only how much an answer counts is ours to say. */
static void check_revocation(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "revocation");
	struct place other = place_entry("profile", c->profile, "revocation");

	if (c->revocation == GW_REVOCATION_OFF)
		meaning_add(out, REFUSE, "gh-revocation", &at, c->profile[0] ? &other : NULL,
			    "revocation off: charon cannot leave it out for one connection; remove"
			    " the line: relaxed asks nobody unless a certificate or its authority"
			    " says whom");
}

/* ---- limits and the rest ---- */

static void check_limit(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "prefix-limit");

	/* A profile's limit is meant for those that have BGP. */
	if (c->prefix_limit && !c->session_count && !c->profile[0])
		meaning_add(out, WARN, "gh-prefix-limit", &at, NULL, "prefix-limit: it counts what"
			    " BGP brings, and this connection has no bgp line; static prefixes are"
			    " not limited");
}

/* What the site proves to be, when not a shared secret, stands in its certificate. */
static void check_identity(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "certificate");

	if (c->certificate[0] && !c->remote_id[0])
		meaning_add(out, WARN, "gh-identity", &at, NULL, "certificate: without remote-id"
			    " the site's certificate must name its remote-address; give the"
			    " identity that it names");
}

#define HEADERS_IPV4 40         /* IP and TCP without options */
#define HEADERS_IPV6 60

static void check_mss_of(const struct gw_config *to, const struct place *at, unsigned mss,
			 struct meaning_findings *out)
{
	struct place other = place_gateway("mtu");

	if (!mss)
		return;
	if (mss + HEADERS_IPV4 > to->mtu)
		meaning_add(out, REFUSE, "gh-mss", at, &other,
			    "tcp-mss %u: with %u bytes of IP and"
			    " TCP headers it is more than the mtu of %u; give at most %u (Azure"
			    " has 1350 at an mtu of 1400)", mss, HEADERS_IPV4, to->mtu,
			    to->mtu - HEADERS_IPV4);
	else if (mss + HEADERS_IPV6 > to->mtu)
		meaning_add(out, WARN, "gh-mss", at, &other, "tcp-mss %u: TCP over IPv6 needs %u"
			    " bytes of headers, and the mtu is %u; IPv6 segments will be too big"
			    " for the tunnel until path MTU discovery lowers them: give at most %u",
			    mss, HEADERS_IPV6, to->mtu, to->mtu - HEADERS_IPV6);
}

static void check_password(const struct place *at, const struct gw_secret *password,
			   struct meaning_findings *out)
{
	if (password->text[0] && !password->usable)
		meaning_add(out, WARN, "gh-key", at, NULL, "password: it is longer than the %u"
			    " characters of TCP MD5, or does not decrypt on this host, and the"
			    " session stays down; enter it again with password 0", GW_PASSWORD_MAX);
}

static void check_passwords(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("partner/password");
	size_t i;

	check_password(&at, &to->partner.password, out);
	for (i = 0; i < to->vnet_router_count; i++) {
		at = place_entry("vnet-router", to->vnet_routers[i].name, "password");
		check_password(&at, &to->vnet_routers[i].password, out);
	}
	for (i = 0; i < to->circuit_count; i++) {
		at = place_entry("expressroute", to->circuits[i].name, "password");
		check_password(&at, &to->circuits[i].password, out);
	}
	for (i = 0; i < to->connection_count; i++) {
		at = place_connection(&to->connections[i], "bgp/password");
		check_password(&at, &to->connections[i].password, out);
	}
}

/* A profile can be wrong although nobody uses it. */
static void check_profiles(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < to->profile_count; i++) {
		const struct gw_profile *p = &to->profiles[i];
		struct place at = place_entry("profile", p->name, "");

		warn_weak(&at, &p->ike, &p->esp, p->pfs, out);
	}
}

void meaning_check_policies(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("tcp-mss");
	size_t i;

	check_mss_of(to, &at, to->tcp_mss, out);
	check_passwords(to, out);
	check_profiles(to, out);
	for (i = 0; i < to->connection_count; i++) {
		const struct gw_connection *c = &to->connections[i];

		at = place_connection(c, "tcp-mss");
		check_mss_of(to, &at, c->tcp_mss, out);
		check_pair(to, c, out);
		check_version(c, out);
		check_weak(c, out);
		check_limit(c, out);
		check_identity(c, out);
		check_revocation(c, out);
	}
}
