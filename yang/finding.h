/*
 * finding - one thing that is wrong, for people and for programs
 *
 * A text face prints "line 3: gateway connection paris: reason; remedy",
 * NETCONF an rpc-error (RFC 6241, 4.3 and appendix A). Both are made of this.
 *
 * Ownership  a list owns its strings; findings_fini frees them.
 * Threads    one owner.
 */
#ifndef GH_YANG_FINDING_H
#define GH_YANG_FINDING_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The error-tags of RFC 6241 that are used; finding_tag_name has the word. */
enum finding_tag {
	FINDING_OPERATION_FAILED,
	FINDING_INVALID_VALUE,
	FINDING_TOO_BIG,
	FINDING_MISSING_ATTRIBUTE,
	FINDING_BAD_ATTRIBUTE,
	FINDING_UNKNOWN_ATTRIBUTE,
	FINDING_MISSING_ELEMENT,
	FINDING_BAD_ELEMENT,
	FINDING_UNKNOWN_ELEMENT,
	FINDING_UNKNOWN_NAMESPACE,
	FINDING_ACCESS_DENIED,
	FINDING_LOCK_DENIED,
	FINDING_RESOURCE_DENIED,
	FINDING_ROLLBACK_FAILED,
	FINDING_DATA_EXISTS,
	FINDING_DATA_MISSING,
	FINDING_OPERATION_NOT_SUPPORTED,
	FINDING_MALFORMED_MESSAGE,
	FINDING_IN_USE,
	FINDING_TAGS,           /* one past the last */
};

struct finding {
	bool warning;
	/* The text begins with the leaf's own words: print only its node before it. */
	bool names_leaf;
	enum finding_tag tag;
	char *app_tag;          /* "must-violation", "data-not-unique", ...; NULL for none */
	char *path;             /* YANG data path at fault; NULL: the request as a whole */
	unsigned line;          /* of the text that asked for it; 0: none */
	char *text;             /* what, why, what to do */
	uint32_t session;       /* lock-denied: who holds it; 0: not a NETCONF session */
	/* The attribute, element or namespace at fault, where path does not end in it; NULL. */
	char *detail;
};

struct findings {
	struct finding *array;
	size_t count, size;
	size_t errors;
};

/* Returns it for what else is to be said, valid until the next. path may be NULL. */
struct finding *findings_add(struct findings *findings, bool warning, enum finding_tag tag,
			     const char *path, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
void finding_app_tag_set(struct finding *finding, const char *app_tag);
void finding_detail_set(struct finding *finding, const char *detail);
/* Moves all of from to the end of findings; from is empty then. */
void findings_move(struct findings *findings, struct findings *from);
/* Appends copies of all of from. */
void findings_copy(struct findings *findings, const struct findings *from);
void findings_fini(struct findings *findings);

/* "operation-failed" */
const char *finding_tag_name(enum finding_tag tag);
/* The errno that a text face's reply carries; never 0. */
int finding_tag_errno(enum finding_tag tag);

/* "line 3: gateway connection paris: reason", without the newline. */
void finding_print(const struct finding *finding, struct gh_buf *out);
/* Every error, or without errors every warning, one a line; the first 20 and how many more. */
void findings_print(const struct findings *findings, struct gh_buf *out);

#endif
