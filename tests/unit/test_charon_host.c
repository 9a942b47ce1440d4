/* The charon plugin's check of the release that loads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/charon/host.h"

static void expect(const char *bytes, size_t n, const char *version)
{
	char got[GH_HOST_VERSION_TEXT] = "";

	assert_int_equal(gh_host_find_version(bytes, n, got), version != NULL);
	if (version)
		assert_string_equal(got, version);
}

#define EXPECT(bytes, version) expect(bytes, sizeof(bytes), version)

static void test_find(void **state)
{
	(void)state;
	EXPECT("usage\0" "5.9.8\0more", "5.9.8");
	EXPECT("\0\0" "6.0.0beta3\0", "6.0.0beta3");
	EXPECT("127.0.0.1\0" "5.9\0" "strongSwan 5.9.8\0" "5.9.8 \0" "5..8\0" ".5.9.8", NULL);
	EXPECT("5.9.812345678901234567", NULL);
	EXPECT("", NULL);
	expect("5.9.8", 5, NULL);               /* not ended inside */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
