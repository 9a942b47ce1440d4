/* rib: from facts and paths to what the sinks are told; groups, flips, placement, takeover. */
#include <errno.h>
#include <stdio.h>

#include "tests/unit/rib_recorder.h"

#include "rib/explain.h"
#include "rib/monitor.h"
#include "rib/rib.h"

enum { PRIMARY = 1, SECONDARY, PARIS, ROME };

struct fixture {
	struct rib *rib;
	struct recorder kernel, esp;
	struct rib_leg_event last;
	unsigned events;
};

static struct gh_time at(uint64_t ms)
{
	return (struct gh_time){ (1000 + ms) * 1000000 };
}

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static void heard(void *host, const struct rib_leg_event *event)
{
	struct fixture *x = host;

	x->last = *event;
	x->events++;
}

static void leg_set(struct fixture *x, uint32_t number, const char *name, enum rib_kind kind,
		    uint32_t wait_ms)
{
	struct rib_leg_config c = {
		.number = number, .kind = kind, .wait_to_restore_ms = wait_ms,
		.egress = kind == RIB_EXPRESSROUTE ? RIB_EGRESS_EDGE : RIB_EGRESS_ESP,
		.uses = kind == RIB_EXPRESSROUTE ? LEG_USES(LEG_FACT_BFD) | LEG_USES(LEG_FACT_LINK) |
						   LEG_USES(LEG_FACT_TEST) : LEG_USES(LEG_FACT_SA),
	};

	snprintf(c.name, sizeof(c.name), "%s", name);
	if (kind == RIB_EXPRESSROUTE)
		snprintf(c.interface, sizeof(c.interface), "er%u", number);
	c.gateway4 = (struct gh_addr){ AF_INET, { 172, 16, 0, (uint8_t)number } };
	assert_int_equal(rib_leg_set(x->rib, &c, at(0)), 0);
}

static void fact(struct fixture *x, uint32_t leg, enum leg_fact f, bool up, uint64_t ms)
{
	assert_int_equal(rib_leg_fact(x->rib, leg, f, up, at(ms)), 0);
}

static void edge_up(struct fixture *x, uint32_t leg)
{
	fact(x, leg, LEG_FACT_LINK, true, 0);
	fact(x, leg, LEG_FACT_BFD, true, 0);
}

static void flush(struct fixture *x)
{
	while (rib_flush(x->rib, at(0)))
		;
}

static int setup_taking_over(void **state, uint32_t takeover_ms)
{
	struct fixture *x = calloc(1, sizeof(*x));
	struct rib_config c = { .takeover_ms = takeover_ms, .host = x, .leg_changed = heard };

	x->kernel.fib.ops = x->esp.fib.ops = &recorder_ops;
	c.kernel = &x->kernel.fib;
	c.esp = &x->esp.fib;
	assert_int_equal(rib_new(&c, at(0), &x->rib), 0);
	leg_set(x, PRIMARY, "dc1", RIB_EXPRESSROUTE, 1000);
	leg_set(x, SECONDARY, "dc1", RIB_EXPRESSROUTE, 1000);
	leg_set(x, PARIS, "paris", RIB_VPN, 0);
	leg_set(x, ROME, "rome", RIB_VPN, 0);
	edge_up(x, PRIMARY);
	edge_up(x, SECONDARY);
	fact(x, PARIS, LEG_FACT_SA, true, 0);
	fact(x, ROME, LEG_FACT_SA, true, 0);
	*state = x;
	return 0;
}

static int setup(void **state)
{
	return setup_taking_over(state, 0);
}

static int setup_takeover(void **state)
{
	return setup_taking_over(state, 5000);
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	rib_free(x->rib);
	free(x);
	return 0;
}

static void path_with(struct fixture *x, uint32_t leg, const char *text, uint16_t hops)
{
	struct gh_path p = {
		.neighbor = gh_neighbor_id(leg, AF_INET, 0), .prefix = prefix(text),
		.local_pref = 100, .as_hops = hops,
		.as_count = 1, .as_path = { 12076 },
	};

	if (p.prefix.addr.family == AF_INET6)
		p.neighbor += GH_SESSIONS;
	assert_int_equal(rib_path_set(x->rib, &p), 0);
}

static void path(struct fixture *x, uint32_t leg, const char *text)
{
	path_with(x, leg, text, 1);
}

static int path_del(struct fixture *x, uint32_t leg, const char *text)
{
	struct gh_path_del d = { .neighbor = gh_neighbor_id(leg, AF_INET, 0), .prefix = prefix(text) };

	return rib_path_del(x->rib, &d);
}

/* The group that a sink holds for a prefix; 0 the standby, -1 none. */
static long held(const struct recorder *k, const char *text)
{
	struct gh_prefix p = prefix(text);
	int i = recorder_route(k, &p);

	return i < 0 ? -1 : (long)k->to[i];
}

static struct rib_route found;
static unsigned found_count;

static bool take_route(void *ctx, const struct rib_route *route)
{
	(void)ctx;
	found = *route;
	found_count++;
	return true;
}

static const struct rib_route *route(struct fixture *x, const char *text)
{
	struct gh_prefix p = prefix(text);

	found_count = 0;
	memset(&found, 0, sizeof(found));
	rib_route_each(x->rib, &p, NULL, take_route, NULL);
	return found_count ? &found : NULL;
}

/* ---- */

static void test_same_legs_share_a_group(void **state)
{
	struct fixture *x = *state;
	struct rib_counters c;

	for (int i = 0; i < 100; i++) {
		char text[GH_PREFIX_TEXT];

		snprintf(text, sizeof(text), "10.9.%d.0/24", i);
		path(x, PRIMARY, text);
		path(x, SECONDARY, text);
		path(x, PARIS, text);
	}
	flush(x);
	rib_counters(x->rib, &c);
	assert_int_equal(c.groups, 1);
	assert_int_equal(c.paths, 300);
	assert_int_equal(c.kernel_routes, 100);
	assert_int_equal(c.esp_routes, 100);
	assert_int_equal(x->kernel.routes, 100);
	assert_int_equal(x->esp.routes, 100);
	assert_int_equal(route(x, "10.9.5.0/24")->azure_weight, 32769);
	assert_int_equal(found.legs_count, 2);
	assert_int_equal(found.reason, DECIDE_SHARED);
}

static void test_a_leg_down_costs_groups_not_prefixes(void **state)
{
	struct fixture *x = *state;

	test_same_legs_share_a_group(state);
	x->kernel.route_sets = x->esp.route_sets = x->kernel.group_sets = 0;
	x->kernel.order_length = 0;
	memset(x->kernel.order, 0, sizeof(x->kernel.order));
	fact(x, PRIMARY, LEG_FACT_BFD, false, 10);
	assert_int_equal(x->kernel.legs_down, 1);
	assert_int_equal(x->kernel.order[0], 'D');
	assert_int_equal(x->kernel.group_sets, 1);
	assert_int_equal(x->last.leg, PRIMARY);
	assert_int_equal(x->last.to, LEG_DOWN);
	assert_int_equal(x->last.cause, LEG_FACT_BFD);
	assert_true(x->last.deprefer);
	assert_int_equal(x->last.groups, 1);
	assert_int_equal(x->last.moved, 1);
	assert_int_equal(x->last.unreachable, 0);
	assert_int_equal(x->last.before_count, 2);
	assert_int_equal(x->last.after_count, 1);
	assert_int_equal(x->last.after[0], SECONDARY);
	flush(x);
	assert_int_equal(x->kernel.route_sets + x->esp.route_sets, 0);
	assert_int_equal(route(x, "10.9.5.0/24")->legs_count, 1);
	assert_int_equal(found.legs[0], SECONDARY);

	fact(x, SECONDARY, LEG_FACT_LINK, false, 11);
	assert_int_equal(x->last.after[0], PARIS);
	assert_int_equal(route(x, "10.9.5.0/24")->legs[0], PARIS);
	assert_int_equal(found.azure_weight, 32768);
	assert_int_equal(found.kind, RIB_VPN);
	assert_int_equal(found.reason, DECIDE_USABLE);
}

static void test_restore_waits(void **state)
{
	struct fixture *x = *state;
	struct gh_time next;

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	fact(x, PRIMARY, LEG_FACT_BFD, false, 10);
	fact(x, PRIMARY, LEG_FACT_BFD, true, 20);
	assert_int_equal(x->last.to, LEG_RESTORING);
	assert_true(x->last.deprefer);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PARIS);
	next = rib_timer(x->rib, at(1019));
	assert_int_equal(next.ns, at(1020).ns);
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_RESTORING);
	rib_timer(x->rib, at(1020));
	assert_int_equal(x->last.to, LEG_UP);
	assert_false(x->last.deprefer);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PRIMARY);
}

static void test_failover_test(void **state)
{
	struct fixture *x = *state;
	struct rib_counters c;

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PRIMARY, "10.8.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	fact(x, PRIMARY, LEG_FACT_TEST, false, 10);
	assert_int_equal(x->last.cause, LEG_FACT_TEST);
	assert_true(x->last.deprefer);
	assert_int_equal(x->last.moved, 2);
	assert_int_equal(x->last.unreachable, 1);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PARIS);
	/* What comes back meanwhile does not end it. */
	fact(x, PRIMARY, LEG_FACT_BFD, false, 20);
	fact(x, PRIMARY, LEG_FACT_BFD, true, 30);
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_DOWN);
	fact(x, PRIMARY, LEG_FACT_TEST, true, 40);
	assert_int_equal(x->last.to, LEG_RESTORING);
	rib_timer(x->rib, at(1040));
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_UP);
	assert_int_equal(x->last.moved, 1);
	rib_counters(x->rib, &c);
	assert_int_equal(c.failovers, 1);
}

static void test_restoring_serves_where_nothing_else_does(void **state)
{
	struct fixture *x = *state;

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PRIMARY, "10.8.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	fact(x, PRIMARY, LEG_FACT_BFD, false, 10);
	assert_int_equal(route(x, "10.8.0.0/16")->legs_count, 0);
	assert_int_equal(found.azure_weight, 0);
	fact(x, PRIMARY, LEG_FACT_BFD, true, 20);
	assert_int_equal(route(x, "10.8.0.0/16")->legs[0], PRIMARY);
	assert_int_equal(found.azure_weight, 32769);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PARIS);
	fact(x, PARIS, LEG_FACT_SA, false, 30);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PRIMARY);
}

static void test_tiers_follow_the_order(void **state)
{
	struct fixture *x = *state;

	path_with(x, PRIMARY, "10.9.0.0/16", 3);
	path_with(x, SECONDARY, "10.9.0.0/16", 2);
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	assert_int_equal(route(x, "10.9.0.0/16")->legs_count, 1);
	assert_int_equal(found.legs[0], SECONDARY);
	assert_int_equal(found.reason, DECIDE_AS_PATH);
	fact(x, SECONDARY, LEG_FACT_BFD, false, 10);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PRIMARY);
	assert_int_equal(found.reason, DECIDE_KIND);
	fact(x, PRIMARY, LEG_FACT_BFD, false, 10);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], PARIS);
}

static void test_placement(void **state)
{
	struct fixture *x = *state;

	/* A VPN prefix by itself falls to the TUN by the default. */
	path(x, PARIS, "10.9.1.0/24");
	flush(x);
	assert_int_equal(held(&x->kernel, "10.9.1.0/24"), -1);
	assert_true(held(&x->esp, "10.9.1.0/24") > 0);

	/* An edge's prefix around it would catch its packets. */
	path(x, PRIMARY, "10.9.0.0/16");
	flush(x);
	assert_true(held(&x->kernel, "10.9.0.0/16") > 0);
	assert_int_equal(held(&x->kernel, "10.9.1.0/24"), 0);
	/* The edge alone offers it: a shorter VPN prefix may serve when it fails. */
	assert_int_equal(held(&x->esp, "10.9.0.0/16"), -1);

	/* One more around, another in between. */
	path(x, PARIS, "10.0.0.0/8");
	path(x, ROME, "10.9.1.0/25");
	path(x, PRIMARY, "10.9.1.0/26");
	path(x, ROME, "10.9.1.0/27");
	flush(x);
	assert_int_equal(held(&x->kernel, "10.0.0.0/8"), -1);
	assert_int_equal(held(&x->kernel, "10.9.1.0/25"), -1);
	assert_true(held(&x->kernel, "10.9.1.0/26") > 0);
	assert_int_equal(held(&x->kernel, "10.9.1.0/27"), 0);

	/* The one in between goes: what it shielded is covered by the next. */
	assert_int_equal(path_del(x, PARIS, "10.9.1.0/24"), 0);
	flush(x);
	assert_int_equal(held(&x->kernel, "10.9.1.0/24"), -1);
	assert_int_equal(held(&x->kernel, "10.9.1.0/25"), 0);

	/* The edge's goes: nothing of it is left. */
	assert_int_equal(path_del(x, PRIMARY, "10.9.0.0/16"), 0);
	assert_int_equal(path_del(x, PRIMARY, "10.9.1.0/26"), 0);
	flush(x);
	assert_int_equal(x->kernel.routes, 0);
	assert_int_equal(x->kernel.groups, 0);
	assert_int_equal(x->esp.routes, 3);
}

/* Random paths against the rule, said naively. */
static void test_placement_against_naive(void **state)
{
	struct fixture *x = *state;
	bool edge[64] = { 0 }, vpn[64] = { 0 };
	char texts[64][GH_PREFIX_TEXT];

	srandom(3);
	for (int i = 0; i < 64; i++)
		snprintf(texts[i], sizeof(texts[i]), i < 32 ? "10.%d.0.0/%d" : "2001:db8:%d::/%d",
			 i < 32 ? (i & 7) << 5 : (i & 7) * 1000, i < 32 ? 11 + (i >> 3) : 48 + (i >> 3 & 3));
	for (int i = 0; i < 64; i++) {
		struct gh_prefix p;

		if (gh_prefix_parse(texts[i], &p))
			fail_msg("%s", texts[i]);
	}
	for (int round = 0; round < 4000; round++) {
		int i = (int)(random() % 64);
		uint32_t leg = random() % 2 ? PRIMARY : PARIS;
		bool *have = leg == PRIMARY ? &edge[i] : &vpn[i];

		if (*have) {
			struct gh_path_del d = {
				.neighbor = gh_neighbor_id(leg, i >= 32 ? AF_INET6 : AF_INET, 0),
				.prefix = prefix(texts[i]),
			};

			assert_int_equal(rib_path_del(x->rib, &d), 0);
		} else {
			path(x, leg, texts[i]);
		}
		*have = !*have;
		if (random() % 4)
			continue;
		flush(x);
		for (int n = 0; n < 64; n++) {
			struct gh_prefix p = prefix(texts[n]);
			int cover = -1;
			long want = -1, got = held(&x->kernel, texts[n]);

			for (int m = 0; m < 64; m++) {
				struct gh_prefix q = prefix(texts[m]);

				if ((edge[m] || vpn[m]) && q.length < p.length &&
				    gh_prefix_contains(&q, &p) &&
				    (cover < 0 || q.length > prefix(texts[cover]).length))
					cover = m;
			}
			if (edge[n])
				want = 1;
			else if (vpn[n] && cover >= 0 && edge[cover])
				want = 0;
			if (want != (got > 0 ? 1 : got))
				fail_msg("round %d %s: want %ld, got %ld", round, texts[n], want,
					 got);
			assert_int_equal(held(&x->esp, texts[n]) > 0, vpn[n]);
		}
	}
}

static void test_address_space_is_refused(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix space = prefix("10.1.0.0/16"), peer = prefix("10.1.200.1/32");
	struct rib_counters c;

	path(x, PRIMARY, "10.1.0.0/16");
	path(x, PARIS, "10.1.2.0/24");
	path(x, PARIS, "10.0.0.0/8");
	flush(x);
	assert_int_equal(x->esp.routes, 2);
	rib_space_set(x->rib, &space, 1);
	/* The tunnel's peer is no learned route: never refused, never shown. */
	assert_int_equal(rib_static_set(x->rib, ROME, &peer, RIB_STATIC_PEER), 0);
	flush(x);
	assert_int_equal(x->kernel.routes, 0);
	assert_int_equal(x->esp.routes, 2);
	assert_true(held(&x->esp, "10.1.200.1/32") > 0);
	rib_counters(x->rib, &c);
	assert_int_equal(c.refused, 2);
	assert_true(route(x, "10.1.0.0/16")->refused);
	assert_int_equal(found_count, 2);
	path(x, PRIMARY, "10.1.3.0/24");
	flush(x);
	assert_int_equal(held(&x->kernel, "10.1.3.0/24"), -1);
	rib_space_set(x->rib, NULL, 0);
	flush(x);
	rib_counters(x->rib, &c);
	assert_int_equal(c.refused, 0);
	assert_true(held(&x->kernel, "10.1.3.0/24") > 0);
}

static void test_static_follows_its_leg(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix p = prefix("10.7.0.0/16");

	path(x, ROME, "10.0.0.0/8");
	assert_int_equal(rib_static_set(x->rib, PARIS, &p, RIB_STATIC_PREFIX), 0);
	assert_int_equal(rib_static_set(x->rib, PARIS, &p, RIB_STATIC_PREFIX), 0);
	flush(x);
	assert_true(held(&x->esp, "10.7.0.0/16") > 0);
	assert_true(route(x, "10.7.0.0/16")->is_static);
	/* Down: nobody withdraws it, so it steps aside for the shorter one. */
	fact(x, PARIS, LEG_FACT_SA, false, 10);
	flush(x);
	assert_int_equal(held(&x->esp, "10.7.0.0/16"), -1);
	fact(x, PARIS, LEG_FACT_SA, true, 20);
	flush(x);
	assert_true(held(&x->esp, "10.7.0.0/16") > 0);
	assert_int_equal(rib_static_del(x->rib, PARIS, &p), 0);
	assert_int_equal(rib_static_del(x->rib, PARIS, &p), -ENOENT);
	flush(x);
	assert_int_equal(held(&x->esp, "10.7.0.0/16"), -1);
	assert_null(route(x, "10.7.0.0/16"));
}

static void test_snapshot_replaces(void **state)
{
	struct fixture *x = *state;

	path(x, PARIS, "10.8.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	/* The module went away and came back. */
	rib_paths_stale(x->rib, 10000, at(0));
	rib_snapshot_begin(x->rib);
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	assert_true(held(&x->esp, "10.8.0.0/16") > 0);
	rib_snapshot_end(x->rib, at(1));
	flush(x);
	assert_int_equal(held(&x->esp, "10.8.0.0/16"), -1);
	assert_true(held(&x->esp, "10.9.0.0/16") > 0);
	rib_timer(x->rib, at(20000));
	flush(x);
	assert_true(held(&x->esp, "10.9.0.0/16") > 0);
	/* It went away and stayed. */
	rib_paths_stale(x->rib, 10000, at(0));
	rib_timer(x->rib, at(9999));
	flush(x);
	assert_true(held(&x->esp, "10.9.0.0/16") > 0);
	rib_timer(x->rib, at(10000));
	flush(x);
	assert_int_equal(held(&x->esp, "10.9.0.0/16"), -1);
}

static void test_takeover_leaves_the_kernel_alone(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix old = prefix("10.66.0.0/16");
	struct rib_counters c;

	/* What the process before left. */
	x->kernel.routes = 1;
	x->kernel.prefixes[0] = old;
	x->kernel.to[0] = 77777;
	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	assert_int_equal(x->kernel.route_sets, 0);
	assert_int_equal(x->kernel.syncs, 0);
	assert_true(held(&x->esp, "10.9.0.0/16") > 0);
	rib_counters(x->rib, &c);
	assert_true(c.taking_over);
	rib_snapshot_end(x->rib, at(1));
	flush(x);
	assert_true(held(&x->kernel, "10.9.0.0/16") > 0);
	assert_int_equal(held(&x->kernel, "10.66.0.0/16"), -1);
	assert_int_equal(x->kernel.syncs, 1);
}

static void test_takeover_ends_by_itself(void **state)
{
	struct fixture *x = *state;

	path(x, PRIMARY, "10.9.0.0/16");
	flush(x);
	rib_timer(x->rib, at(4999));
	flush(x);
	assert_int_equal(x->kernel.routes, 0);
	rib_timer(x->rib, at(5000));
	flush(x);
	assert_int_equal(x->kernel.routes, 1);
}

static void test_a_refused_route_is_tried_again(void **state)
{
	struct fixture *x = *state;
	struct rib_counters c;

	path(x, PRIMARY, "10.9.0.0/16");
	x->kernel.refuse = true;
	flush(x);
	assert_int_equal(x->kernel.routes, 0);
	rib_counters(x->rib, &c);
	assert_int_equal(c.failures, 1);
	assert_int_equal(c.kernel_routes, 0);
	assert_true(rib_timer(x->rib, at(1)).ns);
	rib_timer(x->rib, at(1001));
	flush(x);
	assert_int_equal(x->kernel.routes, 1);
}

static void test_audit_sets_again_what_is_missing(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix p = prefix("10.9.0.0/16");

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PRIMARY, "10.8.0.0/16");
	flush(x);
	recorder_route_del(&x->kernel.fib, &p);
	rib_audit(x->rib, at(1));
	flush(x);
	assert_int_equal(x->kernel.routes, 2);
}

static void test_leg_del_leaves_nothing(void **state)
{
	struct fixture *x = *state;
	struct rib_counters c;

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, SECONDARY, "10.9.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	flush(x);
	assert_int_equal(rib_leg_del(x->rib, PRIMARY), 0);
	assert_int_equal(rib_leg_del(x->rib, PRIMARY), -ENOENT);
	assert_int_equal(route(x, "10.9.0.0/16")->legs[0], SECONDARY);
	assert_int_equal(rib_leg_del(x->rib, SECONDARY), 0);
	assert_int_equal(rib_leg_del(x->rib, PARIS), 0);
	assert_int_equal(rib_leg_del(x->rib, ROME), 0);
	rib_counters(x->rib, &c);
	assert_int_equal(c.legs + c.paths + c.groups + c.prefixes4 + c.kernel_routes + c.esp_routes,
			 0);
	assert_int_equal(x->kernel.routes + x->esp.routes + x->kernel.groups + x->esp.groups, 0);
}

static void test_link_events(void **state)
{
	struct fixture *x = *state;
	struct link_state link = { .ifindex = 7, .name = "er1", .up = true, .running = true };

	path(x, PRIMARY, "10.9.0.0/16");
	flush(x);
	rib_link_event(x->rib, &link, at(1));
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_UP);
	link.running = false;
	rib_link_event(x->rib, &link, at(2));
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_DOWN);
	assert_int_equal(x->last.cause, LEG_FACT_LINK);
	link.running = true;
	rib_link_event(x->rib, &link, at(3));
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_RESTORING);
	/* Renamed: it is not the edge's interface any more. */
	strcpy(link.name, "eth9");
	rib_link_event(x->rib, &link, at(4));
	assert_int_equal(rib_leg_state(x->rib, PRIMARY), LEG_DOWN);
}

static void test_weight_changes_order(void **state)
{
	struct fixture *x = *state;
	struct rib_leg_config c;
	struct rib_leg_view view;

	path(x, PARIS, "10.9.0.0/16");
	path(x, ROME, "10.9.0.0/16");
	flush(x);
	assert_int_equal(route(x, "10.9.0.0/16")->legs_count, 2);
	assert_int_equal(rib_leg_view(x->rib, ROME, &view), 0);
	c = *view.config;
	c.weight = 10;
	assert_int_equal(rib_leg_set(x->rib, &c, at(1)), 0);
	flush(x);
	assert_int_equal(route(x, "10.9.0.0/16")->legs_count, 1);
	assert_int_equal(found.legs[0], ROME);
	assert_int_equal(found.reason, DECIDE_WEIGHT);
}

static void test_explain(void **state)
{
	struct fixture *x = *state;
	struct gh_addr a;
	struct explain e;

	path(x, PRIMARY, "10.9.0.0/16");
	path(x, PARIS, "10.9.0.0/16");
	path(x, PARIS, "10.0.0.0/8");
	flush(x);
	assert_int_equal(gh_addr_parse("10.9.8.7", &a), 0);
	assert_int_equal(explain_address(x->rib, &a, &e), 0);
	assert_int_equal(e.candidates_count, 2);
	assert_int_equal(e.candidates[0].leg, PRIMARY);
	assert_int_equal(e.candidates[0].lost, DECIDE_BEST);
	assert_int_equal(e.candidates[1].lost, DECIDE_KIND);
	assert_int_equal(e.covering_count, 1);
	assert_int_equal(e.active_count, 1);
	assert_string_equal(e.tiers, "1: dc1 up; 2: paris up");
	explain_fini(&e);
	assert_int_equal(gh_addr_parse("192.0.2.1", &a), 0);
	assert_int_equal(explain_address(x->rib, &a, &e), -ENOENT);
	explain_fini(&e);
}

static void test_unknown_leg(void **state)
{
	struct fixture *x = *state;
	struct gh_path p = { .neighbor = gh_neighbor_id(99, AF_INET, 0), .prefix = prefix("10.9.0.0/16") };
	struct gh_prefix q = prefix("10.9.0.0/16");

	assert_int_equal(rib_path_set(x->rib, &p), -ENOENT);
	assert_int_equal(rib_leg_fact(x->rib, 99, LEG_FACT_SA, true, at(0)), -ENOENT);
	assert_int_equal(rib_static_set(x->rib, 99, &q, RIB_STATIC_PREFIX), -ENOENT);
	assert_int_equal(path_del(x, PARIS, "10.9.0.0/16"), -ENOENT);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
#define TAKEOVER(test) cmocka_unit_test_setup_teardown(test, setup_takeover, teardown)

/* What BGP said of a leg is void; its static prefixes and what others said are not. */
static void test_leg_is_forgotten(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix fixed = prefix("10.7.0.0/16");
	struct rib_leg_view view;

	path(x, PARIS, "10.9.0.0/16");
	path(x, PARIS, "2001:db8::/32");
	path(x, ROME, "10.9.0.0/16");
	assert_int_equal(rib_static_set(x->rib, PARIS, &fixed, RIB_STATIC_PREFIX), 0);
	flush(x);
	rib_leg_forget(x->rib, PARIS);
	flush(x);
	assert_int_equal(rib_leg_view(x->rib, PARIS, &view), 0);
	assert_int_equal(view.paths, 1);
	assert_int_equal(path_del(x, PARIS, "10.9.0.0/16"), -ENOENT);
	assert_int_equal(path_del(x, ROME, "10.9.0.0/16"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_same_legs_share_a_group),
		T(test_a_leg_down_costs_groups_not_prefixes),
		T(test_restore_waits),
		T(test_failover_test),
		T(test_restoring_serves_where_nothing_else_does),
		T(test_tiers_follow_the_order),
		T(test_placement),
		T(test_placement_against_naive),
		T(test_address_space_is_refused),
		T(test_static_follows_its_leg),
		T(test_snapshot_replaces),
		T(test_leg_is_forgotten),
		TAKEOVER(test_takeover_leaves_the_kernel_alone),
		TAKEOVER(test_takeover_ends_by_itself),
		T(test_a_refused_route_is_tried_again),
		T(test_audit_sets_again_what_is_missing),
		T(test_leg_del_leaves_nothing),
		T(test_link_events),
		T(test_weight_changes_order),
		T(test_explain),
		T(test_unknown_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
