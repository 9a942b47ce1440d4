/*
 * apply_partner - the partner instance and the VNet side's routers, joined with the parts
 *
 * Configuration becomes legs, neighbors and the address that moves; what is
 * heard of the partner (its leg, its turn) becomes a standing (partner.h), and
 * a standing what our peers hear, who holds the address, and whether the
 * connections that go out by it are charon's now.
 *
 * Ownership  the struct belongs to the gateway.
 * Threads    the control thread. A change of who holds the address works through
 *            the connections in slices (partner_turn).
 */
#ifndef GATEHOUSED_APPLY_PARTNER_H
#define GATEHOUSED_APPLY_PARTNER_H

#include <stdbool.h>

#include "base/fact.h"
#include "gatehoused/partner.h"
#include "yang/config.h"

struct gateway;
struct moving;

#define PARTNER_NAME "partner"          /* of its leg, for people */

struct partner_parts {
	struct partner state;
	struct partner_standing standing;       /* as the parts have it */
	struct moving *moving;
	struct gh_time since;                   /* preferred, or not, since then */
	bool stood;                             /* standing was applied at all */
	bool sweeping;                          /* connections are still to be told of the address */
	size_t next;
};

/* 0 or -errno. The standing of the run before is read. */
int partner_parts_new(struct gateway *g);
void partner_parts_free(struct gateway *g);

/* At a commit, after the edges: legs that went and those that are new or changed. */
void partner_apply(struct gateway *g, const struct gw_config *from, const struct gw_config *to);
/* At its end, when connections stand. */
void partner_applied(struct gateway *g, const struct gw_config *config);

/* A leg is up, or not any more. */
void partner_leg_changed(struct gateway *g, uint32_t leg, bool up);
/* What the partner says of itself; false: it is a path like any other. */
bool partner_path(struct gateway *g, const struct gh_path *path);
/* Once a second, and once a turn of the loop: is there more to do? */
void partner_tick(struct gateway *g);
bool partner_turn(struct gateway *g);

/* Does the connection leave by an address that the other instance holds now? */
bool partner_has_address(const struct gateway *g, const struct gw_config *config,
			 const struct gw_connection *c);

/*
 * Fill the neighbors that follow, but for number, peer and password. adjust
 * adds to any other neighbor what the standing asks for.
 */
void partner_neighbor(const struct gw_config *config, const struct partner_standing *standing,
		      struct gh_neighbor *out);
void vnet_router_neighbor(const struct gw_config *config, const struct gw_vnet_router *router,
			  struct gh_neighbor *out);
void partner_adjust(const struct partner_standing *standing, struct gh_neighbor *n);

#endif
