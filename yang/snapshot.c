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
		else if (is(n, "prefix-limit"))
			circuit->prefix_limit = get_number(n);
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

static uint16_t gcm_bits(const struct lyd_node *node)
{
	return strcmp(lyd_get_value(node), "gcmaes128") ? 256 : 128;
}

static void take_ike(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (is(n, "encryption"))
			c->ike.encryption = gw_encryption_find(lyd_get_value(n));
		else if (is(n, "integrity"))
			c->ike.integrity = gw_integrity_find(lyd_get_value(n));
		else if (is(n, "dh-group"))
			c->ike.group = gw_group_find(lyd_get_value(n));
		else if (is(n, "lifetime"))
			c->ike_lifetime_s = get_number(n);
	}
}

static void take_ipsec(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (is(n, "encryption"))
			c->encryption_bits = gcm_bits(n);
		else if (is(n, "integrity"))
			c->integrity_bits = gcm_bits(n);
		else if (is(n, "pfs-group"))
			c->pfs = gw_group_find(lyd_get_value(n));
		else if (is(n, "lifetime"))
			c->ipsec_lifetime_s = get_number(n);
	}
}

/* A value that a profile may give too; the last one to be taken wins. */
static void take_setting(const struct lyd_node *n, struct gw_connection *c)
{
	if (is(n, "ike"))
		take_ike(n, c);
	else if (is(n, "ipsec"))
		take_ipsec(n, c);
	else if (is(n, "dpd-timeout"))
		c->dpd_timeout_s = (uint16_t)get_number(n);
	else if (is(n, "replay-window"))
		c->replay_window = get_number(n);
	else if (is(n, "weight"))
		c->weight = (uint16_t)get_number(n);
	else if (is(n, "prefix-limit"))
		c->prefix_limit = get_number(n);
	else if (is(n, "local-id"))
		get_text(n, c->local_id, sizeof(c->local_id));
}

/* What is built in; the descriptions of the model say the same. */
static void take_built_in(struct gw_connection *c)
{
	c->encryption_bits = 256;
	c->ike_lifetime_s = 28800;
	c->ipsec_lifetime_s = 27000;
	c->dpd_timeout_s = 45;
	c->replay_window = 1024;
}

/* The value of a leaf child, NULL when there is none. */
static const char *child_value(const struct lyd_node *node, const char *name)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(node), n)
		if (is(n, name))
			return lyd_get_value(n);
	return NULL;
}

/* Looked up for each: a profile is a handful of leaves, copied nowhere else. */
static void take_from_profile(const struct lyd_node *connection, struct gw_connection *c)
{
	const char *name = child_value(connection, "profile");
	struct lyd_node *profile = NULL;
	const struct lyd_node *n;
	char path[GH_NAME_MAX + 48];

	if (!name)
		return;
	snprintf(c->profile, sizeof(c->profile), "%s", name);
	snprintf(path, sizeof(path), "/gatehouse:gateway/profile[name='%s']", c->profile);
	if (lyd_find_path(connection, path, 0, &profile) || !profile)
		return;
	LY_LIST_FOR(lyd_child(profile), n)
		take_setting(n, c);
}

static void take_connection(const struct lyd_node *list, struct gw_connection *c)
{
	const struct lyd_node *n;

	take_built_in(c);
	take_from_profile(list, c);
	LY_LIST_FOR(lyd_child(list), n) {
		if (is(n, "name"))
			get_text(n, c->name, sizeof(c->name));
		else if (is(n, "remote-address"))
			get_addr(n, &c->remote_address);
		else if (is(n, "shared-key"))
			get_text(n, c->shared_key, sizeof(c->shared_key));
		else if (is(n, "certificate"))
			get_text(n, c->certificate, sizeof(c->certificate));
		else if (is(n, "authority"))
			get_text(n, c->authority, sizeof(c->authority));
		else if (is(n, "remote-id"))
			get_text(n, c->remote_id, sizeof(c->remote_id));
		else if (is(n, "bgp"))
			take_bgp(n, c);
		else if (is(n, "prefix"))
			add_prefix(n, &c->prefixes, &c->prefix_count);
		else if (is(n, "enabled"))
			c->shutdown = !get_bool(n);
		else
			take_setting(n, c);
	}
	sort_prefixes(c->prefixes, c->prefix_count);
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
	else if (is(n, "tcp-mss"))
		config->tcp_mss = (uint16_t)get_number(n);
	else if (is(n, "vnet"))
		LY_LIST_FOR(lyd_child(n), child)
			get_text(child, config->vnet_interface, sizeof(config->vnet_interface));
}

/* An absolute name: of one without a slash in front, the place is known. */
static void get_file(const struct lyd_node *node, char out[GW_FILE_MAX + 1])
{
	const char *name = lyd_get_value(node);

	snprintf(out, GW_FILE_MAX + 1, "%s%s", *name == '/' ? "" : "/etc/gatehouse/", name);
}

static void take_certificate(const struct lyd_node *list, struct gw_certificate *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n) {
		if (is(n, "name"))
			get_text(n, c->name, sizeof(c->name));
		else if (is(n, "file"))
			get_file(n, c->file);
		else if (is(n, "key-file"))
			get_file(n, c->key_file);
	}
}

static void take_profile(const struct lyd_node *list, struct gw_profile *p)
{
	struct gw_connection settings = { 0 };
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n)
		if (is(n, "name"))
			get_text(n, p->name, sizeof(p->name));
		else
			take_setting(n, &settings);
	p->encryption_bits = settings.encryption_bits;
	p->integrity_bits = settings.integrity_bits;
}

/* A new element of one of the lists. */
static struct gw_circuit *add_circuit(struct gw_config *to)
{
	to->circuits = grow(to->circuits, to->circuit_count, sizeof(*to->circuits));
	return &to->circuits[to->circuit_count++];
}

static struct gw_connection *add_connection(struct gw_config *to)
{
	to->connections = grow(to->connections, to->connection_count, sizeof(*to->connections));
	return &to->connections[to->connection_count++];
}

static struct gw_profile *add_profile(struct gw_config *to)
{
	to->profiles = grow(to->profiles, to->profile_count, sizeof(*to->profiles));
	return &to->profiles[to->profile_count++];
}

static struct gw_certificate *add_certificate(struct gw_config *to)
{
	to->certificates = grow(to->certificates, to->certificate_count,
				sizeof(*to->certificates));
	return &to->certificates[to->certificate_count++];
}

static void take_gateway(const struct lyd_node *gateway, struct gw_config *config)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(gateway), n) {
		if (is(n, "expressroute"))
			take_circuit(n, add_circuit(config));
		else if (is(n, "connection"))
			take_connection(n, add_connection(config));
		else if (is(n, "certificate"))
			take_certificate(n, add_certificate(config));
		else if (is(n, "profile"))
			take_profile(n, add_profile(config));
		else
			take_gateway_leaf(n, config);
		config->present |= snapshot_explicit(n);
	}
}

static int profile_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_profile *)a)->name, ((const struct gw_profile *)b)->name);
}

static int certificate_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_certificate *)a)->name,
		      ((const struct gw_certificate *)b)->name);
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

static void sort(void *array, size_t count, size_t size, int (*cmp)(const void *, const void *))
{
	if (count)
		qsort(array, count, size, cmp);
}

/* What a connection's certificates are, which the tree says elsewhere. */
static void take_files(const struct gw_config *config, struct gw_connection *c)
{
	const struct gw_certificate *ours = gw_config_certificate(config, c->certificate);
	const struct gw_certificate *authority = gw_config_certificate(config, c->authority);

	if (ours) {
		memcpy(c->certificate_file, ours->file, sizeof(c->certificate_file));
		memcpy(c->key_file, ours->key_file, sizeof(c->key_file));
	}
	if (authority)
		memcpy(c->authority_file, authority->file, sizeof(c->authority_file));
}

/* What was judged before is not decrypted again: of a thousand keys, one has changed. */
static bool key_usable(const struct gw_connection *c, const struct secret_key *key,
		       const struct gw_config *before)
{
	const struct gw_connection *known = before ? gw_config_connection(before, c->name) : NULL;
	struct gh_buf clear = { 0 };
	bool usable;

	if (!key || !c->shared_key[0])
		return false;
	if (known && !strcmp(known->shared_key, c->shared_key))
		return known->key_usable;
	usable = !secret_decrypt(key, c->shared_key, &clear);
	gh_buf_fini(&clear);
	return usable;
}

struct gw_config *snapshot_new(const struct lyd_node *tree, const struct legs *legs,
			       const struct secret_key *key)
{
	return snapshot_next(tree, legs, key, NULL);
}

struct gw_config *snapshot_next(const struct lyd_node *tree, const struct legs *legs,
				const struct secret_key *key, const struct gw_config *before)
{
	struct gw_config *config = calloc(1, sizeof(*config));
	size_t i;

	if (!config)
		abort();
	for (; tree; tree = tree->next)
		if (is(tree, "gateway"))
			take_gateway(tree, config);
	if (!gh_addr_is_set(&config->router_id))
		config->router_id = config->public_ipv4;
	sort_prefixes(config->address_space, config->address_space_count);
	sort(config->circuits, config->circuit_count, sizeof(*config->circuits), circuit_cmp);
	sort(config->connections, config->connection_count, sizeof(*config->connections),
	     connection_cmp);
	sort(config->profiles, config->profile_count, sizeof(*config->profiles), profile_cmp);
	sort(config->certificates, config->certificate_count, sizeof(*config->certificates),
	     certificate_cmp);
	for (i = 0; i < config->connection_count; i++) {
		struct gw_connection *c = &config->connections[i];

		take_files(config, c);
		c->key_usable = key_usable(c, key, before);
	}
	legs_assign(legs, config);
	return config;
}
