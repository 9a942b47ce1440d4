/*
 * From the tree to lines: see cli.h.
 *
 * Only what was set is printed, as the operator typed it; defaults are not.
 * Everything that has no order of its own is sorted, so that equal trees give
 * equal texts and a text comparison finds what changed.
 */
#include "yang/cli.h"

#include <libyang/libyang.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "yang/cli_grammar.h"

struct nodes {
	const struct lyd_node **array;
	size_t count;
};

static const char *key_of(const struct lyd_node *node)
{
	return lyd_get_value(node->schema->nodetype == LYS_LIST ? lyd_child(node) : node);
}

/* Prefixes and addresses by value, everything else by text. */
static int node_cmp(const void *a, const void *b)
{
	const char *x = key_of(*(const struct lyd_node *const *)a);
	const char *y = key_of(*(const struct lyd_node *const *)b);
	struct gh_prefix p, q;
	struct gh_addr m, n;

	if (!gh_prefix_parse(x, &p) && !gh_prefix_parse(y, &q))
		return gh_prefix_cmp(&p, &q);
	if (!gh_addr_parse(x, &m) && !gh_addr_parse(y, &n))
		return gh_addr_cmp(&m, &n);
	return strcmp(x, y);
}

/* The children of that name, sorted. The caller frees the array. */
static struct nodes children(const struct lyd_node *parent, const char *name, size_t length)
{
	struct nodes found = { 0 };
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(parent), n) {
		if (strncmp(n->schema->name, name, length) || n->schema->name[length])
			continue;
		if (!(found.count & (found.count - 1)))
			found.array = reallocarray(found.array,
						   found.count ? found.count * 2 : 1,
						   sizeof(*found.array));
		if (!found.array)
			abort();
		found.array[found.count++] = n;
	}
	if (found.count > 1)
		qsort(found.array, found.count, sizeof(*found.array), node_cmp);
	return found;
}

static const struct lyd_node *child(const struct lyd_node *parent, const char *name)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(parent), n)
		if (!strcmp(n->schema->name, name))
			return n;
	return NULL;
}

static bool is_set(const struct lyd_node *leaf)
{
	return leaf && !(leaf->flags & LYD_DEFAULT);
}

static void print_value(const struct cli_token *t, const struct lyd_node *leaf, struct gh_buf *out)
{
	/* What the tree holds is always the encrypted form. */
	gh_buf_printf(out, " %s%s", strcmp(t->kind, "secret") ? "" : "6 ", lyd_get_value(leaf));
}

/* A line whose one value is a leaf-list: once for each. */
static void render_repeated(const struct cli_pattern *p, const struct nodes *values,
			    struct gh_buf *out)
{
	size_t i;
	unsigned t;

	for (i = 0; i < values->count; i++) {
		for (t = 0; t < p->count; t++)
			if (p->tokens[t].value)
				print_value(&p->tokens[t], values->array[i], out);
			else
				gh_buf_printf(out, " %s", p->tokens[t].text);
		gh_buf_printf(out, "\n");
	}
}

/* Is any leaf of the line set, and is each there at least by default? */
static bool has_line(const struct cli_rule *rule, const struct cli_pattern *p,
		     const struct lyd_node *base)
{
	bool set = false;
	unsigned t;

	for (t = 0; t < p->count; t++) {
		const struct lyd_node *leaf;

		if (!p->tokens[t].value)
			continue;
		leaf = child(base, p->tokens[t].text);
		if (!leaf)
			return false;
		set |= is_set(leaf) && !cli_is_key(rule, p->tokens[t].text);
	}
	return set;
}

static void render_values(const struct cli_rule *rule, const struct cli_pattern *p,
			  const struct lyd_node *base, struct gh_buf *out)
{
	const struct cli_token *last = &p->tokens[p->count - 1];
	const struct lyd_node *leaf = child(base, last->text);
	unsigned t;

	if (leaf && leaf->schema->nodetype == LYS_LEAFLIST) {
		struct nodes values = children(base, last->text, strlen(last->text));

		render_repeated(p, &values, out);
		free(values.array);
		return;
	}
	if (!has_line(rule, p, base))
		return;
	for (t = 0; t < p->count; t++)
		if (p->tokens[t].value)
			print_value(&p->tokens[t], child(base, p->tokens[t].text), out);
		else
			gh_buf_printf(out, " %s", p->tokens[t].text);
	gh_buf_printf(out, "\n");
}

static void render_switch(const struct cli_rule *rule, const struct lyd_node *base,
			  struct gh_buf *out)
{
	const struct lyd_node *enabled = child(base, "enabled");

	if (is_set(enabled) && !strcmp(lyd_get_value(enabled), "false"))
		gh_buf_printf(out, " %s%s\n", rule->form == CLI_OFF_BY_NO ? "no " : "",
			      rule->pattern);
}

static void render_rule(const struct cli_rule *rule, const struct cli_pattern *p,
			const struct lyd_node *entry, struct gh_buf *out)
{
	struct nodes bases = { 0 };
	size_t i;

	if (rule->base)
		bases = children(entry, rule->base, strcspn(rule->base, "["));
	for (i = 0; i < (rule->base ? bases.count : 1); i++) {
		const struct lyd_node *base = rule->base ? bases.array[i] : entry;

		if (rule->form == CLI_VALUES)
			render_values(rule, p, base, out);
		else
			render_switch(rule, base, out);
	}
	free(bases.array);
}

static void render_lines(enum cli_node node, const struct cli_pattern *patterns,
			 const struct lyd_node *entry, struct gh_buf *out)
{
	unsigned i;

	for (i = 0; i < CLI_RULES; i++)
		if (cli_rules[i].node == node)
			render_rule(&cli_rules[i], &patterns[i], entry, out);
}

static void render_entries(enum cli_node node, const struct cli_pattern *patterns,
			   const struct lyd_node *gateway, struct gh_buf *out)
{
	const char *list = cli_contexts[node].list;
	struct nodes entries = children(gateway, list, strlen(list));
	size_t i;

	for (i = 0; i < entries.count; i++) {
		gh_buf_printf(out, "%s %s\n", cli_contexts[node].words, key_of(entries.array[i]));
		render_lines(node, patterns, entries.array[i], out);
		gh_buf_printf(out, " exit\n");
	}
	free(entries.array);
}

void cli_render(const struct lyd_node *tree, struct gh_buf *out)
{
	struct cli_pattern patterns[CLI_RULES];
	struct gh_buf lines = { 0 };

	while (tree && strcmp(tree->schema->name, "gateway"))
		tree = tree->next;
	if (!tree)
		return;
	cli_patterns(patterns);
	render_lines(CLI_GATEWAY, patterns, tree, &lines);
	if (gh_buf_length(&lines))
		gh_buf_printf(out, "gateway\n%s exit\n", gh_buf_text(&lines));
	gh_buf_fini(&lines);
	render_entries(CLI_EXPRESSROUTE, patterns, tree, out);
	render_entries(CLI_CONNECTION, patterns, tree, out);
}

/* "/edge[role='primary']/peer-ipv6" becomes " edge primary peer-ipv6". */
static void print_below(const char *path, const char *end, struct gh_buf *out)
{
	while (path < end) {
		const char *from, *to;
		size_t n = strcspn(path, "/[");

		if (*path == '/') {
			gh_buf_printf(out, " ");
			path++;
			continue;
		}
		if (n) {
			gh_buf_printf(out, "%.*s", (int)n, path);
			path += n;
			continue;
		}
		from = strchr(path, '\'');
		to = from ? strchr(from + 1, '\'') : NULL;
		if (!to || to[1] != ']')
			return;
		gh_buf_printf(out, " %.*s", (int)(to - from - 1), from + 1);
		path = to + 2;
	}
}

void cli_place(const char *path, bool leaf, struct gh_buf *out)
{
	static const char root[] = "/gatehouse:gateway";
	const char *entry;
	size_t i, n;

	if (strncmp(path, root, sizeof(root) - 1))
		return;
	gh_buf_printf(out, "gateway");
	path += sizeof(root) - 1;
	entry = path;
	for (i = CLI_EXPRESSROUTE; i < CLI_NODES; i++) {
		n = strlen(cli_contexts[i].list);
		if (*path != '/' || strncmp(path + 1, cli_contexts[i].list, n) ||
		    path[1 + n] != '[')
			continue;
		path += strcspn(path, "]");
		path += *path == ']';
		print_below(entry, path, out);
		break;
	}
	if (leaf && *path) {
		gh_buf_printf(out, ":");
		print_below(path, path + strlen(path), out);
	}
}
