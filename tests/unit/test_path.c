/* path: equal attributes are one object, different ones are not, none is left behind. */
#include "rib/path.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rib/group.h"

static struct gh_path path(uint32_t med, unsigned hops)
{
	struct gh_path p = { .local_pref = 100, .med = med, .as_hops = (uint16_t)hops,
			     .as_count = (uint16_t)hops };

	for (unsigned i = 0; i < hops && i < GH_AS_PATH_MAX; i++)
		p.as_path[i] = 64512 + i;
	assert_int_equal(gh_addr_parse("192.0.2.1", &p.next_hop), 0);
	return p;
}

static void test_equal_is_one(void **state)
{
	struct gh_path a = path(1, 3), b = path(1, 3), c = path(2, 3), d = path(1, 2);
	struct path_attr *x, *y, *z, *w;
	struct attrs attrs;

	(void)state;
	/* What lies beyond the count is not part of it. */
	b.as_path[10] = 7;
	attrs_init(&attrs);
	x = attrs_get(&attrs, &a);
	y = attrs_get(&attrs, &b);
	z = attrs_get(&attrs, &c);
	w = attrs_get(&attrs, &d);
	assert_ptr_equal(x, y);
	assert_ptr_not_equal(x, z);
	assert_ptr_not_equal(x, w);
	assert_int_equal(attrs.count, 3);
	assert_int_equal(x->refs, 2);
	attrs_put(&attrs, x);
	assert_int_equal(attrs.count, 3);
	attrs_put(&attrs, y);
	attrs_put(&attrs, z);
	attrs_put(&attrs, w);
	attrs_put(&attrs, NULL);
	assert_int_equal(attrs.count, 0);
	attrs_fini(&attrs);
}

static void test_many(void **state)
{
	static struct path_attr *held[5000];
	struct attrs attrs;

	(void)state;
	attrs_init(&attrs);
	for (unsigned i = 0; i < 5000; i++) {
		struct gh_path p = path(i % 2500, i % 5 + 1);

		held[i] = attrs_get(&attrs, &p);
		assert_non_null(held[i]);
	}
	assert_int_equal(attrs.count, 2500);
	for (unsigned i = 0; i < 5000; i++)
		attrs_put(&attrs, held[i]);
	assert_int_equal(attrs.count, 0);
	attrs_fini(&attrs);
}

static void test_candidate(void **state)
{
	struct rib_leg leg = { .config = { .number = 5, .kind = RIB_EXPRESSROUTE, .weight = 9 } };
	struct gh_path p = path(4, GH_AS_PATH_MAX);
	struct candidate c;
	struct attrs attrs;
	struct path *bgp, *fixed;

	(void)state;
	assert_int_equal(gh_addr_parse("172.16.0.1", &p.peer), 0);
	attrs_init(&attrs);
	p.as_hops = 500;        /* counted further than it is kept */
	bgp = path_new(&leg, 10, attrs_get(&attrs, &p));
	fixed = path_new(&leg, 10, NULL);
	assert_int_equal(leg.paths, 2);
	path_candidate(bgp, true, &c);
	assert_int_equal(c.leg, 5);
	assert_int_equal(c.as_hops, 500);
	assert_int_equal(c.neighbor_as, 64512);
	assert_int_equal(c.med, 4);
	assert_int_equal(c.weight, 9);
	assert_int_equal(gh_addr_cmp(&c.peer, &p.peer), 0);
	assert_false(c.is_static);
	assert_false(c.partner);
	path_candidate(fixed, false, &c);
	assert_true(c.is_static);
	assert_false(c.usable);
	path_free(&attrs, bgp);
	path_free(&attrs, fixed);
	path_free(&attrs, NULL);
	assert_int_equal(leg.paths, 0);
	assert_int_equal(attrs.count, 0);
	attrs_fini(&attrs);
}

/* What the partner learned counts as it began there, not as the partner's leg. */
static void test_partner(void **state)
{
	struct rib_leg leg = { .config = { .number = 5, .kind = RIB_PARTNER, .weight = 9 } };
	struct gh_path p = path(4, 2), q = p;
	struct path_attr *other;
	struct candidate c;
	struct attrs attrs;
	struct path *bgp;

	(void)state;
	attrs_init(&attrs);
	p.kind = GH_KIND_EXPRESSROUTE;
	p.is_static = true;
	p.routing_weight = 100;
	bgp = path_new(&leg, gh_neighbor_id(5, AF_INET, 1), attrs_get(&attrs, &p));
	other = attrs_get(&attrs, &q);
	assert_ptr_not_equal(bgp->attr, other);
	path_candidate(bgp, true, &c);
	assert_int_equal(c.kind, RIB_EXPRESSROUTE);
	assert_true(c.is_static);
	assert_int_equal(c.weight, 100);
	assert_true(c.partner);
	path_free(&attrs, bgp);
	attrs_put(&attrs, other);
	assert_int_equal(attrs.count, 0);
	attrs_fini(&attrs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_is_one),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_candidate),
		cmocka_unit_test(test_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
