/*
 * fwd - the ESP FIB: longest-prefix match, prefix -> group number
 *
 * A tree bitmap (Eatherton, Varghese, Dittia 2004) of 6-bit strides, one tree
 * a family. Lookups are lock-free; an update copies the one small node that it
 * changes, so both directions of a route's life cost the same at any size.
 *
 * Ownership  nodes belong to the tree and leave through reclaim.h.
 * Threads    fwd_set, _del: the control thread. fwd_find: any reader.
 * Units      group numbers below FWD_NONE.
 * Errors     running out of memory aborts.
 */
#ifndef IPSEC_FWD_H
#define IPSEC_FWD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "ipsec/reclaim.h"

#define FWD_NONE UINT32_MAX

struct fwd_node;

struct fwd {
	_Atomic(struct fwd_node *) root[2];     /* IPv4, IPv6 */
	struct reclaim *reclaim;
	uint32_t count;                         /* prefixes */
};

void fwd_init(struct fwd *f, struct reclaim *reclaim);
/* No reader may be left. */
void fwd_fini(struct fwd *f);

/* Sets or changes the group of a prefix (a change is one atomic store). */
void fwd_set(struct fwd *f, const struct gh_prefix *prefix, uint32_t group);
/* False: it was not there. */
bool fwd_del(struct fwd *f, const struct gh_prefix *prefix);

/* The group of the longest prefix that holds the address (4 or 16 bytes), or FWD_NONE. */
uint32_t fwd_find(const struct fwd *f, uint8_t family, const uint8_t *address);
/* The same, telling the length of that prefix. */
uint32_t fwd_find_length(const struct fwd *f, uint8_t family, const uint8_t *address,
			 unsigned *length);

#endif
