/*
 * setting - one neighbor's settings, put into bgpd
 *
 * A new weight, timer, description, filter, de-preference, what is passed on,
 * or a prefix limit that is not exceeded, leaves the session up; a weight or a filter
 * of what comes in asks the peer to send again (RFC 2918). Another
 * update source, TTL, password, family, graceful restart or role resets it, as
 * BGP must.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_SETTING_H
#define GH_SETTING_H

#include "base/fact.h"

struct peer;

/* A new peer: everything, then its families are activated. */
void gh_setting_all(struct peer *peer, const struct gh_neighbor *n);
void gh_setting_change(struct peer *peer, const struct gh_neighbor *old,
		       const struct gh_neighbor *n);

#endif
