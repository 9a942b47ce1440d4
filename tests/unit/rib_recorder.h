/*
 * rib_recorder - a sink that remembers what it was told
 *
 * It behaves like a target that works: routes and groups are kept, so that a
 * test can ask what would be forwarded where, and breaks on calls that the
 * interface forbids (a route to a group never set, a group deleted in use).
 */
#ifndef RIB_RECORDER_H
#define RIB_RECORDER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rib/group.h"

#define RECORDER_ROUTES 512
#define RECORDER_GROUPS 64

struct recorder {
	struct fib fib;
	size_t routes;
	struct gh_prefix prefixes[RECORDER_ROUTES];
	uint32_t to[RECORDER_ROUTES];           /* group id, 0: the standby */
	size_t groups;
	uint32_t ids[RECORDER_GROUPS];
	unsigned group_sets, group_dels, route_sets, route_dels, flushes, syncs;
	unsigned legs_up, legs_down;
	bool refuse;                            /* the next flush reports what was set as failed */
	struct gh_prefix last;
	char order[64];                         /* D leg down, U up, G group set, F flush */
	size_t order_length;
};

static inline void recorder_note(struct recorder *k, char what)
{
	if (k->order_length < sizeof(k->order) - 1)
		k->order[k->order_length++] = what;
}

static inline void recorder_leg_down(struct fib *f, const struct rib_leg *leg)
{
	(void)leg;
	((struct recorder *)f)->legs_down++;
	recorder_note((struct recorder *)f, 'D');
}

static inline void recorder_leg_up(struct fib *f, const struct rib_leg *leg)
{
	(void)leg;
	((struct recorder *)f)->legs_up++;
	recorder_note((struct recorder *)f, 'U');
}

static inline void recorder_leg_del(struct fib *f, const struct rib_leg *leg)
{
	(void)f;
	assert_null(leg->members);
}

static inline int recorder_group(const struct recorder *k, uint32_t id)
{
	for (size_t i = 0; i < k->groups; i++)
		if (k->ids[i] == id)
			return (int)i;
	return -1;
}

static inline void recorder_group_set(struct fib *f, const struct group *group)
{
	struct recorder *k = (struct recorder *)f;

	k->group_sets++;
	recorder_note(k, 'G');
	if (recorder_group(k, group->id) < 0) {
		assert_true(k->groups < RECORDER_GROUPS);
		k->ids[k->groups++] = group->id;
	}
}

static inline void recorder_group_del(struct fib *f, const struct group *group)
{
	struct recorder *k = (struct recorder *)f;
	int i = recorder_group(k, group->id);

	assert_true(i >= 0);
	for (size_t r = 0; r < k->routes; r++)
		assert_int_not_equal(k->to[r], group->id);
	k->ids[i] = k->ids[--k->groups];
	k->group_dels++;
}

static inline int recorder_route(const struct recorder *k, const struct gh_prefix *prefix)
{
	for (size_t i = 0; i < k->routes; i++)
		if (!gh_prefix_cmp(&k->prefixes[i], prefix))
			return (int)i;
	return -1;
}

static inline void recorder_route_set(struct fib *f, const struct gh_prefix *prefix,
				      const struct group *group)
{
	struct recorder *k = (struct recorder *)f;
	int i = recorder_route(k, prefix);

	if (group)
		assert_true(recorder_group(k, group->id) >= 0);
	if (i < 0) {
		assert_true(k->routes < RECORDER_ROUTES);
		i = (int)k->routes++;
		k->prefixes[i] = *prefix;
	}
	k->to[i] = group ? group->id : 0;
	k->route_sets++;
	k->last = *prefix;
}

static inline void recorder_route_del(struct fib *f, const struct gh_prefix *prefix)
{
	struct recorder *k = (struct recorder *)f;
	int i = recorder_route(k, prefix);

	assert_true(i >= 0);
	k->routes--;
	k->prefixes[i] = k->prefixes[k->routes];
	k->to[i] = k->to[k->routes];
	k->route_dels++;
}

static inline int recorder_flush(struct fib *f)
{
	struct recorder *k = (struct recorder *)f;

	k->flushes++;
	recorder_note(k, 'F');
	if (k->refuse && k->last.addr.family) {
		struct gh_prefix refused = k->last;

		k->refuse = false;
		recorder_route_del(f, &refused);
		f->failed(f->ctx, &refused);
	}
	return 0;
}

/* Leaves what is wanted, counts it. */
static inline int recorder_sync(struct fib *f, fib_wants *wants, void *ctx)
{
	struct recorder *k = (struct recorder *)f;
	const struct group *group;
	int right = 0;

	k->syncs++;
	for (size_t i = 0; i < k->routes;) {
		group = NULL;
		if (!wants(ctx, &k->prefixes[i], &group)) {
			recorder_route_del(f, &k->prefixes[i]);
			continue;
		}
		right += k->to[i] == (group ? group->id : 0);
		i++;
	}
	return right;
}

static inline void recorder_describe(struct fib *f, const struct group *group, uint8_t family,
				     struct gh_buf *out)
{
	(void)f;
	(void)family;
	gh_buf_printf(out, "group %u", group ? group->id : 0);
}

static const struct fib_ops recorder_ops = {
	.name = "recorder",
	.leg_down = recorder_leg_down,
	.leg_up = recorder_leg_up,
	.leg_del = recorder_leg_del,
	.group_set = recorder_group_set,
	.group_del = recorder_group_del,
	.route_set = recorder_route_set,
	.route_del = recorder_route_del,
	.flush = recorder_flush,
	.sync = recorder_sync,
	.describe = recorder_describe,
};

#endif
