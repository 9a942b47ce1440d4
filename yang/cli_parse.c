/*
 * From lines to edits: see cli.h.
 *
 * Which rule a line fits is found in cli_match.c; here it becomes steps, and
 * the lines that enter and leave nodes are read.
 */
#include <errno.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli.h"
#include "yang/cli_match.h"
#include "yang/cli_step.h"
#include "yang/datastore.h"

static struct cli_target target(const struct cli_parser *p)
{
	return (struct cli_target){ .edits = p->edits, .line = p->number, .entry = p->entry };
}

/* ---- lines of a node ---- */

/* A line that fits a rule: for each token its leaf (NULL for words and the key) and value. */
struct line_values {
	const struct lysc_node *leaf[CLI_PATTERN_MAX];
	char value[CLI_PATTERN_MAX][GW_ENCRYPTED_MAX + 1];
	struct cli_keys keys;
};

static int check_values(struct cli_parser *p, unsigned index, struct line_values *v)
{
	const struct cli_rule *rule = &cli_rules[index];
	const struct cli_pattern *pattern = &p->patterns[index];
	unsigned i;
	int ret = 0;

	v->keys.count = 0;
	for (i = 0; i < pattern->count && !ret; i++) {
		const struct cli_token *t = &pattern->tokens[i];

		v->leaf[i] = NULL;
		v->value[i][0] = '\0';
		if (!t->value)
			continue;
		v->leaf[i] = cli_schema_leaf(p->context, p->node, rule, t->text);
		/* A secret that is to go need not be a right one. */
		if (i < p->line.count && !(t->secret && p->line.negated))
			ret = cli_check_value(p, i, t, v->leaf[i], v->value[i]);
		if (cli_is_key(rule, t->text)) {
			v->keys.array[v->keys.count].leaf = t->text;
			v->keys.array[v->keys.count++].value = v->value[i];
			v->leaf[i] = NULL;
		}
	}
	return ret;
}

static void add_leaves(struct cli_parser *p, unsigned index, const char *base,
		       const struct line_values *v)
{
	const struct cli_target to = target(p);
	const struct cli_pattern *pattern = &p->patterns[index];
	enum edit_verb verb = p->line.negated ? EDIT_DELETE : EDIT_SET;
	bool bare = true;
	unsigned i;

	for (i = 0; i < pattern->count; i++) {
		if (!v->leaf[i])
			continue;
		bare = false;
		cli_step_leaf(&to, verb, base, v->leaf[i], v->value[i], pattern->tokens[i].secret);
		if (p->line.negated)
			verb = EDIT_CLEAR;      /* one warning is enough */
	}
	if (bare)
		cli_step_add(&to, verb, base, NULL, false);
	if (!p->line.negated)
		cli_step_clear(&to, base, cli_rules[index].clears);
}

static int apply_values(struct cli_parser *p, unsigned index)
{
	const struct cli_rule *rule = &cli_rules[index];
	const struct cli_target to = target(p);
	struct line_values v;
	struct gh_buf base = { 0 };
	int ret = check_values(p, index, &v);

	if (ret)
		return ret;
	cli_step_base(&to, rule, &v.keys, &base);
	if (p->line.negated && rule->whole)
		cli_step_add(&to, EDIT_DELETE, gh_buf_text(&base), NULL, false);
	else
		add_leaves(p, index, gh_buf_text(&base), &v);
	gh_buf_fini(&base);
	return 0;
}

/* "gateway, gateway profile NAME or gateway access": every node. */
static void list_nodes(struct gh_buf *out)
{
	enum cli_node node;

	for (node = CLI_GATEWAY; node < CLI_NODES; node++)
		gh_buf_printf(out, "%s%s%s", node == CLI_GATEWAY ? "" :
			      node + 1 == CLI_NODES ? " or " : ", ", cli_contexts[node].words,
			      cli_contexts[node].list ? " NAME" : "");
}

static int parse_rule_line(struct cli_parser *p)
{
	struct gh_buf nodes = { 0 };
	struct cli_target to;
	unsigned rule;
	int ret;

	if (p->node == CLI_TOP) {
		list_nodes(&nodes);
		ret = cli_refuse(p, 1, "no node is entered; begin with %s", gh_buf_text(&nodes));
		gh_buf_fini(&nodes);
		return ret;
	}
	ret = cli_match(p, &rule);
	if (ret)
		return ret;
	if (cli_rules[rule].form == CLI_VALUES)
		return apply_values(p, rule);
	to = target(p);
	cli_step_switch(&to, &cli_rules[rule], p->line.negated);
	return 0;
}

/* ---- nodes ---- */

static void enter(struct cli_parser *p, enum cli_node node, const char *name)
{
	const struct cli_context *c = &cli_contexts[node];

	p->node = node;
	if (c->list) {
		snprintf(p->title, sizeof(p->title), "%s %.*s", c->words, GH_NAME_MAX, name);
		snprintf(p->entry, sizeof(p->entry), "%s/%s[name='%.*s']", c->path, c->list,
			 GH_NAME_MAX, name);
	} else {
		snprintf(p->title, sizeof(p->title), "%s", c->words);
		snprintf(p->entry, sizeof(p->entry), "%s", c->path);
	}
}

/* `no gateway`, `no gateway access`: the lines of that node; lists have their own `no`. */
static void clear_node(struct cli_parser *p)
{
	const struct cli_target to = target(p);
	unsigned i, t;

	for (i = 0; i < cli_rule_count; i++) {
		const struct cli_rule *rule = &cli_rules[i];
		struct gh_buf base = { 0 };

		if (!cli_rule_in(rule, p->node))
			continue;
		if (rule->base && strchr(rule->base, '[')) {
			gh_buf_printf(&base, "%.*s", (int)strcspn(rule->base, "["), rule->base);
			cli_step_clear(&to, p->entry, gh_buf_text(&base));
			gh_buf_fini(&base);
			continue;
		}
		cli_step_base(&to, rule, NULL, &base);
		cli_step_clear(&to, gh_buf_text(&base), rule->boolean);
		for (t = 0; t < p->patterns[i].count; t++)
			if (p->patterns[i].tokens[t].value)
				cli_step_clear(&to, gh_buf_text(&base),
					       p->patterns[i].tokens[t].text);
		gh_buf_fini(&base);
	}
}

/* The node of the line's second word, CLI_TOP for an unknown one. */
static enum cli_node find_node(const struct cli_parser *p)
{
	static const size_t skip = sizeof("gateway ") - 1;
	enum cli_node node;

	for (node = CLI_GATEWAY + 1; node < CLI_NODES; node++)
		if (!strcmp(p->line.words[1], cli_contexts[node].words + skip))
			return node;
	return CLI_TOP;
}

static int refuse_node(struct cli_parser *p)
{
	struct gh_buf words = { 0 };
	enum cli_node node;

	for (node = CLI_GATEWAY + 1; node < CLI_NODES; node++)
		gh_buf_printf(&words, "%s, ", strchr(cli_contexts[node].words, ' ') + 1);
	cli_refuse(p, 2, "expected %sor the end of the line", gh_buf_text(&words));
	gh_buf_fini(&words);
	return -EINVAL;
}

/* The name of a list's entry, the third word. */
static int check_name(struct cli_parser *p, enum cli_node node, char name[GW_ENCRYPTED_MAX + 1])
{
	struct cli_token t = { .value = true, .text = "name" };
	const struct lysc_node *leaf = cli_schema_node(p->context, node);

	if (p->line.count == 2)
		return cli_refuse(p, 2, "the line ends here; expected a name");
	snprintf(t.kind, sizeof(t.kind), "%s", cli_contexts[node].kind);
	return cli_check_value(p, 2, &t, lys_find_child(leaf, leaf->module, "name", 0, 0, 0), name);
}

static int parse_node_line(struct cli_parser *p)
{
	enum cli_node node = p->line.count == 1 ? CLI_GATEWAY : find_node(p);
	char name[GW_ENCRYPTED_MAX + 1] = "";
	unsigned words = node == CLI_GATEWAY ? 1 : cli_contexts[node].list ? 3 : 2;
	struct cli_target to;
	int ret;

	if (node == CLI_TOP)
		return refuse_node(p);
	if (cli_contexts[node].list) {
		ret = check_name(p, node, name);
		if (ret)
			return ret;
	}
	if (p->line.count > words)
		return cli_refuse(p, words + 1, "expected the end of the line");
	enter(p, node, name);
	to = target(p);
	if (cli_contexts[node].list)
		cli_step_add(&to, p->line.negated ? EDIT_DELETE : EDIT_SET, p->entry, NULL, false);
	else if (p->line.negated)
		clear_node(p);
	if (p->line.negated)
		enter(p, CLI_TOP, "");
	return 0;
}

/* ---- lines ---- */

static int parse_line(struct cli_parser *p, const char *text, size_t n)
{
	struct cli_line *line = &p->line;
	struct gh_buf why = { 0 };
	int ret = cli_line_take(line, text, n, &why);

	if (ret)
		cli_refuse(p, 0, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
	if (ret)
		return ret;
	if (!line->count)
		return line->negated ? cli_refuse(p, 0, "the line ends here; expected what to"
						  " remove") : 0;
	if (!strcmp(line->words[0], "gateway"))
		return parse_node_line(p);
	if (line->count == 1 && !line->negated &&
	    (!strcmp(line->words[0], "exit") || !strcmp(line->words[0], "end"))) {
		enter(p, CLI_TOP, "");
		return 0;
	}
	return parse_rule_line(p);
}

int cli_parse(const struct datastore *datastore, const struct secret_key *key,
	      const char *text, size_t length, struct edits *edits, struct gh_buf *why)
{
	struct cli_parser *p = calloc(1, sizeof(*p));
	const char *end = text + length;
	int ret = 0;

	if (!p)
		abort();
	p->context = datastore_context(datastore);
	p->key = key;
	p->edits = edits;
	p->why = why;
	p->patterns = cli_patterns_new();
	enter(p, CLI_TOP, "");
	while (!ret && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		p->number++;
		ret = parse_line(p, text, n);
		text += n + (newline != NULL);
	}
	free(p->patterns);
	/* It may hold a secret. */
	explicit_bzero(p, sizeof(*p));
	free(p);
	return ret;
}
