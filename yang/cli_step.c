/* Steps of a line: see cli_step.h. */
#include "yang/cli_step.h"

#include <string.h>

void cli_step_add(const struct cli_target *t, enum edit_verb verb, const char *path,
		  const char *value, bool secret)
{
	edits_add(t->edits, &(struct edit){ .line = t->line, .verb = verb, .path = (char *)path,
					    .value = (char *)value, .secret = secret });
}

/* The value for "leaf}...", "" for none. */
static const char *key_value(const struct cli_keys *keys, const char *leaf)
{
	size_t n = strcspn(leaf, "}");
	unsigned i;

	for (i = 0; keys && i < keys->count; i++)
		if (strlen(keys->array[i].leaf) == n && !memcmp(keys->array[i].leaf, leaf, n))
			return keys->array[i].value;
	return "";
}

void cli_step_base(const struct cli_target *t, const struct cli_rule *rule,
		   const struct cli_keys *keys, struct gh_buf *out)
{
	const char *rest = rule->base, *brace;

	gh_buf_printf(out, "%s", t->entry);
	if (!rest)
		return;
	gh_buf_printf(out, "/");
	while ((brace = strchr(rest, '{'))) {
		gh_buf_printf(out, "%.*s%s", (int)(brace - rest), rest, key_value(keys, brace + 1));
		rest = strchr(brace, '}') + 1;
	}
	gh_buf_printf(out, "%s", rest);
}

void cli_step_leaf(const struct cli_target *t, enum edit_verb verb, const char *base,
		   const struct lysc_node *leaf, const char *value, bool secret)
{
	struct gh_buf path = { 0 };

	gh_buf_printf(&path, "%s/%s", base, leaf->name);
	if (leaf->nodetype == LYS_LEAFLIST) {
		gh_buf_printf(&path, "[.='%s']", value);
		value = NULL;
	}
	cli_step_add(t, verb, gh_buf_text(&path), verb == EDIT_SET ? value : NULL, secret);
	gh_buf_fini(&path);
}

void cli_step_clear(const struct cli_target *t, const char *base, const char *names)
{
	while (names && *names) {
		size_t n = strcspn(names, " ");
		struct gh_buf path = { 0 };

		gh_buf_printf(&path, "%s/%.*s", base, (int)n, names);
		cli_step_add(t, EDIT_CLEAR, gh_buf_text(&path), NULL, false);
		gh_buf_fini(&path);
		names += n + strspn(names + n, " ");
	}
}

void cli_step_switch(const struct cli_target *t, const struct cli_rule *rule, bool negated)
{
	bool sets = negated == (rule->form == CLI_OFF_BY_NO);
	struct gh_buf base = { 0 }, path = { 0 };

	cli_step_base(t, rule, NULL, &base);
	gh_buf_printf(&path, "%s/%s", gh_buf_text(&base), rule->boolean);
	if (sets) {
		cli_step_add(t, EDIT_SET, gh_buf_text(&path),
			     rule->form == CLI_ON_BY_LINE ? "true" : "false", false);
		cli_step_clear(t, gh_buf_text(&base), rule->clears);
	} else {
		cli_step_add(t, negated ? EDIT_DELETE : EDIT_CLEAR, gh_buf_text(&path), NULL,
			     false);
	}
	gh_buf_fini(&base);
	gh_buf_fini(&path);
}
