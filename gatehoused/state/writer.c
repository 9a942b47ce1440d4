/*
 * JSON without a tree: see writer.h.
 *
 * json-c would hold every object of an answer at once, several times the size
 * of its text, and print it in one piece.
 */
#include "gatehoused/state/writer.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/timeline.h"

static void put(struct writer *w, const char *text)
{
	gh_buf_append(w->out, text, strlen(text));
}

static void new_line(struct writer *w)
{
	static const char blanks[] = "                                ";
	size_t n = (size_t)w->depth * 2;

	if (!w->pretty)
		return;
	put(w, "\n");
	gh_buf_append(w->out, blanks, n < sizeof(blanks) - 1 ? n : sizeof(blanks) - 1);
}

static void begin(struct writer *w, const char *key)
{
	if (w->comma)
		put(w, ",");
	if (w->depth)
		new_line(w);
	if (key) {
		put(w, "\"");
		put(w, key);
		put(w, w->pretty ? "\": " : "\":");
	}
	w->comma = true;
}

static void enter(struct writer *w, const char *key, const char *bracket)
{
	begin(w, key);
	put(w, bracket);
	w->comma = false;
	w->depth++;
}

static void leave(struct writer *w, const char *bracket)
{
	w->depth--;
	if (w->comma)
		new_line(w);
	put(w, bracket);
	w->comma = true;
}

void writer_open(struct writer *w, const char *key)
{
	enter(w, key, "{");
}

void writer_close(struct writer *w)
{
	leave(w, "}");
}

void writer_list(struct writer *w, const char *key)
{
	enter(w, key, "[");
}

void writer_list_end(struct writer *w)
{
	leave(w, "]");
}

/* The bytes of the well-formed UTF-8 sequence at s (RFC 3629 4), or 0. */
static size_t sequence(const unsigned char *s)
{
	size_t n = s[0] < 0x80 ? 1 : s[0] >= 0xc2 && s[0] < 0xe0 ? 2 : s[0] >= 0xe0 && s[0] < 0xf0
		 ? 3 : s[0] >= 0xf0 && s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	/* U+FFFE and U+FFFF are in no YANG string (RFC 7950 14). */
	if (n == 3 && s[0] == 0xef && s[1] == 0xbf && s[2] >= 0xbe)
		return 0;
	return n;
}

static void put_char(struct writer *w, const unsigned char **at)
{
	const unsigned char *s = *at;
	size_t n = sequence(s);

	if (!n || (s[0] < 0x20 && s[0] != '\t' && s[0] != '\n' && s[0] != '\r') || s[0] == 0x7f) {
		put(w, "?");
		*at = s + 1;
		return;
	}
	if (s[0] == '"' || s[0] == '\\')
		put(w, "\\");
	if (s[0] < 0x20)
		put(w, s[0] == '\t' ? "\\t" : s[0] == '\n' ? "\\n" : "\\r");
	else
		gh_buf_append(w->out, s, n);
	*at = s + n;
}

/* Most texts are plain: they are taken as a whole. */
static bool is_plain(const char *text)
{
	for (const unsigned char *s = (const unsigned char *)text; *s; s++)
		if (*s < 0x20 || *s >= 0x7f || *s == '"' || *s == '\\')
			return false;
	return true;
}

void writer_text(struct writer *w, const char *key, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	begin(w, key);
	put(w, "\"");
	if (is_plain(text))
		put(w, text);
	else
		while (*at)
			put_char(w, &at);
	put(w, "\"");
}

void writer_format(struct writer *w, const char *key, const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	writer_text(w, key, text);
}

static void put_digits(struct writer *w, uint64_t n)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + n % 10);
	while (n /= 10);
	gh_buf_append(w->out, at, (size_t)(digits + sizeof(digits) - at));
}

void writer_number(struct writer *w, const char *key, int64_t number)
{
	begin(w, key);
	if (number < 0)
		put(w, "-");
	put_digits(w, (uint64_t)(number < 0 ? -number : number));
}

void writer_counter(struct writer *w, const char *key, uint64_t number)
{
	begin(w, key);
	put(w, "\"");
	put_digits(w, number);
	put(w, "\"");
}

void writer_flag(struct writer *w, const char *key, bool flag)
{
	begin(w, key);
	put(w, flag ? "true" : "false");
}

void writer_text_if(struct writer *w, const char *key, const char *text)
{
	if (text && text[0])
		writer_text(w, key, text);
}

void writer_addr(struct writer *w, const char *key, const struct gh_addr *a)
{
	char text[GH_ADDR_TEXT];

	if (gh_addr_is_set(a))
		writer_text(w, key, gh_addr_print(a, text));
}

void writer_prefix(struct writer *w, const char *key, const struct gh_prefix *p)
{
	char text[GH_PREFIX_TEXT];

	writer_text(w, key, gh_prefix_print(p, text));
}

uint64_t writer_wall_at(struct gh_time t)
{
	struct gh_time now = gh_now();
	struct timespec ts;
	uint64_t wall;

	clock_gettime(CLOCK_REALTIME, &ts);
	wall = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	return t.ns <= now.ns ? wall - gh_time_ms_between(t, now) : wall + gh_time_ms_between(now, t);
}

void writer_time(struct writer *w, const char *key, struct gh_time t)
{
	if (t.ns)
		writer_wall(w, key, writer_wall_at(t));
}

void writer_wall(struct writer *w, const char *key, uint64_t wall_ms)
{
	char text[32];

	writer_text(w, key, timeline_time_print(wall_ms, text));
}
