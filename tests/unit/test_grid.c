/* grid: alignment, absent values, lists, ages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <json-c/json.h>
#include <cmocka.h>

#include "gatehoused/show/grid.h"

static void test_table(void **state)
{
	static const struct grid_column columns[] = { { .key = "name", .heading = "Name" }, { .key = "legs", .heading = "Legs" }, { .key = "up", .heading = "Up" } };
	struct json_object *rows = json_tokener_parse(
		"[{\"name\":\"a-long-name\",\"legs\":[\"x\",\"y\"],\"up\":true},"
		"{\"name\":\"b\",\"legs\":[],\"up\":false},{\"name\":\"\"}]");
	struct gh_buf out = { 0 };

	(void)state;
	grid_print(rows, columns, 3, &out);
	assert_string_equal(gh_buf_text(&out),
			    "Name         Legs  Up\n"
			    "a-long-name  x, y  yes\n"
			    "b            -     no\n"
			    "-            -     -\n");
	gh_buf_fini(&out);
	json_object_put(rows);
}

static void test_age(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(grid_age(0, text), "00:00:00");
	assert_string_equal(grid_age(86399, text), "23:59:59");
	assert_string_equal(grid_age(86400 * 3 + 3600 * 4, text), "3d04h");
	assert_non_null(grid_age(UINT64_MAX, text));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
