/*
 * state: everything that is delivered fits the model; slices, positions that
 * survive changes, pages; and show, the view of it.
 */
#include "tests/unit/gateway_fixture.h"

#include <json-c/json.h>
#include <libyang/libyang.h>

#include "gatehoused/show/show.h"
#include "gatehoused/state/state.h"

#define CONFIGURATION \
	"gateway\n asn 65010\n router-id 203.0.113.9\n address-space 10.1.0.0/16\n" \
	" address-space fd00:1::/48\n vnet interface vnet0\n public-address 203.0.113.1\n exit\n" \
	"gateway expressroute dc1\n" \
	" edge primary interface er0 peer 172.16.0.1 remote-as 12076\n" \
	" edge secondary interface er1 peer 172.16.0.5 remote-as 12076\n" \
	" edge primary peer-ipv6 fd00:2::1\n prefix-limit 100\n exit\n" \
	"gateway connection paris\n remote-address 198.51.100.7\n shared-key 0 Zq6SJ1mEQrK4tPz9\n" \
	" bgp remote-as 64520 peer-address 169.254.21.2 local-address 169.254.21.1\n" \
	" prefix 192.168.0.0/24\n exit\n" \
	"gateway connection rome\n remote-address 198.51.100.8\n shutdown\n exit\n"

static struct gh_buf text, why;

/* Of this thread: what others do on the machine is not counted. */
static uint64_t cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

static void read_all(const char *path, const struct state_page *page, bool pretty)
{
	struct state_reader *r;

	gh_buf_fini(&text);
	r = state_read(&fixture, path, page, &why);
	assert_non_null(r);
	if (pretty)
		state_pretty(r);
	while (state_next(r, &text))
		;
	state_free(r);
}

/* The text fits the model, and together with the configuration it is valid as a whole. */
static void check_data(const char *json)
{
	struct ly_ctx *context = store_context(fixture.store);
	struct lyd_node *tree = NULL, *all = NULL;

	if (lyd_parse_data_mem(context, json, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree))
		fail_msg("%s\n%s", ly_errmsg(context), json);
	assert_int_equal(lyd_dup_siblings(store_tree(fixture.store, STORE_RUNNING), NULL,
					  LYD_DUP_RECURSIVE, &all), LY_SUCCESS);
	assert_int_equal(lyd_merge_siblings(&all, tree, 0), LY_SUCCESS);
	/* Our module alone: the state of others (of NACM) is delivered by others. */
	if (lyd_validate_module(&all, ly_ctx_get_module_implemented(context, "gatehouse"), 0, NULL))
		fail_msg("%s (%s)\n%s", ly_errmsg(context), ly_errapptag(context), json);
	lyd_free_all(tree);
	lyd_free_all(all);
}

#define EXPLAIN "{\"gatehouse:explain\":", "}"
#define GET_ROUTES "{\"gatehouse:get-routes\":", "}"
#define DEVICE "{\"gatehouse:gateway\":{\"connection\":[{\"name\":\"paris\",\"device-config\":", "}]}}"
#define DIAGNOSE "{\"gatehouse:gateway\":{\"connection\":[{\"name\":\"paris\",\"diagnose\":", "}]}}"

/* The output of an operation; before and after are what stands around it in the tree. */
static void check_output(const char *json, const char *before, const char *after)
{
	struct ly_ctx *context = store_context(fixture.store);
	struct json_object *o = json_tokener_parse(json), *inner;
	struct lyd_node *tree = NULL, *op = NULL;
	struct ly_in *in = NULL;
	static char wrapped[65536];

	assert_true(json_object_object_get_ex(o, "gatehouse:output", &inner));
	snprintf(wrapped, sizeof(wrapped), "%s%s%s", before, json_object_to_json_string(inner), after);
	assert_int_equal(ly_in_new_memory(wrapped, &in), LY_SUCCESS);
	if (lyd_parse_op(context, NULL, in, LYD_JSON, LYD_TYPE_REPLY_YANG, &tree, &op))
		fail_msg("%s\n%s", ly_errmsg(context), wrapped);
	lyd_free_all(tree);
	ly_in_free(in, 0);
	json_object_put(o);
}

static void add_sa(uint8_t direction, uint32_t spi, uint32_t leg)
{
	struct gh_sa sa = {
		.name = { .direction = direction, .spi = spi }, .encap = true, .tunnel = true,
		.leg = leg, .replay_window = 1024, .encryption = 20, .key_length = 36,
		.local_count = 1, .remote_count = 1,
	};

	sa.key[0] = (uint8_t)spi;
	assert_int_equal(gh_addr_parse("198.51.100.7", &sa.name.destination), 0);
	sa.source = sa.target = (struct gh_endpoint){ sa.name.destination, 4500 };
	assert_int_equal(gh_addr_parse("0.0.0.0", &sa.local[0].from), 0);
	sa.local[0].to = sa.local[0].from;
	sa.remote[0] = sa.local[0];
	assert_int_equal(ipsec_sa_set(fixture.ipsec, &sa), 0);
}

/* As much as can be there at once. */
static void live(void)
{
	const struct gw_connection *paris;
	struct gh_peer peer = { .state = GH_BGP_ESTABLISHED, .bfd = GH_BFD_NONE, .received = 7,
				.sent = 2, .established = 3, .up_s = 60 };
	struct gh_prefix p;

	fixture_configure(CONFIGURATION, true);
	fixture_legs();
	paris = gw_config_connection(store_config(fixture.store), "paris");
	add_sa(GH_IN, 0x1000, paris->leg);
	add_sa(GH_OUT, 0x2000, paris->leg);
	rib_leg_fact(fixture.rib, paris->leg, LEG_FACT_SA, true, gh_now());
	assert_int_equal(gh_prefix_parse("192.168.0.0/24", &p), 0);
	assert_int_equal(rib_static_set(fixture.rib, paris->leg, &p, RIB_STATIC_PREFIX), 0);
	while (rib_flush(fixture.rib, gh_now()))
		;
	peer.id = gh_neighbor_id(paris->leg, AF_INET, 0);
	assert_int_equal(gh_addr_parse("169.254.21.2", &peer.router_id), 0);
	snprintf(peer.last_error, sizeof(peer.last_error), "Cease\x01\xff");
	assert_true(speaker_peer_set(fixture.speaker, &peer));
	timeline_add(fixture.timeline, TIMELINE_LEG, "paris: \"up\"");
}

static void test_parts(void **state)
{
	static const char *const paths[] = {
		"/gatehouse:gateway", "/gatehouse:gateway/state", "/gatehouse:gateway/bgp",
		"/gatehouse:gateway/events", "/gatehouse:gateway/routes",
		"/gatehouse:gateway/commits", "/gatehouse:gateway/meter",
		"/gatehouse:gateway/expressroute",
		"/gatehouse:gateway/connection", "/gatehouse:gateway/certificate",
		"/gatehouse:gateway/connection[name='paris']",
		"/gatehouse:gateway/gatehouse:connection[gatehouse:name=\"paris\"]/state/traffic",
		"/gatehouse:gateway/expressroute[name='dc1']",
		"/gatehouse:gateway/connection[name='nobody']",
	};

	(void)state;
	/* Nothing is configured at first. */
	for (unsigned i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		read_all(paths[i], NULL, false);
		check_data(gh_buf_text(&text));
	}
	live();
	for (unsigned i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		read_all(paths[i], NULL, i % 2);
		check_data(gh_buf_text(&text));
	}
	read_all("/gatehouse:gateway", NULL, false);
	assert_non_null(strstr(gh_buf_text(&text), "\"198.51.100.8\""));
	assert_non_null(strstr(gh_buf_text(&text), "\"00002000\""));
	assert_non_null(strstr(gh_buf_text(&text), "Cease??"));
	assert_null(strstr(gh_buf_text(&text), "192.168.0.0/24"));
	assert_null(strstr(gh_buf_text(&text), "Zq6SJ1mEQrK4tPz9"));
	read_all("/gatehouse:gateway/connection[name='paris']", NULL, false);
	assert_null(strstr(gh_buf_text(&text), "rome"));
}

static void test_unknown_paths(void **state)
{
	static const char *const paths[] = {
		"", "/", "/gatehouse:gatewayx", "/gatehouse:gateway/", "/gatehouse:gateway/nothing",
		"/gatehouse:gateway/connection[leg='1']", "/gatehouse:gateway/connection[name='x'",
		"/gatehouse:gateway/connection[name='']", "/gatehouse:gateway/connection[1]",
		"/gatehouse:gateway/events[number='1']", "/ietf-netconf-acm:nacm",
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		assert_null(state_read(&fixture, paths[i], NULL, &why));
		assert_true(gh_buf_length(&why));
		gh_buf_fini(&why);
	}
}

static void test_failover_test(void **state)
{
	(void)state;
	live();
	assert_int_equal(failover_test_start(fixture.tests, "dc1", 5, &why), 0);
	read_all("/gatehouse:gateway", NULL, false);
	check_data(gh_buf_text(&text));
	assert_non_null(strstr(gh_buf_text(&text), "\"failover-test\":[\"dc1\"]"));
	assert_non_null(strstr(gh_buf_text(&text), "\"down-by\":\"test\""));
	assert_int_equal(failover_test_stop(fixture.tests, "dc1", &why), 0);
	read_all("/gatehouse:gateway/expressroute", NULL, false);
	assert_null(strstr(gh_buf_text(&text), "down-by"));
}

/* ---- slices ------------------------------------------------------------ */

static void many(unsigned count)
{
	struct gh_buf lines = { 0 };

	for (unsigned i = 0; i < count; i++)
		gh_buf_printf(&lines, "gateway connection c%04u\n remote-address 198.18.%u.%u\n"
			      " shared-key 0 Zq6SJ1mEQrK4tPz9\n exit\n", i, i / 250, i % 250 + 1);
	fixture_configure(gh_buf_text(&lines), false);
	gh_buf_fini(&lines);
	fixture_legs();
}

static void test_slices(void **state)
{
	struct state_reader *r;
	uint64_t longest = 0, begin, spent;
	unsigned calls = 0;
	int more;

	(void)state;
	fixture_configure(CONFIGURATION, true);
	many(1000);
	gh_buf_fini(&text);
	r = state_read(&fixture, "/gatehouse:gateway", NULL, &why);
	assert_non_null(r);
	do {
		size_t before = gh_buf_length(&text);

		begin = cpu_ns();
		more = state_next(r, &text);
		spent = cpu_ns() - begin;
		longest = spent > longest ? spent : longest;
		assert_true(gh_buf_length(&text) - before < 80000);
		calls++;
	} while (more);
	state_free(r);
	check_data(gh_buf_text(&text));
	assert_true(calls > 10);
	print_message("figure state_1000_bytes %zu\nfigure state_1000_slices %u\n"
		      "figure state_slice_max_cpu_us %llu\n", gh_buf_length(&text), calls,
		      (unsigned long long)longest / 1000);
}

/* What is there from begin to end is delivered once, whatever happens around it. */
static void test_positions(void **state)
{
	struct state_reader *r;
	unsigned calls = 0;
	int more;

	(void)state;
	fixture_configure(CONFIGURATION, true);
	many(400);
	gh_buf_fini(&text);
	r = state_read(&fixture, "/gatehouse:gateway/connection", NULL, &why);
	do {
		char line[64];

		more = state_next(r, &text);
		/* One that was read goes, one far behind goes, one comes. */
		if (calls < 3) {
			snprintf(line, sizeof(line), "no gateway connection c%04u\n", calls);
			fixture_configure(line, false);
			snprintf(line, sizeof(line), "no gateway connection c%04u\n", 390 + calls);
			fixture_configure(line, false);
			snprintf(line, sizeof(line), "gateway connection z%u\n exit\n", calls);
			fixture_configure(line, false);
		}
		calls++;
	} while (more);
	state_free(r);
	assert_true(calls > 3);
	check_data(gh_buf_text(&text));
	for (unsigned i = 3; i < 390; i++) {
		const char *found;
		char name[24];

		snprintf(name, sizeof(name), "\"name\":\"c%04u\"", i);
		found = strstr(gh_buf_text(&text), name);
		assert_non_null(found);
		assert_null(strstr(found + 1, name));
	}
	assert_null(strstr(gh_buf_text(&text), "\"c0390\""));
	assert_non_null(strstr(gh_buf_text(&text), "\"z0\""));
}

/* ---- routes ------------------------------------------------------------ */

static void add_routes(unsigned count)
{
	uint32_t leg = gw_config_connection(store_config(fixture.store), "paris")->leg;

	for (unsigned i = 0; i < count; i++) {
		struct gh_prefix p = { .addr = { AF_INET, { 20, (uint8_t)(i >> 8), (uint8_t)i } },
				       .length = 24 };

		assert_int_equal(rib_static_set(fixture.rib, leg, &p, RIB_STATIC_PREFIX), 0);
	}
	while (rib_flush(fixture.rib, gh_now()))
		;
}

static void test_pages(void **state)
{
	struct state_page page = { .limit = 100 };
	struct gh_prefix within, after;
	unsigned pages = 0, routes = 0;
	bool more = true;

	(void)state;
	live();
	add_routes(950);
	assert_int_equal(gh_prefix_parse("20.0.0.0/8", &within), 0);
	page.within = &within;
	while (more) {
		struct json_object *o, *out, *list;
		size_t n;

		read_all("/gatehouse:get-routes", &page, false);
		check_output(gh_buf_text(&text), GET_ROUTES);
		o = json_tokener_parse(gh_buf_text(&text));
		out = json_object_object_get(o, "gatehouse:output");
		list = json_object_object_get(out, "route");
		n = json_object_array_length(list);
		more = json_object_get_boolean(json_object_object_get(out, "more"));
		routes += (unsigned)n;
		pages++;
		assert_int_equal(gh_prefix_parse(json_object_get_string(json_object_object_get(
			json_object_array_get_idx(list, n - 1), "prefix")), &after), 0);
		page.after = &after;
		json_object_put(o);
	}
	assert_int_equal(pages, 10);
	assert_int_equal(routes, 950);
}

static void test_many_routes(void **state)
{
	struct gh_path path = { .as_hops = 2, .as_count = 2, .as_path = { 64520, 64521 } };
	struct gh_buf slice = { 0 };
	struct state_reader *r;
	uint64_t longest = 0, spent;
	unsigned calls = 0;
	int more;

	(void)state;
	live();
	path.neighbor = gh_neighbor_id(
		gw_config_connection(store_config(fixture.store), "paris")->leg, AF_INET, 0);
	assert_int_equal(gh_addr_parse("169.254.21.2", &path.next_hop), 0);
	path.router_id = path.next_hop;
	for (unsigned i = 0; i < 50000; i++) {
		path.prefix = (struct gh_prefix){ { AF_INET, { 30, (uint8_t)(i >> 12), (uint8_t)(i >> 4),
							       (uint8_t)(i << 4) } }, 28 };
		assert_int_equal(rib_path_set(fixture.rib, &path), 0);
	}
	while (rib_flush(fixture.rib, gh_now()))
		;
	gh_buf_fini(&text);
	r = state_read(&fixture, "/gatehouse:gateway/routes", NULL, &why);
	do {
		uint64_t begin = cpu_ns();

		more = state_next(r, &slice);
		spent = cpu_ns() - begin;
		longest = spent > longest ? spent : longest;
		gh_buf_append(&text, gh_buf_begin(&slice), gh_buf_length(&slice));
		gh_buf_consume(&slice, gh_buf_length(&slice));
		calls++;
	} while (more);
	state_free(r);
	gh_buf_fini(&slice);
	assert_true(calls > 100);
	assert_non_null(strstr(gh_buf_text(&text), "\"30.12.52.240/28\""));
	print_message("figure state_routes_50000_slices %u\nfigure state_route_slice_max_cpu_us %llu\n",
		      calls, (unsigned long long)longest / 1000);
}

static void test_operations(void **state)
{
	(void)state;
	live();
	gh_buf_fini(&text);
	assert_int_equal(state_explain(&fixture, "192.168.0.7", false, &text, &why), 0);
	check_output(gh_buf_text(&text), EXPLAIN);
	assert_non_null(strstr(gh_buf_text(&text), "\"forwarded-by\":[\"paris\"]"));
	gh_buf_fini(&text);
	assert_int_equal(state_explain(&fixture, "8.8.8.8", true, &text, &why), 0);
	check_output(gh_buf_text(&text), EXPLAIN);
	assert_int_equal(state_explain(&fixture, "8.8.8", true, &text, &why), -EINVAL);
	gh_buf_fini(&text);
	assert_int_equal(state_diagnose(&fixture, "paris", false, &text, &why), 0);
	check_output(gh_buf_text(&text), DIAGNOSE);
	assert_int_equal(state_diagnose(&fixture, "x", false, &text, &why), -ENOENT);
	assert_true(gh_buf_length(&why));
	gh_buf_fini(&why);
	gh_buf_fini(&text);
	assert_int_equal(state_device_config(&fixture, "paris", "vyos", false, &text, &why), 0);
	check_output(gh_buf_text(&text), DEVICE);
	assert_int_equal(state_device_config(&fixture, "x", "vyos", false, &text, &why), -ENOENT);
	assert_int_equal(state_device_config(&fixture, "paris", "abacus", false, &text, &why), -ENOENT);
	gh_buf_fini(&why);
}

/* ---- show -------------------------------------------------------------- */

static struct {
	struct gh_buf text;
	unsigned pieces;
	int rc;
	bool over, busy, gone;
} shown;

static void on_piece(void *context, int rc, const char *piece, size_t length, bool more)
{
	(void)context;
	assert_false(shown.over);
	gh_buf_append(&shown.text, piece, length);
	shown.pieces++;
	shown.rc = rc;
	shown.over = !more;
}

static bool is_busy(void *context)
{
	(void)context;
	return shown.busy;
}

static bool is_gone(void *context)
{
	(void)context;
	return shown.gone;
}

static const struct show_reader reader = { .piece = on_piece, .busy = is_busy, .gone = is_gone };

static const char *ask(const char *words, uint32_t uid)
{
	gh_buf_fini(&shown.text);
	memset(&shown, 0, sizeof(shown));
	show(&fixture, words, uid, &reader);
	while (show_turn(&fixture))
		;
	assert_true(shown.over);
	assert_null(fixture.shows);
	return gh_buf_text(&shown.text);
}

static void test_show_json(void **state)
{
	static const char *const words[] = {
		"json", "state json", "connections json", "expressroute json", "bgp summary json",
		"events json", "commits json", "meter json", "routes json", "routes 192.168.0.0/16 json",
		"connection paris json",
	};

	(void)state;
	live();
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		check_data(ask(words[i], 0));
		assert_int_equal(shown.rc, 0);
		/* The same, looked through for a user. */
		check_data(ask(words[i], 65534));
		assert_int_equal(shown.rc, 0);
	}
	check_output(ask("explain 192.168.0.1 json", 0), EXPLAIN);
	check_output(ask("explain 192.168.0.1 json", 65534), EXPLAIN);
	check_output(ask("connection paris diagnose json", 0), DIAGNOSE);
	check_output(ask("connection paris device-config cisco-ios json", 0), DEVICE);
}

static void test_show_text(void **state)
{
	(void)state;
	live();
	add_routes(4500);
	assert_non_null(strstr(ask("", 0), "Gateway gw, AS 65010, up 00:00:0"));
	assert_non_null(strstr(ask("", 0), "charon           AWAY"));
	assert_non_null(strstr(ask("connections", 0), "\nparis       198.51.100.7  down  none"));
	assert_non_null(strstr(ask("connections", 0), "shutdown"));
	assert_non_null(strstr(ask("expressroute", 0), "\ndc1      secondary  er1"));
	assert_non_null(strstr(ask("bgp summary", 0), "Established"));
	assert_non_null(strstr(ask("events", 0), "paris: \"up\""));
	assert_non_null(strstr(ask("connection paris", 0), "effective ike-proposal"));
	assert_non_null(strstr(ask("connection paris diagnose", 0), "What to do: start strongSwan"));
	assert_non_null(strstr(ask("connection paris device-config junos", 0), "\nset security ike gateway gh-paris"));
	assert_non_null(strstr(ask("explain 8.8.8.8", 0), "matches no prefix"));
	/* Three pages, one heading. */
	assert_non_null(strstr(ask("routes", 0), "\n192.168.0.0/24"));
	assert_non_null(strstr(gh_buf_text(&shown.text), "\n20.17.147.0/24"));
	assert_null(strstr(gh_buf_text(&shown.text) + 1, "Prefix"));
	assert_true(shown.pieces >= 3);
}

static void test_show_refusals(void **state)
{
	static const char *const words[] = {
		"nonsense", "routes 10.0.0.1/8", "explain nobody", "explain", "connection",
		"connection x diagnose", "connection x device-config junos", "connection paris device-config",
		"connection paris device-config abacus", "connections more", "state", "connection a'b json",
	};

	(void)state;
	live();
	for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++) {
		ask(words[i], 0);
		assert_true(shown.rc < 0);
		assert_true(gh_buf_length(&shown.text));
	}
}

static void test_show_obeys_the_rules(void **state)
{
	(void)state;
	live();
	fixture_configure("gateway access\n read-default deny\n exit\n", false);
	assert_null(strstr(ask("connections json", 65534), "paris"));
	assert_int_equal(shown.rc, 0);
	assert_null(strstr(ask("connections", 65534), "paris"));
	assert_non_null(strstr(ask("connections json", 0), "paris"));
	fixture_configure("gateway access\n exec-default deny\n exit\n", false);
	ask("explain 8.8.8.8", 65534);
	assert_int_equal(shown.rc, -EACCES);
}

static void test_show_waits_and_ends(void **state)
{
	(void)state;
	live();
	add_routes(3000);
	gh_buf_fini(&shown.text);
	memset(&shown, 0, sizeof(shown));
	shown.busy = true;
	show(&fixture, "routes json", 0, &reader);
	for (unsigned i = 0; i < 100; i++)
		assert_false(show_turn(&fixture));
	assert_int_equal(shown.pieces, 0);
	shown.busy = false;
	show_turn(&fixture);
	assert_int_equal(shown.pieces, 1);
	assert_false(shown.over);
	shown.gone = true;
	show_turn(&fixture);
	assert_true(shown.over);
	assert_int_equal(shown.rc, -ECANCELED);
	assert_null(fixture.shows);
	/* The end of the daemon is everybody's. */
	gh_buf_fini(&shown.text);
	memset(&shown, 0, sizeof(shown));
	shown.busy = true;
	show(&fixture, "routes json", 0, &reader);
	show_end(&fixture);
	assert_true(shown.over);
	show_free(&fixture);
	assert_null(fixture.shows);
}

#define T(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_parts),
		T(test_unknown_paths),
		T(test_failover_test),
		T(test_slices),
		T(test_positions),
		T(test_pages),
		T(test_many_routes),
		T(test_operations),
		T(test_show_json),
		T(test_show_text),
		T(test_show_refusals),
		T(test_show_obeys_the_rules),
		T(test_show_waits_and_ends),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&text);
	gh_buf_fini(&why);
	gh_buf_fini(&shown.text);
	return failed;
}
