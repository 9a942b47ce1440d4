/* The partner instance and the VNet side's routers: see state.h. */
#include <stddef.h>
#include <stdio.h>

#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/gateway.h"
#include "gatehoused/state/state_part.h"
#include "rib/moving.h"
#include "yang/store.h"

static void way(struct gateway *g, struct writer *w, uint32_t leg)
{
	struct rib_leg_view view;

	if (!leg || rib_leg_view(g->rib, leg, &view))
		return;
	state_leg(w, &view);
	writer_text(w, "link", state_said(&view, LEG_FACT_LINK));
	writer_text(w, "bfd", state_said(&view, LEG_FACT_BFD));
	writer_text(w, "bgp", state_bgp(g, leg));
}

static void address(struct gateway *g, struct writer *w)
{
	const struct gw_partner *p = &store_config(g->store)->partner;

	if (!g->partner->state.config.moves)
		return;
	writer_addr(w, "address", &p->moving);
	writer_flag(w, "holds-address", moving_is_held(g->partner->moving));
}

void state_partner_head(struct gateway *g, struct writer *w)
{
	const struct partner_parts *parts = g->partner;
	const struct partner *p = &parts->state;

	writer_open(w, "state");
	writer_flag(w, "maintenance", p->maintenance);
	if (p->config.present) {
		way(g, w, store_config(g->store)->partner.leg);
		writer_flag(w, "preferred", parts->standing.preferred);
		writer_time(w, "preferred-since", parts->since);
		writer_number(w, "turn", p->turn);
		writer_flag(w, "partner-here", p->here);
		writer_flag(w, "partner-maintenance", p->its_maintenance);
		address(g, w);
	}
	writer_number(w, "prepend", parts->standing.prepend);
	writer_number(w, "med", parts->standing.med);
	writer_close(w);
}

bool state_vnet_router_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gw_config *config = store_config(g->store);
	size_t i = state_after(r, config->vnet_routers, config->vnet_router_count,
			       sizeof(*config->vnet_routers), offsetof(struct gw_vnet_router, name));
	const struct gw_vnet_router *v = &config->vnet_routers[i];

	if (i == config->vnet_router_count)
		return false;
	r->at.begun = true;
	snprintf(r->at.name, sizeof(r->at.name), "%s", v->name);
	writer_open(w, NULL);
	writer_text(w, "name", v->name);
	writer_open(w, "state");
	way(g, w, v->leg);
	writer_close(w);
	writer_close(w);
	return true;
}
