/* Commits in files: see history.h. */
#include "yang/history.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "yang/store_parts.h"

static char *path_of(const char *dir, uint64_t id)
{
	char *path;

	if (asprintf(&path, "%s/%" PRIu64 ".conf", dir, id) < 0)
		abort();
	return path;
}

/* The rest of the line after the word, for a field. */
static void take_field(const char *text, const char *word, char out[GH_TEXT_MAX + 1])
{
	const char *at = strstr(text, word);

	if (at)
		snprintf(out, GH_TEXT_MAX + 1, "%.*s", (int)strcspn(at + strlen(word), "\n"),
			 at + strlen(word));
}

static bool read_head(const char *dir, uint64_t id, struct history_entry *out)
{
	struct history_entry e = { 0 };
	char *path = path_of(dir, id), head[1024];
	FILE *file = fopen(path, "re");
	size_t n = file ? fread(head, 1, sizeof(head) - 1, file) : 0;

	if (file)
		fclose(file);
	free(path);
	head[n] = '\0';
	if (sscanf(head, "! commit %20" SCNu64 " at %20" SCNu64 " added %9u removed %9u", &e.id,
		   &e.wall_ms, &e.added, &e.removed) != 4 || e.id != id)
		return false;
	take_field(head, "\n! user ", e.user);
	take_field(head, "\n! from ", e.from);
	*out = e;
	return true;
}

static int newest_first(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x < y) - (x > y);
}

/* All ids of the directory, sorted; the caller frees them. */
static size_t ids(const char *dir, uint64_t **out)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	size_t n = 0;

	*out = NULL;
	while (d && (e = readdir(d))) {
		uint64_t id;
		int end = 0;

		if (sscanf(e->d_name, "%18" SCNu64 ".conf%n", &id, &end) != 1 || !end ||
		    e->d_name[end])
			continue;
		*out = reallocarray(*out, n + 1, sizeof(**out));
		if (!*out)
			abort();
		(*out)[n++] = id;
	}
	if (d)
		closedir(d);
	if (n)
		qsort(*out, n, sizeof(**out), newest_first);
	return n;
}

size_t history_list(const char *dir, struct history_entry *entries, size_t max)
{
	size_t n, found = 0;
	uint64_t *all;

	mkdir(dir, 0700);
	n = ids(dir, &all);
	for (size_t i = 0; i < n && found < max; i++)
		if (read_head(dir, all[i], &entries[found]))
			found++;
	free(all);
	return found;
}

int history_read(const char *dir, uint64_t id, struct gh_buf *text)
{
	char *path = path_of(dir, id);
	struct gh_buf file = { 0 };
	int rc = store_file_read(path, &file);
	const char *p = gh_buf_text(&file);

	while (!rc && *p == '!') {
		p += strcspn(p, "\n");
		p += *p == '\n';
	}
	if (!rc)
		gh_buf_append(text, p, strlen(p));
	gh_buf_fini(&file);
	free(path);
	return rc;
}

int history_add(const char *dir, const struct history_entry *entry, const char *text,
		unsigned keep)
{
	char *path = path_of(dir, entry->id);
	struct gh_buf out = { 0 };
	uint64_t *all;
	size_t n;
	int rc;

	gh_buf_printf(&out, "! commit %" PRIu64 " at %" PRIu64 " added %u removed %u\n", entry->id,
		      entry->wall_ms, entry->added, entry->removed);
	gh_buf_printf(&out, "! user %s\n! from %s\n", entry->user, entry->from);
	gh_buf_append(&out, text, strlen(text));
	rc = store_file_write(path, gh_buf_begin(&out), gh_buf_length(&out));
	gh_buf_fini(&out);
	free(path);
	n = rc ? 0 : ids(dir, &all);
	for (size_t i = keep; i < n; i++) {
		path = path_of(dir, all[i]);
		unlink(path);
		free(path);
	}
	if (!rc)
		free(all);
	return rc;
}
