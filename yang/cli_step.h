/*
 * cli_step - from a line that fits its rule to the steps of an edit
 *
 * Private to cli_parse.c.
 *
 * Ownership  the list of edits copies all it is given.
 * Threads    one owner of the list.
 */
#ifndef GH_YANG_CLI_STEP_H
#define GH_YANG_CLI_STEP_H

#include <libyang/libyang.h>

#include "base/buf.h"
#include "yang/cli_grammar.h"
#include "yang/edit.h"

/* Where the steps of one line go. */
struct cli_target {
	struct edits *edits;
	unsigned line;
	const char *entry;      /* YANG path of the node */
};

/* The values of the keys that a base names. */
#define CLI_KEYS_MAX 2
struct cli_keys {
	unsigned count;
	struct {
		const char *leaf, *value;
	} array[CLI_KEYS_MAX];
};

/* The path of the rule's base; keys may be NULL for one without keys. */
void cli_step_base(const struct cli_target *t, const struct cli_rule *rule,
		   const struct cli_keys *keys, struct gh_buf *out);

void cli_step_add(const struct cli_target *t, enum edit_verb verb, const char *path,
		  const char *value, bool secret);
/* One leaf, or one value of a leaf-list, below base. */
void cli_step_leaf(const struct cli_target *t, enum edit_verb verb, const char *base,
		   const struct lysc_node *leaf, const char *value, bool secret);
/* Clears leaves below base, named in one text with blanks between; NULL for none. */
void cli_step_clear(const struct cli_target *t, const char *base, const char *names);
/* A line without a value: the rule's boolean. */
void cli_step_switch(const struct cli_target *t, const struct cli_rule *rule, bool negated);

#endif
