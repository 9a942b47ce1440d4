/*
 * reclaim - frees what lock-free readers may still be looking at
 *
 * Quiescent-state based reclamation: the control thread unlinks an object,
 * retires it, and it is freed once every worker has passed a point at which it
 * holds no pointer into shared tables (the top of its loop, or sleeping).
 *
 * Ownership  a retired object belongs to struct reclaim.
 * Threads    reclaim_retire, _collect, _init, _fini: the control thread.
 *            reclaim_online, _offline: the worker that owns the reader.
 *            Shared pointers are stored and loaded with seq_cst.
 * Errors     running out of memory aborts, as in base/buf.
 */
#ifndef IPSEC_RECLAIM_H
#define IPSEC_RECLAIM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECLAIM_READERS_MAX 16

struct reclaim_item;

struct reclaim {
	_Atomic uint64_t epoch;
	struct {
		_Alignas(64) _Atomic uint64_t seen;     /* 0: holds nothing */
	} readers[RECLAIM_READERS_MAX];
	struct reclaim_item *head, **tail;      /* oldest first */
	unsigned waiting;
};

void reclaim_init(struct reclaim *r);
/* No reader may be online. */
void reclaim_fini(struct reclaim *r);

/* fini(object) is called when nobody can see it any more, perhaps at once. NULL object: nothing. */
void reclaim_retire(struct reclaim *r, void *object, void (*fini)(void *object));

/* Frees what can be freed. reclaim_retire calls it now and then by itself. */
void reclaim_collect(struct reclaim *r);

/* From here to the next call of either, the reader may hold pointers. */
static inline void reclaim_online(struct reclaim *r, unsigned reader)
{
	atomic_store(&r->readers[reader].seen, atomic_load(&r->epoch));
}

/* Before it sleeps. */
static inline void reclaim_offline(struct reclaim *r, unsigned reader)
{
	atomic_store(&r->readers[reader].seen, 0);
}

/* Control thread: is the reader at work? */
static inline bool reclaim_is_online(const struct reclaim *r, unsigned reader)
{
	return atomic_load(&r->readers[reader].seen) != 0;
}

/* Zeroed memory, or abort. */
void *reclaim_alloc(size_t size);

#endif
