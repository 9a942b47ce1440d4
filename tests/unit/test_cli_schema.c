/*
 * The table of lines against the schema: every leaf that can be configured has
 * a line, and every line a leaf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "yang/cli_grammar.h"
#include "yang/context.h"

/* Leaves that are at most once in a schema this small. */
#define LEAVES_MAX 512

static struct ly_ctx *context;
static struct cli_pattern *patterns;

static struct leaves {
	const struct lysc_node *array[LEAVES_MAX];
	unsigned count;
} lines;

static int setup(void **state)
{
	struct gh_buf why = { 0 };

	(void)state;
	assert_int_equal(context_new(&context, &why), 0);
	patterns = cli_patterns_new();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(patterns);
	context_free(context);
	return 0;
}

static void add(const struct lysc_node *leaf)
{
	assert_true(lines.count < LEAVES_MAX);
	lines.array[lines.count++] = leaf;
}

/* Every leaf that a line has: its values, its boolean, the names of nodes. */
static void collect(void)
{
	enum cli_node node;
	unsigned i, t;

	lines.count = 0;
	for (node = CLI_GATEWAY; node < CLI_NODES; node++) {
		const struct lysc_node *n = cli_schema_node(context, node);

		if (cli_contexts[node].list)
			add(lys_find_child(n, n->module, "name", 0, 0, 0));
		for (i = 0; i < cli_rule_count; i++) {
			const struct cli_rule *rule = &cli_rules[i];

			if (!cli_rule_in(rule, node))
				continue;
			if (rule->boolean)
				add(cli_schema_leaf(context, node, rule, rule->boolean));
			for (t = 0; t < patterns[i].count; t++)
				if (patterns[i].tokens[t].value)
					add(cli_schema_leaf(context, node, rule,
							    patterns[i].tokens[t].text));
		}
	}
}

static unsigned missing, seen;

static LY_ERR look(struct lysc_node *node, void *data, ly_bool *skip)
{
	unsigned i;
	char *path;

	(void)data;
	/* Actions and notifications are no configuration. */
	if (node->nodetype & (LYS_ACTION | LYS_RPC | LYS_NOTIF) || !(node->flags & LYS_CONFIG_W)) {
		*skip = 1;
		return LY_SUCCESS;
	}
	if (!(node->nodetype & (LYS_LEAF | LYS_LEAFLIST)))
		return LY_SUCCESS;
	seen++;
	for (i = 0; i < lines.count; i++)
		if (lines.array[i] == node)
			return LY_SUCCESS;
	path = lysc_path(node, LYSC_PATH_DATA, NULL, 0);
	print_error("no line for %s\n", path);
	free(path);
	missing++;
	return LY_SUCCESS;
}

static void test_every_leaf_has_a_line(void **state)
{
	const struct lys_module *m;
	uint32_t i = 0;

	(void)state;
	collect();
	missing = seen = 0;
	while ((m = ly_ctx_get_module_iter(context, &i)))
		if (m->implemented && (!strcmp(m->name, "gatehouse") ||
				       !strcmp(m->name, "ietf-netconf-acm")))
			assert_int_equal(lysc_module_dfs_full(m, look, NULL), LY_SUCCESS);
	assert_int_equal(missing, 0);
	assert_true(seen > 70);
}

/* No other module that is implemented can be configured behind the lines' back. */
static void test_no_other_module(void **state)
{
	const struct lys_module *m;
	uint32_t i = 0;

	(void)state;
	while ((m = ly_ctx_get_module_iter(context, &i))) {
		const struct lysc_node *n = NULL;

		if (!m->implemented || !strcmp(m->name, "gatehouse") ||
		    !strcmp(m->name, "ietf-netconf-acm"))
			continue;
		while ((n = lys_getnext(n, NULL, m->compiled, 0)))
			if (n->nodetype & (LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST) &&
			    n->flags & LYS_CONFIG_W) {
				print_error("%s:%s can be configured\n", m->name, n->name);
				fail();
			}
	}
}

/* Of each rule: `no` is not longer than the line, and what it clears is there. */
static void test_rules(void **state)
{
	enum cli_node node;
	unsigned i;

	(void)state;
	for (i = 0; i < cli_rule_count; i++) {
		const struct cli_rule *rule = &cli_rules[i];
		const char *leaf = rule->clears;

		assert_true(patterns[i].count >= 1 && rule->no_words >= 1);
		assert_true(rule->no_words <= patterns[i].count);
		assert_int_equal(rule->form != CLI_VALUES, rule->boolean != NULL);
		assert_true(rule->nodes);
		for (node = CLI_GATEWAY; leaf && *leaf; leaf += strspn(leaf, " ")) {
			char name[CLI_TOKEN_MAX];
			size_t n = strcspn(leaf, " ");

			while (!cli_rule_in(rule, node))
				node++;
			snprintf(name, sizeof(name), "%.*s", (int)n, leaf);
			assert_non_null(cli_schema_leaf(context, node, rule, name));
			leaf += n;
		}
	}
}

/* The manual's row of a line begins with its words: "| `rule NAME action ". */
static void print_words(unsigned rule, struct gh_buf *out)
{
	unsigned t;

	for (t = 0; t < patterns[rule].count; t++) {
		const struct cli_token *token = &patterns[rule].tokens[t];

		if (token->value && !cli_is_key(&cli_rules[rule], token->text))
			return;
		gh_buf_printf(out, "%s%s", t ? " " : "", !token->value ? token->text :
			      !strcmp(token->text, "role") ? "<primary\\|secondary>" :
			      !strcmp(token->kind, "prefix") ? "PREFIX" :
			      !strcmp(token->kind, "address") ? "ADDRESS" : "NAME");
	}
}

static void test_every_line_is_in_the_manual(void **state)
{
	static char manual[200000];
	const char *srcdir = getenv("srcdir");
	char path[512];
	unsigned i, without = 0;
	FILE *f;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/configuration.md", srcdir ? srcdir : ".");
	f = fopen(path, "r");
	if (!f)
		skip();
	assert_in_range(fread(manual, 1, sizeof(manual) - 1, f), 1000, sizeof(manual) - 2);
	fclose(f);
	for (i = 0; i < cli_rule_count; i++) {
		struct gh_buf words = { 0 };

		gh_buf_printf(&words, "`%s", cli_rules[i].form == CLI_OFF_BY_NO ? "no " : "");
		print_words(i, &words);
		if (!strstr(manual, gh_buf_text(&words))) {
			print_error("the manual has no line %s\n", gh_buf_text(&words));
			without++;
		}
		gh_buf_fini(&words);
	}
	assert_int_equal(without, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_leaf_has_a_line),
		cmocka_unit_test(test_no_other_module),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_every_line_is_in_the_manual),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
