/*
 * neighbor - the BGP neighbors that gatehoused asks for
 *
 * Only what differs is changed (gh_setting.h), so a repeated NEIGHBOR costs
 * nothing. Another peer address or AS number is another neighbor.
 *
 * Ownership  owns its table; the peers belong to bgpd and are held by their
 *            object number, never by pointer.
 * Threads    bgpd's main thread.
 */
#ifndef GH_NEIGHBOR_H
#define GH_NEIGHBOR_H

#include <stdbool.h>

#include "base/fact.h"

struct bgp;
struct peer;

/* A session that its prefix limit has ended is tried again after so many minutes. */
#define GH_LIMIT_RETRY_MIN 5

void gh_neighbor_init(void);

void gh_neighbor_set(const struct gh_neighbor *neighbor);
void gh_neighbor_del(uint32_t id);

void gh_neighbor_mark(void);
void gh_neighbor_sweep(void);

/* The view is new: make every neighbor in it. It is gone: forget their peers. */
void gh_neighbor_attach(void);
void gh_neighbor_detach(void);

/* What is passed on has changed for reasons that bgpd does not know. */
void gh_neighbor_announce(void);

/* Often: start what waited for its interface. */
void gh_neighbor_check(void);

/* The number of a peer's neighbor, 0 if it is none of ours (no leg is 0). */
uint32_t gh_neighbor_of(const struct peer *peer);
/* What was asked for under that number, or NULL. */
const struct gh_neighbor *gh_neighbor_find(uint32_t id);
/* The peer of a neighbor, or NULL. */
struct peer *gh_neighbor_peer(uint32_t id);

/*
 * Walks all neighbors. last is kept for the caller: the fact said last of this
 * neighbor, all zero at first.
 */
typedef void gh_neighbor_fn(const struct gh_neighbor *neighbor, struct peer *peer,
			    struct gh_peer *last);
void gh_neighbor_each(gh_neighbor_fn *fn);
/* The same for one. */
void gh_neighbor_call(uint32_t id, gh_neighbor_fn *fn);

#endif
