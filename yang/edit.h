/*
 * edit - what a configuration request asks of the tree, one step at a time
 *
 * Steps name their target by its YANG data path, so that text lines, and any
 * other protocol later, become the same list, and so that an error at a path
 * can be traced to the line that asked for it.
 *
 * Ownership  the list owns its strings; edits_fini wipes and frees them.
 * Threads    one owner.
 */
#ifndef GH_YANG_EDIT_H
#define GH_YANG_EDIT_H

#include <stdbool.h>
#include <stddef.h>

enum edit_verb {
	EDIT_SET,               /* create, or change the value of a leaf */
	EDIT_DELETE,            /* absent is a warning */
	EDIT_CLEAR,             /* delete if it is there */
};

struct edit {
	unsigned line;          /* of the request, from 1 */
	enum edit_verb verb;
	bool secret;            /* the value is an encrypted secret */
	char *path;
	char *value;            /* NULL for lists, containers and removals */
};

struct edits {
	struct edit *array;
	size_t count, size;
};

/* Copies the strings. */
void edits_add(struct edits *edits, const struct edit *edit);
void edits_fini(struct edits *edits);

/*
 * The line that is to blame for a finding at path: the last that set it or
 * something below it, else the last that touched what holds it; 0 for none.
 */
unsigned edits_line(const struct edits *edits, const char *path);
/* Did any step touch something below path? */
bool edits_touch(const struct edits *edits, const char *path);

#endif
