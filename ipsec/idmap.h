/*
 * idmap - u32 -> pointer, written by one thread and read by many without locks
 *
 * SPIs, groups and legs are found by it.
 *
 * Ownership  values are the caller's; a replaced or deleted one must be
 *            retired (reclaim.h), since a reader may have just found it.
 * Threads    idmap_set and idmap_each: the control thread. idmap_find: any.
 * Errors     running out of memory aborts.
 */
#ifndef IPSEC_IDMAP_H
#define IPSEC_IDMAP_H

#include <stdatomic.h>
#include <stdint.h>

#include "ipsec/reclaim.h"

struct idmap_table;

struct idmap {
	_Atomic(struct idmap_table *) table;
	struct reclaim *reclaim;
};

void idmap_init(struct idmap *m, struct reclaim *reclaim);
void idmap_fini(struct idmap *m);

/* NULL deletes. Returns the value that was there. */
void *idmap_set(struct idmap *m, uint32_t id, void *value);
void *idmap_find(const struct idmap *m, uint32_t id);
/* visit may delete the id that it is called with. */
void idmap_each(struct idmap *m, void (*visit)(void *ctx, uint32_t id, void *value), void *ctx);

#endif
