/*
 * transaction - all or nothing over every backend
 *
 * The loop's half of a change of configuration. Between plan and adopt, every
 * backend is asked to prepare, one after the other; after adopt, every backend
 * commits. A backend that has to ask another process answers later, and is
 * waited for so long and no longer. The other half, on the clerk, is plan.h;
 * store.h runs the two.
 *
 * Ownership  copies the backends; borrows the two snapshots until commit is
 *            done or abort has returned.
 * Threads    the control thread.
 * Errors     a refusal is -errno with words that begin with the backend's
 *            name; those that had prepared have then been aborted, the last
 *            first, so that nothing is changed.
 */
#ifndef GH_YANG_TRANSACTION_H
#define GH_YANG_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "yang/config.h"

#define TRANSACTION_LIMIT_MS 5000       /* for one backend's prepare */

struct ev_loop;
struct transaction;

struct transaction_change {
	const struct gw_config *from, *to;
	/*
	 * It ran here before (our own restart, the return from a confirmed
	 * commit): ask nobody outside this program, and refuse only what
	 * cannot be done at all.
	 */
	bool trusted;
};

/* Names one step of one transaction, for an answer that comes later. */
struct transaction_token {
	struct transaction *transaction;
	uint64_t number;
};

#define TRANSACTION_PENDING 1

/*
 * A part that acts on the configuration. `change` lives until commit is done
 * or abort has returned. Not called when an edit changes nothing. Any function
 * may be NULL.
 */
struct transaction_backend {
	const char *name;               /* first word of its refusals: "charon" */
	void *self;
	/*
	 * Could it be done? Changes nothing that abort cannot undo. 0: yes;
	 * -errno: no, with the reason appended to why; TRANSACTION_PENDING:
	 * transaction_prepared will tell, within the limit. When change is
	 * trusted, pending is a refusal.
	 */
	int (*prepare)(void *self, struct transaction_token token,
		       const struct transaction_change *change, struct gh_buf *why);
	/*
	 * Does it; cannot fail. 0: done; TRANSACTION_PENDING: it goes on in
	 * slices, and transaction_committed will tell; there is no limit.
	 */
	int (*commit)(void *self, struct transaction_token token,
		      const struct transaction_change *change);
	/*
	 * Undoes prepare. Called after a prepare that succeeded, and after one
	 * that is pending when the time is up: its answer is then not waited
	 * for, and ignored when it comes.
	 */
	void (*abort)(void *self);
};

/* loop NULL: no limit of time (unit tests). limit_ms 0: TRANSACTION_LIMIT_MS. */
struct transaction *transaction_new(struct ev_loop *loop, unsigned limit_ms);
void transaction_free(struct transaction *t);
/* The order of calls is the order of subscription. */
void transaction_subscribe(struct transaction *t, const struct transaction_backend *backend);

/*
 * Asks every backend. done is called exactly once, perhaps before this
 * returns; why is empty on success. One at a time.
 */
struct transaction_asked {
	void *context;
	void (*done)(void *context, int rc, struct gh_buf *why);
};
void transaction_prepare(struct transaction *t, const struct transaction_change *change,
			 const struct transaction_asked *asked);
/* After a prepare that succeeded, exactly one of these two. */
void transaction_commit(struct transaction *t, void (*done)(void *context), void *context);
void transaction_abort(struct transaction *t);

/* ---- the backends' later answers; one that comes too late is ignored ---- */

/* why may be NULL. */
void transaction_prepared(struct transaction_token token, int rc, const char *why);
void transaction_committed(struct transaction_token token);

#endif
