/* Juniper Junos on SRX: a secure tunnel interface; with selectors, traffic selectors on it. */
#include "gatehoused/device/device.h"

#include <stdio.h>

#define MAKER "junos"

static const char *const ike_ciphers[] = {
	[GW_GCMAES128] = "aes-128-gcm", [GW_GCMAES256] = "aes-256-gcm", [GW_AES128] = "aes-128-cbc",
	[GW_AES192] = "aes-192-cbc", [GW_AES256] = "aes-256-cbc", [GW_DES3] = "3des-cbc",
};
static const char *const ike_hashes[] = {
	[GW_SHA256] = "sha-256", [GW_SHA384] = "sha-384", [GW_SHA512] = "sha-512", [GW_SHA1] = "sha1",
	[GW_MD5] = "md5",
};
static const char *const esp_ciphers[] = {
	[GW_GCMAES128] = "aes-128-gcm", [GW_GCMAES192] = "aes-192-gcm", [GW_GCMAES256] = "aes-256-gcm",
	[GW_AES128] = "aes-128-cbc", [GW_AES192] = "aes-192-cbc", [GW_AES256] = "aes-256-cbc",
	[GW_DES3] = "3des-cbc", [GW_DES] = "des-cbc",
};
static const char *const esp_hashes[] = {
	[GW_SHA256] = "hmac-sha-256-128", [GW_SHA384] = "hmac-sha-384", [GW_SHA512] = "hmac-sha-512",
	[GW_SHA1] = "hmac-sha1-96", [GW_MD5] = "hmac-md5-96",
};

static void set(const struct device *d, const char *where, const char *what, const char *value,
		struct gh_buf *out)
{
	gh_buf_printf(out, "set %s %s %s %s\n", where, d->name, what, value);
}

static void set_number(const struct device *d, const char *where, const char *what, unsigned value,
		       struct gh_buf *out)
{
	gh_buf_printf(out, "set %s %s %s %u\n", where, d->name, what, value);
}

static void put_identity(const struct device *d, const char *whose, const char *id,
			 struct gh_buf *out)
{
	struct gh_addr a;

	gh_buf_printf(out, "set security ike gateway %s %s-identity %s %s\n", d->name, whose,
		      gh_addr_parse(id, &a) < 0 ? "hostname" : "inet", id);
}

static void ike(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	const char *proposal = "security ike proposal", *gateway = "security ike gateway";
	bool aggressive = d->c->ike_version == 1 && d->c->exchange == GW_AGGRESSIVE;

	set(d, proposal, "authentication-method", "pre-shared-keys", out);
	gh_buf_printf(out, "set %s %s dh-group group%u\n", proposal, d->name, device_group(d->ike.group));
	if (d->ike.group == GW_CURVE25519)
		gh_buf_printf(why, "%s" MAKER " has no group curve25519", gh_buf_length(why) ? "; " : "");
	set(d, proposal, "encryption-algorithm",
	    device_encryption(DEVICE_WORDS(ike_ciphers), d->ike.encryption, MAKER, why), out);
	set(d, proposal, "authentication-algorithm",
	    device_integrity(DEVICE_WORDS(ike_hashes), d->ike.integrity, MAKER, why), out);
	set_number(d, proposal, "lifetime-seconds", d->c->ike_lifetime_s, out);
	if (d->c->ike_version == 1)
		set(d, "security ike policy", "mode", aggressive ? "aggressive" : "main", out);
	set(d, "security ike policy", "proposals", d->name, out);
	set(d, "security ike policy", "pre-shared-key ascii-text", "\"SHARED-KEY\"", out);
	set(d, gateway, "ike-policy", d->name, out);
	set(d, gateway, "address", d->gateway_outer, out);
	set(d, gateway, "external-interface", "OUTSIDE-INTERFACE", out);
	put_identity(d, "local", d->local_id, out);
	put_identity(d, "remote", d->remote_id, out);
	set(d, gateway, "version", d->c->ike_version == 1 ? "v1-only" : "v2-only", out);
	if (d->c->dpd_timeout_s)
		set_number(d, gateway, "dead-peer-detection interval",
			   d->c->dpd_timeout_s > 60 ? 60 : d->c->dpd_timeout_s, out);
}

static void selectors(const struct device *d, struct gh_buf *out)
{
	char local[GH_PREFIX_TEXT], remote[GH_PREFIX_TEXT];

	for (size_t i = 0; i < d->c->selector_count; i++)
		gh_buf_printf(out, "set security ipsec vpn %s traffic-selector ts%zu local-ip %s remote-ip %s\n",
			      d->name, i + 1, gh_prefix_print(&d->c->selectors[i].remote, local),
			      gh_prefix_print(&d->c->selectors[i].local, remote));
}

static void esp(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	const char *proposal = "security ipsec proposal", *vpn = "security ipsec vpn";

	set(d, proposal, "protocol", "esp", out);
	set(d, proposal, "encryption-algorithm",
	    device_encryption(DEVICE_WORDS(esp_ciphers), d->esp.encryption, MAKER, why), out);
	if (!gw_encryption_is_aead(d->esp.encryption))
		set(d, proposal, "authentication-algorithm",
		    device_integrity(DEVICE_WORDS(esp_hashes), d->esp.integrity, MAKER, why), out);
	set_number(d, proposal, "lifetime-seconds", d->c->ipsec_lifetime_s, out);
	if (d->c->ipsec_lifetime_kb)
		set_number(d, proposal, "lifetime-kilobytes", d->c->ipsec_lifetime_kb, out);
	if (d->pfs != GW_GROUP_WITHOUT)
		gh_buf_printf(out, "set security ipsec policy %s perfect-forward-secrecy keys group%u\n",
			      d->name, device_group(d->pfs));
	set(d, "security ipsec policy", "proposals", d->name, out);
	gh_buf_printf(out, "set %s %s bind-interface st0.%u\n", vpn, d->name, d->unit);
	set(d, vpn, "ike gateway", d->name, out);
	set(d, vpn, "ike ipsec-policy", d->name, out);
	selectors(d, out);
	set(d, vpn, "establish-tunnels",
	    d->calls ? "immediately" : d->waits ? "responder-only" : "on-traffic", out);
}

static void interface(const struct device *d, struct gh_buf *out)
{
	char text[GH_PREFIX_TEXT];

	gh_buf_printf(out, "set interfaces st0 unit %u family inet mtu %u\n", d->unit, d->mtu);
	for (size_t i = 0; i < d->c->session_count; i++) {
		struct gh_prefix own = gh_prefix_host(&d->c->sessions[i].peer);
		struct gh_prefix other = gh_prefix_host(&d->c->sessions[i].local);

		gh_buf_printf(out, "set interfaces st0 unit %u family inet%s address %s\n", d->unit,
			      own.length == 32 ? "" : "6", gh_prefix_print(&own, text));
		gh_buf_printf(out, "set routing-options %sstatic route %s next-hop st0.%u\n",
			      other.length == 32 ? "" : "rib inet6.0 ", gh_prefix_print(&other, text), d->unit);
	}
	/* Traffic selectors bring their own routes. */
	for (size_t i = 0; i < d->prefix_count && !device_has_bgp(d) && !d->c->selector_count; i++)
		if (gh_family_bits(d->prefixes[i].addr.family) == 32)
			gh_buf_printf(out, "set routing-options static route %s next-hop st0.%u\n",
				      gh_prefix_print(&d->prefixes[i], text), d->unit);
	gh_buf_printf(out, "set security flow tcp-mss ipsec-vpn mss %u\n", d->mss);
	gh_buf_printf(out, "set security zones security-zone VPN-ZONE interfaces st0.%u%s\n", d->unit,
		      device_has_bgp(d) ? " host-inbound-traffic protocols bgp" : "");
	gh_buf_printf(out, "set security zones security-zone OUTSIDE-ZONE interfaces OUTSIDE-INTERFACE "
		      "host-inbound-traffic system-services ike\n");
}

static void bgp(const struct device *d, struct gh_buf *out)
{
	const struct gw_connection *c = d->c;
	const char *group = "protocols bgp group";
	char text[GH_PREFIX_TEXT];

	set(d, group, "type", "external", out);
	set_number(d, group, "local-as", c->sessions[0].remote_as, out);
	set_number(d, group, "multihop ttl", c->bgp.multihop ? c->bgp.multihop : 2, out);
	if (c->bgp.hold_s)
		set_number(d, group, "hold-time", c->bgp.hold_s, out);
	if (c->password.text[0])
		set(d, group, "authentication-key", "\"BGP-PASSWORD\"", out);
	set(d, group, "export", d->name, out);
	for (size_t i = 0; i < c->session_count; i++) {
		char gateway[GH_ADDR_TEXT], ours[GH_ADDR_TEXT];

		gh_addr_print(&c->sessions[i].local, gateway);
		gh_buf_printf(out, "set %s %s neighbor %s peer-as %u\nset %s %s neighbor %s local-address %s\n",
			      group, d->name, gateway, d->gateway->asn, group, d->name, gateway,
			      gh_addr_print(&c->sessions[i].peer, ours));
	}
	for (size_t i = 0; i < c->prefix_count; i++)
		gh_buf_printf(out, "set policy-options policy-statement %s term site from route-filter %s exact\n",
			      d->name, gh_prefix_print(&c->prefixes[i], text));
	if (!c->prefix_count)
		gh_buf_printf(out, "set policy-options policy-statement %s term site from route-filter "
			      "SITE-PREFIX exact\n", d->name);
	gh_buf_printf(out, "set policy-options policy-statement %s term site then accept\n"
		      "set policy-options policy-statement %s term rest then reject\n", d->name, d->name);
}

int device_junos(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	if (!device_is_plain(d, MAKER, why))
		return 0;
	gh_buf_printf(out, "# Junos (SRX) for connection %s of the gateway %s.\n"
		      "# Words in capitals are the site's: put yours in their place.\n", d->c->name,
		      d->gateway_outer);
	ike(d, out, why);
	esp(d, out, why);
	interface(d, out);
	if (device_has_bgp(d))
		bgp(d, out);
	return 0;
}
