/* A growing byte buffer: see buf.h. */
#include "base/buf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_LIKELY 128         /* what a printf writes at most, as a rule */

void gh_buf_fini(struct gh_buf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->size);
	free(b->data);
	*b = (struct gh_buf){ 0 };
}

/* Not realloc: it may leave a copy of a key behind in freed memory. */
static void grow(struct gh_buf *b, size_t n)
{
	size_t used = gh_buf_length(b), size = b->size ? b->size : 256;
	uint8_t *data;

	while (size < used + n)
		size *= 2;
	data = malloc(size);
	if (!data)
		abort();
	if (used)
		memcpy(data, gh_buf_begin(b), used);
	gh_buf_fini(b);
	*b = (struct gh_buf){ .data = data, .tail = used, .size = size };
}

uint8_t *gh_buf_reserve(struct gh_buf *b, size_t n)
{
	if (b->size - b->tail < n) {
		/* Moving down costs at most what was consumed, so it stays linear. */
		if (b->head >= n && b->head >= b->size / 2) {
			memmove(b->data, gh_buf_begin(b), gh_buf_length(b));
			b->tail -= b->head;
			b->head = 0;
		} else {
			grow(b, n);
		}
	}
	return b->data + b->tail;
}

void gh_buf_commit(struct gh_buf *b, size_t n)
{
	assert(n <= b->size - b->tail);
	b->tail += n;
}

void gh_buf_append(struct gh_buf *b, const void *bytes, size_t n)
{
	if (!n)
		return;
	memcpy(gh_buf_reserve(b, n), bytes, n);
	gh_buf_commit(b, n);
}

void gh_buf_puts(struct gh_buf *b, const char *text)
{
	gh_buf_append(b, text, strlen(text));
}

void gh_buf_printf(struct gh_buf *b, const char *format, ...)
{
	size_t room;
	va_list args;
	int n;

	gh_buf_reserve(b, LINE_LIKELY);
	room = b->size - b->tail;
	va_start(args, format);
	n = vsnprintf((char *)b->data + b->tail, room, format, args);
	va_end(args);
	if (n <= 0)
		return;
	if ((size_t)n >= room) {
		gh_buf_reserve(b, (size_t)n + 1);
		va_start(args, format);
		vsnprintf((char *)b->data + b->tail, (size_t)n + 1, format, args);
		va_end(args);
	}
	gh_buf_commit(b, (size_t)n);
}

void gh_buf_consume(struct gh_buf *b, size_t n)
{
	assert(n <= gh_buf_length(b));
	b->head += n;
	if (b->head == b->tail)
		b->head = b->tail = 0;
}

const char *gh_buf_text(struct gh_buf *b)
{
	*gh_buf_reserve(b, 1) = '\0';
	return (const char *)gh_buf_begin(b);
}
