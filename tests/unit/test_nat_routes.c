/*
 * Translated routes, against a model of the arbiter: a table of what was set
 * and not deleted. A run of random statements ends as a fresh table would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "gatehoused/nat/nat_routes.h"
#include "gatehoused/apply/translate.h"

#define LEG 5
#define MAX 4096

static struct {
	size_t count;
	struct gh_path path[MAX];
} held;

static struct gh_path *held_find(uint32_t neighbor, const struct gh_prefix *p)
{
	for (size_t i = 0; i < held.count; i++) {
		if (held.path[i].neighbor == neighbor && !gh_prefix_cmp(&held.path[i].prefix, p))
			return &held.path[i];
	}
	return NULL;
}

static void on_set(void *context, const struct gh_path *path)
{
	struct gh_path *at = held_find(path->neighbor, &path->prefix);

	(void)context;
	if (!at) {
		assert_true(held.count < MAX);
		at = &held.path[held.count++];
	}
	*at = *path;
}

static void on_del(void *context, const struct gh_path_del *del)
{
	struct gh_path *at = held_find(del->neighbor, &del->prefix);

	(void)context;
	assert_non_null(at);
	*at = held.path[--held.count];
}

static const struct nat_routes_sink sink = { NULL, on_set, on_del };

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static struct box_rule rule(const char *kind, const char *internal, const char *external)
{
	return (struct box_rule){
		.name = "r", .ingress = strstr(kind, "ingress"), .dynamic = strstr(kind, "dynamic"),
		.internal = prefix(internal), .external = prefix(external),
	};
}

static struct gh_path path(unsigned session, const char *text, uint32_t med)
{
	return (struct gh_path){ .neighbor = gh_neighbor_id(LEG, AF_INET, session),
				 .prefix = prefix(text), .med = med };
}

static bool holds(unsigned session, const char *text)
{
	struct gh_prefix p = prefix(text);

	return held_find(gh_neighbor_id(LEG, AF_INET, session), &p) != NULL;
}

static int set_up(void **state)
{
	held.count = 0;
	*state = nat_routes_new(&sink);
	return 0;
}

static int tear_down(void **state)
{
	nat_routes_free(*state);
	return 0;
}

static void say(struct nat_routes *r, const char *text)
{
	struct gh_path p = path(0, text, 1);

	assert_true(nat_routes_set(r, &p));
}

static void unsay(struct nat_routes *r, const char *text)
{
	struct gh_path_del d = { .neighbor = gh_neighbor_id(LEG, AF_INET, 0),
				 .prefix = prefix(text) };

	assert_true(nat_routes_del(r, &d));
}

static void test_other_legs_pass_by(void **state)
{
	struct box_rule egress = rule("egress static", "10.1.0.0/16", "100.64.0.0/16");
	struct gh_path p = path(0, "10.1.0.0/24", 0);
	struct gh_path_del d = { .neighbor = p.neighbor, .prefix = p.prefix };

	assert_false(nat_routes_set(*state, &p));
	assert_false(nat_routes_del(*state, &d));
	/* What the site sends is not translated by this one. */
	nat_routes_rules(*state, LEG, &egress, 1);
	assert_false(nat_routes_set(*state, &p));
	assert_int_equal(held.count, 0);
}

/* Several sites' prefixes behind one address: it stays until the last goes. */
static void test_many_to_one(void **state)
{
	struct box_rule r = rule("ingress dynamic", "10.0.0.0/8", "192.0.2.1/32");

	nat_routes_rules(*state, LEG, &r, 1);
	say(*state, "10.1.0.0/24");
	say(*state, "10.2.0.0/24");
	say(*state, "10.2.0.0/24");
	assert_int_equal(held.count, 1);
	assert_true(holds(0, "192.0.2.1/32"));
	unsay(*state, "10.1.0.0/24");
	assert_int_equal(held.count, 1);
	unsay(*state, "10.1.0.0/24");
	assert_int_equal(held.count, 1);
	unsay(*state, "10.2.0.0/24");
	assert_int_equal(held.count, 0);
}

static void test_attributes_follow(void **state)
{
	struct box_rule r = rule("ingress static", "10.1.0.0/16", "100.64.0.0/16");
	struct gh_path p = path(1, "10.1.7.0/24", 30);

	nat_routes_rules(*state, LEG, &r, 1);
	assert_true(nat_routes_set(*state, &p));
	assert_true(holds(1, "100.64.7.0/24"));
	assert_int_equal(held.path[0].med, 30);
	p.med = 40;
	assert_true(nat_routes_set(*state, &p));
	assert_int_equal(held.count, 1);
	assert_int_equal(held.path[0].med, 40);
}

static void test_rules_change(void **state)
{
	struct box_rule one = rule("ingress static", "10.1.0.0/16", "100.64.0.0/16");
	struct box_rule other = rule("ingress static", "10.1.0.0/16", "100.65.0.0/16");

	nat_routes_rules(*state, LEG, &one, 1);
	say(*state, "10.1.7.0/24");
	say(*state, "172.16.0.0/12");
	nat_routes_rules(*state, LEG, &other, 1);
	assert_int_equal(held.count, 2);
	assert_true(holds(0, "100.65.7.0/24"));
	assert_true(holds(0, "172.16.0.0/12"));
	nat_routes_rules(*state, LEG, NULL, 0);
	assert_int_equal(held.count, 2);
	assert_true(holds(0, "10.1.7.0/24"));
	assert_true(holds(0, "172.16.0.0/12"));
	/* From now on they are not kept here. */
	assert_false(nat_routes_del(*state, &(struct gh_path_del){
			     .neighbor = gh_neighbor_id(LEG, AF_INET, 0) }));
}

static void count_one(void *context, uint32_t leg, const struct gh_prefix *p)
{
	(void)p;
	assert_int_equal(leg, LEG);
	++*(unsigned *)context;
}

/* What a snapshot does not repeat the arbiter drops by itself: it is not told. */
static void test_snapshot(void **state)
{
	struct box_rule r = rule("ingress static", "10.1.0.0/16", "100.64.0.0/16");
	unsigned count = 0;

	nat_routes_rules(*state, LEG, &r, 1);
	say(*state, "10.1.1.0/24");
	say(*state, "10.1.2.0/24");
	nat_routes_begin(*state);
	say(*state, "10.1.2.0/24");
	nat_routes_end(*state);
	assert_int_equal(held.count, 2);
	nat_routes_each(*state, count_one, &count);
	assert_int_equal(count, 1);
	nat_routes_forget(*state, LEG);
	count = 0;
	nat_routes_each(*state, count_one, &count);
	assert_int_equal(count, 0);
}

static bool same(const struct gh_path *a, const struct gh_path *b)
{
	return a->neighbor == b->neighbor && !gh_prefix_cmp(&a->prefix, &b->prefix);
}

/* After any history the arbiter holds what the originals that are left translate to. */
static void test_random(void **state)
{
	struct box_rule sets[3][2] = {
		{ rule("ingress static", "10.1.0.0/16", "100.64.0.0/16"),
		  rule("ingress dynamic", "10.2.0.0/16", "192.0.2.1/32") },
		{ rule("ingress dynamic", "10.0.0.0/8", "192.0.2.0/30"),
		  rule("ingress static", "10.2.3.0/24", "10.1.3.0/24") },
		{ rule("ingress static", "10.2.0.0/16", "10.1.0.0/16"),
		  rule("ingress static", "10.1.0.0/16", "10.2.0.0/16") },
	};
	static bool said[2][2][8];
	unsigned rules = 0;

	srandom(11);
	memset(said, 0, sizeof(said));
	nat_routes_rules(*state, LEG, sets[0], 2);
	for (unsigned n = 0; n < 20000; n++) {
		unsigned session = random() & 1, net = random() & 1, sub = random() & 7;
		struct gh_path p = path(session, "10.1.0.0/24", n), *h;
		struct gh_prefix out[TRANSLATE_MAX];
		size_t want = 0;

		p.prefix.addr.b[1] = (uint8_t)(1 + net);
		p.prefix.addr.b[2] = (uint8_t)sub;
		if (random() % 50 == 0) {
			rules = (unsigned)random() % 3;
			nat_routes_rules(*state, LEG, sets[rules], 2);
		} else if (random() & 1) {
			nat_routes_set(*state, &p);
			said[session][net][sub] = true;
		} else {
			nat_routes_del(*state, &(struct gh_path_del){ .neighbor = p.neighbor,
								      .prefix = p.prefix });
			said[session][net][sub] = false;
		}
		if (n % 97)
			continue;
		static struct gh_path expected[64];

		for (unsigned k = 0; k < 32; k++) {
			if (!said[k >> 4][k >> 3 & 1][k & 7])
				continue;
			p = path(k >> 4, "10.1.0.0/24", 0);
			p.prefix.addr.b[1] = (uint8_t)(1 + (k >> 3 & 1));
			p.prefix.addr.b[2] = k & 7;
			assert_int_equal(translate_prefix(sets[rules], 2, true, &p.prefix, out), 1);
			p.prefix = out[0];
			h = NULL;
			for (size_t e = 0; e < want; e++)
				if (same(&expected[e], &p))
					h = &expected[e];
			if (!h)
				expected[want++] = p;
		}
		assert_int_equal(held.count, want);
		for (size_t e = 0; e < want; e++)
			assert_non_null(held_find(expected[e].neighbor, &expected[e].prefix));
	}
}

#define WITH_ROUTES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ROUTES(test_other_legs_pass_by),
		WITH_ROUTES(test_many_to_one),
		WITH_ROUTES(test_attributes_follow),
		WITH_ROUTES(test_rules_change),
		WITH_ROUTES(test_snapshot),
		WITH_ROUTES(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
