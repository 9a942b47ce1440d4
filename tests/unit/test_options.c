/* options: what is derived from the instance, and what is refused. */
#include <errno.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/options.h"

static int parse(struct options *o, const char *a, const char *b)
{
	char *argv[] = { (char *)"gatehoused", (char *)a, (char *)b, NULL };

	optind = 0;
	return options_parse(o, !a ? 1 : !b ? 2 : 3, argv);
}

static void test_derived(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, NULL, NULL), 0);
	assert_string_equal(o.run_dir, "/run/gatehouse/gateway");
	assert_string_equal(o.state_dir, "/var/lib/gatehouse/gateway");
	assert_string_equal(o.tun, "gh0");
	assert_false(o.child);
	assert_int_equal(parse(&o, "--instance", "west-1"), 0);
	assert_string_equal(o.run_dir, "/run/gatehouse/west-1");
	assert_int_equal(parse(&o, "--index", "255"), 0);
	assert_string_equal(o.tun, "gh255");
	assert_int_equal(parse(&o, "--vici", "unix:///run/x.vici"), 0);
	assert_string_equal(o.vici, "/run/x.vici");
}

static void test_refused(void **state)
{
	static const char *const bad[][2] = {
		{ "--index", "256" }, { "--index", "-1" }, { "--index", "" }, { "--index", "1x" },
		{ "--instance", "" }, { "--instance", "../etc" }, { "--instance", "-x" },
		{ "--instance", "a-name-that-is-longer-than-32-chars" },
		{ "--run-dir", "relative" }, { "--state-dir", "" }, { "stray", NULL },
		{ "--no-such-option", NULL },
	};
	struct options o;

	(void)state;
	assert_non_null(freopen("/dev/null", "w", stderr));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(parse(&o, bad[i][0], bad[i][1]), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_derived),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
