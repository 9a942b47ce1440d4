/*
 * The neighbors of the partner and of the VNet side's routers, and what the
 * standing adds to the others: see apply_partner.h. Pure.
 */
#include "gatehoused/apply/apply_partner.h"

#include <stdio.h>
#include <string.h>

#define KEEPALIVE_S 20
#define HOLD_S 60

static void fill(struct gh_neighbor *n, const struct gw_bfd *bfd)
{
	n->families = GH_AF_IPV4 | GH_AF_IPV6;
	n->hops = 1;
	n->keepalive_s = KEEPALIVE_S;
	n->hold_s = HOLD_S;
	n->bfd_interval_ms = bfd->interval_ms;
	n->bfd_multiplier = bfd->multiplier;
}

void partner_neighbor(const struct gw_config *config, const struct partner_standing *standing,
		      struct gh_neighbor *out)
{
	const struct gw_partner *p = &config->partner;

	fill(out, &p->bfd);
	out->side = GH_SIDE_PARTNER;
	out->local = p->local;
	out->remote_as = config->asn;
	/* Never the partner's own back to it: iBGP sees to that. */
	out->pass = GH_PASS(GH_SIDE_EDGE) | GH_PASS(GH_SIDE_VPN) | GH_PASS(GH_SIDE_VNET);
	out->med = standing->told;
	snprintf(out->interface, sizeof(out->interface), "%s", p->interface);
	snprintf(out->description, sizeof(out->description), PARTNER_NAME);
}

void vnet_router_neighbor(const struct gw_config *config, const struct gw_vnet_router *router,
			  struct gh_neighbor *out)
{
	fill(out, &router->bfd);
	out->side = GH_SIDE_VNET;
	out->remote_as = router->remote_as;
	out->weight = GH_WEIGHT_VNET;
	out->pass = GH_PASS(GH_SIDE_EDGE) | GH_PASS(GH_SIDE_VPN);
	snprintf(out->interface, sizeof(out->interface), "%s", config->vnet_interface);
	snprintf(out->description, sizeof(out->description), "%s", router->name);
}

void partner_adjust(const struct partner_standing *standing, struct gh_neighbor *n)
{
	if (n->side == GH_SIDE_PARTNER)
		return;
	if (standing->prepend > n->prepend)
		n->prepend = standing->prepend;
	if (standing->med)
		n->med = standing->med;
}
