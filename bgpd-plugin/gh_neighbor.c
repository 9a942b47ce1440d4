/*
 * The neighbors: see neighbor.h.
 *
 * The entry of a neighbor outlives its peer (the view may be deleted and made
 * again), and finds it by object number: bgpd frees peers on its own account.
 */
#include "bgpd-plugin/gh_neighbor.h"

#include "base/clock.h"
#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_export.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_partner.h"
#include "bgpd-plugin/gh_place.h"
#include "bgpd-plugin/gh_policy.h"
#include "bgpd-plugin/gh_speaker.h"

#include "jhash.h"
#include "typesafe.h"

/* A lost session is tried again within seconds, not bgpd's two minutes. */
#define CONNECT_RETRY_S 5
#define TTL_MAX 255
#define LIMIT_WARN_PERCENT 80
/* zebra tells of interfaces some time after bgpd has started. */
#define PLACE_WAIT_MS 10000

PREDECL_HASH(entries);
PREDECL_HASH(owners);

struct entry {
	struct entries_item by_id;
	struct owners_item by_peer;
	struct gh_neighbor want;
	struct gh_peer last;    /* the status last said */
	uint64_t peer;          /* object number, 0 without a peer */
	bool stated;
	bool waiting;           /* for its interface and address */
	struct gh_time since;
};

static int entry_cmp(const struct entry *a, const struct entry *b)
{
	return numcmp(a->want.id, b->want.id);
}

static uint32_t entry_hash(const struct entry *e)
{
	return jhash_1word(e->want.id, 0x67617465);
}

static int owner_cmp(const struct entry *a, const struct entry *b)
{
	return numcmp(a->peer, b->peer);
}

static uint32_t owner_hash(const struct entry *e)
{
	return jhash_2words((uint32_t)e->peer, (uint32_t)(e->peer >> 32), 0x70656572);
}

DECLARE_HASH(entries, struct entry, by_id, entry_cmp, entry_hash);
DECLARE_HASH(owners, struct entry, by_peer, owner_cmp, owner_hash);

static struct entries_head all[1];
static struct owners_head owners[1];

static struct entry *entry_find(uint32_t id)
{
	struct entry key = { .want.id = id };

	return entries_find(all, &key);
}

/* Also one that was deleted: it lives until its paths are gone. */
static struct peer *entry_remains(const struct entry *e)
{
	return e->peer ? QOBJ_GET_TYPESAFE(e->peer, peer) : NULL;
}

static struct peer *entry_peer(const struct entry *e)
{
	struct peer *peer = entry_remains(e);

	return peer && peer->status != Deleted ? peer : NULL;
}

uint32_t gh_neighbor_of(const struct peer *peer)
{
	struct entry key = { .peer = peer->qobj_node.nid };
	const struct entry *e = owners_find(owners, &key);

	return e ? e->want.id : 0;
}

const struct gh_neighbor *gh_neighbor_find(uint32_t id)
{
	const struct entry *e = entry_find(id);

	return e ? &e->want : NULL;
}

struct peer *gh_neighbor_peer(uint32_t id)
{
	const struct entry *e = entry_find(id);

	return e ? entry_peer(e) : NULL;
}

void gh_neighbor_each(gh_neighbor_fn *fn)
{
	struct entry *e;

	frr_each (entries, all, e)
		fn(&e->want, entry_peer(e), &e->last);
}

void gh_neighbor_call(uint32_t id, gh_neighbor_fn *fn)
{
	struct entry *e = entry_find(id);

	if (e)
		fn(&e->want, entry_peer(e), &e->last);
}

/* ---- one setting each ------------------------------------------------- */

static void set_source(struct peer *peer, const struct gh_neighbor *n)
{
	struct gh_addr source;
	union sockunion su;

	gh_place_of(n, &source);
	if (!gh_addr_is_set(&source)) {
		peer_update_source_unset(peer);
		return;
	}
	gh_to_sockunion(&source, &su);
	peer_update_source_addr_set(peer, &su);
}

/*
 * bgpd derives BFD's least TTL from the session's: 256 - TTL. Peers such as
 * BIRD send multihop BFD with 64, so a session with BFD gets the largest TTL.
 */
static void set_hops(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->hops > 1)
		peer_ebgp_multihop_set(peer, n->bfd_interval_ms ? TTL_MAX : n->hops);
	else
		peer_ebgp_multihop_unset(peer);
}

static void set_bfd(struct peer *peer, const struct gh_neighbor *n)
{
	const struct interface *ifp;
	struct gh_addr source;

	/* bfdd takes new timers with a new session only. */
	if (peer->bfd_config)
		bgp_peer_remove_bfd_config(peer);
	if (!n->bfd_interval_ms)
		return;
	ifp = gh_place_of(n, &source);
	bgp_peer_configure_bfd(peer, true);
	peer->bfd_config->detection_multiplier = n->bfd_multiplier;
	peer->bfd_config->min_rx = n->bfd_interval_ms;
	peer->bfd_config->min_tx = n->bfd_interval_ms;
	if (ifp)
		bfd_sess_set_interface(peer->bfd_config->session, ifp->name);
	bgp_peer_bfd_update_source(peer);
	bgp_peer_config_apply(peer, NULL);
}

static void set_timers(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->hold_s)
		peer_timers_set(peer, n->keepalive_s, n->hold_s);
	else
		peer_timers_unset(peer);
}

static void set_password(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->password[0])
		peer_password_set(peer, n->password);
	else
		peer_password_unset(peer);
}

static void set_description(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->description[0])
		peer_description_set(peer, n->description);
	else
		peer_description_unset(peer);
}

/* Only the advertisements change: bgpd announces again, the session stays. */
static void set_policy(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	struct route_map *map = gh_policy_out(n, gh_speaker_asn(), family);

	peer_route_map_set(peer, gh_to_afi(family), SAFI_UNICAST, RMAP_OUT, map->name, map);
}

/*
 * bgpd counts each family by itself, warns at the threshold and ends the
 * session beyond the limit. A new limit gives an ended session another try at
 * once, as only taking the old limit away does.
 */
static void set_limit(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	afi_t afi = gh_to_afi(family);

	if (CHECK_FLAG(peer->sflags, PEER_STATUS_PREFIX_OVERFLOW) || !n->prefix_limit)
		peer_maximum_prefix_unset(peer, afi, SAFI_UNICAST);
	if (n->prefix_limit)
		peer_maximum_prefix_set(peer, afi, SAFI_UNICAST, n->prefix_limit, LIMIT_WARN_PERCENT,
					0, GH_LIMIT_RETRY_MIN, false);
}

static void set_family(struct peer *peer, const struct gh_neighbor *n, uint8_t family, bool on)
{
	afi_t afi = gh_to_afi(family);

	if (!on) {
		peer_deactivate(peer, afi, SAFI_UNICAST);
		return;
	}
	if (n->side == GH_SIDE_PARTNER) {
		struct route_map *in = gh_partner_in();

		peer_route_map_set(peer, afi, SAFI_UNICAST, RMAP_IN, in->name, in);
	}
	peer_weight_set(peer, afi, SAFI_UNICAST, n->weight);
	peer_af_flag_set(peer, afi, SAFI_UNICAST, PEER_FLAG_NEXTHOP_SELF);
	set_policy(peer, n, family);
	if (n->prefix_limit)
		set_limit(peer, n, family);
	peer_activate(peer, afi, SAFI_UNICAST);
}

static const struct {
	uint32_t bit;
	uint8_t family;
} families[] = { { GH_AF_IPV4, AF_INET }, { GH_AF_IPV6, AF_INET6 } };

/* ---- the whole neighbor ----------------------------------------------- */

static void entry_bind(struct entry *e, uint64_t peer)
{
	if (e->peer)
		owners_del(owners, e);
	e->peer = peer;
	if (peer)
		owners_add(owners, e);
}

/* Past the wait it is tried anyhow: bgpd may run without zebra. */
static bool entry_is_ready(struct entry *e)
{
	struct gh_addr source;

	if (!e->waiting)
		e->since = gh_now();
	e->waiting = !gh_place_of(&e->want, &source) &&
		     gh_time_ms_between(e->since, gh_now()) < PLACE_WAIT_MS;
	return !e->waiting;
}

static void entry_attach(struct entry *e)
{
	const struct gh_neighbor *n = &e->want;
	struct bgp *bgp = gh_speaker_bgp();
	char text[GH_ADDR_TEXT];
	struct peer *peer;
	union sockunion su;

	if (!bgp || !entry_is_ready(e))
		return;
	gh_to_sockunion(&n->peer, &su);
	peer = gh_peer_new(bgp, &su, n->remote_as);
	if (!peer) {
		zlog_err("gatehouse: neighbor %s: refused by bgpd with AS %u",
			 gh_addr_print(&n->peer, text), n->remote_as);
		return;
	}
	entry_bind(e, peer->qobj_node.nid);
	set_description(peer, n);
	set_hops(peer, n);
	set_source(peer, n);
	set_timers(peer, n);
	set_password(peer, n);
	peer_timers_connect_set(peer, CONNECT_RETRY_S);
	peer_advertise_interval_set(peer, 0);
	set_bfd(peer, n);
	for (unsigned i = 0; i < array_size(families); i++) {
		if (n->families & families[i].bit)
			set_family(peer, n, families[i].family, true);
	}
	zlog_info("gatehouse: neighbor %s: added, %s, AS %u", gh_addr_print(&n->peer, text),
		  n->description, n->remote_as);
}

static void entry_detach(struct entry *e)
{
	struct peer *peer = entry_remains(e);
	char text[GH_ADDR_TEXT];

	if (peer)
		gh_export_forget(gh_speaker_bgp(), peer);
	if (peer && peer->status != Deleted) {
		gh_peer_del(peer);
		zlog_info("gatehouse: neighbor %s: removed",
			  gh_addr_print(&e->want.peer, text));
	}
	entry_bind(e, 0);
	e->waiting = false;
}

static void entry_change(struct entry *e, const struct gh_neighbor *n)
{
	struct gh_neighbor old = e->want;
	struct peer *peer = entry_peer(e);

	e->want = *n;
	if (!peer) {
		if (e->peer)
			entry_detach(e);        /* deleted under us: see gh_neighbor_check */
		entry_attach(e);
		return;
	}
	if (strcmp(old.description, n->description))
		set_description(peer, n);
	if (old.hops != n->hops || !old.bfd_interval_ms != !n->bfd_interval_ms)
		set_hops(peer, n);
	if (gh_addr_cmp(&old.local, &n->local) || strcmp(old.interface, n->interface))
		set_source(peer, n);
	if (old.keepalive_s != n->keepalive_s || old.hold_s != n->hold_s)
		set_timers(peer, n);
	if (strcmp(old.password, n->password))
		set_password(peer, n);
	if (old.bfd_interval_ms != n->bfd_interval_ms || old.bfd_multiplier != n->bfd_multiplier ||
	    old.hops != n->hops || strcmp(old.interface, n->interface))
		set_bfd(peer, n);
	for (unsigned i = 0; i < array_size(families); i++) {
		bool was = old.families & families[i].bit, is = n->families & families[i].bit;

		if (was != is)
			set_family(peer, n, families[i].family, is);
		else if (is && old.weight != n->weight)
			peer_weight_set(peer, gh_to_afi(families[i].family), SAFI_UNICAST,
					n->weight);
		/* The map's name says all that it depends on: the same is no change. */
		if (was && is)
			set_policy(peer, n, families[i].family);
		if (was && is && old.prefix_limit != n->prefix_limit)
			set_limit(peer, n, families[i].family);
	}
	explicit_bzero(old.password, sizeof(old.password));
}

/* Another peer address or AS is another neighbor. */
static bool same_session(const struct gh_neighbor *a, const struct gh_neighbor *b)
{
	return !gh_addr_cmp(&a->peer, &b->peer) && a->remote_as == b->remote_as;
}

static void entry_free(struct entry *e)
{
	entries_del(all, e);
	explicit_bzero(&e->want, sizeof(e->want));
	free(e);
}

void gh_neighbor_set(const struct gh_neighbor *n)
{
	struct entry *e = entry_find(n->id);

	if (gh_module_trouble())
		return;
	if (!e) {
		e = calloc(1, sizeof(*e));
		if (!e)
			abort();
		e->want = *n;
		entries_add(all, e);
		entry_attach(e);
	} else if (!same_session(&e->want, n)) {
		entry_detach(e);
		e->want = *n;
		entry_attach(e);
	} else {
		entry_change(e, n);
	}
	e->stated = true;
}

void gh_neighbor_del(uint32_t id)
{
	struct entry *e = entry_find(id);

	if (!e)
		return;
	entry_detach(e);
	entry_free(e);
}

void gh_neighbor_mark(void)
{
	struct entry *e;

	frr_each (entries, all, e)
		e->stated = false;
}

void gh_neighbor_sweep(void)
{
	struct entry *e;

	frr_each_safe (entries, all, e) {
		if (!e->stated) {
			entry_detach(e);
			entry_free(e);
		}
	}
}

void gh_neighbor_attach(void)
{
	struct entry *e;

	frr_each (entries, all, e)
		entry_attach(e);
}

void gh_neighbor_check(void)
{
	struct entry *e;

	frr_each (entries, all, e) {
		bool taken = e->peer && !entry_peer(e);

		/* An operator's `no neighbor` in our view: made again, as the view is. */
		if (taken)
			entry_detach(e);
		if (taken || e->waiting)
			entry_attach(e);
	}
}

/* bgpd deletes the peers with the view. */
void gh_neighbor_detach(void)
{
	struct entry *e;

	frr_each (entries, all, e)
		entry_bind(e, 0);
}

void gh_neighbor_init(void)
{
	entries_init(all);
	owners_init(owners);
}
