/* The typed configuration: see config.h. */
#include "yang/config.h"

#include <stdlib.h>
#include <string.h>

void gw_config_free(struct gw_config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->connection_count; i++) {
		free(config->connections[i].prefixes);
		free(config->connections[i].selectors);
		free(config->connections[i].nat_rules);
		free(config->connections[i].authorities);
	}
	free(config->connections);
	free(config->circuits);
	free(config->profiles);
	free(config->certificates);
	free(config->nat_rules);
	free(config->vnet_routers);
	free(config->address_space);
	free(config->peered_space);
	free(config);
}

static int circuit_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_circuit *)element)->name);
}

static int connection_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_connection *)element)->name);
}

static int profile_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_profile *)element)->name);
}

static int certificate_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_certificate *)element)->name);
}

static int nat_rule_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_nat_rule *)element)->name);
}

static int vnet_router_cmp(const void *name, const void *element)
{
	return strcmp(name, ((const struct gw_vnet_router *)element)->name);
}

/* bsearch wants an array even of nothing. */
static const void *find(const char *name, const void *array, size_t count, size_t size,
			int (*cmp)(const void *, const void *))
{
	return count ? bsearch(name, array, count, size, cmp) : NULL;
}

const struct gw_circuit *gw_config_circuit(const struct gw_config *config, const char *name)
{
	return find(name, config->circuits, config->circuit_count, sizeof(*config->circuits),
		    circuit_cmp);
}

const struct gw_connection *gw_config_connection(const struct gw_config *config,
						 const char *name)
{
	return find(name, config->connections, config->connection_count,
		    sizeof(*config->connections), connection_cmp);
}

const struct gw_profile *gw_config_profile(const struct gw_config *config, const char *name)
{
	return find(name, config->profiles, config->profile_count, sizeof(*config->profiles),
		    profile_cmp);
}

const struct gw_certificate *gw_config_certificate(const struct gw_config *config,
						   const char *name)
{
	return find(name, config->certificates, config->certificate_count,
		    sizeof(*config->certificates), certificate_cmp);
}

const struct gw_nat_rule *gw_config_nat_rule(const struct gw_config *config, const char *name)
{
	return find(name, config->nat_rules, config->nat_rule_count, sizeof(*config->nat_rules),
		    nat_rule_cmp);
}

const struct gw_vnet_router *gw_config_vnet_router(const struct gw_config *config,
						   const char *name)
{
	return find(name, config->vnet_routers, config->vnet_router_count,
		    sizeof(*config->vnet_routers), vnet_router_cmp);
}

bool gw_config_leg(const struct gw_config *config, uint32_t leg, struct gw_leg *out)
{
	size_t i;
	int role;

	if (!leg)
		return false;
	for (i = 0; i < config->connection_count; i++)
		if (config->connections[i].leg == leg) {
			*out = (struct gw_leg){ .connection = &config->connections[i] };
			return true;
		}
	for (i = 0; i < config->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++)
			if (config->circuits[i].edges[role].leg == leg) {
				*out = (struct gw_leg){ .circuit = &config->circuits[i],
							.role = role };
				return true;
			}
	for (i = 0; i < config->vnet_router_count; i++)
		if (config->vnet_routers[i].leg == leg) {
			*out = (struct gw_leg){ .vnet_router = &config->vnet_routers[i] };
			return true;
		}
	if (config->partner.leg != leg)
		return false;
	*out = (struct gw_leg){ .partner = &config->partner };
	return true;
}

/* ---- equality ---- */

static bool secrets_equal(const struct gw_secret *a, const struct gw_secret *b)
{
	return !strcmp(a->text, b->text) && a->usable == b->usable;
}

static bool bfd_equal(const struct gw_bfd *a, const struct gw_bfd *b)
{
	return a->interval_ms == b->interval_ms && a->multiplier == b->multiplier;
}

bool gw_bgp_equal(const struct gw_bgp *a, const struct gw_bgp *b)
{
	return a->keepalive_s == b->keepalive_s && a->hold_s == b->hold_s &&
	       a->multihop == b->multihop && a->graceful_restart == b->graceful_restart &&
	       !strcmp(a->route_map_in, b->route_map_in) &&
	       !strcmp(a->route_map_out, b->route_map_out) &&
	       !strcmp(a->prefix_list_in, b->prefix_list_in) &&
	       !strcmp(a->prefix_list_out, b->prefix_list_out);
}

static bool edge_equal(const struct gw_edge *a, const struct gw_edge *b)
{
	return a->leg == b->leg && !strcmp(a->interface, b->interface) &&
	       !gh_addr_cmp(&a->peer, &b->peer) && !gh_addr_cmp(&a->peer_ipv6, &b->peer_ipv6) &&
	       a->remote_as == b->remote_as;
}

bool gw_circuit_equal(const struct gw_circuit *a, const struct gw_circuit *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->name, b->name) &&
	       edge_equal(&a->edges[GW_PRIMARY], &b->edges[GW_PRIMARY]) &&
	       edge_equal(&a->edges[GW_SECONDARY], &b->edges[GW_SECONDARY]) &&
	       a->bfd_interval_ms == b->bfd_interval_ms &&
	       a->bfd_multiplier == b->bfd_multiplier &&
	       a->wait_to_restore_s == b->wait_to_restore_s && a->weight == b->weight &&
	       a->prefix_limit == b->prefix_limit && secrets_equal(&a->password, &b->password) &&
	       gw_bgp_equal(&a->bgp, &b->bgp);
}

static bool prefixes_equal(const struct gh_prefix *a, size_t a_count,
			   const struct gh_prefix *b, size_t b_count)
{
	size_t i;

	if (a_count != b_count)
		return false;
	for (i = 0; i < a_count; i++)
		if (gh_prefix_cmp(&a[i], &b[i]))
			return false;
	return true;
}

static bool selectors_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	size_t i;

	if (a->selector_count != b->selector_count)
		return false;
	for (i = 0; i < a->selector_count; i++)
		if (gh_prefix_cmp(&a->selectors[i].local, &b->selectors[i].local) ||
		    gh_prefix_cmp(&a->selectors[i].remote, &b->selectors[i].remote))
			return false;
	return true;
}

static bool nat_rules_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	size_t i;

	if (a->nat_rule_count != b->nat_rule_count)
		return false;
	for (i = 0; i < a->nat_rule_count; i++)
		if (!gw_nat_rule_equal(&a->nat_rules[i], &b->nat_rules[i]))
			return false;
	return true;
}

static bool sessions_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	size_t i;

	if (a->session_count != b->session_count)
		return false;
	for (i = 0; i < a->session_count; i++)
		if (gh_addr_cmp(&a->sessions[i].peer, &b->sessions[i].peer) ||
		    gh_addr_cmp(&a->sessions[i].local, &b->sessions[i].local) ||
		    a->sessions[i].remote_as != b->sessions[i].remote_as)
			return false;
	return secrets_equal(&a->password, &b->password) && gw_bgp_equal(&a->bgp, &b->bgp) &&
	       bfd_equal(&a->bfd, &b->bfd);
}

static bool peers_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return !gh_addr_cmp(&a->remote_address, &b->remote_address) &&
	       !strcmp(a->remote_host, b->remote_host) && a->remote_any == b->remote_any &&
	       !gh_addr_cmp(&a->local_address, &b->local_address) &&
	       a->local_given == b->local_given && !strcmp(a->over, b->over) &&
	       !strcmp(a->local_id, b->local_id) && !strcmp(a->remote_id, b->remote_id);
}

static bool proofs_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	size_t i;

	if (a->authority_count != b->authority_count)
		return false;
	for (i = 0; i < a->authority_count; i++)
		if (!gw_certificate_equal(&a->authorities[i], &b->authorities[i]))
			return false;
	return !strcmp(a->shared_key, b->shared_key) && a->key_usable == b->key_usable &&
	       secrets_equal(&a->alternate_key, &b->alternate_key) &&
	       !strcmp(a->certificate, b->certificate) &&
	       !strcmp(a->certificate_file, b->certificate_file) &&
	       !strcmp(a->key_file, b->key_file) && a->revocation == b->revocation;
}

static bool ike_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return a->azure_default == b->azure_default && a->ike_version == b->ike_version &&
	       a->exchange == b->exchange && a->mode == b->mode &&
	       a->ike.encryption == b->ike.encryption && a->ike.integrity == b->ike.integrity &&
	       a->ike.group == b->ike.group && a->kem == b->kem && a->mobike == b->mobike &&
	       a->fragmentation == b->fragmentation && a->ike_lifetime_s == b->ike_lifetime_s &&
	       a->dpd_timeout_s == b->dpd_timeout_s;
}

static bool esp_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return a->esp.encryption == b->esp.encryption && a->esp.integrity == b->esp.integrity &&
	       a->esp.integrity_given == b->esp.integrity_given && a->esp_given == b->esp_given &&
	       a->pfs == b->pfs && a->ipsec_lifetime_s == b->ipsec_lifetime_s &&
	       a->ipsec_lifetime_kb == b->ipsec_lifetime_kb &&
	       a->encapsulation == b->encapsulation && a->replay_window == b->replay_window;
}

bool gw_connection_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	if (!a || !b)
		return a == b;
	return a->leg == b->leg && !strcmp(a->name, b->name) && !strcmp(a->profile, b->profile) &&
	       peers_equal(a, b) && proofs_equal(a, b) && ike_equal(a, b) && esp_equal(a, b) &&
	       sessions_equal(a, b) && selectors_equal(a, b) && nat_rules_equal(a, b) &&
	       prefixes_equal(a->prefixes, a->prefix_count, b->prefixes, b->prefix_count) &&
	       a->tcp_mss == b->tcp_mss && a->weight == b->weight &&
	       a->prefix_limit == b->prefix_limit && a->destination == b->destination &&
	       a->shutdown == b->shutdown;
}

bool gw_certificate_equal(const struct gw_certificate *a, const struct gw_certificate *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->name, b->name) && !strcmp(a->file, b->file) &&
	       !strcmp(a->key_file, b->key_file) && !strcmp(a->crl_file, b->crl_file) &&
	       !strcmp(a->crl_uri, b->crl_uri) && !strcmp(a->ocsp_uri, b->ocsp_uri);
}

bool gw_nat_rule_equal(const struct gw_nat_rule *a, const struct gw_nat_rule *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->name, b->name) && a->ingress == b->ingress && a->dynamic == b->dynamic &&
	       !gh_prefix_cmp(&a->internal, &b->internal) &&
	       !gh_prefix_cmp(&a->external, &b->external);
}

bool gw_vnet_router_equal(const struct gw_vnet_router *a, const struct gw_vnet_router *b)
{
	if (!a || !b)
		return a == b;
	return a->leg == b->leg && !strcmp(a->name, b->name) && !gh_addr_cmp(&a->peer, &b->peer) &&
	       a->remote_as == b->remote_as && secrets_equal(&a->password, &b->password) &&
	       bfd_equal(&a->bfd, &b->bfd);
}

bool gw_partner_equal(const struct gw_partner *a, const struct gw_partner *b)
{
	return a->present == b->present && a->leg == b->leg && !gh_addr_cmp(&a->peer, &b->peer) &&
	       !gh_addr_cmp(&a->local, &b->local) && !strcmp(a->interface, b->interface) &&
	       secrets_equal(&a->password, &b->password) && bfd_equal(&a->bfd, &b->bfd) &&
	       a->standby == b->standby && a->secondary == b->secondary &&
	       a->symmetry == b->symmetry && !gh_addr_cmp(&a->moving, &b->moving) &&
	       a->moving_length == b->moving_length &&
	       !strcmp(a->moving_interface, b->moving_interface);
}

bool gw_gateway_equal(const struct gw_config *a, const struct gw_config *b)
{
	return a->present == b->present && a->asn == b->asn &&
	       !gh_addr_cmp(&a->router_id, &b->router_id) &&
	       prefixes_equal(a->address_space, a->address_space_count,
			      b->address_space, b->address_space_count) &&
	       prefixes_equal(a->peered_space, a->peered_space_count,
			      b->peered_space, b->peered_space_count) &&
	       !strcmp(a->vnet_interface, b->vnet_interface) &&
	       !gh_addr_cmp(&a->public_ipv4, &b->public_ipv4) &&
	       !gh_addr_cmp(&a->public_ipv6, &b->public_ipv6) && a->mtu == b->mtu &&
	       a->tcp_mss == b->tcp_mss && a->transit_vpn == b->transit_vpn &&
	       a->transit_expressroute == b->transit_expressroute && a->size == b->size &&
	       a->instance == b->instance;
}

/* ---- what is missing ---- */

/* Has every authority that is named a file? */
static bool authorities_whole(const struct gw_connection *c)
{
	size_t i;

	for (i = 0; i < c->authority_count; i++)
		if (!c->authorities[i].file[0])
			return false;
	return true;
}

/* The one reason for want of an authentication. */
static const char *without_proof(const struct gw_connection *c)
{
	if (c->certificate[0]) {
		if (!c->authority_count)
			return "it has a certificate, but no authority for the site's";
		if (!c->certificate_file[0] || !c->key_file[0])
			return "its certificate lacks file or key-file";
		return authorities_whole(c) ? NULL : "its authority has no file";
	}
	if (!c->shared_key[0])
		return c->authority_count ? "it has an authority and no certificate of ours" :
					    "it has no shared-key";
	if (!c->key_usable)
		return "its shared-key does not decrypt on this host; enter it again with"
		       " shared-key 0";
	return NULL;
}

const char *gw_connection_incomplete(const struct gw_connection *c)
{
	if (c->remote_any && !c->remote_id[0])
		return "its remote-address is any, and it has no remote-id to be found by";
	if (c->remote_any || c->remote_host[0] || gh_addr_is_set(&c->remote_address))
		return without_proof(c);
	if (!c->shared_key[0] && !c->certificate[0])
		return "it has no remote-address and no shared-key";
	return "it has no remote-address";
}

const char *gw_circuit_incomplete(const struct gw_circuit *c)
{
	if (!c->edges[GW_PRIMARY].leg && !c->edges[GW_SECONDARY].leg)
		return "it has no edge";
	return NULL;
}

const char *gw_role_name(enum gw_role role)
{
	return role == GW_PRIMARY ? "primary" : "secondary";
}
