/*
 * Checks of meaning: see meaning.h.
 *
 * The numbered groups run in order and all of them always: an operator who
 * loads a file wants every mistake named at once. Groups 2 to 4 are in
 * meaning_address.c and meaning_prefix.c, 5 in meaning_policy.c and
 * meaning_topology.c, 6 in meaning_reference.c, 7 in meaning_host.c, 8 in
 * meaning_access.c.
 */
#include "yang/meaning.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

#define ROOT "/gatehouse:gateway"

/* ---- findings ---- */

static void print_within(const struct place *p, struct gh_buf *path)
{
	char a[GH_PREFIX_TEXT], b[GH_PREFIX_TEXT];
	const struct gw_selector *s = p->key;

	switch (p->within) {
	case PLACE_ITSELF:
		gh_buf_puts(path, p->leaf);
		break;
	case PLACE_EDGE:
		gh_buf_printf(path, "edge[role='%s']/%s", gw_role_name(p->role), p->leaf);
		break;
	case PLACE_SESSION:
		gh_buf_printf(path, "bgp/session[peer-address='%s']/%s", gh_addr_print(p->key, a),
			      p->leaf);
		break;
	case PLACE_PREFIX:
		gh_buf_printf(path, "%s[.='%s']", p->leaf, gh_prefix_print(p->key, a));
		break;
	case PLACE_WORD:
		gh_buf_printf(path, "%s[.='%s']", p->leaf, (const char *)p->key);
		break;
	case PLACE_SELECTOR:
		gh_buf_printf(path, "%s[local='%s'][remote='%s']", p->leaf,
			      gh_prefix_print(&s->local, a), gh_prefix_print(&s->remote, b));
		break;
	case PLACE_RULE:
		gh_buf_printf(path, "rule[name='%s']/%s", (const char *)p->key, p->leaf);
		break;
	}
}

static char *place_path(const struct place *p)
{
	struct gh_buf path = { 0 };
	char *copy;

	gh_buf_puts(&path, p->root ? p->root : ROOT);
	if (p->list)
		gh_buf_printf(&path, "/%s[name='%s']", p->list, p->name);
	if (p->leaf[0] && (p->list || !p->root))
		gh_buf_puts(&path, "/");
	print_within(p, &path);
	copy = strdup(gh_buf_text(&path));
	if (!copy)
		abort();
	gh_buf_fini(&path);
	return copy;
}

struct meaning_finding *meaning_add(struct meaning_findings *out, enum severity severity,
				    const char *tag, const struct place *at,
				    const struct place *other, const char *format, ...)
{
	struct meaning_finding *f;
	va_list args;

	out->array = reallocarray(out->array, out->count + 1, sizeof(*out->array));
	if (!out->array)
		abort();
	f = &out->array[out->count++];
	*f = (struct meaning_finding){ .warning = severity == WARN, .app_tag = tag,
				       .path = place_path(at),
				       .other = other ? place_path(other) : NULL };
	va_start(args, format);
	if (vasprintf(&f->text, format, args) < 0)
		abort();
	va_end(args);
	out->errors += severity == REFUSE;
	return f;
}

void meaning_findings_fini(struct meaning_findings *findings)
{
	size_t i;

	for (i = 0; i < findings->count; i++) {
		free(findings->array[i].path);
		free(findings->array[i].other);
		free(findings->array[i].text);
		free(findings->array[i].other_text);
	}
	free(findings->array);
	*findings = (struct meaning_findings){ 0 };
}

struct place place_gateway(const char *leaf)
{
	return (struct place){ .leaf = leaf };
}

struct place place_edge(const struct gw_circuit *c, int role, const char *leaf)
{
	return (struct place){ .list = "expressroute", .name = c->name, .leaf = leaf,
			       .within = PLACE_EDGE, .role = role };
}

struct place place_connection(const struct gw_connection *c, const char *leaf)
{
	return (struct place){ .list = "connection", .name = c->name, .leaf = leaf };
}

struct place place_session(const struct gw_connection *c, const struct gw_session *s,
			   const char *leaf)
{
	return (struct place){ .list = "connection", .name = c->name, .leaf = leaf,
			       .within = PLACE_SESSION, .key = &s->peer };
}

struct place place_entry(const char *list, const char *name, const char *leaf)
{
	return (struct place){ .list = list, .name = name, .leaf = leaf };
}

struct place place_prefix(const char *list, const char *name, const char *leaf,
			  const struct gh_prefix *prefix)
{
	return (struct place){ .list = list, .name = name, .leaf = leaf, .within = PLACE_PREFIX,
			       .key = prefix };
}

/* ---- 1 AS numbers ---- */

const char *meaning_asn(uint32_t asn, bool edge)
{
	if (asn == 23456)
		return "it stands for 4-byte numbers on old routers (AS_TRANS, RFC 6793)";
	if ((asn >= 64496 && asn <= 64511) || (asn >= 65536 && asn <= 65551))
		return "it is reserved for documentation (RFC 5398)";
	if (asn == 65535 || asn == 4294967295u)
		return "it is reserved (RFC 7300)";
	if (asn == 8074 || asn == 8075 || (asn >= 65517 && asn <= 65520))
		return "Azure reserves it for itself";
	if (asn == 12076 && !edge)
		return "it is that of Microsoft's ExpressRoute edges";
	return NULL;
}

static void check_asn(const struct place *at, const char *words, uint32_t asn, const char *why,
		      struct meaning_findings *out)
{
	if (why)
		meaning_add(out, REFUSE, "gh-asn-reserved", at, NULL,
			    "%s %u: %s; use a public or private number"
			    " (64512-65514, 4200000000-4294967294)", words, asn, why);
}

static void check_remote_as(const struct gw_config *to, const struct place *at, const char *words,
			    uint32_t asn, bool edge, struct meaning_findings *out)
{
	struct place own = place_gateway("asn");

	if (!asn)
		return;
	if (asn == to->asn)
		meaning_add(out, REFUSE, "gh-asn-equal", at, &own,
			    "%s %u: it is this gateway's own number, and"
			    " the session must be external; give the peer's, or change the"
			    " gateway's asn", words, asn);
	else
		check_asn(at, words, asn, meaning_asn(asn, edge), out);
}

static void check_asns(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("asn");
	size_t i;
	int role;

	check_asn(&at, "asn", to->asn, meaning_asn(to->asn, false), out);
	for (i = 0; i < to->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++) {
			at = place_edge(&to->circuits[i], role, "remote-as");
			check_remote_as(to, &at, "edge remote-as",
					to->circuits[i].edges[role].remote_as, true, out);
		}
	for (i = 0; i < to->connection_count; i++) {
		const struct gw_connection *c = &to->connections[i];

		for (size_t k = 0; k < c->session_count; k++) {
			at = place_session(c, &c->sessions[k], "remote-as");
			check_remote_as(to, &at, "bgp remote-as", c->sessions[k].remote_as, false,
					out);
		}
	}
	for (i = 0; i < to->vnet_router_count; i++) {
		const struct gw_vnet_router *r = &to->vnet_routers[i];

		at = place_entry("vnet-router", r->name, "remote-as");
		if (r->remote_as && r->remote_as != to->asn)
			check_asn(&at, "remote-as", r->remote_as, meaning_asn(r->remote_as, false),
				  out);
	}
}

/* ---- 5 names ---- */

static void check_names(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < to->circuit_count; i++) {
		const char *name = to->circuits[i].name;
		const struct gw_connection *c = gw_config_connection(to, name);
		struct place other = place_entry("expressroute", name, "");

		if (c) {
			struct place at = place_connection(c, "");

			meaning_add(out, REFUSE, "gh-name-taken", &at, &other,
				    "an expressroute circuit has the"
				    " name %s too, and messages could not tell them apart; name one"
				    " differently", name);
		}
	}
}

/* By its interface alone a packet tells from which side it comes. */
static void check_sides(const struct gw_config *config, struct meaning_findings *out)
{
	for (size_t i = 0; i < config->circuit_count; i++) {
		const struct gw_circuit *c = &config->circuits[i];

		for (int role = 0; role < GW_ROLES; role++) {
			const char *name = c->edges[role].interface;
			struct place at = place_edge(c, role, "interface");

			if (name[0] && !strcmp(name, config->vnet_interface))
				meaning_add(out, REFUSE, "gh-interface-taken", &at, NULL,
					    "edge interface %s: it is the"
					    " vnet interface too; each side needs its own", name);
		}
	}
}

void meaning_check(const struct meaning *m, struct meaning_findings *out)
{
	check_asns(m->to, out);
	meaning_check_addresses(m->to, out);
	meaning_check_prefixes(m->to, out);
	meaning_check_policies(m->to, out);
	meaning_check_topology(m->to, out);
	check_names(m->to, out);
	check_sides(m->to, out);
	meaning_check_references(m->to, out);
	meaning_check_host(m, out);
	meaning_check_access(m->tree, out);
}
