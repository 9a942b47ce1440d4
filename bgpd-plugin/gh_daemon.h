/*
 * daemon - the link to gatehoused
 *
 * Connects to RUNDIR/facts.sock; while gatehoused is away again each second, in
 * the first ten seconds twenty times a second. On each new link: our HELLO; after gatehoused's HELLO our peers and paths,
 * END, then changes. What gatehoused's snapshot does not repeat is removed at
 * its END; what it repeats unchanged is not touched, so neither a restart of
 * gatehoused nor of the link flaps a BGP session.
 *
 * Threads    bgpd's main thread.
 * Errors     a lost link is not an error of the caller: facts sent without a
 *            link are dropped, the next snapshot states them again.
 */
#ifndef GH_DAEMON_H
#define GH_DAEMON_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fact.h"

void gh_daemon_start(void);
/* Closes the link for good. */
void gh_daemon_stop(void);

/* The link is up and gatehoused has said HELLO. */
bool gh_daemon_is_here(void);
/* Why not, in words for the operator. */
const char *gh_daemon_why(void);

void gh_daemon_send(const struct gh_fact *fact);
/* Bytes not yet taken by gatehoused. */
size_t gh_daemon_backlog(void);

/* The snapshot of our paths has been sent whole. */
void gh_daemon_snapshot_done(void);

typedef void gh_reply_fn(const struct gh_reply *reply, void *arg);

/*
 * Sends EDIT, SHOW or DO and waits for its replies, at most wait_ms; fn gets each.
 * The facts that come in between are served too. bgpd's other work waits
 * meanwhile (its keepalives do not, they have a thread of their own).
 * 0 when the last reply came, -ENOTCONN, -ETIMEDOUT or -ECONNRESET.
 */
int gh_daemon_ask(struct gh_fact *request, unsigned wait_ms, gh_reply_fn *fn, void *arg);

/*
 * Sends EDIT, SHOW or DO without waiting; fn gets the replies when they come,
 * or one of status ECONNRESET if the link is lost before.
 */
int gh_daemon_tell(struct gh_fact *request, gh_reply_fn *fn, void *arg);
/* No reply to what was told with this arg is wanted any more. */
void gh_daemon_forget(const void *arg);

#endif
