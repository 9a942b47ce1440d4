/*
 * Matching: see cli_match.h.
 *
 * A line is matched against every rule of its node at once; the ones that
 * match furthest tell what was expected where it stops. Words are not
 * abbreviated here: the shell that completes them is vtysh.
 */
#include "yang/cli_match.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "yang/cli_value.h"

#define ECHO_MAX 80             /* characters of a refused word that are repeated */

int cli_refuse(struct cli_parser *p, unsigned shown, const char *format, ...)
{
	const struct cli_line *line = &p->line;
	char reason[1024];
	va_list args;
	unsigned i;

	va_start(args, format);
	vsnprintf(reason, sizeof(reason), format, args);
	va_end(args);
	gh_buf_printf(p->why, "line %u: %s", p->number, line->negated ? "no" : "");
	for (i = 0; i < shown && i < line->count; i++) {
		gh_buf_printf(p->why, "%s%.*s", i || line->negated ? " " : "", ECHO_MAX,
			      line->words[i]);
		if (cli_word_is_secret(line->words[i]))
			break;          /* wherever it stands: what follows is a secret */
	}
	gh_buf_printf(p->why, "%s%s", shown || line->negated ? ": " : "", reason);
	return -EINVAL;
}

int cli_check_value(struct cli_parser *p, unsigned i, const struct cli_token *t,
		    const struct lysc_node *leaf, char canonical[GW_ENCRYPTED_MAX + 1])
{
	const char *text = t->rest ? cli_line_rest(&p->line, i) : p->line.words[i];
	struct gh_buf why = { 0 };
	int ret;

	if (t->secret)
		ret = cli_value_secret(p->key, text, canonical, &why);
	else
		ret = cli_value_check(t, leaf, text, canonical, &why);
	if (ret)
		cli_refuse(p, t->secret ? i : i + 1, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
	return ret;
}

/* Has the node this rule, for the line as it begins? */
static bool open_to(const struct cli_parser *p, unsigned rule)
{
	return cli_rule_in(&cli_rules[rule], p->node) &&
	       (!cli_rules[rule].removal || p->line.negated);
}

/* How many leading words fit the pattern, values of whatever form. */
static unsigned match(const struct cli_parser *p, const struct cli_pattern *pattern)
{
	unsigned i;

	for (i = 0; i < p->line.count && i < pattern->count; i++) {
		if (pattern->tokens[i].rest)
			return p->line.count;
		if (!pattern->tokens[i].value &&
		    strcmp(pattern->tokens[i].text, p->line.words[i]))
			break;
	}
	return i;
}

/* Does the line, matched so far, make this rule whole? */
static bool complete(const struct cli_parser *p, unsigned rule, unsigned matched)
{
	if (matched < p->line.count)
		return false;
	return matched >= (p->line.negated ? cli_rules[rule].no_words : p->patterns[rule].count);
}

/* "asn, router-id, mtu": the first words of the node's lines. */
static void list_lines(const struct cli_parser *p, struct gh_buf *out)
{
	const char *last = "";
	unsigned i;

	for (i = 0; i < cli_rule_count; i++) {
		const char *word = p->patterns[i].tokens[0].text;

		if (!open_to(p, i) || !strcmp(word, last))
			continue;
		gh_buf_printf(out, "%s%s", *last ? ", " : "", word);
		last = word;
	}
}

/* Are the values right that the line has so far, by the first rule that fits so far? */
static int check_so_far(struct cli_parser *p, unsigned best)
{
	char value[GW_ENCRYPTED_MAX + 1];
	unsigned i, t;
	int ret = 0;

	for (i = 0; i < cli_rule_count; i++)
		if (open_to(p, i) && match(p, &p->patterns[i]) == best)
			break;
	for (t = 0; i < cli_rule_count && t < best && t < p->patterns[i].count && !ret; t++) {
		const struct cli_token *token = &p->patterns[i].tokens[t];

		if (token->value && !token->rest)
			ret = cli_check_value(p, t, token, cli_schema_leaf(p->context, p->node,
									   &cli_rules[i],
									   token->text), value);
	}
	return ret;
}

/* What would have been right at the word where the best rules stop. */
static void list_expected(const struct cli_parser *p, unsigned best, struct gh_buf *out)
{
	bool end = false;
	unsigned i;

	for (i = 0; i < cli_rule_count; i++) {
		const struct cli_pattern *pattern = &p->patterns[i];
		const struct cli_token *t = &pattern->tokens[best];
		struct gh_buf word = { 0 };

		if (!open_to(p, i) || match(p, pattern) != best)
			continue;
		if (best == pattern->count) {
			end = true;
			continue;
		}
		if (t->value)
			cli_value_expected(t, cli_schema_leaf(p->context, p->node, &cli_rules[i],
							      t->text), &word);
		else
			gh_buf_printf(&word, "%s", t->text);
		/* Several lines that go on alike are said once. */
		if (!strstr(gh_buf_text(out), gh_buf_text(&word)))
			gh_buf_printf(out, "%s%s", gh_buf_length(out) ? ", or " : "",
				      gh_buf_text(&word));
		gh_buf_fini(&word);
	}
	if (end)
		gh_buf_printf(out, "%sthe end of the line", gh_buf_length(out) ? ", or " : "");
}

/* No rule fits, but the first `best` words are some rule's. */
static int refuse_line(struct cli_parser *p, unsigned best)
{
	struct gh_buf expected = { 0 };

	if (!best) {
		list_lines(p, &expected);
		cli_refuse(p, 1, "unknown word; %s has: %s, exit", p->title,
			   gh_buf_text(&expected));
	} else if (!check_so_far(p, best)) {
		list_expected(p, best, &expected);
		if (best == p->line.count)
			cli_refuse(p, best, "the line ends here; expected %s",
				   gh_buf_text(&expected));
		else
			cli_refuse(p, best + 1, "expected %s", gh_buf_text(&expected));
	}
	gh_buf_fini(&expected);
	return -EINVAL;
}

int cli_match(struct cli_parser *p, unsigned *rule)
{
	unsigned i, n, best = 0;

	for (i = 0; i < cli_rule_count; i++) {
		if (!open_to(p, i))
			continue;
		n = match(p, &p->patterns[i]);
		if (n > best)
			best = n;
		if (complete(p, i, n)) {
			*rule = i;
			return 0;
		}
	}
	return refuse_line(p, best);
}
