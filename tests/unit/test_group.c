/* group: interned whatever the order given, counted, ids never reused; who carries traffic. */
#include "rib/group.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rib_leg legs[6];
static unsigned gone_count;

static void gone(void *ctx, const struct group *group)
{
	(void)ctx;
	(void)group;
	gone_count++;
}

static int setup(void **state)
{
	struct groups *g = calloc(1, sizeof(*g));

	groups_init(g);
	g->gone = gone;
	gone_count = 0;
	memset(legs, 0, sizeof(legs));
	for (unsigned i = 0; i < 6; i++) {
		legs[i].config.number = i;
		legs[i].config.egress = i < 3 ? RIB_EGRESS_EDGE : RIB_EGRESS_ESP;
		legs[i].leg.state = LEG_UP;
	}
	*state = g;
	return 0;
}

static int teardown(void **state)
{
	struct groups *g = *state;

	assert_int_equal(g->count, 0);
	for (unsigned i = 0; i < 6; i++)
		assert_null(legs[i].members);
	groups_fini(g);
	free(g);
	return 0;
}

static void test_interned(void **state)
{
	struct groups *g = *state;
	struct group_tier_leg a[] = { { &legs[1], 0 }, { &legs[2], 0 }, { &legs[3], 1 } };
	struct group_tier_leg b[] = { { &legs[3], 1 }, { &legs[2], 0 }, { &legs[1], 0 } };
	struct group_tier_leg c[] = { { &legs[1], 0 }, { &legs[2], 1 }, { &legs[3], 2 } };
	struct group *x = group_intern(g, a, 3), *y = group_intern(g, b, 3), *z = group_intern(g, c,
											       3);
	uint32_t id = x->id;

	assert_ptr_equal(x, y);
	assert_ptr_not_equal(x, z);
	assert_int_equal(x->tiers, 2);
	assert_int_equal(z->tiers, 3);
	assert_true(x->has_edge && x->has_esp);
	assert_int_equal(legs[1].groups, 2);
	group_put(g, x);
	assert_int_equal(gone_count, 0);
	group_put(g, y);
	assert_int_equal(gone_count, 1);
	assert_int_equal(legs[1].groups, 1);
	x = group_intern(g, a, 3);
	assert_true(x->id > id);
	group_put(g, x);
	group_put(g, z);
	group_put(g, NULL);
}

static void expect(const struct group *group, enum group_filter filter, unsigned count,
		   uint32_t first)
{
	const struct rib_leg *active[4];

	assert_int_equal(group_active(group, filter, active, 4), count);
	if (count)
		assert_int_equal(active[0]->config.number, first);
}

static void test_active(void **state)
{
	struct groups *g = *state;
	struct group_tier_leg a[] = { { &legs[1], 0 }, { &legs[2], 0 }, { &legs[3], 1 }, { &legs[4],
											   2 } };
	struct group *x = group_intern(g, a, 4);

	expect(x, GROUP_ANY, 2, 1);
	expect(x, GROUP_ESP, 1, 3);
	legs[1].leg.state = LEG_DOWN;
	expect(x, GROUP_ANY, 1, 2);
	legs[2].leg.state = LEG_RESTORING;
	expect(x, GROUP_ANY, 1, 3);
	expect(x, GROUP_EDGE, 0, 0);
	legs[3].leg.state = LEG_UNKNOWN;
	expect(x, GROUP_ANY, 1, 4);
	expect(x, GROUP_ESP, 1, 4);
	/* Nothing is UP: the one that waits serves. */
	legs[4].leg.state = LEG_DOWN;
	expect(x, GROUP_ANY, 1, 2);
	expect(x, GROUP_EDGE, 1, 2);
	expect(x, GROUP_ESP, 0, 0);
	legs[2].leg.state = LEG_DOWN;
	expect(x, GROUP_ANY, 0, 0);
	group_put(g, x);
}

static void test_many(void **state)
{
	static struct rib_leg many[200];
	struct group *held[200];
	struct groups *g = *state;

	for (unsigned i = 0; i < 200; i++) {
		struct group_tier_leg l[] = { { &legs[0], 0 }, { &many[i], 1 } };

		many[i].config.number = 100 + i;
		held[i] = group_intern(g, l, 2);
	}
	assert_int_equal(g->count, 200);
	assert_int_equal(legs[0].groups, 200);
	for (unsigned i = 0; i < 200; i += 2)
		group_put(g, held[i]);
	assert_int_equal(legs[0].groups, 100);
	for (unsigned i = 1; i < 200; i += 2)
		group_put(g, held[i]);
}

/* A tunnel is the kernel's to know only where an edge stands behind it. */
static void test_in_kernel(void **state)
{
	struct group_tier_leg behind[] = { { &legs[1], 0 }, { &legs[3], 1 }, { &legs[2], 2 },
					   { &legs[4], 3 } };
	struct group_tier_leg before[] = { { &legs[1], 0 }, { &legs[3], 1 } };
	struct group *x = group_intern(*state, behind, 4), *y = group_intern(*state, before, 2);

	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(group_in_kernel(x, &x->members[i]), i < 3);
	assert_true(group_in_kernel(y, &y->members[0]));
	assert_false(group_in_kernel(y, &y->members[1]));
	group_put(*state, x);
	group_put(*state, y);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = { T(test_interned), T(test_active), T(test_many),
					    T(test_in_kernel) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
