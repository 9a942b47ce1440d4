/*
 * upper - the macvlans that stand on an interface, as VRRP has them
 *
 * FRR's vrrpd answers for a virtual address by a macvlan with the virtual
 * router's hardware address. What hosts send to it comes in by the macvlan, not
 * by the interface below; so whatever holds for that one must hold for these.
 *
 * Threads    any that may use the socket; a call blocks for a dump of the links.
 * Errors     0 or -errno.
 */
#ifndef RIB_UPPER_H
#define RIB_UPPER_H

#include "base/fact.h"
#include "rib/nl.h"

/* Appends the names of those on `lower` to names[*count], up to max. */
int upper_find(struct nl *nl, struct gh_buf *b, int lower, char names[][GH_IFNAME_MAX + 1],
	       unsigned *count, unsigned max);
/* Is this interface one of them? */
bool upper_is_on(struct nl *nl, struct gh_buf *b, int lower, const char *name);

#endif
