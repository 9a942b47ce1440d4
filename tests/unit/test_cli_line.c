/* cli_line: words, the rest of a line, and lines that are none. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "yang/cli_line.h"

static int take(struct cli_line *line, const char *text)
{
	struct gh_buf why = { 0 };
	int ret = cli_line_take(line, text, strlen(text), &why);

	assert_int_equal(ret != 0, gh_buf_length(&why) != 0);
	gh_buf_fini(&why);
	return ret;
}

static void test_words(void **state)
{
	struct cli_line line;

	(void)state;
	assert_int_equal(take(&line, " \tshared-key  0\ttwo   words \r"), 0);
	assert_false(line.negated);
	assert_int_equal(line.count, 4);
	assert_string_equal(line.words[0], "shared-key");
	assert_string_equal(line.words[3], "words");
	assert_string_equal(cli_line_rest(&line, 0), "shared-key  0 two   words");
	assert_string_equal(cli_line_rest(&line, 2), "two   words");
	assert_string_equal(cli_line_rest(&line, 4), "");
}

static void test_no(void **state)
{
	struct cli_line line;

	(void)state;
	assert_int_equal(take(&line, "no   asn 1"), 0);
	assert_true(line.negated);
	assert_int_equal(line.count, 2);
	assert_string_equal(cli_line_rest(&line, 0), "asn 1");
	assert_int_equal(take(&line, "no"), 0);
	assert_true(line.negated);
	assert_int_equal(line.count, 0);
	assert_int_equal(take(&line, "north 1"), 0);
	assert_false(line.negated);
}

static void test_none(void **state)
{
	static const char *const rows[] = { "", "   ", "\t\r", "! no word", "# a \xc3\xa9", " !\a" };
	struct cli_line line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(take(&line, rows[i]), 0);
		assert_int_equal(line.count, 0);
		assert_false(line.negated);
	}
}

/* What does not fit is refused; words beyond the last that counts stay in the rest. */
static void test_limits(void **state)
{
	char text[CLI_LINE_MAX + 2];
	struct cli_line line;
	unsigned i;

	(void)state;
	assert_int_equal(take(&line, "asn \x80"), -EINVAL);
	assert_int_equal(take(&line, "asn \x7f"), -EINVAL);
	memset(text, 'x', sizeof(text));
	text[CLI_LINE_MAX + 1] = '\0';
	assert_int_equal(take(&line, text), -EINVAL);
	text[CLI_LINE_MAX] = '\0';
	assert_int_equal(take(&line, text), 0);
	assert_int_equal(strlen(line.words[0]), CLI_LINE_MAX);
	for (i = 0; i < CLI_LINE_MAX; i += 2)
		text[i + 1] = ' ';
	text[CLI_LINE_MAX - 1] = '\0';
	assert_int_equal(take(&line, text), 0);
	assert_int_equal(line.count, CLI_WORDS_MAX);
	assert_int_equal(strlen(cli_line_rest(&line, 1)), CLI_LINE_MAX - 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no),
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
