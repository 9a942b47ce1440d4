/*
 * entry - one prefix: its paths, the group decided for it, where it is held
 *
 * Private to the arbiter. A changed entry is queued; entry_process decides it
 * again and places it:
 *
 *   ESP     its group has an ESP leg
 *   kernel  GROUP: its group has an edge
 *           STANDBY: an ESP-only entry whose nearest shorter entry has an edge,
 *           which would otherwise catch its packets
 *           everything else falls to the TUN by the table's default
 *
 * So where an entry is placed depends on itself and on its nearest covering
 * entry; when an entry begins or ceases to have an edge, those right inside it
 * are placed again with it, in the same batch.
 *
 * Ownership  the rib owns entries; an entry holds references to its groups.
 * Threads    control thread.
 */
#ifndef RIB_ENTRY_H
#define RIB_ENTRY_H

#include "rib/group.h"
#include "rib/path.h"
#include "rib/table.h"

#define RIB_LEG_BUCKETS 1024
#define RIB_SPACES_MAX 64

enum entry_kernel {
	ENTRY_KERNEL_NONE = RIB_KERNEL_NONE,
	ENTRY_KERNEL_STANDBY = RIB_KERNEL_STANDBY,
	ENTRY_KERNEL_GROUP = RIB_KERNEL_GROUP,
};

struct entry {
	struct table_node *node;
	struct path *paths;
	struct group *group;            /* decided; NULL: no usable path */
	struct group *esp;              /* as the ESP FIB holds it */
	struct group *kernel;           /* as the kernel holds it, when in_kernel is GROUP */
	struct entry *dirty_next;
	struct entry *moved_next;
	uint8_t in_kernel;              /* enum entry_kernel */
	bool inside;                    /* equal to or inside the address space */
	bool dirty;                     /* queued to be decided */
	bool moved;                     /* decided, or covered by one that was: to be placed */
};

struct rib {
	struct rib_config config;
	struct table table;
	struct attrs attrs;
	struct groups groups;
	struct rib_leg *legs[RIB_LEG_BUCKETS];
	struct gh_prefix spaces[RIB_SPACES_MAX];
	size_t spaces_count;

	struct entry *dirty, **dirty_end;
	size_t dirty_count;
	struct entry *moved, **moved_end;

	uint32_t generation;            /* of bgpd's snapshots */
	bool taking_over;               /* the kernel is not written yet */
	bool kernel_dirty;              /* the kernel sink has something to flush */
	bool esp_dirty;
	bool sync_wanted;               /* compare with the kernel when the queue is empty */
	struct gh_time takeover_at, stale_at, retry_at, sync_at;

	struct gh_prefix *retries;      /* prefixes that a sink could not program */
	size_t retries_count, retries_size;

	struct rib_counters counters;
	struct candidate *scratch;
	size_t scratch_size;
};

/* Finds or makes the entry; NULL without memory. */
struct entry *entry_get(struct rib *r, const struct gh_prefix *prefix);
struct entry *entry_find(const struct rib *r, const struct gh_prefix *prefix);

void entry_queue(struct rib *r, struct entry *e);
/*
 * Decides up to max queued entries, then places them and those that they
 * cover. Each is placed once, with all of them decided: a sink may reorder the
 * calls of one batch. Frees entries without paths.
 */
void entry_process(struct rib *r, unsigned max);

/*
 * Is this path refused? Inside the address space only the VNet side may say
 * where something is, and it says nothing about what is outside.
 */
static inline bool entry_refuses(const struct entry *e, const struct path *p)
{
	return !p->is_peer && e->inside != (path_kind(p) == RIB_VNET);
}

bool entry_inside_space(const struct rib *r, const struct gh_prefix *prefix);

/*
 * The candidates of an entry, decided, with their legs' state as it is now:
 * for show. Points into the rib's scratch, valid until the next call.
 */
struct candidate *entry_candidates(const struct rib *r, const struct entry *e, size_t *count);

/* rib.c */
struct rib_leg *rib_leg_find(const struct rib *r, uint32_t number);
/* The leg's gateway or interface is another: where it is used, the kernel is told. */
void rib_leg_way_changed(struct rib *r, struct rib_leg *l);
/* From here on the kernel is ours to write. */
void rib_takeover_end(struct rib *r);

/* sinks.c */
void sinks_init(struct rib *r);
/* The legs of a group changed their state: ESP first, it is one store. */
void sinks_flip(struct rib *r, struct group *group);
void sinks_flush(struct rib *r);
/* Compares the kernel with the table; what is missing there is sent again. */
void sinks_compare(struct rib *r, struct gh_time now);
/* Queues the prefixes again that could not be programmed: at retry_at. */
void sinks_retry_later(struct rib *r, struct gh_time now);
void sinks_retry(struct rib *r);

/* paths.c */
void paths_remove_leg(struct rib *r, uint32_t leg);
/* Those of bgpd that the present snapshot has not said. */
void paths_remove_unsaid(struct rib *r);

#endif
