/* The typed configuration: see config.h. */
#include "yang/config.h"

#include <stdlib.h>
#include <string.h>

void gw_config_free(struct gw_config *config)
{
	size_t i;

	if (!config)
		return;
	for (i = 0; i < config->connection_count; i++)
		free(config->connections[i].prefixes);
	free(config->connections);
	free(config->circuits);
	free(config->profiles);
	free(config->certificates);
	free(config->address_space);
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
	return false;
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
	       a->prefix_limit == b->prefix_limit;
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

static bool peers_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return !gh_addr_cmp(&a->remote_address, &b->remote_address) &&
	       !strcmp(a->shared_key, b->shared_key) && a->key_usable == b->key_usable &&
	       !strcmp(a->certificate, b->certificate) && !strcmp(a->authority, b->authority) &&
	       !strcmp(a->certificate_file, b->certificate_file) &&
	       !strcmp(a->key_file, b->key_file) &&
	       !strcmp(a->authority_file, b->authority_file) &&
	       !strcmp(a->local_id, b->local_id) && !strcmp(a->remote_id, b->remote_id);
}

static bool policies_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return a->ike.encryption == b->ike.encryption && a->ike.integrity == b->ike.integrity &&
	       a->ike.group == b->ike.group && a->ike_lifetime_s == b->ike_lifetime_s &&
	       a->encryption_bits == b->encryption_bits &&
	       a->integrity_bits == b->integrity_bits && a->pfs == b->pfs &&
	       a->ipsec_lifetime_s == b->ipsec_lifetime_s &&
	       a->dpd_timeout_s == b->dpd_timeout_s && a->replay_window == b->replay_window;
}

bool gw_connection_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	if (!a || !b)
		return a == b;
	return a->leg == b->leg && !strcmp(a->name, b->name) && !strcmp(a->profile, b->profile) &&
	       peers_equal(a, b) && policies_equal(a, b) && a->remote_as == b->remote_as &&
	       !gh_addr_cmp(&a->peer_address, &b->peer_address) &&
	       !gh_addr_cmp(&a->local_address, &b->local_address) &&
	       prefixes_equal(a->prefixes, a->prefix_count, b->prefixes, b->prefix_count) &&
	       a->weight == b->weight && a->prefix_limit == b->prefix_limit &&
	       a->shutdown == b->shutdown;
}

bool gw_certificate_equal(const struct gw_certificate *a, const struct gw_certificate *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->name, b->name) && !strcmp(a->file, b->file) &&
	       !strcmp(a->key_file, b->key_file);
}

bool gw_gateway_equal(const struct gw_config *a, const struct gw_config *b)
{
	return a->present == b->present && a->asn == b->asn &&
	       !gh_addr_cmp(&a->router_id, &b->router_id) &&
	       prefixes_equal(a->address_space, a->address_space_count,
			      b->address_space, b->address_space_count) &&
	       !strcmp(a->vnet_interface, b->vnet_interface) &&
	       !gh_addr_cmp(&a->public_ipv4, &b->public_ipv4) &&
	       !gh_addr_cmp(&a->public_ipv6, &b->public_ipv6) && a->mtu == b->mtu &&
	       a->tcp_mss == b->tcp_mss;
}

/* The one reason for want of an authentication. */
static const char *without_proof(const struct gw_connection *c)
{
	if (c->certificate[0]) {
		if (!c->authority[0])
			return "it has a certificate, but no authority for the site's";
		if (!c->certificate_file[0] || !c->key_file[0])
			return "its certificate lacks file or key-file";
		return c->authority_file[0] ? NULL : "its authority has no file";
	}
	if (!c->shared_key[0])
		return c->authority[0] ? "it has an authority and no certificate of ours" :
					 "it has no shared-key";
	if (!c->key_usable)
		return "its shared-key does not decrypt on this host; enter it again with"
		       " shared-key 0";
	return NULL;
}

const char *gw_connection_incomplete(const struct gw_connection *c)
{
	if (gh_addr_is_set(&c->remote_address))
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

/* ---- words ---- */

static const char *const encryption_names[] = {
	[GW_ENCRYPTION_NONE] = "",
	[GW_GCMAES128] = "gcmaes128",
	[GW_GCMAES256] = "gcmaes256",
	[GW_AES128] = "aes128",
	[GW_AES192] = "aes192",
	[GW_AES256] = "aes256",
};

static const char *const integrity_names[] = {
	[GW_INTEGRITY_NONE] = "",
	[GW_SHA256] = "sha256",
	[GW_SHA384] = "sha384",
	[GW_SHA512] = "sha512",
};

static const char *const group_names[] = {
	[GW_GROUP_NONE] = "",
	[GW_GROUP_WITHOUT] = "none",
	[GW_GROUP14] = "group14",
	[GW_GROUP15] = "group15",
	[GW_GROUP16] = "group16",
	[GW_ECP256] = "ecp256",
	[GW_ECP384] = "ecp384",
	[GW_ECP521] = "ecp521",
	[GW_CURVE25519] = "curve25519",
};

#define COUNT(array) ((unsigned)(sizeof(array) / sizeof((array)[0])))

static unsigned find_name(const char *const *names, unsigned count, const char *name)
{
	unsigned i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name))
			return i;
	return 0;
}

const char *gw_encryption_name(enum gw_encryption encryption)
{
	return encryption < COUNT(encryption_names) ? encryption_names[encryption] : "";
}

const char *gw_integrity_name(enum gw_integrity integrity)
{
	return integrity < COUNT(integrity_names) ? integrity_names[integrity] : "";
}

const char *gw_group_name(enum gw_group group)
{
	return group < COUNT(group_names) ? group_names[group] : "";
}

enum gw_encryption gw_encryption_find(const char *name)
{
	return find_name(encryption_names, COUNT(encryption_names), name);
}

enum gw_integrity gw_integrity_find(const char *name)
{
	return find_name(integrity_names, COUNT(integrity_names), name);
}

enum gw_group gw_group_find(const char *name)
{
	return find_name(group_names, COUNT(group_names), name);
}
