/* Pieces of text: see text.h. */
#include "bgpd-plugin/gh_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NODE "gateway"

static bool has_word(const char *line, size_t length, const char *word)
{
	size_t n = strlen(word);

	return length >= n && !strncmp(line, word, n) &&
	       (length == n || isspace((unsigned char)line[n]));
}

void gh_text_gateway(const char *conf, size_t length, struct gh_buf *out)
{
	const char *end = conf + length;
	bool inside = false;

	while (conf < end) {
		const char *eol = memchr(conf, '\n', (size_t)(end - conf));
		size_t n = (size_t)((eol ? eol : end) - conf);

		if (has_word(conf, n, NODE)) {
			inside = true;
			gh_buf_printf(out, "%.*s\n", (int)n, conf);
		} else if (inside && n && (*conf == ' ' || *conf == '\t')) {
			gh_buf_printf(out, "%.*s\n", (int)n, conf);
		} else if (inside && has_word(conf, n, "exit")) {
			/* Indented, or vtysh would drop it when it writes. */
			gh_buf_printf(out, " exit\n");
			inside = false;
		} else if (n) {
			inside = false;
		}
		conf = eol ? eol + 1 : end;
	}
}

void gh_text_names(const char *text, const char *node, void (*fn)(const char *name, void *arg),
		   void *arg)
{
	size_t n = strlen(node);

	while (text && *text) {
		if (!strncmp(text, node, n) && text[n] == ' ') {
			const char *at = text + n + 1;
			char name[128];

			snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, " \n"), at);
			if (name[0])
				fn(name, arg);
		}
		text = strchr(text, '\n');
		if (text)
			text++;
	}
}

/* What follows the word that announces a secret, NULL without one. */
static char *secret_of(char *line)
{
	static const char *const words[] = { "shared-key ", "password " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		char *word = strstr(line, words[i]);

		if (word)
			return word + strlen(words[i]);
	}
	return NULL;
}

void gh_text_mask(char *line)
{
	char *value = secret_of(line);

	if (!value)
		return;
	if ((value[0] == '0' || value[0] == '6') && value[1] == ' ')
		value += 2;
	if (strlen(value) < 3) {
		memset(value, '.', strlen(value));
		return;
	}
	explicit_bzero(value + 3, strlen(value + 3));
	memcpy(value, "...", 4);
}

bool gh_text_unflatten(const char *words, char *context, size_t size, const char **line)
{
	const char *slash = words;
	size_t n;

	while (*slash && !(*slash == '/' && (slash == words || slash[-1] == ' ') &&
			   (slash[1] == ' ' || !slash[1])))
		slash++;
	if (*slash && !slash[1])
		return false;
	n = (size_t)(slash - words);
	while (n && words[n - 1] == ' ')
		n--;
	if (!n && !*slash)
		return false;
	if ((size_t)snprintf(context, size, NODE "%s%.*s", n ? " " : "", (int)n, words) >= size)
		return false;
	*line = *slash ? slash + 2 : NULL;
	return true;
}

bool gh_text_refusal(const char *refusal, const char *text, char *line, size_t line_size,
		     const char **words)
{
	unsigned number;
	int used = 0;
	size_t n;

	if (sscanf(refusal, "line %u: %n", &number, &used) != 1 || !used || !number)
		return false;
	for (unsigned i = 1; i < number && text; i++) {
		text = strchr(text, '\n');
		if (text)
			text++;
	}
	if (!text || !*text)
		return false;
	text += strspn(text, " \t");
	n = strcspn(text, "\n");
	snprintf(line, line_size, "%.*s", (int)n, text);
	gh_text_mask(line);
	*words = refusal + used;
	return true;
}
