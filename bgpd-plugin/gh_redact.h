/*
 * redact - what of a line of configuration may leave the host
 *
 * Knows the words that stand before a secret, in our lines and in FRR's. A
 * secret in its encrypted form counts as one.
 *
 * Threads    pure function.
 */
#ifndef GH_REDACT_H
#define GH_REDACT_H

#include <stddef.h>

/* The length of the part that may be shown: all of the line if it has no secret. */
size_t gh_redact(const char *line);

#endif
