/* FortiGate (FortiOS): an interface of IPsec, with one phase 2 for everything or one a pair. */
#include "gatehoused/device/device.h"

#include <stdio.h>

#define MAKER "fortigate"

static const char *const ike_ciphers[] = {
	[GW_GCMAES128] = "aes128gcm", [GW_GCMAES256] = "aes256gcm", [GW_AES128] = "aes128",
	[GW_AES192] = "aes192", [GW_AES256] = "aes256", [GW_DES3] = "3des",
};
static const char *const esp_ciphers[] = {
	[GW_GCMAES128] = "aes128gcm", [GW_GCMAES256] = "aes256gcm", [GW_AES128] = "aes128",
	[GW_AES192] = "aes192", [GW_AES256] = "aes256", [GW_DES3] = "3des", [GW_DES] = "des",
	[GW_NULL] = "null", [GW_CHACHA20POLY1305] = "chacha20poly1305",
};
static const char *const hashes[] = {
	[GW_SHA256] = "sha256", [GW_SHA384] = "sha384", [GW_SHA512] = "sha512", [GW_SHA1] = "sha1",
	[GW_MD5] = "md5",
};

static void put_group(enum gw_group group, struct gh_buf *out, struct gh_buf *why)
{
	if (group == GW_GROUP24)
		gh_buf_printf(why, "%s" MAKER " has no group24", gh_buf_length(why) ? "; " : "");
	gh_buf_printf(out, "        set dhgrp %u\n", device_group(group));
}

static void phase1(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "config vpn ipsec phase1-interface\n    edit \"%s\"\n"
		      "        set type static\n        set interface \"OUTSIDE-INTERFACE\"\n"
		      "        set ike-version %u\n", d->name, d->c->ike_version);
	if (d->c->ike_version == 1)
		gh_buf_printf(out, "        set mode %s\n",
			      d->c->exchange == GW_AGGRESSIVE ? "aggressive" : "main");
	gh_buf_printf(out, "        set peertype any\n        set net-device disable\n"
		      "        set proposal %s-%s%s\n",
		      device_encryption(DEVICE_WORDS(ike_ciphers), d->ike.encryption, MAKER, why),
		      gw_encryption_is_aead(d->ike.encryption) ? "prf" : "",
		      device_integrity(DEVICE_WORDS(hashes), d->ike.integrity, MAKER, why));
	put_group(d->ike.group, out, why);
	gh_buf_printf(out, "        set keylife %u\n        set nattraversal %s\n", d->c->ike_lifetime_s,
		      d->c->encapsulation == GW_NATIVE ? "enable" : "forced");
	if (d->c->dpd_timeout_s)
		gh_buf_printf(out, "        set dpd on-idle\n        set dpd-retryinterval %u\n",
			      d->c->dpd_timeout_s);
	else
		gh_buf_printf(out, "        set dpd disable\n");
	gh_buf_printf(out, "        set remote-gw %s\n        set localid \"%s\"\n"
		      "        set passive-mode %s\n        set psksecret SHARED-KEY\n    next\nend\n",
		      d->gateway_outer, d->local_id, d->waits ? "enable" : "disable");
}

static void put_subnet(const char *which, const struct gh_prefix *p, struct gh_buf *out)
{
	char text[GH_ADDR_TEXT], mask[GH_ADDR_TEXT];

	gh_buf_printf(out, "        set %s-subnet %s %s\n", which, gh_addr_print(&p->addr, text),
		      device_mask(p->length, mask));
}

static void phase2_entry(const struct device *d, const struct gw_selector *pair, size_t number,
			 struct gh_buf *out, struct gh_buf *why)
{
	bool aead = gw_encryption_is_aead(d->esp.encryption);

	gh_buf_printf(out, "    edit \"%s-%zu\"\n        set phase1name \"%s\"\n"
		      "        set proposal %s%s%s\n", d->name, number, d->name,
		      device_encryption(DEVICE_WORDS(esp_ciphers), d->esp.encryption, MAKER, why),
		      aead ? "" : "-",
		      aead ? "" : device_integrity(DEVICE_WORDS(hashes), d->esp.integrity, MAKER, why));
	gh_buf_printf(out, "        set pfs %s\n", d->pfs == GW_GROUP_WITHOUT ? "disable" : "enable");
	if (d->pfs != GW_GROUP_WITHOUT)
		put_group(d->pfs, out, why);
	gh_buf_printf(out, "        set keylifeseconds %u\n", d->c->ipsec_lifetime_s);
	if (d->c->ipsec_lifetime_kb)
		gh_buf_printf(out, "        set keylife-type both\n        set keylifekbs %u\n",
			      d->c->ipsec_lifetime_kb);
	gh_buf_printf(out, "        set auto-negotiate %s\n", d->calls ? "enable" : "disable");
	if (pair) {
		put_subnet("src", &pair->remote, out);
		put_subnet("dst", &pair->local, out);
	}
	gh_buf_printf(out, "    next\n");
}

static void phase2(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	gh_buf_printf(out, "config vpn ipsec phase2-interface\n");
	if (!d->c->selector_count)
		phase2_entry(d, NULL, 1, out, why);
	for (size_t i = 0; i < d->c->selector_count; i++)
		phase2_entry(d, &d->c->selectors[i], i + 1, out, why);
	gh_buf_printf(out, "end\n");
}

static void interface(const struct device *d, struct gh_buf *out)
{
	char own[GH_ADDR_TEXT], other[GH_ADDR_TEXT];

	gh_buf_printf(out, "config system interface\n    edit \"%s\"\n", d->name);
	if (device_has_bgp(d))
		gh_buf_printf(out, "        set ip %s 255.255.255.255\n        set remote-ip %s 255.255.255.255\n",
			      gh_addr_print(&d->c->sessions[0].peer, own),
			      gh_addr_print(&d->c->sessions[0].local, other));
	gh_buf_printf(out, "        set mtu-override enable\n        set mtu %u\n        set tcp-mss %u\n"
		      "    next\nend\n", d->mtu, d->mss);
}

static void put_route(const struct device *d, const struct gh_prefix *p, struct gh_buf *out)
{
	char text[GH_ADDR_TEXT], mask[GH_ADDR_TEXT];

	if (gh_family_bits(p->addr.family) != 32)
		return;
	gh_buf_printf(out, "    edit 0\n        set dst %s %s\n        set device \"%s\"\n    next\n",
		      gh_addr_print(&p->addr, text), device_mask(p->length, mask), d->name);
}

static void routes(const struct device *d, struct gh_buf *out)
{
	if (device_has_bgp(d))
		return;
	gh_buf_printf(out, "config router static\n");
	for (size_t i = 0; i < d->prefix_count; i++)
		put_route(d, &d->prefixes[i], out);
	gh_buf_printf(out, "end\n");
}

static void bgp(const struct device *d, struct gh_buf *out)
{
	const struct gw_connection *c = d->c;
	char text[GH_ADDR_TEXT], mask[GH_ADDR_TEXT];

	gh_buf_printf(out, "config router bgp\n    set as %u\n    config neighbor\n",
		      c->sessions[0].remote_as);
	for (size_t i = 0; i < c->session_count; i++) {
		gh_buf_printf(out, "        edit \"%s\"\n            set remote-as %u\n"
			      "            set ebgp-enforce-multihop enable\n"
			      "            set update-source \"%s\"\n",
			      gh_addr_print(&c->sessions[i].local, text), d->gateway->asn, d->name);
		if (c->bgp.hold_s)
			gh_buf_printf(out, "            set keep-alive-timer %u\n"
				      "            set holdtime-timer %u\n", c->bgp.keepalive_s, c->bgp.hold_s);
		if (c->password.text[0])
			gh_buf_printf(out, "            set password BGP-PASSWORD\n");
		gh_buf_printf(out, "        next\n");
	}
	gh_buf_printf(out, "    end\n    config network\n");
	for (size_t i = 0; i < c->prefix_count; i++)
		if (gh_family_bits(c->prefixes[i].addr.family) == 32)
			gh_buf_printf(out, "        edit 0\n            set prefix %s %s\n        next\n",
				      gh_addr_print(&c->prefixes[i].addr, text),
				      device_mask(c->prefixes[i].length, mask));
	if (!c->prefix_count)
		gh_buf_printf(out, "        edit 0\n            set prefix SITE-PREFIX SITE-MASK\n        next\n");
	gh_buf_printf(out, "    end\nend\n");
}

static void firewall(const struct device *d, struct gh_buf *out)
{
	static const char *const ways[][2] = { { "INSIDE-INTERFACE", NULL }, { NULL, "INSIDE-INTERFACE" } };

	gh_buf_printf(out, "config firewall policy\n");
	for (size_t i = 0; i < 2; i++)
		gh_buf_printf(out, "    edit 0\n        set name \"%s-%s\"\n        set srcintf \"%s\"\n"
			      "        set dstintf \"%s\"\n        set srcaddr \"all\"\n"
			      "        set dstaddr \"all\"\n        set action accept\n"
			      "        set schedule \"always\"\n        set service \"ALL\"\n    next\n",
			      d->name, i ? "in" : "out", ways[i][0] ? ways[i][0] : d->name,
			      ways[i][1] ? ways[i][1] : d->name);
	gh_buf_printf(out, "end\n");
}

int device_fortigate(const struct device *d, struct gh_buf *out, struct gh_buf *why)
{
	if (!device_is_plain(d, MAKER, why))
		return 0;
	gh_buf_printf(out, "# FortiOS for connection %s of the gateway %s.\n"
		      "# Words in capitals are the site's: put yours in their place.\n", d->c->name,
		      d->gateway_outer);
	phase1(d, out, why);
	phase2(d, out, why);
	interface(d, out);
	firewall(d, out);
	routes(d, out);
	if (device_has_bgp(d))
		bgp(d, out);
	return 0;
}
