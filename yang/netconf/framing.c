/*
 * The two framings: see framing.h.
 *
 * The mark is searched for by how much of it stands at the end of what came
 * so far (Knuth, Morris, Pratt), because it may be cut anywhere. Its bytes are
 * payload until the last one makes them a mark, and are then taken back.
 */
#include "yang/netconf/framing.h"

#include <errno.h>
#include <string.h>

static const char mark[] = "]]>]]>";
#define MARK_LENGTH 6
/* Where the search goes on when the byte after `n` matched ones is wrong. */
static const uint8_t mark_fallback[MARK_LENGTH] = { 0, 0, 1, 0, 1, 2 };

enum chunk_state {
	CHUNK_LF,               /* before "\n#" of the first chunk */
	CHUNK_HASH,
	CHUNK_SIZE,             /* its first digit; there must be a chunk */
	CHUNK_DIGITS,
	CHUNK_DATA,
	CHUNK_NEXT_LF,
	CHUNK_NEXT_HASH,
	CHUNK_NEXT_SIZE,        /* a digit, or the second # of the end */
	CHUNK_END_LF,
};

void framing_init(struct framing *f, size_t limit)
{
	*f = (struct framing){ .limit = limit };
}

static int take_marked(struct framing *f, const uint8_t *bytes, size_t length, size_t *used,
		       struct gh_buf *message)
{
	size_t i = 0;

	while (i < length && f->state < MARK_LENGTH) {
		/* Most bytes are far from any mark. */
		if (!f->state) {
			const uint8_t *next = memchr(bytes + i, mark[0], length - i);

			i = next ? (size_t)(next - bytes) : length;
			if (!next)
				break;
		}
		while (f->state && bytes[i] != (uint8_t)mark[f->state])
			f->state = mark_fallback[f->state];
		if (bytes[i] == (uint8_t)mark[f->state])
			f->state++;
		i++;
	}
	if (gh_buf_length(message) + i > f->limit + MARK_LENGTH)
		return -EMSGSIZE;
	gh_buf_append(message, bytes, i);
	*used = i;
	if (f->state < MARK_LENGTH)
		return 0;
	f->state = 0;
	message->tail -= MARK_LENGTH;
	return 1;
}

/* A byte of a chunk's header. 1: the end of the message. */
static int chunk_step(struct framing *f, uint8_t byte)
{
	switch ((enum chunk_state)f->state) {
	case CHUNK_LF:
	case CHUNK_NEXT_LF:
		if (byte != '\n')
			return -EPROTO;
		f->state++;
		return 0;
	case CHUNK_HASH:
	case CHUNK_NEXT_HASH:
		if (byte != '#')
			return -EPROTO;
		f->state++;
		return 0;
	case CHUNK_NEXT_SIZE:
		if (byte == '#') {
			f->state = CHUNK_END_LF;
			return 0;
		}
		/* fall through */
	case CHUNK_SIZE:
		if (byte < '1' || byte > '9')
			return -EPROTO;
		f->left = byte - '0';
		f->digits = 1;
		f->state = CHUNK_DIGITS;
		return 0;
	case CHUNK_DIGITS:
		if (byte == '\n') {
			f->state = CHUNK_DATA;
			return f->left > UINT32_MAX ? -EPROTO : 0;
		}
		if (byte < '0' || byte > '9' || ++f->digits > 10)
			return -EPROTO;
		f->left = f->left * 10 + (byte - '0');
		return 0;
	case CHUNK_END_LF:
		if (byte != '\n')
			return -EPROTO;
		f->state = CHUNK_LF;
		return 1;
	case CHUNK_DATA:
		break;
	}
	return -EPROTO;
}

static int take_chunked(struct framing *f, const uint8_t *bytes, size_t length, size_t *used,
			struct gh_buf *message)
{
	size_t i = 0;

	while (i < length) {
		size_t n;
		int rc;

		if (f->state != CHUNK_DATA) {
			rc = chunk_step(f, bytes[i++]);
			if (rc < 0)
				return rc;
			if (rc) {
				*used = i;
				return 1;
			}
			/* Known to be too long: no need to wait for it. */
			if (f->state == CHUNK_DATA && gh_buf_length(message) + f->left > f->limit)
				return -EMSGSIZE;
			continue;
		}
		n = length - i < f->left ? length - i : (size_t)f->left;
		gh_buf_append(message, bytes + i, n);
		i += n;
		f->left -= n;
		if (!f->left)
			f->state = CHUNK_NEXT_LF;
	}
	*used = length;
	return 0;
}

int framing_take(struct framing *f, const uint8_t *bytes, size_t length, size_t *used,
		 struct gh_buf *message)
{
	return (f->chunked ? take_chunked : take_marked)(f, bytes, length, used, message);
}

void framing_put(const struct framing *f, const void *message, size_t length, struct gh_buf *out)
{
	if (!f->chunked) {
		gh_buf_append(out, message, length);
		gh_buf_append(out, mark, MARK_LENGTH);
		return;
	}
	if (length)
		gh_buf_printf(out, "\n#%zu\n", length);
	gh_buf_append(out, message, length);
	gh_buf_append(out, "\n##\n", 4);
}
