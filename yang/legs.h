/*
 * legs - the static leg numbers of edges, connections, and routers of our own side
 *
 * A leg keeps its number as long as it is configured, over renumbering of
 * others and over a restart of gatehoused, because SAs (if_id), neighbors and
 * events name it. The rule: what had a number keeps it; what is new gets the
 * smallest number, from 1, that neither the old nor the new configuration
 * uses, so that no transaction hands a number from one peer to another.
 *
 * Saved as comment lines after the configuration text, so that the saved file
 * is configuration text like any other:
 *
 *	! leg 1 expressroute dc1 primary
 *	! leg 3 connection paris
 *	! leg 4 vnet-router r1
 *	! leg 5 partner partner
 *
 * Ownership  the table owns its rows.
 * Threads    one owner.
 * Errors     lines that do not parse, and numbers given twice, are ignored:
 *            the leg gets a new number.
 */
#ifndef GH_YANG_LEGS_H
#define GH_YANG_LEGS_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "yang/config.h"

struct legs_row {
	uint32_t leg;
	int role;                       /* enum gw_role, or one of LEGS_ */
	char name[GH_NAME_MAX + 1];
};

#define LEGS_CONNECTION (-1)
#define LEGS_VNET_ROUTER (-2)
#define LEGS_PARTNER (-3)       /* its name is "partner": there is one */

struct legs {
	struct legs_row *rows;          /* sorted by role, then name */
	size_t count;
};

void legs_fini(struct legs *legs);
/* Fills an empty table from a configuration, or from the comment lines of a text. */
void legs_from_config(struct legs *legs, const struct gw_config *config);
void legs_from_text(struct legs *legs, const char *text, size_t length);
void legs_print(const struct legs *legs, struct gh_buf *out);

/*
 * Numbers every edge that has an interface or a peer, every connection and
 * router, and the partner that has a peer.
 */
void legs_assign(const struct legs *old, struct gw_config *config);

#endif
