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

/* RFC 6241 7.2, with the words of its `operation` attribute in brackets. */
enum edit_verb {
	EDIT_SET,               /* create, or change the value of a leaf [merge] */
	EDIT_CREATE,            /* it must not be there: data-exists [create] */
	/*
	 * A leaf: as EDIT_SET. A container or list entry: made when it is
	 * absent, and emptied of all but its keys [replace].
	 */
	EDIT_REPLACE,
	/*
	 * It must be there: data-missing [delete]. In a line of text (line is
	 * not 0), an absent one is a warning only.
	 */
	EDIT_DELETE,
	EDIT_CLEAR,             /* delete it if it is there [remove] */
	EDIT_EXPECT,            /* it must be there, and is left alone: data-missing [none] */
};

/* Where the entry of a list that the user orders goes (RFC 7950 7.8.6); not for removals. */
enum edit_place {
	EDIT_KEEP,              /* stays where it is, a new one comes last */
	EDIT_FIRST,
	EDIT_LAST,
	EDIT_BEFORE,
	EDIT_AFTER,
};

struct edit {
	unsigned line;          /* of the request's text, from 1; 0: it is no text */
	enum edit_verb verb;
	enum edit_place place;
	bool secret;            /* the value is an encrypted secret */
	char *path;             /* as of lyd_path: JSON names, keys, [.='value'] of a leaf-list */
	char *value;            /* canonical, JSON prefixes; NULL for lists, containers, removals */
	char *anchor;           /* EDIT_BEFORE, EDIT_AFTER: path of the other entry */
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
/* The same as its place in the list, which also serves where there are no lines; -1 for none. */
long edits_find(const struct edits *edits, const char *path);
/* Did any step touch something below path? */
bool edits_touch(const struct edits *edits, const char *path);

#endif
