/*
 * cli_value - one value of a line: its form, and what to say when it is wrong
 *
 * Private to cli_parse.c.
 *
 * Threads    pure functions on a context that nobody changes.
 */
#ifndef GH_YANG_CLI_VALUE_H
#define GH_YANG_CLI_VALUE_H

#include <libyang/libyang.h>

#include "base/buf.h"
#include "base/fact.h"
#include "yang/cli_grammar.h"
#include "yang/secret.h"

/* Appends what a value must be: "a number from 1 to 4294967295". */
void cli_value_expected(const struct cli_token *token, const struct lysc_node *leaf,
			struct gh_buf *out);

/*
 * Is the word a value of this token? canonical gets the form that the tree
 * holds. -EINVAL: why says what was expected. The schema has the last word.
 */
int cli_value_check(const struct cli_token *token, const struct lysc_node *leaf, const char *word,
		    char canonical[GH_TEXT_MAX + 1], struct gh_buf *why);

/*
 * The value of shared-key, the rest of its line, since a secret may hold
 * blanks: `0 SECRET`, `6 ENCRYPTED`, or SECRET. -EINVAL with words in why,
 * which repeat nothing of it.
 */
int cli_value_secret(const struct secret_key *key, const char *rest,
		     char encrypted[GW_ENCRYPTED_MAX + 1], struct gh_buf *why);

#endif
