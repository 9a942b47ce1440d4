/* framing: both framings, cut at every byte, with what must be refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "yang/netconf/framing.h"

/* Takes text in pieces of `step` bytes; whole messages are joined with |. */
static int take(bool chunked, const char *text, size_t length, size_t step, struct gh_buf *all)
{
	struct framing f;
	struct gh_buf message = { 0 };
	int rc = 0;

	framing_init(&f, 64);
	f.chunked = chunked;
	for (size_t at = 0; at < length && rc >= 0;) {
		size_t n = length - at < step ? length - at : step, used = 0;

		rc = framing_take(&f, (const uint8_t *)text + at, n, &used, &message);
		if (rc >= 0)
			at += used;
		if (rc == 1) {
			gh_buf_append(all, gh_buf_begin(&message), gh_buf_length(&message));
			gh_buf_append(all, "|", 1);
			gh_buf_fini(&message);
		}
	}
	gh_buf_fini(&message);
	return rc;
}

static void assert_taken(bool chunked, const char *text, const char *expected)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		struct gh_buf all = { 0 };

		assert_true(take(chunked, text, strlen(text), step, &all) >= 0);
		assert_string_equal(gh_buf_text(&all), expected);
		gh_buf_fini(&all);
	}
}

static void assert_refused(bool chunked, const char *text, int error)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++) {
		struct gh_buf all = { 0 };

		assert_int_equal(take(chunked, text, strlen(text), step, &all), error);
		gh_buf_fini(&all);
	}
}

static void test_marked(void **state)
{
	(void)state;
	assert_taken(false, "<a/>]]>]]>", "<a/>|");
	assert_taken(false, "]]>]]>", "|");
	assert_taken(false, "<a/>]]>]]><b/>]]>]]>rest", "<a/>|<b/>|");
	/* What looks like the mark for a while. */
	assert_taken(false, "]]]>]]>]]>]]>]]", "]||");
	assert_taken(false, "a]]>]>]]>]]]>]]>", "a]]>]>]]>]|");
	assert_taken(false, "]]>]]]]>]]>", "]]>]]|");
}

static void test_chunked(void **state)
{
	(void)state;
	assert_taken(true, "\n#4\n<a/>\n##\n", "<a/>|");
	assert_taken(true, "\n#1\n<\n#3\na/>\n##\n\n#2\nbc\n##\n", "<a/>|bc|");
	assert_taken(true, "\n#7\n]]>]]>x\n##\n", "]]>]]>x|");
	assert_refused(true, "<a/>]]>]]>", -EPROTO);
	assert_refused(true, "\n4\n<a/>", -EPROTO);
	assert_refused(true, "\n##\n", -EPROTO);
	assert_refused(true, "\n#0\n", -EPROTO);
	assert_refused(true, "\n#04\n", -EPROTO);
	assert_refused(true, "\n#4x\n", -EPROTO);
	assert_refused(true, "\n#4\n<a/>x", -EPROTO);
	assert_refused(true, "\n#4\n<a/>\nx", -EPROTO);
	assert_refused(true, "\n#4\n<a/>\n#x", -EPROTO);
	assert_refused(true, "\n#4\n<a/>\n##x", -EPROTO);
	assert_refused(true, "\n#4294967296\n", -EPROTO);
	assert_refused(true, "\n#99999999999\n", -EPROTO);
}

static void test_limit(void **state)
{
	char long_text[80] = "";

	(void)state;
	memset(long_text, 'x', 72);
	assert_refused(false, long_text, -EMSGSIZE);
	assert_refused(true, "\n#65\n", -EMSGSIZE);
	assert_refused(true, "\n#60\n123456789012345678901234567890123456789012345678901234567890\n#5\n",
		       -EMSGSIZE);
}

static void test_put(void **state)
{
	(void)state;
	for (int chunked = 0; chunked < 2; chunked++) {
		struct framing f;
		struct gh_buf out = { 0 }, all = { 0 };

		framing_init(&f, 64);
		f.chunked = chunked;
		framing_put(&f, "<a/>", 4, &out);
		framing_put(&f, "<b/>", 4, &out);
		assert_int_equal(take(chunked, (const char *)gh_buf_begin(&out),
				      gh_buf_length(&out), 3, &all), 1);
		assert_string_equal(gh_buf_text(&all), "<a/>|<b/>|");
		gh_buf_fini(&out);
		gh_buf_fini(&all);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marked),
		cmocka_unit_test(test_chunked),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
