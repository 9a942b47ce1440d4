/*
 * rib - the arbiter: from legs and paths to what the kernel and ESP forward
 *
 *   path_set ─► table ─► decide ─► group (interned) ─► fib: kernel, ESP
 *   leg_fact ─► leg ──────────────► group_flip ──────► fib, at once
 *
 * Paths are collected and take effect with rib_flush. A leg that goes down
 * takes effect inside rib_leg_fact: its groups move, whatever the number of
 * prefixes behind them.
 *
 *   r = rib_new(&config);
 *   rib_space_set(r, ...); rib_leg_set(r, ...);            configuration
 *   rib_link_event, rib_leg_fact, rib_path_set, ...        facts
 *   rib_snapshot_end(r, now);                              bgpd's END
 *   while (rib_flush(r, now)) ;                            once per turn of the loop
 *   next = rib_timer(r, now);
 *
 * After a restart the kernel still holds the routes of the process before.
 * They stay, and the kernel is not written, until rib_snapshot_end (or
 * takeover_ms): so forwarding goes on while the facts come in.
 *
 * Ownership  the rib owns its legs, paths, entries and groups; it borrows the
 *            sinks. Pointers handed to callbacks live for the call.
 * Threads    control thread.
 * Units      ms, us where named; ns in struct gh_time. A time of ns 0: never.
 * Errors     0 or -errno. -ENOENT: no such leg, path or prefix. -EINVAL: not a
 *            usable value. A path equal to or inside the address space is no
 *            error: it is kept, refused, counted and shown.
 */
#ifndef RIB_RIB_H
#define RIB_RIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/fact.h"
#include "rib/decide.h"
#include "rib/fib.h"
#include "rib/leg.h"

struct rib;

/* Azure's learned-route weights, as `show gateway routes` prints them. */
#define RIB_AZURE_WEIGHT_OVER 32770        /* Azure has none: it comes before ExpressRoute */
#define RIB_AZURE_WEIGHT_EXPRESSROUTE 32769
#define RIB_AZURE_WEIGHT_VPN 32768

#define RIB_LEGS_SHOWN 16

/* What happened to a leg; told after traffic has moved. */
struct rib_leg_event {
	uint32_t leg;
	const char *name, *edge;
	enum rib_kind kind;
	enum leg_state from, to;
	enum leg_fact cause;            /* down: the fact that was first */
	bool deprefer;                  /* what the neighbors of the leg should now have */
	unsigned groups;                /* that hold the leg */
	uint32_t took_us;               /* from the fact to traffic moved */
	/* Groups whose traffic moved; the legs that carried it, and those that do now. */
	unsigned moved, unreachable;    /* unreachable: those among them that nothing carries now */
	unsigned before_count, after_count;
	uint32_t before[RIB_LEGS_SHOWN], after[RIB_LEGS_SHOWN];
};

struct rib_config {
	struct fib *kernel;             /* NULL: none */
	struct fib *esp;                /* NULL: none */
	uint32_t takeover_ms;           /* longest wait for the first rib_snapshot_end */
	void *host;
	void (*leg_changed)(void *host, const struct rib_leg_event *event);     /* may be NULL */
};

int rib_new(const struct rib_config *config, struct gh_time now, struct rib **out);
/* What the sinks hold stays as it is: forwarding outlives the process. */
void rib_free(struct rib *r);

enum rib_egress {
	RIB_EGRESS_EDGE = 1,            /* a next hop on an interface */
	RIB_EGRESS_ESP = 2,
};

struct rib_leg_config {
	uint32_t number;                /* 1..; gh_neighbor_leg() of its neighbors */
	char name[GH_NAME_MAX + 1];     /* of the circuit or connection */
	char edge[GH_IFNAME_MAX + 1];   /* "primary", "secondary"; "" for a connection */
	enum rib_kind kind;
	enum rib_egress egress;
	char interface[GH_IFNAME_MAX + 1];      /* EDGE */
	int ifindex;                    /* EDGE; 0: until rib_link_event tells */
	struct gh_addr gateway4;        /* EDGE: the peer; none: no IPv4 */
	struct gh_addr gateway6;        /* EDGE: the IPv6 peer; none: the paths' next hop */
	uint32_t weight;                /* step 3 */
	uint32_t wait_to_restore_ms;
	uint8_t uses;                   /* LEG_USES(LEG_FACT_...) | ... */
};

/* Makes or changes a leg; a change keeps its state and paths. */
int rib_leg_set(struct rib *r, const struct rib_leg_config *config, struct gh_time now);
int rib_leg_del(struct rib *r, uint32_t leg);

/* down takes effect before it returns. -ENOENT. */
int rib_leg_fact(struct rib *r, uint32_t leg, enum leg_fact fact, bool up, struct gh_time now);

/*
 * An interface as the kernel tells it (rib/monitor.h). Speaks the LINK fact of
 * the legs on it, takes over a new ifindex, lets the sinks repair their part.
 */
struct link_state;
void rib_link_event(struct rib *r, const struct link_state *link, struct gh_time now);

/* Paths of BGP: the newest statement of (neighbor, path id, prefix) counts. */
int rib_path_set(struct rib *r, const struct gh_path *path);
int rib_path_del(struct rib *r, const struct gh_path_del *del);
/* All paths of a neighbor are gone. */
void rib_neighbor_down(struct rib *r, uint32_t neighbor);
/* All that BGP said of a leg is void; its static prefixes stay. */
void rib_leg_forget(struct rib *r, uint32_t leg);

/* bgpd's module is away: its paths are kept for keep_ms. */
void rib_paths_stale(struct rib *r, uint32_t keep_ms, struct gh_time now);
/* Its HELLO and its END: what was not said in between is gone. */
void rib_snapshot_begin(struct rib *r);
void rib_snapshot_end(struct rib *r, struct gh_time now);

/*
 * Prefixes of the configuration behind a connection. A PEER prefix is the host
 * route of the tunnel's BGP peer: forwarded, but not a learned route.
 */
enum rib_static {
	RIB_STATIC_PREFIX = 1,
	RIB_STATIC_PEER,
};
int rib_static_set(struct rib *r, uint32_t leg, const struct gh_prefix *prefix,
		   enum rib_static what);
int rib_static_del(struct rib *r, uint32_t leg, const struct gh_prefix *prefix);

/*
 * Replaces the address space. Paths equal to or inside it are kept, but refused,
 * unless they come from the VNet side; and of that side all others are refused.
 */
void rib_space_set(struct rib *r, const struct gh_prefix *prefixes, size_t count);

/*
 * Decides changed prefixes and programs them, a slice per call; returns
 * whether more is left. Call once per turn of the loop.
 */
bool rib_flush(struct rib *r, struct gh_time now);
/* Ends waits that are over; returns when to call again, ns 0: not needed. */
struct gh_time rib_timer(struct rib *r, struct gh_time now);
/* The monitor lost messages (ENOBUFS): compare everything with the kernel. */
void rib_audit(struct rib *r, struct gh_time now);

/* ---- for show ---- */

struct rib_leg_view {
	const struct rib_leg_config *config;
	const struct leg *leg;
	bool deprefer;
	uint32_t paths;                 /* BGP paths and static prefixes */
	unsigned groups;
	uint64_t failovers;             /* times that its loss moved traffic */
};
typedef void rib_leg_visit(void *ctx, const struct rib_leg_view *view);
void rib_leg_each(const struct rib *r, rib_leg_visit *visit, void *ctx);
int rib_leg_view(const struct rib *r, uint32_t leg, struct rib_leg_view *out);   /* -ENOENT */
/* How many of its groups have no leg that carries traffic now? */
unsigned rib_leg_stranded(const struct rib *r, uint32_t leg);
/* UNKNOWN for a leg that is not there. */
enum leg_state rib_leg_state(const struct rib *r, uint32_t leg);

/* One prefix as it is used. */
struct rib_route {
	struct gh_prefix prefix;
	enum rib_kind kind;             /* of the best path; 0: no usable path */
	uint16_t azure_weight;          /* 32770, 32769 or 32768; 0: no usable path */
	bool is_static;
	bool refused;                   /* inside the address space: not forwarded */
	unsigned legs_count;            /* legs that carry it now */
	uint32_t legs[RIB_LEGS_SHOWN];
	uint32_t neighbor;              /* of the best path */
	struct gh_addr next_hop;
	uint16_t as_hops, as_count;
	const uint32_t *as_path;        /* as_count numbers; valid for the call */
	uint32_t local_pref, med;
	uint8_t origin;
	unsigned paths;                 /* candidates */
	enum decide_step reason;        /* where the second best lost; DECIDE_BEST: the only path */
	uint32_t group;                 /* id; 0: none */
	bool in_esp;                    /* held by the ESP FIB */
	enum { RIB_KERNEL_NONE, RIB_KERNEL_STANDBY, RIB_KERNEL_GROUP } in_kernel;
};
/* Returns false to stop. */
typedef bool rib_route_visit(void *ctx, const struct rib_route *route);
/*
 * Every prefix equal to or inside within (NULL: all) and behind after (NULL:
 * from the first), in order, without peers' host routes.
 */
void rib_route_each(const struct rib *r, const struct gh_prefix *within,
		    const struct gh_prefix *after, rib_route_visit *visit, void *ctx);

struct rib_counters {
	uint64_t legs, prefixes4, prefixes6, paths, groups;
	uint64_t kernel_routes, esp_routes;
	uint64_t refused;               /* paths inside the address space, now */
	uint64_t unknown_leg;           /* paths of legs that are not configured, ever */
	uint64_t flips;                 /* legs that went down or came back, ever */
	uint64_t failovers;             /* legs that went down and whose traffic moved, ever */
	uint64_t failures;              /* prefixes a sink could not program, ever */
	uint64_t pending;               /* prefixes waiting for rib_flush */
	bool taking_over;               /* the kernel is not written yet */
};
void rib_counters(const struct rib *r, struct rib_counters *out);

#endif
