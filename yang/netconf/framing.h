/*
 * framing - where a NETCONF message ends (RFC 6242 section 4)
 *
 * Two framings: the end-of-message mark "]]>]]>" until both sides have said
 * hello, and chunks after that when both know base:1.1. Bytes may come in
 * pieces of any size; nothing is looked at twice.
 *
 * Ownership  embedded in its session; allocates nothing itself.
 * Threads    one owner at a time.
 * Errors     after one the stream has no next message: close it.
 */
#ifndef GH_NETCONF_FRAMING_H
#define GH_NETCONF_FRAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct framing {
	bool chunked;           /* set between messages only */
	size_t limit;           /* longest message, bytes */
	unsigned state;
	uint64_t left;          /* bytes of the chunk still to come; while its size is read: the size */
	unsigned digits;
};

void framing_init(struct framing *f, size_t limit);

/*
 * Takes bytes and appends what is payload to message. 1: the message is whole;
 * *used bytes belonged to it, and the next call starts the next message. 0:
 * all bytes are used and more are needed. -EMSGSIZE: longer than the limit.
 * -EPROTO: not this framing.
 */
int framing_take(struct framing *f, const uint8_t *bytes, size_t length, size_t *used,
		 struct gh_buf *message);

/* Appends a whole message, framed. */
void framing_put(const struct framing *f, const void *message, size_t length,
		 struct gh_buf *out);

#endif
