/*
 * history - the last commits, as files that outlive the daemon
 *
 * DIR/ID.conf (0600), each with some comment lines and the whole text:
 *
 *	! commit 17 at 1763672400123 added 3 removed 1
 *	! user alice
 *	! from netconf 192.0.2.7
 *
 * Ownership  the caller's arrays.
 * Threads    whoever owns the directory: the clerk, and the loop at the start.
 * Errors     0 or -errno. A file that cannot be read is as if it were not there.
 */
#ifndef GH_YANG_HISTORY_H
#define GH_YANG_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fact.h"

struct history_entry {
	uint64_t id, wall_ms;
	unsigned added, removed;        /* lines */
	char user[GH_TEXT_MAX + 1], from[GH_TEXT_MAX + 1];
};

/* Newest first, at most max; returns how many. Makes the directory if there is none. */
size_t history_list(const char *dir, struct history_entry *entries, size_t max);
/* Appends the text of a commit. -ENOENT: it is not kept. */
int history_read(const char *dir, uint64_t id, struct gh_buf *text);
/* Writes one, and removes those that are keep or more before it. */
int history_add(const char *dir, const struct history_entry *entry, const char *text,
		unsigned keep);

#endif
