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
static int value_cmp(const char *x, const char *y)
{
	struct gh_prefix p, q;
	struct gh_addr m, n;

	if (!strpbrk(x, ".:") || !strpbrk(y, ".:"))
		return strcmp(x, y);
	if (!gh_prefix_parse(x, &p) && !gh_prefix_parse(y, &q))
		return gh_prefix_cmp(&p, &q);
	if (!gh_addr_parse(x, &m) && !gh_addr_parse(y, &n))
		return gh_addr_cmp(&m, &n);
	return strcmp(x, y);
}

/* By its value; of a list, key by key. */
static int node_cmp(const void *a, const void *b)
{
	const struct lyd_node *x = *(const struct lyd_node *const *)a;
	const struct lyd_node *y = *(const struct lyd_node *const *)b;
	int c;

	if (x->schema->nodetype != LYS_LIST)
		return value_cmp(lyd_get_value(x), lyd_get_value(y));
	for (x = lyd_child(x), y = lyd_child(y); x && y && lysc_is_key(x->schema);
	     x = x->next, y = y->next) {
		c = value_cmp(lyd_get_value(x), lyd_get_value(y));
		if (c)
			return c;
	}
	return 0;
}

/* The children of that name, sorted unless the user orders them. The caller frees the array. */
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
	if (found.count > 1 && !lysc_is_userordered(found.array[0]->schema))
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
	gh_buf_puts(out, t->secret ? " 6 " : " ");
	gh_buf_puts(out, lyd_get_value(leaf));
}

/* One line; of a leaf-list, the one of its values. */
static void print_line(const struct cli_pattern *p, const struct lyd_node *base,
		       const struct lyd_node *value, struct gh_buf *out)
{
	unsigned t;

	for (t = 0; t < p->count; t++) {
		const struct cli_token *token = &p->tokens[t];

		if (token->value) {
			print_value(token, value && t + 1 == p->count ? value :
				    child(base, token->text), out);
		} else {
			gh_buf_puts(out, " ");
			gh_buf_puts(out, token->text);
		}
	}
	gh_buf_puts(out, "\n");
}

/* Is any leaf of the line set, and is each there at least by default? */
static bool has_line(const struct cli_rule *rule, const struct cli_pattern *p,
		     const struct lyd_node *base)
{
	bool set = false, bare = true;
	const struct lyd_node *n;
	unsigned t;

	for (t = 0; t < p->count; t++) {
		const struct lyd_node *leaf;

		if (!p->tokens[t].value)
			continue;
		leaf = child(base, p->tokens[t].text);
		if (!leaf)
			return false;
		if (cli_is_key(rule, p->tokens[t].text))
			continue;
		set |= is_set(leaf);
		bare = false;
	}
	if (!bare)
		return set;
	/* The line that only names an entry: for one of which no other line tells. */
	LY_LIST_FOR(lyd_child_no_keys(base), n)
		if (is_set(n))
			return false;
	return true;
}

static void render_values(const struct cli_rule *rule, const struct cli_pattern *p,
			  const struct lyd_node *base, struct gh_buf *out)
{
	const struct cli_token *last = &p->tokens[p->count - 1];
	const struct lyd_node *leaf = child(base, last->text);
	struct nodes values;
	size_t i;

	if (leaf && leaf->schema->nodetype == LYS_LEAFLIST) {
		values = children(base, last->text, strlen(last->text));
		for (i = 0; i < values.count; i++)
			print_line(p, base, values.array[i], out);
		free(values.array);
	} else if (has_line(rule, p, base)) {
		print_line(p, base, NULL, out);
	}
}

static void render_switch(const struct cli_rule *rule, const struct lyd_node *base,
			  struct gh_buf *out)
{
	const struct lyd_node *boolean = child(base, rule->boolean);

	const char *value = rule->form == CLI_ON_BY_LINE ? "true" : "false";

	if (is_set(boolean) && !strcmp(lyd_get_value(boolean), value))
		gh_buf_printf(out, " %s%s\n", rule->form == CLI_OFF_BY_NO ? "no " : "",
			      rule->pattern);
}

/* The container, or the entries of the list, that a rule's base is. */
static struct nodes find_bases(const struct cli_rule *rule, const struct lyd_node *entry)
{
	const char *step = rule->base;
	size_t n = strcspn(step, "/[");

	while (entry && step[n] == '/') {
		struct nodes found = children(entry, step, n);

		entry = found.count ? found.array[0] : NULL;
		free(found.array);
		step += n + 1;
		n = strcspn(step, "/[");
	}
	return entry ? children(entry, step, n) : (struct nodes){ 0 };
}

static void render_rule(unsigned i, const struct cli_pattern *patterns,
			const struct lyd_node *base, struct gh_buf *out)
{
	if (cli_rules[i].removal)
		return;
	if (cli_rules[i].form == CLI_VALUES)
		render_values(&cli_rules[i], &patterns[i], base, out);
	else
		render_switch(&cli_rules[i], base, out);
}

/* How many rules from i on are of this node and of one base: they are shown entry by entry. */
static unsigned together(enum cli_node node, unsigned i)
{
	unsigned n = 1;

	while (cli_rules[i].base && i + n < cli_rule_count && cli_rules[i + n].base &&
	       cli_rule_in(&cli_rules[i + n], node) &&
	       !strcmp(cli_rules[i].base, cli_rules[i + n].base))
		n++;
	return n;
}

static void render_lines(enum cli_node node, const struct cli_pattern *patterns,
			 const struct lyd_node *entry, struct gh_buf *out)
{
	unsigned i, k, n;
	size_t b;

	for (i = 0; i < cli_rule_count; i += n) {
		struct nodes bases;

		n = 1;
		if (!cli_rule_in(&cli_rules[i], node))
			continue;
		if (!cli_rules[i].base) {
			render_rule(i, patterns, entry, out);
			continue;
		}
		n = together(node, i);
		bases = find_bases(&cli_rules[i], entry);
		for (b = 0; b < bases.count; b++)
			for (k = 0; k < n; k++)
				render_rule(i + k, patterns, bases.array[b], out);
		free(bases.array);
	}
}

/* The node's container in the trees, NULL for none. */
static const struct lyd_node *find_top(const struct lyd_node *tree, enum cli_node node)
{
	const char *name = strchr(cli_contexts[node].path, ':') + 1;
	size_t n = strcspn(name, "/");

	while (tree && (strncmp(tree->schema->name, name, n) || tree->schema->name[n]))
		tree = tree->next;
	return tree && name[n] ? child(tree, name + n + 1) : tree;
}

static void render_node(enum cli_node node, const struct cli_pattern *patterns,
			const struct lyd_node *tree, struct gh_buf *out)
{
	const struct cli_context *c = &cli_contexts[node];
	const struct lyd_node *top = find_top(tree, node);
	struct nodes entries = { 0 };
	struct gh_buf lines = { 0 };
	size_t i;

	if (top && !c->list)
		render_lines(node, patterns, top, &lines);
	else if (top)
		entries = children(top, c->list, strlen(c->list));
	if (gh_buf_length(&lines))
		gh_buf_printf(out, "%s\n%s exit\n", c->words, gh_buf_text(&lines));
	gh_buf_fini(&lines);
	for (i = 0; i < entries.count; i++) {
		gh_buf_printf(out, "%s %s\n", c->words, key_of(entries.array[i]));
		render_lines(node, patterns, entries.array[i], out);
		gh_buf_printf(out, " exit\n");
	}
	free(entries.array);
}

void cli_render(const struct lyd_node *tree, struct gh_buf *out)
{
	struct cli_pattern *patterns;
	enum cli_node node;

	tree = lyd_first_sibling(tree);
	if (!tree)
		return;
	patterns = cli_patterns_new();
	for (node = CLI_GATEWAY; node < CLI_NODES; node++)
		render_node(node, patterns, tree, out);
	free(patterns);
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

/* The node that a path is in; *end is where the path of its entry ends. */
static enum cli_node find_node(const char *path, const char **end)
{
	enum cli_node node, found = CLI_TOP;

	for (node = CLI_GATEWAY; node < CLI_NODES; node++) {
		const struct cli_context *c = &cli_contexts[node];
		size_t n = strlen(c->path), m = c->list ? strlen(c->list) : 0;

		if (strncmp(path, c->path, n) || (path[n] && path[n] != '/'))
			continue;
		if (!c->list) {
			found = node;
			*end = path + n;
		} else if (path[n] && !strncmp(path + n + 1, c->list, m) &&
			   path[n + 1 + m] == '[') {
			*end = path + n + strcspn(path + n, "]");
			*end += **end == ']';
			return node;
		}
	}
	return found;
}

void cli_place(const char *path, bool leaf, struct gh_buf *out)
{
	const char *end;
	enum cli_node node = find_node(path, &end);

	if (node == CLI_TOP)
		return;
	gh_buf_printf(out, "%s", cli_contexts[node].words);
	/* The name is what its predicate holds. */
	if (cli_contexts[node].list)
		print_below(path + strcspn(path, "["), end, out);
	if (leaf && *end) {
		gh_buf_printf(out, ":");
		print_below(end, end + strlen(end), out);
	}
}
