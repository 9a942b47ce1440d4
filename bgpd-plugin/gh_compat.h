/*
 * compat - all that the module needs to know of FRR's version
 *
 * Every header of FRR is included here, and every call whose signature or
 * meaning changed between FRR 8.4 and 10.3 stands here behind a name of ours
 * (there: thread became event; bgp_get, peer_remote_as, peer_notify_unconfig,
 * bgp_static_withdraw and vty_config_enter take other arguments).
 *
 * Threads    bgpd's main thread, as all of the module.
 */
#ifndef GH_COMPAT_H
#define GH_COMPAT_H

#include <zebra.h>

#include "buffer.h"
#include "command.h"
#include "hook.h"
#include "if.h"
#include "libfrr.h"
#include "linklist.h"
#include "log.h"
#include "memory.h"
#include "module.h"
#include "prefix.h"
#include "qobj.h"
#include "routemap.h"
#include "sockunion.h"
#include "thread.h"
#include "version.h"
#include "vrf.h"
#include "vty.h"

#include "bgpd/bgpd.h"
#include "bgpd/bgp_aspath.h"
#include "bgpd/bgp_attr.h"
#include "bgpd/bgp_bfd.h"
#include "bgpd/bgp_community.h"
#include "bgpd/bgp_debug.h"
#include "bgpd/bgp_fsm.h"
#include "bgpd/bgp_memory.h"
#include "bgpd/bgp_network.h"
#include "bgpd/bgp_route.h"
#include "bgpd/bgp_table.h"
#include "bgpd/bgp_updgrp.h"
#include "bgpd/bgp_zebra.h"

/* The module is bound to struct layouts: it runs in this version only. */
#define GH_FRR_VERSION "8.4.4"

/*
 * Fired before and after each command of a vty. libfrr exports the hooks but
 * declares them in command.c alone.
 */
DECLARE_HOOK(cmd_execute, (struct vty *vty, const char *cmd_in, char **cmd_out),
	     (vty, cmd_in, cmd_out));
DECLARE_KOOH(cmd_execute_done, (struct vty *vty, const char *cmd_exec), (vty, cmd_exec));

/* ---- threads ---------------------------------------------------------- */

#define gh_thread_read(fn, fd, ref) thread_add_read(bm->master, fn, NULL, fd, ref)
#define gh_thread_write(fn, fd, ref) thread_add_write(bm->master, fn, NULL, fd, ref)
#define gh_thread_timer_ms(fn, ms, ref) thread_add_timer_msec(bm->master, fn, NULL, ms, ref)
#define gh_thread_event(fn, ref) thread_add_event(bm->master, fn, NULL, 0, ref)
/* The same with an argument. */
#define gh_thread_read_with(fn, arg, fd, ref) thread_add_read(bm->master, fn, arg, fd, ref)
#define gh_thread_write_with(fn, arg, fd, ref) thread_add_write(bm->master, fn, arg, fd, ref)
#define gh_thread_timer_ms_with(fn, arg, ms, ref) thread_add_timer_msec(bm->master, fn, arg, ms, ref)
#define gh_thread_event_with(fn, arg, ref) thread_add_event(bm->master, fn, arg, 0, ref)
#define gh_thread_off(ref) THREAD_OFF(ref)

/* ---- bgpd ------------------------------------------------------------- */

/* The running libfrr's version: what show modules calls libfrr. */
static inline const char *gh_frr_running_version(void)
{
	for (const struct frrmod_runtime *m = frrmod_list; m; m = m->next) {
		if (m->info && m->info->name && !strcmp(m->info->name, "libfrr"))
			return m->info->version;
	}
	return "unknown";
}

/* A view with no policy of bgpd's own; NULL if the AS number is refused. */
static inline struct bgp *gh_bgp_new(const char *name, uint32_t asn)
{
	struct bgp *bgp = NULL;
	as_t as = asn;

	if (bgp_get(&bgp, &as, name, BGP_INSTANCE_TYPE_VIEW) < 0)
		return NULL;
	return bgp;
}

static inline struct peer *gh_peer_new(struct bgp *bgp, union sockunion *su, uint32_t asn)
{
	as_t as = asn;

	if (peer_remote_as(bgp, su, NULL, &as, AS_SPECIFIED))
		return NULL;
	return peer_lookup(bgp, su);
}

static inline void gh_peer_del(struct peer *peer)
{
	peer_notify_unconfig(peer);
	peer_delete(peer);
}

static inline void gh_network_withdraw(struct bgp *bgp, const struct prefix *p, afi_t afi)
{
	bgp_static_withdraw(bgp, p, afi, SAFI_UNICAST);
}

#endif
