/*
 * Checks of meaning on addresses and prefixes: groups 2 to 4 of meaning.h.
 *
 * Uniqueness is judged on one sorted array of all addresses, not pair by pair.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* ---- 2 single addresses ---- */

static bool in_prefix(const char *prefix, const struct gh_addr *a)
{
	struct gh_prefix p;

	return !gh_prefix_parse(prefix, &p) && gh_prefix_holds(&p, a);
}

/* Why this cannot be the address of one host, or NULL. */
static const char *not_a_host(const struct gh_addr *a)
{
	static const struct {
		const char *prefix, *why;
	} bad[] = {
		{ "0.0.0.0/8", "it means no address" },
		{ "127.0.0.0/8", "it is a loopback address" },
		{ "224.0.0.0/4", "it is a multicast address" },
		{ "240.0.0.0/4", "it is reserved (RFC 1112)" },
		{ "::/128", "it means no address" },
		{ "::1/128", "it is a loopback address" },
		{ "::ffff:0.0.0.0/96", "it is an IPv4 address in IPv6 form; give it as IPv4" },
		{ "ff00::/8", "it is a multicast address" },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (in_prefix(bad[i].prefix, a))
			return bad[i].why;
	return NULL;
}

static bool is_link_local(const struct gh_addr *a)
{
	return in_prefix("169.254.0.0/16", a) || in_prefix("fe80::/10", a);
}

/* Azure's range of link-local addresses for BGP: 169.254.21.0-169.254.22.255. */
static bool is_apipa_for_bgp(const struct gh_addr *a)
{
	return in_prefix("169.254.21.0/24", a) || in_prefix("169.254.22.0/24", a);
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
	at = place_connection(c, "bgp/peer-address");
	check_inner(&at, "bgp peer-address", &c->peer_address, out);
	warn_router_id(to, &at, c->remote_as, out);
	at = place_connection(c, "bgp/local-address");
	check_inner(&at, "bgp local-address", &c->local_address, out);
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
	for (i = 0; i < to->connection_count; i++)
		check_connection_addresses(to, &to->connections[i], out);
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
	return c ? c : strcmp(x->at.leaf, y->at.leaf);
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

	o.array = calloc(4 + to->circuit_count * GW_ROLES * 2 + to->connection_count * 2,
			 sizeof(*o.array));
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

		at = place_connection(c, "bgp/peer-address");
		own(&o, &c->peer_address, &at, "bgp peer-address", false);
		at = place_connection(c, "bgp/local-address");
		own(&o, &c->local_address, &at, "bgp local-address", true);
	}
	report_shared(&o, out);
	free(o.array);
}

/* ---- 4 prefixes ---- */

static bool overlap(const struct gh_prefix *a, const struct gh_prefix *b)
{
	return gh_prefix_contains(a, b) || gh_prefix_contains(b, a);
}

/* Why no network behind us can have this prefix, or NULL. */
static const char *not_a_network(const struct gh_prefix *p)
{
	static const char *const bad[] = {
		"127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3", "::/127", "fe80::/10", "ff00::/8",
	};
	struct gh_prefix q;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!gh_prefix_parse(bad[i], &q) && gh_prefix_contains(&q, p))
			return "it is not routed (loopback, link-local, multicast or reserved)";
	return NULL;
}

static void check_prefix(const struct place *at, const char *words, const struct gh_prefix *p,
			 struct meaning_findings *out)
{
	const char *why = not_a_network(p);
	char text[GH_PREFIX_TEXT];

	if (why)
		meaning_add(out, REFUSE, "gh-prefix", at, NULL,
			    "%s %s: %s; give a unicast prefix", words,
			    gh_prefix_print(p, text), why);
}

static void check_address_space(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i, j;

	for (i = 0; i < to->address_space_count; i++) {
		const struct gh_prefix *p = &to->address_space[i];
		struct place at = place_prefix(NULL, NULL, "address-space", p);
		char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];

		check_prefix(&at, "address-space", p, out);
		if (!p->length)
			meaning_add(out, REFUSE, "gh-prefix", &at, NULL,
				    "address-space %s: a default route"
				    " cannot be the virtual network; give its own prefixes",
				    gh_prefix_print(p, a));
		for (j = 0; j < i; j++) {
			const struct gh_prefix *q = &to->address_space[j];
			struct place other = place_prefix(NULL, NULL, "address-space", q);

			if (overlap(p, q))
				meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other,
					    "address-space %s: it"
					    " overlaps address-space %s; remove one of them",
					    gh_prefix_print(p, a), gh_prefix_print(q, b));
		}
	}
}

static void check_static(const struct gw_config *to, const struct gw_connection *c,
			 struct meaning_findings *out)
{
	char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];
	size_t i, j;

	for (i = 0; i < c->prefix_count; i++) {
		const struct gh_prefix *p = &c->prefixes[i];
		struct place at = place_prefix("connection", c->name, "prefix", p);

		check_prefix(&at, "prefix", p, out);
		for (j = 0; j < to->address_space_count; j++) {
			const struct gh_prefix *q = &to->address_space[j];
			struct place other = place_prefix(NULL, NULL, "address-space", q);

			if (gh_prefix_contains(q, p))
				meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other,
					    "prefix %s: it is inside"
					    " address-space %s, which is on our side; remove it"
					    " here or there", gh_prefix_print(p, a),
					    gh_prefix_print(q, b));
		}
	}
}

/* A peer inside the address space would be routed to the virtual network. */
static void check_peer_place(const struct gw_config *to, const struct gw_connection *c,
			     struct meaning_findings *out)
{
	char a[GH_ADDR_TEXT], b[GH_PREFIX_TEXT];
	size_t j;

	for (j = 0; j < to->address_space_count; j++) {
		const struct gh_prefix *q = &to->address_space[j];
		struct place at = place_connection(c, "bgp/peer-address");
		struct place other = place_prefix(NULL, NULL, "address-space", q);

		if (gh_addr_is_set(&c->peer_address) && gh_prefix_holds(q, &c->peer_address))
			meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other,
				    "bgp peer-address %s: it is inside"
				    " address-space %s, which is on our side; use an address of the"
				    " site or 169.254.21.0-169.254.22.255",
				    gh_addr_print(&c->peer_address, a), gh_prefix_print(q, b));
	}
}

static void check_prefixes(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i;

	check_address_space(to, out);
	for (i = 0; i < to->connection_count; i++) {
		check_static(to, &to->connections[i], out);
		check_peer_place(to, &to->connections[i], out);
	}
}

void meaning_check_addresses(const struct gw_config *to, struct meaning_findings *out)
{
	check_addresses(to, out);
	check_owners(to, out);
	check_prefixes(to, out);
}
