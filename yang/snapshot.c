/*
 * Extraction: see snapshot.h.
 *
 * Connections are in snapshot_connection.c, how a value is read in
 * snapshot_read.h.
 */
#include "yang/snapshot.h"

#include "yang/snapshot_read.h"

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

/* ---- circuits ---- */

static void take_edge(const struct lyd_node *list, struct gw_circuit *circuit)
{
	struct gw_edge e = { 0 };
	const struct lyd_node *n;
	int role = GW_PRIMARY;

	LY_LIST_FOR(lyd_child(list), n) {
		if (read_is(n, "role"))
			role = strcmp(lyd_get_value(n), "secondary") ? GW_PRIMARY : GW_SECONDARY;
		else if (read_is(n, "interface"))
			read_text(n, e.interface, sizeof(e.interface));
		else if (read_is(n, "peer"))
			read_addr(n, &e.peer);
		else if (read_is(n, "peer-ipv6"))
			read_addr(n, &e.peer_ipv6);
		else if (read_is(n, "remote-as"))
			e.remote_as = read_number(n);
	}
	circuit->edges[role] = e;
}

static void take_bgp(const struct lyd_node *container, struct gw_bgp *bgp)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n)
		read_bgp(n, bgp);
}

static void take_circuit(const struct lyd_node *list, struct gw_circuit *circuit)
{
	struct gw_bfd bfd = { 0 };
	const struct lyd_node *n;

	circuit->bgp.keepalive_s = 60;
	circuit->bgp.hold_s = 180;
	LY_LIST_FOR(lyd_child(list), n) {
		if (read_is(n, "name"))
			read_text(n, circuit->name, sizeof(circuit->name));
		else if (read_is(n, "edge"))
			take_edge(n, circuit);
		else if (read_is(n, "bfd"))
			read_bfd(n, &bfd);
		else if (read_is(n, "wait-to-restore"))
			circuit->wait_to_restore_s = (uint16_t)read_number(n);
		else if (read_is(n, "weight"))
			circuit->weight = (uint16_t)read_number(n);
		else if (read_is(n, "prefix-limit"))
			circuit->prefix_limit = read_number(n);
		else if (read_is(n, "password"))
			read_text(n, circuit->password.text, sizeof(circuit->password.text));
		else if (read_is(n, "bgp"))
			take_bgp(n, &circuit->bgp);
	}
	circuit->bfd_interval_ms = bfd.interval_ms;
	circuit->bfd_multiplier = bfd.multiplier;
}

/* ---- the gateway ---- */

static void take_public_address(const struct lyd_node *node, struct gw_config *config)
{
	struct gh_addr a = { 0 };

	read_addr(node, &a);
	if (a.family == AF_INET)
		config->public_ipv4 = a;
	else
		config->public_ipv6 = a;
}

static void take_transit(const struct lyd_node *container, struct gw_config *config)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n)
		if (read_is(n, "vpn"))
			config->transit_vpn = read_bool(n);
		else if (read_is(n, "expressroute"))
			config->transit_expressroute = read_bool(n);
}

static void take_moving_address(const struct lyd_node *container, struct gw_partner *p)
{
	const char *prefix = read_child(container, "prefix");
	const char *interface = read_child(container, "interface");
	const char *slash = prefix ? strchr(prefix, '/') : NULL;
	char text[GH_ADDR_TEXT];

	if (!slash || !interface || (size_t)(slash - prefix) >= sizeof(text))
		return;
	snprintf(text, sizeof(text), "%.*s", (int)(slash - prefix), prefix);
	if (gh_addr_parse(text, &p->moving) < 0)
		return;
	p->moving_length = (uint8_t)strtoul(slash + 1, NULL, 10);
	snprintf(p->moving_interface, sizeof(p->moving_interface), "%s", interface);
}

static void take_partner(const struct lyd_node *container, struct gw_partner *p)
{
	const struct lyd_node *n;

	p->present = snapshot_explicit(container);
	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "peer-address"))
			read_addr(n, &p->peer);
		else if (read_is(n, "local-address"))
			read_addr(n, &p->local);
		else if (read_is(n, "interface"))
			read_text(n, p->interface, sizeof(p->interface));
		else if (read_is(n, "password"))
			read_text(n, p->password.text, sizeof(p->password.text));
		else if (read_is(n, "bfd"))
			read_bfd(n, &p->bfd);
		else if (read_is(n, "mode"))
			p->standby = !strcmp(lyd_get_value(n), "active-standby");
		else if (read_is(n, "role"))
			p->secondary = !strcmp(lyd_get_value(n), "secondary");
		else if (read_is(n, "symmetry"))
			p->symmetry = read_bool(n);
		else if (read_is(n, "moving-address"))
			take_moving_address(n, p);
	}
}

static void take_gateway_leaf(const struct lyd_node *n, struct gw_config *config)
{
	const struct lyd_node *child;

	if (read_is(n, "asn"))
		config->asn = read_number(n);
	else if (read_is(n, "router-id"))
		read_addr(n, &config->router_id);
	else if (read_is(n, "address-space"))
		read_prefix(n, &config->address_space, &config->address_space_count);
	else if (read_is(n, "public-address"))
		take_public_address(n, config);
	else if (read_is(n, "mtu"))
		config->mtu = (uint16_t)read_number(n);
	else if (read_is(n, "tcp-mss"))
		config->tcp_mss = (uint16_t)read_number(n);
	else if (read_is(n, "size"))
		config->size = gw_size_find(lyd_get_value(n));
	else if (read_is(n, "instance"))
		config->instance = (uint8_t)read_number(n);
	else if (read_is(n, "peered-space"))
		read_prefix(n, &config->peered_space, &config->peered_space_count);
	else if (read_is(n, "transit"))
		take_transit(n, config);
	else if (read_is(n, "partner"))
		take_partner(n, &config->partner);
	else if (read_is(n, "vnet"))
		LY_LIST_FOR(lyd_child(n), child)
			read_text(child, config->vnet_interface, sizeof(config->vnet_interface));
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
		if (read_is(n, "name"))
			read_text(n, c->name, sizeof(c->name));
		else if (read_is(n, "file"))
			get_file(n, c->file);
		else if (read_is(n, "key-file"))
			get_file(n, c->key_file);
		else if (read_is(n, "crl-file"))
			get_file(n, c->crl_file);
		else if (read_is(n, "crl-uri"))
			read_text(n, c->crl_uri, sizeof(c->crl_uri));
		else if (read_is(n, "ocsp-uri"))
			read_text(n, c->ocsp_uri, sizeof(c->ocsp_uri));
	}
}

static void take_profile(const struct lyd_node *list, struct gw_profile *p)
{
	struct gw_connection settings = { 0 };
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n)
		if (read_is(n, "name"))
			read_text(n, p->name, sizeof(p->name));
		else
			read_setting(n, &settings);
	p->ike = settings.ike;
	p->esp = settings.esp;
	p->pfs = settings.pfs;
}

static void take_nat_rule(const struct lyd_node *list, struct gw_nat_rule *r)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n) {
		if (read_is(n, "name"))
			read_text(n, r->name, sizeof(r->name));
		else if (read_is(n, "mode"))
			r->ingress = !strcmp(lyd_get_value(n), "ingress");
		else if (read_is(n, "type"))
			r->dynamic = !strcmp(lyd_get_value(n), "dynamic");
		else if (read_is(n, "internal"))
			gh_prefix_parse(lyd_get_value(n), &r->internal);
		else if (read_is(n, "external"))
			gh_prefix_parse(lyd_get_value(n), &r->external);
	}
}

static void take_vnet_router(const struct lyd_node *list, struct gw_vnet_router *r)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(list), n) {
		if (read_is(n, "name"))
			read_text(n, r->name, sizeof(r->name));
		else if (read_is(n, "peer-address"))
			read_addr(n, &r->peer);
		else if (read_is(n, "remote-as"))
			r->remote_as = read_number(n);
		else if (read_is(n, "password"))
			read_text(n, r->password.text, sizeof(r->password.text));
		else if (read_is(n, "bfd"))
			read_bfd(n, &r->bfd);
	}
}

/* A new element of one of the lists. */
static struct gw_circuit *add_circuit(struct gw_config *to)
{
	to->circuits = read_grow(to->circuits, to->circuit_count, sizeof(*to->circuits));
	return &to->circuits[to->circuit_count++];
}

static struct gw_connection *add_connection(struct gw_config *to)
{
	to->connections = read_grow(to->connections, to->connection_count, sizeof(*to->connections));
	return &to->connections[to->connection_count++];
}

static struct gw_profile *add_profile(struct gw_config *to)
{
	to->profiles = read_grow(to->profiles, to->profile_count, sizeof(*to->profiles));
	return &to->profiles[to->profile_count++];
}

static struct gw_certificate *add_certificate(struct gw_config *to)
{
	to->certificates = read_grow(to->certificates, to->certificate_count,
				sizeof(*to->certificates));
	return &to->certificates[to->certificate_count++];
}

static struct gw_nat_rule *add_nat_rule(struct gw_config *to)
{
	to->nat_rules = read_grow(to->nat_rules, to->nat_rule_count, sizeof(*to->nat_rules));
	return &to->nat_rules[to->nat_rule_count++];
}

static struct gw_vnet_router *add_vnet_router(struct gw_config *to)
{
	to->vnet_routers = read_grow(to->vnet_routers, to->vnet_router_count,
				sizeof(*to->vnet_routers));
	return &to->vnet_routers[to->vnet_router_count++];
}

static void take_gateway(const struct lyd_node *gateway, struct gw_config *config)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(gateway), n) {
		if (read_is(n, "expressroute"))
			take_circuit(n, add_circuit(config));
		else if (read_is(n, "connection"))
			read_connection(n, add_connection(config));
		else if (read_is(n, "certificate"))
			take_certificate(n, add_certificate(config));
		else if (read_is(n, "profile"))
			take_profile(n, add_profile(config));
		else if (read_is(n, "nat-rule"))
			take_nat_rule(n, add_nat_rule(config));
		else if (read_is(n, "vnet-router"))
			take_vnet_router(n, add_vnet_router(config));
		else
			take_gateway_leaf(n, config);
		config->present |= snapshot_explicit(n);
	}
}

/* ---- order, and what is known of secrets ---- */

static int profile_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_profile *)a)->name, ((const struct gw_profile *)b)->name);
}

static int certificate_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_certificate *)a)->name,
		      ((const struct gw_certificate *)b)->name);
}

static int nat_rule_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_nat_rule *)a)->name,
		      ((const struct gw_nat_rule *)b)->name);
}

static int vnet_router_cmp(const void *a, const void *b)
{
	return strcmp(((const struct gw_vnet_router *)a)->name,
		      ((const struct gw_vnet_router *)b)->name);
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

static bool decrypts(const struct secret_key *key, const char *text, size_t longest)
{
	struct gh_buf clear = { 0 };
	bool usable = !secret_decrypt(key, text, &clear) && gh_buf_length(&clear) <= longest;

	gh_buf_fini(&clear);
	return usable;
}

/* What was judged before is not decrypted again: of a thousand keys, one has changed. */
static bool key_usable(const char *text, const char *known, bool known_usable, size_t longest,
		       const struct secret_key *key)
{
	if (!key || !text[0])
		return false;
	if (known && !strcmp(known, text))
		return known_usable;
	return decrypts(key, text, longest);
}

static void judge_secret(struct gw_secret *s, const struct gw_secret *known, size_t longest,
			 const struct secret_key *key)
{
	s->usable = key_usable(s->text, known ? known->text : NULL, known && known->usable, longest,
			       key);
}

static void judge_connection(struct gw_connection *c, const struct gw_connection *known,
			     const struct secret_key *key)
{
	c->key_usable = key_usable(c->shared_key, known ? known->shared_key : NULL,
				   known && known->key_usable, GW_SECRET_MAX, key);
	judge_secret(&c->alternate_key, known ? &known->alternate_key : NULL, GW_SECRET_MAX, key);
	judge_secret(&c->password, known ? &known->password : NULL, GW_PASSWORD_MAX, key);
}

static void judge_secrets(struct gw_config *to, const struct gw_config *before,
			  const struct secret_key *key)
{
	size_t i;

	judge_secret(&to->partner.password, before ? &before->partner.password : NULL,
		     GW_PASSWORD_MAX, key);
	for (i = 0; i < to->vnet_router_count; i++) {
		struct gw_vnet_router *r = &to->vnet_routers[i];
		const struct gw_vnet_router *known =
			before ? gw_config_vnet_router(before, r->name) : NULL;

		judge_secret(&r->password, known ? &known->password : NULL, GW_PASSWORD_MAX, key);
	}
	for (i = 0; i < to->circuit_count; i++) {
		struct gw_circuit *c = &to->circuits[i];
		const struct gw_circuit *known = before ? gw_config_circuit(before, c->name) : NULL;

		judge_secret(&c->password, known ? &known->password : NULL, GW_PASSWORD_MAX, key);
	}
	for (i = 0; i < to->connection_count; i++) {
		struct gw_connection *c = &to->connections[i];

		judge_connection(c, before ? gw_config_connection(before, c->name) : NULL, key);
	}
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
		if (read_is(tree, "gateway"))
			take_gateway(tree, config);
	if (!gh_addr_is_set(&config->router_id))
		config->router_id = config->public_ipv4;
	read_prefixes_sort(config->address_space, config->address_space_count);
	read_prefixes_sort(config->peered_space, config->peered_space_count);
	sort(config->circuits, config->circuit_count, sizeof(*config->circuits), circuit_cmp);
	sort(config->connections, config->connection_count, sizeof(*config->connections),
	     connection_cmp);
	sort(config->profiles, config->profile_count, sizeof(*config->profiles), profile_cmp);
	sort(config->certificates, config->certificate_count, sizeof(*config->certificates),
	     certificate_cmp);
	sort(config->nat_rules, config->nat_rule_count, sizeof(*config->nat_rules), nat_rule_cmp);
	sort(config->vnet_routers, config->vnet_router_count, sizeof(*config->vnet_routers),
	     vnet_router_cmp);
	for (i = 0; i < config->connection_count; i++)
		read_connection_rest(config, &config->connections[i]);
	judge_secrets(config, before, key);
	legs_assign(legs, config);
	return config;
}
