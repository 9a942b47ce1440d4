/*
 * Deferred freeing: see reclaim.h.
 *
 * Why a reader that goes online late is safe: it stores `seen` before it loads
 * a pointer, the control thread stores the pointer before it loads `seen`, and
 * all four are sequentially consistent. So either the control thread finds the
 * reader online, or the reader finds the new pointer.
 */
#include "ipsec/reclaim.h"

#include <stdlib.h>

#define COLLECT_AT 256

struct reclaim_item {
	struct reclaim_item *next;
	void *object;
	void (*fini)(void *object);
	uint64_t epoch;         /* readers that have seen it hold the object no more */
};

void *reclaim_alloc(size_t size)
{
	void *p = calloc(1, size);

	if (!p)
		abort();
	return p;
}

void reclaim_init(struct reclaim *r)
{
	atomic_store(&r->epoch, 1);
	for (unsigned k = 0; k < RECLAIM_READERS_MAX; k++)
		atomic_store(&r->readers[k].seen, 0);
	r->head = NULL;
	r->tail = &r->head;
	r->waiting = 0;
}

void reclaim_fini(struct reclaim *r)
{
	reclaim_collect(r);
}

void reclaim_retire(struct reclaim *r, void *object, void (*fini)(void *object))
{
	struct reclaim_item *item;

	if (!object)
		return;
	item = reclaim_alloc(sizeof(*item));
	item->object = object;
	item->fini = fini;
	item->epoch = atomic_fetch_add(&r->epoch, 1) + 1;
	*r->tail = item;
	r->tail = &item->next;
	if (++r->waiting % COLLECT_AT == 0)
		reclaim_collect(r);
}

/* The oldest epoch that some reader may be in. */
static uint64_t oldest(struct reclaim *r)
{
	uint64_t least = UINT64_MAX;

	for (unsigned k = 0; k < RECLAIM_READERS_MAX; k++) {
		uint64_t seen = atomic_load(&r->readers[k].seen);

		if (seen && seen < least)
			least = seen;
	}
	return least;
}

void reclaim_collect(struct reclaim *r)
{
	uint64_t least = oldest(r);

	while (r->head && r->head->epoch <= least) {
		struct reclaim_item *item = r->head;

		r->head = item->next;
		if (!r->head)
			r->tail = &r->head;
		r->waiting--;
		item->fini(item->object);
		free(item);
	}
}
