/*
 * Checks of meaning on addresses: groups 2 and 3 of meaning.h.
 *
 * Uniqueness is judged on one sorted array of all addresses, not pair by pair.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* ---- 2 single addresses ---- */

/* Why this cannot be the address of one host, or NULL. */
static const char *not_a_host(const struct gh_addr *a)
{
	static const struct {
		struct gh_prefix prefix;
		const char *why;
	} bad[] = {
		{ { { AF_INET, { 0 } }, 8 }, "it means no address" },
		{ { { AF_INET, { 127 } }, 8 }, "it is a loopback address" },
		{ { { AF_INET, { 224 } }, 4 }, "it is a multicast address" },
		{ { { AF_INET, { 240 } }, 4 }, "it is reserved (RFC 1112)" },
		{ { { AF_INET6, { 0 } }, 128 }, "it means no address" },
		{ { { AF_INET6, { [15] = 1 } }, 128 }, "it is a loopback address" },
		{ { { AF_INET6, { [10] = 0xff, 0xff } }, 96 },
		  "it is an IPv4 address in IPv6 form; give it as IPv4" },
		{ { { AF_INET6, { 0xff } }, 8 }, "it is a multicast address" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (gh_prefix_holds(&bad[i].prefix, a))
			return bad[i].why;
	return NULL;
}

static bool is_link_local(const struct gh_addr *a)
{
	static const struct gh_prefix four = { { AF_INET, { 169, 254 } }, 16 };
	static const struct gh_prefix six = { { AF_INET6, { 0xfe, 0x80 } }, 10 };

	return gh_prefix_holds(&four, a) || gh_prefix_holds(&six, a);
}

/* Azure's range of link-local addresses for BGP: 169.254.21.0-169.254.22.255. */
static bool is_apipa_for_bgp(const struct gh_addr *a)
{
	return a->family == AF_INET && a->b[0] == 169 && a->b[1] == 254 &&
	       (a->b[2] == 21 || a->b[2] == 22);
}

static void check_host(const struct place *at, const char *words, const struct gh_addr *a,
		       struct meaning_findings *out)
{
	const char *why = gh_addr_is_set(a) ? not_a_host(a) : NULL;
	char text[GH_ADDR_TEXT];

	if (why)
		meaning_add(out, REFUSE, "gh-address", at, NULL,
			    "%s %s: %s; give the address of one host",
			    words, gh_addr_print(a, text), why);
}

/* An address that the outside network routes to. */
static void check_outer(const struct place *at, const char *words, const struct gh_addr *a,
			struct meaning_findings *out)
{
	char text[GH_ADDR_TEXT];

	check_host(at, words, a, out);
	if (gh_addr_is_set(a) && is_link_local(a))
		meaning_add(out, REFUSE, "gh-address", at, NULL,
			    "%s %s: it is a link-local address; give one"
			    " that is routed", words, gh_addr_print(a, text));
}

/* An address of a BGP session inside a tunnel. */
static void check_inner(const struct place *at, const char *words, const struct gh_addr *a,
			struct meaning_findings *out)
{
	char text[GH_ADDR_TEXT];

	check_host(at, words, a, out);
	if (gh_addr_is_set(a) && is_link_local(a) && !is_apipa_for_bgp(a))
		meaning_add(out, REFUSE, "gh-apipa", at, NULL, "%s %s: of the link-local addresses"
			    " only 169.254.21.0-169.254.22.255 are for BGP over a tunnel, as in"
			    " Azure; use one of them, or a routed address", words,
			    gh_addr_print(a, text));
}

/* bgpd takes no BGP identifier of 0.0.0.0: without one there is no BGP at all. */
static void warn_router_id(const struct gw_config *to, const struct place *at, uint32_t remote_as,
			   struct meaning_findings *out)
{
	if (remote_as && !gh_addr_is_set(&to->router_id))
		meaning_add(out, WARN, "gh-router-id", at, NULL,
			    "BGP stays down: the gateway has neither a"
			    " router-id nor an IPv4 public-address; give it one");
}

static void check_connection_addresses(const struct gw_config *to, const struct gw_connection *c,
				       struct meaning_findings *out)
{
	struct place at = place_connection(c, "remote-address");
	bool six = c->remote_address.family == AF_INET6;

	check_outer(&at, "remote-address", &c->remote_address, out);
	if (gh_addr_is_set(&c->remote_address) &&
	    (gh_addr_is_set(&to->public_ipv4) || gh_addr_is_set(&to->public_ipv6)) &&
	    !gh_addr_is_set(six ? &to->public_ipv6 : &to->public_ipv4))
		meaning_add(out, WARN, "gh-public-address", &at, NULL,
			    "remote-address: the gateway has no %s"
			    " public-address; the host chooses the source of this tunnel",
			    six ? "IPv6" : "IPv4");
	if (c->local_given) {
		at = place_connection(c, "local-address");
		check_outer(&at, "local-address", &c->local_address, out);
	}
	for (size_t i = 0; i < c->session_count; i++) {
		at = place_session(c, &c->sessions[i], "peer-address");
		check_inner(&at, "bgp peer-address", &c->sessions[i].peer, out);
		warn_router_id(to, &at, c->sessions[i].remote_as, out);
		at = place_session(c, &c->sessions[i], "local-address");
		check_inner(&at, "bgp local-address", &c->sessions[i].local, out);
	}
}

/* The outer addresses of one tunnel are of one family. */
static void check_outer_family(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "local-address");
	struct place other = place_connection(c, "remote-address");

	if (c->local_given && gh_addr_is_set(&c->remote_address) &&
	    c->local_address.family != c->remote_address.family)
		meaning_add(out, REFUSE, "gh-address-family", &at, &other, "local-address: it is %s,"
			    " and remote-address is %s; the two ends of a tunnel are of one family",
			    c->local_address.family == AF_INET ? "IPv4" : "IPv6",
			    c->remote_address.family == AF_INET ? "IPv4" : "IPv6");
}

/* Partner and routers of our own side; their link is checked with the host. */
static void check_own_side(const struct gw_config *to, struct meaning_findings *out)
{
	const struct gw_partner *p = &to->partner;
	struct place at = place_gateway("partner/peer-address");
	struct place other = place_gateway("partner/local-address");

	check_host(&at, "peer-address", &p->peer, out);
	check_host(&other, "local-address", &p->local, out);
	if (gh_addr_is_set(&p->peer) && gh_addr_is_set(&p->local)) {
		if (p->peer.family != p->local.family)
			meaning_add(out, REFUSE, "gh-address-family", &at, &other, "peer-address and"
				    " local-address are of different families; give both as IPv4 or"
				    " both as IPv6");
		else if (!gh_addr_cmp(&p->peer, &p->local))
			meaning_add(out, REFUSE, "gh-partner", &at, &other, "peer-address and"
				    " local-address are the same; one is the partner's, the other"
				    " ours");
	}
	at = place_gateway("partner/moving-address/prefix");
	check_outer(&at, "address", &p->moving, out);
	for (size_t i = 0; i < to->vnet_router_count; i++) {
		const struct gw_vnet_router *r = &to->vnet_routers[i];

		at = place_entry("vnet-router", r->name, "peer-address");
		check_host(&at, "peer-address", &r->peer, out);
		warn_router_id(to, &at, r->remote_as, out);
	}
}

static void check_addresses(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("public-address");
	size_t i;
	int role;

	check_outer(&at, "public-address", &to->public_ipv4, out);
	check_outer(&at, "public-address", &to->public_ipv6, out);
	at = place_gateway("router-id");
	if (gh_addr_cmp(&to->router_id, &to->public_ipv4))      /* else it is that by default */
		check_host(&at, "router-id", &to->router_id, out);
	for (i = 0; i < to->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++) {
			const struct gw_edge *e = &to->circuits[i].edges[role];

			at = place_edge(&to->circuits[i], role, "peer");
			check_host(&at, "edge peer", &e->peer, out);
			warn_router_id(to, &at, e->remote_as, out);
			at = place_edge(&to->circuits[i], role, "peer-ipv6");
			check_host(&at, "edge peer-ipv6", &e->peer_ipv6, out);
			if (gh_addr_is_set(&e->peer_ipv6) && !gh_addr_is_set(&e->peer))
				meaning_add(out, REFUSE, "gh-edge", &at, NULL,
					    "edge %s peer-ipv6: this edge"
					    " has no other line; give it first: edge %s interface"
					    " IFNAME peer A.B.C.D remote-as ASN",
					    gw_role_name(role), gw_role_name(role));
		}
	for (i = 0; i < to->connection_count; i++) {
		check_connection_addresses(to, &to->connections[i], out);
		check_outer_family(&to->connections[i], out);
	}
	check_own_side(to, out);
}

/* ---- 3 addresses that only one may have ---- */

struct owner {
	struct gh_addr addr;
	struct place at;
	const char *words;
	bool local;             /* a bgp local-address: several connections may share it */
};

struct owners {
	struct owner *array;
	size_t count;
};

static void own(struct owners *o, const struct gh_addr *addr, const struct place *at,
		const char *words, bool local)
{
	if (gh_addr_is_set(addr))
		o->array[o->count++] = (struct owner){ *addr, *at, words, local };
}

/* By address; of one address, in the order of the configuration. */
static int owner_cmp(const void *a, const void *b)
{
	const struct owner *x = a, *y = b;
	int c = gh_addr_cmp(&x->addr, &y->addr);

	if (c)
		return c;
	c = strcmp(x->at.name ? x->at.name : "", y->at.name ? y->at.name : "");
	if (c)
		return c;
	if (x->at.role != y->at.role)
		return x->at.role - y->at.role;
	/* Sessions of one connection are of one array. */
	if (x->at.key != y->at.key)
		return (uintptr_t)x->at.key < (uintptr_t)y->at.key ? -1 : 1;
	return strcmp(x->at.leaf, y->at.leaf);
}

static void owner_title(const struct owner *o, char *text, size_t size)
{
	if (o->at.list)
		snprintf(text, size, "%s of %s %s", o->words, o->at.list, o->at.name);
	else
		snprintf(text, size, "%s of the gateway", o->words);
}

static bool same_object(const struct owner *a, const struct owner *b)
{
	return a->at.list && b->at.list && !strcmp(a->at.list, b->at.list) &&
	       !strcmp(a->at.name, b->at.name);
}

/* Two that share an address; either line may be the newer one, so it is said both ways. */
static void report_pair(const struct owner *a, const struct owner *b,
			struct meaning_findings *out)
{
	char text[GH_ADDR_TEXT], title[GH_NAME_MAX + 60];
	struct meaning_finding *f;

	gh_addr_print(&a->addr, text);
	owner_title(a, title, sizeof(title));
	f = meaning_add(out, REFUSE, "gh-address-taken", &b->at, &a->at,
			"%s %s: it is already the %s; each needs its"
			" own", b->words, text, title);
	owner_title(b, title, sizeof(title));
	if (asprintf(&f->other_text, "%s %s: it is already the %s; each needs its own", a->words,
		     text, title) < 0)
		abort();
}

static void report_shared(struct owners *o, struct meaning_findings *out)
{
	size_t i;

	if (o->count)
		qsort(o->array, o->count, sizeof(*o->array), owner_cmp);
	for (i = 1; i < o->count; i++) {
		const struct owner *a = &o->array[i - 1], *b = &o->array[i];

		/* A connection's own two addresses are compared by the schema. */
		if (!gh_addr_cmp(&a->addr, &b->addr) && !(a->local && b->local) &&
		    !(same_object(a, b) && a->local != b->local))
			report_pair(a, b, out);
	}
	o->count = 0;
}

static void check_owners(const struct gw_config *to, struct meaning_findings *out)
{
	struct owners o = { 0 };
	struct place at;
	size_t i;
	int role;

	o.array = calloc(6 + to->circuit_count * GW_ROLES * 2 + to->vnet_router_count +
			 to->connection_count * 2 * GW_SESSIONS_MAX, sizeof(*o.array));
	if (!o.array)
		abort();
	/* outside: who is who on the public network */
	at = place_gateway("public-address");
	own(&o, &to->public_ipv4, &at, "public-address", false);
	own(&o, &to->public_ipv6, &at, "public-address", false);
	for (i = 0; i < to->connection_count; i++) {
		at = place_connection(&to->connections[i], "remote-address");
		own(&o, &to->connections[i].remote_address, &at, "remote-address", false);
	}
	report_shared(&o, out);
	/* inside: the BGP speakers; a session with ourselves would be bgpd's to refuse, which it may not */
	at = place_gateway("public-address");
	own(&o, &to->public_ipv4, &at, "public-address", true);
	own(&o, &to->public_ipv6, &at, "public-address", true);
	for (i = 0; i < to->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++) {
			const struct gw_edge *e = &to->circuits[i].edges[role];

			at = place_edge(&to->circuits[i], role, "peer");
			own(&o, &e->peer, &at, "edge peer", false);
			at = place_edge(&to->circuits[i], role, "peer-ipv6");
			own(&o, &e->peer_ipv6, &at, "edge peer-ipv6", false);
		}
	for (i = 0; i < to->connection_count; i++) {
		const struct gw_connection *c = &to->connections[i];

		for (size_t k = 0; k < c->session_count; k++) {
			at = place_session(c, &c->sessions[k], "peer-address");
			own(&o, &c->sessions[k].peer, &at, "bgp peer-address", false);
			at = place_session(c, &c->sessions[k], "local-address");
			own(&o, &c->sessions[k].local, &at, "bgp local-address", true);
		}
	}
	for (i = 0; i < to->vnet_router_count; i++) {
		at = place_entry("vnet-router", to->vnet_routers[i].name, "peer-address");
		own(&o, &to->vnet_routers[i].peer, &at, "peer-address", false);
	}
	at = place_gateway("partner/peer-address");
	own(&o, &to->partner.peer, &at, "partner peer-address", false);
	at = place_gateway("partner/local-address");
	if (gh_addr_cmp(&to->partner.local, &to->partner.peer))         /* said elsewhere */
		own(&o, &to->partner.local, &at, "partner local-address", true);
	report_shared(&o, out);
	free(o.array);
}

void meaning_check_addresses(const struct gw_config *to, struct meaning_findings *out)
{
	check_addresses(to, out);
	check_owners(to, out);
}
