/*
 * clerk - a thread for work that the loop must not wait for
 *
 * What takes long (trees of libyang), or as long as somebody else pleases (the
 * kernel's locks), is a job of a clerk. Jobs run one at a time in the order in
 * which they were given, and `done` of each is called on the loop in the same
 * order. So what one clerk does needs no lock against itself: state that only
 * its jobs touch has one user at a time.
 *
 * Ownership  a job is the caller's, who may free it in done, or in run when
 *            there is no done. It must live until then, or until clerk_free
 *            has returned.
 * Threads    clerk_submit, clerk_wait, clerk_free and done: the control
 *            thread. run: the clerk.
 */
#ifndef GH_CLERK_H
#define GH_CLERK_H

struct ev_loop;
struct clerk;

struct clerk_job {
	void (*run)(struct clerk_job *job);     /* on the clerk */
	void (*done)(struct clerk_job *job);    /* on the loop; NULL: nothing follows */
	struct clerk_job *next;                 /* the clerk's own */
};

/*
 * name: of the thread, at most 15 characters. nicer: added to its nice value.
 * loop NULL: there is no thread, and run and done are called inside
 * clerk_submit (unit tests, programs without a loop).
 */
struct clerk *clerk_new(struct ev_loop *loop, const char *name, int nicer);

void clerk_submit(struct clerk *clerk, struct clerk_job *job);

/* Blocks until all that was given has run, and calls done of each. For a start, before the loop. */
void clerk_wait(struct clerk *clerk);

/* Runs what was given, calls no done any more, and ends the thread. */
void clerk_free(struct clerk *clerk);

#endif
