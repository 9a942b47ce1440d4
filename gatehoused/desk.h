/*
 * desk - where the keeper reads and writes the startup configuration for its child
 *
 * frr.conf belongs to FRR's user, and holds more than the gateway's lines. So
 * the child gets those lines and nothing else of it, and the keeper puts
 * nothing but such lines in their place, whatever it is given.
 *
 * Wire: one packet each way over a socket pair of its own, since the clerk
 * asks, and not the loop. 'g', or 'p' with a sealed memfd of the lines; the
 * answer is an int, 0 or -errno, for 'g' with a memfd.
 *
 * Threads    desk_serve: the keeper. desk_read, desk_write: the child's clerk;
 *            they block, for two seconds at most.
 * Errors     0 or -errno with words in why.
 */
#ifndef GATEHOUSED_DESK_H
#define GATEHOUSED_DESK_H

#include <stdbool.h>

#include "base/buf.h"

/* Serves what is there. False: the other end is gone. */
bool desk_serve(int line, const char *path);

/* self: the line's number as a pointer (store.h's struct store_startup). */
int desk_read(void *self, struct gh_buf *text, struct gh_buf *why);
int desk_write(void *self, const char *text, struct gh_buf *why);

#endif
