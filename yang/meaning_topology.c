/*
 * Checks of meaning on who there is beside this gateway, and on sizes: the
 * second half of group 5 of meaning.h.
 *
 * The limits are those of Azure's sizes (the table at the end of
 * docs/configuration.md's node `gateway`); a gateway without a size has none.
 */
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

#define NAT_RULES_MAX 500       /* of Azure, whatever the size */

/* ---- devices that come from anywhere, and modes ---- */

static void check_any(const struct gw_connection *c, struct meaning_findings *out)
{
	struct place at = place_connection(c, "mode"), other = place_connection(c, "remote-address");

	if (c->remote_any && c->mode == GW_INITIATOR_ONLY)
		meaning_add(out, REFUSE, "gh-remote-any", &at, &other, "mode initiator-only: with"
			    " remote-address any there is no address to begin with; give the"
			    " device's address, or another mode");
}

static int by_remote(const void *a, const void *b)
{
	const struct gw_connection *x = *(const struct gw_connection *const *)a;
	const struct gw_connection *y = *(const struct gw_connection *const *)b;
	int c;

	if (x->remote_any != y->remote_any)
		return x->remote_any - y->remote_any;
	c = strcmp(x->remote_any ? x->remote_id : x->remote_host,
		   y->remote_any ? y->remote_id : y->remote_host);
	return c ? c : strcmp(x->name, y->name);
}

/* Two of one identity, or of one name: which of them is it that comes? */
static void check_same_remote(const struct gw_connection *a, const struct gw_connection *b,
			      struct meaning_findings *out)
{
	struct place at = place_connection(b, a->remote_any ? "remote-id" : "remote-address");
	struct place other = place_connection(a, a->remote_any ? "remote-id" : "remote-address");

	if (a->remote_any && b->remote_any && a->remote_id[0] && !strcmp(a->remote_id, b->remote_id))
		meaning_add(out, REFUSE, "gh-remote-any", &at, &other, "remote-id %s: connection %s"
			    " has it too, and with remote-address any it alone says who comes; each"
			    " needs its own", b->remote_id, a->name);
	else if (!a->remote_any && !b->remote_any && a->remote_host[0] &&
		 !strcmp(a->remote_host, b->remote_host))
		meaning_add(out, REFUSE, "gh-address-taken", &at, &other, "remote-address %s: it is"
			    " already the remote-address of connection %s; each needs its own",
			    b->remote_host, a->name);
}

static void check_remotes(const struct gw_config *to, struct meaning_findings *out)
{
	const struct gw_connection **all = calloc(to->connection_count + 1, sizeof(const void *));
	size_t i;

	if (!all)
		abort();
	for (i = 0; i < to->connection_count; i++) {
		all[i] = &to->connections[i];
		check_any(all[i], out);
	}
	qsort(all, to->connection_count, sizeof(const void *), by_remote);
	for (i = 1; i < to->connection_count; i++)
		check_same_remote(all[i - 1], all[i], out);
	free(all);
}

/* ---- the partner ---- */

static void check_partner(const struct gw_config *to, struct meaning_findings *out)
{
	const struct gw_partner *p = &to->partner;
	struct place at = place_gateway("partner/moving-address/prefix");
	struct place mode = place_gateway("partner/mode");

	if (p->moving.family && !p->standby)
		meaning_add(out, REFUSE, "gh-partner", &at, &mode, "address: only one instance can"
			    " have it, and in active-active both carry traffic; enter mode"
			    " active-standby first");
	if (p->moving.family && p->moving_length > gh_family_bits(p->moving.family))
		meaning_add(out, REFUSE, "gh-partner", &at, NULL, "address: its length is more than"
			    " an address has bits; give A.B.C.D/M");
	at = place_gateway("partner/symmetry");
	if (p->symmetry && p->standby)
		meaning_add(out, WARN, "gh-partner", &at, &mode, "symmetry: in active-standby all"
			    " flows use the active instance anyway; it says nothing here");
	at = place_gateway("partner/role");
	if (p->secondary && !p->standby && !p->symmetry)
		meaning_add(out, WARN, "gh-partner", &at, &mode, "role secondary: in active-active"
			    " both instances are alike, unless there is symmetry; it says nothing"
			    " here");
	at = place_gateway("partner");
	if (p->present && !gh_addr_is_set(&p->peer))
		meaning_add(out, WARN, "gh-partner", &at, NULL, "the partner has no peer-address,"
			    " and stays unknown: give peer-address A local-address A interface"
			    " IFNAME");
	for (size_t i = 0; i < to->circuit_count; i++)
		for (int role = 0; role < GW_ROLES; role++) {
			const char *name = to->circuits[i].edges[role].interface;
			struct place edge = place_edge(&to->circuits[i], role, "interface");

			at = place_gateway("partner/interface");
			if (name[0] && !strcmp(name, p->interface))
				meaning_add(out, REFUSE, "gh-interface-taken", &at, &edge,
					    "interface %s: it is that of an edge of circuit %s; the"
					    " partner needs another, as a packet's interface tells"
					    " from which side it comes", name, to->circuits[i].name);
		}
}

static void check_incomplete(const struct gw_config *to, struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < to->vnet_router_count; i++) {
		const struct gw_vnet_router *r = &to->vnet_routers[i];
		struct place at = place_entry("vnet-router", r->name, "");

		if (!gh_addr_is_set(&r->peer))
			meaning_add(out, WARN, "gh-incomplete", &at, NULL, "it has no peer-address,"
				    " and stays down");
	}
	for (i = 0; i < to->nat_rule_count; i++) {
		const struct gw_nat_rule *r = &to->nat_rules[i];
		struct place at = place_entry("nat-rule", r->name, "");

		if (!r->internal.addr.family || !r->external.addr.family)
			meaning_add(out, WARN, "gh-incomplete", &at, NULL, "it lacks internal or"
				    " external, and translates nothing");
	}
}

/* ---- sizes ---- */

static const struct size {
	unsigned tunnels;
	bool bgp, active_active;
} sizes[GW_SIZES] = {
	[GW_BASIC] = { 10, false, false },
	[GW_VPNGW1AZ] = { 30, true, true },
	[GW_VPNGW2AZ] = { 30, true, true },
	[GW_VPNGW3AZ] = { 30, true, true },
	[GW_VPNGW4AZ] = { 100, true, true },
	[GW_VPNGW5AZ] = { 100, true, true },
};

/* The line that goes beyond may be either the size or the one thing too many. */
static void check_size(const struct gw_config *to, struct meaning_findings *out)
{
	const struct size *s = &sizes[to->size];
	const char *name = gw_size_name(to->size);
	struct place at = place_gateway("size");
	size_t i;

	if (!to->size)
		return;
	if (to->connection_count > s->tunnels)
		meaning_add(out, REFUSE, "gh-size", &at, NULL, "size %s: it has %u tunnels, and there"
			    " are %zu connections; remove some, or choose a larger size (vpngw4az has"
			    " 100), or none", name, s->tunnels, to->connection_count);
	if (to->partner.present && !to->partner.standby && !s->active_active)
		meaning_add(out, REFUSE, "gh-size", &at, NULL, "size %s: it has no active-active;"
			    " use mode active-standby, or a larger size", name);
	for (i = 0; i < to->connection_count && !s->bgp; i++) {
		const struct gw_connection *c = &to->connections[i];
		struct place session;

		if (!c->session_count)
			continue;
		session = place_session(c, &c->sessions[0], "peer-address");
		meaning_add(out, REFUSE, "gh-size", &at, &session, "size %s: it has no BGP, and"
			    " connection %s has; use static prefixes there, or a larger size", name,
			    c->name);
	}
}

static void check_nat_rules(const struct gw_config *to, struct meaning_findings *out)
{
	struct place at = place_gateway("");

	if (to->nat_rule_count > NAT_RULES_MAX)
		meaning_add(out, REFUSE, "gh-size", &at, NULL, "there are %zu nat-rules, and at most"
			    " %u, as in Azure; use larger prefixes", to->nat_rule_count,
			    NAT_RULES_MAX);
}

void meaning_check_topology(const struct gw_config *to, struct meaning_findings *out)
{
	check_remotes(to, out);
	check_partner(to, out);
	check_incomplete(to, out);
	check_size(to, out);
	check_nat_rules(to, out);
}
