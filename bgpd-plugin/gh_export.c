/* The path stream: see export.h. */
#include "bgpd-plugin/gh_export.h"

#include "base/weight.h"
#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_daemon.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_speaker.h"

#include "jhash.h"
#include "typesafe.h"

#define SLICE 2000              /* prefixes read in one event, some milliseconds */
#define BACKLOG_MAX (4u << 20)

PREDECL_HASH(notes);
PREDECL_LIST(order);

/* "Something changed here": to be read from the RIB. */
struct note {
	struct notes_item by_key;
	struct order_item in_order;
	uint32_t neighbor;
	struct gh_prefix prefix;
};

static int note_cmp(const struct note *a, const struct note *b)
{
	return a->neighbor != b->neighbor ? numcmp(a->neighbor, b->neighbor)
					  : gh_prefix_cmp(&a->prefix, &b->prefix);
}

static uint32_t note_hash(const struct note *n)
{
	return jhash(n->prefix.addr.b, sizeof(n->prefix.addr.b),
		     n->neighbor * 131 + n->prefix.length);
}

DECLARE_HASH(notes, struct note, by_key, note_cmp, note_hash);
DECLARE_LIST(order, struct note, in_order);

static struct notes_head notes[1];
static struct order_head order[1];
static struct thread *t_run;

static const afi_t walk_families[] = { AFI_IP, AFI_IP6 };

/* The snapshot: the node to read next, locked. */
static struct {
	bool on;
	unsigned family;
	struct bgp_dest *at;
} walk;

static void run_event(struct thread *t);

static void schedule(void)
{
	if (!t_run)
		gh_thread_event(run_event, &t_run);
}

/* ---- one path --------------------------------------------------------- */

static void say_gone(uint32_t neighbor, const struct gh_prefix *prefix)
{
	struct gh_fact f = {
		.type = GH_PATH_DEL,
		.path_del = { .neighbor = neighbor, .prefix = *prefix },
	};

	gh_daemon_send(&f);
}

static struct gh_addr next_hop_of(const struct attr *attr, uint8_t family)
{
	if (family == AF_INET)
		return gh_from_in(&attr->nexthop);
	return gh_from_in6(&attr->mp_nexthop_global);
}

/* The ASNs as they stand on the wire; a set's members count once in as_hops only. */
static uint16_t as_path_copy(const struct aspath *path, uint32_t out[GH_AS_PATH_MAX])
{
	uint16_t n = 0;

	for (const struct assegment *s = path->segments; s; s = s->next) {
		for (unsigned short i = 0; i < s->length && n < GH_AS_PATH_MAX; i++)
			out[n++] = s->as[i];
	}
	return n;
}

static void say_path(uint32_t neighbor, const struct gh_prefix *prefix,
		     const struct bgp_path_info *pi)
{
	const struct gh_neighbor *from = gh_neighbor_find(neighbor);
	const struct attr *attr = pi->attr;
	struct gh_fact f = { .type = GH_PATH };
	struct gh_preference began;
	struct gh_path *p = &f.path;

	p->neighbor = neighbor;
	p->prefix = *prefix;
	p->next_hop = next_hop_of(attr, prefix->addr.family);
	p->router_id = gh_from_in(&pi->peer->remote_id);
	p->peer = gh_from_sockunion(&pi->peer->su);
	p->local_pref = CHECK_FLAG(attr->flag, ATTR_FLAG_BIT(BGP_ATTR_LOCAL_PREF))
				? attr->local_pref : pi->peer->bgp->default_local_pref;
	p->med = CHECK_FLAG(attr->flag, ATTR_FLAG_BIT(BGP_ATTR_MULTI_EXIT_DISC)) ? attr->med : 0;
	p->origin = attr->origin;
	p->stale = CHECK_FLAG(pi->flags, BGP_PATH_STALE);
	p->weight = (uint16_t)attr->weight;
	if (from && from->side == GH_SIDE_PARTNER && gh_weight_read(p->weight, &began)) {
		p->kind = began.kind;
		p->is_static = began.is_static;
		p->routing_weight = began.routing_weight;
	}
	p->as_hops = (uint16_t)aspath_count_hops(attr->aspath);
	p->as_count = as_path_copy(attr->aspath, p->as_path);
	gh_daemon_send(&f);
}

static bool is_usable(const struct bgp_path_info *pi)
{
	return CHECK_FLAG(pi->flags, BGP_PATH_VALID) &&
	       !CHECK_FLAG(pi->flags, BGP_PATH_REMOVED | BGP_PATH_HISTORY);
}

/* ---- notes ------------------------------------------------------------ */

static int note_change(struct bgp *bgp, afi_t afi, safi_t safi, struct bgp_dest *dest,
		       struct peer *peer, bool withdrawn)
{
	struct note key = { 0 }, *n;

	(void)withdrawn;
	if (bgp != gh_speaker_bgp() || safi != SAFI_UNICAST || !gh_daemon_is_here() ||
	    (afi != AFI_IP && afi != AFI_IP6))
		return 0;
	key.neighbor = gh_neighbor_of(peer);
	if (!key.neighbor)
		return 0;
	key.prefix = gh_from_prefix(bgp_dest_get_prefix(dest));
	if (notes_find(notes, &key))
		return 0;
	n = calloc(1, sizeof(*n));
	if (!n)
		abort();
	n->neighbor = key.neighbor;
	n->prefix = key.prefix;
	notes_add(notes, n);
	order_add_tail(order, n);
	schedule();
	return 0;
}

static void note_read(const struct note *n)
{
	const struct peer *peer = gh_neighbor_peer(n->neighbor);
	struct bgp *bgp = gh_speaker_bgp();
	struct bgp_path_info *pi = NULL;
	struct bgp_dest *dest = NULL;
	struct prefix p;

	gh_to_prefix(&n->prefix, &p);
	if (bgp && peer)
		dest = bgp_node_lookup(bgp->rib[gh_to_afi(p.family)][SAFI_UNICAST], &p);
	for (pi = dest ? bgp_dest_get_bgp_path_info(dest) : NULL; pi; pi = pi->next) {
		if (pi->peer == peer && is_usable(pi))
			break;
	}
	if (pi)
		say_path(n->neighbor, &n->prefix, pi);
	else
		say_gone(n->neighbor, &n->prefix);
	if (dest)
		bgp_dest_unlock_node(dest);
}

static void notes_clear(void)
{
	struct note *n;

	while ((n = order_pop(order))) {
		notes_del(notes, n);
		free(n);
	}
}

/* ---- the walk --------------------------------------------------------- */

static void walk_stop(void)
{
	if (walk.at)
		bgp_dest_unlock_node(walk.at);
	walk.at = NULL;
	walk.on = false;
}

/* The next node, or NULL when both tables are done. */
static struct bgp_dest *walk_next(const struct bgp *bgp)
{
	if (walk.at)
		walk.at = bgp_route_next(walk.at);
	while (!walk.at && walk.family < array_size(walk_families))
		walk.at = bgp_table_top(bgp->rib[walk_families[walk.family++]][SAFI_UNICAST]);
	return walk.at;
}

static void walk_read(struct bgp_dest *dest)
{
	struct gh_prefix prefix = gh_from_prefix(bgp_dest_get_prefix(dest));

	for (const struct bgp_path_info *pi = bgp_dest_get_bgp_path_info(dest); pi; pi = pi->next) {
		uint32_t neighbor = gh_neighbor_of(pi->peer);

		if (neighbor && is_usable(pi))
			say_path(neighbor, &prefix, pi);
	}
}

static void walk_slice(void)
{
	const struct bgp *bgp = gh_speaker_bgp();

	for (unsigned i = 0; i < SLICE; i++) {
		if (!bgp || !walk_next(bgp)) {
			walk_stop();
			gh_daemon_snapshot_done();
			return;
		}
		walk_read(walk.at);
	}
}

/* ---- control ---------------------------------------------------------- */

static void run_event(struct thread *t)
{
	struct note *n;

	(void)t;
	if (!gh_module_fits())
		return;
	if (gh_daemon_backlog() > BACKLOG_MAX)
		return;         /* gh_export_resume goes on */
	if (walk.on) {
		walk_slice();
	} else {
		for (unsigned i = 0; i < SLICE && (n = order_pop(order)); i++) {
			notes_del(notes, n);
			note_read(n);
			free(n);
		}
	}
	if (!gh_export_is_idle())
		schedule();
}

void gh_export_resume(void)
{
	if (!gh_export_is_idle())
		schedule();
}

bool gh_export_is_idle(void)
{
	return !walk.on && !order_count(order);
}

void gh_export_snapshot(void)
{
	gh_export_stop();
	walk.on = true;
	walk.family = 0;
	schedule();
}

void gh_export_stop(void)
{
	walk_stop();
	notes_clear();
	gh_thread_off(t_run);
}

void gh_export_forget(struct bgp *bgp, struct peer *peer)
{
	bool walking = walk.on;

	if (!bgp || !gh_daemon_is_here())
		return;
	/* A view that goes takes its tables along; the walk then ends empty. */
	if (!peer) {
		walk_stop();
		walk.on = walking;
		walk.family = array_size(walk_families);
	}
	for (unsigned f = 0; f < array_size(walk_families); f++) {
		struct bgp_table *table = bgp->rib[walk_families[f]][SAFI_UNICAST];

		for (struct bgp_dest *d = bgp_table_top(table); d; d = bgp_route_next(d)) {
			struct gh_prefix prefix = gh_from_prefix(bgp_dest_get_prefix(d));
			const struct bgp_path_info *pi = bgp_dest_get_bgp_path_info(d);

			for (; pi; pi = pi->next) {
				uint32_t neighbor = gh_neighbor_of(pi->peer);

				if (neighbor && (!peer || pi->peer == peer))
					say_gone(neighbor, &prefix);
			}
		}
	}
}

void gh_export_init(void)
{
	notes_init(notes);
	order_init(order);
	hook_register(bgp_process, note_change);
}
