/*
 * plan - what a request would make of the configuration
 *
 * The clerk's half of a transaction: copy a tree, do the steps on it, validate
 * (YANG, then meaning, then access), and derive snapshot, text and rules. The
 * running state is not touched; datastore_swap makes the plan true later.
 *
 * Ownership  borrows what it is given, but for the base tree.
 * Threads    the clerk.
 * Errors     findings, each with the line that asked for it; 0 or -errno of
 *            the first error.
 */
#ifndef GH_YANG_PLAN_H
#define GH_YANG_PLAN_H

#include <stdbool.h>
#include <stddef.h>

#include "yang/access.h"
#include "yang/datastore.h"
#include "yang/legs.h"
#include "yang/meaning.h"
#include "yang/secret.h"

struct plan {
	const struct datastore *datastore;
	const struct secret_key *key;
	struct meaning_host host;

	const struct lyd_node *base;    /* the tree to begin with; NULL: an empty one */
	const struct lyd_node *target;  /* what the result replaces: access is judged by the difference */
	const char *text;               /* lines for edits, or NULL */
	size_t length;
	struct edits *edits;            /* the steps; those of the text are added */

	const struct legs *legs;        /* numbers to keep; NULL: those of the running one */
	const struct access_user *who;  /* NULL, or uid 0: may do all */
	/*
	 * A boot must not lose a circuit for what only depends on this host's
	 * present state (an interface that is not there yet, a key encrypted
	 * elsewhere): such is a warning.
	 */
	bool lenient;
	bool tell_all;                  /* warnings not only of what was touched */
	bool draft;                     /* for a candidate: neither validated nor derived, only the tree */
	bool continue_on_error;         /* steps that fail are findings; the rest is done */
};

/*
 * Fills next: tree, and unless draft, config, text and access. With
 * continue_on_error the result may be 0 with errors among the findings. next
 * is to be given to datastore_state_fini in any case.
 */
int plan_make(const struct plan *plan, struct datastore_state *next, struct findings *findings);

/* Is the plan another configuration than the running one? */
bool plan_differs(const struct plan *plan, const struct datastore_state *next);

#endif
