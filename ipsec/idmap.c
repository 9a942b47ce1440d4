/*
 * The id map: see idmap.h.
 *
 * Open addressing with linear probes. Writers change slots in place: a key is
 * published after its value, and stays when the value is deleted, so that no
 * probe chain breaks under a reader. Growing copies into a new table.
 */
#include "ipsec/idmap.h"

#include <stdlib.h>

#define SLOTS_MIN 64

struct slot {
	_Atomic uint64_t key;           /* id + 1; 0: never used */
	_Atomic(void *) value;          /* NULL: deleted */
};

struct idmap_table {
	uint32_t mask;
	uint32_t used;                  /* keys, deleted ones included */
	struct slot slots[];
};

static struct idmap_table *table_new(uint32_t slots)
{
	struct idmap_table *t;

	t = reclaim_alloc(sizeof(*t) + slots * sizeof(t->slots[0]));
	t->mask = slots - 1;
	return t;
}

void idmap_init(struct idmap *m, struct reclaim *reclaim)
{
	m->reclaim = reclaim;
	atomic_store(&m->table, table_new(SLOTS_MIN));
}

void idmap_fini(struct idmap *m)
{
	free(atomic_load(&m->table));
}

/* The slot that has the key, or the empty one where it belongs. */
static struct slot *probe(struct idmap_table *t, uint32_t id)
{
	uint64_t key = (uint64_t)id + 1;
	uint32_t at = (id * 0x9e3779b1u) >> 7;

	for (;; at++) {
		struct slot *s = &t->slots[at & t->mask];
		uint64_t there = atomic_load(&s->key);

		if (there == key || there == 0)
			return s;
	}
}

void *idmap_find(const struct idmap *m, uint32_t id)
{
	struct slot *s = probe(atomic_load(&m->table), id);

	/* The slot that probe found empty may be another id's by now. */
	return atomic_load(&s->key) == (uint64_t)id + 1 ? atomic_load(&s->value) : NULL;
}

static void insert(struct idmap_table *t, uint32_t id, void *value)
{
	struct slot *s = probe(t, id);

	atomic_store(&s->value, value);
	if (!atomic_load(&s->key)) {
		atomic_store(&s->key, (uint64_t)id + 1);
		t->used++;
	}
}

static void grow(struct idmap *m)
{
	struct idmap_table *old = atomic_load(&m->table);
	struct idmap_table *fresh;
	uint32_t live = 0;
	uint32_t slots = SLOTS_MIN;

	for (uint32_t k = 0; k <= old->mask; k++)
		live += atomic_load(&old->slots[k].value) != NULL;
	while (slots < 4 * live)
		slots *= 2;
	fresh = table_new(slots);
	for (uint32_t k = 0; k <= old->mask; k++) {
		void *value = atomic_load(&old->slots[k].value);

		if (value)
			insert(fresh, (uint32_t)(atomic_load(&old->slots[k].key) - 1), value);
	}
	atomic_store(&m->table, fresh);
	reclaim_retire(m->reclaim, old, free);
}

void *idmap_set(struct idmap *m, uint32_t id, void *value)
{
	struct idmap_table *t = atomic_load(&m->table);
	void *was = idmap_find(m, id);

	if (!was && !value)
		return NULL;
	if (!was && t->used >= (t->mask + 1) / 2) {
		grow(m);
		t = atomic_load(&m->table);
	}
	insert(t, id, value);
	return was;
}

void idmap_each(struct idmap *m, void (*visit)(void *ctx, uint32_t id, void *value), void *ctx)
{
	struct idmap_table *t = atomic_load(&m->table);

	for (uint32_t k = 0; k <= t->mask; k++) {
		void *value = atomic_load(&t->slots[k].value);

		if (value)
			visit(ctx, (uint32_t)(atomic_load(&t->slots[k].key) - 1), value);
	}
}
