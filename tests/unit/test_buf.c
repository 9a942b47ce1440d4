/* buf: what is printed fits exactly, grows when it must, and is wiped when it goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* At every length around the room that there is, before and after growing. */
static void test_printf(void **state)
{
	char text[600];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t n = 0; n < sizeof(text); n++) {
		struct gh_buf b = { 0 };

		gh_buf_printf(&b, "%.*s", (int)n, text);
		gh_buf_printf(&b, "|%.*s", (int)n, text);
		assert_int_equal(gh_buf_length(&b), 2 * n + 1);
		assert_int_equal(strlen(gh_buf_text(&b)), 2 * n + 1);
		assert_int_equal(gh_buf_text(&b)[n], '|');
		gh_buf_fini(&b);
	}
}

static void test_puts(void **state)
{
	struct gh_buf b = { 0 };

	(void)state;
	gh_buf_puts(&b, "");
	assert_int_equal(gh_buf_length(&b), 0);
	for (int i = 0; i < 1000; i++)
		gh_buf_puts(&b, "ab");
	assert_int_equal(gh_buf_length(&b), 2000);
	assert_memory_equal(gh_buf_text(&b) + 1998, "ab", 3);
	gh_buf_consume(&b, 1999);
	assert_string_equal(gh_buf_text(&b), "b");
	gh_buf_fini(&b);
	assert_null(b.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_printf),
		cmocka_unit_test(test_puts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
