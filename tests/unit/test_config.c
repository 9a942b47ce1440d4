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
	struct gw_connection a = { .name = "a", .prefixes = &p, .prefix_count = 1 }, b;
	unsigned i;

	(void)state;
	assert_true(gw_connection_equal(&a, &a));
	assert_true(gw_connection_equal(NULL, NULL));
	assert_false(gw_connection_equal(&a, NULL));
	assert_false(gw_connection_equal(NULL, &a));
	for (i = 0; i < 31; i++) {
		b = a;
		switch (i) {
		case 0: b.leg = 1; break;
		case 1: b.name[0] = 'b'; break;
		case 2: b.remote_address = addr("1.1.1.1"); break;
		case 3: b.shared_key[0] = 'x'; break;
		case 4: b.key_usable = true; break;
		case 5: b.local_id[0] = 'x'; break;
		case 6: b.remote_id[0] = 'x'; break;
		case 7: b.remote_as = 1; break;
		case 8: b.peer_address = addr("::1"); break;
		case 9: b.local_address = addr("::1"); break;
		case 10: b.prefixes = &q; break;
		case 11: b.prefix_count = 0; break;
		case 12: b.encryption_bits = 128; break;
		case 13: b.ipsec_lifetime_s = 1; break;
		case 14: b.ike_lifetime_s = 1; break;
		case 15: b.replay_window = 1; break;
		case 16: b.weight = 1; break;
		case 17: b.shutdown = true; break;
		case 18: b.profile[0] = 'x'; break;
		case 19: b.certificate[0] = 'x'; break;
		case 20: b.authority[0] = 'x'; break;
		case 21: b.certificate_file[0] = 'x'; break;
		case 22: b.key_file[0] = 'x'; break;
		case 23: b.authority_file[0] = 'x'; break;
		case 24: b.ike.encryption = GW_AES256; break;
		case 25: b.ike.integrity = GW_SHA384; break;
		case 26: b.ike.group = GW_ECP384; break;
		case 27: b.integrity_bits = 128; break;
		case 28: b.pfs = GW_GROUP_WITHOUT; break;
		case 29: b.dpd_timeout_s = 9; break;
		case 30: b.prefix_limit = 1; break;
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
	for (i = 0; i < 11; i++) {
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
		}
		assert_false(gw_circuit_equal(&a, &b));
	}
	assert_true(gw_gateway_equal(&g, &g));
	for (i = 0; i < 8; i++) {
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
		}
		assert_false(gw_gateway_equal(&g, &h));
	}
}

static void test_incomplete(void **state)
{
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
	c = (struct gw_connection){ .remote_address = addr("1.1.1.1"), .authority = "ca" };
	assert_non_null(strstr(gw_connection_incomplete(&c), "no certificate of ours"));
	c.certificate[0] = 'x';
	assert_non_null(strstr(gw_connection_incomplete(&c), "lacks file or key-file"));
	c.certificate_file[0] = c.key_file[0] = '/';
	assert_non_null(strstr(gw_connection_incomplete(&c), "authority has no file"));
	c.authority_file[0] = '/';
	assert_null(gw_connection_incomplete(&c));
	c.authority[0] = '\0';
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
	for (i = GW_GCMAES128; i <= GW_AES256; i++)
		assert_int_equal(gw_encryption_find(gw_encryption_name(i)), i);
	for (i = GW_SHA256; i <= GW_SHA512; i++)
		assert_int_equal(gw_integrity_find(gw_integrity_name(i)), i);
	for (i = GW_GROUP_WITHOUT; i <= GW_CURVE25519; i++)
		assert_int_equal(gw_group_find(gw_group_name(i)), i);
	assert_string_equal(gw_group_name(GW_GROUP_WITHOUT), "none");
	assert_string_equal(gw_encryption_name(GW_ENCRYPTION_NONE), "");
	assert_string_equal(gw_group_name(99), "");
	assert_int_equal(gw_integrity_find("md5"), GW_INTEGRITY_NONE);
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
