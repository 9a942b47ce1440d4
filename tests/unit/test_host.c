/* host: what the kernel says of the one interface that every machine has. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/host.h"

static struct gh_addr addr(const char *text)
{
	struct gh_addr a = { 0 };

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static void test_interfaces(void **state)
{
	struct gh_addr near = addr("127.1.2.3"), far = addr("192.0.2.77"), own = addr("127.0.0.1");

	(void)state;
	assert_true(host_meaning.interface_exists(NULL, "lo"));
	assert_false(host_meaning.interface_exists(NULL, "gh-is-none"));
	/* A sandbox may have lo without an address. */
	if (!host_meaning.mtu(NULL, &own))
		skip();
	assert_true(host_meaning.reachable(NULL, "lo", &near));
	assert_false(host_meaning.reachable(NULL, "lo", &far));
	assert_false(host_meaning.reachable(NULL, "gh-is-none", &near));
	assert_int_equal(host_meaning.mtu(NULL, &far), 0);
}

static void test_certificate(void **state)
{
	struct gh_buf why = { 0 };

	(void)state;
	assert_int_equal(host_meaning.certificate(NULL, "/nowhere/own.pem", "/nowhere/own.key",
						  "", &why), -ENOENT);
	assert_non_null(strstr(gh_buf_text(&why), "/nowhere/own.pem"));
	gh_buf_fini(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
