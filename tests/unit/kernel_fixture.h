/*
 * A network namespace of our own, with a TUN and two more links, in which the real
 * kernel answers; and a gate, behind which it seems to be stuck. Needs no root where
 * users may have namespaces; elsewhere the tests are skipped.
 *
 * Link with -Wl,--wrap=nl_talk,--wrap=nl_batch.
 */
#ifndef GH_TESTS_KERNEL_FIXTURE_H
#define GH_TESTS_KERNEL_FIXTURE_H

#include <errno.h>
#include <ev.h>
#include <net/if.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "base/log.h"
#include "rib/rtnl.h"
#include "rib/sysctl.h"
#include "rib/underlay.h"

#define KERNEL_TABLE 4700u

int __real_nl_talk(struct nl *nl, struct gh_buf *b);
int __real_nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx);
int __wrap_nl_talk(struct nl *nl, struct gh_buf *b);
int __wrap_nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx);

static struct {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	bool shut;
	unsigned waiting, passed;
} gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static void gate_pass(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.waiting++;
	pthread_cond_broadcast(&gate.moved);
	while (gate.shut)
		pthread_cond_wait(&gate.moved, &gate.lock);
	gate.waiting--;
	gate.passed++;
	pthread_mutex_unlock(&gate.lock);
}

int __wrap_nl_talk(struct nl *nl, struct gh_buf *b)
{
	gate_pass();
	return __real_nl_talk(nl, b);
}

int __wrap_nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx)
{
	gate_pass();
	return __real_nl_batch(nl, b, refused, ctx);
}

static void gate_set(bool shut)
{
	pthread_mutex_lock(&gate.lock);
	gate.shut = shut;
	gate.passed = 0;
	pthread_cond_broadcast(&gate.moved);
	pthread_mutex_unlock(&gate.lock);
}

/* Until the underlay's thread stands before the gate. */
static inline void gate_await(void)
{
	pthread_mutex_lock(&gate.lock);
	while (!gate.waiting)
		pthread_cond_wait(&gate.moved, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static struct ev_loop *loop;
static struct underlay *underlay;
static struct nl eye;                   /* the tests' own look */
static bool kernel_is_here;

static void kernel_silent(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static void kernel_link(const char *name, const char *peer)
{
	struct gh_buf b = { 0 };

	rtnl_veth_put(&b, name, peer);
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	rtnl_link_up_put(&b, (int)if_nametoindex(name), 0);
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	rtnl_link_up_put(&b, (int)if_nametoindex(peer), 0);
	assert_int_equal(__real_nl_talk(&eye, &b), 0);
	gh_buf_fini(&b);
}

static struct gh_addr addr(const char *text)
{
	struct gh_addr a = { 0 };

	if (text)
		assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static inline struct underlay_session session(const char *peer, const char *local)
{
	return (struct underlay_session){ addr(peer), addr(local) };
}

static inline int kernel_group_setup(void **state)
{
	(void)state;
	gh_log_set_sink(kernel_silent);
	if (unshare(CLONE_NEWNET) && unshare(CLONE_NEWUSER | CLONE_NEWNET))
		return 0;
	assert_int_equal(nl_open(&eye, NETLINK_ROUTE), 0);
	/* Some containers have /proc/sys read-only. */
	kernel_is_here = !sysctl_write("net/ipv4/nexthop_compat_mode", "0") &&
			 !sysctl_write("net/ipv4/conf/lo/forwarding", "0");
	if (!kernel_is_here)
		return 0;
	kernel_link("tun0", "tun0x");
	kernel_link("vnet0", "vnet0x");
	kernel_link("er0", "er0x");
	return 0;
}

/* loop NULL: without a thread. */
static inline void underlay_begin(struct ev_loop *l)
{
	const struct underlay_config config = {
		.loop = l, .table = KERNEL_TABLE, .tun = "tun0", .mtu = 1400,
	};

	assert_int_equal(underlay_open(&config, &underlay), 0);
}

static inline int kernel_setup(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	if (kernel_is_here)
		underlay_begin(loop);
	return 0;
}

static inline int kernel_teardown(void **state)
{
	(void)state;
	gate_set(false);
	if (underlay) {
		underlay_remove(underlay);
		underlay_close(underlay);
		underlay = NULL;
	}
	ev_loop_destroy(loop);
	return 0;
}

#define NEED_KERNEL() do { if (!kernel_is_here) skip(); } while (0)

/* ---- what the kernel has ---- */

static void count_route(void *ctx, const struct nlmsghdr *h)
{
	struct rtnl_route r;

	if (rtnl_route_read(h, &r) && r.protocol == UNDERLAY_PROTOCOL)
		++*(unsigned *)ctx;
}

/* Routes of ours, of both families. */
static inline unsigned routes_in(uint32_t table)
{
	unsigned count = 0;

	assert_int_equal(rtnl_route_dump(&eye, AF_INET, table, UNDERLAY_PROTOCOL, count_route,
					 &count), 0);
	assert_int_equal(rtnl_route_dump(&eye, AF_INET6, table, UNDERLAY_PROTOCOL, count_route,
					 &count), 0);
	return count;
}

struct wanted_addr {
	struct gh_addr addr;
	bool found;
};

static void find_addr(void *ctx, const struct nlmsghdr *h)
{
	struct wanted_addr *w = ctx;
	struct rtnl_addr a;

	if (rtnl_addr_read(h, &a) && !gh_addr_cmp(&a.addr, &w->addr))
		w->found = true;
}

static inline bool has_addr(const char *text)
{
	struct wanted_addr w = { .addr = addr(text) };

	assert_int_equal(rtnl_addr_dump(&eye, w.addr.family, find_addr, &w), 0);
	return w.found;
}

#endif
