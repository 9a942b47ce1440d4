/* gh_redact: a row for each kind of line with a secret, and for lines that look like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bgpd-plugin/gh_redact.h"

static void lines(void **state)
{
	static const struct { const char *line, *shown; } rows[] = {
		{ " shared-key 6 AbCdEf", " shared-key" },
		{ " shared-key 0 two words", " shared-key" },
		{ "gateway line connection paris / shared-key 6 x", "gateway line connection paris / shared-key" },
		{ " neighbor 192.0.2.1 password pass word", " neighbor 192.0.2.1 password" },
		{ "password 8 xyz", "password" },
		{ "enable password xyz", "enable password" },
		{ " area-password clear xyz", " area-password" },
		{ " ip ospf authentication-key xyz", " ip ospf authentication-key" },
		{ " ip ospf message-digest-key 1 md5 xyz", " ip ospf message-digest-key" },
		{ "  key-string xyz", "  key-string" },
		{ " isis password md5 xyz", " isis password" },
		{ " ip rip authentication string xyz", " ip rip authentication string" },
		{ "PASSWORD xyz", "PASSWORD" },
		{ "\tshared-key\txyz", "\tshared-key" },
		{ NULL, NULL },
	};
	static const char *const open[] = {
		"", " ", "gateway", " asn 65515", " key-file gateway.key", "key chain one", " key 1",
		" no shared-key", "service password-encryption", " ip rip authentication mode md5",
		" description string of words", " bgp remote-as 65010",
	};

	(void)state;
	for (size_t i = 0; rows[i].line; i++) {
		size_t n = gh_redact(rows[i].line);

		assert_int_equal(n, strlen(rows[i].shown));
		assert_memory_equal(rows[i].line, rows[i].shown, n);
	}
	for (size_t i = 0; i < sizeof(open) / sizeof(open[0]); i++)
		assert_int_equal(gh_redact(open[i]), strlen(open[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
