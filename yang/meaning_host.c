/*
 * Checks of meaning on this host: group 7 of meaning.h.
 *
 * Judged only where it is new, as it changes without us: an interface that
 * went away, or a certificate that expired, must not hold up a change that has
 * nothing to do with it.
 */
#include <stdlib.h>
#include <string.h>

#include "yang/meaning_report.h"

/* What is refused when typed is a warning when a file is loaded. */
static enum severity severity(const struct meaning *m)
{
	return m->lenient ? WARN : REFUSE;
}

/* ---- interfaces ---- */

static void check_interface(const struct meaning *m, const struct place *at, const char *words,
			    const char *name, const char *before, struct meaning_findings *out)
{
	if (!name[0] || !m->host.interface_exists || (before && !strcmp(name, before)) ||
	    m->host.interface_exists(m->host.self, name))
		return;
	meaning_add(out, severity(m), "gh-interface", at, NULL, m->lenient ?
		    "%s %s: this host has no such interface now; it is used once it appears" :
		    "%s %s: this host has no such interface; see ip link", words, name);
}

static bool exists(const struct meaning *m, const char *interface)
{
	return interface[0] && (!m->host.interface_exists ||
				m->host.interface_exists(m->host.self, interface));
}

/* An edge is next hop of what it offers: it must be on the link. */
static void check_next_hop(const struct meaning *m, const struct place *at, const char *words,
			   const char *interface, const struct gh_addr *peer,
			   struct meaning_findings *out)
{
	struct gh_prefix link_local;
	char text[GH_ADDR_TEXT];

	if (!gh_addr_is_set(peer) || !m->host.reachable || !exists(m, interface) ||
	    m->host.reachable(m->host.self, interface, peer))
		return;
	/* On every interface that is up. */
	if (!gh_prefix_parse("fe80::/10", &link_local) && gh_prefix_holds(&link_local, peer))
		return;
	meaning_add(out, severity(m), "gh-unreachable", at, NULL, "%s %s: %s has no address on its"
		    " subnet, so that packets could not reach it; give %s an address of that"
		    " subnet (Azure has a /30 for each edge), or correct the address", words,
		    gh_addr_print(peer, text), interface, interface);
}

static void check_edge(const struct meaning *m, const struct gw_circuit *c, int role,
		       const struct gw_edge *old, struct meaning_findings *out)
{
	const struct gw_edge *e = &c->edges[role];
	bool moved = !old || strcmp(old->interface, e->interface);
	struct place at = place_edge(c, role, "interface");

	check_interface(m, &at, "edge interface", e->interface, old ? old->interface : NULL, out);
	at = place_edge(c, role, "peer");
	if (moved || gh_addr_cmp(&old->peer, &e->peer))
		check_next_hop(m, &at, "edge peer", e->interface, &e->peer, out);
	at = place_edge(c, role, "peer-ipv6");
	if (moved || gh_addr_cmp(&old->peer_ipv6, &e->peer_ipv6))
		check_next_hop(m, &at, "edge peer-ipv6", e->interface, &e->peer_ipv6, out);
}

/* The partner is a next hop, and so are the routers behind the vnet interface. */
static void check_own_side(const struct meaning *m, struct meaning_findings *out)
{
	const struct gw_partner *p = &m->to->partner, *old = m->from ? &m->from->partner : NULL;
	struct place at = place_gateway("partner/interface");
	size_t i;

	check_interface(m, &at, "interface", p->interface, old ? old->interface : NULL, out);
	at = place_gateway("partner/peer-address");
	if (!old || strcmp(old->interface, p->interface) || gh_addr_cmp(&old->peer, &p->peer))
		check_next_hop(m, &at, "peer-address", p->interface, &p->peer, out);
	at = place_gateway("partner/moving-address/interface");
	check_interface(m, &at, "address interface", p->moving_interface,
			old ? old->moving_interface : NULL, out);
	for (i = 0; i < m->to->vnet_router_count; i++) {
		const struct gw_vnet_router *r = &m->to->vnet_routers[i];
		const struct gw_vnet_router *before =
			m->from ? gw_config_vnet_router(m->from, r->name) : NULL;

		at = place_entry("vnet-router", r->name, "peer-address");
		if (!before || gh_addr_cmp(&before->peer, &r->peer))
			check_next_hop(m, &at, "peer-address", m->to->vnet_interface, &r->peer, out);
	}
}

static void check_interfaces(const struct meaning *m, struct meaning_findings *out)
{
	struct place at = place_gateway("vnet/interface");
	size_t i;
	int role;

	check_interface(m, &at, "vnet interface", m->to->vnet_interface,
			m->from ? m->from->vnet_interface : NULL, out);
	for (i = 0; i < m->to->circuit_count; i++) {
		const struct gw_circuit *c = &m->to->circuits[i];
		const struct gw_circuit *old = m->from ? gw_config_circuit(m->from, c->name) : NULL;

		for (role = 0; role < GW_ROLES; role++)
			check_edge(m, c, role, old ? &old->edges[role] : NULL, out);
	}
	check_own_side(m, out);
}

/* ---- the way outside ---- */

/*
 * What ESP in UDP adds to a packet: the outer header, UDP 8, SPI and sequence
 * number 8, IV 8, up to 3 bytes of padding with their 2, ICV 16 (RFC 3948, 4106).
 */
#define ESP_BYTES (8 + 8 + 8 + 3 + 2 + 16)

static void check_outer_mtu(const struct meaning *m, const struct gh_addr *local,
			    struct meaning_findings *out)
{
	unsigned bytes = ESP_BYTES + (local->family == AF_INET6 ? 40 : 20), outer;
	struct place at = place_gateway("mtu"), other = place_gateway("public-address");
	char text[GH_ADDR_TEXT];

	if (!gh_addr_is_set(local) || !m->host.mtu)
		return;
	outer = m->host.mtu(m->host.self, local);
	if (!outer)
		meaning_add(out, WARN, "gh-public-address", &other, NULL, "public-address %s: no"
			    " interface of this host has it, so that no tunnel can begin there; give"
			    " the address that the host has (behind NAT the private one)",
			    gh_addr_print(local, text));
	else if (m->to->mtu + bytes > outer)
		meaning_add(out, WARN, "gh-mtu", &at, &other, "mtu %u: ESP adds up to %u bytes, and"
			    " the interface that has %s carries %u; full packets will be"
			    " fragmented: lower the mtu to %u (Azure's tunnels have 1400, over ExpressRoute"
			    " 1250)", m->to->mtu, bytes, gh_addr_print(local, text), outer,
			    outer - bytes);
}

static void check_mtu(const struct meaning *m, struct meaning_findings *out)
{
	const struct gw_config *from = m->from, *to = m->to;
	bool changed = !from || from->mtu != to->mtu;

	if (changed || gh_addr_cmp(&from->public_ipv4, &to->public_ipv4))
		check_outer_mtu(m, &to->public_ipv4, out);
	if (changed || gh_addr_cmp(&from->public_ipv6, &to->public_ipv6))
		check_outer_mtu(m, &to->public_ipv6, out);
}

/* ---- keys and certificates ---- */

static void check_key(const struct meaning *m, const struct place *at, const char *text,
		      bool usable, const char *before, struct meaning_findings *out)
{
	const char *words = strrchr(at->leaf, '/') ? strrchr(at->leaf, '/') + 1 : at->leaf;
	struct gh_buf clear = { 0 };
	int ret;

	if (!text[0] || usable || !m->key || (before && !strcmp(before, text)))
		return;
	ret = secret_decrypt(m->key, text, &clear);
	gh_buf_fini(&clear);
	if (ret)
		meaning_add(out, severity(m), "gh-key", at, NULL, "%s 6: %s", words,
			    secret_error(ret));
}

static void check_keys(const struct meaning *m, struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < m->to->connection_count; i++) {
		const struct gw_connection *c = &m->to->connections[i];
		const struct gw_connection *old =
			m->from ? gw_config_connection(m->from, c->name) : NULL;
		struct place at = place_connection(c, "shared-key");

		check_key(m, &at, c->shared_key, c->key_usable, old ? old->shared_key : NULL, out);
		at = place_connection(c, "alternate-shared-key");
		check_key(m, &at, c->alternate_key.text, c->alternate_key.usable,
			  old ? old->alternate_key.text : NULL, out);
	}
}

/* For whom a certificate of the configuration was looked at last, and as what. */
struct looked {
	const struct gw_connection *ours;
	bool authority;
};

/* authority: NULL for its own certificate. */
static void check_file(const struct meaning *m, const struct gw_connection *user,
		       const struct gw_certificate *authority, struct meaning_findings *out)
{
	const char *leaf = authority ? "authority" : "certificate";
	const char *name = authority ? authority->name : user->certificate;
	struct place at = place_entry("certificate", name, "file");
	struct place other = place_connection(user, leaf);
	struct gh_buf why = { 0 };
	int ret = m->host.certificate(m->host.self,
				      authority ? authority->file : user->certificate_file,
				      authority ? "" : user->key_file,
				      authority ? "" : user->local_id, &why);

	if (ret)
		meaning_add(out, ret < 0 ? severity(m) : WARN, "gh-certificate", &at, &other,
			    "%s %s of connection %s: %s", leaf, name, user->name,
			    gh_buf_text(&why));
	gh_buf_fini(&why);
}

static bool same_ours(const struct gw_connection *a, const struct gw_connection *b)
{
	return a && !strcmp(a->certificate, b->certificate) &&
	       !strcmp(a->certificate_file, b->certificate_file) &&
	       !strcmp(a->key_file, b->key_file) && !strcmp(a->local_id, b->local_id);
}

/* Did the connection have that authority, in that file, before? */
static bool had_authority(const struct gw_connection *old, const struct gw_certificate *authority)
{
	size_t i;

	for (i = 0; old && i < old->authority_count; i++)
		if (!strcmp(old->authorities[i].name, authority->name) &&
		    !strcmp(old->authorities[i].file, authority->file))
			return true;
	return false;
}

/* Has it not been looked at, or for another identity? Remembers that it now is. */
static bool look(const struct gw_connection **last, const struct gw_connection *c)
{
	const struct gw_connection *before = *last;

	*last = c;
	return !before || strcmp(before->local_id, c->local_id);
}

static void check_authorities(const struct meaning *m, const struct gw_connection *c,
			      const struct gw_connection *old, struct looked *looked,
			      struct meaning_findings *out)
{
	size_t i;

	for (i = 0; i < c->authority_count; i++) {
		const struct gw_certificate *a = &c->authorities[i];
		const struct gw_certificate *x = gw_config_certificate(m->to, a->name);

		if (!x || !x->file[0] || had_authority(old, x) ||
		    looked[x - m->to->certificates].authority)
			continue;
		looked[x - m->to->certificates].authority = true;
		check_file(m, c, x, out);
	}
}

/* Files are looked at when a connection uses them anew, once for all of those that do. */
static void check_certificates(const struct meaning *m, struct meaning_findings *out)
{
	struct looked *looked = calloc(m->to->certificate_count + 1, sizeof(*looked));
	size_t i;

	if (!looked)
		abort();
	for (i = 0; m->host.certificate && i < m->to->connection_count; i++) {
		const struct gw_connection *c = &m->to->connections[i];
		const struct gw_connection *old =
			m->from ? gw_config_connection(m->from, c->name) : NULL;
		const struct gw_certificate *x = gw_config_certificate(m->to, c->certificate);

		if (x && c->certificate_file[0] && c->key_file[0] && !same_ours(old, c) &&
		    look(&looked[x - m->to->certificates].ours, c))
			check_file(m, c, NULL, out);
		check_authorities(m, c, old, looked, out);
	}
	free(looked);
}

void meaning_check_host(const struct meaning *m, struct meaning_findings *out)
{
	check_interfaces(m, out);
	check_mtu(m, out);
	check_keys(m, out);
	check_certificates(m, out);
}
