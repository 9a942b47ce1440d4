/*
 * Secrets in lines: see redact.h.
 *
 * All that follows the word is withheld, not the next word alone: what kind
 * of key it is may stand in between, and a key may have blanks.
 */
#include "bgpd-plugin/gh_redact.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Whole words, or the ends of words that begin with something else. */
static const char *const words[] = {
	"key-string", "md5", "secret", "shared-key", "password", "passphrase",
};
static const char *const ends[] = { "-password", "-key", "-secret" };

static bool is(const char *word, size_t n, const char *text)
{
	return strlen(text) == n && !strncasecmp(word, text, n);
}

static bool precedes_secret(const char *word, size_t n, bool after_authentication)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (is(word, n, words[i]))
			return true;
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		size_t length = strlen(ends[i]);

		if (n > length && !strncasecmp(word + n - length, ends[i], length))
			return true;
	}
	return after_authentication && is(word, n, "string");
}

size_t gh_redact(const char *line)
{
	const char *at = line;
	bool after_authentication = false;

	for (;;) {
		size_t n;

		while (isspace((unsigned char)*at))
			at++;
		n = strcspn(at, " \t\r\n");
		if (!n)
			return strlen(line);
		if (precedes_secret(at, n, after_authentication) && at[n])
			return (size_t)(at - line) + n;
		after_authentication = is(at, n, "authentication");
		at += n;
	}
}
