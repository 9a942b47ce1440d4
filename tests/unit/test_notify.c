/* notify: each notification fits the model and says what happened; limits with their marks. */
#include "tests/unit/gateway_fixture.h"

#include <libyang/libyang.h>

#include "gatehoused/notify.h"
#include "gatehoused/netconf_host.h"

static char sent[8][1024];
static unsigned count;

/* In the place of the NETCONF server (the linker's --wrap). */
void __wrap_netconf_host_event(struct netconf_host_state *h, const char *json);
void __wrap_netconf_host_event(struct netconf_host_state *h, const char *json)
{
	(void)h;
	assert_true(count < 8);
	snprintf(sent[count++], sizeof(sent[0]), "%s", json);
}

static void check(unsigned i, const char *word)
{
	struct ly_ctx *context = store_context(fixture.store);
	struct lyd_node *tree = NULL, *op = NULL;
	struct ly_in *in = NULL;

	assert_true(i < count);
	assert_int_equal(ly_in_new_memory(sent[i], &in), LY_SUCCESS);
	if (lyd_parse_op(context, NULL, in, LYD_JSON, LYD_TYPE_NOTIF_YANG, &tree, &op))
		fail_msg("%s\n%s", ly_errmsg(context), sent[i]);
	lyd_free_all(tree);
	ly_in_free(in, 0);
	if (!strstr(sent[i], word))
		fail_msg("no %s in %s", word, sent[i]);
}

static uint32_t paris_leg(void)
{
	return gw_config_connection(store_config(fixture.store), "paris")->leg;
}

static void configure(void)
{
	count = 0;
	fixture_configure("gateway\n asn 65010\n router-id 203.0.113.9\n exit\n"
			  "gateway connection paris\n remote-address 198.51.100.7\n"
			  " shared-key 0 Zq6SJ1mEQrK4tPz9\n"
			  " bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1\n"
			  " prefix-limit 100\n exit\n", true);
	fixture_legs();
	assert_non_null(speaker_neighbor_find(fixture.speaker, gh_neighbor_id(paris_leg(), AF_INET, 0)));
}

static void test_leg(void **state)
{
	struct rib_leg_event e = {
		.name = "paris", .edge = "", .kind = RIB_VPN, .from = LEG_UP, .to = LEG_DOWN,
		.cause = LEG_FACT_SA, .groups = 3, .took_us = 120,
	};

	(void)state;
	configure();
	e.leg = paris_leg();
	notify_leg(&fixture, &e);
	assert_int_equal(count, 1);
	check(0, "\"down-by\":\"sa\"");
	e.moved = 2;
	e.before_count = 1;
	e.before[0] = e.leg;
	notify_leg(&fixture, &e);
	assert_int_equal(count, 3);
	check(1, "gatehouse:leg-change");
	check(2, "\"before\":[\"paris\"],\"after\":[]");
	e.to = LEG_UP;
	notify_leg(&fixture, &e);
	check(4, "\"groups\":2");
	assert_null(strstr(sent[4], "down-by"));
}

static struct gh_peer peer(uint8_t state, uint32_t received, const char *error)
{
	/* The other family has 30. */
	struct gh_peer p = { .id = gh_neighbor_id(paris_leg(), AF_INET, 0), .state = state,
			     .received = received + 30, .received_most = received };

	snprintf(p.last_error, sizeof(p.last_error), "%s", error);
	return p;
}

/* As hear.c does it: what was known before, then the fact. */
static void hear(struct gh_peer p)
{
	const struct gh_peer *known = speaker_peer(fixture.speaker, p.id);
	struct gh_peer before = known ? *known : p;

	assert_true(speaker_peer_set(fixture.speaker, &p));
	notify_peer(&fixture, known ? &before : NULL, &p);
}

static void test_peer(void **state)
{
	(void)state;
	configure();
	hear(peer(GH_BGP_ACTIVE, 0, ""));
	assert_int_equal(count, 0);
	hear(peer(GH_BGP_ESTABLISHED, 10, ""));
	assert_int_equal(count, 1);
	check(0, "\"before\":\"Active\",\"after\":\"Established\"");
	hear(peer(GH_BGP_ESTABLISHED, 80, ""));
	check(1, "\"level\":\"warning\",\"received\":80,\"limit\":100");
	hear(peer(GH_BGP_ESTABLISHED, 99, ""));
	hear(peer(GH_BGP_ESTABLISHED, 75, ""));
	hear(peer(GH_BGP_ESTABLISHED, 85, ""));
	assert_int_equal(count, 2);
	hear(peer(GH_BGP_ESTABLISHED, 100, ""));
	check(2, "\"level\":\"reached\"");
	hear(peer(GH_BGP_IDLE, 0, "prefix limit: more than 100 prefixes of one family came"));
	assert_int_equal(count, 5);
	check(3, "\"last-error\":\"prefix limit");
	check(4, "\"level\":\"exceeded\"");
	hear(peer(GH_BGP_ESTABLISHED, 10, ""));
	hear(peer(GH_BGP_ESTABLISHED, 90, ""));
	check(6, "\"level\":\"warning\"");
}

static void test_limits(void **state)
{
	static const struct {
		enum limit_level before;
		uint32_t received, limit;
		enum limit_level after;
	} rows[] = {
		{ LIMIT_FINE, 79, 100, LIMIT_FINE }, { LIMIT_FINE, 80, 100, LIMIT_WARNING },
		{ LIMIT_WARNING, 79, 100, LIMIT_WARNING }, { LIMIT_WARNING, 69, 100, LIMIT_FINE },
		{ LIMIT_WARNING, 100, 100, LIMIT_REACHED }, { LIMIT_REACHED, 99, 100, LIMIT_WARNING },
		{ LIMIT_FINE, 5, 0, LIMIT_FINE }, { LIMIT_FINE, 1, 1, LIMIT_REACHED },
		{ LIMIT_FINE, UINT32_MAX, UINT32_MAX, LIMIT_REACHED },
		{ LIMIT_FINE, 0, UINT32_MAX, LIMIT_FINE },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(limit_judge(rows[i].before, rows[i].received, rows[i].limit),
				 rows[i].after);
}

static void test_certificate(void **state)
{
	(void)state;
	configure();
	notify_certificate(&fixture, "ours", "CN=gw", 1800000000, 7);
	check(0, "\"not-after\":\"2027-01-15T08:00:00.000Z\",\"days\":7");
	notify_certificate(&fixture, "ours", "", 1700000000, -1);
	check(1, "\"days\":-1");
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_leg),
		T(test_peer),
		T(test_limits),
		T(test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
