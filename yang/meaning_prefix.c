/*
 * Checks of meaning on prefixes, selectors and translation: group 4 of
 * meaning.h.
 */
#include <stdio.h>
#include <string.h>

#include "yang/meaning_report.h"

static bool overlap(const struct gh_prefix *a, const struct gh_prefix *b)
{
	return gh_prefix_contains(a, b) || gh_prefix_contains(b, a);
}

/* Why no network behind us can have this prefix, or NULL. */
static const char *not_a_network(const struct gh_prefix *p)
{
	static const struct gh_prefix bad[] = {
		{ { AF_INET, { 127 } }, 8 },
		{ { AF_INET, { 169, 254 } }, 16 },
		{ { AF_INET, { 224 } }, 3 },
		{ { AF_INET6, { 0 } }, 127 },
		{ { AF_INET6, { 0xfe, 0x80 } }, 10 },
		{ { AF_INET6, { 0xff } }, 8 },
	};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (gh_prefix_contains(&bad[i], p))
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

/* The prefixes of our own side: of the virtual network, and of those peered with it. */
struct space {
	const char *leaf;
	const struct gh_prefix *array;
	size_t count;
};

static void report_overlap(const struct space *s, const struct gh_prefix *p, const struct space *t,
			   const struct gh_prefix *q, struct meaning_findings *out)
{
	struct place at = place_prefix(NULL, NULL, s->leaf, p);
	struct place other = place_prefix(NULL, NULL, t->leaf, q);
	char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];

	meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other, "%s %s: it overlaps %s %s;"
		    " remove one of them", s->leaf, gh_prefix_print(p, a), t->leaf,
		    gh_prefix_print(q, b));
}

static void check_space(const struct space *s, struct meaning_findings *out)
{
	size_t i, j;

	for (i = 0; i < s->count; i++) {
		const struct gh_prefix *p = &s->array[i];
		struct place at = place_prefix(NULL, NULL, s->leaf, p);
		char a[GH_PREFIX_TEXT];

		check_prefix(&at, s->leaf, p, out);
		if (!p->length)
			meaning_add(out, REFUSE, "gh-prefix", &at, NULL, "%s %s: a default route"
				    " cannot be the virtual network; give its own prefixes", s->leaf,
				    gh_prefix_print(p, a));
		for (j = 0; j < i; j++)
			if (overlap(p, &s->array[j]))
				report_overlap(s, p, s, &s->array[j], out);
	}
}

static void check_spaces(const struct space *space, const struct space *peered,
			 struct meaning_findings *out)
{
	size_t i, j;

	check_space(space, out);
	check_space(peered, out);
	for (i = 0; i < peered->count; i++)
		for (j = 0; j < space->count; j++)
			if (overlap(&peered->array[i], &space->array[j]))
				report_overlap(peered, &peered->array[i], space, &space->array[j],
					       out);
}

static void check_static(const struct space *space, const struct gw_connection *c,
			 struct meaning_findings *out)
{
	char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];
	size_t i, j;

	for (i = 0; i < c->prefix_count; i++) {
		const struct gh_prefix *p = &c->prefixes[i];
		struct place at = place_prefix("connection", c->name, "prefix", p);

		for (j = 0; j < space->count; j++) {
			const struct gh_prefix *q = &space->array[j];
			struct place other = place_prefix(NULL, NULL, space->leaf, q);

			if (gh_prefix_contains(q, p))
				meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other,
					    "prefix %s: it is inside"
					    " %s %s, which is on our side; remove it"
					    " here or there", gh_prefix_print(p, a), space->leaf,
					    gh_prefix_print(q, b));
		}
	}
}

/* A peer inside the address space would be routed to the virtual network. */
static void check_peer_place(const struct space *space, const struct gw_connection *c,
			     struct meaning_findings *out)
{
	char a[GH_ADDR_TEXT], b[GH_PREFIX_TEXT];
	size_t j, k;

	for (j = 0; j < space->count; j++)
		for (k = 0; k < c->session_count; k++) {
			const struct gw_session *s = &c->sessions[k];
			const struct gh_prefix *q = &space->array[j];
			struct place at = place_session(c, s, "peer-address");
			struct place other = place_prefix(NULL, NULL, space->leaf, q);

			if (!gh_addr_is_set(&s->peer) || !gh_prefix_holds(q, &s->peer))
				continue;
			meaning_add(out, REFUSE, "gh-prefix-overlap", &at, &other,
				    "bgp peer-address %s: it is inside"
				    " %s %s, which is on our side; use an address of the"
				    " site or 169.254.21.0-169.254.22.255",
				    gh_addr_print(&s->peer, a), space->leaf, gh_prefix_print(q, b));
		}
}

static void check_static_form(const struct gw_connection *c, struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < c->prefix_count; i++) {
		struct place at = place_prefix("connection", c->name, "prefix", &c->prefixes[i]);

		check_prefix(&at, "prefix", &c->prefixes[i], out);
	}
}

/* ---- selectors ---- */

static struct place place_selector(const struct gw_connection *c, const struct gw_selector *s)
{
	return (struct place){ .list = "connection", .name = c->name, .leaf = "traffic-selector",
			       .within = PLACE_SELECTOR, .key = s };
}

/* One packet must be of one pair only. */
static void check_selector_pairs(const struct gw_connection *c, struct meaning_findings *out)
{
	char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];
	size_t i, j;

	for (i = 0; i < c->selector_count; i++)
		for (j = 0; j < i; j++) {
			const struct gw_selector *s = &c->selectors[i], *t = &c->selectors[j];
			struct place at = place_selector(c, s), other = place_selector(c, t);

			if (overlap(&s->local, &t->local) && overlap(&s->remote, &t->remote))
				meaning_add(out, REFUSE, "gh-selector", &at, &other,
					    "traffic-selector: both sides overlap those of"
					    " traffic-selector local %s remote %s, and a packet"
					    " would be of both; make one of them narrower",
					    gh_prefix_print(&t->local, a),
					    gh_prefix_print(&t->remote, b));
		}
}

static bool selected(const struct gw_connection *c, const struct gh_addr *local,
		     const struct gh_addr *remote)
{
	size_t i;

	for (i = 0; i < c->selector_count; i++)
		if (gh_prefix_holds(&c->selectors[i].local, local) &&
		    gh_prefix_holds(&c->selectors[i].remote, remote))
			return true;
	return false;
}

/* What the connection is for must be of some pair. */
static void check_selected(const struct gw_connection *c, struct meaning_findings *out)
{
	char text[GH_PREFIX_TEXT];
	size_t i, k;

	if (!c->selector_count)
		return;
	for (i = 0; i < c->session_count; i++) {
		struct place at = place_session(c, &c->sessions[i], "peer-address");

		if (!selected(c, &c->sessions[i].local, &c->sessions[i].peer))
			meaning_add(out, REFUSE, "gh-selector", &at, NULL, "bgp peer-address %s: no"
				    " traffic-selector holds this session, so that it would never"
				    " come up; add one for it, or remove all of them",
				    gh_addr_print(&c->sessions[i].peer, text));
	}
	for (i = 0; i < c->prefix_count; i++) {
		struct place at = place_prefix("connection", c->name, "prefix", &c->prefixes[i]);

		for (k = 0; k < c->selector_count; k++)
			if (overlap(&c->selectors[k].remote, &c->prefixes[i]))
				break;
		if (k == c->selector_count)
			meaning_add(out, WARN, "gh-selector", &at, NULL, "prefix %s: no"
				    " traffic-selector has it as remote, so that its packets are"
				    " dropped; add one", gh_prefix_print(&c->prefixes[i], text));
	}
}

/* ---- translation ---- */

static bool within(const struct space *s, const struct gh_prefix *p)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (gh_prefix_contains(&s->array[i], p))
			return true;
	return false;
}

static bool touches(const struct space *s, const struct gh_prefix *p)
{
	size_t i;

	for (i = 0; i < s->count; i++)
		if (overlap(&s->array[i], p))
			return true;
	return false;
}

static void check_nat_rule(const struct space *space, const struct space *peered,
			   const struct gw_nat_rule *r, struct meaning_findings *out)
{
	struct place internal = place_entry("nat-rule", r->name, "internal");
	struct place external = place_entry("nat-rule", r->name, "external");
	char text[GH_PREFIX_TEXT];

	if (!r->internal.addr.family || !r->external.addr.family)
		return;
	check_prefix(&internal, "internal", &r->internal, out);
	check_prefix(&external, "external", &r->external, out);
	if (!r->ingress && !within(space, &r->internal) && !within(peered, &r->internal))
		meaning_add(out, WARN, "gh-nat", &internal, NULL, "internal %s: it is not of the"
			    " address space, and an egress rule translates what the virtual network"
			    " sends; should the mode be ingress?",
			    gh_prefix_print(&r->internal, text));
	if (r->ingress && (touches(space, &r->external) || touches(peered, &r->external)))
		meaning_add(out, REFUSE, "gh-nat", &external, NULL, "external %s: it overlaps the"
			    " address space, and as this the virtual network would see the site;"
			    " give a prefix that nobody else has", gh_prefix_print(&r->external,
									     text));
	if (r->dynamic && r->external.length < r->internal.length)
		meaning_add(out, WARN, "gh-nat", &external, NULL, "external %s: it is larger than"
			    " internal; a dynamic rule needs fewer addresses, a static one as many",
			    gh_prefix_print(&r->external, text));
}

/* Of two rules in one direction, a packet must be of one only. */
static void check_nat_pairs(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "nat-rule");
	size_t i, j;

	for (i = 0; i < c->nat_rule_count; i++)
		for (j = 0; j < i; j++) {
			const struct gw_nat_rule *r = &c->nat_rules[i], *q = &c->nat_rules[j];

			if (r->ingress != q->ingress || !r->internal.addr.family ||
			    !q->internal.addr.family || !r->external.addr.family ||
			    !q->external.addr.family)
				continue;
			if (overlap(&r->internal, &q->internal) ||
			    ((!r->dynamic || !q->dynamic) && overlap(&r->external, &q->external)))
				meaning_add(out, REFUSE, "gh-nat", &at, NULL, "nat-rule %s: it"
					    " overlaps nat-rule %s in the same direction, and a"
					    " packet would be of both; use one of them here", r->name,
					    q->name);
		}
}

void meaning_check_prefixes(const struct gw_config *to, struct meaning_findings *out)
{
	struct space space = { "address-space", to->address_space, to->address_space_count };
	struct space peered = { "peered-space", to->peered_space, to->peered_space_count };
	size_t i;

	check_spaces(&space, &peered, out);
	for (i = 0; i < to->nat_rule_count; i++)
		check_nat_rule(&space, &peered, &to->nat_rules[i], out);
	for (i = 0; i < to->connection_count; i++) {
		const struct gw_connection *c = &to->connections[i];

		check_static_form(c, out);
		/* A site with addresses of ours is what translation is for. */
		if (!c->nat_rule_count) {
			check_static(&space, c, out);
			check_static(&peered, c, out);
		}
		check_peer_place(&space, c, out);
		check_peer_place(&peered, c, out);
		check_selector_pairs(c, out);
		check_selected(c, out);
		check_nat_pairs(c, out);
	}
}
