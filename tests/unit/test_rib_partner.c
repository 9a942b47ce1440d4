/* rib with a partner instance and a router of the VNet side: order, placement, what is refused. */
#include <errno.h>
#include <stdio.h>

#include "tests/unit/rib_recorder.h"

#include "rib/explain.h"
#include "rib/rib.h"

enum { EDGE = 1, PARIS, PARTNER, ROUTER };

struct fixture {
	struct rib *rib;
	struct recorder kernel, esp;
	struct rib_leg_event last;
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
	((struct fixture *)host)->last = *event;
}

static void leg_set(struct fixture *x, uint32_t number, const char *name, enum rib_kind kind,
		    enum leg_fact fact)
{
	struct rib_leg_config c = {
		.number = number, .kind = kind, .uses = LEG_USES(fact),
		.egress = kind == RIB_VPN ? RIB_EGRESS_ESP : RIB_EGRESS_EDGE,
		.gateway4 = { AF_INET, { 10, 255, 0, (uint8_t)number } },
	};

	snprintf(c.name, sizeof(c.name), "%s", name);
	assert_int_equal(rib_leg_set(x->rib, &c, at(0)), 0);
	assert_int_equal(rib_leg_fact(x->rib, number, fact, true, at(0)), 0);
}

static int setup(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));
	struct rib_config c = { .host = x, .leg_changed = heard };
	struct gh_prefix space = prefix("10.1.0.0/16");

	x->kernel.fib.ops = x->esp.fib.ops = &recorder_ops;
	c.kernel = &x->kernel.fib;
	c.esp = &x->esp.fib;
	assert_int_equal(rib_new(&c, at(0), &x->rib), 0);
	rib_space_set(x->rib, &space, 1);
	leg_set(x, EDGE, "dc1", RIB_EXPRESSROUTE, LEG_FACT_BGP);
	leg_set(x, PARIS, "paris", RIB_VPN, LEG_FACT_SA);
	leg_set(x, PARTNER, "partner", RIB_PARTNER, LEG_FACT_BGP);
	leg_set(x, ROUTER, "r1", RIB_VNET, LEG_FACT_BGP);
	*state = x;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *x = *state;

	rib_free(x->rib);
	free(x);
	return 0;
}

static void path(struct fixture *x, uint32_t leg, const char *text, enum gh_kind kind)
{
	struct gh_path p = {
		.neighbor = gh_neighbor_id(leg, AF_INET, 0), .prefix = prefix(text),
		.local_pref = 100, .as_hops = 1, .as_count = 1, .as_path = { 64520 },
		.kind = (uint8_t)kind,
	};

	assert_int_equal(rib_path_set(x->rib, &p), 0);
	while (rib_flush(x->rib, at(0)))
		;
}

/* Who carries the address now: the leg, 0 for nobody. */
static uint32_t carries(struct fixture *x, const char *text)
{
	struct explain e;
	struct gh_addr addr;
	uint32_t leg;

	assert_int_equal(gh_addr_parse(text, &addr), 0);
	explain_address(x->rib, &addr, &e);
	leg = e.active_count ? e.active[0] : 0;
	explain_fini(&e);
	return leg;
}

/* ExpressRoute of either before VPN of either; of one kind, the own leg before the partner's. */
static void test_order(void **state)
{
	struct fixture *x = *state;

	path(x, PARTNER, "10.20.0.0/24", GH_KIND_VPN);
	assert_int_equal(carries(x, "10.20.0.1"), PARTNER);
	path(x, PARIS, "10.20.0.0/24", GH_KIND_OF_LEG);
	assert_int_equal(carries(x, "10.20.0.1"), PARIS);
	path(x, PARTNER, "10.20.0.0/24", GH_KIND_EXPRESSROUTE);
	assert_int_equal(carries(x, "10.20.0.1"), PARTNER);
	path(x, EDGE, "10.20.0.0/24", GH_KIND_OF_LEG);
	assert_int_equal(carries(x, "10.20.0.1"), EDGE);
}

static void test_explained(void **state)
{
	struct fixture *x = *state;
	struct explain e;
	struct gh_addr addr;

	path(x, PARTNER, "10.20.0.0/24", GH_KIND_VPN);
	path(x, PARIS, "10.20.0.0/24", GH_KIND_OF_LEG);
	gh_addr_parse("10.20.0.1", &addr);
	assert_int_equal(explain_address(x->rib, &addr, &e), 0);
	assert_int_equal(e.candidates_count, 2);
	assert_int_equal(e.candidates[1].leg, PARTNER);
	assert_int_equal(e.candidates[1].kind, RIB_VPN);
	assert_int_equal(e.candidates[1].lost, DECIDE_OWN);
	explain_fini(&e);
}

/* A tunnel with the partner behind it is held by both sinks; its loss moves traffic to the partner. */
static void test_behind_a_tunnel(void **state)
{
	struct fixture *x = *state;
	struct gh_prefix p = prefix("10.20.0.0/24");

	path(x, PARIS, "10.20.0.0/24", GH_KIND_OF_LEG);
	assert_int_equal(recorder_route(&x->kernel, &p), -1);
	path(x, PARTNER, "10.20.0.0/24", GH_KIND_VPN);
	assert_true(recorder_route(&x->kernel, &p) >= 0);
	assert_true(recorder_route(&x->esp, &p) >= 0);
	rib_leg_fact(x->rib, PARIS, LEG_FACT_SA, false, at(1));
	assert_int_equal(x->last.after_count, 1);
	assert_int_equal(x->last.after[0], PARTNER);
	assert_int_equal(carries(x, "10.20.0.1"), PARTNER);
	rib_leg_fact(x->rib, PARIS, LEG_FACT_SA, true, at(2));
	assert_int_equal(carries(x, "10.20.0.1"), PARIS);
}

/* Inside the address space only the VNet side is heard, and outside of it that side is not. */
static void test_space(void **state)
{
	struct fixture *x = *state;
	struct rib_counters c;

	path(x, PARIS, "10.1.4.0/24", GH_KIND_OF_LEG);
	path(x, PARTNER, "10.1.4.0/24", GH_KIND_VPN);
	assert_int_equal(carries(x, "10.1.4.4"), 0);
	path(x, PARTNER, "10.1.4.0/24", GH_KIND_VNET);
	assert_int_equal(carries(x, "10.1.4.4"), PARTNER);
	path(x, ROUTER, "10.1.4.0/24", GH_KIND_OF_LEG);
	assert_int_equal(carries(x, "10.1.4.4"), ROUTER);
	path(x, ROUTER, "10.20.0.0/24", GH_KIND_OF_LEG);
	path(x, ROUTER, "0.0.0.0/0", GH_KIND_OF_LEG);
	assert_int_equal(carries(x, "10.20.0.1"), 0);
	rib_counters(x->rib, &c);
	assert_int_equal(c.refused, 3);
	/* What was inside is outside now, and the other way round. */
	rib_space_set(x->rib, (struct gh_prefix[]){ prefix("10.20.0.0/16") }, 1);
	while (rib_flush(x->rib, at(0)))
		;
	rib_counters(x->rib, &c);
	assert_int_equal(c.refused, 3);
	assert_int_equal(carries(x, "10.20.0.1"), ROUTER);
	assert_int_equal(carries(x, "10.1.4.4"), PARIS);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order), T(test_explained), T(test_behind_a_tunnel), T(test_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
