/*
 * grid - an array of JSON objects as a table of text
 *
 * Tables are views of the state's JSON, so text and JSON can not tell
 * different things.
 *
 * Ownership  borrows everything.
 * Threads    any; the text of grid_value is the thread's own.
 */
#ifndef GATEHOUSED_GRID_H
#define GATEHOUSED_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct json_object;

struct grid_column {
	const char *key;                /* path of the value, "state/ike-sa/state" */
	const char *heading;
	bool age;                       /* a date-and-time, shown as the time since */
	bool span;                      /* seconds, shown as an age */
	unsigned width;                 /* at least; for tables that come in pages */
};

#define GRID_COLUMNS_MAX 12

/* Absent values print as "-", arrays as their items: names with commas between, numbers with blanks. */
void grid_print(struct json_object *rows, const struct grid_column columns[], size_t count,
		struct gh_buf *out);
/* A later page of a table: without headings. */
void grid_print_more(struct json_object *rows, const struct grid_column columns[], size_t count,
		     struct gh_buf *out);

/* One value as text, as grid_print has it; "-" when absent. Valid until the next call. */
const char *grid_value(struct json_object *row, const char *path);
/* The value itself; NULL when absent. */
struct json_object *grid_find(struct json_object *row, const char *path);
/* Is it there, and true? */
bool grid_flag(struct json_object *row, const char *path);
/* The time since a date-and-time, as grid_age has it; "-" when absent. Valid until the next call. */
const char *grid_since(struct json_object *row, const char *path);

/* "00:01:05", "2d03h", as routers print the age of things. */
const char *grid_age(uint64_t seconds, char text[16]);

#endif
