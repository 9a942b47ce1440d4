/*
 * clerk - the one thread that touches libyang
 *
 * Trees are slow to copy, validate and print, and a libyang context wants one
 * user at a time. So everything that handles a tree is a job of the clerk; the
 * loop sees typed snapshots and texts only. Jobs run one at a time in the
 * order in which they were given, and `done` of each is called on the loop in
 * the same order.
 *
 * Ownership  a job is the caller's, who may free it in done, or in run when
 *            there is no done. It must live until then, or until clerk_free
 *            has returned.
 * Threads    clerk_submit, clerk_free and done: the control thread. run: the
 *            clerk.
 */
#ifndef GH_YANG_CLERK_H
#define GH_YANG_CLERK_H

struct ev_loop;
struct clerk;

struct clerk_job {
	void (*run)(struct clerk_job *job);     /* on the clerk */
	void (*done)(struct clerk_job *job);    /* on the loop; NULL: nothing follows */
	struct clerk_job *next;                 /* the clerk's own */
};

/*
 * loop NULL: there is no thread, and run and done are called inside
 * clerk_submit (unit tests, programs without a loop).
 */
struct clerk *clerk_new(struct ev_loop *loop);

void clerk_submit(struct clerk *clerk, struct clerk_job *job);

/* Runs what was given, calls no done any more, and ends the thread. */
void clerk_free(struct clerk *clerk);

#endif
