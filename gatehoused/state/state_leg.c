/* What every leg has, and circuits with their edges: see state.h. */
#include <stddef.h>
#include <stdio.h>

#include "gatehoused/failover_test.h"
#include "gatehoused/gateway.h"
#include "gatehoused/speaker.h"
#include "gatehoused/state/state_part.h"
#include "yang/store.h"

void state_leg(struct writer *w, const struct rib_leg_view *view)
{
	const struct leg *leg = view->leg;

	writer_number(w, "leg", view->config->number);
	writer_text(w, "forwarding", leg_state_name(leg->state));
	writer_time(w, "since", leg->changed);
	if (leg->state == LEG_DOWN)
		writer_text(w, "down-by", leg_fact_name(leg->cause));
	if (leg->state == LEG_RESTORING)
		writer_number(w, "restores-in", (int64_t)gh_time_ms_between(gh_now(), leg->restore_at));
	writer_flag(w, "de-preferred", view->deprefer);
	writer_number(w, "paths", view->paths);
	writer_number(w, "groups", view->groups);
	writer_counter(w, "failovers", view->failovers);
}

void state_leg_names(struct gateway *g, struct writer *w, const char *key, const uint32_t numbers[],
		     unsigned count)
{
	char name[GH_NAME_MAX + 16];

	writer_list(w, key);
	for (unsigned i = 0; i < count; i++)
		writer_text(w, NULL, gateway_leg_name(g, numbers[i], name));
	writer_list_end(w);
}

const char *state_bgp(struct gateway *g, uint32_t leg)
{
	for (uint32_t session = 0; session < 2 * GH_SESSIONS; session++) {
		const struct gh_peer *p = speaker_peer(g->speaker,
						       gh_neighbor_id(leg, AF_INET, session));

		if (p)
			return gh_bgp_state_name(p->state);
	}
	return gh_bgp_state_name(GH_BGP_IDLE);
}

const char *state_said(const struct rib_leg_view *view, enum leg_fact fact)
{
	if (!(view->leg->uses & LEG_USES(fact)))
		return "off";
	return view->leg->said[fact] == LEG_SAID_UP ? "up"
	     : view->leg->said[fact] == LEG_SAID_DOWN ? "down" : "unknown";
}

static void edge_effective(struct writer *w, const struct gw_circuit *c, const struct gw_edge *e)
{
	writer_open(w, "effective");
	writer_text_if(w, "interface", e->interface);
	writer_addr(w, "peer", &e->peer);
	writer_addr(w, "peer-ipv6", &e->peer_ipv6);
	writer_number(w, "remote-as", e->remote_as);
	writer_number(w, "weight", c->weight);
	writer_number(w, "wait-to-restore", c->wait_to_restore_s);
	if (c->prefix_limit)
		writer_number(w, "prefix-limit", c->prefix_limit);
	writer_close(w);
}

static void edge(struct gateway *g, struct writer *w, const struct gw_circuit *c, enum gw_role role)
{
	const struct gw_edge *e = &c->edges[role];
	struct rib_leg_view view;

	writer_open(w, NULL);
	writer_text(w, "role", gw_role_name(role));
	writer_open(w, "state");
	if (!rib_leg_view(g->rib, e->leg, &view)) {
		state_leg(w, &view);
		writer_text(w, "link", state_said(&view, LEG_FACT_LINK));
		writer_text(w, "bfd", state_said(&view, LEG_FACT_BFD));
		writer_text(w, "bgp", state_bgp(g, e->leg));
		writer_flag(w, "test", view.leg->said[LEG_FACT_TEST] == LEG_SAID_DOWN);
	}
	edge_effective(w, c, e);
	writer_close(w);
	writer_close(w);
}

static void circuit_state(struct gateway *g, struct writer *w, const struct gw_circuit *c)
{
	struct gh_time began, ends;

	writer_open(w, "state");
	if (failover_test_of(g->tests, c->name, &began, &ends)) {
		writer_open(w, "failover-test");
		writer_time(w, "began", began);
		writer_time(w, "ends", ends);
		writer_close(w);
	}
	writer_close(w);
}

bool state_circuit_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gw_config *config = store_config(g->store);
	size_t i = state_after(r, config->circuits, config->circuit_count,
			       sizeof(*config->circuits), offsetof(struct gw_circuit, name));
	const struct gw_circuit *c = &config->circuits[i];

	if (i == config->circuit_count)
		return false;
	r->at.begun = true;
	snprintf(r->at.name, sizeof(r->at.name), "%s", c->name);
	writer_open(w, NULL);
	writer_text(w, "name", c->name);
	writer_list(w, "edge");
	for (unsigned role = 0; role < GW_ROLES; role++)
		if (c->edges[role].leg)
			edge(g, w, c, role);
	writer_list_end(w);
	circuit_state(g, w, c);
	writer_close(w);
	return true;
}
