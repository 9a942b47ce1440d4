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
#include "bgpd-plugin/gh_place.h"
#include "bgpd-plugin/gh_setting.h"
#include "bgpd-plugin/gh_speaker.h"

#include "jhash.h"
#include "typesafe.h"

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
	gh_setting_all(peer, n);
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
	gh_setting_change(peer, &old, n);
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

/* Everything is judged again by the maps; what is the same is not sent. */
void gh_neighbor_announce(void)
{
	struct entry *e;

	frr_each (entries, all, e) {
		struct peer *peer = entry_peer(e);

		if (peer && peer->status == Established)
			bgp_announce_route_all(peer);
	}
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
