/*
 * cli_match - a line against the rules of the node that it stands in
 *
 * Private to cli_parse.c: the parser's state, its refusals, and the search for
 * the rule that a line fits.
 *
 * Ownership  the parser borrows all that it is given.
 * Threads    one owner.
 * Errors     -EINVAL, "line 3: bgp remote-as x: reason" being appended to why.
 */
#ifndef GH_YANG_CLI_MATCH_H
#define GH_YANG_CLI_MATCH_H

#include <libyang/libyang.h>

#include "yang/cli_grammar.h"
#include "yang/cli_line.h"
#include "yang/config.h"
#include "yang/edit.h"

struct secret_key;

struct cli_parser {
	const struct ly_ctx *context;
	const struct secret_key *key;
	struct edits *edits;
	struct gh_buf *why;
	struct cli_pattern *patterns;
	/* where we are */
	unsigned number;                /* of the line */
	enum cli_node node;
	char entry[160];                /* YANG path of the node */
	char title[120];                /* "gateway connection paris" */
	struct cli_line line;
};

/* shown is how many words of the line are repeated; a secret never is. */
int cli_refuse(struct cli_parser *p, unsigned shown, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The line from word i on as the value of t; canonical gets the text for the tree. */
int cli_check_value(struct cli_parser *p, unsigned i, const struct cli_token *t,
		    const struct lysc_node *leaf, char canonical[GW_ENCRYPTED_MAX + 1]);

/* *rule gets the number of the rule that the line fits, its values not yet looked at. */
int cli_match(struct cli_parser *p, unsigned *rule);

#endif
