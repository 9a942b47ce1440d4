/*
 * legset - the legs that a group's packets may take
 *
 * Ownership  immutable once published; replaced as a whole (reclaim.h). Legs
 *            are borrowed from sadb, where they stay.
 * Threads    made by the control thread, read by workers.
 */
#ifndef IPSEC_LEGSET_H
#define IPSEC_LEGSET_H

#include "ipsec/ipsec.h"
#include "ipsec/packet.h"
#include "ipsec/sadb.h"

struct legset {
	unsigned count;
	struct sa_leg *leg[];
};

struct legset *legset_new(struct sadb *db, const uint32_t legs[], unsigned count);

/*
 * The SA for a packet: by flow hash, passing over legs without a usable SA.
 * NULL: *why names the drop. p NULL: any SA of the first leg that has one.
 */
struct sa *legset_choose(const struct legset *s, const struct packet *p, enum ipsec_drop *why);

#endif
