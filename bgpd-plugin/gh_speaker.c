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

#define COALESCE_MS 100

struct network {
	struct network *next;
	struct gh_prefix prefix;
	bool stated;            /* by the snapshot that is coming in */
};

static struct gh_speaker wanted;
static bool stated;
static struct network *networks;
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

static void originate(const struct gh_prefix *prefix)
{
	struct bgp_static network = { .label_index = BGP_INVALID_LABEL_INDEX };
	struct prefix p;

	if (!view)
		return;
	gh_to_prefix(prefix, &p);
	bgp_static_update(view, &p, &network, gh_to_afi(prefix->addr.family), SAFI_UNICAST);
}

static void withdraw(const struct gh_prefix *prefix)
{
	struct prefix p;

	if (!view)
		return;
	gh_to_prefix(prefix, &p);
	gh_network_withdraw(view, &p, gh_to_afi(prefix->addr.family));
}

static struct network **network_place(const struct gh_prefix *prefix)
{
	struct network **at = &networks;

	while (*at && gh_prefix_cmp(&(*at)->prefix, prefix))
		at = &(*at)->next;
	return at;
}

void gh_speaker_network_add(const struct gh_prefix *prefix)
{
	struct network **at = network_place(prefix), *n = *at;

	if (!n) {
		n = calloc(1, sizeof(*n));
		if (!n)
			abort();
		n->prefix = *prefix;
		*at = n;
		originate(prefix);
	}
	n->stated = true;
}

static void network_remove(struct network **at)
{
	struct network *n = *at;

	*at = n->next;
	withdraw(&n->prefix);
	free(n);
}

void gh_speaker_network_del(const struct gh_prefix *prefix)
{
	struct network **at = network_place(prefix);

	if (*at)
		network_remove(at);
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
	/* bgpd waits a second or more for others to share an update with; a circuit
	 * that returns shall not wait for that. */
	view->heuristic_coalesce = false;
	view->coalesce_time = COALESCE_MS;
	/* A neighbor starts when its first family is activated, not before. */
	view->default_af[AFI_IP][SAFI_UNICAST] = false;
	router_id_set(&wanted.router_id);
	zlog_info("gatehouse: view %s: made, AS %u", wanted.view, wanted.asn);
	for (const struct network *n = networks; n; n = n->next)
		originate(&n->prefix);
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
	stated = false;
	for (struct network *n = networks; n; n = n->next)
		n->stated = false;
}

void gh_speaker_sweep(void)
{
	struct network **at = &networks;

	while (*at) {
		if ((*at)->stated)
			at = &(*at)->next;
		else
			network_remove(at);
	}
	if (!stated)
		gh_speaker_stop();
}

void gh_speaker_init(void)
{
	hook_register(bgp_inst_delete, view_gone);
}
