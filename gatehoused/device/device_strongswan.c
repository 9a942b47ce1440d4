/*
 * strongSwan with FRR, on Linux: swanctl.conf, an XFRM interface, frr.conf.
 *
 * Four files or pieces, each behind a line that begins with "#==>", so that a
 * program can cut them apart. An interface, not policies with routes, because
 * BGP decides what enters the tunnel; if_id joins the two.
 */
#include "gatehoused/device/device.h"

#include <stdio.h>
#include <string.h>


static const char *const ciphers[] = {
	[GW_GCMAES128] = "aes128gcm16", [GW_GCMAES192] = "aes192gcm16",
	[GW_GCMAES256] = "aes256gcm16", [GW_AES128] = "aes128", [GW_AES192] = "aes192",
	[GW_AES256] = "aes256", [GW_DES3] = "3des", [GW_DES] = "des", [GW_NULL] = "null",
	[GW_CHACHA20POLY1305] = "chacha20poly1305",
};
static const char *const hashes[] = {
	[GW_SHA256] = "sha256", [GW_SHA384] = "sha384", [GW_SHA512] = "sha512",
	[GW_SHA1] = "sha1", [GW_MD5] = "md5", [GW_INTEGRITY_GCMAES128] = "sha256",
	[GW_INTEGRITY_GCMAES192] = "sha256", [GW_INTEGRITY_GCMAES256] = "sha384",
};
static const char *const groups[] = {
	[GW_GROUP1] = "modp768", [GW_GROUP2] = "modp1024", [GW_GROUP14] = "modp2048",
	[GW_GROUP15] = "modp3072", [GW_GROUP16] = "modp4096", [GW_ECP256] = "ecp256",
	[GW_ECP384] = "ecp384", [GW_ECP521] = "ecp521", [GW_GROUP24] = "modp2048s256",
	[GW_CURVE25519] = "curve25519",
};

#define MAKER "strongSwan"

static void ike_proposal(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	const char *cipher = device_encryption(DEVICE_WORDS(ciphers), d->ike.encryption, MAKER, why);
	const char *hash = device_integrity(DEVICE_WORDS(hashes), d->ike.integrity, MAKER, why);

	gh_buf_printf(out, "    proposals = %s-%s%s-%s%s%s\n", cipher,
		      gw_encryption_is_aead(d->ike.encryption) ? "prf" : "", hash,
		      groups[d->ike.group], d->c->kem ? "-ke1_" : "",
		      d->c->kem ? gw_kem_name(d->c->kem) : "");
}

static void esp_proposal(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	bool aead = gw_encryption_is_aead(d->esp.encryption);
	const char *cipher = device_encryption(DEVICE_WORDS(ciphers), d->esp.encryption, MAKER, why);
	const char *group = d->pfs == GW_GROUP_WITHOUT ? NULL : groups[d->pfs];

	gh_buf_printf(out, "        esp_proposals = %s%s%s%s%s\n", cipher, aead ? "" : "-",
		      aead ? "" : device_integrity(DEVICE_WORDS(hashes), d->esp.integrity, MAKER, why),
		      group ? "-" : "", group ? group : "");
}

static void child(const struct device *d, const char *name, const char *local, const char *remote,
		  struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "      %s {\n        local_ts = %s\n        remote_ts = %s\n", name, local,
		      remote);
	if (!d->c->selector_count)
		gh_buf_printf(out, "        if_id_in = %u\n        if_id_out = %u\n", d->unit, d->unit);
	esp_proposal(d, out, why);
	gh_buf_printf(out, "        rekey_time = %us\n", d->c->ipsec_lifetime_s * 9 / 10);
	gh_buf_printf(out, "        start_action = %s\n", d->calls ? "start" : "none");
	if (d->calls)
		gh_buf_printf(out, "        close_action = start\n");
	gh_buf_printf(out, "        dpd_action = %s\n      }\n", d->calls ? "restart" : "clear");
}

static void children(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "    children {\n");
	if (!d->c->selector_count)
		child(d, d->name, "0.0.0.0/0,::/0", "0.0.0.0/0,::/0", out, why);
	for (size_t i = 0; i < d->c->selector_count; i++) {
		char name[DEVICE_NAME_MAX + 24], local[GH_PREFIX_TEXT], remote[GH_PREFIX_TEXT];

		snprintf(name, sizeof(name), "%s-%zu", d->name, i + 1);
		child(d, name, gh_prefix_print(&d->c->selectors[i].remote, local),
		      gh_prefix_print(&d->c->selectors[i].local, remote), out, why);
	}
	gh_buf_printf(out, "    }\n");
}

static void proof(const struct device *d, struct gh_buf *out)
{
	bool certificate = d->c->certificate[0];

	gh_buf_printf(out, "    local {\n      auth = %s\n", certificate ? "pubkey" : "psk");
	if (certificate)
		gh_buf_printf(out, "      certs = SITE-CERTIFICATE.pem\n");
	gh_buf_printf(out, "      id = \"%s\"\n    }\n    remote {\n      auth = %s\n", d->local_id,
		      certificate ? "pubkey" : "psk");
	if (certificate)
		gh_buf_printf(out, "      cacerts = GATEWAY-AUTHORITY.pem\n");
	gh_buf_printf(out, "      id = \"%s\"\n    }\n", d->remote_id);
}

static void connection(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	bool aggressive = d->c->ike_version == 1 && d->c->exchange == GW_AGGRESSIVE;

	gh_buf_printf(out, "#==> /etc/swanctl/conf.d/%s.conf\nconnections {\n  %s {\n", d->name, d->name);
	gh_buf_printf(out, "    version = %u\n", d->c->ike_version);
	if (aggressive)
		gh_buf_printf(out, "    aggressive = yes\n");
	gh_buf_printf(out, "    local_addrs = %s\n    remote_addrs = %s\n",
		      strcmp(d->outer, "OUTSIDE-ADDRESS") ? d->outer : "%any", d->gateway_outer);
	ike_proposal(d, out, why);
	gh_buf_printf(out, "    %s_time = %us\n", d->c->ike_version == 1 ? "reauth" : "rekey",
		      d->c->ike_lifetime_s * 9 / 10);
	gh_buf_printf(out, "    encap = %s\n", d->c->encapsulation == GW_NATIVE ? "no" : "yes");
	gh_buf_printf(out, "    mobike = %s\n    fragmentation = %s\n", d->c->mobike ? "yes" : "no",
		      d->c->fragmentation ? "yes" : "no");
	if (d->c->dpd_timeout_s)
		gh_buf_printf(out, "    dpd_delay = %us\n", d->c->dpd_timeout_s);
	proof(d, out);
	children(d, out, why);
	gh_buf_printf(out, "  }\n}\n");
	if (!d->c->certificate[0])
		gh_buf_printf(out, "secrets {\n  ike-%s {\n    id-a = \"%s\"\n    id-b = \"%s\"\n"
			      "    secret = \"SHARED-KEY\"\n  }\n}\n", d->name, d->local_id, d->remote_id);
}

static void interface(const struct device *d, struct gh_buf *out)
{
	char text[GH_PREFIX_TEXT];

	gh_buf_printf(out, "#==> commands: the tunnel's interface, before the tunnel comes up\n");
	gh_buf_printf(out, "ip link add %s type xfrm dev OUTSIDE-INTERFACE if_id %u\n"
		      "ip link set %s up mtu %u\n", d->name, d->unit, d->name, d->mtu);
	for (size_t i = 0; i < d->c->session_count; i++) {
		struct gh_prefix local = gh_prefix_host(&d->c->sessions[i].peer);
		struct gh_prefix peer = gh_prefix_host(&d->c->sessions[i].local);

		gh_buf_printf(out, "ip address replace %s dev %s\n", gh_prefix_print(&local, text), d->name);
		gh_buf_printf(out, "ip route replace %s dev %s\n", gh_prefix_print(&peer, text), d->name);
	}
	if (!device_has_bgp(d))
		for (size_t i = 0; i < d->prefix_count; i++)
			gh_buf_printf(out, "ip route replace %s dev %s\n",
				      gh_prefix_print(&d->prefixes[i], text), d->name);
	gh_buf_printf(out, "sysctl -w net.ipv4.ip_forward=1\nnft -f - <<'END'\n"
		      "table inet gatehouse_%u {\n  chain forward {\n    type filter hook forward priority mangle;\n"
		      "    oifname \"%s\" tcp flags syn tcp option maxseg size set %u\n  }\n}\nEND\n",
		      d->unit, d->name, d->mss);
}

static void frr(const struct device *d, struct gh_buf *out)
{
	const struct gw_connection *c = d->c;
	char text[GH_PREFIX_TEXT];

	gh_buf_printf(out, "#==> /etc/frr/frr.conf\nrouter bgp %u\n no bgp ebgp-requires-policy\n",
		      c->sessions[0].remote_as);
	for (size_t i = 0; i < c->session_count; i++) {
		const struct gw_session *s = &c->sessions[i];
		char gateway[GH_ADDR_TEXT], ours[GH_ADDR_TEXT];

		gh_addr_print(&s->local, gateway);
		gh_buf_printf(out, " neighbor %s remote-as %u\n neighbor %s ebgp-multihop %u\n"
			      " neighbor %s update-source %s\n", gateway, d->gateway->asn, gateway,
			      c->bgp.multihop ? c->bgp.multihop : 2, gateway,
			      gh_addr_print(&s->peer, ours));
		if (c->bgp.hold_s)
			gh_buf_printf(out, " neighbor %s timers %u %u\n", gateway, c->bgp.keepalive_s,
				      c->bgp.hold_s);
		if (c->password.text[0])
			gh_buf_printf(out, " neighbor %s password BGP-PASSWORD\n", gateway);
		if (c->bfd.interval_ms)
			gh_buf_printf(out, " neighbor %s bfd %u %u %u\n", gateway, c->bfd.multiplier,
				      c->bfd.interval_ms, c->bfd.interval_ms);
	}
	gh_buf_printf(out, " address-family ipv4 unicast\n");
	for (size_t i = 0; i < c->prefix_count; i++)
		gh_buf_printf(out, "  network %s\n", gh_prefix_print(&c->prefixes[i], text));
	if (!c->prefix_count)
		gh_buf_printf(out, "  network SITE-PREFIX\n");
	gh_buf_printf(out, " exit-address-family\nexit\n");
}

int device_strongswan(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "# strongSwan and FRR for connection %s of the gateway %s.\n"
		      "# Words in capitals are the site's: put yours in their place.\n", d->c->name,
		      d->gateway_outer);
	connection(d, out, why);
	if (!d->c->selector_count) {
		gh_buf_printf(out, "#==> /etc/strongswan.d/%s.conf\ncharon {\n  install_routes = no\n}\n",
			      d->name);
		interface(d, out);
	}
	if (device_has_bgp(d))
		frr(d, out);
	return 0;
}
