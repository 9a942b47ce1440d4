/*
 * What bgpd's module says of sessions: see gateway.h.
 *
 * A leg is judged by its sessions. An edge by the one that leads, because it
 * carries what that one brings. A tunnel by its SAs alone; a session inside it
 * that loses its BFD loses its paths.
 */
#include "gatehoused/gateway.h"

#include <stdio.h>

#include "gatehoused/notify.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "rib/rib.h"

/* The session that speaks for an edge: IPv4's, or IPv6's when it is the only one. */
static bool is_leading(const struct gateway *g, uint32_t neighbor)
{
	return !gh_neighbor_is_ipv6(neighbor) ||
	       !speaker_neighbor_find(g->speaker, neighbor - GH_SESSIONS);
}

static void judge_edge(struct gateway *g, const struct gh_peer *p, struct gh_time now)
{
	uint32_t leg = gh_neighbor_leg(p->id);

	if (!is_leading(g, p->id))
		return;
	if (p->bfd != GH_BFD_NONE)
		rib_leg_fact(g->rib, leg, LEG_FACT_BFD, p->bfd == GH_BFD_UP, now);
	rib_leg_fact(g->rib, leg, LEG_FACT_BGP,
		     p->state == GH_BGP_ESTABLISHED || p->restarting, now);
}

/*
 * The paths at once: bgpd withdraws them one by one, and with graceful restart
 * would keep them. Not the tunnel: BFD's own packets are to come back through it.
 */
static void judge_tunnel(struct gateway *g, const struct gh_peer *before, const struct gh_peer *p)
{
	if (before && before->bfd == GH_BFD_UP && p->bfd == GH_BFD_DOWN)
		rib_neighbor_down(g->rib, p->id);
}

static void tell_peer(struct gateway *g, const struct gh_peer *before, const struct gh_peer *p)
{
	char name[GH_NAME_MAX + 16];
	const char *family = gh_neighbor_is_ipv6(p->id) ? "IPv6" : "IPv4";

	gateway_leg_name(g, gh_neighbor_leg(p->id), name);
	if (before ? before->state != p->state : p->state == GH_BGP_ESTABLISHED) {
		bool matters = p->state == GH_BGP_ESTABLISHED ||
			       (before && before->state == GH_BGP_ESTABLISHED);
		bool why = p->state != GH_BGP_ESTABLISHED && p->last_error[0];

		if (matters)
			timeline_add(g->timeline, TIMELINE_BGP, "%s: BGP over %s is %s%s%s", name,
				     family, gh_bgp_state_name(p->state), why ? ", " : "",
				     why ? p->last_error : "");
	}
	if (p->bfd != GH_BFD_NONE && (!before || before->bfd != p->bfd))
		timeline_add(g->timeline, TIMELINE_BFD, "%s: BFD over %s is %s", name, family,
			     gh_bfd_state_name(p->bfd));
}

void hear_peer(struct gateway *g, const struct gh_peer *p)
{
	const struct gh_neighbor *n = speaker_neighbor_find(g->speaker, p->id);
	const struct gh_peer *known = speaker_peer(g->speaker, p->id);
	struct gh_peer before = known ? *known : (struct gh_peer){ 0 };
	struct gh_time now = gh_now();

	if (!n || !speaker_peer_set(g->speaker, p))
		return;
	/* Traffic first, words after. */
	if (n->side == GH_SIDE_VPN)
		judge_tunnel(g, known ? &before : NULL, p);
	else
		judge_edge(g, p, now);
	tell_peer(g, known ? &before : NULL, p);
	notify_peer(g, known ? &before : NULL, p);
}
