/* A table of text from JSON rows: see grid.h. */
#include "gatehoused/grid.h"

#include <assert.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

/* Names may hold blanks, numbers do not. */
static void append(char *text, size_t size, struct json_object *item)
{
	const char *between = json_object_is_type(item, json_type_string) ? ", " : " ";
	size_t used = strlen(text);

	snprintf(text + used, size - used, "%s%s", used ? between : "", json_object_get_string(item));
}

const char *grid_value(struct json_object *row, const char *key)
{
	static char text[1024];
	struct json_object *v;

	if (!json_object_object_get_ex(row, key, &v) || !v)
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

void grid_print(struct json_object *rows, const struct grid_column columns[], size_t count,
		struct gh_buf *out)
{
	size_t n = json_object_array_length(rows), width[GRID_COLUMNS_MAX];

	assert(count <= GRID_COLUMNS_MAX);
	for (size_t c = 0; c < count; c++) {
		width[c] = strlen(columns[c].heading);
		for (size_t i = 0; i < n; i++) {
			size_t w = strlen(grid_value(json_object_array_get_idx(rows, i), columns[c].key));

			width[c] = w > width[c] ? w : width[c];
		}
	}
	/* The last column is not padded: no blanks at the end of a line. */
	for (size_t c = 0; c < count; c++)
		gh_buf_printf(out, "%-*s%s", c + 1 < count ? (int)width[c] : 0, columns[c].heading,
			      c + 1 < count ? "  " : "\n");
	for (size_t i = 0; i < n; i++) {
		for (size_t c = 0; c < count; c++)
			gh_buf_printf(out, "%-*s%s", c + 1 < count ? (int)width[c] : 0,
				      grid_value(json_object_array_get_idx(rows, i), columns[c].key),
				      c + 1 < count ? "  " : "\n");
	}
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
