/* device: both ends of a connection agree, whoever's words they are in; no secret is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <errno.h>
#include <cmocka.h>

#include "gatehoused/device/device.h"

static const char *const kinds[] = { "strongswan", "cisco-ios", "junos", "fortigate", "vyos" };
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static struct gh_buf out, why;
static struct gh_prefix space[2], site;
static struct gw_config config;
static struct gw_connection c;

static struct gh_addr addr(const char *text)
{
	struct gh_addr a = { 0 };

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static int setup(void **state)
{
	(void)state;
	gh_prefix_parse("10.1.0.0/16", &space[0]);
	gh_prefix_parse("10.9.0.0/20", &space[1]);
	gh_prefix_parse("10.20.0.0/24", &site);
	config = (struct gw_config){
		.asn = 65010, .address_space = space, .address_space_count = 2, .mtu = 1400,
		.public_ipv4 = addr("203.0.113.1"),
	};
	c = (struct gw_connection){
		.leg = 7, .name = "paris", .remote_address = addr("198.51.100.7"), .ike_version = 2,
		.shared_key = "not-to-be-seen", .ike_lifetime_s = 28800, .ipsec_lifetime_s = 27000,
		.esp = { .encryption = GW_GCMAES256 }, .mobike = true, .fragmentation = true,
		.dpd_timeout_s = 45, .prefixes = &site, .prefix_count = 1,
		.session_count = 1,
		.sessions = { { addr("169.254.21.2"), addr("169.254.21.1"), 64520 } },
	};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	gh_buf_fini(&out);
	gh_buf_fini(&why);
	return 0;
}

/* The text for a kind; the reason is in why when it is refused. */
static const char *text(const char *kind, int expected)
{
	struct device d;

	gh_buf_fini(&out);
	gh_buf_fini(&why);
	device_describe(&config, &c, &d);
	assert_int_equal(device_write(&d, kind, &out, &why), expected);
	assert_true(!expected == !gh_buf_length(&why));
	assert_true(!expected == !!gh_buf_length(&out));
	return gh_buf_text(&out);
}

#define HAS(text, part) assert_non_null(strstr(text, part))
#define HAS_NOT(text, part) assert_null(strstr(text, part))

static void test_default(void **state)
{
	/* One line of each that a device cannot come up without. */
	static const char *const lines[KINDS][8] = {
		{ "proposals = aes256-sha384-ecp384\n", "esp_proposals = aes256gcm16-ecp384\n",
		  "local_addrs = 198.51.100.7\n", "remote_addrs = 203.0.113.1\n", "if_id_in = 7\n",
		  "neighbor 169.254.21.1 remote-as 65010\n", "router bgp 64520\n", "network 10.20.0.0/24\n" },
		{ " encryption aes-cbc-256\n integrity sha384\n group 20\n", "esp-gcm 256\n",
		  "tunnel destination 203.0.113.1\n", "identity local address 198.51.100.7\n",
		  " set pfs group20\n", "neighbor 169.254.21.1 remote-as 65010\n", "router bgp 64520\n",
		  "network 10.20.0.0 mask 255.255.255.0\n" },
		{ "encryption-algorithm aes-256-cbc\n", "authentication-algorithm sha-384\n",
		  "encryption-algorithm aes-256-gcm\n", "keys group20\n", "address 203.0.113.1\n",
		  "bind-interface st0.7\n", "neighbor 169.254.21.1 peer-as 65010\n", "local-as 64520\n" },
		{ "set proposal aes256-sha384\n", "set proposal aes256gcm\n", "set dhgrp 20\n",
		  "set remote-gw 203.0.113.1\n", "set ip 169.254.21.2 255.255.255.255\n",
		  "edit \"169.254.21.1\"\n            set remote-as 65010\n", "set as 64520\n",
		  "set prefix 10.20.0.0 255.255.255.0\n" },
		{ "proposal 1 encryption 'aes256gcm128'\n", "proposal 1 hash 'sha384'\n", "dh-group '20'\n",
		  "remote-address '203.0.113.1'\n", "local-address '198.51.100.7'\n", "pfs 'dh-group20'\n",
		  "neighbor 169.254.21.1 remote-as '65010'\n", "system-as '64520'\n" },
	};

	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		const char *t = text(kinds[k], 0);

		for (size_t i = 0; i < 8; i++)
			if (!strstr(t, lines[k][i]))
				fail_msg("%s lacks %s:\n%s", kinds[k], lines[k][i], t);
		HAS_NOT(t, "not-to-be-seen");
		HAS(t, "SHARED-KEY");
		HAS(t, "1350");
	}
}

static void test_static_routes(void **state)
{
	static const char *const lines[KINDS] = {
		"ip route replace 10.9.0.0/20 dev gh-paris\n", "ip route 10.9.0.0 255.255.240.0 Tunnel7\n",
		"static route 10.9.0.0/20 next-hop st0.7\n", "set dst 10.9.0.0 255.255.240.0\n",
		"static route 10.9.0.0/20 interface vti7\n",
	};

	(void)state;
	c.session_count = 0;
	for (size_t k = 0; k < KINDS; k++) {
		HAS(text(kinds[k], 0), lines[k]);
		HAS_NOT(text(kinds[k], 0), "bgp");
	}
}

static void test_translated(void **state)
{
	struct gw_nat_rule rule = { .name = "n", .internal = space[0] };

	(void)state;
	gh_prefix_parse("172.30.0.0/16", &rule.external);
	c.session_count = 0;
	c.nat_rules = &rule;
	c.nat_rule_count = 1;
	HAS(text("strongswan", 0), "ip route replace 172.30.0.0/16 dev");
	HAS_NOT(text("strongswan", 0), "10.1.0.0/16");
	HAS(text("strongswan", 0), "10.9.0.0/20");
}

static void test_selectors(void **state)
{
	struct gw_selector pairs[2] = { { space[0], site }, { space[1], site } };
	static const char *const lines[KINDS] = {
		"local_ts = 10.20.0.0/24\n        remote_ts = 10.9.0.0/20\n",
		" permit ip 10.20.0.0 0.0.0.255 10.9.0.0 0.0.15.255\n",
		"traffic-selector ts2 local-ip 10.20.0.0/24 remote-ip 10.9.0.0/20\n",
		"set src-subnet 10.20.0.0 255.255.255.0\n        set dst-subnet 10.9.0.0 255.255.240.0\n",
		"tunnel 1 remote prefix '10.9.0.0/20'\n",
	};

	(void)state;
	c.session_count = 0;
	c.selectors = pairs;
	c.selector_count = 2;
	for (size_t k = 0; k < KINDS; k++)
		HAS(text(kinds[k], 0), lines[k]);
}

static void test_who_begins(void **state)
{
	(void)state;
	c.mode = GW_RESPONDER_ONLY;
	HAS(text("strongswan", 0), "start_action = start\n");
	HAS(text("vyos", 0), "connection-type 'initiate'\n");
	HAS(text("junos", 0), "establish-tunnels immediately\n");
	c.mode = GW_INITIATOR_ONLY;
	HAS(text("strongswan", 0), "start_action = none\n");
	HAS(text("fortigate", 0), "set passive-mode enable\n");
	HAS(text("junos", 0), "establish-tunnels responder-only\n");
}

static void test_unknown_peer(void **state)
{
	(void)state;
	c.remote_address = (struct gh_addr){ 0 };
	c.remote_any = true;
	snprintf(c.remote_id, sizeof(c.remote_id), "paris.example");
	HAS(text("strongswan", 0), "local_addrs = %any\n");
	HAS(text("strongswan", 0), "id = \"paris.example\"\n");
	HAS(text("vyos", 0), "local-address 'OUTSIDE-ADDRESS'\n");
	HAS(text("cisco-ios", 0), "identity local fqdn paris.example\n");
}

static void test_azure_and_version1(void **state)
{
	(void)state;
	c.azure_default = true;
	HAS(text("strongswan", 0), "proposals = aes256-sha256-modp1024\n");
	HAS(text("strongswan", 0), "esp_proposals = aes256gcm16\n");
	HAS_NOT(text("cisco-ios", 0), "pfs");
	c.azure_default = false;
	c.ike_version = 1;
	c.exchange = GW_AGGRESSIVE;
	HAS(text("strongswan", 0), "aggressive = yes\n");
	HAS(text("strongswan", 0), "proposals = aes256-sha256-modp2048\n");
	HAS(text("strongswan", 0), "esp_proposals = aes256gcm16\n");
	HAS(text("cisco-ios", 0), "crypto isakmp policy 7\n encryption aes 256\n hash sha256\n");
	HAS(text("fortigate", 0), "set mode aggressive\n");
}

static void test_refused(void **state)
{
	(void)state;
	c.esp.encryption = GW_CHACHA20POLY1305;
	text("cisco-ios", -ENOTSUP);
	HAS(gh_buf_text(&why), "cisco-ios has no encryption chacha20poly1305");
	text("fortigate", 0);
	c.esp.encryption = GW_GCMAES256;
	snprintf(c.certificate, sizeof(c.certificate), "ours");
	text("junos", -ENOTSUP);
	HAS(gh_buf_text(&why), "certificates");
	HAS(text("strongswan", 0), "auth = pubkey\n");
	HAS_NOT(text("strongswan", 0), "secrets");
	text("abacus", -ENOENT);
}

/* Whatever is configured is either said in a maker's words or refused in ours. */
static void test_every_algorithm(void **state)
{
	(void)state;
	for (int e = GW_GCMAES128; e <= GW_DES3; e++) {
		for (int i = GW_SHA256; i <= GW_INTEGRITY_GCMAES256; i++) {
			for (int g = GW_GROUP14; g <= GW_GROUP24; g++) {
				c.ike = (struct gw_ike_policy){ e, i, g };
				c.esp = (struct gw_esp_policy){ .encryption = e, .integrity = i };
				c.pfs = g;
				for (size_t k = 0; k < KINDS; k++) {
					struct device d;

					gh_buf_fini(&out);
					gh_buf_fini(&why);
					device_describe(&config, &c, &d);
					if (device_write(&d, kinds[k], &out, &why)) {
						assert_true(gh_buf_length(&why) && !gh_buf_length(&out));
						continue;
					}
					HAS_NOT(gh_buf_text(&out), "?");
					HAS_NOT(gh_buf_text(&out), "(null)");
					HAS_NOT(gh_buf_text(&out), "group0");
				}
			}
		}
	}
}

static void test_names(void **state)
{
	(void)state;
	snprintf(c.name, sizeof(c.name), "a_very long/name of a site");
	HAS(text("vyos", 0), "peer gh-a-very-long ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_default, setup, teardown),
		cmocka_unit_test_setup_teardown(test_static_routes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_translated, setup, teardown),
		cmocka_unit_test_setup_teardown(test_selectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_who_begins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_peer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_azure_and_version1, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_every_algorithm, setup, teardown),
		cmocka_unit_test_setup_teardown(test_names, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
