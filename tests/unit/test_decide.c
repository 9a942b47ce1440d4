/* decide: one row per step, the totality of the order, MED whatever the order of arrival. */
#include "rib/decide.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

/* Both sides of a row begin equal in everything. */
static struct candidate plain(uint32_t leg)
{
	return (struct candidate){
		.leg = leg, .neighbor = leg * 2, .usable = true, .kind = RIB_VPN, .weight = 10,
		.local_pref = 100, .as_hops = 3, .origin = 1, .med = 50, .neighbor_as = 64520,
		.router_id = addr("10.0.0.5"), .peer = addr("169.254.21.5"),
	};
}

static void better_usable(struct candidate *w, struct candidate *l)
{
	(void)w;
	l->usable = false;
	/* It would win by every later step. */
	l->kind = RIB_EXPRESSROUTE;
	l->is_static = true;
	l->weight = 1000;
}

static void better_kind(struct candidate *w, struct candidate *l)
{
	w->kind = RIB_EXPRESSROUTE;
	l->is_static = true;
	l->weight = 1000;
	l->local_pref = 1000;
}

/* The tunnel over a circuit, before what the circuit itself offers. */
static void better_over(struct candidate *w, struct candidate *l)
{
	w->kind = RIB_OVER;
	l->kind = RIB_EXPRESSROUTE;
	l->is_static = true;
	l->weight = 1000;
}

static void better_static(struct candidate *w, struct candidate *l)
{
	w->is_static = true;
	l->weight = 1000;
	l->local_pref = 1000;
}

static void better_weight(struct candidate *w, struct candidate *l)
{
	w->weight = 11;
	l->local_pref = 1000;
	l->as_hops = 1;
}

static void better_local_pref(struct candidate *w, struct candidate *l)
{
	w->local_pref = 101;
	l->as_hops = 1;
	l->origin = 0;
}

static void better_as_path(struct candidate *w, struct candidate *l)
{
	w->as_hops = 2;
	l->origin = 0;
	l->med = 0;
}

static void better_origin(struct candidate *w, struct candidate *l)
{
	w->origin = 0;
	l->med = 0;
	w->partner = true;
}

static void better_med(struct candidate *w, struct candidate *l)
{
	w->med = 49;
	w->partner = true;
	l->router_id = addr("10.0.0.1");
}

static void better_own(struct candidate *w, struct candidate *l)
{
	l->partner = true;
	l->router_id = addr("10.0.0.1");
	w->med = 60;
	w->neighbor_as = 64521;         /* MEDs of different ASes are not compared */
}

static void equal_router_id(struct candidate *w, struct candidate *l)
{
	w->router_id = addr("10.0.0.4");
	l->peer = addr("169.254.21.1");
}

static void equal_peer(struct candidate *w, struct candidate *l)
{
	w->peer = addr("169.254.21.4");
	l->neighbor = 1;
}

static void equal_neighbor(struct candidate *w, struct candidate *l)
{
	w->neighbor = 1;
	l->neighbor = 9;
}

static const struct {
	const char *name;
	void (*prepare)(struct candidate *winner, struct candidate *loser);
	enum decide_step lost;
	unsigned tier;                  /* of the loser */
} rows[] = {
	{ "0 usable", better_usable, DECIDE_USABLE, 0 },
	{ "1 kind", better_kind, DECIDE_KIND, 1 },
	{ "1 over a circuit", better_over, DECIDE_KIND, 1 },
	{ "2 static", better_static, DECIDE_STATIC, 1 },
	{ "3 weight", better_weight, DECIDE_WEIGHT, 1 },
	{ "4 local preference", better_local_pref, DECIDE_LOCAL_PREF, 1 },
	{ "5 AS path", better_as_path, DECIDE_AS_PATH, 1 },
	{ "6 origin", better_origin, DECIDE_ORIGIN, 1 },
	{ "7 MED", better_med, DECIDE_MED, 1 },
	{ "8 own leg", better_own, DECIDE_OWN, 1 },
	{ "9 router id", equal_router_id, DECIDE_SHARED, 0 },
	{ "10 peer address", equal_peer, DECIDE_SHARED, 0 },
	{ "10 neighbor", equal_neighbor, DECIDE_SHARED, 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct candidate winner = plain(7), loser = plain(4);

		rows[i].prepare(&winner, &loser);
		for (int order = 0; order < 2; order++) {
			struct candidate c[2] = { order ? winner : loser, order ? loser : winner };
			const struct candidate *w, *l;

			decide(c, 2);
			w = c[0].leg == 7 ? &c[0] : &c[1];
			l = c[0].leg == 7 ? &c[1] : &c[0];
			if (w->lost != DECIDE_BEST || l->lost != rows[i].lost ||
			    l->tier != rows[i].tier)
				fail_msg("%s: winner %d, loser %d in tier %u", rows[i].name,
					 w->lost, l->lost, l->tier);
		}
	}
}

static void test_unusable_keeps_its_tier(void **state)
{
	struct candidate c[2] = { plain(1), plain(2) };

	(void)state;
	c[0].kind = RIB_EXPRESSROUTE;
	c[0].usable = false;
	assert_int_equal(decide(c, 2), 2);
	assert_int_equal(c[0].leg, 1);
	assert_int_equal(c[0].tier, 0);
	assert_int_equal(c[0].lost, DECIDE_USABLE);
	assert_int_equal(c[1].lost, DECIDE_BEST);

	c[1].usable = false;
	decide(c, 2);
	assert_int_equal(c[0].lost, DECIDE_USABLE);
	assert_int_equal(c[1].lost, DECIDE_USABLE);
}

static void test_nothing(void **state)
{
	struct candidate c = plain(1);

	(void)state;
	assert_int_equal(decide(&c, 0), 0);
	assert_int_equal(decide(&c, 1), 1);
	assert_int_equal(c.lost, DECIDE_BEST);
}

/* RFC 4451 2.3: pairwise, A beats B by MED, B and C are equal, C and A are equal. */
static void test_med_is_an_order(void **state)
{
	static const int orders[6][3] = {
		{ 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 },
	};

	(void)state;
	for (int o = 0; o < 6; o++) {
		struct candidate c[3], all[3] = { plain(1), plain(2), plain(3) };

		all[0].med = 5;
		all[1].med = 10;
		all[2].med = 7;
		all[2].neighbor_as = 64530;
		for (int i = 0; i < 3; i++)
			c[i] = all[orders[o][i]];
		assert_int_equal(decide(c, 3), 2);
		for (int i = 0; i < 3; i++)
			assert_int_equal(c[i].tier, c[i].leg == 2);
	}
}

/* Against the definition: a path is never in a better tier than one that beats it by 1 to 6 or 8. */
static void test_random_is_total(void **state)
{
	(void)state;
	srandom(1);
	for (int round = 0; round < 2000; round++) {
		struct candidate c[8], again[8];
		int n = 1 + (int)(random() % 8);
		int best = 0;

		for (int i = 0; i < n; i++) {
			c[i] = plain((uint32_t)i + 1);
			c[i].kind = 1 + random() % 2;
			c[i].is_static = random() % 4 == 0;
			c[i].weight = (uint32_t)(random() % 2);
			c[i].as_hops = (uint32_t)(random() % 2);
			c[i].med = (uint32_t)(random() % 3);
			c[i].neighbor_as = (uint32_t)(random() % 2);
			c[i].partner = random() % 2;
			c[i].usable = random() % 3;
		}
		for (int i = 0; i < n; i++)
			again[i] = c[n - 1 - i];
		decide(c, (size_t)n);
		decide(again, (size_t)n);
		for (int i = 0; i < n; i++) {
			assert_int_equal(c[i].leg, again[i].leg);
			assert_int_equal(c[i].tier, again[i].tier);
			assert_int_equal(c[i].lost, again[i].lost);
			assert_int_equal(c[i].lost == DECIDE_USABLE, !c[i].usable);
			best += c[i].lost == DECIDE_BEST;
			if (i)
				assert_in_range(c[i].tier, c[i - 1].tier, c[i - 1].tier + 1);
		}
		assert_in_range(best, 0, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unusable_keeps_its_tier),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_med_is_an_order),
		cmocka_unit_test(test_random_is_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
