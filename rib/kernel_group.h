/*
 * kernel_group - ways out and resilient groups, as the kernel sink keeps them
 *
 * Private to fib_kernel.c and kernel_ask.c. A way is an edge, the TUN, the
 * sentinel, or a tunnel behind which its group has an edge (a partner instance),
 * with a nexthop object per family; a kernel group is an arbiter's
 * group in the kernel, or the standby (TUN and sentinel), for which the
 * arbiter has none.
 *
 * The record of what a group holds in the kernel follows what the kernel does
 * by itself when a nexthop goes (it drops the member), so that a leg's loss
 * asks for no replace: an IPv6 replace walks every route of the group.
 *
 * Ownership  struct fib_kernel owns ways and groups; a group borrows the
 *            arbiter's group until kernel_group_gone.
 * Threads    control thread.
 */
#ifndef RIB_KERNEL_GROUP_H
#define RIB_KERNEL_GROUP_H

#include "rib/fib_kernel.h"
#include "rib/group.h"
#include "rib/kernel_outer.h"
#include "rib/nexthop.h"

#define KERNEL_METRIC 20                /* of the arbiter's routes */
#define KERNEL_GROUP_BUCKETS 256        /* of our hash of groups */
#define KERNEL_RETRY_MS 200

enum { V4, V6, FAMILIES };

/* One way out in the kernel: an edge, a tunnel with an edge behind it, the TUN, the sentinel. */
struct way {
	uint32_t leg;                   /* 0: TUN, sentinel */
	struct way *next;
	bool tunnel;                    /* of an ESP leg: a nexthop to the TUN that is its alone */
	bool wanted;
	bool warned;                    /* of its failure, once */
	int ifindex;
	struct gh_addr gateway[FAMILIES];
	bool has[FAMILIES];             /* is there a gateway, or need for none? */
	uint32_t id[FAMILIES];          /* nexthop; 0: not in the kernel */
};

struct kernel_group {
	struct kernel_group *next;
	struct kernel_group *dirty_next;
	uint32_t key;                   /* the arbiter's id; 0: the standby */
	const struct group *group;      /* NULL: the standby, or deleted */
	bool dirty, gone;
	bool used[FAMILIES];
	bool made[FAMILIES];
	uint32_t id[FAMILIES];
	unsigned count[FAMILIES];
	uint32_t members[FAMILIES][RTNL_MEMBERS_MAX];   /* nexthop ids, as the kernel has them */
};

struct fib_kernel {
	struct fib fib;
	struct fib_kernel_config config;
	struct nl nl;
	struct gh_buf b;
	struct nexthops nexthops;
	struct way tun, sentinel;
	struct way *legs;
	struct kernel_group *groups[KERNEL_GROUP_BUCKETS];
	struct kernel_group standby;
	struct kernel_group *dirty;
	struct kernel_outers outers;
	struct gh_buf standby_sets, group_sets, deletions;
	struct gh_time retry_at;
};

static inline uint8_t kernel_family(int index)
{
	return index == V6 ? AF_INET6 : AF_INET;
}

static inline int kernel_family_index(uint8_t family)
{
	return family == AF_INET6 ? V6 : V4;
}

struct way *way_find(struct fib_kernel *k, uint32_t leg);
struct way *way_get(struct fib_kernel *k, uint32_t leg);
void way_configure(struct fib_kernel *k, struct way *w, const struct rib_leg *leg);
/* Makes the nexthops that are missing; false when the kernel refused some of them. */
bool way_make(struct fib_kernel *k, struct way *w);
/* Does the kernel still have them? Forgets those it has not; true if there were any. */
bool way_check(struct fib_kernel *k, struct way *w);
/*
 * Finds the nexthops of an interface (0: of all) that the kernel dropped, and
 * makes those again whose interface is back. True: groups miss members.
 */
bool ways_repair(struct fib_kernel *k, int ifindex);

/* NULL for an arbiter's group that was never set; the standby for FIB_STANDBY. */
struct kernel_group *kernel_group_for(struct fib_kernel *k, const struct group *group);
/* Every group, the standby first; start with NULL. */
struct kernel_group *kernel_group_next(struct fib_kernel *k, struct kernel_group *g);
#define kernel_group_each(g, k) \
	for (struct kernel_group *g = kernel_group_next(k, NULL); g; g = kernel_group_next(k, g))
/* Takes the arbiter's group, to be written by the next kernel_groups_write. */
void kernel_group_take(struct fib_kernel *k, const struct group *group);
/* The arbiter drops it; deleted by the next kernel_groups_delete. */
void kernel_group_gone(struct fib_kernel *k, const struct group *group);
/* The id under which routes of a family use it. */
uint32_t kernel_group_use(struct fib_kernel *k, struct kernel_group *g, int family);
/* The kernel dropped a nexthop: it took it out of its groups, and so do we. */
void kernel_groups_forget(struct fib_kernel *k, uint32_t nexthop);
void kernel_groups_touch(struct fib_kernel *k);
/* Writes what changed, before routes that use it. */
void kernel_groups_write(struct fib_kernel *k);
/* Deletes what is gone, after routes have left it. */
void kernel_groups_delete(struct fib_kernel *k);

/* kernel_ask.c */
int kernel_sync(struct fib *f, fib_wants *wants, void *ctx);
void kernel_describe(struct fib *f, const struct group *group, uint8_t family, struct gh_buf *out);
int kernel_query(struct fib *f, const struct gh_addr *addr, struct gh_buf *out);

/* fib_kernel.c */
int kernel_flush(struct fib *f);

#endif
