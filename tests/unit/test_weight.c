/* weight: the order of numbers is the order of steps 1 to 3; what is encoded is read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/weight.h"

/* From the least to the most preferred. */
static const struct gh_preference rising[] = {
	{ GH_KIND_EXPRESSROUTE, false, GH_ROUTING_WEIGHT_MAX, GH_STANDING_DOWN },
	{ GH_KIND_VPN, false, GH_ROUTING_WEIGHT_MAX, GH_STANDING_WAITING },
	{ GH_KIND_VPN, true, 0, GH_STANDING_WAITING },
	{ GH_KIND_EXPRESSROUTE, false, 0, GH_STANDING_WAITING },
	{ GH_KIND_OVER, false, 0, GH_STANDING_WAITING },
	{ GH_KIND_OVER, true, 0, GH_STANDING_WAITING },
	{ GH_KIND_VPN, false, 0, GH_STANDING_UP },
	{ GH_KIND_VPN, false, 1, GH_STANDING_UP },
	{ GH_KIND_VPN, false, GH_ROUTING_WEIGHT_MAX, GH_STANDING_UP },
	{ GH_KIND_VPN, true, 0, GH_STANDING_UP },
	{ GH_KIND_EXPRESSROUTE, false, 0, GH_STANDING_UP },
	{ GH_KIND_EXPRESSROUTE, false, 1, GH_STANDING_UP },
	{ GH_KIND_EXPRESSROUTE, false, GH_ROUTING_WEIGHT_MAX, GH_STANDING_UP },
	{ GH_KIND_VNET, false, 0, GH_STANDING_UP },
};
#define COUNT (sizeof(rising) / sizeof(rising[0]))

static void test_order(void **state)
{
	(void)state;
	for (size_t i = 1; i < COUNT; i++)
		assert_true(gh_weight(&rising[i - 1]) < gh_weight(&rising[i]));
	assert_int_equal(gh_weight(&rising[COUNT - 1]), GH_WEIGHT_VNET);
	assert_true(GH_WEIGHT_VNET < GH_WEIGHT_OWN);
}

static void test_too_large(void **state)
{
	struct gh_preference much = { .kind = GH_KIND_VPN, .routing_weight = 65535,
				      .standing = GH_STANDING_UP };

	(void)state;
	assert_int_equal(gh_weight(&much), gh_weight(&rising[8]));
}

static void test_read_back(void **state)
{
	struct gh_preference p, none = { 0 };

	(void)state;
	for (unsigned weight = 0; weight <= 65535; weight++)
		if (gh_weight_read((uint16_t)weight, &p))
			assert_int_equal(gh_weight(&p), weight);
	for (size_t i = 6; i < COUNT; i++) {
		assert_true(gh_weight_read(gh_weight(&rising[i]), &p));
		assert_int_equal(p.kind, rising[i].kind);
		assert_int_equal(p.is_static, rising[i].is_static);
		assert_int_equal(p.routing_weight, rising[i].routing_weight);
		assert_int_equal(p.standing, GH_STANDING_UP);
	}
	p = none;
	assert_false(gh_weight_read(0, &p));
	assert_false(gh_weight_read(GH_WEIGHT_OWN, &p));
	assert_int_equal(p.kind, GH_KIND_OF_LEG);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
