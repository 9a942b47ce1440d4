/*
 * The messages of vici, written and read: see vici.h.
 *
 * A message is checked once as a whole; after that the readers only have to
 * find their way. Looking up a key walks its section: messages are small.
 */
#include "ipsec/vici.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum element {
	SECTION_START = 1,
	SECTION_END = 2,
	KEY_VALUE = 3,
	LIST_START = 4,
	LIST_ITEM = 5,
	LIST_END = 6,
};

/* ---- written ---- */

static void put_name(struct gh_buf *b, enum element type, const char *name)
{
	size_t n = strnlen(name, VICI_NAME_MAX);
	uint8_t head[] = { (uint8_t)type, (uint8_t)n };

	gh_buf_append(b, head, sizeof(head));
	gh_buf_append(b, name, n);
}

static void put_end(struct gh_buf *b, enum element type)
{
	uint8_t t = (uint8_t)type;

	gh_buf_append(b, &t, 1);
}

static void put_value(struct gh_buf *b, const void *bytes, size_t length)
{
	uint8_t be[2];

	if (length > UINT16_MAX)
		length = UINT16_MAX;
	be[0] = (uint8_t)(length >> 8);
	be[1] = (uint8_t)length;
	gh_buf_append(b, be, sizeof(be));
	gh_buf_append(b, bytes, length);
}

static void put_text(struct gh_buf *b, const char *format, va_list args)
{
	char text[1024];
	int n = vsnprintf(text, sizeof(text), format, args);

	put_value(b, text, n < 0 ? 0 : n < (int)sizeof(text) ? (size_t)n : sizeof(text) - 1);
}

void vici_put_section(struct gh_buf *b, const char *name)
{
	put_name(b, SECTION_START, name);
}

void vici_put_section_end(struct gh_buf *b)
{
	put_end(b, SECTION_END);
}

void vici_put_bytes(struct gh_buf *b, const char *name, const void *bytes, size_t length)
{
	put_name(b, KEY_VALUE, name);
	put_value(b, bytes, length);
}

void vici_put(struct gh_buf *b, const char *name, const char *format, ...)
{
	va_list args;

	put_name(b, KEY_VALUE, name);
	va_start(args, format);
	put_text(b, format, args);
	va_end(args);
}

void vici_put_list(struct gh_buf *b, const char *name)
{
	put_name(b, LIST_START, name);
}

void vici_put_item(struct gh_buf *b, const char *format, ...)
{
	va_list args;

	put_end(b, LIST_ITEM);
	va_start(args, format);
	put_text(b, format, args);
	va_end(args);
}

void vici_put_item_bytes(struct gh_buf *b, const void *bytes, size_t length)
{
	put_end(b, LIST_ITEM);
	put_value(b, bytes, length);
}

void vici_put_list_end(struct gh_buf *b)
{
	put_end(b, LIST_END);
}

/* ---- read ---- */

/* One element; name and value are slices of the message. */
struct item {
	enum element type;
	const char *name;
	size_t name_length;
	const char *value;
	size_t value_length;
};

static bool has_name(enum element t)
{
	return t == SECTION_START || t == KEY_VALUE || t == LIST_START;
}

static bool has_value(enum element t)
{
	return t == KEY_VALUE || t == LIST_ITEM;
}

/* Reads the element at *at and moves behind it; false at the end or when cut short. */
static bool next(const struct vici_message *m, size_t *at, struct item *out)
{
	const uint8_t *p = m->bytes + *at, *end = m->bytes + m->length;

	if (p == end || *p < SECTION_START || *p > LIST_END)
		return false;
	*out = (struct item){ .type = (enum element)*p++ };
	if (has_name(out->type)) {
		if (p == end || (size_t)(end - p) - 1 < *p)
			return false;
		out->name_length = *p++;
		out->name = (const char *)p;
		p += out->name_length;
	}
	if (has_value(out->type)) {
		if (end - p < 2 || (size_t)(end - p) - 2 < (size_t)(p[0] << 8 | p[1]))
			return false;
		out->value_length = (size_t)(p[0] << 8 | p[1]);
		out->value = (const char *)p + 2;
		p += 2 + out->value_length;
	}
	*at = (size_t)(p - m->bytes);
	return true;
}

int vici_message_check(const uint8_t *bytes, size_t length, struct vici_message *out)
{
	struct vici_message m = { bytes, length };
	unsigned depth = 0;
	bool in_list = false;
	struct item i;
	size_t at = 0;

	while (next(&m, &at, &i)) {
		if (in_list != (i.type == LIST_ITEM || i.type == LIST_END))
			return -EBADMSG;
		if (i.type == LIST_START || i.type == LIST_END)
			in_list = i.type == LIST_START;
		if (i.type == SECTION_START && ++depth > VICI_DEPTH_MAX)
			return -EBADMSG;
		if (i.type == SECTION_END && !depth--)
			return -EBADMSG;
	}
	if (at != length || depth || in_list)
		return -EBADMSG;
	*out = m;
	return 0;
}

/* Moves behind the section whose start was just read; returns where its end element is. */
static size_t skip_section(const struct vici_message *m, size_t *at)
{
	unsigned depth = 1;
	size_t end = *at;
	struct item i;

	while (depth) {
		end = *at;
		if (!next(m, at, &i))
			break;  /* cannot be: the message was checked */
		depth += (i.type == SECTION_START);
		depth -= (i.type == SECTION_END);
	}
	return end;
}

static bool is_named(const struct item *i, const char *name)
{
	return i->name_length == strlen(name) && !memcmp(i->name, name, i->name_length);
}

/* The element of that type and name directly in m; *at is then behind its head. */
static bool find(const struct vici_message *m, enum element type, const char *name, size_t *at,
		 struct item *out)
{
	*at = 0;
	while (next(m, at, out)) {
		if (out->type == type && is_named(out, name))
			return true;
		if (out->type == SECTION_START)
			skip_section(m, at);
	}
	return false;
}

static void copy(const char *from, size_t length, char *out, size_t size)
{
	if (length >= size)
		length = size - 1;
	memcpy(out, from, length);
	out[length] = '\0';
}

bool vici_get(const struct vici_message *m, const char *key, char *out, size_t size)
{
	struct item i;
	size_t at;

	if (!find(m, KEY_VALUE, key, &at, &i))
		return false;
	copy(i.value, i.value_length, out, size);
	return true;
}

bool vici_get_is(const struct vici_message *m, const char *key, const char *value)
{
	struct item i;
	size_t at;

	return find(m, KEY_VALUE, key, &at, &i) && i.value_length == strlen(value) &&
	       !memcmp(i.value, value, i.value_length);
}

uint64_t vici_get_number(const struct vici_message *m, const char *key, int base,
			 uint64_t otherwise)
{
	char text[32], *end;
	uint64_t n;

	if (!vici_get(m, key, text, sizeof(text)) || !text[0] || text[0] == '-')
		return otherwise;
	n = strtoull(text, &end, base);
	return *end ? otherwise : n;
}

bool vici_next_item(const struct vici_message *m, const char *list, size_t *at, char *out,
		    size_t size)
{
	struct item i;

	if (!*at && !find(m, LIST_START, list, at, &i))
		return false;
	if (!next(m, at, &i) || i.type != LIST_ITEM)
		return false;
	copy(i.value, i.value_length, out, size);
	return true;
}

bool vici_get_list(const struct vici_message *m, const char *key, char *out, size_t size)
{
	size_t at, used = 0;
	struct item i;
	char item[256];
	int n;

	if (!find(m, LIST_START, key, &at, &i))
		return false;
	out[0] = '\0';
	at = 0;
	while (used < size && vici_next_item(m, key, &at, item, sizeof(item))) {
		n = snprintf(out + used, size - used, "%s%s", used ? ", " : "", item);
		used += n > 0 ? (size_t)n : 0;
	}
	return true;
}

bool vici_get_section(const struct vici_message *m, const char *name, struct vici_message *out)
{
	struct item i;
	size_t at, begin;

	if (!find(m, SECTION_START, name, &at, &i))
		return false;
	begin = at;
	*out = (struct vici_message){ m->bytes + begin, skip_section(m, &at) - begin };
	return true;
}

bool vici_next_section(const struct vici_message *m, size_t *at, char name[VICI_NAME_MAX + 1],
		       struct vici_message *out)
{
	struct item i;
	size_t begin;

	while (next(m, at, &i)) {
		if (i.type != SECTION_START)
			continue;
		copy(i.name, i.name_length, name, VICI_NAME_MAX + 1);
		begin = *at;
		*out = (struct vici_message){ m->bytes + begin, skip_section(m, at) - begin };
		return true;
	}
	return false;
}
