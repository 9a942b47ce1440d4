/*
 * The ESP FIB beside a list that is searched from end to end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/fwd.h"

#define ROUTES 400

struct naive_route {
	struct gh_prefix prefix;
	uint32_t group;
	bool there;
};

static struct naive_route routes[ROUTES];

static uint32_t naive_find(const struct gh_addr *a, unsigned *length)
{
	uint32_t group = FWD_NONE;
	int best = -1;

	for (unsigned k = 0; k < ROUTES; k++) {
		const struct naive_route *r = &routes[k];

		if (r->there && r->prefix.length > best && gh_prefix_holds(&r->prefix, a)) {
			best = r->prefix.length;
			group = r->group;
		}
	}
	*length = best < 0 ? 0 : (unsigned)best;
	return group;
}

/* Few distinct bits, so that prefixes nest and collide. */
static struct gh_addr random_addr(uint8_t family)
{
	struct gh_addr a = { .family = family };

	for (unsigned k = 0; k < gh_family_bits(family) / 8; k++)
		a.b[k] = (uint8_t)(rand() % 5 ? 0x0a * (rand() % 2) : rand());
	return a;
}

static struct gh_prefix random_prefix(uint8_t family)
{
	struct gh_prefix p = {
		random_addr(family), (uint8_t)(rand() % (int)(gh_family_bits(family) + 1)),
	};

	gh_prefix_mask(&p);
	return p;
}

static struct naive_route *naive_slot(const struct gh_prefix *p)
{
	struct naive_route *empty = NULL;

	for (unsigned k = 0; k < ROUTES; k++) {
		if (routes[k].there && gh_prefix_cmp(&routes[k].prefix, p) == 0)
			return &routes[k];
		if (!routes[k].there)
			empty = &routes[k];
	}
	return empty;
}

static void set(struct fwd *f, const struct gh_prefix *p, uint32_t group)
{
	struct naive_route *r = naive_slot(p);

	if (!r)
		return;
	*r = (struct naive_route){ *p, group, true };
	fwd_set(f, p, group);
}

static void del(struct fwd *f, const struct gh_prefix *p)
{
	struct naive_route *r = naive_slot(p);
	bool there = r && r->there;

	assert_true(fwd_del(f, p) == there);
	if (there)
		r->there = false;
}

static void compare(struct fwd *f, const struct gh_addr *a)
{
	unsigned length = 0, wanted_length;
	uint32_t wanted = naive_find(a, &wanted_length);

	assert_int_equal(fwd_find(f, a->family, a->b), wanted);
	if (fwd_find_length(f, a->family, a->b, &length) != FWD_NONE)
		assert_int_equal(length, wanted_length);
}

static void test_beside_naive(void **state)
{
	struct reclaim reclaim;
	struct fwd f;
	unsigned there;

	(void)state;
	srand(8);
	memset(routes, 0, sizeof(routes));
	reclaim_init(&reclaim);
	fwd_init(&f, &reclaim);
	for (unsigned round = 0; round < 30000; round++) {
		uint8_t family = rand() % 2 ? AF_INET : AF_INET6;
		struct gh_addr a;

		if (rand() % 2) {
			struct gh_prefix p = random_prefix(family);

			set(&f, &p, (uint32_t)rand() % 1000);
		} else if (rand() % 4) {
			struct gh_prefix p = routes[rand() % ROUTES].prefix;

			if (gh_addr_is_set(&p.addr))
				del(&f, &p);
		} else {
			struct gh_prefix p = random_prefix(family);

			del(&f, &p);
		}
		for (unsigned k = 0; k < 4; k++) {
			a = random_addr(family);
			compare(&f, &a);
		}
	}
	there = 0;
	for (unsigned k = 0; k < ROUTES; k++)
		there += routes[k].there;
	assert_int_equal(f.count, there);
	for (unsigned k = 0; k < ROUTES; k++)
		if (routes[k].there)
			del(&f, &routes[k].prefix);
	assert_int_equal(f.count, 0);
	fwd_fini(&f);
	reclaim_fini(&reclaim);
}

static void test_edges(void **state)
{
	static const char *const texts[] = {
		"0.0.0.0/0", "255.255.255.255/32", "128.0.0.0/1", "10.0.0.0/30", "10.0.0.0/31",
		"::/0", "::1/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127", "8000::/1",
	};
	struct reclaim reclaim;
	struct gh_addr a;
	struct fwd f;

	(void)state;
	memset(routes, 0, sizeof(routes));
	reclaim_init(&reclaim);
	fwd_init(&f, &reclaim);
	for (unsigned k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
		struct gh_prefix p;

		assert_int_equal(gh_prefix_parse(texts[k], &p), 0);
		set(&f, &p, k);
	}
	for (unsigned k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
		struct gh_prefix p;

		gh_prefix_parse(texts[k], &p);
		compare(&f, &p.addr);
	}
	gh_addr_parse("9.9.9.9", &a);
	compare(&f, &a);
	fwd_fini(&f);
	reclaim_fini(&reclaim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_naive),
		cmocka_unit_test(test_edges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
