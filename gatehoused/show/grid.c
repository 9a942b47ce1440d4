/* A table of text from JSON rows: see grid.h. */
#include "gatehoused/show/grid.h"

#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Names may hold blanks, numbers do not. */
static void append(char *text, size_t size, struct json_object *item)
{
	const char *between = json_object_is_type(item, json_type_string) ? ", " : " ";
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? between : "", json_object_get_string(item));
}

struct json_object *grid_find(struct json_object *row, const char *path)
{
	while (row && *path) {
		size_t n = strcspn(path, "/");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		if (!json_object_is_type(row, json_type_object) ||
		    !json_object_object_get_ex(row, key, &row))
			return NULL;
		path += n + (path[n] == '/');
	}
	return row;
}

bool grid_flag(struct json_object *row, const char *path)
{
	return json_object_get_boolean(grid_find(row, path));
}

const char *grid_value(struct json_object *row, const char *path)
{
	static _Thread_local char text[1024];
	struct json_object *v = grid_find(row, path);

	if (!v)
		return "-";
	if (json_object_is_type(v, json_type_boolean))
		return json_object_get_boolean(v) ? "yes" : "no";
	if (!json_object_is_type(v, json_type_array)) {
		snprintf(text, sizeof(text), "%s", json_object_get_string(v));
		return text[0] ? text : "-";
	}
	text[0] = '\0';
	for (size_t i = 0; i < json_object_array_length(v); i++)
		append(text, sizeof(text), json_object_array_get_idx(v, i));
	return text[0] ? text : "-";
}

const char *grid_since(struct json_object *row, const char *path)
{
	static _Thread_local char text[16];
	struct json_object *v = grid_find(row, path);
	struct tm tm = { 0 };
	time_t now = time(NULL), then;

	if (!v || !strptime(json_object_get_string(v), "%Y-%m-%dT%H:%M:%S", &tm))
		return "-";
	then = timegm(&tm);
	return grid_age(now > then ? (uint64_t)(now - then) : 0, text);
}

static const char *span(struct json_object *row, const char *path)
{
	static _Thread_local char text[16];
	struct json_object *v = grid_find(row, path);

	/* 64 bits are a string (RFC 7951). */
	return v ? grid_age(strtoull(json_object_get_string(v), NULL, 10), text) : "-";
}

static const char *cell(struct json_object *row, const struct grid_column *c)
{
	return c->span ? span(row, c->key) : c->age ? grid_since(row, c->key)
						     : grid_value(row, c->key);
}

/* The last column is not padded: no blanks at the end of a line. */
static void print_cell(const char *text, size_t width, bool last, struct gh_buf *out)
{
	gh_buf_printf(out, "%-*s%s", last ? 0 : (int)width, text, last ? "\n" : "  ");
}

static void print(struct json_object *rows, const struct grid_column columns[], size_t count,
		  bool headings, struct gh_buf *out)
{
	size_t n = json_object_array_length(rows), width[GRID_COLUMNS_MAX];

	assert(count <= GRID_COLUMNS_MAX);
	for (size_t c = 0; c < count; c++) {
		width[c] = strlen(columns[c].heading);
		width[c] = columns[c].width > width[c] ? columns[c].width : width[c];
		for (size_t i = 0; i < n; i++) {
			size_t w = strlen(cell(json_object_array_get_idx(rows, i), &columns[c]));

			width[c] = w > width[c] ? w : width[c];
		}
	}
	for (size_t c = 0; headings && c < count; c++)
		print_cell(columns[c].heading, width[c], c + 1 == count, out);
	for (size_t i = 0; i < n; i++)
		for (size_t c = 0; c < count; c++)
			print_cell(cell(json_object_array_get_idx(rows, i), &columns[c]), width[c],
				   c + 1 == count, out);
}

void grid_print(struct json_object *rows, const struct grid_column columns[], size_t count,
		struct gh_buf *out)
{
	print(rows, columns, count, true, out);
}

void grid_print_more(struct json_object *rows, const struct grid_column columns[], size_t count,
		     struct gh_buf *out)
{
	print(rows, columns, count, false, out);
}

const char *grid_age(uint64_t s, char text[16])
{
	if (s < 86400)
		snprintf(text, 16, "%02u:%02u:%02u", (unsigned)(s / 3600), (unsigned)(s / 60 % 60),
			 (unsigned)(s % 60));
	else
		snprintf(text, 16, "%ud%02uh", (unsigned)(s / 86400 % 100000),
			 (unsigned)(s / 3600 % 24));
	return text;
}
