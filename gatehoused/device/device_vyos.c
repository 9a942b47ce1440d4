/* VyOS 1.4 and later: a virtual tunnel interface, or tunnels of selectors. Inside it is strongSwan and FRR. */
#include "gatehoused/device/device.h"

#include <stdio.h>

#define MAKER "vyos"

static const char *const ciphers[] = {
	[GW_GCMAES128] = "aes128gcm128", [GW_GCMAES192] = "aes192gcm128",
	[GW_GCMAES256] = "aes256gcm128", [GW_AES128] = "aes128", [GW_AES192] = "aes192",
	[GW_AES256] = "aes256", [GW_DES3] = "3des", [GW_NULL] = "null",
	[GW_CHACHA20POLY1305] = "chacha20poly1305",
};
static const char *const hashes[] = {
	[GW_SHA256] = "sha256", [GW_SHA384] = "sha384", [GW_SHA512] = "sha512", [GW_SHA1] = "sha1",
	[GW_MD5] = "md5", [GW_INTEGRITY_GCMAES128] = "sha256", [GW_INTEGRITY_GCMAES192] = "sha256",
	[GW_INTEGRITY_GCMAES256] = "sha384",
};

static void group_of(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	const char *esp = "set vpn ipsec esp-group", *ike = "set vpn ipsec ike-group";
	bool aead = gw_encryption_is_aead(d->esp.encryption);

	gh_buf_printf(out, "%s %s lifetime '%u'\n%s %s mode 'tunnel'\n", esp, d->name,
		      d->c->ipsec_lifetime_s, esp, d->name);
	if (d->pfs == GW_GROUP_WITHOUT)
		gh_buf_printf(out, "%s %s pfs 'disable'\n", esp, d->name);
	else
		gh_buf_printf(out, "%s %s pfs 'dh-group%u'\n", esp, d->name, device_group(d->pfs));
	gh_buf_printf(out, "%s %s proposal 1 encryption '%s'\n", esp, d->name,
		      device_encryption(DEVICE_WORDS(ciphers), d->esp.encryption, MAKER, why));
	/* It wants a hash beside AES-GCM too, and leaves it out of the offer. */
	gh_buf_printf(out, "%s %s proposal 1 hash '%s'\n", esp, d->name, aead ? "sha256" :
		      device_integrity(DEVICE_WORDS(hashes), d->esp.integrity, MAKER, why));
	gh_buf_printf(out, "%s %s key-exchange 'ikev%u'\n%s %s lifetime '%u'\n", ike, d->name,
		      d->c->ike_version, ike, d->name, d->c->ike_lifetime_s);
	if (d->c->ike_version == 1)
		gh_buf_printf(out, "%s %s mode '%s'\n", ike, d->name, gw_exchange_name(d->c->exchange));
	if (!d->c->mobike && d->c->ike_version == 2)
		gh_buf_printf(out, "%s %s disable-mobike\n", ike, d->name);
	if (d->c->dpd_timeout_s)
		gh_buf_printf(out, "%s %s dead-peer-detection action '%s'\n"
			      "%s %s dead-peer-detection interval '%u'\n", ike, d->name,
			      d->calls ? "restart" : "clear", ike, d->name, d->c->dpd_timeout_s);
	gh_buf_printf(out, "%s %s close-action '%s'\n", ike, d->name, d->calls ? "start" : "none");
	gh_buf_printf(out, "%s %s proposal 1 dh-group '%u'\n", ike, d->name, device_group(d->ike.group));
	gh_buf_printf(out, "%s %s proposal 1 encryption '%s'\n", ike, d->name,
		      device_encryption(DEVICE_WORDS(ciphers), d->ike.encryption, MAKER, why));
	gh_buf_printf(out, "%s %s proposal 1 hash '%s'\n", ike, d->name,
		      device_integrity(DEVICE_WORDS(hashes), d->ike.integrity, MAKER, why));
	if (gw_encryption_is_aead(d->ike.encryption))
		gh_buf_printf(out, "%s %s proposal 1 prf 'prf%s'\n", ike, d->name,
			      device_integrity(DEVICE_WORDS(hashes), d->ike.integrity, MAKER, why));
}

static void peer(const struct device *d, struct gh_buf *out)
{
	const char *psk = "set vpn ipsec authentication psk", *at = "set vpn ipsec site-to-site peer";

	gh_buf_printf(out, "%s %s id '%s'\n%s %s id '%s'\n%s %s secret 'SHARED-KEY'\n", psk, d->name,
		      d->local_id, psk, d->name, d->remote_id, psk, d->name);
	gh_buf_printf(out, "%s %s authentication mode 'pre-shared-secret'\n"
		      "%s %s authentication local-id '%s'\n%s %s authentication remote-id '%s'\n", at,
		      d->name, at, d->name, d->local_id, at, d->name, d->remote_id);
	gh_buf_printf(out, "%s %s connection-type '%s'\n%s %s ike-group '%s'\n", at, d->name,
		      d->calls ? "initiate" : "respond", at, d->name, d->name);
	gh_buf_printf(out, "%s %s local-address '%s'\n%s %s remote-address '%s'\n", at, d->name, d->outer,
		      at, d->name, d->gateway_outer);
	if (d->c->encapsulation != GW_NATIVE)
		gh_buf_printf(out, "%s %s force-udp-encapsulation\n", at, d->name);
	if (!d->c->selector_count)
		gh_buf_printf(out, "%s %s vti bind 'vti%u'\n%s %s vti esp-group '%s'\n", at, d->name, d->unit,
			      at, d->name, d->name);
	for (size_t i = 0; i < d->c->selector_count; i++) {
		char local[GH_PREFIX_TEXT], remote[GH_PREFIX_TEXT];

		gh_buf_printf(out, "%s %s tunnel %zu esp-group '%s'\n%s %s tunnel %zu local prefix '%s'\n"
			      "%s %s tunnel %zu remote prefix '%s'\n", at, d->name, i, d->name, at, d->name, i,
			      gh_prefix_print(&d->c->selectors[i].remote, local), at, d->name, i,
			      gh_prefix_print(&d->c->selectors[i].local, remote));
	}
}

static void interface(const struct device *d, struct gh_buf *out)
{
	char text[GH_PREFIX_TEXT];

	gh_buf_printf(out, "set interfaces vti vti%u mtu '%u'\nset interfaces vti vti%u ip adjust-mss '%u'\n",
		      d->unit, d->mtu, d->unit, d->mss);
	for (size_t i = 0; i < d->c->session_count; i++) {
		struct gh_prefix own = gh_prefix_host(&d->c->sessions[i].peer);
		struct gh_prefix other = gh_prefix_host(&d->c->sessions[i].local);
		const char *route = own.length == 32 ? "route" : "route6";

		gh_buf_printf(out, "set interfaces vti vti%u address '%s'\n", d->unit,
			      gh_prefix_print(&own, text));
		gh_buf_printf(out, "set protocols static %s %s interface vti%u\n", route,
			      gh_prefix_print(&other, text), d->unit);
	}
	for (size_t i = 0; i < d->prefix_count && !device_has_bgp(d); i++)
		gh_buf_printf(out, "set protocols static %s %s interface vti%u\n",
			      gh_family_bits(d->prefixes[i].addr.family) == 32 ? "route" : "route6",
			      gh_prefix_print(&d->prefixes[i], text), d->unit);
}

static void bgp(const struct device *d, struct gh_buf *out)
{
	const struct gw_connection *c = d->c;
	char text[GH_PREFIX_TEXT];

	gh_buf_printf(out, "set protocols bgp system-as '%u'\n", c->sessions[0].remote_as);
	for (size_t i = 0; i < c->prefix_count; i++)
		if (gh_family_bits(c->prefixes[i].addr.family) == 32)
			gh_buf_printf(out, "set protocols bgp address-family ipv4-unicast network %s\n",
				      gh_prefix_print(&c->prefixes[i], text));
	if (!c->prefix_count)
		gh_buf_printf(out, "set protocols bgp address-family ipv4-unicast network SITE-PREFIX\n");
	for (size_t i = 0; i < c->session_count; i++) {
		const char *at = "set protocols bgp neighbor";
		char gateway[GH_ADDR_TEXT], own[GH_ADDR_TEXT];

		gh_addr_print(&c->sessions[i].local, gateway);
		gh_buf_printf(out, "%s %s remote-as '%u'\n%s %s ebgp-multihop '%u'\n%s %s update-source '%s'\n"
			      "%s %s address-family ipv4-unicast\n", at, gateway, d->gateway->asn, at, gateway,
			      c->bgp.multihop ? c->bgp.multihop : 2, at, gateway,
			      gh_addr_print(&c->sessions[i].peer, own), at, gateway);
		if (c->bgp.hold_s)
			gh_buf_printf(out, "%s %s timers keepalive '%u'\n%s %s timers holdtime '%u'\n", at, gateway,
				      c->bgp.keepalive_s, at, gateway, c->bgp.hold_s);
		if (c->password.text[0])
			gh_buf_printf(out, "%s %s password 'BGP-PASSWORD'\n", at, gateway);
	}
}

int device_vyos(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	if (!device_is_plain(d, MAKER, why))
		return 0;
	gh_buf_printf(out, "# VyOS 1.4 for connection %s of the gateway %s.\n"
		      "# Words in capitals are the site's: put yours in their place.\n", d->c->name,
		      d->gateway_outer);
	gh_buf_printf(out, "set vpn ipsec interface 'OUTSIDE-INTERFACE'\n"
		      "set vpn ipsec options disable-route-autoinstall\n");
	group_of(d, out, why);
	peer(d, out);
	if (!d->c->selector_count)
		interface(d, out);
	if (device_has_bgp(d))
		bgp(d, out);
	return 0;
}
