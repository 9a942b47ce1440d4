/*
 * Extraction of connections, with their profiles: see snapshot.h.
 *
 * What is built in comes first, then the profile's values, then the
 * connection's own: each is written over the one before.
 */
#include "yang/snapshot_read.h"

#define KEEPALIVE_S 60          /* the values that devices are configured for */
#define HOLD_S 180
#define BFD_INTERVAL_MS 300
#define BFD_MULTIPLIER 3
#define AZURE_KILOBYTES 102400000

static void take_session(const struct lyd_node *list, struct gw_connection *c)
{
	struct gw_session *s = &c->sessions[c->session_count];
	const struct lyd_node *n;

	if (c->session_count == GW_SESSIONS_MAX)
		return;         /* the schema refuses it */
	c->session_count++;
	LY_LIST_FOR(lyd_child(list), n) {
		if (read_is(n, "remote-as"))
			s->remote_as = read_number(n);
		else if (read_is(n, "peer-address"))
			read_addr(n, &s->peer);
		else if (read_is(n, "local-address"))
			read_addr(n, &s->local);
	}
}

/* Its presence switches it on; a profile may have given the timers. */
static void take_bfd(const struct lyd_node *container, struct gw_bfd *bfd)
{
	const struct lyd_node *n;

	if (!bfd->interval_ms)
		*bfd = (struct gw_bfd){ BFD_INTERVAL_MS, BFD_MULTIPLIER };
	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "interval"))
			bfd->interval_ms = (uint16_t)read_number(n);
		else if (read_is(n, "multiplier"))
			bfd->multiplier = (uint8_t)read_number(n);
	}
}

static void take_bgp(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "session"))
			take_session(n, c);
		else if (read_is(n, "password"))
			read_text(n, c->password.text, sizeof(c->password.text));
		else if (read_is(n, "bfd"))
			take_bfd(n, &c->bfd);
		else if (read_is(n, "multihop"))
			c->bgp.multihop = (uint8_t)read_number(n);
		else
			read_bgp(n, &c->bgp);
	}
}

static void take_ike(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "encryption"))
			c->ike.encryption = gw_encryption_find(lyd_get_value(n));
		else if (read_is(n, "integrity"))
			c->ike.integrity = gw_integrity_find(lyd_get_value(n));
		else if (read_is(n, "dh-group"))
			c->ike.group = gw_group_find(lyd_get_value(n));
		else if (read_is(n, "lifetime"))
			c->ike_lifetime_s = read_number(n);
		else if (read_is(n, "version"))
			c->ike_version = (uint8_t)read_number(n);
		else if (read_is(n, "exchange"))
			c->exchange = gw_exchange_find(lyd_get_value(n));
		else if (read_is(n, "mobike"))
			c->mobike = read_bool(n);
		else if (read_is(n, "fragmentation"))
			c->fragmentation = read_bool(n);
		else if (read_is(n, "additional-key-exchange"))
			c->kem = gw_kem_find(lyd_get_value(n));
	}
}

static void take_ipsec(const struct lyd_node *container, struct gw_connection *c)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(container), n) {
		if (read_is(n, "encryption")) {
			c->esp.encryption = gw_encryption_find(lyd_get_value(n));
			c->esp_given = true;
		} else if (read_is(n, "integrity")) {
			c->esp.integrity_given = gw_integrity_find(lyd_get_value(n));
		} else if (read_is(n, "pfs-group")) {
			c->pfs = gw_group_find(lyd_get_value(n));
		} else if (read_is(n, "lifetime")) {
			c->ipsec_lifetime_s = read_number(n);
		} else if (read_is(n, "lifetime-kilobytes")) {
			c->ipsec_lifetime_kb = read_number(n);
		}
	}
}

/* What is one word of a few. */
static bool take_word(const struct lyd_node *n, struct gw_connection *c)
{
	if (read_is(n, "mode"))
		c->mode = gw_mode_find(lyd_get_value(n));
	else if (read_is(n, "encapsulation"))
		c->encapsulation = gw_encapsulation_find(lyd_get_value(n));
	else if (read_is(n, "revocation"))
		c->revocation = gw_revocation_find(lyd_get_value(n));
	else if (read_is(n, "destination-class"))
		c->destination = gw_destination_find(lyd_get_value(n));
	else
		return false;
	return true;
}

void read_setting(const struct lyd_node *n, struct gw_connection *c)
{
	if (take_word(n, c))
		return;
	if (read_is(n, "ike"))
		take_ike(n, c);
	else if (read_is(n, "ipsec"))
		take_ipsec(n, c);
	else if (read_is(n, "bgp"))
		take_bgp(n, c);
	else if (read_is(n, "dpd-timeout"))
		c->dpd_timeout_s = (uint16_t)read_number(n);
	else if (read_is(n, "replay-window"))
		c->replay_window = read_number(n);
	else if (read_is(n, "weight"))
		c->weight = (uint16_t)read_number(n);
	else if (read_is(n, "prefix-limit"))
		c->prefix_limit = read_number(n);
	else if (read_is(n, "tcp-mss"))
		c->tcp_mss = (uint16_t)read_number(n);
	else if (read_is(n, "local-id"))
		read_text(n, c->local_id, sizeof(c->local_id));
}

/* What is built in; the descriptions of the model say the same. */
static void take_built_in(struct gw_connection *c)
{
	c->esp.encryption = GW_GCMAES256;
	c->ike_version = 2;
	c->mobike = c->fragmentation = true;
	c->ike_lifetime_s = 28800;
	c->ipsec_lifetime_s = 27000;
	c->dpd_timeout_s = 45;
	c->replay_window = 1024;
	c->bgp.keepalive_s = KEEPALIVE_S;
	c->bgp.hold_s = HOLD_S;
}

/* Looked up for each: a profile is a handful of leaves, copied nowhere else. */
static void take_from_profile(const struct lyd_node *connection, struct gw_connection *c)
{
	const char *name = read_child(connection, "profile");
	struct lyd_node *profile = NULL;
	const struct lyd_node *n;
	char path[GH_NAME_MAX + 48];

	if (!name)
		return;
	snprintf(c->profile, sizeof(c->profile), "%s", name);
	if (!strcmp(name, GW_AZURE_DEFAULT)) {
		c->azure_default = true;
		c->ipsec_lifetime_kb = AZURE_KILOBYTES;
		return;
	}
	snprintf(path, sizeof(path), "/gatehouse:gateway/profile[name='%s']", c->profile);
	if (lyd_find_path(connection, path, 0, &profile) || !profile)
		return;
	LY_LIST_FOR(lyd_child(profile), n)
		read_setting(n, c);
}

static void take_remote(const struct lyd_node *n, struct gw_connection *c)
{
	const char *value = lyd_get_value(n);

	if (!strcmp(value, "any"))
		c->remote_any = true;
	else if (gh_addr_parse(value, &c->remote_address) < 0)
		snprintf(c->remote_host, sizeof(c->remote_host), "%s", value);
}

static void take_selector(const struct lyd_node *list, struct gw_connection *c)
{
	const char *local = read_child(list, "local"), *remote = read_child(list, "remote");
	struct gw_selector s;

	if (gh_prefix_parse(local, &s.local) < 0 || gh_prefix_parse(remote, &s.remote) < 0)
		return;
	c->selectors = read_grow(c->selectors, c->selector_count, sizeof(*c->selectors));
	c->selectors[c->selector_count++] = s;
}

/* Only its name for now: what it says comes with the whole configuration. */
static void take_authority(const struct lyd_node *n, struct gw_connection *c)
{
	c->authorities = read_grow(c->authorities, c->authority_count, sizeof(*c->authorities));
	read_text(n, c->authorities[c->authority_count++].name, sizeof(c->authorities->name));
}

static void take_nat_rule(const struct lyd_node *n, struct gw_connection *c)
{
	c->nat_rules = read_grow(c->nat_rules, c->nat_rule_count, sizeof(*c->nat_rules));
	read_text(n, c->nat_rules[c->nat_rule_count++].name, sizeof(c->nat_rules->name));
}

/* What no profile has. */
static bool take_own(const struct lyd_node *n, struct gw_connection *c)
{
	if (read_is(n, "name"))
		read_text(n, c->name, sizeof(c->name));
	else if (read_is(n, "remote-address"))
		take_remote(n, c);
	else if (read_is(n, "local-address"))
		read_addr(n, &c->local_address);
	else if (read_is(n, "over-expressroute"))
		read_text(n, c->over, sizeof(c->over));
	else if (read_is(n, "shared-key"))
		read_text(n, c->shared_key, sizeof(c->shared_key));
	else if (read_is(n, "alternate-shared-key"))
		read_text(n, c->alternate_key.text, sizeof(c->alternate_key.text));
	else if (read_is(n, "certificate"))
		read_text(n, c->certificate, sizeof(c->certificate));
	else if (read_is(n, "authority"))
		take_authority(n, c);
	else if (read_is(n, "remote-id"))
		read_text(n, c->remote_id, sizeof(c->remote_id));
	else if (read_is(n, "prefix"))
		read_prefix(n, &c->prefixes, &c->prefix_count);
	else if (read_is(n, "traffic-selector"))
		take_selector(n, c);
	else if (read_is(n, "nat-rule"))
		take_nat_rule(n, c);
	else if (read_is(n, "enabled"))
		c->shutdown = !read_bool(n);
	else
		return false;
	return true;
}

static int selector_cmp(const void *a, const void *b)
{
	const struct gw_selector *x = a, *y = b;
	int c = gh_prefix_cmp(&x->local, &y->local);

	return c ? c : gh_prefix_cmp(&x->remote, &y->remote);
}

/* Both begin with their name. */
static int name_cmp(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort(void *array, size_t count, size_t size, int (*cmp)(const void *, const void *))
{
	if (count)
		qsort(array, count, size, cmp);
}

/* What a policy-based connection names on the other side lies behind it. */
static void add_remotes(struct gw_connection *c)
{
	size_t i, k;

	for (i = 0; i < c->selector_count; i++) {
		const struct gh_prefix *remote = &c->selectors[i].remote;

		for (k = 0; k < c->prefix_count && gh_prefix_cmp(&c->prefixes[k], remote); k++)
			;
		if (k < c->prefix_count)
			continue;
		c->prefixes = read_grow(c->prefixes, c->prefix_count, sizeof(*c->prefixes));
		c->prefixes[c->prefix_count++] = *remote;
	}
}

void read_connection(const struct lyd_node *list, struct gw_connection *c)
{
	const struct lyd_node *n;

	take_built_in(c);
	take_from_profile(list, c);
	LY_LIST_FOR(lyd_child(list), n)
		if (!take_own(n, c))
			read_setting(n, c);
	add_remotes(c);
	read_prefixes_sort(c->prefixes, c->prefix_count);
	sort(c->selectors, c->selector_count, sizeof(*c->selectors), selector_cmp);
	sort(c->authorities, c->authority_count, sizeof(*c->authorities), name_cmp);
	sort(c->nat_rules, c->nat_rule_count, sizeof(*c->nat_rules), name_cmp);
}

void read_connection_rest(const struct gw_config *config, struct gw_connection *c)
{
	const struct gw_certificate *ours = gw_config_certificate(config, c->certificate);
	size_t i;

	if (ours) {
		memcpy(c->certificate_file, ours->file, sizeof(c->certificate_file));
		memcpy(c->key_file, ours->key_file, sizeof(c->key_file));
	}
	for (i = 0; i < c->authority_count; i++) {
		const struct gw_certificate *x =
			gw_config_certificate(config, c->authorities[i].name);

		if (x)
			c->authorities[i] = *x;
	}
	for (i = 0; i < c->nat_rule_count; i++) {
		const struct gw_nat_rule *x = gw_config_nat_rule(config, c->nat_rules[i].name);

		if (x)
			c->nat_rules[i] = *x;
	}
	c->local_given = gh_addr_is_set(&c->local_address);
	if (!c->local_given && c->remote_address.family == AF_INET)
		c->local_address = config->public_ipv4;
	else if (!c->local_given && c->remote_address.family == AF_INET6)
		c->local_address = config->public_ipv6;
	if (!gw_encryption_is_aead(c->esp.encryption))
		c->esp.integrity = c->esp.integrity_given ? c->esp.integrity_given : GW_SHA256;
}
