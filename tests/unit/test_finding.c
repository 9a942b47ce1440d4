/* finding: as a text face prints it, and the words of RFC 6241. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "yang/finding.h"

#define PARIS "/gatehouse:gateway/connection[name='paris']"

static void printed(const struct findings *f, const char *expected)
{
	struct gh_buf out = { 0 };

	findings_print(f, &out);
	assert_string_equal(gh_buf_text(&out), expected);
	gh_buf_fini(&out);
}

static void test_print(void **state)
{
	struct findings f = { 0 }, more = { 0 };
	struct finding *one;

	(void)state;
	printed(&f, "");
	findings_add(&f, true, FINDING_OPERATION_FAILED, NULL, "only %s", "a warning");
	assert_int_equal(f.errors, 0);
	printed(&f, "only a warning");
	/* With an error, warnings are not told. */
	one = findings_add(&f, false, FINDING_DATA_EXISTS, PARIS "/weight", "it is there");
	one->line = 3;
	finding_app_tag_set(one, "x");
	finding_app_tag_set(one, "y");
	assert_string_equal(one->app_tag, "y");
	printed(&f, "line 3: gateway connection paris: weight: it is there");
	one = findings_add(&more, false, FINDING_OPERATION_FAILED, PARIS "/weight", "weight 5: no");
	one->names_leaf = true;
	findings_move(&f, &more);
	assert_int_equal(f.errors, 2);
	assert_int_equal(more.count, 0);
	printed(&f, "line 3: gateway connection paris: weight: it is there\n"
		"gateway connection paris: weight 5: no");
	findings_fini(&f);
	assert_int_equal(f.errors, 0);
}

static void test_many(void **state)
{
	struct findings f = { 0 };
	struct gh_buf out = { 0 };
	unsigned lines = 1;

	(void)state;
	for (int i = 0; i < 33; i++)
		findings_add(&f, false, FINDING_INVALID_VALUE, NULL, "number %d", i);
	findings_print(&f, &out);
	for (const char *p = gh_buf_text(&out); (p = strchr(p, '\n')); p++)
		lines++;
	assert_int_equal(lines, 21);
	assert_non_null(strstr(gh_buf_text(&out), "number 19\n... and 13 more"));
	gh_buf_fini(&out);
	findings_fini(&f);
}

/* RFC 6241 appendix A; and a reply to vtysh never carries 0 for an error. */
static void test_tags(void **state)
{
	(void)state;
	for (enum finding_tag tag = 0; tag < FINDING_TAGS; tag++) {
		assert_non_null(finding_tag_name(tag));
		assert_true(finding_tag_errno(tag) > 0);
	}
	assert_string_equal(finding_tag_name(FINDING_LOCK_DENIED), "lock-denied");
	assert_string_equal(finding_tag_name(FINDING_IN_USE), "in-use");
	assert_int_equal(finding_tag_errno(FINDING_ACCESS_DENIED), EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
