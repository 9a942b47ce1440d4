/*
 * Checks of meaning on what refers to another thing: group 6 of meaning.h.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* A kind of reference from a connection. */
struct reference {
	const char *words;              /* of the line */
	const char *leaf;               /* of the connection */
	const char *list;               /* what it names an entry of */
	bool many;                      /* a leaf-list */
	/* The name it has at index i; NULL beyond the last. "" is none. */
	const char *(*name)(const struct gw_connection *c, size_t i);
	bool (*exists)(const struct gw_config *to, const char *name);
};

static const char *profile_of(const struct gw_connection *c, size_t i)
{
	return i ? NULL : c->azure_default ? "" : c->profile;
}

static const char *certificate_of(const struct gw_connection *c, size_t i)
{
	return i ? NULL : c->certificate;
}

static const char *authority_of(const struct gw_connection *c, size_t i)
{
	return i < c->authority_count ? c->authorities[i].name : NULL;
}

static const char *circuit_of(const struct gw_connection *c, size_t i)
{
	return i ? NULL : c->over;
}

static const char *nat_rule_of(const struct gw_connection *c, size_t i)
{
	return i < c->nat_rule_count ? c->nat_rules[i].name : NULL;
}

static bool has_profile(const struct gw_config *to, const char *name)
{
	return gw_config_profile(to, name);
}

static bool has_certificate(const struct gw_config *to, const char *name)
{
	return gw_config_certificate(to, name);
}

static bool has_circuit(const struct gw_config *to, const char *name)
{
	return gw_config_circuit(to, name);
}

static bool has_nat_rule(const struct gw_config *to, const char *name)
{
	return gw_config_nat_rule(to, name);
}

static const struct reference references[] = {
	{ "profile", "profile", "profile", false, profile_of, has_profile },
	{ "certificate", "certificate", "certificate", false, certificate_of, has_certificate },
	{ "authority", "authority", "certificate", true, authority_of, has_certificate },
	{ "over expressroute", "over-expressroute", "expressroute", false, circuit_of,
	  has_circuit },
	{ "nat-rule", "nat-rule", "nat-rule", true, nat_rule_of, has_nat_rule },
};

static bool names(const struct reference *r, const struct gw_connection *c, const char *name)
{
	const char *other;
	size_t i;

	for (i = 0; (other = r->name(c, i)); i++)
		if (!strcmp(other, name))
			return true;
	return false;
}

/* Is there an earlier connection that misses the same? Then all has been said. */
static bool said(const struct gw_config *to, const struct reference *r, size_t i, const char *name)
{
	size_t j;

	for (j = 0; j < i; j++)
		if (names(r, &to->connections[j], name))
			return true;
	return false;
}

/* Either the reference is new and wrong, or what it refers to was removed: said both ways. */
static void check_reference(const struct gw_config *to, const struct reference *r, size_t i,
			    const char *name, struct meaning_findings *out)
{
	const struct gw_connection *c = &to->connections[i];
	struct place at = place_connection(c, r->leaf);
	struct place other = place_entry(r->list, name, "");
	struct meaning_finding *f;

	if (!name[0] || r->exists(to, name) || said(to, r, i, name))
		return;
	if (r->many) {
		at.within = PLACE_WORD;
		at.key = name;
	}
	f = meaning_add(out, REFUSE, "instance-required", &at, &other, "%s %s: there is no such %s;"
			" make it first: gateway %s %s", r->words, name, r->list, r->list, name);
	if (asprintf(&f->other_text, "connection %s uses it; enter no %s there first, or give it"
		     " another", c->name, r->words) < 0)
		abort();
}

void meaning_check_references(const struct gw_config *to, struct meaning_findings *out)
{
	const char *name;
	size_t i, k, n;

	for (k = 0; k < sizeof(references) / sizeof(references[0]); k++)
		for (i = 0; i < to->connection_count; i++)
			for (n = 0; (name = references[k].name(&to->connections[i], n)); n++)
				check_reference(to, &references[k], i, name, out);
}
