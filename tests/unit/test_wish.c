/* wish: whom the gateway speaks BGP with, what each hears of whom, and under which numbers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/partner.h"
#include "gatehoused/wish.h"

static bool tunnel = true, up = true;
static enum gh_standing stands = GH_STANDING_UP;

static bool tunnel_up(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return tunnel;
}

static bool leg_up(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return up;
}

static bool restoring(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return false;
}

static enum gh_standing standing(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return stands;
}

static void secret(void *context, const struct gw_secret *secret, char out[GH_NAME_MAX + 1])
{
	(void)context;
	snprintf(out, GH_NAME_MAX + 1, "%.40s", secret->text);
}

static struct partner_standing towards;

static const struct partner_standing *partner(void *context)
{
	(void)context;
	return &towards;
}

static const struct speaker_legs legs = {
	.tunnel_up = tunnel_up, .restoring = restoring, .standing = standing, .leg_up = leg_up,
	.secret = secret, .partner = partner,
};

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static struct {
	struct gw_circuit circuit;
	struct gw_connection connections[2];
	struct gh_prefix space[1], peered[1], statics[2][2];
	struct gw_config config;
} x;

static int setup(void **state)
{
	(void)state;
	memset(&x, 0, sizeof(x));
	tunnel = up = true;
	stands = GH_STANDING_UP;
	strcpy(x.circuit.name, "dc1");
	strcpy(x.circuit.password.text, "edge-key");
	x.circuit.weight = 7;
	x.circuit.edges[GW_PRIMARY].leg = 1;
	x.circuit.edges[GW_PRIMARY].remote_as = 12076;
	x.circuit.edges[GW_PRIMARY].peer = addr("172.16.0.1");
	x.circuit.edges[GW_PRIMARY].peer_ipv6 = addr("fd00::1");
	for (unsigned i = 0; i < 2; i++) {
		struct gw_connection *c = &x.connections[i];

		snprintf(c->name, sizeof(c->name), "site%u", i);
		c->leg = 3 + i;
		c->session_count = 1;
		c->sessions[0].remote_as = 64520 + i;
		c->sessions[0].peer = addr(i ? "169.254.21.6" : "169.254.21.2");
		c->sessions[0].local = addr("169.254.21.1");
		c->bgp.keepalive_s = 60;
		c->bgp.hold_s = 180;
		c->prefixes = x.statics[i];
	}
	x.space[0] = prefix("10.1.0.0/16");
	x.peered[0] = prefix("10.2.0.0/16");
	x.config = (struct gw_config){
		.present = true, .asn = 65515, .router_id = addr("203.0.113.1"),
		.address_space = x.space, .address_space_count = 1, .transit_vpn = true,
		.circuits = &x.circuit, .circuit_count = 1,
		.connections = x.connections, .connection_count = 2,
	};
	return 0;
}

static struct wish make(const struct wish *before)
{
	const struct wish_of of = {
		.config = &x.config, .legs = &legs, .view = "gateway", .before = before,
	};
	struct wish w;

	wish_make(&w, &of);
	for (size_t i = 1; i < w.neighbor_count; i++)
		assert_true(w.neighbors[i - 1].id < w.neighbors[i].id);
	return w;
}

static const struct gh_neighbor *with(const struct wish *w, const char *peer)
{
	struct gh_addr a = addr(peer);

	for (size_t i = 0; i < w->neighbor_count; i++)
		if (!gh_addr_cmp(&w->neighbors[i].peer, &a))
			return &w->neighbors[i];
	return NULL;
}

static const struct gh_network *network(const struct wish *w, const char *text)
{
	struct gh_prefix p = prefix(text);

	for (size_t i = 0; i < w->network_count; i++)
		if (!gh_prefix_cmp(&w->networks[i].prefix, &p))
			return &w->networks[i];
	return NULL;
}

/* The table of wish.h, line by line. */
static void test_who_hears_whom(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		struct wish w;

		x.config.transit_vpn = i & 1;
		x.config.transit_expressroute = i & 2;
		w = make(NULL);
		assert_int_equal(with(&w, "169.254.21.2")->pass,
				 (i & 1 ? GH_PASS(GH_SIDE_VPN) : 0) |
				 (i & 2 ? GH_PASS(GH_SIDE_EDGE) : 0));
		assert_int_equal(with(&w, "172.16.0.1")->pass, i & 2 ? GH_PASS(GH_SIDE_VPN) : 0);
		wish_fini(&w);
	}
}

static void test_weights_are_the_order(void **state)
{
	struct wish w;

	(void)state;
	x.connections[0].weight = 100;
	strcpy(x.connections[1].over, "dc1");
	w = make(NULL);
	assert_true(with(&w, "169.254.21.6")->weight > with(&w, "172.16.0.1")->weight);
	assert_true(with(&w, "172.16.0.1")->weight > with(&w, "169.254.21.2")->weight);
	wish_fini(&w);
	stands = GH_STANDING_DOWN;
	w = make(NULL);
	assert_int_equal(with(&w, "172.16.0.1")->weight, 0);
	wish_fini(&w);
}

static void test_settings_reach_each_session(void **state)
{
	struct gw_connection *c = &x.connections[0];
	const struct gh_neighbor *n;
	struct wish w;

	(void)state;
	c->session_count = 2;
	c->sessions[1] = (struct gw_session){ addr("fd00:21::2"), addr("fd00:21::1"), 64999 };
	strcpy(c->password.text, "key");
	c->bgp.keepalive_s = 3;
	c->bgp.hold_s = 9;
	c->bgp.multihop = 5;
	c->bgp.graceful_restart = true;
	strcpy(c->bgp.route_map_in, "IN");
	strcpy(c->bgp.prefix_list_out, "OUT");
	c->bfd.interval_ms = 50;
	c->bfd.multiplier = 3;
	w = make(NULL);
	for (unsigned i = 0; i < 2; i++) {
		n = with(&w, i ? "fd00:21::2" : "169.254.21.2");
		assert_int_equal(n->id, gh_neighbor_id(3, i ? AF_INET6 : AF_INET, 0));
		assert_int_equal(n->remote_as, i ? 64999 : 64520);
		assert_string_equal(n->password, "key");
		assert_int_equal(n->keepalive_s * 1000 + n->hold_s, 3009);
		assert_int_equal(n->hops, 5);
		assert_true(n->graceful_restart && n->split_horizon);
		assert_string_equal(n->route_map_in, "IN");
		assert_string_equal(n->prefix_list_out, "OUT");
		assert_int_equal(n->bfd_interval_ms, 50);
	}
	n = with(&w, "169.254.21.6");
	assert_false(n->split_horizon);
	assert_int_equal(n->hops, 2);
	assert_string_equal(n->password, "");
	assert_string_equal(with(&w, "fd00::1")->password, "edge-key");
	wish_fini(&w);
}

/* One of three goes, another comes: the two that stay keep their numbers. */
static void test_numbers_stay(void **state)
{
	static const char *const peers[] = { "10.9.0.1", "10.9.0.2", "10.9.0.3", "10.9.0.4", "10.9.0.5" };
	struct gw_connection *c = &x.connections[0];
	struct wish first, second, third;

	(void)state;
	c->session_count = 3;
	for (unsigned i = 0; i < 3; i++)
		c->sessions[i] = (struct gw_session){ addr(peers[i]), addr("10.9.1.1"), 64520 };
	first = make(NULL);
	c->session_count = 2;
	c->sessions[0] = (struct gw_session){ addr(peers[3]), addr("10.9.1.1"), 64520 };
	c->sessions[1] = (struct gw_session){ addr(peers[2]), addr("10.9.1.1"), 64520 };
	second = make(&first);
	assert_int_equal(with(&second, peers[2])->id, with(&first, peers[2])->id);
	assert_int_equal(gh_neighbor_session(with(&second, peers[3])->id), 3);
	/* All four numbers are taken by others: the newcomers take those of who goes. */
	c->session_count = 4;
	c->sessions[0] = (struct gw_session){ addr(peers[4]), addr("10.9.1.1"), 64520 };
	c->sessions[2] = (struct gw_session){ addr(peers[0]), addr("10.9.1.1"), 64520 };
	c->sessions[3] = (struct gw_session){ addr(peers[1]), addr("10.9.1.1"), 64520 };
	third = make(&second);
	assert_int_equal(with(&third, peers[2])->id, with(&second, peers[2])->id);
	assert_int_equal(third.neighbor_count, first.neighbor_count + 1);
	wish_fini(&first);
	wish_fini(&second);
	wish_fini(&third);
}

static void test_networks(void **state)
{
	struct wish w;

	(void)state;
	x.config.peered_space = x.peered;
	x.config.peered_space_count = 1;
	x.statics[0][0] = x.statics[1][0] = prefix("10.40.0.0/16");
	x.statics[1][1] = prefix("10.2.0.0/16");        /* ours already */
	x.connections[0].prefix_count = 1;
	x.connections[1].prefix_count = 2;
	w = make(NULL);
	assert_int_equal(w.network_count, 3);
	assert_int_equal(network(&w, "10.1.0.0/16")->weight, GH_WEIGHT_OWN);
	assert_int_equal(network(&w, "10.2.0.0/16")->side, GH_SIDE_OWN);
	assert_int_equal(network(&w, "10.40.0.0/16")->side, GH_SIDE_VPN);
	assert_int_equal(network(&w, "10.40.0.0/16")->leg, 3);
	wish_fini(&w);
	up = false;                     /* its tunnel is down: it is not used */
	w = make(NULL);
	assert_null(network(&w, "10.40.0.0/16"));
	wish_fini(&w);
	up = true;
	x.config.transit_vpn = false;   /* nobody would hear it */
	w = make(NULL);
	assert_int_equal(w.network_count, 2);
	wish_fini(&w);
}

static void test_nothing_without_a_number(void **state)
{
	struct wish w;

	(void)state;
	tunnel = false;
	w = make(NULL);
	assert_null(with(&w, "169.254.21.2"));
	assert_non_null(with(&w, "172.16.0.1"));
	wish_fini(&w);
	x.config.asn = 0;
	w = make(NULL);
	assert_int_equal(w.neighbor_count + w.network_count, 0);
	wish_fini(&w);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_who_hears_whom, setup),
		cmocka_unit_test_setup(test_weights_are_the_order, setup),
		cmocka_unit_test_setup(test_settings_reach_each_session, setup),
		cmocka_unit_test_setup(test_numbers_stay, setup),
		cmocka_unit_test_setup(test_networks, setup),
		cmocka_unit_test_setup(test_nothing_without_a_number, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
