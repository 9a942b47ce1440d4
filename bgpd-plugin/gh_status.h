/*
 * status - the state of each neighbor, as PEER facts
 *
 * Said at once when a session changes state (a session that BFD takes down
 * does), within 100 ms when BFD alone changes, and about each second when
 * counters did.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_STATUS_H
#define GH_STATUS_H

struct peer;

void gh_status_init(void);
/* State every neighbor, changed or not. */
void gh_status_snapshot(void);

#endif
