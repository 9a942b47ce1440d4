/* A line: see cli_line.h. */
#include "yang/cli_line.h"

#include <errno.h>
#include <string.h>

static int check_characters(const char *text, size_t n, struct gh_buf *why)
{
	size_t i;

	if (n > CLI_LINE_MAX) {
		gh_buf_printf(why, "longer than %d characters", CLI_LINE_MAX);
		return -EINVAL;
	}
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x80)
			gh_buf_printf(why, "character %zu is not ASCII (byte 0x%02x)", i + 1, c);
		else if ((c < 0x20 && c != '\t') || c == 0x7f)
			gh_buf_printf(why, "character %zu is a control character (0x%02x)", i + 1,
				      c);
		else
			continue;
		return -EINVAL;
	}
	return 0;
}

static void cut_words(struct cli_line *line)
{
	char *s = line->text;

	line->count = 0;
	for (;;) {
		s += strspn(s, " ");
		if (!*s || line->count == CLI_WORDS_MAX)
			return;
		line->words[line->count++] = s;
		s += strcspn(s, " ");
		if (*s)
			*s++ = '\0';
	}
}

int cli_line_take(struct cli_line *line, const char *text, size_t n, struct gh_buf *why)
{
	char *s = line->whole;
	size_t i;
	int ret;

	line->count = 0;
	line->negated = false;
	while (n && (text[n - 1] == ' ' || text[n - 1] == '\t' || text[n - 1] == '\r'))
		n--;
	while (n && (*text == ' ' || *text == '\t')) {
		text++;
		n--;
	}
	if (!n || *text == '!' || *text == '#')
		return 0;
	ret = check_characters(text, n, why);
	if (ret)
		return ret;
	memcpy(s, text, n);
	s[n] = '\0';
	for (i = 0; i < n; i++)
		if (s[i] == '\t')
			s[i] = ' ';
	line->negated = !strncmp(s, "no", 2) && (s[2] == ' ' || !s[2]);
	if (line->negated) {
		i = 2 + strspn(s + 2, " ");
		memmove(s, s + i, strlen(s + i) + 1);
	}
	strcpy(line->text, s);
	cut_words(line);
	return 0;
}

const char *cli_line_rest(const struct cli_line *line, unsigned i)
{
	return i < line->count ? line->whole + (line->words[i] - line->text) : "";
}
