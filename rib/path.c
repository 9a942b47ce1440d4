#include "rib/path.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "rib/group.h"

#define KEY_OFFSET offsetof(struct path_attr, next_hop)

void attrs_init(struct attrs *a)
{
	memset(a, 0, sizeof(*a));
}

void attrs_fini(struct attrs *a)
{
	free(a->buckets);
	attrs_init(a);
}

static size_t key_length(const struct path_attr *attr)
{
	return offsetof(struct path_attr, as_path) - KEY_OFFSET +
	       attr->as_count * sizeof(attr->as_path[0]);
}

/* FNV-1a: short keys, no adversary who could gain more than a slow lookup. */
static uint32_t key_hash(const struct path_attr *attr)
{
	const uint8_t *key = (const uint8_t *)attr + KEY_OFFSET;
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < key_length(attr); i++)
		hash = (hash ^ key[i]) * 16777619u;
	return hash;
}

static int attrs_grow(struct attrs *a)
{
	size_t size = a->size ? a->size * 2 : 256;
	struct path_attr **buckets = calloc(size, sizeof(*buckets));

	if (!buckets)
		return a->size ? 0 : -1;        /* slower, but it works */
	for (size_t i = 0; i < a->size; i++) {
		struct path_attr *attr = a->buckets[i], *next;

		for (; attr; attr = next) {
			next = attr->bucket_next;
			attr->bucket_next = buckets[attr->hash & (size - 1)];
			buckets[attr->hash & (size - 1)] = attr;
		}
	}
	free(a->buckets);
	a->buckets = buckets;
	a->size = size;
	return 0;
}

/* The attributes of a path as a key in the caller's room. */
static void key_fill(struct path_attr *key, const struct gh_path *path)
{
	uint16_t count = path->as_count < GH_AS_PATH_MAX ? path->as_count : GH_AS_PATH_MAX;

	memset(key, 0, sizeof(*key) + count * sizeof(key->as_path[0]));
	key->next_hop = path->next_hop;
	key->router_id = path->router_id;
	key->peer = path->peer;
	key->local_pref = path->local_pref;
	key->med = path->med;
	key->as_hops = path->as_hops;
	key->as_count = count;
	key->origin = path->origin;
	key->kind = path->kind;
	key->is_static = path->is_static;
	key->weight = path->routing_weight;
	memcpy(key->as_path, path->as_path, count * sizeof(key->as_path[0]));
	key->hash = key_hash(key);
}

struct path_attr *attrs_get(struct attrs *a, const struct gh_path *path)
{
	union {
		struct path_attr attr;
		uint8_t room[sizeof(struct path_attr) + GH_AS_PATH_MAX * sizeof(uint32_t)];
	} key;
	struct path_attr *attr;
	size_t size;

	if (a->count >= a->size && attrs_grow(a))
		return NULL;
	key_fill(&key.attr, path);
	for (attr = a->buckets[key.attr.hash & (a->size - 1)]; attr; attr = attr->bucket_next)
		if (attr->hash == key.attr.hash && attr->as_count == key.attr.as_count &&
		    !memcmp(&attr->next_hop, &key.attr.next_hop, key_length(attr))) {
			attr->refs++;
			return attr;
		}
	size = KEY_OFFSET + key_length(&key.attr);
	attr = malloc(size < sizeof(*attr) ? sizeof(*attr) : size);
	if (!attr)
		return NULL;
	memcpy(attr, &key, size);
	attr->refs = 1;
	attr->bucket_next = a->buckets[attr->hash & (a->size - 1)];
	a->buckets[attr->hash & (a->size - 1)] = attr;
	a->count++;
	return attr;
}

void attrs_put(struct attrs *a, struct path_attr *attr)
{
	struct path_attr **link;

	if (!attr || --attr->refs)
		return;
	for (link = &a->buckets[attr->hash & (a->size - 1)]; *link != attr;
	     link = &(*link)->bucket_next)
		;
	*link = attr->bucket_next;
	a->count--;
	free(attr);
}

struct path *path_new(struct rib_leg *leg, uint32_t neighbor, struct path_attr *attr)
{
	struct path *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->leg = leg;
	p->neighbor = neighbor;
	p->attr = attr;
	p->is_static = !attr;
	leg->paths++;
	return p;
}

void path_free(struct attrs *a, struct path *p)
{
	if (!p)
		return;
	p->leg->paths--;
	attrs_put(a, p->attr);
	free(p);
}

enum rib_kind path_kind(const struct path *p)
{
	return p->attr && p->attr->kind ? p->attr->kind : p->leg->config.kind;
}

void path_candidate(const struct path *p, bool usable, struct candidate *out)
{
	const struct rib_leg_config *leg = &p->leg->config;

	*out = (struct candidate){
		.path = p,
		.leg = leg->number,
		.neighbor = p->neighbor,
		.usable = usable,
		.is_static = p->is_static,
		.partner = leg->kind == RIB_PARTNER,
		.kind = path_kind(p),
		.weight = leg->weight,
	};
	if (!p->attr)
		return;
	if (out->partner) {
		out->weight = p->attr->weight;
		out->is_static = p->attr->is_static;
	}
	out->local_pref = p->attr->local_pref;
	out->as_hops = p->attr->as_hops;
	out->origin = p->attr->origin;
	out->med = p->attr->med;
	out->neighbor_as = p->attr->as_count ? p->attr->as_path[0] : 0;
	out->router_id = p->attr->router_id;
	out->peer = p->attr->peer;
}
