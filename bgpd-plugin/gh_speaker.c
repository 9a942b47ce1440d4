/*
 * The gateway's view: see speaker.h.
 *
 * What is wanted is kept apart from what bgpd has, so that the view can be
 * made again at any time: for another AS number, or after an operator's
 * `no router bgp`.
 */
#include "bgpd-plugin/gh_speaker.h"

#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_export.h"
#include "bgpd-plugin/gh_module.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_policy.h"

#include "jhash.h"
#include "typesafe.h"

#define COALESCE_MS 100

PREDECL_HASH(networks);
PREDECL_DLIST(owned);

struct network {
	struct networks_item by_prefix;
	struct owned_item in_owned;     /* those of the gateway itself: few */
	struct gh_network want;
	bool stated;            /* by the snapshot that is coming in */
};

static int network_cmp(const struct network *a, const struct network *b)
{
	return gh_prefix_cmp(&a->want.prefix, &b->want.prefix);
}

static uint32_t network_hash(const struct network *n)
{
	return jhash(n->want.prefix.addr.b, sizeof(n->want.prefix.addr.b), n->want.prefix.length);
}

DECLARE_HASH(networks, struct network, by_prefix, network_cmp, network_hash);
DECLARE_DLIST(owned, struct network, in_owned);

static struct gh_speaker wanted;
static bool stated;
static struct networks_head networks[1];
static struct owned_head owned[1];
static struct thread *t_announce;
static struct bgp *view;

struct bgp *gh_speaker_bgp(void)
{
	return view;
}

uint32_t gh_speaker_asn(void)
{
	return wanted.asn;
}

/* ---- networks --------------------------------------------------------- */

static void originate(const struct gh_network *n)
{
	struct route_map *map = gh_policy_network(n);
	struct bgp_static network = {
		.label_index = BGP_INVALID_LABEL_INDEX,
		.rmap = { .name = map->name, .map = map },
	};
	struct prefix p;

	if (!view)
		return;
	gh_to_prefix(&n->prefix, &p);
	bgp_static_update(view, &p, &network, gh_to_afi(p.family), SAFI_UNICAST);
}

static void withdraw(const struct gh_prefix *prefix)
{
	struct prefix p;

	if (!view)
		return;
	gh_to_prefix(prefix, &p);
	gh_network_withdraw(view, &p, gh_to_afi(prefix->addr.family));
}

static struct network *network_find(const struct gh_prefix *prefix)
{
	const struct network key = { .want.prefix = *prefix };

	return networks_find(networks, &key);
}

const struct gh_network *gh_speaker_network(const struct prefix *prefix)
{
	struct gh_prefix key = gh_from_prefix(prefix);
	const struct network *n = network_find(&key);

	return n ? &n->want : NULL;
}

bool gh_speaker_owns(const struct prefix *prefix)
{
	struct gh_prefix inner = gh_from_prefix(prefix);
	struct network *n;

	frr_each (owned, owned, n) {
		if (gh_prefix_contains(&n->want.prefix, &inner))
			return true;
	}
	return false;
}

static void announce_event(struct thread *t)
{
	(void)t;
	gh_neighbor_announce();
}

/* What is inside the gateway's own prefixes is not passed on: that changed for others' paths. */
static void owned_changed(void)
{
	if (view && !t_announce)
		gh_thread_event(announce_event, &t_announce);
}

void gh_speaker_network_add(const struct gh_network *network)
{
	struct network *n = network_find(&network->prefix);

	if (n && !memcmp(&n->want, network, sizeof(*network))) {
		n->stated = true;
		return;
	}
	if (n)                  /* to whom it goes is not bgpd's to know: told anew */
		gh_speaker_network_del(&network->prefix);
	n = calloc(1, sizeof(*n));
	if (!n)
		abort();
	n->want = *network;
	n->stated = true;
	networks_add(networks, n);
	if (network->side == GH_SIDE_OWN) {
		owned_add_tail(owned, n);
		owned_changed();
	}
	originate(&n->want);
}

static void network_remove(struct network *n)
{
	networks_del(networks, n);
	if (n->want.side == GH_SIDE_OWN) {
		owned_del(owned, n);
		owned_changed();
	}
	withdraw(&n->want.prefix);
	free(n);
}

void gh_speaker_network_del(const struct gh_prefix *prefix)
{
	struct network *n = network_find(prefix);

	if (n)
		network_remove(n);
}

/* ---- the view --------------------------------------------------------- */

static void hide(void)
{
	SET_FLAG(view->vrf_flags, BGP_VRF_AUTO);
}

static void router_id_set(const struct gh_addr *id)
{
	struct in_addr in;

	memcpy(&in, id->b, sizeof(in));
	/* Only if it differs: setting it resets every session. */
	if (view->router_id_static.s_addr != in.s_addr)
		bgp_router_id_static_set(view, in);
}

static void view_del(void)
{
	struct bgp *bgp = view;

	if (!bgp)
		return;
	zlog_info("gatehouse: view %s: removed", bgp->name);
	bgp_delete(bgp);        /* its hook clears view */
}

static void view_make(void)
{
	struct network *n;

	view = gh_bgp_new(wanted.view, wanted.asn);
	if (!view) {
		zlog_err("gatehouse: view %s: refused by bgpd with AS %u", wanted.view, wanted.asn);
		return;
	}
	/* The first peer that bgpd ever allocated may be this view's own. */
	if (!gh_module_fits()) {
		view_del();
		return;
	}
	hide();
	UNSET_FLAG(view->flags, BGP_FLAG_EBGP_REQUIRES_POLICY);
	UNSET_FLAG(view->flags, BGP_FLAG_IMPORT_CHECK);
	UNSET_FLAG(view->flags, BGP_FLAG_SUPPRESS_FIB_PENDING);
	SET_FLAG(view->flags, BGP_FLAG_LOG_NEIGHBOR_CHANGES);
	/* Step 7 of the order: MEDs of one AS are ranked among each other, whichever came first. */
	SET_FLAG(view->flags, BGP_FLAG_DETERMINISTIC_MED);
	/* While bgpd is away, what it learned goes on being used: RFC 4724's F bit. */
	SET_FLAG(view->flags, BGP_FLAG_GR_PRESERVE_FWD);
	/* bgpd waits a second or more for others to share an update with; a circuit
	 * that returns shall not wait for that. */
	view->heuristic_coalesce = false;
	view->coalesce_time = COALESCE_MS;
	/* A neighbor starts when its first family is activated, not before. */
	view->default_af[AFI_IP][SAFI_UNICAST] = false;
	router_id_set(&wanted.router_id);
	zlog_info("gatehouse: view %s: made, AS %u", wanted.view, wanted.asn);
	frr_each (networks, networks, n)
		originate(&n->want);
	gh_neighbor_attach();
}

void gh_speaker_set(const struct gh_speaker *speaker)
{
	bool other = wanted.asn != speaker->asn || strcmp(wanted.view, speaker->view);

	stated = true;
	if (view && other)
		view_del();
	wanted = *speaker;
	if (!wanted.asn)
		return;
	if (!view)
		view_make();
	else
		router_id_set(&wanted.router_id);
}

void gh_speaker_stop(void)
{
	const struct gh_speaker none = { 0 };

	gh_speaker_set(&none);
}

void gh_speaker_check(void)
{
	if (gh_module_trouble())
		return;
	if (view)
		hide();         /* `router bgp N view NAME` would have it written */
	else if (wanted.asn)
		view_make();
}

/* Also for an operator's `no router bgp`, which sends no withdraws to us. */
static int view_gone(struct bgp *bgp)
{
	if (bgp != view)
		return 0;
	gh_export_forget(bgp, NULL);
	gh_neighbor_detach();
	view = NULL;
	return 0;
}

void gh_speaker_mark(void)
{
	struct network *n;

	stated = false;
	frr_each (networks, networks, n)
		n->stated = false;
}

void gh_speaker_sweep(void)
{
	struct network *n;

	frr_each_safe (networks, networks, n) {
		if (!n->stated)
			network_remove(n);
	}
	if (!stated)
		gh_speaker_stop();
}

void gh_speaker_init(void)
{
	networks_init(networks);
	owned_init(owned);
	hook_register(bgp_inst_delete, view_gone);
}
