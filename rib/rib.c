/*
 * The arbiter's events. A leg's change acts on groups inside the call that
 * brings the fact; everything about prefixes only queues entries, which
 * rib_flush decides and places in slices, one batch to each sink per slice.
 */
#include "rib/rib.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/entry.h"
#include "rib/monitor.h"

#define FLUSH_SLICE 1024        /* entries a turn: about 10 ms of the kernel's time */

struct rib_leg *rib_leg_find(const struct rib *r, uint32_t number)
{
	struct rib_leg *l = r->legs[number % RIB_LEG_BUCKETS];

	while (l && l->config.number != number)
		l = l->next;
	return l;
}

/* ---- life ---- */

int rib_new(const struct rib_config *config, struct gh_time now, struct rib **out)
{
	struct rib *r = calloc(1, sizeof(*r));

	if (!r)
		return -ENOMEM;
	r->config = *config;
	r->dirty_end = &r->dirty;
	r->moved_end = &r->moved;
	table_init(&r->table);
	attrs_init(&r->attrs);
	groups_init(&r->groups);
	sinks_init(r);
	if (r->config.kernel) {
		r->taking_over = config->takeover_ms != 0;
		r->sync_wanted = !r->taking_over;
		r->takeover_at = gh_time_add_ms(now, config->takeover_ms);
	}
	*out = r;
	return 0;
}

static void leg_free(struct rib_leg *l)
{
	free(l->statics);
	free(l);
}

void rib_free(struct rib *r)
{
	if (!r)
		return;
	r->groups.gone = NULL;
	table_each(n, &r->table) {
		struct entry *e = n->value;

		for (struct path *p = e->paths, *next; p; p = next) {
			next = p->next;
			path_free(&r->attrs, p);
		}
		group_put(&r->groups, e->group);
		group_put(&r->groups, e->esp);
		group_put(&r->groups, e->kernel);
		free(e);
	}
	table_fini(&r->table);
	attrs_fini(&r->attrs);
	groups_fini(&r->groups);
	for (int i = 0; i < RIB_LEG_BUCKETS; i++)
		for (struct rib_leg *l = r->legs[i], *next; l; l = next) {
			next = l->next;
			leg_free(l);
		}
	free(r->retries);
	free(r->scratch);
	free(r);
}

/* ---- legs ---- */

static void leg_queue_statics(struct rib *r, struct rib_leg *l)
{
	for (size_t i = 0; i < l->statics_count; i++) {
		struct entry *e = entry_find(r, &l->statics[i]);

		if (e)
			entry_queue(r, e);
	}
}

static void leg_flip_groups(struct rib *r, struct rib_leg *l)
{
	/* group_set frees no group, so the list holds still. */
	for (struct group_member *m = l->members; m; m = m->leg_next)
		sinks_flip(r, m->group);
	r->kernel_dirty = r->esp_dirty = true;
	sinks_flush(r);
}

static void legs_add(uint32_t legs[], unsigned *count, const struct rib_leg *const from[], unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		unsigned k = 0;

		while (k < *count && legs[k] != from[i]->config.number)
			k++;
		if (k == *count && *count < RIB_LEGS_SHOWN)
			legs[(*count)++] = from[i]->config.number;
	}
}

/* What the flip of one group did, for people: who carried it, who does now. */
static void group_compare(struct rib_leg *l, const struct group *group, enum leg_state from,
			  struct rib_leg_event *event)
{
	const struct rib_leg *before[RIB_LEGS_SHOWN], *after[RIB_LEGS_SHOWN];
	enum leg_state to = l->leg.state;
	unsigned was, is;

	l->leg.state = from;
	was = group_active(group, GROUP_ANY, before, RIB_LEGS_SHOWN);
	l->leg.state = to;
	is = group_active(group, GROUP_ANY, after, RIB_LEGS_SHOWN);
	if (was == is && !memcmp(before, after, was * sizeof(*before)))
		return;
	event->moved++;
	event->unreachable += !is;
	legs_add(event->before, &event->before_count, before, was);
	legs_add(event->after, &event->after_count, after, is);
}

/* The leg changed its state: move traffic, then tell. */
static void leg_changed(struct rib *r, struct rib_leg *l, enum leg_state from, struct gh_time begin)
{
	enum leg_state to = l->leg.state;
	struct rib_leg_event event = {
		.leg = l->config.number, .name = l->config.name, .edge = l->config.edge,
		.kind = l->config.kind, .from = from, .to = to, .cause = l->leg.cause,
		.deprefer = leg_deprefer(&l->leg), .groups = l->groups,
	};

	if (to == LEG_DOWN || to == LEG_UNKNOWN) {
		if (r->config.kernel)
			r->config.kernel->ops->leg_down(r->config.kernel, l);
		if (r->config.esp)
			r->config.esp->ops->leg_down(r->config.esp, l);
	} else if (from == LEG_DOWN || from == LEG_UNKNOWN) {
		if (r->config.kernel)
			r->config.kernel->ops->leg_up(r->config.kernel, l);
		if (r->config.esp)
			r->config.esp->ops->leg_up(r->config.esp, l);
	}
	leg_flip_groups(r, l);
	event.took_us = (uint32_t)((gh_now().ns - begin.ns) / 1000);
	for (const struct group_member *m = l->members; m; m = m->leg_next)
		group_compare(l, m->group, from, &event);
	if (to == LEG_DOWN && event.moved) {
		l->failovers++;
		r->counters.failovers++;
	}
	leg_queue_statics(r, l);
	r->counters.flips += to == LEG_UP || (to == LEG_DOWN && from != LEG_UNKNOWN);
	if (r->config.leg_changed)
		r->config.leg_changed(r->config.host, &event);
}

static bool leg_is_used(const struct rib_leg *l)
{
	return l->leg.state == LEG_UP || l->leg.state == LEG_RESTORING;
}

void rib_leg_way_changed(struct rib *r, struct rib_leg *l)
{
	if (!leg_is_used(l))
		return;
	if (r->config.kernel)
		r->config.kernel->ops->leg_up(r->config.kernel, l);
	leg_flip_groups(r, l);
}

/* Queues every entry that has a path of this leg. */
static void leg_queue_entries(struct rib *r, const struct rib_leg *l)
{
	table_each(n, &r->table) {
		struct entry *e = n->value;

		for (const struct path *p = e->paths; p; p = p->next)
			if (p->leg == l) {
				entry_queue(r, e);
				break;
			}
	}
}

static struct gh_addr leg_gateway6(const struct rib_leg *l, const struct rib_leg_config *config)
{
	/* One that was learned stays while the configuration gives none. */
	return gh_addr_is_set(&config->gateway6) ? config->gateway6 : l->gateway6;
}

static void leg_reconfigure(struct rib *r, struct rib_leg *l, const struct rib_leg_config *config)
{
	struct gh_addr gateway6 = leg_gateway6(l, config);
	bool ranked = l->config.kind != config->kind || l->config.weight != config->weight;
	bool moved = l->config.ifindex != config->ifindex ||
		     gh_addr_cmp(&l->config.gateway4, &config->gateway4) ||
		     gh_addr_cmp(&l->gateway6, &gateway6);

	if (moved && r->config.kernel && l->config.egress == RIB_EGRESS_EDGE)
		r->config.kernel->ops->leg_down(r->config.kernel, l);
	l->config = *config;
	l->gateway6 = gateway6;
	if (moved)
		rib_leg_way_changed(r, l);
	if (ranked)
		leg_queue_entries(r, l);
}

int rib_leg_set(struct rib *r, const struct rib_leg_config *config, struct gh_time now)
{
	struct rib_leg *l = rib_leg_find(r, config->number);
	struct rib_leg_config copy = *config;
	enum leg_state from;

	if (!config->number || !config->kind || !config->egress)
		return -EINVAL;
	if (!l) {
		l = calloc(1, sizeof(*l));
		if (!l)
			return -ENOMEM;
		l->config = *config;
		l->gateway6 = config->gateway6;
		leg_init(&l->leg, config->uses, config->wait_to_restore_ms, now);
		l->next = r->legs[config->number % RIB_LEG_BUCKETS];
		r->legs[config->number % RIB_LEG_BUCKETS] = l;
		r->counters.legs++;
		return 0;
	}
	if (l->config.egress != config->egress)
		return -EINVAL;
	if (!copy.ifindex && !strcmp(copy.interface, l->config.interface))
		copy.ifindex = l->config.ifindex;
	leg_reconfigure(r, l, &copy);
	from = l->leg.state;
	if (leg_configure(&l->leg, config->uses, config->wait_to_restore_ms, now))
		leg_changed(r, l, from, gh_now());
	return 0;
}

int rib_leg_fact(struct rib *r, uint32_t number, enum leg_fact fact, bool up, struct gh_time now)
{
	struct gh_time begin = gh_now();
	struct rib_leg *l = rib_leg_find(r, number);
	enum leg_state from;

	if (!l)
		return -ENOENT;
	from = l->leg.state;
	if (leg_hear(&l->leg, fact, up, now))
		leg_changed(r, l, from, begin);
	return 0;
}

static void link_moved(struct rib *r, struct rib_leg *l, const struct link_state *link,
		       struct gh_time now)
{
	int ifindex = link->deleted ? 0 : link->ifindex;
	bool running = link->running && !link->deleted;

	if (!running)
		rib_leg_fact(r, l->config.number, LEG_FACT_LINK, false, now);
	if (l->config.ifindex != ifindex) {
		struct rib_leg_config config = l->config;

		config.ifindex = ifindex;
		leg_reconfigure(r, l, &config);
	}
	if (running)
		rib_leg_fact(r, l->config.number, LEG_FACT_LINK, true, now);
}

void rib_link_event(struct rib *r, const struct link_state *link, struct gh_time now)
{
	struct fib *kernel = r->config.kernel;
	struct link_state gone = *link;

	gone.deleted = true;
	for (int i = 0; i < RIB_LEG_BUCKETS; i++)
		for (struct rib_leg *l = r->legs[i]; l; l = l->next) {
			if (l->config.egress != RIB_EGRESS_EDGE)
				continue;
			if (!strcmp(l->config.interface, link->name))
				link_moved(r, l, link, now);
			else if (l->config.ifindex && l->config.ifindex == link->ifindex)
				link_moved(r, l, &gone, now);   /* renamed away */
		}
	if (!kernel || !kernel->ops->link_changed || link->deleted ||
	    !kernel->ops->link_changed(kernel, link->ifindex))
		return;
	for (size_t i = 0; i < r->groups.size; i++)
		for (struct group *g = r->groups.buckets[i]; g; g = g->bucket_next)
			sinks_flip(r, g);
	r->kernel_dirty = true;
	sinks_flush(r);
}

/* ---- turns of the loop ---- */

/* From here on the kernel is ours: write it, then sweep what the earlier process left. */
void rib_takeover_end(struct rib *r)
{
	if (!r->taking_over)
		return;
	r->taking_over = false;
	r->sync_wanted = true;
	table_each(n, &r->table)
		entry_queue(r, n->value);
}

bool rib_flush(struct rib *r, struct gh_time now)
{
	entry_process(r, FLUSH_SLICE);
	sinks_flush(r);
	sinks_retry_later(r, now);
	if (r->dirty)
		return true;
	if (r->sync_wanted && !r->taking_over)
		sinks_compare(r, now);
	return r->dirty != NULL;
}

int rib_leg_del(struct rib *r, uint32_t number)
{
	struct rib_leg *l = rib_leg_find(r, number), **link;

	if (!l)
		return -ENOENT;
	/* Traffic leaves the leg before its nexthop goes. */
	if (l->paths)
		paths_remove_leg(r, number);
	entry_process(r, UINT32_MAX);
	sinks_flush(r);
	assert(!l->members);
	if (r->config.kernel)
		r->config.kernel->ops->leg_del(r->config.kernel, l);
	if (r->config.esp)
		r->config.esp->ops->leg_del(r->config.esp, l);
	for (link = &r->legs[number % RIB_LEG_BUCKETS]; *link != l; link = &(*link)->next)
		;
	*link = l->next;
	r->counters.legs--;
	leg_free(l);
	return 0;
}

void rib_audit(struct rib *r, struct gh_time now)
{
	(void)now;
	r->sync_wanted = true;
}

static bool time_is_over(struct gh_time *t, struct gh_time now)
{
	if (!t->ns || now.ns < t->ns)
		return false;
	t->ns = 0;
	return true;
}

static void earliest(struct gh_time *next, struct gh_time t)
{
	if (t.ns && (!next->ns || t.ns < next->ns))
		*next = t;
}

static void timer_legs(struct rib *r, struct gh_time now, struct gh_time *next)
{
	for (int i = 0; i < RIB_LEG_BUCKETS; i++)
		for (struct rib_leg *l = r->legs[i]; l; l = l->next) {
			enum leg_state from = l->leg.state;

			if (leg_timer(&l->leg, now))
				leg_changed(r, l, from, gh_now());
			earliest(next, leg_next(&l->leg));
		}
}

struct gh_time rib_timer(struct rib *r, struct gh_time now)
{
	struct fib *kernel = r->config.kernel;
	struct gh_time next = { 0 };

	timer_legs(r, now, &next);
	if (time_is_over(&r->stale_at, now)) {
		r->generation++;
		paths_remove_unsaid(r);
	}
	if (r->taking_over && time_is_over(&r->takeover_at, now)) {
		gh_warning("rib: no snapshot of paths came, what the kernel holds is replaced now");
		rib_takeover_end(r);
	}
	if (time_is_over(&r->retry_at, now))
		sinks_retry(r);
	if (time_is_over(&r->sync_at, now))
		r->sync_wanted = true;
	if (kernel && kernel->ops->timer)
		earliest(&next, kernel->ops->timer(kernel, now));
	earliest(&next, r->stale_at);
	earliest(&next, r->retry_at);
	earliest(&next, r->sync_at);
	if (r->taking_over)
		earliest(&next, r->takeover_at);
	if (r->dirty || (r->sync_wanted && !r->taking_over))
		earliest(&next, now);
	return next;
}
