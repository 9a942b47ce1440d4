/* addr: parsing and printing both ways, masks and containment. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/addr.h"

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static void test_prefix_text(void **state)
{
	static const char *const good[] = {
		"0.0.0.0/0", "10.1.0.0/16", "169.254.21.2/32", "::/0", "2001:db8::/32",
		"fe80::1/128", "255.255.255.254/31",
	};
	static const char *const bad[] = {
		"", "/", "10.1.0.0", "10.1.0.0/", "10.1.0.0/33", "10.1.0.1/16", "10.1.0.0/-1",
		"10.1.0.0/16x", "10.1.0/16", "::1/0", "::/129", "x/8", "10.1.0.0/ 16",
		"0000000000000000000000000000000000000000000000000000:1/8",
	};
	struct gh_prefix p = prefix("10.0.0.0/8"), untouched = p;
	char text[GH_PREFIX_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		p = prefix(good[i]);
		assert_string_equal(gh_prefix_print(&p, text), good[i]);
	}
	p = untouched;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(gh_prefix_parse(bad[i], &p), -EINVAL);
		assert_memory_equal(&p, &untouched, sizeof(p));
	}
}

static void test_contains(void **state)
{
	struct gh_prefix a = prefix("10.1.0.0/16"), b = prefix("10.1.2.0/24"),
			 zero = prefix("0.0.0.0/0"), six = prefix("::/0");
	struct gh_addr in, out;

	(void)state;
	assert_true(gh_prefix_contains(&a, &a));
	assert_true(gh_prefix_contains(&a, &b));
	assert_false(gh_prefix_contains(&b, &a));
	assert_true(gh_prefix_contains(&zero, &a));
	assert_false(gh_prefix_contains(&six, &a));
	assert_int_equal(gh_addr_parse("10.1.255.255", &in), 0);
	assert_int_equal(gh_addr_parse("10.2.0.0", &out), 0);
	assert_true(gh_prefix_holds(&a, &in));
	assert_false(gh_prefix_holds(&a, &out));
}

static void test_endpoint(void **state)
{
	struct gh_endpoint e = { .port = 4500 }, back;
	struct sockaddr_storage ss;
	char text[GH_ENDPOINT_TEXT];

	(void)state;
	assert_int_equal(gh_addr_parse("2001:db8::7", &e.addr), 0);
	assert_true(gh_endpoint_to_sockaddr(&e, &ss) > 0);
	assert_int_equal(gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &back), 0);
	assert_memory_equal(&e, &back, sizeof(e));
	assert_string_equal(gh_endpoint_print(&e, text), "[2001:db8::7]:4500");
	ss.ss_family = AF_UNIX;
	assert_int_equal(gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &back), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix_text),
		cmocka_unit_test(test_contains),
		cmocka_unit_test(test_endpoint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
