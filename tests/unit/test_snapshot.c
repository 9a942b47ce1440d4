/* snapshot: every line arrives as its typed value; what is not set has its default. */
#include "tests/unit/yang_fixture.h"
#include "yang/snapshot.h"

static struct fixture f;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_fini(&f);
	return 0;
}

static void assert_addr(const struct gh_addr *a, const char *text)
{
	char buffer[GH_ADDR_TEXT];

	assert_string_equal(gh_addr_print(a, buffer), text);
}

static void assert_prefix(const struct gh_prefix *p, const char *text)
{
	char buffer[GH_PREFIX_TEXT];

	assert_string_equal(gh_prefix_print(p, buffer), text);
}

static void test_every_value(void **state)
{
	const struct gw_config *c;
	const struct gw_connection *n;
	const struct gw_circuit *x;

	(void)state;
	assert_int_equal(fixture_run(&f, NULL, FULL_GATEWAY FULL_CIRCUIT FULL_CONNECTION_BEFORE_KEY
				     " shared-key 0 s3cret\n" FULL_CONNECTION_AFTER_KEY, true), 0);
	c = fixture_config(&f);
	assert_true(c->present);
	assert_int_equal(c->asn, 65010);
	assert_addr(&c->router_id, "203.0.113.9");
	assert_int_equal(c->address_space_count, 3);
	assert_prefix(&c->address_space[1], "10.3.0.0/16");
	assert_string_equal(c->vnet_interface, "vnet0");
	assert_addr(&c->public_ipv4, "203.0.113.1");
	assert_addr(&c->public_ipv6, "2001:db8::1");
	assert_int_equal(c->mtu, 1420);
	assert_int_equal(c->tcp_mss, 1360);
	assert_int_equal(c->circuit_count, 1);
	x = &c->circuits[0];
	assert_string_equal(x->name, "dc1");
	assert_string_equal(x->edges[GW_SECONDARY].interface, "er1");
	assert_addr(&x->edges[GW_SECONDARY].peer, "172.16.0.5");
	assert_addr(&x->edges[GW_SECONDARY].peer_ipv6, "fd00:2::5");
	assert_int_equal(x->edges[GW_SECONDARY].remote_as, 12076);
	assert_int_equal(x->edges[GW_PRIMARY].leg, 1);
	assert_int_equal(x->edges[GW_SECONDARY].leg, 2);
	assert_int_equal(x->bfd_interval_ms, 50);
	assert_int_equal(x->bfd_multiplier, 4);
	assert_int_equal(x->wait_to_restore_s, 5);
	assert_int_equal(x->weight, 10);
	assert_int_equal(x->prefix_limit, 4000);
	assert_int_equal(c->connection_count, 1);
	n = &c->connections[0];
	assert_int_equal(n->leg, 3);
	assert_string_equal(n->name, "paris");
	assert_addr(&n->remote_address, "198.51.100.7");
	assert_true(n->key_usable);
	assert_string_equal(n->local_id, "gw.example");
	assert_string_equal(n->remote_id, "paris@example");
	assert_int_equal(n->session_count, 1);
	assert_int_equal(n->sessions[0].remote_as, 64520);
	assert_addr(&n->sessions[0].peer, "169.254.21.2");
	assert_addr(&n->sessions[0].local, "169.254.21.1");
	assert_addr(&n->local_address, "203.0.113.1");
	assert_false(n->local_given);
	assert_int_equal(n->prefix_count, 2);
	assert_prefix(&n->prefixes[0], "192.168.0.0/24");
	assert_prefix(&n->prefixes[1], "2001:db8:7::/48");
	assert_int_equal(n->esp.encryption, GW_GCMAES256);
	assert_int_equal(n->esp.integrity_given, GW_INTEGRITY_GCMAES256);
	assert_int_equal(n->esp.integrity, GW_INTEGRITY_NONE);
	assert_int_equal(n->ike.encryption, GW_GCMAES256);
	assert_int_equal(n->ike.integrity, GW_SHA384);
	assert_int_equal(n->ike.group, GW_ECP384);
	assert_int_equal(n->pfs, GW_CURVE25519);
	assert_int_equal(n->dpd_timeout_s, 30);
	assert_int_equal(n->prefix_limit, 1000);
	assert_string_equal(n->profile, "");
	assert_int_equal(n->ipsec_lifetime_s, 3600);
	assert_int_equal(n->ike_lifetime_s, 7200);
	assert_int_equal(n->replay_window, 2048);
	assert_int_equal(n->weight, 20);
	assert_true(n->shutdown);
}

static void test_defaults(void **state)
{
	const struct gw_config *c = fixture_config(&f);
	const struct gw_connection *n;
	const struct gw_circuit *x;

	(void)state;
	assert_false(c->present);
	assert_int_equal(c->asn, 65515);
	assert_int_equal(c->mtu, 1400);
	assert_int_equal(fixture_run(&f, NULL, "gateway\n public-address 203.0.113.1\n"
				     "gateway expressroute dc1\ngateway connection paris", true), 0);
	c = fixture_config(&f);
	assert_true(c->present);
	assert_addr(&c->router_id, "203.0.113.1");      /* for want of its own */
	x = &c->circuits[0];
	assert_int_equal(x->edges[GW_PRIMARY].leg, 0);
	assert_int_equal(x->bfd_interval_ms, 300);
	assert_int_equal(x->bfd_multiplier, 3);
	assert_int_equal(x->wait_to_restore_s, 30);
	assert_int_equal(x->weight, 0);
	n = &c->connections[0];
	assert_int_equal(n->leg, 1);
	assert_addr(&n->remote_address, "none");
	assert_string_equal(n->shared_key, "");
	assert_false(n->key_usable);
	assert_int_equal(n->session_count, 0);
	assert_int_equal(n->esp.encryption, GW_GCMAES256);
	assert_false(n->esp_given);
	assert_int_equal(n->ipsec_lifetime_s, 27000);
	assert_int_equal(n->ike_lifetime_s, 28800);
	assert_int_equal(n->replay_window, 1024);
	assert_int_equal(n->ike.encryption, GW_ENCRYPTION_NONE);
	assert_int_equal(n->pfs, GW_GROUP_NONE);
	assert_int_equal(n->esp.integrity_given, 0);
	assert_int_equal(n->dpd_timeout_s, 45);
	assert_int_equal(n->prefix_limit, 0);
	assert_int_equal(c->tcp_mss, 0);
	assert_int_equal(x->prefix_limit, 0);
	assert_int_equal(n->weight, 0);
	assert_false(n->shutdown);
}

/* What a connection does not set its profile gives, leaf by leaf. */
static void test_profile(void **state)
{
	const struct gw_connection *n;
	const struct gw_config *c;

	(void)state;
	assert_int_equal(fixture_run(&f, NULL, FULL_PROFILE FULL_CERTIFICATE
				     FULL_CONNECTION_BY_CERTIFICATE
				     "gateway connection oslo\n profile gold\n dpd-timeout 99\n"
				     " ike lifetime 300\n ipsec pfs-group ecp521\n local-id mine\n"
				     " weight 0\n", true), 0);
	c = fixture_config(&f);
	assert_int_equal(c->profile_count, 1);
	assert_string_equal(c->profiles[0].name, "gold");
	assert_int_equal(c->profiles[0].esp.integrity_given, GW_INTEGRITY_GCMAES256);
	n = gw_config_connection(c, "rome");
	assert_string_equal(n->profile, "gold");
	assert_string_equal(n->local_id, "gold.example");
	assert_int_equal(n->ike.encryption, GW_AES256);
	assert_int_equal(n->ike.integrity, GW_SHA256);
	assert_int_equal(n->ike.group, GW_GROUP14);
	assert_int_equal(n->ike_lifetime_s, 10800);
	assert_int_equal(n->ipsec_lifetime_s, 5400);
	assert_int_equal(n->pfs, GW_GROUP_WITHOUT);
	assert_int_equal(n->dpd_timeout_s, 20);
	assert_int_equal(n->replay_window, 4096);
	assert_int_equal(n->weight, 40);
	assert_int_equal(n->prefix_limit, 500);
	n = gw_config_connection(c, "oslo");
	assert_string_equal(n->local_id, "mine");
	assert_int_equal(n->ike.group, GW_GROUP14);
	assert_int_equal(n->ike_lifetime_s, 300);
	assert_int_equal(n->pfs, GW_ECP521);
	assert_int_equal(n->dpd_timeout_s, 99);
	assert_int_equal(n->weight, 0);
	assert_int_equal(n->replay_window, 4096);
	assert_int_equal(fixture_run(&f, NULL, "gateway profile gold\n replay-window 128\n", false), 0);
	assert_int_equal(gw_config_connection(fixture_config(&f), "oslo")->replay_window, 128);
}

static void test_certificates(void **state)
{
	const struct gw_config *c;
	const struct gw_connection *n;

	(void)state;
	assert_int_equal(fixture_run(&f, NULL, FULL_PROFILE FULL_CERTIFICATE
				     FULL_CONNECTION_BY_CERTIFICATE, true), 0);
	c = fixture_config(&f);
	assert_int_equal(c->certificate_count, 2);
	assert_string_equal(c->certificates[0].file, "/etc/ssl/certs/ca.pem");
	assert_string_equal(c->certificates[0].key_file, "");
	n = gw_config_connection(c, "rome");
	assert_string_equal(n->certificate, "own");
	assert_int_equal(n->authority_count, 1);
	assert_string_equal(n->authorities[0].name, "ca");
	assert_string_equal(n->certificate_file, "/etc/gatehouse/own.pem");
	assert_string_equal(n->key_file, "/etc/gatehouse/private/own.key");
	assert_string_equal(n->authorities[0].file, "/etc/ssl/certs/ca.pem");
	assert_null(gw_connection_incomplete(n));
}

/* A tree of defaults only counts as nothing; a bare list entry counts. */
static void test_explicit(void **state)
{
	(void)state;
	assert_false(snapshot_explicit(datastore_running(f.ds)->tree));
	assert_int_equal(fixture_run(&f, NULL, "gateway\n mtu 1400", true), 0);
	assert_true(snapshot_explicit(datastore_running(f.ds)->tree));
	assert_int_equal(fixture_run(&f, NULL, "gateway connection a", true), 0);
	assert_true(snapshot_explicit(datastore_running(f.ds)->tree));
	assert_int_equal(fixture_run(&f, NULL, "no gateway connection a", false), 0);
	assert_false(snapshot_explicit(datastore_running(f.ds)->tree));
	assert_false(fixture_config(&f)->present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_every_value, setup, teardown),
		cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_profile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_certificates, setup, teardown),
		cmocka_unit_test_setup_teardown(test_explicit, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
