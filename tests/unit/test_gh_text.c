/* gh_text: the gateway's lines of a file, names, refusals, secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bgpd-plugin/gh_text.h"

static const char conf[] =
	"frr version 8.4.4\n"
	"gateway\n"
	" asn 65515\n"
	" exit\n"
	"gatewayish\n"
	" not ours\n"
	"gateway connection paris\n"
	" shared-key 6 abc\n"
	"exit\n"
	"!\n"
	"router bgp 1\n"
	" neighbor 1.1.1.1 remote-as 2\n"
	"exit\n"
	"gateway expressroute dc1\n"
	" bfd interval 50 multiplier 3";

static void gateway_lines(void **state)
{
	struct gh_buf out = { 0 };

	(void)state;
	gh_text_gateway(conf, strlen(conf), &out);
	assert_string_equal(gh_buf_text(&out),
			    "gateway\n asn 65515\n exit\n"
			    "gateway connection paris\n shared-key 6 abc\n exit\n"
			    "gateway expressroute dc1\n bfd interval 50 multiplier 3\n");
	gh_buf_fini(&out);
}

/* What was extracted is itself such a file. */
static void gateway_lines_again(void **state)
{
	struct gh_buf once = { 0 }, twice = { 0 };

	(void)state;
	gh_text_gateway(conf, strlen(conf), &once);
	gh_text_gateway(gh_buf_text(&once), gh_buf_length(&once), &twice);
	assert_string_equal(gh_buf_text(&once), gh_buf_text(&twice));
	gh_buf_fini(&once);
	gh_buf_fini(&twice);
}

static void gateway_lines_of_any_bytes(void **state)
{
	(void)state;
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		size_t n = (size_t)rand() % sizeof(conf);
		struct gh_buf out = { 0 };
		/* On the heap and of the exact size: the sanitizer sees each byte too far. */
		char *text = malloc(n + 1);

		memcpy(text, conf, n);
		for (unsigned j = 0; n && j < i % 4; j++)
			text[(size_t)rand() % n] = "\n g\0!e"[rand() % 6];
		gh_text_gateway(text, n, &out);
		gh_buf_fini(&out);
		free(text);
	}
}

static void collect(const char *name, void *arg)
{
	strcat(strcat(arg, name), ",");
}

static void names(void **state)
{
	char got[100] = "";

	(void)state;
	gh_text_names(conf, "gateway connection", collect, got);
	gh_text_names(conf, "gateway expressroute", collect, got);
	assert_string_equal(got, "paris,dc1,");
	gh_text_names("", "gateway connection", collect, got);
	gh_text_names("gateway connection \nno gateway connection x\n", "gateway connection",
		      collect, got);
	assert_string_equal(got, "paris,dc1,");
}

static void refusals(void **state)
{
	static const char text[] = "gateway connection paris\n shared-key 0 geheim\n mtu 1\n";
	char line[64] = "-";
	const char *words = NULL;

	(void)state;
	assert_true(gh_text_refusal("line 3: too small", text, line, sizeof(line), &words));
	assert_string_equal(line, "mtu 1");
	assert_string_equal(words, "too small");
	assert_true(gh_text_refusal("line 2: too short", text, line, sizeof(line), &words));
	assert_string_equal(line, "shared-key 0 ...");
	assert_false(gh_text_refusal("line 9: x", text, line, sizeof(line), &words));
	assert_false(gh_text_refusal("line 0: x", text, line, sizeof(line), &words));
	assert_false(gh_text_refusal("line 4294967295: x", text, line, sizeof(line), &words));
	assert_false(gh_text_refusal("two prefixes overlap", text, line, sizeof(line), &words));
	assert_false(gh_text_refusal("", text, line, sizeof(line), &words));
}

static void secrets(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "shared-key 0 geheim", "shared-key 0 ..." },
		{ "shared-key 6 AbCd", "shared-key 6 ..." },
		{ "shared-key geheim", "shared-key ..." },
		{ "shared-key 0123", "shared-key ..." },
		{ "shared-key 0 ab", "shared-key 0 .." },
		{ "shared-key ", "shared-key " },
		{ "no shared-key", "no shared-key" },
		{ "mtu 1400", "mtu 1400" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char line[64];

		strcpy(line, rows[i].in);
		gh_text_mask(line);
		assert_string_equal(line, rows[i].out);
	}
}

static void flat_lines(void **state)
{
	static const struct { const char *words, *context, *line; } rows[] = {
		{ "connection paris / weight 20", "gateway connection paris", "weight 20" },
		{ "connection paris", "gateway connection paris", NULL },
		{ "/ asn 65010", "gateway", "asn 65010" },
		{ "/ address-space 10.0.0.0/8", "gateway", "address-space 10.0.0.0/8" },
		{ "access-list a / rule r path /gatehouse:gateway", "gateway access-list a",
		  "rule r path /gatehouse:gateway" },
		{ "access-list a / rule r comment this / that", "gateway access-list a",
		  "rule r comment this / that" },
		{ "connection paris /", NULL, NULL },
		{ "/", NULL, NULL },
		{ "", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *line = NULL;
		char context[64];
		bool whole = gh_text_unflatten(rows[i].words, context, sizeof(context), &line);

		assert_int_equal(whole, rows[i].context != NULL);
		if (!whole)
			continue;
		assert_string_equal(context, rows[i].context);
		assert_int_equal(!line, !rows[i].line);
		if (line)
			assert_string_equal(line, rows[i].line);
	}
	/* A name that is too long is refused, not cut. */
	{
		const char *line;
		char small[16];

		assert_false(gh_text_unflatten("connection paris / x", small, sizeof(small), &line));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gateway_lines),
		cmocka_unit_test(gateway_lines_again),
		cmocka_unit_test(gateway_lines_of_any_bytes),
		cmocka_unit_test(names),
		cmocka_unit_test(refusals),
		cmocka_unit_test(secrets),
		cmocka_unit_test(flat_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
