/*
 * fib - where the arbiter programs its entries: the kernel, or the ESP datapath
 *
 * Two kinds of call. Changes of prefixes and groups are collected and reach
 * the sink's target with flush. leg_down does not wait: it moves traffic
 * before it returns.
 *
 * A group given to a sink stays valid until group_del for it. The arbiter
 * calls group_set before the first route that uses a group and whenever the
 * state of one of its legs changed; group_del after the last route left it.
 *
 * Ownership  a sink is freed by its owner, after the rib that uses it.
 * Threads    control thread.
 * Errors     a prefix that could not be programmed is reported by failed()
 *            during flush, and set again by the arbiter after a pause.
 */
#ifndef RIB_FIB_H
#define RIB_FIB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/clock.h"

struct fib;
struct group;
struct rib_leg;

/* Route: to the standby, the TUN, rather than to a group. */
#define FIB_STANDBY NULL

/* What a target must hold, asked for by sync: false means delete it. */
typedef bool fib_wants(void *ctx, const struct gh_prefix *prefix, const struct group **group);

struct fib_ops {
	const char *name;
	/* The leg went down: stop using it now. */
	void (*leg_down)(struct fib *f, const struct rib_leg *leg);
	/* The leg may be used again, or its gateway changed; group_set follows. */
	void (*leg_up)(struct fib *f, const struct rib_leg *leg);
	/* The leg leaves the configuration; no group holds it any more. */
	void (*leg_del)(struct fib *f, const struct rib_leg *leg);
	void (*group_set)(struct fib *f, const struct group *group);
	void (*group_del)(struct fib *f, const struct group *group);
	/* group: FIB_STANDBY for the TUN, which only the kernel is asked for. */
	void (*route_set)(struct fib *f, const struct gh_prefix *prefix, const struct group *group);
	void (*route_del)(struct fib *f, const struct gh_prefix *prefix);
	/* Everything collected takes effect. */
	int (*flush)(struct fib *f);
	/*
	 * Compares the target with what it must hold, and removes what it must not.
	 * Returns how many routes are right, or -errno. May be NULL.
	 */
	int (*sync)(struct fib *f, fib_wants *wants, void *ctx);
	/*
	 * An interface changed: repair what its loss took away. Returns whether groups
	 * must be set again. May be NULL.
	 */
	bool (*link_changed)(struct fib *f, int ifindex);
	/* Retries; returns when it wants to be called again, ns 0 for never. May be NULL. */
	struct gh_time (*timer)(struct fib *f, struct gh_time now);
	/* Says in words where a route is: "nexthop group 1191182346". */
	void (*describe)(struct fib *f, const struct group *group, uint8_t family,
			 struct gh_buf *out);
	/* Asks the target itself what it would do with a packet to addr; words. May be NULL. */
	int (*query)(struct fib *f, const struct gh_addr *addr, struct gh_buf *out);
};

struct fib {
	const struct fib_ops *ops;
	/* Set by the arbiter. */
	void (*failed)(void *ctx, const struct gh_prefix *prefix);
	void *ctx;
};

#endif
