/*
 * wish - what the configuration asks of bgpd, given the state of the legs
 *
 * The speaker, its neighbors and its networks as facts. Derived anew each time;
 * gatehoused/speaker.h finds what differs from what was said.
 *
 *   neighbors  an edge's while it is configured, a connection's while its tunnel is up
 *   networks   the gateway's own: address-space and peered-space. And where
 *              others hear of VPN sites, static prefixes of connections whose leg is up.
 *
 * What is advertised is what is used (rib/decide.h): weights say kind, static
 * and routing weight; a leg that waits to be restored, or is down while its
 * session is not, loses its weight; `pass` says whose paths a neighbor hears:
 *
 *                      hears of VPN sites        hears of ExpressRoute
 *   a VPN site         transit vpn               transit expressroute
 *   an edge            transit expressroute      never
 *
 * Ownership  owns its arrays; wiped when freed, for there are passwords in them.
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_WISH_H
#define GATEHOUSED_WISH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/fact.h"
#include "yang/config.h"

struct partner_standing;

/* Who is told of each prefix that stands for translated paths of a leg. */
struct speaker_translated {
	void *context;
	void (*each)(void *context, uint32_t leg, const struct gh_prefix *prefix);
};

/* What must be known of a leg, and of a secret. */
struct speaker_legs {
	void *context;
	bool (*tunnel_up)(void *context, uint32_t leg);
	bool (*restoring)(void *context, uint32_t leg);         /* wait-to-restore runs */
	enum gh_standing (*standing)(void *context, uint32_t leg);
	bool (*leg_up)(void *context, uint32_t leg);            /* it carries traffic */
	/* In clear; "" for none, and for one that does not decrypt. */
	void (*secret)(void *context, const struct gw_secret *secret, char out[GH_NAME_MAX + 1]);
	/* Towards the partner: what our peers shall hear of it. */
	const struct partner_standing *(*partner)(void *context);
	/* May be NULL: there are none. */
	void (*translated)(void *context, const struct speaker_translated *to);
};

struct wish {
	struct gh_speaker speaker;
	struct gh_neighbor *neighbors;  /* by number */
	size_t neighbor_count, neighbor_room;
	struct gh_network *networks;    /* by prefix, each once */
	size_t network_count, network_room;
};

struct wish_of {
	const struct gw_config *config;
	const struct speaker_legs *legs;
	const char *view;
	bool with_down;                 /* connections too whose tunnel is down */
	/* What was wished before: a session that is in it keeps its number. */
	const struct wish *before;
};

/* Fills an empty one. */
void wish_make(struct wish *w, const struct wish_of *of);
void wish_fini(struct wish *w);

/*
 * One more neighbor of a leg: its number, address and Azure's timers are set.
 * Valid until the next one is added.
 */
struct gh_neighbor *wish_neighbor(struct wish *w, const struct wish_of *of, uint32_t leg,
				  const struct gh_addr *peer);
void wish_network(struct wish *w, const struct gh_network *network);

/*
 * wish_nat.c. A site behind NAT rules hears of us in the addresses that it sees. What it
 * announces means something to nobody else, so its own paths have no weight; in their
 * place stand networks of what they translate to.
 */
void wish_nat_neighbor(const struct gw_connection *c, struct gh_neighbor *n);
void wish_nat_networks(struct wish *w, const struct wish_of *of);

#endif
