/*
 * Extraction: see snapshot.h.
 *
 * By name of the leaf rather than by path look-up: a connection has some
 * fifteen nodes, and walking them once is a tenth of finding each by path.
 */
#include "yang/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool snapshot_explicit(const struct lyd_node *node)
{
	const struct lyd_node *child;

	if (node->schema->nodetype & (LYS_LEAF | LYS_LEAFLIST))
		return !(node->flags & LYD_DEFAULT);
	if (node->schema->nodetype != LYS_CONTAINER || lysc_is_np_cont(node->schema) == 0)
		return true;
	LY_LIST_FOR(lyd_child(node), child)
		if (snapshot_explicit(child))
			return true;
	return false;
}

static bool is(const struct lyd_node *node, const char *name)
{
	return !strcmp(node->schema->name, name);
}

static uint32_t get_number(const struct lyd_node *node)
{
	return (uint32_t)strtoul(lyd_get_value(node), NULL, 10);
}

static bool get_bool(const struct lyd_node *node)
{
	return !strcmp(lyd_get_value(node), "true");
}

static void get_text(const struct lyd_node *node, char *out, size_t size)
{
	snprintf(out, size, "%s", lyd_get_value(node));
}

static void get_addr(const struct lyd_node *node, struct gh_addr *out)
{
	gh_addr_parse(lyd_get_value(node), out);
}

/* Room for one more element of an array, zeroed. */
static void *grow(void *array, size_t count, size_t size)
{
	/* Doubling at powers of two keeps it linear without a size field. */
	if (!(count & (count - 1)))
		array = reallocarray(array, count ? count * 2 : 1, size);
	if (!array)
		abort();
	memset((char *)array + count * size, 0, size);
	return array;
}

static void add_prefix(const struct lyd_node *node, struct gh_prefix **array, size_t *count)
{
	struct gh_prefix p;

	if (gh_prefix_parse(lyd_get_value(node), &p) < 0)
		return;
	*array = grow(*array, *count, sizeof(**array));
	(*array)[(*count)++] = p;
}

static int prefix_cmp(const void *a, const void *b)
{
	return gh_prefix_cmp(a, b);
}

static void sort_prefixes(struct gh_prefix *array, size_t count)
{
	if (count)
		qsort(array, count, sizeof(*array), prefix_cmp);
}

static void take_edge(const struct lyd_node *list, struct gw_circuit *circuit)
{
	struct gw_edge e = { 0 };
	const struct lyd_node *n;
	int role = GW_PRIMARY;

	LY_LIST_FOR(lyd_child(list), n) {
		if (is(n, "role"))
			role = strcmp(lyd_get_value(n), "secondary") ? GW_PRIMARY : GW_SECONDARY;
		else if (is(n, "interface"))
			get_text(n, e.interface, sizeof(e.interface));
		else if (is(n, "peer"))
			get_addr(n, &e.peer);
		else if (is(n, "peer-ipv6"))
			get_addr(n, &e.peer_ipv6);
		else if (is(n, "remote-as"))
			e.remote_as = get_number(n);
	}
	circuit->edges[role] = e;
}

static void take_bfd(const struct lyd_node *container, struct gw_circuit *circuit)
{
	const struct lyd_node *n;
	bool enabled = true;

	LY_LIST_FOR(lyd_child(container), n) {
		if (is(n, "enabled"))
			enabled = get_bool(n);
		else if (is(n, "interval"))
			circuit->bfd_interval_ms = (uint16_t)get_number(n);
		else if (is(n, "multiplier"))
			circuit->bfd_multiplier = (uint8_t)get_number(n);
	}
	if (!enabled)
		circuit->bfd_interval_ms = 0;
}

static void take_circuit(const struct lyd_node *list, struct gw_circuit *circuit)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n) {
		if (is(n, "name"))
			get_text(n, circuit->name, sizeof(circuit->name));
		else if (is(n, "edge"))
			take_edge(n, circuit);
		else if (is(n, "bfd"))
			take_bfd(n, circuit);
		else if (is(n, "wait-to-restore"))
			circuit->wait_to_restore_s = (uint16_t)get_number(n);
		else if (is(n, "weight"))
			circuit->weight = (uint16_t)get_number(n);
	}
}

static void take_bgp(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (is(n, "remote-as"))
			c->remote_as = get_number(n);
		else if (is(n, "peer-address"))
			get_addr(n, &c->peer_address);
		else if (is(n, "local-address"))
			get_addr(n, &c->local_address);
	}
}

static void take_sa(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (is(n, "encryption"))
			c->encryption_bits = strcmp(lyd_get_value(n), "gcmaes128") ? 256 : 128;
		else if (is(n, "lifetime") && is(container, "ike"))
			c->ike_lifetime_s = get_number(n);
		else if (is(n, "lifetime"))
			c->ipsec_lifetime_s = get_number(n);
	}
}

static bool key_usable(const struct secret_key *key, const char *text)
{
	struct gh_buf clear = { 0 };
	bool usable = key && !secret_decrypt(key, text, &clear);

	gh_buf_fini(&clear);
	return usable;
}

static void take_connection(const struct lyd_node *list, struct gw_connection *c,
			    const struct secret_key *key)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n) {
		if (is(n, "name"))
			get_text(n, c->name, sizeof(c->name));
		else if (is(n, "remote-address"))
			get_addr(n, &c->remote_address);
		else if (is(n, "shared-key"))
			get_text(n, c->shared_key, sizeof(c->shared_key));
		else if (is(n, "local-id"))
			get_text(n, c->local_id, sizeof(c->local_id));
		else if (is(n, "remote-id"))
			get_text(n, c->remote_id, sizeof(c->remote_id));
		else if (is(n, "bgp"))
			take_bgp(n, c);
		else if (is(n, "prefix"))
			add_prefix(n, &c->prefixes, &c->prefix_count);
		else if (is(n, "ipsec") || is(n, "ike"))
			take_sa(n, c);
		else if (is(n, "replay-window"))
			c->replay_window = get_number(n);
		else if (is(n, "weight"))
			c->weight = (uint16_t)get_number(n);
		else if (is(n, "enabled"))
			c->shutdown = !get_bool(n);
	}
	sort_prefixes(c->prefixes, c->prefix_count);
	c->key_usable = c->shared_key[0] && key_usable(key, c->shared_key);
}

static void take_public_address(const struct lyd_node *node, struct gw_config *config)
{
	struct gh_addr a = { 0 };

	get_addr(node, &a);
	if (a.family == AF_INET)
		config->public_ipv4 = a;
	else
		config->public_ipv6 = a;
}

static void take_gateway_leaf(const struct lyd_node *n, struct gw_config *config)
{
	const struct lyd_node *child;

	if (is(n, "asn"))
		config->asn = get_number(n);
	else if (is(n, "router-id"))
		get_addr(n, &config->router_id);
	else if (is(n, "address-space"))
		add_prefix(n, &config->address_space, &config->address_space_count);
	else if (is(n, "public-address"))
		take_public_address(n, config);
	else if (is(n, "mtu"))
		config->mtu = (uint16_t)get_number(n);
	else if (is(n, "vnet"))
		LY_LIST_FOR(lyd_child(n), child)
			get_text(child, config->vnet_interface, sizeof(config->vnet_interface));
}

static void take_gateway(const struct lyd_node *gateway, struct gw_config *config,
			 const struct secret_key *key)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(gateway), n) {
		if (is(n, "expressroute")) {
			config->circuits = grow(config->circuits, config->circuit_count,
						sizeof(*config->circuits));
			take_circuit(n, &config->circuits[config->circuit_count++]);
		} else if (is(n, "connection")) {
			config->connections = grow(config->connections, config->connection_count,
						   sizeof(*config->connections));
			take_connection(n, &config->connections[config->connection_count++], key);
		} else {
			take_gateway_leaf(n, config);
		}
		config->present |= snapshot_explicit(n);
	}
}

static int circuit_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_circuit *)a)->name, ((const struct gw_circuit *)b)->name);
}

static int connection_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_connection *)a)->name,
		      ((const struct gw_connection *)b)->name);
}

struct gw_config *snapshot_new(const struct lyd_node *tree, const struct legs *legs,
			       const struct secret_key *key)
{
	struct gw_config *config = calloc(1, sizeof(*config));

	if (!config)
		abort();
	for (; tree; tree = tree->next)
		if (is(tree, "gateway"))
			take_gateway(tree, config, key);
	if (!gh_addr_is_set(&config->router_id))
		config->router_id = config->public_ipv4;
	sort_prefixes(config->address_space, config->address_space_count);
	if (config->circuit_count)
		qsort(config->circuits, config->circuit_count, sizeof(*config->circuits),
		      circuit_cmp);
	if (config->connection_count)
		qsort(config->connections, config->connection_count,
		      sizeof(*config->connections), connection_cmp);
	legs_assign(legs, config);
	return config;
}
