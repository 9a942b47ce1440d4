/*
 * Checks of meaning on policies and sizes, and on what refers to another:
 * groups 5 and 6 of meaning.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* ---- 5 policies, limits, sizes ---- */

static const char *gcm(uint16_t bits)
{
	return bits == 128 ? "gcmaes128" : "gcmaes256";
}

/* One that its own node contradicts is the schema's: connections then only repeat it. */
static bool pair_wrong_in_profile(const struct gw_config *to, const struct gw_connection *c)
{
	const struct gw_profile *p = gw_config_profile(to, c->profile);

	return p && p->integrity_bits && p->encryption_bits &&
	       p->integrity_bits != p->encryption_bits;
}

static void check_pair(const struct gw_config *to, const struct gw_connection *c,
		       struct meaning_findings *out)
{
	struct place at = place_connection(c, "ipsec");
	struct place other = place_entry("profile", c->profile, "ipsec");

	if (!c->integrity_bits || c->integrity_bits == c->encryption_bits ||
	    pair_wrong_in_profile(to, c))
		return;
	meaning_add(out, REFUSE, "gh-gcm-pair", &at, c->profile[0] ? &other : NULL,
		    "ipsec encryption %s with ipsec integrity %s%s%s: with GCM both are one"
		    " algorithm, as in Azure; give both the same value, or no integrity",
		    gcm(c->encryption_bits), gcm(c->integrity_bits),
		    c->profile[0] ? ", profile " : "", c->profile[0] ? c->profile : "");
}

static void check_limit(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "prefix-limit");

	/* A profile's limit is meant for those that have BGP. */
	if (c->prefix_limit && !c->remote_as && !c->profile[0])
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

static void check_mss(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("tcp-mss"), other = place_gateway("mtu");

	if (!to->tcp_mss)
		return;
	if (to->tcp_mss + HEADERS_IPV4 > to->mtu)
		meaning_add(out, REFUSE, "gh-mss", &at, &other,
			    "tcp-mss %u: with %u bytes of IP and"
			    " TCP headers it is more than the mtu of %u; give at most %u (Azure"
			    " has 1350 at an mtu of 1400)", to->tcp_mss, HEADERS_IPV4, to->mtu,
			    to->mtu - HEADERS_IPV4);
	else if (to->tcp_mss + HEADERS_IPV6 > to->mtu)
		meaning_add(out, WARN, "gh-mss", &at, &other, "tcp-mss %u: TCP over IPv6 needs %u"
			    " bytes of headers, and the mtu is %u; IPv6 segments will be too big"
			    " for the tunnel until path MTU discovery lowers them: give at most %u",
			    to->tcp_mss, HEADERS_IPV6, to->mtu, to->mtu - HEADERS_IPV6);
}

void meaning_check_policies(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i;

	check_mss(to, out);
	for (i = 0; i < to->connection_count; i++) {
		check_pair(to, &to->connections[i], out);
		check_limit(&to->connections[i], out);
		check_identity(&to->connections[i], out);
	}
}

/* ---- 6 what refers to another ---- */

/* A kind of reference from a connection. */
struct reference {
	const char *leaf;               /* of the connection */
	const char *list;               /* what it names an entry of */
	const char *(*name)(const struct gw_connection *c);
	bool (*exists)(const struct gw_config *to, const char *name);
};

static const char *profile_of(const struct gw_connection *c)
{
	return c->profile;
}

static const char *certificate_of(const struct gw_connection *c)
{
	return c->certificate;
}

static const char *authority_of(const struct gw_connection *c)
{
	return c->authority;
}

static bool has_profile(const struct gw_config *to, const char *name)
{
	return gw_config_profile(to, name);
}

static bool has_certificate(const struct gw_config *to, const char *name)
{
	return gw_config_certificate(to, name);
}

/* Is there an earlier connection that misses the same? Then all has been said. */
static bool said(const struct gw_config *to, const struct reference *r, size_t i)
{
	const char *name = r->name(&to->connections[i]);
	size_t j;

	for (j = 0; j < i; j++)
		if (!strcmp(r->name(&to->connections[j]), name))
			return true;
	return false;
}

/* Either the reference is new and wrong, or what it refers to was removed: said both ways. */
static void check_reference(const struct gw_config *to, const struct reference *r, size_t i,
			    struct meaning_findings *out)
{
	const struct gw_connection *c = &to->connections[i];
	const char *name = r->name(c);
	struct place at = place_connection(c, r->leaf);
	struct place other = place_entry(r->list, name, "");
	struct meaning_finding *f;

	if (!name[0] || r->exists(to, name) || said(to, r, i))
		return;
	f = meaning_add(out, REFUSE, "instance-required", &at, &other, "%s %s: there is no such %s;"
			" make it first: gateway %s %s", r->leaf, name, r->list, r->list, name);
	if (asprintf(&f->other_text, "connection %s uses it; enter no %s there first, or give it"
		     " another", c->name, r->leaf) < 0)
		abort();
}

void meaning_check_references(const struct gw_config *to, struct meaning_findings *out)
{
	static const struct reference references[] = {
		{ "profile", "profile", profile_of, has_profile },
		{ "certificate", "certificate", certificate_of, has_certificate },
		{ "authority", "certificate", authority_of, has_certificate },
	};
	size_t i, k;

	for (k = 0; k < sizeof(references) / sizeof(references[0]); k++)
		for (i = 0; i < to->connection_count; i++)
			check_reference(to, &references[k], i, out);
}
