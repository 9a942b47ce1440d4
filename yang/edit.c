/* Steps of an edit: see edit.h. */
#include "yang/edit.h"

#include <stdlib.h>
#include <string.h>

static char *copy(const char *text)
{
	char *s;

	if (!text)
		return NULL;
	s = strdup(text);
	if (!s)
		abort();
	return s;
}

void edits_add(struct edits *edits, const struct edit *edit)
{
	struct edit *e;

	if (edits->count == edits->size) {
		edits->size = edits->size ? edits->size * 2 : 16;
		edits->array = reallocarray(edits->array, edits->size, sizeof(*edits->array));
		if (!edits->array)
			abort();
	}
	e = &edits->array[edits->count++];
	*e = *edit;
	e->path = copy(edit->path);
	e->value = copy(edit->value);
	e->anchor = copy(edit->anchor);
}

void edits_fini(struct edits *edits)
{
	size_t i;

	for (i = 0; i < edits->count; i++) {
		free(edits->array[i].path);
		free(edits->array[i].anchor);
		if (edits->array[i].value)
			explicit_bzero(edits->array[i].value, strlen(edits->array[i].value));
		free(edits->array[i].value);
	}
	free(edits->array);
	*edits = (struct edits){ 0 };
}

/* Is inner the same node as outer, or below it? */
static bool within(const char *outer, const char *inner)
{
	size_t n = strlen(outer);

	return !strncmp(outer, inner, n) && (!inner[n] || inner[n] == '/' || inner[n] == '[');
}

long edits_find(const struct edits *edits, const char *path)
{
	size_t i, best = 0;
	long found = -1;

	for (i = edits->count; i-- > 0; )
		if (within(path, edits->array[i].path))
			return (long)i;
	for (i = 0; i < edits->count; i++) {
		size_t n = strlen(edits->array[i].path);

		if (n >= best && within(edits->array[i].path, path)) {
			best = n;
			found = (long)i;
		}
	}
	return found;
}

unsigned edits_line(const struct edits *edits, const char *path)
{
	long i = edits_find(edits, path);

	return i < 0 ? 0 : edits->array[i].line;
}

bool edits_touch(const struct edits *edits, const char *path)
{
	size_t i;

	for (i = 0; i < edits->count; i++)
		if (within(path, edits->array[i].path) && strcmp(path, edits->array[i].path))
			return true;
	return false;
}
