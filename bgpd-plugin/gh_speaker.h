/*
 * speaker - the gateway's BGP instance, a hidden view of bgpd
 *
 * A view that bgpd counts as created by itself: never written to the
 * configuration, never installed into zebra, shown by `show bgp view NAME`.
 * In it the neighbors live and the networks are originated: the gateway's own
 * prefixes, and static ones that connections have behind them.
 *
 * Ownership  owns the view and the list of networks.
 * Threads    bgpd's main thread.
 */
#ifndef GH_SPEAKER_H
#define GH_SPEAKER_H

#include <stdbool.h>

#include "base/fact.h"

struct bgp;
struct prefix;

void gh_speaker_init(void);

/* The view, or NULL while there is none. */
struct bgp *gh_speaker_bgp(void);
uint32_t gh_speaker_asn(void);

void gh_speaker_set(const struct gh_speaker *speaker);
void gh_speaker_network_add(const struct gh_network *network);
void gh_speaker_network_del(const struct gh_prefix *prefix);

/* The network of exactly this prefix, or NULL. */
const struct gh_network *gh_speaker_network(const struct prefix *prefix);
/* Is it equal to or inside one of the gateway's own prefixes? */
bool gh_speaker_owns(const struct prefix *prefix);

/* A snapshot begins; at its end what it did not repeat is removed. */
void gh_speaker_mark(void);
void gh_speaker_sweep(void);

/* Takes the view down with all its neighbors. */
void gh_speaker_stop(void);

/* Once a second: put back what an operator's command took away. */
void gh_speaker_check(void);

#endif
