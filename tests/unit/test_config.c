/* config: look-up, equality value by value, what is incomplete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "yang/config.h"

static struct gh_addr addr(const char *text)
{
	struct gh_addr a = { 0 };

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static void test_find(void **state)
{
	struct gw_connection connections[] = { { .name = "a", .leg = 3 }, { .name = "c", .leg = 4 } };
	struct gw_circuit circuits[] = { { .name = "dc1", .edges[GW_SECONDARY].leg = 9 } };
	struct gw_config c = { .connections = connections, .connection_count = 2,
			       .circuits = circuits, .circuit_count = 1 };
	struct gw_leg leg = { 0 };

	(void)state;
	assert_ptr_equal(gw_config_connection(&c, "c"), &connections[1]);
	assert_null(gw_config_connection(&c, "b"));
	assert_ptr_equal(gw_config_circuit(&c, "dc1"), &circuits[0]);
	assert_null(gw_config_circuit(&c, ""));
	assert_true(gw_config_leg(&c, 4, &leg));
	assert_ptr_equal(leg.connection, &connections[1]);
	assert_null(leg.circuit);
	assert_true(gw_config_leg(&c, 9, &leg));
	assert_ptr_equal(leg.circuit, &circuits[0]);
	assert_null(leg.connection);
	assert_int_equal(leg.role, GW_SECONDARY);
	assert_false(gw_config_leg(&c, 0, &leg));       /* an edge that is not configured */
	assert_false(gw_config_leg(&c, 5, &leg));
	c.connection_count = c.circuit_count = 0;
	assert_null(gw_config_connection(&c, "a"));
	assert_null(gw_config_circuit(&c, "dc1"));
	gw_config_free(NULL);
}

/* A connection that differs in one value is another one; each value once. */
static void test_connection_equal(void **state)
{
	struct gh_prefix p = { .addr = addr("10.0.0.0"), .length = 8 };
	struct gh_prefix q = { .addr = addr("10.0.0.0"), .length = 9 };
	struct gw_certificate ca = { .name = "ca" }, cb = { .name = "ca", .file = "/ca" };
	struct gw_selector sel = { p, p }, other_sel = { p, q };
	struct gw_nat_rule nat = { .name = "n" }, other_nat = { .name = "n", .ingress = true };
	struct gw_connection a = { .name = "a", .prefixes = &p, .prefix_count = 1,
				   .authorities = &ca, .authority_count = 1, .session_count = 1,
				   .selectors = &sel, .selector_count = 1, .nat_rules = &nat,
				   .nat_rule_count = 1 }, b;
	unsigned i;

	(void)state;
	assert_true(gw_connection_equal(&a, &a));
	assert_true(gw_connection_equal(NULL, NULL));
	assert_false(gw_connection_equal(&a, NULL));
	assert_false(gw_connection_equal(NULL, &a));
	for (i = 0; i < 68; i++) {
		b = a;
		switch (i) {
		case 0: b.leg = 1; break;
		case 1: b.name[0] = 'b'; break;
		case 2: b.remote_address = addr("1.1.1.1"); break;
		case 3: b.shared_key[0] = 'x'; break;
		case 4: b.key_usable = true; break;
		case 5: b.local_id[0] = 'x'; break;
		case 6: b.remote_id[0] = 'x'; break;
		case 7: b.sessions[0].remote_as = 1; break;
		case 8: b.sessions[0].peer = addr("::1"); break;
		case 9: b.local_address = addr("::1"); break;
		case 10: b.prefixes = &q; break;
		case 11: b.prefix_count = 0; break;
		case 12: b.esp.encryption = GW_AES128; break;
		case 13: b.ipsec_lifetime_s = 1; break;
		case 14: b.ike_lifetime_s = 1; break;
		case 15: b.replay_window = 1; break;
		case 16: b.weight = 1; break;
		case 17: b.shutdown = true; break;
		case 18: b.profile[0] = 'x'; break;
		case 19: b.certificate[0] = 'x'; break;
		case 20: b.authority_count = 0; break;
		case 21: b.certificate_file[0] = 'x'; break;
		case 22: b.key_file[0] = 'x'; break;
		case 23: b.authorities = &cb; break;
		case 24: b.ike.encryption = GW_AES256; break;
		case 25: b.ike.integrity = GW_SHA384; break;
		case 26: b.ike.group = GW_ECP384; break;
		case 27: b.esp.integrity_given = GW_SHA1; break;
		case 28: b.pfs = GW_GROUP_WITHOUT; break;
		case 29: b.dpd_timeout_s = 9; break;
		case 30: b.prefix_limit = 1; break;
		case 31: b.sessions[0].local = addr("::1"); break;
		case 32: b.session_count = 0; break;
		case 33: b.azure_default = true; break;
		case 34: b.remote_host[0] = 'x'; break;
		case 35: b.remote_any = true; break;
		case 36: b.local_given = true; break;
		case 37: b.over[0] = 'x'; break;
		case 38: b.alternate_key.text[0] = 'x'; break;
		case 39: b.alternate_key.usable = true; break;
		case 40: b.revocation = GW_REVOCATION_STRICT; break;
		case 41: b.password.text[0] = 'x'; break;
		case 42: b.bgp.keepalive_s = 1; break;
		case 43: b.bgp.hold_s = 1; break;
		case 44: b.bgp.multihop = 1; break;
		case 45: b.bgp.graceful_restart = true; break;
		case 46: b.bgp.route_map_in[0] = 'x'; break;
		case 47: b.bgp.route_map_out[0] = 'x'; break;
		case 48: b.bgp.prefix_list_in[0] = 'x'; break;
		case 49: b.bgp.prefix_list_out[0] = 'x'; break;
		case 50: b.bfd.interval_ms = 1; break;
		case 51: b.bfd.multiplier = 1; break;
		case 52: b.selectors = &other_sel; break;
		case 53: b.selector_count = 0; break;
		case 54: b.nat_rules = &other_nat; break;
		case 55: b.nat_rule_count = 0; break;
		case 56: b.ike_version = 1; break;
		case 57: b.exchange = GW_AGGRESSIVE; break;
		case 58: b.mode = GW_INITIATOR_ONLY; break;
		case 59: b.kem = GW_MLKEM768; break;
		case 60: b.mobike = true; break;
		case 61: b.fragmentation = true; break;
		case 62: b.esp.integrity = GW_SHA1; break;
		case 63: b.esp_given = true; break;
		case 64: b.ipsec_lifetime_kb = 1; break;
		case 65: b.encapsulation = GW_NATIVE; break;
		case 66: b.tcp_mss = 1; break;
		case 67: b.destination = GW_SAME_REGION; break;
		}
		assert_false(gw_connection_equal(&a, &b));
	}
}

static void test_circuit_and_gateway_equal(void **state)
{
	struct gw_circuit a = { .name = "a" }, b;
	struct gw_config g = { .asn = 1 }, h;
	unsigned i;

	(void)state;
	assert_true(gw_circuit_equal(&a, &a));
	assert_false(gw_circuit_equal(&a, NULL));
	for (i = 0; i < 13; i++) {
		b = a;
		switch (i) {
		case 0: b.name[0] = 'b'; break;
		case 1: b.edges[GW_PRIMARY].leg = 1; break;
		case 2: b.edges[GW_SECONDARY].interface[0] = 'x'; break;
		case 3: b.edges[GW_SECONDARY].peer = addr("1.1.1.1"); break;
		case 4: b.edges[GW_PRIMARY].peer_ipv6 = addr("::1"); break;
		case 5: b.edges[GW_PRIMARY].remote_as = 1; break;
		case 6: b.bfd_interval_ms = 1; break;
		case 7: b.bfd_multiplier = 1; break;
		case 8: b.wait_to_restore_s = 1; break;
		case 9: b.weight = 1; break;
		case 10: b.prefix_limit = 1; break;
		case 11: b.password.text[0] = 'x'; break;
		case 12: b.bgp.hold_s = 1; break;
		}
		assert_false(gw_circuit_equal(&a, &b));
	}
	assert_true(gw_gateway_equal(&g, &g));
	for (i = 0; i < 12; i++) {
		h = g;
		switch (i) {
		case 0: h.present = true; break;
		case 1: h.asn = 2; break;
		case 2: h.router_id = addr("1.1.1.1"); break;
		case 3: h.vnet_interface[0] = 'x'; break;
		case 4: h.public_ipv4 = addr("1.1.1.1"); break;
		case 5: h.public_ipv6 = addr("::1"); break;
		case 6: h.mtu = 1; break;
		case 7: h.tcp_mss = 1; break;
		case 8: h.transit_vpn = true; break;
		case 9: h.transit_expressroute = true; break;
		case 10: h.size = GW_BASIC; break;
		case 11: h.instance = 1; break;
		}
		assert_false(gw_gateway_equal(&g, &h));
	}
}

static void test_incomplete(void **state)
{
	struct gw_certificate ca = { .name = "ca" };
	struct gw_connection c = { .name = "a" };
	struct gw_circuit circuit = { .name = "dc1" };

	(void)state;
	assert_string_equal(gw_connection_incomplete(&c),
			    "it has no remote-address and no shared-key");
	c.remote_address = addr("1.1.1.1");
	assert_string_equal(gw_connection_incomplete(&c), "it has no shared-key");
	c.shared_key[0] = 'x';
	assert_non_null(strstr(gw_connection_incomplete(&c), "does not decrypt"));
	c.key_usable = true;
	assert_null(gw_connection_incomplete(&c));
	c.remote_address = (struct gh_addr){ 0 };
	assert_string_equal(gw_connection_incomplete(&c), "it has no remote-address");
	c.remote_any = true;
	assert_non_null(strstr(gw_connection_incomplete(&c), "remote-id to be found by"));
	c.remote_id[0] = 'x';
	assert_null(gw_connection_incomplete(&c));
	c.remote_any = false;
	c.remote_host[0] = 'x';
	assert_null(gw_connection_incomplete(&c));
	c = (struct gw_connection){ .remote_address = addr("1.1.1.1"), .authorities = &ca,
				    .authority_count = 1 };
	assert_non_null(strstr(gw_connection_incomplete(&c), "no certificate of ours"));
	c.certificate[0] = 'x';
	assert_non_null(strstr(gw_connection_incomplete(&c), "lacks file or key-file"));
	c.certificate_file[0] = c.key_file[0] = '/';
	assert_non_null(strstr(gw_connection_incomplete(&c), "authority has no file"));
	ca.file[0] = '/';
	assert_null(gw_connection_incomplete(&c));
	c.authority_count = 0;
	assert_non_null(strstr(gw_connection_incomplete(&c), "no authority"));
	assert_string_equal(gw_circuit_incomplete(&circuit), "it has no edge");
	circuit.edges[GW_SECONDARY].leg = 1;
	assert_null(gw_circuit_incomplete(&circuit));
	assert_string_equal(gw_role_name(GW_PRIMARY), "primary");
	assert_string_equal(gw_role_name(GW_SECONDARY), "secondary");
}

/* Each word and its number, both ways. */
static void test_words(void **state)
{
	unsigned i;

	(void)state;
	for (i = GW_GCMAES128; i <= GW_DES3; i++)
		assert_int_equal(gw_encryption_find(gw_encryption_name(i)), i);
	for (i = GW_SHA256; i <= GW_INTEGRITY_GCMAES256; i++)
		assert_int_equal(gw_integrity_find(gw_integrity_name(i)), i);
	for (i = GW_GROUP_WITHOUT; i <= GW_GROUP24; i++)
		assert_int_equal(gw_group_find(gw_group_name(i)), i);
	assert_string_equal(gw_group_name(GW_GROUP_WITHOUT), "none");
	assert_string_equal(gw_encryption_name(GW_ENCRYPTION_NONE), "");
	assert_string_equal(gw_group_name(99), "");
	assert_int_equal(gw_integrity_find("md4"), GW_INTEGRITY_NONE);
	for (i = GW_MLKEM512; i <= GW_MLKEM1024; i++)
		assert_int_equal(gw_kem_find(gw_kem_name(i)), i);
	for (i = GW_MAIN; i <= GW_AGGRESSIVE; i++)
		assert_int_equal(gw_exchange_find(gw_exchange_name(i)), i);
	for (i = GW_MODE_DEFAULT; i <= GW_RESPONDER_ONLY; i++)
		assert_int_equal(gw_mode_find(gw_mode_name(i)), i);
	for (i = GW_UDP; i <= GW_NATIVE; i++)
		assert_int_equal(gw_encapsulation_find(gw_encapsulation_name(i)), i);
	for (i = GW_REVOCATION_RELAXED; i <= GW_REVOCATION_STRICT; i++)
		assert_int_equal(gw_revocation_find(gw_revocation_name(i)), i);
	for (i = 0; i < GW_DESTINATIONS; i++)
		assert_int_equal(gw_destination_find(gw_destination_name(i)), i);
	for (i = GW_BASIC; i < GW_SIZES; i++)
		assert_int_equal(gw_size_find(gw_size_name(i)), i);
	/* What each is. */
	assert_true(gw_encryption_is_aead(GW_GCMAES192) && gw_encryption_is_aead(GW_CHACHA20POLY1305));
	assert_false(gw_encryption_is_aead(GW_AES256) || gw_encryption_is_aead(GW_NULL));
	assert_int_equal(gw_encryption_twin(GW_GCMAES192), GW_INTEGRITY_GCMAES192);
	assert_int_equal(gw_encryption_twin(GW_AES128), GW_INTEGRITY_NONE);
	assert_true(gw_encryption_is_weak(GW_DES) && gw_encryption_is_weak(GW_NULL));
	assert_false(gw_encryption_is_weak(GW_AES128));
	assert_true(gw_integrity_is_weak(GW_SHA1) && gw_group_is_weak(GW_GROUP24));
	assert_false(gw_integrity_is_weak(GW_SHA256) || gw_group_is_weak(GW_GROUP14));
}

static void test_certificate_equal(void **state)
{
	struct gw_certificate a = { .name = "a" }, b = a;

	(void)state;
	assert_true(gw_certificate_equal(&a, &b));
	assert_false(gw_certificate_equal(&a, NULL));
	b.file[0] = 'x';
	assert_false(gw_certificate_equal(&a, &b));
	b = a;
	b.key_file[0] = 'x';
	assert_false(gw_certificate_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_connection_equal),
		cmocka_unit_test(test_circuit_and_gateway_equal),
		cmocka_unit_test(test_incomplete),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_certificate_equal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
