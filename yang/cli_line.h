/*
 * cli_line - one line of text, checked for its characters and cut into words
 *
 * Private to the files cli_*.c.
 *
 * Ownership  a line holds copies; it may hold a secret, so its owner wipes it.
 * Threads    one owner.
 */
#ifndef GH_YANG_CLI_LINE_H
#define GH_YANG_CLI_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/cli.h"

#define CLI_WORDS_MAX 16

struct cli_line {
	bool negated;                   /* began with no, which is not in words */
	unsigned count;
	char *words[CLI_WORDS_MAX];     /* the first ones; no pattern has as many */
	char text[CLI_LINE_MAX + 1];    /* cut into the words */
	char whole[CLI_LINE_MAX + 1];   /* the same, uncut */
};

/*
 * Takes the line of n bytes, tabs made blanks. 0 words: it is empty or a
 * comment. -EINVAL with the reason for one that is too long or not ASCII.
 */
int cli_line_take(struct cli_line *line, const char *text, size_t n, struct gh_buf *why);

/* All from word i on, blanks as they were; "" beyond the end. */
const char *cli_line_rest(const struct cli_line *line, unsigned i);

#endif
