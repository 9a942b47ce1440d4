/*
 * Prefixes through NAT rules: a row for each case, and a naive oracle that
 * looks at addresses one by one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "gatehoused/apply/translate.h"

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

static void test_cases(void **state)
{
	const struct box_rule rules[] = {
		rule("ingress dynamic", "10.0.0.0/8", "192.0.2.0/28"),
		rule("ingress static", "10.1.0.0/16", "100.64.0.0/16"),
		rule("ingress static", "10.9.0.0/24", "100.70.9.0/24"),
		rule("egress static", "10.50.0.0/16", "100.80.0.0/16"),
		rule("ingress static", "fd01::/32", "fd64::/32"),
	};
	static const struct {
		bool ingress;
		const char *in, *out[3];
	} rows[] = {
		{ true, "10.1.0.0/16", { "100.64.0.0/16" } },           /* 1: equal */
		{ true, "10.1.2.0/24", { "100.64.2.0/24" } },           /* 1: inside */
		{ true, "10.1.2.3/32", { "100.64.2.3/32" } },
		{ true, "10.7.0.0/16", { "192.0.2.0/28" } },            /* 1: dynamic */
		{ true, "10.0.0.0/8", { "192.0.2.0/28" } },             /* 1: before 2 */
		{ true, "8.0.0.0/6", { "8.0.0.0/6", "192.0.2.0/28", "100.64.0.0/16" } },    /* 2 */
		{ true, "0.0.0.0/0", { "0.0.0.0/0" } },                 /* 2: default */
		{ true, "172.16.0.0/12", { "172.16.0.0/12" } },         /* 3 */
		{ true, "fd01:0:7::/48", { "fd64:0:7::/48" } },
		{ true, "fd02::/32", { "fd02::/32" } },
		{ false, "10.1.0.0/16", { "10.1.0.0/16" } },            /* other mode */
		{ false, "10.50.1.0/24", { "100.80.1.0/24" } },
		{ false, "10.48.0.0/13", { "10.48.0.0/13", "100.80.0.0/16" } },
	};
	struct gh_prefix out[TRANSLATE_MAX], want;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gh_prefix in = prefix(rows[i].in);
		size_t n = translate_prefix(rules, 5, rows[i].ingress, &in, out);

		for (size_t k = 0; k < 3 && rows[i].out[k]; k++) {
			assert_true(k < n);
			want = prefix(rows[i].out[k]);
			if (gh_prefix_cmp(&out[k], &want))
				fail_msg("%s: not %s", rows[i].in, rows[i].out[k]);
		}
		assert_true(n < 3 || rows[i].out[2]);
	}
	assert_true(translate_any(rules, 5, true));
	assert_false(translate_any(rules, 3, false));
}

/* What a static rule makes of a prefix is what it makes of each of its addresses. */
static void test_agrees_with_addresses(void **state)
{
	struct gh_prefix out[TRANSLATE_MAX];

	(void)state;
	srandom(7);
	for (unsigned n = 0; n < 20000; n++) {
		uint8_t length = (uint8_t)(8 + random() % 17);
		struct box_rule r = { .ingress = true, .internal = prefix("10.0.0.0/8"),
				      .external = prefix("100.64.0.0/10") };
		struct gh_prefix p = { .addr.family = AF_INET };

		r.internal.length = r.external.length = length;
		for (unsigned k = 0; k < 4; k++) {
			r.internal.addr.b[k] = (uint8_t)random();
			r.external.addr.b[k] = (uint8_t)random();
		}
		gh_prefix_mask(&r.internal);
		gh_prefix_mask(&r.external);
		p = r.internal;
		p.length = (uint8_t)(length + random() % (33 - length));
		for (unsigned bit = length; bit < p.length; bit++)
			if (random() & 1)
				p.addr.b[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
		assert_int_equal(translate_prefix(&r, 1, true, &p, out), 1);
		assert_int_equal(out[0].length, p.length);
		for (unsigned bit = 0; bit < 32; bit++) {
			const struct gh_prefix *from = bit < length ? &r.external : &p;

			assert_int_equal(out[0].addr.b[bit / 8] & (0x80 >> bit % 8),
					 from->addr.b[bit / 8] & (0x80 >> bit % 8));
		}
	}
}

static void test_many_are_cut(void **state)
{
	struct gh_prefix out[TRANSLATE_MAX], in = prefix("10.0.0.0/8");
	struct box_rule rules[TRANSLATE_MAX * 2];

	(void)state;
	for (unsigned i = 0; i < TRANSLATE_MAX * 2; i++) {
		rules[i] = rule("ingress static", "10.0.0.0/24", "100.64.0.0/24");
		rules[i].internal.addr.b[2] = rules[i].external.addr.b[2] = (uint8_t)i;
	}
	assert_int_equal(translate_prefix(rules, TRANSLATE_MAX * 2, true, &in, out), TRANSLATE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_agrees_with_addresses),
		cmocka_unit_test(test_many_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
