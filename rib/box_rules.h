/*
 * box_rules - the rules of a box, in which the kernel translates one connection's packets
 *
 * A box is a network namespace with two TUNs (ipsec/nat.h draws it): packets
 * of the virtual network come in by "inside" and leave by "outside" towards
 * the site; the site's take the way back. In between, conntrack and nf_tables:
 *
 *   egress    what the virtual network sends: internal is its own address,
 *             external what the site sees
 *   ingress   what the site sends: internal is the site's own address,
 *             external what the virtual network sees
 *   static    one to one, and either side may begin
 *   dynamic   all of internal share external by ports; only the side that is
 *             translated may begin, and what comes to external unasked is dropped
 *
 *   table inet gatehouse {
 *     chain incoming { type nat hook prerouting     static: back to internal }
 *     chain outgoing { type nat hook postrouting    internal to external }
 *     chain astray   { type filter hook forward     what conntrack makes no sense of }
 *     chain own      { type filter hook output      nothing: a box has nothing to say itself }
 *   }
 *
 * astray: where a flow's two directions take different gateways, conntrack
 * sees half of it and calls that invalid. It would pass as it is. Static rules
 * need no state: their addresses are rewritten there; what a dynamic rule
 * should have translated is dropped.
 *
 * A box's rules are loaded once. Other rules are another box: so a change is made
 * whole before it takes effect, and no translation outlives its rule.
 *
 * Ownership  plain values; the socket is the caller's, opened in the box.
 * Threads    one at a time for a socket.
 * Errors     0 or -errno, the kernel's words in nl->why.
 */
#ifndef RIB_BOX_RULES_H
#define RIB_BOX_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fact.h"

struct nl;

#define BOX_INSIDE "inside"
#define BOX_OUTSIDE "outside"

struct box_rule {
	char name[GH_NAME_MAX + 1];
	bool ingress, dynamic;
	struct gh_prefix internal, external;    /* static: of one length */
};

/* Its table and chains: loads conntrack. For whoever makes the namespace. */
int box_rules_begin(struct nl *nft);
/* Its rules, in a box that has none. */
int box_rules_load(struct nl *nft, const struct box_rule rules[], size_t count);
/* Were they loaded? They are, all or none. -errno. */
int box_rules_present(struct nl *nft);

/* What a rule did since it was loaded. */
struct box_count {
	uint64_t flows;                 /* translated, either side having begun */
	uint64_t stateless;             /* packets that were rewritten without a flow */
	uint64_t refused;               /* packets dropped: unasked, or out of nowhere */
};
/* rules: those that were loaded; out has count places. */
int box_rules_count(struct nl *nft, const struct box_rule rules[], size_t count,
	       struct box_count out[]);

#endif
