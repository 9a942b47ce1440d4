/*
 * grid - an array of JSON objects as a table of text
 *
 * Show commands build JSON and nothing else; the table is a view of it, so
 * text and JSON can not tell different things.
 *
 * Ownership  borrows everything.
 */
#ifndef GATEHOUSED_GRID_H
#define GATEHOUSED_GRID_H

#include <stddef.h>

#include "base/buf.h"

struct json_object;

struct grid_column {
	const char *key;
	const char *heading;
};

#define GRID_COLUMNS_MAX 12

/* Absent values print as "-", arrays as their items: names with commas between, numbers with blanks. */
void grid_print(struct json_object *rows, const struct grid_column columns[], size_t count,
		struct gh_buf *out);

/* One value as text, as grid_print has it; "-" when absent. Valid until the next call. */
const char *grid_value(struct json_object *row, const char *key);

/* "00:01:05", "2d03h", as routers print the age of things. */
const char *grid_age(uint64_t seconds, char text[16]);

#endif
