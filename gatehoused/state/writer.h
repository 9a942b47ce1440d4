/*
 * writer - JSON as RFC 7951 has it, a member a call, straight into a buffer
 *
 *   writer_open(w, "state"); writer_number(w, "pid", 7); writer_close(w);
 *
 * No tree is built: what is written may be taken out of the buffer before the
 * rest exists. Texts of peers become valid JSON and valid YANG strings:
 * control characters and bytes that are not UTF-8 turn into '?'.
 *
 * Ownership  borrows the buffer; it may be another one from call to call.
 * Threads    one owner.
 * Units      64-bit numbers are strings (RFC 7951 6.1).
 */
#ifndef GATEHOUSED_WRITER_H
#define GATEHOUSED_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/clock.h"

struct writer {
	struct gh_buf *out;
	bool pretty;                    /* a line a member, for people */
	bool comma;                     /* a value stands before the next */
	unsigned depth;
};

/* An object and a list; key NULL: inside a list. */
void writer_open(struct writer *w, const char *key);
void writer_close(struct writer *w);
void writer_list(struct writer *w, const char *key);
void writer_list_end(struct writer *w);

void writer_text(struct writer *w, const char *key, const char *text);
void writer_format(struct writer *w, const char *key, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Up to 32 bits, signed or not. */
void writer_number(struct writer *w, const char *key, int64_t number);
/* 64 bits. */
void writer_counter(struct writer *w, const char *key, uint64_t number);
void writer_flag(struct writer *w, const char *key, bool flag);

/* Nothing for an empty text, an address that is not set, a time that never was. */
void writer_text_if(struct writer *w, const char *key, const char *text);
void writer_addr(struct writer *w, const char *key, const struct gh_addr *a);
void writer_prefix(struct writer *w, const char *key, const struct gh_prefix *p);
/* A moment as date-and-time of ietf-yang-types. */
void writer_time(struct writer *w, const char *key, struct gh_time t);
void writer_wall(struct writer *w, const char *key, uint64_t wall_ms);

/* The wall clock, ms, at a moment of the monotonic one. */
uint64_t writer_wall_at(struct gh_time t);

#endif
