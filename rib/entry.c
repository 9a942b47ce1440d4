#include "rib/entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"

struct entry *entry_find(const struct rib *r, const struct gh_prefix *prefix)
{
	struct table_node *n = table_find(&r->table, prefix);

	return n ? n->value : NULL;
}

bool entry_inside_space(const struct rib *r, const struct gh_prefix *prefix)
{
	for (size_t i = 0; i < r->spaces_count; i++)
		if (gh_prefix_contains(&r->spaces[i], prefix))
			return true;
	return false;
}

struct entry *entry_get(struct rib *r, const struct gh_prefix *prefix)
{
	struct entry *e = entry_find(r, prefix);

	if (e)
		return e;
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->node = table_add(&r->table, prefix, e);
	if (!e->node) {
		free(e);
		return NULL;
	}
	e->inside = entry_inside_space(r, prefix);
	return e;
}

void entry_queue(struct rib *r, struct entry *e)
{
	if (e->dirty)
		return;
	e->dirty = true;
	e->dirty_next = NULL;
	*r->dirty_end = e;
	r->dirty_end = &e->dirty_next;
	r->dirty_count++;
}

static struct candidate *scratch(struct rib *r, size_t count)
{
	if (count > r->scratch_size) {
		struct candidate *more = realloc(r->scratch, count * 2 * sizeof(*more));

		if (!more)
			return NULL;
		r->scratch = more;
		r->scratch_size = count * 2;
	}
	return r->scratch;
}

/*
 * A static prefix is withdrawn while its leg is down, as a router does with an
 * interface route: nobody else would, and a shorter prefix may serve.
 */
static bool path_counts(const struct entry *e, const struct path *p)
{
	enum leg_state state = p->leg->leg.state;

	if (entry_refuses(e, p))
		return false;
	return !p->is_static || p->is_peer || state == LEG_UP || state == LEG_RESTORING;
}

struct candidate *entry_candidates(const struct rib *r, const struct entry *e, size_t *count)
{
	/* The scratch is no state: show is const in all that matters. */
	struct rib *rw = (struct rib *)r;
	struct candidate *c;
	size_t n = 0;

	for (const struct path *p = e->paths; p; p = p->next)
		n++;
	c = scratch(rw, n);
	*count = 0;
	if (!c)
		return NULL;
	for (const struct path *p = e->paths; p; p = p->next) {
		enum leg_state state = p->leg->leg.state;
		bool restored = false;

		/* Where nothing else is up, a leg that is RESTORING serves. */
		for (unsigned i = 0; e->group && i < e->group->count; i++)
			if (e->group->members[i].leg == p->leg)
				restored = group_usable(e->group, &e->group->members[i]);
		path_candidate(p, !entry_refuses(e, p) && (state == LEG_UP || restored),
			       &c[(*count)++]);
	}
	decide(c, *count);
	return c;
}

/* The group that the paths make: each leg once, in its best tier. */
static struct group *entry_decide(struct rib *r, const struct entry *e)
{
	struct group_tier_leg legs[GROUP_LEGS_MAX];
	unsigned count = 0, tiers = 0, last = UINT32_MAX;
	struct candidate *c;
	bool pinned;
	size_t n = 0;

	for (const struct path *p = e->paths; p; p = p->next)
		n++;
	c = scratch(r, n);
	if (!c)
		return NULL;
	n = 0;
	for (const struct path *p = e->paths; p; p = p->next)
		if (path_counts(e, p))
			path_candidate(p, true, &c[n++]);
	decide(c, n);
	pinned = n && ((const struct path *)c[0].path)->is_peer;
	for (size_t i = 0; i < n && count < GROUP_LEGS_MAX; i++) {
		struct rib_leg *leg = ((const struct path *)c[i].path)->leg;
		bool known = pinned && !((const struct path *)c[i].path)->is_peer;

		for (unsigned j = 0; j < count; j++)
			known |= legs[j].leg == leg;
		if (known)
			continue;
		if (c[i].tier != last) {
			last = c[i].tier;
			tiers++;
		}
		legs[count++] = (struct group_tier_leg){ leg, tiers - 1 };
	}
	if (!count)
		return NULL;
	return pinned ? group_intern_pinned(&r->groups, legs, count)
		      : group_intern(&r->groups, legs, count);
}

static void group_tell(struct rib *r, struct group *group)
{
	if (group->told)
		return;
	group->told = true;
	if (r->config.esp && group->has_esp)
		r->config.esp->ops->group_set(r->config.esp, group);
	if (r->config.kernel && group->has_edge)
		r->config.kernel->ops->group_set(r->config.kernel, group);
}

static void entry_place_esp(struct rib *r, struct entry *e)
{
	struct fib *f = r->config.esp;
	struct group *want = e->group && e->group->has_esp ? e->group : NULL;

	if (!f || want == e->esp)
		return;
	r->esp_dirty = true;
	if (want) {
		group_tell(r, want);
		f->ops->route_set(f, &e->node->prefix, want);
		group_get(want);
	} else {
		f->ops->route_del(f, &e->node->prefix);
	}
	r->counters.esp_routes += !!want;
	r->counters.esp_routes -= !!e->esp;
	group_put(&r->groups, e->esp);
	e->esp = want;
}

/* Does the nearest shorter entry send to an edge? */
static bool entry_is_covered(const struct entry *e)
{
	for (struct table_node *n = table_covering(e->node); n; n = table_covering(n)) {
		const struct entry *cover = n->value;

		if (cover->group)
			return cover->group->has_edge;
	}
	return false;
}

static void entry_place_kernel(struct rib *r, struct entry *e)
{
	struct fib *f = r->config.kernel;
	enum entry_kernel want = ENTRY_KERNEL_NONE;
	struct group *group = NULL;

	if (!f || r->taking_over)
		return;
	if (e->group && e->group->has_edge) {
		want = ENTRY_KERNEL_GROUP;
		group = e->group;
	} else if (e->group && entry_is_covered(e)) {
		want = ENTRY_KERNEL_STANDBY;
	}
	if (want == e->in_kernel && group == e->kernel)
		return;
	r->kernel_dirty = true;
	if (group) {
		group_tell(r, group);
		group_get(group);
	}
	if (want == ENTRY_KERNEL_NONE)
		f->ops->route_del(f, &e->node->prefix);
	else
		f->ops->route_set(f, &e->node->prefix,
				  want == ENTRY_KERNEL_GROUP ? group : FIB_STANDBY);
	r->counters.kernel_routes += want != ENTRY_KERNEL_NONE;
	r->counters.kernel_routes -= e->in_kernel != ENTRY_KERNEL_NONE;
	group_put(&r->groups, e->kernel);
	e->kernel = group;
	e->in_kernel = (uint8_t)want;
}

static void entry_move(struct rib *r, struct entry *e)
{
	if (e->moved)
		return;
	e->moved = true;
	e->moved_next = NULL;
	*r->moved_end = e;
	r->moved_end = &e->moved_next;
}

/* Those whose nearest covering entry this is may belong elsewhere now. */
static void entry_move_inside(struct rib *r, struct entry *e)
{
	const struct gh_prefix *within = &e->node->prefix;
	struct table_node *n = table_next(&r->table, within, e->node);

	while (n) {
		struct entry *inner = n->value;

		entry_move(r, inner);
		n = inner->group ? table_next_outside(&r->table, within, n) :
				   table_next(&r->table, within, n);
	}
}

static void entry_update(struct rib *r, struct entry *e)
{
	bool covered = entry_is_covered(e), before, after;
	struct group *old = e->group;

	before = old ? old->has_edge : covered;
	e->group = entry_decide(r, e);
	after = e->group ? e->group->has_edge : covered;
	group_put(&r->groups, old);
	entry_move(r, e);
	if (before != after)
		entry_move_inside(r, e);
}

static void entry_place(struct rib *r, struct entry *e)
{
	entry_place_esp(r, e);
	entry_place_kernel(r, e);
	if (e->paths || e->dirty || e->esp || e->in_kernel != ENTRY_KERNEL_NONE)
		return;
	group_put(&r->groups, e->group);
	table_del(&r->table, e->node);
	free(e);
}

void entry_process(struct rib *r, unsigned max)
{
	struct entry *e;

	for (unsigned i = 0; i < max && (e = r->dirty); i++) {
		r->dirty = e->dirty_next;
		if (!r->dirty)
			r->dirty_end = &r->dirty;
		r->dirty_count--;
		e->dirty = false;
		entry_update(r, e);
	}
	while ((e = r->moved)) {
		r->moved = e->moved_next;
		if (!r->moved)
			r->moved_end = &r->moved;
		e->moved = false;
		entry_place(r, e);
	}
}
