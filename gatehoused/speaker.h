/*
 * speaker - what bgpd shall do for us, stated to its module
 *
 * States what differs between what was said and what is wished (wish.h). What
 * the module says of its neighbors is kept here for show.
 *
 * Ownership  owns its tables.
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_SPEAKER_H
#define GATEHOUSED_SPEAKER_H

#include <stdbool.h>

#include "base/clock.h"
#include "base/fact.h"
#include "gatehoused/wish.h"

struct guests;
struct speaker;

struct speaker *speaker_new(struct guests *guests, const char *view,
			    const struct speaker_legs *legs);
void speaker_free(struct speaker *s);

/*
 * Until this is called nothing is stated: a restarted daemon first learns
 * which tunnels are up, or it would take down the sessions over them.
 */
void speaker_ready(struct speaker *s);
bool speaker_is_ready(const struct speaker *s);

/* Configuration or legs changed: state the difference. */
void speaker_sync(struct speaker *s, const struct gw_config *config);

/*
 * Would bgpd take what `to` asks for and `from` does not, were all tunnels up?
 * Stated as a trial of this number, which the module's VERDICT will name. False:
 * there is nothing to ask, or nobody.
 */
bool speaker_try(struct speaker *s, uint32_t trial, const struct gw_config *from,
		 const struct gw_config *to);

/* The module is here: state everything, then END (or wait for speaker_ready). */
void speaker_joined(struct speaker *s);

/* A PEER fact. Returns false for a neighbor that we did not ask for. */
bool speaker_peer_set(struct speaker *s, const struct gh_peer *peer);
/* The last PEER fact of a neighbor, or NULL. */
const struct gh_peer *speaker_peer(const struct speaker *s, uint32_t neighbor);
/* When the state that it told began; ns 0: nothing was heard. */
struct gh_time speaker_peer_since(const struct speaker *s, uint32_t neighbor);
/* What was told of its prefix limit (notify.h); 0 at first. */
unsigned speaker_limit_level(const struct speaker *s, uint32_t neighbor);
void speaker_limit_level_set(struct speaker *s, uint32_t neighbor, unsigned level);
/* The neighbors stated at present, by rising number: index from 0, NULL at the end. */
const struct gh_neighbor *speaker_neighbor(const struct speaker *s, size_t index);
/* The one with the lowest number above id, or NULL. */
const struct gh_neighbor *speaker_neighbor_after(const struct speaker *s, uint32_t id);
/* One of them, or NULL. */
const struct gh_neighbor *speaker_neighbor_find(const struct speaker *s, uint32_t id);

#endif
