/*
 * kernel_outer: host routes of tunnels over a circuit, with the real kernel: one for each
 * edge, one that closes, and what becomes of them as edges come and go.
 */
#include "kernel_fixture.h"

#include "rib/kernel_group.h"

#define OPEN 64
#define CLOSED 4294966000u
#define PEER4 "10.200.0.7"
#define PEER6 "2001:db8:200::7"

static struct fib *fib;
static struct rib_leg edges[2];

static void address(const char *interface, const char *text, uint8_t length)
{
	struct rtnl_addr a = { .ifindex = (int)if_nametoindex(interface), .addr = addr(text),
			       .length = length };
	struct gh_buf b = { 0 };

	rtnl_addr_put(&b, RTNL_ADD, &a);
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	gh_buf_fini(&b);
}

static int group_setup(void **state)
{
	kernel_group_setup(state);
	if (!kernel_is_here)
		return 0;
	kernel_link("er1", "er1x");
	address("er0", "172.16.0.2", 30);
	address("er0", "fd00:16::2", 126);
	address("er1", "172.16.0.6", 30);
	address("er1", "fd00:16:1::2", 126);
	return 0;
}

static struct rib_leg edge(uint32_t number, const char *interface, const char *four, const char *six)
{
	struct rib_leg leg = {
		.config = {
			.number = number, .egress = RIB_EGRESS_EDGE, .gateway4 = addr(four),
			.ifindex = (int)if_nametoindex(interface),
		},
		.gateway6 = addr(six),
	};

	return leg;
}

static void open_fib(unsigned instance)
{
	struct fib_kernel_config config = { .table = KERNEL_TABLE, .instance = instance, .tun = "tun0" };

	assert_int_equal(fib_kernel_new(&config, &fib), 0);
}

static int setup(void **state)
{
	(void)state;
	if (!kernel_is_here)
		return 0;
	open_fib(0);
	edges[0] = edge(7, "er0", "172.16.0.1", "fd00:16::1");
	edges[1] = edge(8, "er1", "172.16.0.5", "fd00:16:1::1");
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	if (!kernel_is_here)
		return 0;
	fib_kernel_remove(fib);
	fib_kernel_free(fib);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 0);
	return 0;
}

struct wanted {
	struct gh_addr peer;
	uint32_t metric;
	struct rtnl_route found;
	bool is;
};

static void find(void *ctx, const struct nlmsghdr *h)
{
	struct wanted *w = ctx;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || gh_addr_cmp(&r.prefix.addr, &w->peer) || r.metric != w->metric)
		return;
	w->found = r;
	w->is = true;
}

static struct wanted route(const char *peer, uint32_t metric)
{
	struct wanted w = { .peer = addr(peer), .metric = metric };

	assert_int_equal(rtnl_route_dump(&eye, w.peer.family, RT_TABLE_MAIN, UNDERLAY_PROTOCOL, find,
					 &w), 0);
	return w;
}

/* By the nexthop of that edge, or not at all. */
static void expect_open(const char *peer, unsigned place, const struct rib_leg *leg)
{
	struct wanted w = route(peer, OPEN + place);
	struct way *way = leg ? way_find((struct fib_kernel *)fib, leg->config.number) : NULL;

	assert_int_equal(w.is, leg != NULL);
	if (!leg)
		return;
	assert_non_null(way);
	assert_int_equal(w.found.nexthop, way->id[kernel_family_index(w.peer.family)]);
	assert_int_equal(w.found.prefix.length, gh_family_bits(w.peer.family));
}

static void expect_closed(const char *peer, bool is)
{
	struct wanted w = route(peer, CLOSED);

	assert_int_equal(w.is, is);
	if (is)
		assert_int_equal(w.found.type, RTN_UNREACHABLE);
}

static void set(const char *peer, uint32_t first, uint32_t second)
{
	struct gh_addr a = addr(peer);

	fib_kernel_outer_set(fib, &a, (const uint32_t[FIB_OUTER_LEGS]){ first, second });
}

static void del(const char *peer)
{
	struct gh_addr a = addr(peer);

	fib_kernel_outer_del(fib, &a);
}

/* Closed at once; open as the edges come, in the order that was asked for. */
static void follow(const char *peer)
{
	set(peer, 7, 8);
	expect_closed(peer, true);
	expect_open(peer, 0, NULL);
	fib->ops->leg_up(fib, &edges[1]);
	expect_open(peer, 0, NULL);
	expect_open(peer, 1, &edges[1]);
	fib->ops->leg_up(fib, &edges[0]);
	expect_open(peer, 0, &edges[0]);
	expect_open(peer, 1, &edges[1]);
	/* With its nexthop goes the route. */
	fib->ops->leg_down(fib, &edges[0]);
	expect_open(peer, 0, NULL);
	expect_open(peer, 1, &edges[1]);
	fib->ops->leg_down(fib, &edges[1]);
	expect_open(peer, 1, NULL);
	expect_closed(peer, true);
	fib->ops->leg_up(fib, &edges[0]);
	expect_open(peer, 0, &edges[0]);
	del(peer);
	expect_open(peer, 0, NULL);
	expect_closed(peer, false);
}

static void test_ipv4(void **state)
{
	(void)state;
	NEED_KERNEL();
	follow(PEER4);
}

static void test_ipv6(void **state)
{
	(void)state;
	NEED_KERNEL();
	follow(PEER6);
}

/* Other edges, another order, one edge only. */
static void test_change(void **state)
{
	(void)state;
	NEED_KERNEL();
	fib->ops->leg_up(fib, &edges[0]);
	fib->ops->leg_up(fib, &edges[1]);
	set(PEER4, 7, 8);
	set(PEER4, 8, 7);
	expect_open(PEER4, 0, &edges[1]);
	expect_open(PEER4, 1, &edges[0]);
	set(PEER4, 8, 0);
	expect_open(PEER4, 0, &edges[1]);
	expect_open(PEER4, 1, NULL);
	set(PEER4, 0, 0);
	expect_open(PEER4, 0, NULL);
	expect_closed(PEER4, true);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 1);
	del(PEER6);                     /* none of ours: nothing happens */
	assert_int_equal(routes_in(RT_TABLE_MAIN), 1);
}

/* A list from which one is taken out of the middle. */
static void test_several(void **state)
{
	static const char *const peers[] = { "10.200.0.1", "10.200.0.2", "10.200.0.3", PEER6 };

	(void)state;
	NEED_KERNEL();
	fib->ops->leg_up(fib, &edges[0]);
	for (unsigned i = 0; i < 4; i++)
		set(peers[i], 7, 0);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 8);
	del(peers[1]);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 6);
	expect_closed(peers[1], false);
	fib->ops->leg_down(fib, &edges[0]);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 3);
	fib->ops->leg_up(fib, &edges[0]);
	for (unsigned i = 0; i < 4; i++)
		expect_open(peers[i], 0, i == 1 ? NULL : &edges[0]);
}

/* What an earlier process left goes when all were set; another instance's stays. */
static void test_settled(void **state)
{
	struct fib *mine = fib, *other;

	(void)state;
	NEED_KERNEL();
	fib->ops->leg_up(fib, &edges[0]);
	set(PEER4, 7, 0);
	set(PEER6, 7, 0);
	open_fib(1);                    /* another gateway of this host */
	set(PEER4, 0, 0);
	assert_int_equal(routes_in(RT_TABLE_MAIN), 5);
	other = fib;
	fib = mine;
	/* As after a restart: the routes are there, and nothing was set yet. */
	((struct fib_kernel *)fib)->outers.count = 0;
	set(PEER6, 7, 0);
	fib_kernel_outers_settled(fib);
	expect_closed(PEER4, false);
	expect_open(PEER4, 0, NULL);
	expect_open(PEER6, 0, &edges[0]);
	expect_closed(PEER6, true);
	assert_true(route(PEER4, CLOSED + 1).is);
	fib_kernel_remove(other);
	fib_kernel_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ipv4, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ipv6, setup, teardown),
		cmocka_unit_test_setup_teardown(test_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_several, setup, teardown),
		cmocka_unit_test_setup_teardown(test_settled, setup, teardown),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
