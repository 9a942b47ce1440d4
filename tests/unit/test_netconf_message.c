/* message and path: XML as elements, prefixes, and the two ways of writing a path. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "yang/context.h"
#include "yang/netconf/message.h"
#include "yang/netconf/path.h"

static struct ly_ctx *schema, *messages;

static int setup(void **state)
{
	struct gh_buf why = { 0 };

	(void)state;
	messages = message_context_new();
	return !messages || context_new(&schema, &why);
}

static int teardown(void **state)
{
	(void)state;
	context_free(schema);
	ly_ctx_destroy(messages);
	return 0;
}

static int parse(const char *text, struct lyd_node **root)
{
	struct gh_buf why = { 0 };
	int rc;

	*root = NULL;
	rc = message_parse(messages, text, strlen(text), root, &why);
	assert_int_equal(rc != 0, gh_buf_length(&why) != 0);
	gh_buf_fini(&why);
	return rc;
}

static void test_elements(void **state)
{
	struct gh_buf word = { 0 };
	struct lyd_node *root;

	(void)state;
	assert_int_equal(parse("<?xml version='1.0'?><!-- x --><a xmlns='urn:a'> <b:c xmlns:b='urn:b' d='1' b:d='2'>\n"
			       " t&lt; </b:c><e xmlns=''/><e xmlns = \"\"/><f><![CDATA[<]]></f></a>", &root), 0);
	assert_true(element_is(root, "urn:a", "a"));
	assert_string_equal(element_word(element_child(root, "urn:b", "c"), &word), "t<");
	assert_string_equal(element_attr(element_child(root, "urn:b", "c"), NULL, "d")->value, "1");
	assert_string_equal(element_attr(element_child(root, "urn:b", "c"), "urn:b", "d")->value, "2");
	assert_non_null(element_child(root, "", "e"));
	assert_true(element_blank(element_child(root, "", "e")));
	assert_string_equal(element_text(element_child(root, "urn:a", "f")), "<");
	assert_null(element_child(root, "urn:a", "c"));
	gh_buf_fini(&word);
	lyd_free_all(root);
}

static void test_refused(void **state)
{
	static const char *const bad[] = {
		"", " ", "text", "<", "<a", "<a>", "</a>", "<a></b>", "<a/><b/>", "<a b='1/>", "<a b=1/>",
		"<!DOCTYPE a><a/>", "<a><![CDATA[x</a>", "<a><!-- </a>", "<a>&unknown;</a>", "<x:a/>",
		"<a xmlns:b=''/>", "<a><x l=''xmlns=''/><x l=''xmlns=''/></a>", "<a/></message><message>",
	};
	struct lyd_node *root;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (parse(bad[i], &root) != -EBADMSG)
			fail_msg("not refused: %s", bad[i]);
	}
}

static void test_qualify(void **state)
{
	struct gh_buf out = { 0 }, why = { 0 };
	struct lyd_node *root;

	(void)state;
	assert_int_equal(parse("<a xmlns:g='urn:x-gatehouse:yang:gatehouse'>/g:gateway/child::g:connection[g:name='g:x']</a>",
			       &root), 0);
	assert_true(element_qualify(schema, root, &out, &why));
	assert_string_equal(gh_buf_text(&out),
			    "/gatehouse:gateway/child::gatehouse:connection[gatehouse:name='g:x']");
	lyd_free_all(root);
	assert_int_equal(parse("<a>/g:gateway</a>", &root), 0);
	assert_false(element_qualify(schema, root, &out, &why));
	lyd_free_all(root);
	gh_buf_fini(&out);
	gh_buf_fini(&why);
}

static void test_paths(void **state)
{
	struct gh_buf out = { 0 }, declared = { 0 };

	(void)state;
	path_to_xml(schema, "/gatehouse:gateway/connection[name='a/b:c']/bgp", &out, &declared);
	assert_string_equal(gh_buf_text(&out), "/gh:gateway/gh:connection[gh:name='a/b:c']/gh:bgp");
	assert_string_equal(gh_buf_text(&declared), " xmlns:gh=\"urn:x-gatehouse:yang:gatehouse\"");
	gh_buf_fini(&out);
	gh_buf_fini(&declared);
	path_to_xml(schema, "/unknown:top/x", &out, &declared);
	assert_string_equal(gh_buf_text(&declared), "");
	gh_buf_fini(&out);
	path_to_json("/gatehouse:gateway/gatehouse:connection[gatehouse:name='gatehouse:x']/other:y/gatehouse:z", &out);
	assert_string_equal(gh_buf_text(&out), "/gatehouse:gateway/connection[name='gatehouse:x']/other:y/gatehouse:z");
	gh_buf_fini(&out);
	path_last("/gatehouse:gateway/connection[name='a/b']", &out);
	assert_string_equal(gh_buf_text(&out), "connection");
	gh_buf_fini(&out);
	gh_buf_fini(&declared);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_elements),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_qualify),
		cmocka_unit_test(test_paths),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
