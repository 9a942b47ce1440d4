/*
 * Cisco IOS and IOS XE: a tunnel interface protected by an IPsec profile, or
 * a crypto map where the connection has selectors of its own.
 */
#include "gatehoused/device/device.h"

#include <stdio.h>
#include <string.h>

#define MAKER "cisco-ios"

static const char *const ike2_ciphers[] = {
	[GW_GCMAES128] = "aes-gcm-128", [GW_GCMAES256] = "aes-gcm-256", [GW_AES128] = "aes-cbc-128",
	[GW_AES192] = "aes-cbc-192", [GW_AES256] = "aes-cbc-256", [GW_DES3] = "3des",
};
static const char *const ike1_ciphers[] = {
	[GW_AES128] = "aes", [GW_AES192] = "aes 192", [GW_AES256] = "aes 256", [GW_DES3] = "3des",
};
static const char *const ike2_hashes[] = {
	[GW_SHA256] = "sha256", [GW_SHA384] = "sha384", [GW_SHA512] = "sha512", [GW_SHA1] = "sha1",
	[GW_MD5] = "md5",
};
static const char *const ike1_hashes[] = {
	[GW_SHA256] = "sha256", [GW_SHA384] = "sha384", [GW_SHA512] = "sha512", [GW_SHA1] = "sha",
	[GW_MD5] = "md5",
};
static const char *const transforms[] = {
	[GW_GCMAES128] = "esp-gcm 128", [GW_GCMAES192] = "esp-gcm 192", [GW_GCMAES256] = "esp-gcm 256",
	[GW_AES128] = "esp-aes", [GW_AES192] = "esp-aes 192", [GW_AES256] = "esp-aes 256",
	[GW_DES3] = "esp-3des", [GW_DES] = "esp-des", [GW_NULL] = "esp-null",
};
static const char *const macs[] = {
	[GW_SHA256] = "esp-sha256-hmac", [GW_SHA384] = "esp-sha384-hmac",
	[GW_SHA512] = "esp-sha512-hmac", [GW_SHA1] = "esp-sha-hmac", [GW_MD5] = "esp-md5-hmac",
};

/* "address 198.51.100.7", or a name */
static const char *identity(const char *id, const char *names, char text[GH_TEXT_MAX + 32])
{
	struct gh_addr a;

	snprintf(text, GH_TEXT_MAX + 32, "%s %s", gh_addr_parse(id, &a) < 0 ? names : "address", id);
	return text;
}

static void ikev2(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	bool aead = gw_encryption_is_aead(d->ike.encryption);
	char text[GH_TEXT_MAX + 32];

	gh_buf_printf(out, "crypto ikev2 proposal %s\n encryption %s\n %s %s\n group %u\n!\n", d->name,
		      device_encryption(DEVICE_WORDS(ike2_ciphers), d->ike.encryption, MAKER, why),
		      aead ? "prf" : "integrity",
		      device_integrity(DEVICE_WORDS(ike2_hashes), d->ike.integrity, MAKER, why),
		      device_group(d->ike.group));
	gh_buf_printf(out, "crypto ikev2 policy %s\n proposal %s\n!\n", d->name, d->name);
	gh_buf_printf(out, "crypto ikev2 keyring %s\n peer %s\n  address %s\n"
		      "  pre-shared-key SHARED-KEY\n !\n!\n", d->name, d->name, d->gateway_outer);
	gh_buf_printf(out, "crypto ikev2 profile %s\n match identity remote %s%s\n", d->name,
		      identity(d->remote_id, "fqdn", text),
		      strncmp(text, "address", 7) ? "" : " 255.255.255.255");
	gh_buf_printf(out, " identity local %s\n authentication remote pre-share\n"
		      " authentication local pre-share\n keyring local %s\n lifetime %u\n",
		      identity(d->local_id, "fqdn", text), d->name, d->c->ike_lifetime_s);
	if (d->c->dpd_timeout_s)
		gh_buf_printf(out, " dpd %u 5 periodic\n", d->c->dpd_timeout_s < 10 ? 10 : d->c->dpd_timeout_s);
	gh_buf_printf(out, "!\n");
}

static void ikev1(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "crypto isakmp policy %u\n encryption %s\n hash %s\n authentication pre-share\n"
		      " group %u\n lifetime %u\n!\n", d->unit,
		      device_encryption(DEVICE_WORDS(ike1_ciphers), d->ike.encryption, MAKER, why),
		      device_integrity(DEVICE_WORDS(ike1_hashes), d->ike.integrity, MAKER, why),
		      device_group(d->ike.group), d->c->ike_lifetime_s);
	gh_buf_printf(out, "crypto isakmp key SHARED-KEY address %s\n", d->gateway_outer);
	if (d->c->exchange == GW_AGGRESSIVE)
		gh_buf_printf(out, "crypto isakmp peer address %s\n set aggressive-mode password SHARED-KEY\n"
			      " set aggressive-mode client-endpoint fqdn %s\n", d->gateway_outer, d->local_id);
	gh_buf_printf(out, "!\n");
}

static void esp(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	bool aead = gw_encryption_is_aead(d->esp.encryption);

	gh_buf_printf(out, "crypto ipsec transform-set %s %s%s%s\n mode tunnel\n!\n", d->name,
		      device_encryption(DEVICE_WORDS(transforms), d->esp.encryption, MAKER, why),
		      aead ? "" : " ",
		      aead ? "" : device_integrity(DEVICE_WORDS(macs), d->esp.integrity, MAKER, why));
}

/* What an IPsec profile and an entry of a crypto map have in common. */
static void settings(const struct device *d, struct gh_buf *out)
{
	gh_buf_printf(out, " set transform-set %s\n", d->name);
	gh_buf_printf(out, " set security-association lifetime seconds %u\n", d->c->ipsec_lifetime_s);
	if (d->c->ipsec_lifetime_kb)
		gh_buf_printf(out, " set security-association lifetime kilobytes %u\n", d->c->ipsec_lifetime_kb);
	if (d->pfs != GW_GROUP_WITHOUT)
		gh_buf_printf(out, " set pfs group%u\n", device_group(d->pfs));
	if (d->c->ike_version == 2)
		gh_buf_printf(out, " set ikev2-profile %s\n", d->name);
}

static void routes(const struct device *d, struct gh_buf *out)
{
	char text[GH_ADDR_TEXT], mask[GH_ADDR_TEXT];

	for (size_t i = 0; i < d->c->session_count; i++)
		if (gh_family_bits(d->c->sessions[i].local.family) == 32)
			gh_buf_printf(out, "ip route %s 255.255.255.255 Tunnel%u\n",
				      gh_addr_print(&d->c->sessions[i].local, text), d->unit);
	for (size_t i = 0; i < d->prefix_count && !device_has_bgp(d); i++)
		if (gh_family_bits(d->prefixes[i].addr.family) == 32)
			gh_buf_printf(out, "ip route %s %s Tunnel%u\n",
				      gh_addr_print(&d->prefixes[i].addr, text),
				      device_mask(d->prefixes[i].length, mask), d->unit);
}

static void tunnel(const struct device *d, struct gh_buf *out)
{
	char text[GH_ADDR_TEXT];

	gh_buf_printf(out, "crypto ipsec profile %s\n", d->name);
	settings(d, out);
	gh_buf_printf(out, "!\ninterface Tunnel%u\n", d->unit);
	if (device_has_bgp(d))
		gh_buf_printf(out, " ip address %s 255.255.255.255\n",
			      gh_addr_print(&d->c->sessions[0].peer, text));
	else
		gh_buf_printf(out, " ip unnumbered OUTSIDE-INTERFACE\n");
	gh_buf_printf(out, " ip mtu %u\n ip tcp adjust-mss %u\n tunnel source OUTSIDE-INTERFACE\n"
		      " tunnel mode ipsec ipv4\n tunnel destination %s\n"
		      " tunnel protection ipsec profile %s\n!\n", d->mtu, d->mss, d->gateway_outer, d->name);
	routes(d, out);
}

static void put_selector(const struct gh_prefix *p, struct gh_buf *out)
{
	char text[GH_ADDR_TEXT], wildcard[GH_ADDR_TEXT];
	uint32_t bits = p->length ? 0xffffffffu >> (p->length - 1) >> 1 : 0xffffffffu;

	snprintf(wildcard, sizeof(wildcard), "%u.%u.%u.%u", bits >> 24, bits >> 16 & 255,
		 bits >> 8 & 255, bits & 255);
	gh_buf_printf(out, " %s %s", gh_addr_print(&p->addr, text), wildcard);
}

static void crypto_map(const struct device *d, struct gh_buf *out)
{
	gh_buf_printf(out, "ip access-list extended %s\n", d->name);
	for (size_t i = 0; i < d->c->selector_count; i++) {
		gh_buf_printf(out, " permit ip");
		put_selector(&d->c->selectors[i].remote, out);
		put_selector(&d->c->selectors[i].local, out);
		gh_buf_printf(out, "\n");
	}
	gh_buf_printf(out, "!\ncrypto map %s 10 ipsec-isakmp\n set peer %s\n", d->name, d->gateway_outer);
	settings(d, out);
	gh_buf_printf(out, " match address %s\n!\ninterface OUTSIDE-INTERFACE\n crypto map %s\n!\n",
		      d->name, d->name);
}

static void bgp(const struct device *d, struct gh_buf *out)
{
	const struct gw_connection *c = d->c;
	char a[GH_ADDR_TEXT], mask[GH_ADDR_TEXT];

	gh_buf_printf(out, "!\nrouter bgp %u\n", c->sessions[0].remote_as);
	for (size_t i = 0; i < c->session_count; i++) {
		gh_addr_print(&c->sessions[i].local, a);
		gh_buf_printf(out, " neighbor %s remote-as %u\n neighbor %s ebgp-multihop %u\n"
			      " neighbor %s update-source Tunnel%u\n", a, d->gateway->asn, a,
			      c->bgp.multihop ? c->bgp.multihop : 2, a, d->unit);
		if (c->bgp.hold_s)
			gh_buf_printf(out, " neighbor %s timers %u %u\n", a, c->bgp.keepalive_s, c->bgp.hold_s);
		if (c->password.text[0])
			gh_buf_printf(out, " neighbor %s password BGP-PASSWORD\n", a);
	}
	gh_buf_printf(out, " address-family ipv4\n");
	for (size_t i = 0; i < c->prefix_count; i++)
		if (gh_family_bits(c->prefixes[i].addr.family) == 32)
			gh_buf_printf(out, "  network %s mask %s\n", gh_addr_print(&c->prefixes[i].addr, a),
				      device_mask(c->prefixes[i].length, mask));
	if (!c->prefix_count)
		gh_buf_printf(out, "  network SITE-PREFIX mask SITE-MASK\n");
	for (size_t i = 0; i < c->session_count; i++)
		gh_buf_printf(out, "  neighbor %s activate\n", gh_addr_print(&c->sessions[i].local, a));
	gh_buf_printf(out, " exit-address-family\n!\n");
}

int device_cisco_ios(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	if (!device_is_plain(d, MAKER, why))
		return 0;
	gh_buf_printf(out, "! Cisco IOS for connection %s of the gateway %s.\n"
		      "! Words in capitals are the site's: put yours in their place.\n", d->c->name,
		      d->gateway_outer);
	if (d->c->ike_version == 1)
		ikev1(d, out, why);
	else
		ikev2(d, out, why);
	esp(d, out, why);
	if (d->c->selector_count)
		crypto_map(d, out);
	else
		tunnel(d, out);
	if (device_has_bgp(d))
		bgp(d, out);
	return 0;
}
