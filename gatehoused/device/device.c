/*
 * Turning a connection round: see device.h.
 *
 * One algorithm for each purpose is printed, though a connection without a
 * policy of its own offers several: a device configured for exactly one is
 * what a site's engineer can read and compare.
 */
#include "gatehoused/device/device.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct kind {
	const char *name;
	device_writer *write;
} kinds[] = {
	{ "strongswan", device_strongswan },
	{ "cisco-ios", device_cisco_ios },
	{ "junos", device_junos },
	{ "fortigate", device_fortigate },
	{ "vyos", device_vyos },
};

/* ---- words ---- */

unsigned device_group(enum gw_group group)
{
	static const unsigned numbers[] = {
		[GW_GROUP1] = 1, [GW_GROUP2] = 2, [GW_GROUP14] = 14, [GW_GROUP15] = 15,
		[GW_GROUP16] = 16, [GW_ECP256] = 19, [GW_ECP384] = 20, [GW_ECP521] = 21,
		[GW_GROUP24] = 24, [GW_CURVE25519] = 31,
	};

	return group < sizeof(numbers) / sizeof(*numbers) ? numbers[group] : 0;
}

const char *device_encryption(const char *const words[], size_t count, enum gw_encryption e,
			      const char *maker, struct gh_buf *why)
{
	if (e < count && words[e])
		return words[e];
	gh_buf_printf(why, "%s%s has no encryption %s", gh_buf_length(why) ? "; " : "", maker,
		      gw_encryption_name(e));
	return "?";
}

const char *device_integrity(const char *const words[], size_t count, enum gw_integrity i,
			     const char *maker, struct gh_buf *why)
{
	if (i < count && words[i])
		return words[i];
	gh_buf_printf(why, "%s%s has no integrity %s", gh_buf_length(why) ? "; " : "", maker,
		      gw_integrity_name(i));
	return "?";
}

const char *device_mask(unsigned length, char text[GH_ADDR_TEXT])
{
	uint32_t mask = length ? 0xffffffffu << (32 - length) : 0;

	snprintf(text, GH_ADDR_TEXT, "%u.%u.%u.%u", mask >> 24, mask >> 16 & 255, mask >> 8 & 255,
		 mask & 255);
	return text;
}

bool device_has_bgp(const struct device *d)
{
	return d->c->session_count > 0;
}

bool device_is_plain(const struct device *d, const char *maker, struct gh_buf *why)
{
	const char *what = NULL;

	if (d->c->certificate[0])
		what = "certificates";
	else if (d->c->kem)
		what = "an additional key exchange";
	else if (d->ipv6)
		what = "IPv6 outside of the tunnel";
	if (what)
		gh_buf_printf(why, "what is printed for %s has no %s yet: take strongswan's as a guide",
			      maker, what);
	return !what;
}

/* ---- the description ---- */

/* Of a connection without policies: the offer that every maker knows. */
static const struct gw_ike_policy modern_ike = { GW_AES256, GW_SHA384, GW_ECP384 };
static const struct gw_ike_policy modern_aggressive = { GW_AES256, GW_SHA256, GW_GROUP14 };
static const struct gw_ike_policy azure_ike = { GW_AES256, GW_SHA256, GW_GROUP2 };
static const struct gw_esp_policy azure_esp = { .encryption = GW_GCMAES256 };
static const struct gw_esp_policy azure_old = { .encryption = GW_AES256, .integrity = GW_SHA256 };

static void take_policy(const struct gw_connection *c, struct device *d)
{
	bool aggressive = c->ike_version == 1 && c->exchange == GW_AGGRESSIVE;
	bool azure_old_kind = c->ike_version == 1 && c->selector_count;

	d->ike = c->ike;
	if (!d->ike.encryption)
		d->ike = c->azure_default ? azure_ike : aggressive ? modern_aggressive : modern_ike;
	d->esp = c->esp;
	if (c->azure_default && !c->esp_given)
		d->esp = azure_old_kind ? azure_old : azure_esp;
	d->pfs = c->pfs;
	/* IKEv1 has no list of groups to choose from: without a word there is no PFS. */
	if (!d->pfs)
		d->pfs = c->azure_default || c->ike_version == 1 ? GW_GROUP_WITHOUT : GW_ECP384;
}

static void take_name(const struct gw_connection *c, struct device *d)
{
	size_t n = (size_t)snprintf(d->name, sizeof(d->name), "gh-%.11s", c->name);

	for (size_t i = 0; i < n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-",
			    d->name[i]))
			d->name[i] = '-';
}

static void put_prefix(struct device *d, const struct gh_prefix *p)
{
	if (d->prefix_count < DEVICE_PREFIXES_MAX)
		d->prefixes[d->prefix_count++] = *p;
}

/* Is it translated on its way to the site, so that the site never sees it? */
static bool is_translated(const struct gw_connection *c, const struct gh_prefix *p)
{
	for (size_t i = 0; i < c->nat_rule_count; i++) {
		const struct gw_nat_rule *r = &c->nat_rules[i];

		if (!r->ingress && r->internal.addr.family && gh_prefix_contains(&r->internal, p))
			return true;
	}
	return false;
}

static void take_prefixes(const struct gw_config *config, const struct gw_connection *c,
			  struct device *d)
{
	for (size_t i = 0; i < config->address_space_count; i++)
		if (!is_translated(c, &config->address_space[i]))
			put_prefix(d, &config->address_space[i]);
	for (size_t i = 0; i < config->peered_space_count; i++)
		if (!is_translated(c, &config->peered_space[i]))
			put_prefix(d, &config->peered_space[i]);
	for (size_t i = 0; i < c->nat_rule_count; i++)
		if (!c->nat_rules[i].ingress && c->nat_rules[i].external.addr.family)
			put_prefix(d, &c->nat_rules[i].external);
}

static const struct gh_addr *our_address(const struct gw_config *config,
					 const struct gw_connection *c)
{
	if (gh_addr_is_set(&c->local_address))
		return &c->local_address;
	if (c->remote_address.family == config->public_ipv6.family &&
	    gh_addr_is_set(&config->public_ipv6))
		return &config->public_ipv6;
	return gh_addr_is_set(&config->public_ipv4) ? &config->public_ipv4 : &config->public_ipv6;
}

static void take_ends(const struct gw_config *config, const struct gw_connection *c,
		      struct device *d)
{
	const struct gh_addr *ours = our_address(config, c);
	char text[GH_ADDR_TEXT];
	bool known = gh_addr_is_set(&c->remote_address);

	d->ipv6 = gh_family_bits(ours->family) == 128;
	snprintf(d->gateway_outer, sizeof(d->gateway_outer), "%s",
		 gh_addr_is_set(ours) ? gh_addr_print(ours, text) : "GATEWAY-ADDRESS");
	snprintf(d->outer, sizeof(d->outer), "%s",
		 known ? gh_addr_print(&c->remote_address, text) : "OUTSIDE-ADDRESS");
	snprintf(d->local_id, sizeof(d->local_id), "%s",
		 c->remote_id[0] ? c->remote_id : c->remote_host[0] ? c->remote_host : d->outer);
	snprintf(d->remote_id, sizeof(d->remote_id), "%s",
		 c->local_id[0] ? c->local_id : d->gateway_outer);
}

void device_describe(const struct gw_config *config, const struct gw_connection *c,
		     struct device *out)
{
	*out = (struct device){
		.gateway = config, .c = c, .unit = c->leg,
		.calls = c->remote_any || c->mode == GW_RESPONDER_ONLY,
		.waits = c->mode == GW_INITIATOR_ONLY,
		.mtu = config->mtu ? config->mtu : 1400,
	};
	out->mss = c->tcp_mss ? c->tcp_mss : c->over[0] ? 1250 : config->tcp_mss;
	if (!out->mss)
		out->mss = out->mtu - 50;
	take_name(c, out);
	take_ends(config, c, out);
	take_policy(c, out);
	take_prefixes(config, c, out);
}

int device_write(const struct device *d, const char *kind, struct gh_buf *out,
		 struct gh_buf *why)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		struct gh_buf text = { 0 };
		int rc;

		if (strcmp(kinds[i].name, kind))
			continue;
		rc = kinds[i].write(d, &text, why);
		if (!rc && gh_buf_length(why))
			rc = -ENOTSUP;
		if (!rc)
			gh_buf_append(out, gh_buf_text(&text), gh_buf_length(&text));
		gh_buf_fini(&text);
		return rc;
	}
	gh_buf_printf(why, "there is no kind of device %s: it is one of strongswan, cisco-ios, junos, "
		      "fortigate, vyos", kind);
	return -ENOENT;
}
