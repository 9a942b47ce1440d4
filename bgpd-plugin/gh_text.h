/*
 * text - pieces of the configuration's text
 *
 * Ownership  plain text of the caller's; what is built goes to a gh_buf.
 * Threads    pure functions.
 */
#ifndef GH_TEXT_H
#define GH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/*
 * Appends the gateway's nodes found in a whole frr.conf: each line that
 * begins with "gateway" and the lines below it up to the node's end.
 */
void gh_text_gateway(const char *conf, size_t length, struct gh_buf *out);

/* Calls fn with each NAME of the lines "<node> NAME", e.g. of "gateway connection". */
void gh_text_names(const char *text, const char *node, void (*fn)(const char *name, void *arg),
		   void *arg);

/*
 * Splits "line 7: words" of a refusal into the seventh line of text, stripped
 * and with its secret masked, and the words. False if it has no such form.
 */
bool gh_text_refusal(const char *refusal, const char *text, char *line, size_t line_size,
		     const char **words);

/*
 * Takes "connection paris / weight 20" apart: the line that enters the node
 * ("gateway connection paris") and the one in it; *line is NULL for a node
 * alone. False if it has no such form.
 */
bool gh_text_unflatten(const char *words, char *context, size_t size, const char **line);

/* Overwrites the secret of a line with "...". */
void gh_text_mask(char *line);

#endif
