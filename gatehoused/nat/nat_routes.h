/*
 * nat_routes - what sites behind NAT rules announce, as everybody else sees it
 *
 * Between bgpd's paths and the arbiter: a path of a leg with ingress rules is
 * kept here under the prefix that the site announced, and passed on under
 * each prefix that it translates to (translate.h). Several may translate to
 * one; that stays until the last of them goes. Paths of other legs pass by.
 *
 *   nat_routes_rules(r, leg, ...)      a leg's rules; none: it is no more translated
 *   nat_routes_set(r, path)            false: not of such a leg, use the path as it is
 *
 * Ownership  owns copies of rules and paths.
 * Threads    the control thread.
 * Errors     none; running out of memory aborts.
 */
#ifndef GATEHOUSED_NAT_ROUTES_H
#define GATEHOUSED_NAT_ROUTES_H

#include "base/fact.h"
#include "rib/box_rules.h"

struct nat_routes;

struct nat_routes_sink {
	void *context;
	void (*set)(void *context, const struct gh_path *path);
	void (*del)(void *context, const struct gh_path_del *del);
};

struct nat_routes *nat_routes_new(const struct nat_routes_sink *sink);
void nat_routes_free(struct nat_routes *r);

/*
 * A change translates anew what is kept. For a leg that had none the paths
 * must be stated once more (bgpd does: its neighbor gets another weight); for one that has none from now on they are given
 * back as they came.
 */
void nat_routes_rules(struct nat_routes *r, uint32_t leg, const struct box_rule rules[],
		      size_t count);

bool nat_routes_set(struct nat_routes *r, const struct gh_path *path);
bool nat_routes_del(struct nat_routes *r, const struct gh_path_del *del);
/* The leg is gone, with its paths in the arbiter. */
void nat_routes_forget(struct nat_routes *r, uint32_t leg);

/* bgpd's HELLO and END. What was not said in between is dropped, as the arbiter does by itself. */
void nat_routes_begin(struct nat_routes *r);
void nat_routes_end(struct nat_routes *r);

/* Each prefix that is passed on of a leg's paths, once for each session that has it. */
typedef void nat_routes_visit(void *context, uint32_t leg, const struct gh_prefix *prefix);
void nat_routes_each(const struct nat_routes *r, nat_routes_visit *visit, void *context);

#endif
