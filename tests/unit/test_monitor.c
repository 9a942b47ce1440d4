/* monitor: the interfaces that are there are told; sysctls are read. Neither needs root. */
#include "rib/monitor.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "rib/sysctl.h"

static unsigned told, lost;

static void tell(void *ctx, const struct link_state *link)
{
	assert_ptr_equal(ctx, &told);
	assert_true(link->ifindex > 0);
	assert_true(link->name[0]);
	assert_true(link->up || !link->running);
	told++;
}

static void tell_lost(void *ctx)
{
	(void)ctx;
	lost++;
}

static void test_loopback_is_there(void **state)
{
	const struct link_state *lo;
	struct monitor *m;

	(void)state;
	assert_int_equal(monitor_open(tell, tell_lost, &told, &m), 0);
	assert_true(monitor_fd(m) >= 0);
	assert_true(told > 0);
	lo = monitor_by_name(m, "lo");
	assert_non_null(lo);
	assert_ptr_equal(monitor_by_index(m, lo->ifindex), lo);
	assert_null(monitor_by_name(m, "no-such-link"));
	assert_null(monitor_by_index(m, 1 << 30));
	assert_int_equal(monitor_read(m), 0);
	assert_int_equal(lost, 0);
	monitor_close(m);
	monitor_close(NULL);
}

static void test_sysctl(void **state)
{
	char value[16];

	(void)state;
	assert_int_equal(sysctl_read("kernel/ostype", value, sizeof(value)), 0);
	assert_string_equal(value, "Linux");
	/* What is so already is not written, so that no right is needed. */
	assert_int_equal(sysctl_write("kernel/ostype", "Linux"), 0);
	assert_int_equal(sysctl_read("net/no/such", value, sizeof(value)), -ENOENT);
	assert_int_equal(sysctl_interface("net/ipv4/conf/%s/rp_filter", "no-such-link", "0"),
			 -ENOENT);
	assert_int_equal(sysctl_interface("no hole", "lo", "0"), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loopback_is_there),
		cmocka_unit_test(test_sysctl),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
