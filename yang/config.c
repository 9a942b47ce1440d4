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

const struct gw_circuit *gw_config_circuit(const struct gw_config *config, const char *name)
{
	if (!config->circuit_count)
		return NULL;
	return bsearch(name, config->circuits, config->circuit_count, sizeof(*config->circuits),
		       circuit_cmp);
}

const struct gw_connection *gw_config_connection(const struct gw_config *config,
						 const char *name)
{
	if (!config->connection_count)
		return NULL;
	return bsearch(name, config->connections, config->connection_count,
		       sizeof(*config->connections), connection_cmp);
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
	       a->wait_to_restore_s == b->wait_to_restore_s && a->weight == b->weight;
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

static bool ike_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	return !gh_addr_cmp(&a->remote_address, &b->remote_address) &&
	       !strcmp(a->shared_key, b->shared_key) && a->key_usable == b->key_usable &&
	       !strcmp(a->local_id, b->local_id) && !strcmp(a->remote_id, b->remote_id) &&
	       a->encryption_bits == b->encryption_bits &&
	       a->ipsec_lifetime_s == b->ipsec_lifetime_s &&
	       a->ike_lifetime_s == b->ike_lifetime_s && a->replay_window == b->replay_window;
}

bool gw_connection_equal(const struct gw_connection *a, const struct gw_connection *b)
{
	if (!a || !b)
		return a == b;
	return a->leg == b->leg && !strcmp(a->name, b->name) && ike_equal(a, b) &&
	       a->remote_as == b->remote_as && !gh_addr_cmp(&a->peer_address, &b->peer_address) &&
	       !gh_addr_cmp(&a->local_address, &b->local_address) &&
	       prefixes_equal(a->prefixes, a->prefix_count, b->prefixes, b->prefix_count) &&
	       a->weight == b->weight && a->shutdown == b->shutdown;
}

bool gw_gateway_equal(const struct gw_config *a, const struct gw_config *b)
{
	return a->present == b->present && a->asn == b->asn &&
	       !gh_addr_cmp(&a->router_id, &b->router_id) &&
	       prefixes_equal(a->address_space, a->address_space_count,
			      b->address_space, b->address_space_count) &&
	       !strcmp(a->vnet_interface, b->vnet_interface) &&
	       !gh_addr_cmp(&a->public_ipv4, &b->public_ipv4) &&
	       !gh_addr_cmp(&a->public_ipv6, &b->public_ipv6) && a->mtu == b->mtu;
}

const char *gw_connection_incomplete(const struct gw_connection *c)
{
	bool address = gh_addr_is_set(&c->remote_address);

	if (!address && !c->shared_key[0])
		return "it has no remote-address and no shared-key";
	if (!address)
		return "it has no remote-address";
	if (!c->shared_key[0])
		return "it has no shared-key";
	if (!c->key_usable)
		return "its shared-key does not decrypt on this host; enter it again with"
		       " shared-key 0";
	return NULL;
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
