/*
 * paths - what is said about prefixes: by bgpd, by the configuration
 *
 * All of it only queues entries. Whole neighbors, legs and snapshots are swept
 * by a walk of the table: rarer than paths, and cheaper than lists in each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rib/entry.h"

static void path_remove(struct rib *r, struct entry *e, struct path **link)
{
	struct path *p = *link;

	*link = p->next;
	r->counters.paths--;
	r->counters.refused -= entry_refuses(e, p);
	path_free(&r->attrs, p);
	entry_queue(r, e);
}

static void path_insert(struct rib *r, struct entry *e, struct path *p)
{
	p->next = e->paths;
	e->paths = p;
	r->counters.paths++;
	r->counters.refused += entry_refuses(e, p);
	entry_queue(r, e);
}

/* Removes the paths that gone() names from all entries. */
static void paths_sweep(struct rib *r,
			bool (*gone)(const struct rib *r, const struct path *p, uint32_t arg),
			uint32_t arg)
{
	table_each(n, &r->table) {
		struct entry *e = n->value;

		for (struct path **link = &e->paths; *link;) {
			if (gone(r, *link, arg))
				path_remove(r, e, link);
			else
				link = &(*link)->next;
		}
	}
}

static bool path_is_of_leg(const struct rib *r, const struct path *p, uint32_t leg)
{
	(void)r;
	return p->leg->config.number == leg;
}

static bool path_is_of_neighbor(const struct rib *r, const struct path *p, uint32_t neighbor)
{
	(void)r;
	return !p->is_static && p->neighbor == neighbor;
}

static bool path_is_unsaid(const struct rib *r, const struct path *p, uint32_t arg)
{
	(void)arg;
	return !p->is_static && p->generation != r->generation;
}

void paths_remove_leg(struct rib *r, uint32_t leg)
{
	paths_sweep(r, path_is_of_leg, leg);
}

void paths_remove_unsaid(struct rib *r)
{
	paths_sweep(r, path_is_unsaid, 0);
}

static struct path **path_find(struct entry *e, uint32_t neighbor, uint32_t path_id)
{
	for (struct path **link = &e->paths; *link; link = &(*link)->next)
		if (!(*link)->is_static && (*link)->neighbor == neighbor &&
		    (*link)->path_id == path_id)
			return link;
	return NULL;
}

/* The IPv6 gateway of an edge whose configuration gives none: the peer's own next hop. */
static void leg_learn_gateway6(struct rib *r, struct rib_leg *l, const struct gh_path *path)
{
	if (l->config.egress != RIB_EGRESS_EDGE || path->prefix.addr.family != AF_INET6 ||
	    path->next_hop.family != AF_INET6 || gh_addr_is_set(&l->gateway6))
		return;
	l->gateway6 = path->next_hop;
	rib_leg_way_changed(r, l);
}

int rib_path_set(struct rib *r, const struct gh_path *path)
{
	struct rib_leg *l = rib_leg_find(r, gh_neighbor_leg(path->neighbor));
	struct path_attr *attr;
	struct entry *e;
	struct path *p, **link;

	if (!l) {
		r->counters.unknown_leg++;
		return -ENOENT;
	}
	leg_learn_gateway6(r, l, path);
	e = entry_get(r, &path->prefix);
	attr = attrs_get(&r->attrs, path);
	if (!e || !attr)
		goto no_memory;
	link = path_find(e, path->neighbor, path->path_id);
	if (link) {
		p = *link;
		if (p->attr != attr || p->stale != path->stale)
			entry_queue(r, e);
		r->counters.refused -= entry_refuses(e, p);
		attrs_put(&r->attrs, p->attr);
		p->attr = attr;
		r->counters.refused += entry_refuses(e, p);
	} else {
		p = path_new(l, path->neighbor, attr);
		if (!p)
			goto no_memory;
		p->path_id = path->path_id;
		path_insert(r, e, p);
	}
	p->stale = path->stale;
	p->generation = r->generation;
	return 0;

no_memory:
	attrs_put(&r->attrs, attr);
	if (e)
		entry_queue(r, e);      /* frees it when it is empty */
	return -ENOMEM;
}

int rib_path_del(struct rib *r, const struct gh_path_del *del)
{
	struct entry *e = entry_find(r, &del->prefix);
	struct path **link = e ? path_find(e, del->neighbor, del->path_id) : NULL;

	if (!link)
		return -ENOENT;
	path_remove(r, e, link);
	return 0;
}

void rib_neighbor_down(struct rib *r, uint32_t neighbor)
{
	paths_sweep(r, path_is_of_neighbor, neighbor);
}

static bool path_is_learned_of(const struct rib *r, const struct path *p, uint32_t leg)
{
	(void)r;
	return !p->is_static && p->leg->config.number == leg;
}

void rib_leg_forget(struct rib *r, uint32_t leg)
{
	paths_sweep(r, path_is_learned_of, leg);
}

void rib_paths_stale(struct rib *r, uint32_t keep_ms, struct gh_time now)
{
	r->stale_at = gh_time_add_ms(now, keep_ms);
}

void rib_snapshot_begin(struct rib *r)
{
	r->generation++;
	r->stale_at = (struct gh_time){ 0 };
}

void rib_snapshot_end(struct rib *r, struct gh_time now)
{
	(void)now;
	paths_remove_unsaid(r);
	rib_takeover_end(r);
}

/* ---- static prefixes, address space ---- */

static struct path **static_find(struct entry *e, const struct rib_leg *l, enum rib_static what)
{
	for (struct path **link = &e->paths; *link; link = &(*link)->next)
		if ((*link)->is_static && (*link)->leg == l &&
		    (*link)->is_peer == (what == RIB_STATIC_PEER))
			return link;
	return NULL;
}

int rib_static_set(struct rib *r, uint32_t number, const struct gh_prefix *prefix,
		   enum rib_static what)
{
	struct rib_leg *l = rib_leg_find(r, number);
	struct gh_prefix *more;
	struct entry *e;
	struct path *p;

	if (!l)
		return -ENOENT;
	more = realloc(l->statics, (l->statics_count + 1) * sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->statics = more;
	e = entry_get(r, prefix);
	if (!e)
		return -ENOMEM;
	if (static_find(e, l, what))
		return 0;
	p = path_new(l, gh_neighbor_id(number, prefix->addr.family, 0), NULL);
	if (!p) {
		entry_queue(r, e);
		return -ENOMEM;
	}
	p->is_peer = what == RIB_STATIC_PEER;
	l->statics[l->statics_count++] = *prefix;
	path_insert(r, e, p);
	return 0;
}

int rib_static_del(struct rib *r, uint32_t number, const struct gh_prefix *prefix)
{
	struct rib_leg *l = rib_leg_find(r, number);
	struct entry *e = entry_find(r, prefix);
	struct path **link;
	bool found = false;

	if (!l || !e)
		return -ENOENT;
	for (int what = RIB_STATIC_PREFIX; what <= RIB_STATIC_PEER; what++) {
		link = static_find(e, l, what);
		if (link) {
			path_remove(r, e, link);
			found = true;
		}
	}
	for (size_t i = 0; i < l->statics_count;) {
		if (gh_prefix_cmp(&l->statics[i], prefix))
			i++;
		else
			l->statics[i] = l->statics[--l->statics_count];
	}
	return found ? 0 : -ENOENT;
}

void rib_space_set(struct rib *r, const struct gh_prefix *prefixes, size_t count)
{
	r->spaces_count = count < RIB_SPACES_MAX ? count : RIB_SPACES_MAX;
	if (r->spaces_count)
		memcpy(r->spaces, prefixes, r->spaces_count * sizeof(*prefixes));
	table_each(n, &r->table) {
		struct entry *e = n->value;
		bool inside = entry_inside_space(r, &n->prefix);

		if (e->inside == inside)
			continue;
		for (const struct path *p = e->paths; p; p = p->next)
			r->counters.refused -= entry_refuses(e, p);
		e->inside = inside;
		for (const struct path *p = e->paths; p; p = p->next)
			r->counters.refused += entry_refuses(e, p);
		entry_queue(r, e);
	}
}

