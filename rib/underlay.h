/*
 * underlay - the private routing table around the arbiter's routes
 *
 * Forwarded traffic (from the VNet side, the edges and the TUN) uses a table
 * of its own, by ip rule; its default is the TUN, and behind that stands an
 * unreachable default, so that nothing ever falls into the host's main table,
 * where a default route would carry it away in clear.
 *
 *   rule  iif VNET, EDGE..., TUN            lookup TABLE
 *   rule  iif a macvlan on VNET             the same (upper.h)
 *   rule  iif what left the plan            unreachable
 *   rule  iif lo to SPACE                   lookup main suppress_prefixlength 0, then TABLE
 *   rule  to SPACE                          unreachable
 *   rule  iif lo fwmark MARK                the same two, for answers to marked packets (mark.h)
 *   TABLE SPACE dev VNET                    metric 30
 *   TABLE default dev TUN                   metric 4096
 *   TABLE unreachable default               metric 4294967295
 *   main  tunnel BGP peer dev TUN           metric 20
 *   TUN   local BGP addresses /32, /128
 *   sysctl nexthop_compat_mode 0; rp_filter, send_redirects 0 on ours;
 *          keep_addr_on_down 1 on edges and TUN; last, forwarding 1: in IPv4 on
 *          ours alone, so that the public link forwards nothing, in IPv6 on all,
 *          for want of anything finer; accept_ra 2 where it was 1
 *
 * The rules to SPACE are for what this host itself says to the VNet (ICMP errors
 * about forwarded packets quote them): connected networks first, as ever, then
 * the VNet side, never the main table's default. From any other interface, the
 * public link above all, nobody gets into the VNet.
 *
 * On exit all of it stays: forwarding goes on, closed.
 *
 * The sessions' part of main and TUN is tunnel_peers.h's.
 *
 * The kernel answers when its locks are free, and those are the whole host's. So
 * a thread does the work (ground.h), in the order in which it is given:
 *
 *   underlay_open        done when it returns: nothing is forwarded before
 *   underlay_change      asked; the answer comes on the loop. The arbiter's own
 *                        routes (fib_kernel.h) go into the table by the loop, so
 *                        whoever gives it legs or prefixes, or tells bgpd of a
 *                        session, waits for that answer first: then rules and closed
 *                        routes stand before anything could be sent past them
 *   all else             not waited for, because it only adds what is safe beside
 *                        a closed table (a link came back), or takes away what
 *                        nothing leads to any more
 *   underlay_close       what was given is done first
 *
 * A link that comes back may thus find the arbiter's nexthops before our own
 * routes are made again; until then the unreachable default has its packets.
 *
 * Ownership  plans and sessions are copied. A change is the caller's to keep or
 *            to undo, once, and gone then.
 * Threads    control thread; no call but open, wait, remove and close waits for
 *            the kernel.
 * Errors     0 or -errno, in words where somebody is asked; what nobody waits
 *            for is logged, and what keeps forwarding off is tried again every second.
 */
#ifndef RIB_UNDERLAY_H
#define RIB_UNDERLAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"

#define UNDERLAY_TABLE_BASE 4700
#define UNDERLAY_PROTOCOL 200           /* rtm_protocol of all our routes */

#define UNDERLAY_EDGES_MAX 64
#define UNDERLAY_SPACES_MAX 64

struct underlay_plan {
	uint32_t mtu;                           /* of the TUN, bytes; 0: as it is */
	char vnet[GH_IFNAME_MAX + 1];           /* "": none yet */
	char edges[UNDERLAY_EDGES_MAX][GH_IFNAME_MAX + 1];
	unsigned edges_count;
	struct gh_prefix spaces[UNDERLAY_SPACES_MAX];
	unsigned spaces_count;
};

/* The BGP session of a tunnel: the peer's routes, and our address (of no family: none) on the TUN. */
struct underlay_session {
	struct gh_addr peer, local;
};

struct ev_loop;
struct underlay;
struct underlay_change;

struct underlay_config {
	struct ev_loop *loop;           /* NULL: no thread, every call does its work itself (tests, benches) */
	uint32_t table;
	char tun[GH_IFNAME_MAX + 1];    /* must exist; is set up here */
	uint32_t mtu;                   /* 0: as it is */
};

/* Closes the table and puts the TUN's rule in place, before anything else. */
int underlay_open(const struct underlay_config *config, struct underlay **out);
void underlay_close(struct underlay *u);

enum underlay_force {
	UNDERLAY_WHOLE,                 /* all of it, or nothing */
	UNDERLAY_SESSIONS_WHOLE,        /* the plan as far as it goes: there is none to stay with */
	UNDERLAY_AS_FAR_AS_IT_GOES,     /* never refused */
};

struct underlay_answer {
	int error;
	size_t session;                 /* the one that was refused; session_count: none of them was */
	const char *why;                /* in words */
};

struct underlay_ask {
	const struct underlay_plan *plan;               /* NULL: it stays as it is */
	const struct underlay_session *sessions;        /* added to those that are there */
	size_t session_count;
	enum underlay_force force;
	void *context;
	/* Once, unless it was undone before. After an error nothing of it is left, nor the change. */
	void (*done)(void *context, const struct underlay_answer *answer);
};

/*
 * Makes the kernel agree with the plan, and adds the sessions: those are counted, so
 * that several tunnels may name the same. NULL: it was answered by an error already.
 */
struct underlay_change *underlay_change(struct underlay *u, const struct underlay_ask *ask);
/* It stays. */
void underlay_keep(struct underlay_change *change);
/* As it was before, whether it was answered or not; done is not called any more. */
void underlay_undo(struct underlay_change *change);

void underlay_sessions_del(struct underlay *u, const struct underlay_session *sessions,
			   size_t count);
/* All sessions of the configuration were added: what an earlier process left besides goes. */
void underlay_settled(struct underlay *u);

/* An interface came, went or changed: what the kernel dropped with it is made again. */
void underlay_link_changed(struct underlay *u, const char *name);

/*
 * Once a second: tries again what kept forwarding off, and looks whether
 * somebody switched it off. A saved `no ip
 * forwarding` in FRR's configuration does, whenever zebra loads it.
 */
void underlay_tick(struct underlay *u);

/* Blocks until all that was given is done, and answered. For a start, before the loop. */
void underlay_wait(struct underlay *u);

/* For an uninstall and for tests: takes rules, routes and addresses away again. */
void underlay_remove(struct underlay *u);

#endif
