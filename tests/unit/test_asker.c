/* asker: an answer in pieces, refusals, a daemon that hangs up, is silent, or away. */
#include <errno.h>

#include "metrics/asker.h"
#include "tests/unit/answering.h"

static struct gh_buf answer, why;

static int ask(struct answering *a, unsigned timeout_ms, size_t limit)
{
	int rc;

	gh_buf_fini(&answer);
	gh_buf_fini(&why);
	answering_open(a);
	rc = asker_ask(a->path, "state json", timeout_ms, limit, &answer, &why);
	answering_close(a);
	return rc;
}

static void test_answer(void **state)
{
	char text[1001];
	struct answering a = { .text = text };

	(void)state;
	memset(text, 'x', 1000);
	text[1000] = '\0';
	assert_int_equal(ask(&a, 5000, 1000), 0);
	assert_string_equal(gh_buf_text(&answer), text);
	assert_string_equal(a.asked, "state json");
	assert_int_equal(ask(&a, 5000, 999), -EFBIG);
	assert_true(gh_buf_length(&why));
}

static void test_failures(void **state)
{
	struct answering refused = { .text = "no such command", .status = EINVAL };
	struct answering gone = { .text = NULL }, silent = { .silent = true };

	(void)state;
	assert_int_equal(ask(&refused, 5000, 1000), -EREMOTEIO);
	assert_string_equal(gh_buf_text(&why), "gatehoused refused: no such command");
	assert_true(ask(&gone, 5000, 1000) < 0);
	assert_non_null(strstr(gh_buf_text(&why), "gatehoused ended the connection"));
	assert_int_equal(ask(&silent, 50, 1000), -ETIMEDOUT);
	assert_non_null(strstr(gh_buf_text(&why), "within 50 ms"));
	gh_buf_fini(&why);
	assert_int_equal(asker_ask("/nonexistent/facts.sock", "state json", 50, 10, &answer, &why),
			 -ENOENT);
	assert_non_null(strstr(gh_buf_text(&why), "is gatehouse.service running?"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answer),
		cmocka_unit_test(test_failures),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&answer);
	gh_buf_fini(&why);
	return failed;
}
