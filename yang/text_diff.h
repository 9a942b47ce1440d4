/*
 * text_diff - what differs between two canonical texts, node by node
 *
 *	 gateway connection paris
 *	- weight 10
 *	+ weight 20
 *	-gateway connection lyon
 *	- remote-address 198.51.100.9
 *
 * A node that only one text has is there with all its lines, another one only
 * with those that differ, after the line that enters it. Lines of `exit` are
 * left out, and secrets are never shown.
 *
 * Ownership  the caller's buffers.
 * Threads    pure functions.
 */
#ifndef GH_YANG_TEXT_DIFF_H
#define GH_YANG_TEXT_DIFF_H

#include "base/buf.h"

struct text_diff {
	unsigned added, removed;        /* lines */
};

/* out may be NULL, to count only. */
struct text_diff text_diff(const char *from, const char *to, struct gh_buf *out);

#endif
