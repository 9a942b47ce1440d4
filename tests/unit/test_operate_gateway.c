/* operate_gateway: reset, rekey and failover tests, as vtysh and NETCONF ask for them. */
#include "tests/unit/gateway_fixture.h"

static int rc;
static char words[512];

static void done(void *context, int result, struct gh_buf *text)
{
	(void)context;
	rc = result;
	snprintf(words, sizeof(words), "%s", gh_buf_text(text));
}

static int ask(const char *what, uint32_t uid)
{
	const struct operate_request r = { .words = what, .user = { .uid = uid, .from = "test" },
					   .done = done };

	rc = 1;
	words[0] = '\0';
	operate(&fixture, &r);
	assert_int_not_equal(rc, 1);
	return rc;
}

static void configure(void)
{
	fixture_configure("gateway\n asn 65010\n router-id 203.0.113.9\n exit\n"
			  "gateway expressroute dc1\n"
			  " edge primary interface er0 peer 172.16.0.1 remote-as 12076\n exit\n"
			  "gateway connection paris\n remote-address 198.51.100.7\n"
			  " shared-key 0 Zq6SJ1mEQrK4tPz9\n exit\n"
			  "gateway connection rome\n remote-address 198.51.100.8\n exit\n", true);
	fixture_legs();
}

static void test_connections(void **state)
{
	struct ike_connection paris = { .name = "paris", .version = 2,
					.secret_length = 1, .secret = "x" };

	(void)state;
	configure();
	assert_int_equal(ask("reset connection nobody", 0), -ENOENT);
	assert_int_equal(ask("reset connection rome", 0), -EINVAL);
	assert_non_null(strstr(words, "shared"));
	/* The IKE client does not know it, then knows it while charon is away. */
	assert_int_equal(ask("reset connection paris", 0), -ENOENT);
	paris.leg = gw_config_connection(store_config(fixture.store), "paris")->leg;
	paris.remote = gw_config_connection(store_config(fixture.store), "paris")->remote_address;
	assert_int_equal(ike_set(fixture.ike, &paris), 0);
	assert_int_equal(ask("reset connection paris", 0), -EAGAIN);
	assert_non_null(strstr(words, "charon is away"));
	assert_int_equal(ask("reset connection paris now", 0), -EINVAL);
	assert_int_equal(ask("rekey connection paris", 0), -EAGAIN);
	assert_int_equal(ask("rekey connection paris ike", 0), -EAGAIN);
	assert_int_equal(ask("rekey connection paris both", 0), -EAGAIN);
	assert_int_equal(ask("rekey connection paris all", 0), -EINVAL);
	assert_int_equal(ask("rekey connection", 0), -ENOENT);
	assert_int_equal(timeline_count(fixture.timeline), 0);
}

static enum leg_state edge(void)
{
	const struct gw_circuit *c = gw_config_circuit(store_config(fixture.store), "dc1");

	return rib_leg_state(fixture.rib, c->edges[GW_PRIMARY].leg);
}

static void test_failover(void **state)
{
	uint32_t leg;
	struct gh_path path = { .as_hops = 1 };

	(void)state;
	configure();
	leg = gw_config_circuit(store_config(fixture.store), "dc1")->edges[GW_PRIMARY].leg;
	rib_leg_fact(fixture.rib, leg, LEG_FACT_LINK, true, gh_now());
	assert_int_equal(edge(), LEG_UP);
	path.neighbor = gh_neighbor_id(leg, AF_INET, 0);
	assert_int_equal(gh_addr_parse("172.16.0.1", &path.next_hop), 0);
	assert_int_equal(gh_prefix_parse("10.20.0.0/24", &path.prefix), 0);
	assert_int_equal(rib_path_set(fixture.rib, &path), 0);
	while (rib_flush(fixture.rib, gh_now()))
		;
	assert_int_equal(ask("failover-test expressroute dc1 for 5", 0), 0);
	assert_int_equal(edge(), LEG_DOWN);
	/* The only way of a prefix is gone: the operator is told at once. */
	assert_non_null(strstr(words, "warning: prefixes of 1 groups have no other way"));
	assert_int_equal(ask("failover-test expressroute dc1 for 7", 0), 0);
	assert_int_equal(ask("no failover-test expressroute dc1", 0), 0);
	assert_int_equal(edge(), LEG_UP);
	assert_int_equal(ask("no failover-test expressroute dc1", 0), -ENOENT);
	assert_int_equal(ask("failover-test expressroute dc2 for 5", 0), -ENOENT);
	assert_int_equal(ask("failover-test expressroute dc1 for 0", 0), -EINVAL);
	assert_int_equal(ask("failover-test expressroute dc1 for 1441", 0), -EINVAL);
	assert_int_equal(ask("failover-test expressroute dc1 for 5 minutes", 0), -EINVAL);
	assert_int_equal(ask("failover-test expressroute dc1", 0), -EINVAL);
	assert_int_equal(edge(), LEG_UP);
}

/* nacm:default-deny-all: nobody but root, until a rule says so. */
static void test_rules(void **state)
{
	static const char *const what[] = {
		"reset connection paris", "rekey connection paris",
		"failover-test expressroute dc1 for 5", "no failover-test expressroute dc1",
	};

	(void)state;
	configure();
	for (unsigned i = 0; i < sizeof(what) / sizeof(*what); i++)
		assert_int_equal(ask(what[i], 65534), -EACCES);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_connections),
		T(test_failover),
		T(test_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
