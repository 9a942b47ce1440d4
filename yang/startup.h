/*
 * startup - the gateway's lines in frr.conf, which is the startup configuration
 *
 * vtysh's `write memory` writes that file; here only the gateway's nodes of it
 * are read or exchanged, and every other line stays as it is.
 *
 * Threads    the clerk; files are read and written.
 * Errors     0 or -errno; words in why.
 */
#ifndef GH_YANG_STARTUP_H
#define GH_YANG_STARTUP_H

#include "base/buf.h"

/* Each line that begins with "gateway", and what follows up to its exit. No file: no lines. */
int startup_read(const char *path, struct gh_buf *text, struct gh_buf *why);

/*
 * Puts text in the place of the gateway's lines, or at the end. Owner and mode
 * of the file stay. It is exchanged as a whole where its folder may be written
 * to, and rewritten in place where only the file may.
 */
int startup_write(const char *path, const char *text, struct gh_buf *why);

/* The same two as functions of texts: conf's gateway's lines, and conf with them exchanged. */
void startup_take(const char *conf, struct gh_buf *out);
void startup_exchange(const char *conf, const char *text, struct gh_buf *out);

#endif
