/* nexthop: the weights of resilient groups against the kernel's own rounding; netlink messages read back. */
#include "rib/nexthop.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/*
 * How Linux shares buckets (nh_res_group_rebalance): cumulative weights,
 * rounded to the nearest. Returns those of the members from `from` on.
 */
static unsigned buckets_from(unsigned buckets, const unsigned weights[], unsigned count,
			     unsigned from)
{
	unsigned total = 0, sum = 0, upper = 0, mine = 0;

	for (unsigned i = 0; i < count; i++)
		total += weights[i];
	for (unsigned i = 0; i < count; i++) {
		unsigned before = upper;

		sum += weights[i];
		upper = (buckets * sum * 2 + total) / (total * 2);
		if (i >= from)
			mine += upper - before;
	}
	return mine;
}

/* Whatever members are left: the lower tiers have no bucket while one above is there. */
static void check(unsigned buckets, const unsigned widths[], unsigned tiers,
		  const uint16_t weights[])
{
	unsigned count = 0, tier_of[16];

	for (unsigned t = 0; t < tiers; t++)
		for (unsigned i = 0; i < widths[t]; i++)
			tier_of[count++] = t;
	for (unsigned left = 1; left < 1u << count; left++) {
		unsigned w[16], n = 0, first = 0, top = 0;

		for (unsigned i = 0; i < count; i++) {
			if (!(left & 1u << i))
				continue;
			if (!n)
				top = tier_of[i];
			if (tier_of[i] == top)
				first = n + 1;
			w[n++] = weights[tier_of[i]];
		}
		if (buckets_from(buckets, w, n, first))
			fail_msg("%u buckets, %u tiers, members left 0x%x: a lower tier has a share", buckets, tiers, left);
	}
}

static void test_weights(void **state)
{
	(void)state;
	for (unsigned tiers = 3; tiers <= 5; tiers++)
		for (unsigned shape = 0; shape < 27; shape++) {
			unsigned widths[5] = { 1 + shape % 3, 1 + shape / 3 % 3, 1 + shape / 9, 1,
					       1 }, kept = 0;
			unsigned packed[5], n = 0;
			uint16_t weights[5], packed_weights[5], buckets = nexthop_buckets(tiers - 2);

			widths[tiers - 2] = widths[tiers - 1] = 1;
			nexthop_weights(buckets, widths, weights, tiers);
			assert_int_not_equal(widths[0], 0);
			for (unsigned t = 0; t < tiers; t++) {
				if (!widths[t])
					continue;
				assert_in_range(weights[t], 1, 256);
				packed_weights[n] = weights[t];
				packed[n++] = widths[t];
				kept++;
			}
			assert_true(kept >= 3);
			check(buckets, packed, n, packed_weights);
		}
}

/* The values that were measured. */
static void test_known_weights(void **state)
{
	unsigned widths[3] = { 2, 1, 1 };
	uint16_t weights[3];

	(void)state;
	assert_int_equal(nexthop_buckets(1), 8);
	nexthop_weights(8, widths, weights, 3);
	assert_int_equal(weights[0], 256);
	assert_int_equal(weights[1], 16);
	assert_int_equal(weights[2], 1);
}

static const struct nlmsghdr *message(struct gh_buf *b)
{
	return (const struct nlmsghdr *)gh_buf_begin(b);
}

static void test_messages_read_back(void **state)
{
	struct rtnl_nexthop n = {
		.id = 77, .protocol = 200, .buckets = 8, .members_count = 3,
		.members = { { 1, 256 }, { 2, 16 }, { 3, 1 } },
	}, n2;
	struct rtnl_route r = { .table = 4700, .metric = 20, .nexthop = 77, .protocol = 200,
				.type = RTN_UNICAST }, r2;
	struct gh_buf b = { 0 };

	(void)state;
	rtnl_nexthop_put(&b, RTNL_ADD, &n);
	assert_true(rtnl_nexthop_read(message(&b), &n2));
	n2.family = 0;
	assert_memory_equal(&n, &n2, sizeof(n));
	gh_buf_consume(&b, gh_buf_length(&b));

	gh_prefix_parse("2001:db8::/32", &r.prefix);
	rtnl_route_put(&b, RTNL_REPLACE, &r);
	assert_true(rtnl_route_read(message(&b), &r2));
	assert_int_equal(gh_prefix_cmp(&r.prefix, &r2.prefix), 0);
	assert_int_equal(r2.table, 4700);
	assert_int_equal(r2.metric, 20);
	assert_int_equal(r2.nexthop, 77);
	assert_false(rtnl_nexthop_read(message(&b), &n2));
	gh_buf_fini(&b);
}

/* Attributes that lie about their length are cut, not followed. */
static void test_mutated_messages(void **state)
{
	struct rtnl_nexthop n = { .id = 77, .buckets = 8, .members_count = 2, .members = { { 1, 1 },
											   { 2,
											     1 } } }, n2;
	struct rtnl_route r = { .table = 4700, .nexthop = 7 }, r2;
	struct gh_buf b = { 0 };

	(void)state;
	srandom(5);
	gh_prefix_parse("10.0.0.0/8", &r.prefix);
	for (int round = 0; round < 20000; round++) {
		uint8_t *copy;
		size_t length;

		if (round & 1)
			rtnl_nexthop_put(&b, RTNL_ADD, &n);
		else
			rtnl_route_put(&b, RTNL_ADD, &r);
		length = gh_buf_length(&b);
		copy = malloc(length);
		memcpy(copy, gh_buf_begin(&b), length);
		/* The length of the message itself is checked by NLMSG_OK before anyone reads it. */
		for (int i = 0; i < 3; i++)
			copy[sizeof(struct nlmsghdr) + (size_t)random() % (length - sizeof(struct nlmsghdr))] = (uint8_t)random();
		rtnl_nexthop_read((struct nlmsghdr *)copy, &n2);
		rtnl_route_read((struct nlmsghdr *)copy, &r2);
		free(copy);
		gh_buf_consume(&b, gh_buf_length(&b));
	}
	gh_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_known_weights),
		cmocka_unit_test(test_messages_read_back),
		cmocka_unit_test(test_mutated_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
