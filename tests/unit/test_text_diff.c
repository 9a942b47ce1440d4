/* text_diff: nodes that come, go, change and move; no secret is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "yang/text_diff.h"

static void test_rows(void **state)
{
	static const struct {
		const char *from, *to, *diff;
		unsigned added, removed;
	} rows[] = {
		{ "", "", "", 0, 0 },
		{ "gateway\n asn 1\n exit\n", "gateway\n asn 1\n exit\n", "", 0, 0 },
		{ "gateway\n asn 1\n mtu 2\n exit\n", "gateway\n asn 3\n mtu 2\n exit\n",
		  " gateway\n- asn 1\n+ asn 3\n", 1, 1 },
		/* a node that comes, and one that goes */
		{ "", "gateway connection a\n weight 1\n exit\n",
		  "+gateway connection a\n+ weight 1\n", 2, 0 },
		{ "gateway connection a\n exit\ngateway connection b\n exit\n",
		  "gateway connection b\n exit\n", "-gateway connection a\n", 0, 1 },
		{ "gateway connection b\n exit\n",
		  "gateway connection a\n exit\ngateway connection b\n exit\n",
		  "+gateway connection a\n", 1, 0 },
		/* only the lines between, in order */
		{ "gateway\n a 1\n b 1\n c 1\n d 1\n exit\n", "gateway\n a 1\n c 1\n x 1\n d 1\n exit\n",
		  " gateway\n- b 1\n+ x 1\n", 1, 1 },
		/* order matters where the user gives it */
		{ "gateway access-list l\n rule a\n rule b\n exit\n",
		  "gateway access-list l\n rule b\n rule a\n exit\n",
		  " gateway access-list l\n- rule a\n+ rule a\n", 1, 1 },
		{ "gateway access-list a\n exit\ngateway access-list b\n exit\n",
		  "gateway access-list b\n exit\ngateway access-list a\n exit\n",
		  "-gateway access-list a\n+gateway access-list a\n", 1, 1 },
		/* a key is told to differ, and no more */
		{ "gateway connection a\n shared-key 6 abc\n exit\n",
		  "gateway connection a\n shared-key 6 xyz\n exit\n",
		  " gateway connection a\n- shared-key <hidden>\n+ shared-key <hidden>\n", 1, 1 },
		/* comments and a missing last newline */
		{ "! leg 1 connection a\ngateway\n asn 1\n exit", "gateway\n asn 1", "", 0, 0 },
		/* lines without a node are not lost */
		{ " stray\n", "", "- stray\n", 0, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct gh_buf out = { 0 };
		struct text_diff d = text_diff(rows[i].from, rows[i].to, &out);

		assert_string_equal(gh_buf_text(&out), rows[i].diff);
		assert_int_equal(d.added, rows[i].added);
		assert_int_equal(d.removed, rows[i].removed);
		d = text_diff(rows[i].from, rows[i].to, NULL);
		assert_int_equal(d.added, rows[i].added);
		gh_buf_fini(&out);
	}
}

/* A thousand nodes that are all new, and a node of very many lines, take no time. */
static void test_large(void **state)
{
	struct gh_buf a = { 0 }, b = { 0 };
	struct gh_time begin = gh_now();
	struct text_diff d;

	(void)state;
	gh_buf_printf(&a, "gateway\n");
	gh_buf_printf(&b, "gateway\n");
	for (int i = 0; i < 20000; i++) {
		gh_buf_printf(&a, " address-space 10.%d.%d.0/24\n", i / 250, i % 250);
		gh_buf_printf(&b, " address-space 11.%d.%d.0/24\n", i / 250, i % 250);
	}
	for (int i = 0; i < 5000; i++)
		gh_buf_printf(i % 2 ? &a : &b, "gateway connection c%d\n weight 1\n exit\n", i);
	d = text_diff(gh_buf_text(&a), gh_buf_text(&b), NULL);
	assert_int_equal(d.added, 25000);
	assert_int_equal(d.removed, 25000);
	assert_true(gh_time_ms_between(begin, gh_now()) < 5000);
	gh_buf_fini(&a);
	gh_buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
