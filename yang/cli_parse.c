/*
 * From lines to edits: see cli.h.
 *
 * A line is matched against every rule of its node at once; the ones that
 * match furthest tell what was expected where it stops. Words are not
 * abbreviated here: the shell that completes them is vtysh.
 */
#include "yang/cli.h"

#include <errno.h>
#include <libyang/libyang.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli_grammar.h"
#include "yang/cli_step.h"
#include "yang/cli_value.h"
#include "yang/datastore.h"
#include "yang/secret.h"

#define WORDS_MAX 16
#define ECHO_MAX 80             /* characters of a refused word that are repeated */

struct parser {
	const struct datastore *datastore;
	const struct secret_key *key;
	struct edits *edits;
	struct gh_buf *why;
	struct cli_pattern patterns[CLI_RULES];
	/* where we are */
	unsigned line;
	enum cli_node node;
	char entry[160];                /* YANG path of the node */
	char title[120];                /* "gateway connection paris" */
	/* the present line */
	char text[CLI_LINE_MAX + 1];    /* cut into words */
	char rest[CLI_LINE_MAX + 1];    /* from the second word on, uncut */
	char *words[WORDS_MAX];
	unsigned count;
	bool negated;                   /* began with no, which is not in words */
};

/* ---- messages ---- */

/*
 * "line 3: bgp remote-as x: " and the reason. shown is how many words are
 * repeated; a secret is never among them.
 */
__attribute__((format(printf, 3, 4)))
static int refuse(struct parser *p, unsigned shown, const char *format, ...)
{
	char reason[1024];
	va_list args;
	unsigned i;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	gh_buf_printf(p->why, "line %u: %s", p->line, p->negated ? "no" : "");
	for (i = 0; i < shown && i < p->count; i++)
		gh_buf_printf(p->why, "%s%.*s", i || p->negated ? " " : "", ECHO_MAX, p->words[i]);
	gh_buf_printf(p->why, "%s%s", shown || p->negated ? ": " : "", reason);
	return -EINVAL;
}

/* ---- the schema behind a token ---- */

static const struct lysc_node *find_schema(const struct parser *p, enum cli_node node,
					   const struct cli_rule *rule, const char *leaf)
{
	const struct lys_module *m = datastore_module(p->datastore);
	const struct lysc_node *n = lys_find_child(NULL, m, "gateway", 0, 0, 0);

	if (n && cli_contexts[node].list)
		n = lys_find_child(n, m, cli_contexts[node].list, 0, 0, 0);
	if (n && rule && rule->base)
		n = lys_find_child(n, m, rule->base, strcspn(rule->base, "["), 0, 0);
	if (n)
		n = lys_find_child(n, m, leaf, 0, 0, 0);
	if (!n)
		abort();        /* the table names a leaf that the module does not have */
	return n;
}

/* ---- values ---- */

/* Word i as a value of token t; canonical gets the text for the tree. */
static int check_value(struct parser *p, unsigned i, const struct cli_token *t,
		       const struct lysc_node *leaf, char canonical[GH_TEXT_MAX + 1])
{
	struct gh_buf why = { 0 };
	int ret = cli_value_check(t, leaf, p->words[i], canonical, &why);

	if (ret)
		refuse(p, i + 1, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
	return ret;
}

/* Nothing of a secret is repeated: only the first word of the line is. */
static int check_secret(struct parser *p, char encrypted[GW_ENCRYPTED_MAX + 1])
{
	struct gh_buf why = { 0 };
	int ret = cli_value_secret(p->key, p->rest, encrypted, &why);

	if (ret)
		refuse(p, 1, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
	return ret;
}

/* ---- matching ---- */

static bool is_secret(const struct cli_token *t)
{
	return !strcmp(t->kind, "secret");
}

/* How many leading words fit the pattern, values of whatever form. */
static unsigned match(const struct parser *p, const struct cli_pattern *pattern)
{
	unsigned i;

	for (i = 0; i < p->count && i < pattern->count; i++) {
		if (is_secret(&pattern->tokens[i]))
			return p->count;
		if (!pattern->tokens[i].value && strcmp(pattern->tokens[i].text, p->words[i]))
			break;
	}
	return i;
}

/* Does the line, matched so far, make this rule whole? */
static bool complete(const struct parser *p, unsigned rule, unsigned matched)
{
	if (matched < p->count)
		return false;
	if (p->negated)
		return matched >= cli_rules[rule].no_words;
	return matched >= p->patterns[rule].count;
}

/* "asn, router-id, mtu": the first words of the node's lines. */
static void list_lines(const struct parser *p, struct gh_buf *out)
{
	const char *last = "";
	unsigned i;

	for (i = 0; i < CLI_RULES; i++) {
		const char *word = p->patterns[i].tokens[0].text;

		if (cli_rules[i].node != p->node || !strcmp(word, last))
			continue;
		gh_buf_printf(out, "%s%s", *last ? ", " : "", word);
		last = word;
	}
}

/* Are the values right that the line has so far, by the first rule that fits so far? */
static int check_so_far(struct parser *p, unsigned best)
{
	unsigned i, t;
	int ret = 0;

	for (i = 0; i < CLI_RULES; i++)
		if (cli_rules[i].node == p->node && match(p, &p->patterns[i]) == best)
			break;
	for (t = 0; t < best && t < p->patterns[i].count && !ret; t++) {
		const struct cli_token *token = &p->patterns[i].tokens[t];
		char value[GH_TEXT_MAX + 1];

		if (token->value && !is_secret(token))
			ret = check_value(p, t, token, find_schema(p, p->node, &cli_rules[i],
								   token->text), value);
	}
	return ret;
}

/* No rule fits: what would have been right at the word where the best ones stop? */
static int refuse_line(struct parser *p, unsigned best)
{
	struct gh_buf expected = { 0 };
	bool end = false;
	unsigned i;

	if (!best) {
		list_lines(p, &expected);
		refuse(p, 1, "unknown word; %s has: %s, exit", p->title, gh_buf_text(&expected));
		gh_buf_fini(&expected);
		return -EINVAL;
	}
	if (check_so_far(p, best))
		return -EINVAL;
	for (i = 0; i < CLI_RULES; i++) {
		const struct cli_pattern *pattern = &p->patterns[i];

		if (cli_rules[i].node != p->node || match(p, pattern) != best)
			continue;
		if (best == pattern->count) {
			end = true;
			continue;
		}
		gh_buf_printf(&expected, "%s", gh_buf_length(&expected) ? ", or " : "");
		if (pattern->tokens[best].value)
			cli_value_expected(&pattern->tokens[best],
					   find_schema(p, p->node, &cli_rules[i],
						       pattern->tokens[best].text), &expected);
		else
			gh_buf_printf(&expected, "%s", pattern->tokens[best].text);
	}
	if (end)
		gh_buf_printf(&expected, "%sthe end of the line",
			      gh_buf_length(&expected) ? ", or " : "");
	if (best == p->count)
		refuse(p, best, "the line ends here; expected %s", gh_buf_text(&expected));
	else
		refuse(p, best + 1, "expected %s", gh_buf_text(&expected));
	gh_buf_fini(&expected);
	return -EINVAL;
}

/* ---- lines of a node ---- */

/* A line that fits a rule: for each token its leaf (NULL for words and the key) and value. */
struct line_values {
	const struct lysc_node *leaf[CLI_PATTERN_MAX];
	char value[CLI_PATTERN_MAX][GW_ENCRYPTED_MAX + 1];
	const char *key;
};

static int check_values(struct parser *p, unsigned index, struct line_values *v)
{
	const struct cli_pattern *pattern = &p->patterns[index];
	unsigned i;
	int ret = 0;

	v->key = "";
	for (i = 0; i < pattern->count && !ret; i++) {
		const struct cli_token *t = &pattern->tokens[i];

		v->leaf[i] = NULL;
		v->value[i][0] = '\0';
		if (!t->value)
			continue;
		v->leaf[i] = find_schema(p, p->node, &cli_rules[index], t->text);
		if (is_secret(t))
			ret = p->negated ? 0 : check_secret(p, v->value[i]);
		else if (i < p->count)
			ret = check_value(p, i, t, v->leaf[i], v->value[i]);
		if (cli_is_key(&cli_rules[index], t->text)) {
			v->key = v->value[i];
			v->leaf[i] = NULL;
		}
	}
	return ret;
}

static struct cli_target target(const struct parser *p)
{
	return (struct cli_target){ .edits = p->edits, .line = p->line, .entry = p->entry };
}

static int apply_values(struct parser *p, unsigned index)
{
	const struct cli_rule *rule = &cli_rules[index];
	const struct cli_pattern *pattern = &p->patterns[index];
	enum edit_verb verb = p->negated ? EDIT_DELETE : EDIT_SET;
	const struct cli_target t = target(p);
	struct line_values v;
	struct gh_buf base = { 0 };
	unsigned i;
	int ret = check_values(p, index, &v);

	if (ret)
		return ret;
	cli_step_base(&t, rule, v.key, &base);
	if (p->negated && rule->whole)
		cli_step_add(&t, EDIT_DELETE, gh_buf_text(&base), NULL, false);
	for (i = 0; i < pattern->count && !(p->negated && rule->whole); i++) {
		if (!v.leaf[i])
			continue;
		cli_step_leaf(&t, verb, gh_buf_text(&base), v.leaf[i], v.value[i],
			      is_secret(&pattern->tokens[i]));
		if (p->negated)
			verb = EDIT_CLEAR;      /* one warning is enough */
	}
	if (!p->negated)
		cli_step_clear(&t, gh_buf_text(&base), rule->clears);
	gh_buf_fini(&base);
	return 0;
}

static int parse_rule_line(struct parser *p)
{
	struct cli_target t;
	unsigned i, best = 0;

	if (p->node == CLI_TOP)
		return refuse(p, 1, "no node is entered; begin with gateway,"
			      " gateway expressroute NAME or gateway connection NAME");
	for (i = 0; i < CLI_RULES; i++) {
		unsigned n;

		if (cli_rules[i].node != p->node)
			continue;
		n = match(p, &p->patterns[i]);
		if (n > best)
			best = n;
		if (!complete(p, i, n))
			continue;
		if (cli_rules[i].form == CLI_VALUES)
			return apply_values(p, i);
		t = target(p);
		cli_step_switch(&t, &cli_rules[i], p->negated);
		return 0;
	}
	return refuse_line(p, best);
}

/* ---- nodes ---- */

static void enter(struct parser *p, enum cli_node node, const char *name)
{
	p->node = node;
	p->entry[0] = '\0';
	snprintf(p->title, sizeof(p->title), "%s%s%.*s", cli_contexts[node].words,
		 *name ? " " : "", GH_NAME_MAX, name);
	if (node == CLI_GATEWAY) {
		snprintf(p->entry, sizeof(p->entry), "%s", cli_contexts[node].path);
	} else if (node != CLI_TOP) {
		const char *path = cli_contexts[node].path;
		const char *hole = strstr(path, "%s");

		snprintf(p->entry, sizeof(p->entry), "%.*s%.*s%s", (int)(hole - path), path,
			 GH_NAME_MAX, name, hole + 2);
	}
}

/* `no gateway`: the lines of that node; circuits and connections have their own `no`. */
static void clear_gateway(struct parser *p)
{
	const struct cli_target to = target(p);
	unsigned i, t;

	for (i = 0; i < CLI_RULES; i++) {
		struct gh_buf base = { 0 };

		if (cli_rules[i].node != CLI_GATEWAY)
			continue;
		cli_step_base(&to, &cli_rules[i], "", &base);
		for (t = 0; t < p->patterns[i].count; t++)
			if (p->patterns[i].tokens[t].value)
				cli_step_clear(&to, gh_buf_text(&base),
					       p->patterns[i].tokens[t].text);
		gh_buf_fini(&base);
	}
}

static int parse_node_line(struct parser *p)
{
	static const struct cli_token name = { .value = true, .text = "name", .kind = "name" };
	char value[GH_TEXT_MAX + 1];
	struct cli_target to;
	enum cli_node node;
	int ret;

	if (p->count == 1) {
		enter(p, CLI_GATEWAY, "");
		if (p->negated) {
			clear_gateway(p);
			enter(p, CLI_TOP, "");
		}
		return 0;
	}
	if (!strcmp(p->words[1], "expressroute"))
		node = CLI_EXPRESSROUTE;
	else if (!strcmp(p->words[1], "connection"))
		node = CLI_CONNECTION;
	else
		return refuse(p, 2, "expected expressroute, connection or the end of the line");
	if (p->count == 2)
		return refuse(p, 2, "the line ends here; expected a name");
	ret = check_value(p, 2, &name, find_schema(p, node, NULL, "name"), value);
	if (ret)
		return ret;
	if (p->count > 3)
		return refuse(p, 4, "expected the end of the line");
	enter(p, node, value);
	to = target(p);
	cli_step_add(&to, p->negated ? EDIT_DELETE : EDIT_SET, p->entry, NULL, false);
	if (p->negated)
		enter(p, CLI_TOP, "");
	return 0;
}

/* ---- lines ---- */

static int check_characters(struct parser *p, const char *line, size_t n)
{
	size_t i;

	if (n > CLI_LINE_MAX)
		return refuse(p, 0, "longer than %d characters", CLI_LINE_MAX);
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c >= 0x80)
			return refuse(p, 0, "character %zu is not ASCII (byte 0x%02x)", i + 1, c);
		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return refuse(p, 0, "character %zu is a control character (0x%02x)",
				      i + 1, c);
	}
	return 0;
}

/* Cuts text into words; true if there are no more than fit. */
static bool cut_words(struct parser *p)
{
	char *s = p->text;

	p->count = 0;
	for (;;) {
		s += strspn(s, " ");
		if (!*s)
			return true;
		if (p->count == WORDS_MAX)
			return false;
		p->words[p->count++] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = '\0';
	}
}

/* text gets the line, tabs made blanks, `no` taken off; rest what follows its first word. */
static void take_line(struct parser *p, const char *line, size_t n)
{
	char *s = p->text;
	size_t i;

	memcpy(s, line, n);
	s[n] = '\0';
	for (i = 0; i < n; i++)
		if (s[i] == '\t')
			s[i] = ' ';
	p->negated = !strncmp(s, "no", 2) && (s[2] == ' ' || !s[2]);
	if (p->negated) {
		i = 2 + strspn(s + 2, " ");
		memmove(s, s + i, strlen(s + i) + 1);
	}
	s += strcspn(s, " ");
	strcpy(p->rest, s + strspn(s, " "));
}

static int parse_line(struct parser *p, const char *line, size_t n)
{
	int ret;

	while (n && (line[n - 1] == ' ' || line[n - 1] == '\t' || line[n - 1] == '\r'))
		n--;
	while (n && (*line == ' ' || *line == '\t')) {
		line++;
		n--;
	}
	if (!n || *line == '!' || *line == '#')
		return 0;
	p->count = 0;
	p->negated = false;
	ret = check_characters(p, line, n);
	if (ret)
		return ret;
	take_line(p, line, n);
	if (!cut_words(p) && strcmp(p->words[0], "shared-key"))
		return refuse(p, 3, "too many words");
	if (!p->count)
		return refuse(p, 0, "the line ends here; expected what to remove");
	if (!strcmp(p->words[0], "gateway"))
		return parse_node_line(p);
	if (p->count == 1 && !p->negated &&
	    (!strcmp(p->words[0], "exit") || !strcmp(p->words[0], "end"))) {
		enter(p, CLI_TOP, "");
		return 0;
	}
	return parse_rule_line(p);
}

int cli_parse(const struct datastore *datastore, const struct secret_key *key,
	      const char *text, size_t length, struct edits *edits, struct gh_buf *why)
{
	struct parser *p = calloc(1, sizeof(*p));
	const char *end = text + length;
	int ret = 0;

	if (!p)
		abort();
	p->datastore = datastore;
	p->key = key;
	p->edits = edits;
	p->why = why;
	cli_patterns(p->patterns);
	enter(p, CLI_TOP, "");
	while (!ret && text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		p->line++;
		ret = parse_line(p, text, n);
		text += n + 1;
	}
	/* It may hold a secret. */
	explicit_bzero(p, sizeof(*p));
	free(p);
	return ret;
}
