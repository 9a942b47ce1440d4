/*
 * buf - a growing byte buffer, consumed from the front
 *
 * Ownership  the buffer owns its bytes; gh_buf_fini wipes and frees them.
 * Threads    one owner at a time.
 * Errors     running out of memory aborts: a control process that cannot
 *            hold a message cannot go on, and the keeper starts it again.
 */
#ifndef GH_BUF_H
#define GH_BUF_H

#include <stddef.h>
#include <stdint.h>

struct gh_buf {
	uint8_t *data;
	size_t head;            /* first byte not yet consumed */
	size_t tail;            /* one past the last byte */
	size_t size;
};

void gh_buf_fini(struct gh_buf *b);

static inline size_t gh_buf_length(const struct gh_buf *b)
{
	return b->tail - b->head;
}

static inline uint8_t *gh_buf_begin(const struct gh_buf *b)
{
	return b->data + b->head;
}

/* Room for n more bytes at the tail; commit with gh_buf_commit. */
uint8_t *gh_buf_reserve(struct gh_buf *b, size_t n);
void gh_buf_commit(struct gh_buf *b, size_t n);
void gh_buf_append(struct gh_buf *b, const void *bytes, size_t n);
void gh_buf_puts(struct gh_buf *b, const char *text);
void gh_buf_printf(struct gh_buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void gh_buf_consume(struct gh_buf *b, size_t n);
/* The content as a C string, owned by the buffer and valid until it changes. */
const char *gh_buf_text(struct gh_buf *b);

#endif
