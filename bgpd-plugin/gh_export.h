/*
 * export - the stream of paths to gatehoused
 *
 * bgpd's hook fires before an attribute change is applied, and for duplicates.
 * So it only notes (neighbor, prefix); an event then reads the RIB and states
 * what is there now. A snapshot is a walk over the RIB in slices beside it:
 * whatever changes meanwhile is noted and stated once more.
 *
 * Memory is bounded: a pair is noted once, and nothing is read from the RIB
 * while gatehoused is slow to take what was sent.
 *
 * Ownership  owns the notes; holds no pointer to a path, peer or prefix of
 *            bgpd's across events (the walk locks the node it stopped at).
 * Threads    bgpd's main thread.
 */
#ifndef GH_EXPORT_H
#define GH_EXPORT_H

#include <stdbool.h>

struct bgp;
struct peer;

void gh_export_init(void);

/* A new link: state every path, then gh_daemon_snapshot_done(). */
void gh_export_snapshot(void);
/* The link is gone: forget notes and walk. */
void gh_export_stop(void);
/* The backlog has been taken. */
void gh_export_resume(void);
/* Nothing is noted and no walk is on. */
bool gh_export_is_idle(void);

/* State that this peer's paths, or all of the view's, are gone; call before they are freed. */
void gh_export_forget(struct bgp *bgp, struct peer *peer);

#endif
