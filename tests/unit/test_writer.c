/* writer: brackets and commas, numbers, and texts that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <json-c/json.h>
#include <cmocka.h>

#include "gatehoused/state/writer.h"

static void test_members(void **state)
{
	struct gh_buf out = { 0 };
	struct writer w = { .out = &out };
	struct gh_addr a, none = { 0 };
	struct gh_prefix p;

	(void)state;
	assert_int_equal(gh_addr_parse("fd00::1", &a), 0);
	assert_int_equal(gh_prefix_parse("10.0.0.0/8", &p), 0);
	writer_open(&w, NULL);
	writer_list(&w, "empty");
	writer_list_end(&w);
	writer_open(&w, "inner");
	writer_number(&w, "small", -7);
	writer_counter(&w, "large", UINT64_MAX);
	writer_flag(&w, "yes", true);
	writer_close(&w);
	writer_list(&w, "list");
	writer_number(&w, NULL, 0);
	writer_open(&w, NULL);
	writer_addr(&w, "a", &a);
	writer_addr(&w, "none", &none);
	writer_text_if(&w, "none", "");
	writer_prefix(&w, "p", &p);
	writer_close(&w);
	writer_list_end(&w);
	writer_format(&w, "f", "%d%s", 1, "x");
	writer_wall(&w, "t", 0);
	writer_close(&w);
	assert_string_equal(gh_buf_text(&out),
			    "{\"empty\":[],\"inner\":{\"small\":-7,\"large\":\"18446744073709551615\","
			    "\"yes\":true},\"list\":[0,{\"a\":\"fd00::1\",\"p\":\"10.0.0.0/8\"}],"
			    "\"f\":\"1x\",\"t\":\"1970-01-01T00:00:00.000Z\"}");
	gh_buf_fini(&out);
}

static void test_pretty(void **state)
{
	struct gh_buf out = { 0 };
	struct writer w = { .out = &out, .pretty = true };

	(void)state;
	writer_open(&w, NULL);
	writer_list(&w, "a");
	writer_number(&w, NULL, 1);
	writer_number(&w, NULL, 2);
	writer_list_end(&w);
	writer_open(&w, "b");
	writer_close(&w);
	writer_close(&w);
	assert_string_equal(gh_buf_text(&out),
			    "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {}\n}");
	gh_buf_fini(&out);
}

/* What comes out is JSON with the text that is expected, whatever goes in. */
static void check(const char *in, const char *expected)
{
	struct gh_buf out = { 0 };
	struct writer w = { .out = &out };
	struct json_tokener *t = json_tokener_new();
	struct json_object *o;

	json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	writer_open(&w, NULL);
	writer_text(&w, "t", in);
	writer_close(&w);
	o = json_tokener_parse_ex(t, gh_buf_text(&out), (int)gh_buf_length(&out));
	assert_non_null(o);
	assert_string_equal(json_object_get_string(json_object_object_get(o, "t")), expected);
	json_object_put(o);
	json_tokener_free(t);
	gh_buf_fini(&out);
}

static void test_texts(void **state)
{
	(void)state;
	check("", "");
	check("a \"b\" \\c/", "a \"b\" \\c/");
	check("tab\t line\n\r", "tab\t line\n\r");
	check("\x01\x1f\x7f", "???");
	check("M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x9a\x80", "M\xc3\xbcnchen \xe2\x82\xac \xf0\x9f\x9a\x80");
	check("\xff\xc0\x80 \xc3", "??? ?");
	check("\xe0\x80\x80\xed\xa0\x80", "??????");
	check("\xf4\x90\x80\x80\xef\xbf\xbf", "???????");
	check("\xe2\x82", "??");
}

static void test_random_bytes(void **state)
{
	(void)state;
	srandom(5);
	for (int round = 0; round < 2000; round++) {
		struct gh_buf out = { 0 };
		struct writer w = { .out = &out };
		struct json_tokener *t = json_tokener_new();
		struct json_object *o;
		char text[40] = "";

		json_tokener_set_flags(t, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
		for (int k = 0; k < 30; k++)
			text[k] = (char)(random() % 2 ? random() % 256 : 0xe0 + random() % 24);
		writer_open(&w, NULL);
		writer_text(&w, "t", text);
		writer_close(&w);
		o = json_tokener_parse_ex(t, gh_buf_text(&out), (int)gh_buf_length(&out));
		assert_non_null(o);
		json_object_put(o);
		json_tokener_free(t);
		gh_buf_fini(&out);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members),
		cmocka_unit_test(test_pretty),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_random_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
