/*
 * path - what one leg offers for one prefix
 *
 * Attributes are interned: the thousands of prefixes that a peer announces
 * with one UPDATE share one copy (RFC 4271 4.3), so that a path costs 56 bytes.
 *
 * Ownership  a path holds a reference to its attributes.
 * Threads    control thread.
 * Errors     path_new and attrs_get return NULL without memory.
 */
#ifndef RIB_PATH_H
#define RIB_PATH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"
#include "rib/decide.h"

struct rib_leg;

struct path_attr {
	struct path_attr *bucket_next;
	uint32_t hash;
	uint32_t refs;
	/* From here on it is the key; every byte is set. */
	struct gh_addr next_hop;
	struct gh_addr router_id;
	struct gh_addr peer;            /* that sent it: step 10 */
	uint32_t local_pref;
	uint32_t med;
	uint16_t as_hops;
	uint16_t as_count;
	uint8_t origin;
	uint8_t kind;                   /* enum rib_kind that it began with; 0: its leg's */
	bool is_static;                 /* it began as a static prefix of the partner's */
	uint8_t zero;
	uint32_t weight;                /* step 3, of the partner's leg; else 0 */
	uint32_t as_path[];
};

/* The set of all attributes in use. */
struct attrs {
	struct path_attr **buckets;
	size_t size, count;
};

void attrs_init(struct attrs *a);
void attrs_fini(struct attrs *a);
struct path_attr *attrs_get(struct attrs *a, const struct gh_path *path);
void attrs_put(struct attrs *a, struct path_attr *attr);

struct path {
	struct path *next;              /* of the same prefix */
	struct path_attr *attr;         /* NULL for a static prefix */
	struct rib_leg *leg;
	uint32_t neighbor;
	uint32_t path_id;               /* tells the paths of one neighbor from each other */
	uint32_t generation;            /* of the snapshot that said it last */
	bool is_static;
	bool is_peer;                   /* host route of the tunnel's BGP peer */
	bool stale;                     /* kept over a graceful restart (RFC 4724) */
};

/* Takes over the reference to attr. */
struct path *path_new(struct rib_leg *leg, uint32_t neighbor, struct path_attr *attr);
void path_free(struct attrs *a, struct path *p);

/* The kind that the path began with: its leg's, unless the partner said another. */
enum rib_kind path_kind(const struct path *p);

/* What decide compares. usable as the caller sees it. */
void path_candidate(const struct path *p, bool usable, struct candidate *out);

#endif
