/* Connections and certificates: see state.h. */
#include <stddef.h>
#include <stdio.h>

#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/apply/apply.h"
#include "gatehoused/expiry.h"
#include "gatehoused/gateway.h"
#include "gatehoused/guests.h"
#include "gatehoused/meter.h"
#include "gatehoused/state/state_part.h"
#include "ipsec/ike.h"
#include "ipsec/ike_policy.h"
#include "yang/store.h"

static const char *why_down(struct gateway *g, const struct gw_connection *c,
			    const struct ike_status *s)
{
	if (c->shutdown)
		return "shutdown";
	if (gw_connection_incomplete(c))
		return gw_connection_incomplete(c);
	if (partner_has_address(g, store_config(g->store), c))
		return "its address is at the partner";
	if (s && s->error[0])
		return s->error;
	if (!guests_here(g->guests, GH_ROLE_CHARON))
		return "charon's plugin is not connected";
	return "not up yet";
}

/* ---- settings ---------------------------------------------------------- */

static void offered(struct writer *w, const char *key, const struct ike_proposals *p)
{
	char text[IKE_PROPOSALS_MAX * (IKE_PROPOSAL_TEXT + 2)] = "";
	size_t used = 0;

	for (unsigned i = 0; i < p->count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s", i ? ", " : "",
					 p->text[i]);
	writer_text(w, key, text);
}

static void proposals(struct writer *w, const struct gw_connection *c)
{
	struct ike_proposals ike, child;

	apply_ike_proposals(c, &ike, &child);
	offered(w, "ike-proposal", &ike);
	offered(w, "ipsec-proposal", &child);
}

static void effective(struct writer *w, const struct gw_connection *c)
{
	writer_open(w, "effective");
	writer_addr(w, "remote-address", &c->remote_address);
	writer_text_if(w, "profile", c->profile);
	writer_text(w, "authentication", c->certificate[0] ? "certificate"
					 : c->shared_key[0] ? "shared-key" : "none");
	writer_text_if(w, "local-id", c->local_id);
	writer_text_if(w, "remote-id", c->remote_id);
	proposals(w, c);
	writer_number(w, "ike-lifetime", c->ike_lifetime_s);
	writer_number(w, "ipsec-lifetime", c->ipsec_lifetime_s);
	writer_number(w, "dpd-timeout", c->dpd_timeout_s);
	writer_number(w, "replay-window", c->replay_window);
	writer_number(w, "weight", c->weight);
	if (c->prefix_limit)
		writer_number(w, "prefix-limit", c->prefix_limit);
	writer_close(w);
}

/* ---- what charon says -------------------------------------------------- */

static void ends(struct writer *w, const struct ike_status *s)
{
	writer_addr(w, "local-address", &s->local.addr);
	if (s->local.port)
		writer_number(w, "local-port", s->local.port);
	writer_addr(w, "remote-address", &s->remote.addr);
	if (s->remote.port)
		writer_number(w, "remote-port", s->remote.port);
	writer_text_if(w, "local-id", s->local_id);
	writer_text_if(w, "remote-id", s->remote_id);
	writer_flag(w, "nat-local", s->nat_local);
	writer_flag(w, "nat-remote", s->nat_remote);
	writer_text_if(w, "algorithms", s->algorithms);
	writer_time(w, "established", s->established);
	writer_time(w, "rekey", s->rekey);
}

static void ike_sa(struct writer *w, const struct ike_status *s)
{
	writer_open(w, "ike-sa");
	writer_text(w, "state", ike_state_name(s ? s->state : IKE_DOWN));
	if (s && s->state == IKE_ESTABLISHED) {
		writer_format(w, "initiator-spi", "%016llx", (unsigned long long)s->spi_initiator);
		writer_format(w, "responder-spi", "%016llx", (unsigned long long)s->spi_responder);
		writer_number(w, "id", s->id);
		writer_flag(w, "initiator", s->initiator);
		ends(w, s);
	}
	if (s) {
		writer_number(w, "attempts", s->attempts);
		writer_text(w, "fault", ike_fault_name(s->fault));
		writer_text_if(w, "error", s->error);
		if (s->error[0])
			writer_time(w, "error-time", s->error_at);
	}
	writer_close(w);
}

static void child_sa(struct writer *w, const struct ike_child_status *c)
{
	writer_open(w, "child-sa");
	writer_text(w, "state", ike_child_state_name(c ? c->state : IKE_CHILD_NONE));
	if (c && c->state == IKE_CHILD_INSTALLED) {
		writer_format(w, "spi-in", "%08x", c->spi_in);
		writer_format(w, "spi-out", "%08x", c->spi_out);
		writer_text_if(w, "algorithms", c->algorithms);
		writer_text_if(w, "local-ts", c->local_ts);
		writer_text_if(w, "remote-ts", c->remote_ts);
		writer_time(w, "installed", c->installed);
		writer_time(w, "rekey", c->rekey);
		writer_time(w, "expire", c->expire);
	}
	writer_close(w);
}

/* ---- what the datapath holds ------------------------------------------- */

static void esp_sa(void *ctx, const struct ipsec_sa_state *s)
{
	struct writer *w = ctx;

	writer_open(w, NULL);
	writer_text(w, "direction", s->name.direction == GH_IN ? "in" : "out");
	writer_format(w, "spi", "%08x", s->name.spi);
	writer_text(w, "algorithm", s->algorithm);
	writer_text(w, "encapsulation", s->encap ? "udp" : "native");
	writer_flag(w, "esn", s->esn);
	writer_flag(w, "usable", s->usable);
	writer_flag(w, "current", s->current);
	writer_flag(w, "orphan", s->orphan);
	writer_number(w, "replay-window", s->replay_window);
	writer_counter(w, "sequence", s->sequence);
	writer_counter(w, "packets", s->packets);
	writer_counter(w, "octets", s->bytes);
	writer_counter(w, "drops", s->drops);
	writer_time(w, "last-use", (struct gh_time){ s->last_use_s * 1000000000u });
	writer_close(w);
}

static void traffic(struct gateway *g, struct writer *w, uint32_t leg)
{
	struct ipsec_leg_counters c;

	ipsec_leg_counters(g->ipsec, leg, &c);
	writer_open(w, "traffic");
	writer_counter(w, "in-packets", c.in_packets);
	writer_counter(w, "in-octets", c.in_bytes);
	writer_counter(w, "out-packets", c.out_packets);
	writer_counter(w, "out-octets", c.out_bytes);
	writer_counter(w, "in-peak", meter_peak(g->meter, leg, METER_IN, gh_now()));
	writer_counter(w, "out-peak", meter_peak(g->meter, leg, METER_OUT, gh_now()));
	writer_counter(w, "in-ts-mismatch-drops", c.in_mismatches);
	writer_counter(w, "out-ts-mismatch-drops", c.out_mismatches);
	writer_counter(w, "in-drops", c.in_drops);
	writer_counter(w, "out-drops", c.out_drops);
	writer_close(w);
}

static void connection_state(struct gateway *g, struct writer *w, const struct gw_connection *c)
{
	const struct ike_status *s = ike_status(g->ike, c->leg);
	struct rib_leg_view view;

	writer_open(w, "state");
	if (!rib_leg_view(g->rib, c->leg, &view))
		state_leg(w, &view);
	if (!ipsec_leg_up(g->ipsec, c->leg))
		writer_text(w, "why-down", why_down(g, c, s));
	if (c->session_count)
		writer_text(w, "bgp", state_bgp(g, c->leg));
	effective(w, c);
	ike_sa(w, s);
	child_sa(w, s ? &s->child : NULL);
	writer_list(w, "esp-sa");
	ipsec_sa_each(g->ipsec, c->leg, esp_sa, w);
	writer_list_end(w);
	traffic(g, w, c->leg);
	writer_close(w);
}

bool state_connection_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gw_config *config = store_config(g->store);
	size_t i = state_after(r, config->connections, config->connection_count,
			       sizeof(*config->connections), offsetof(struct gw_connection, name));
	const struct gw_connection *c = &config->connections[i];

	if (i == config->connection_count)
		return false;
	r->at.begun = true;
	snprintf(r->at.name, sizeof(r->at.name), "%s", c->name);
	writer_open(w, NULL);
	writer_text(w, "name", c->name);
	connection_state(g, w, c);
	writer_close(w);
	return true;
}

/* ---- certificates ------------------------------------------------------ */

static void certificate_state(struct gateway *g, struct writer *w, const char *name)
{
	const struct expiry_seen *seen = expiry_find(g->expiry, name);

	writer_open(w, "state");
	if (seen && seen->not_after_s) {
		writer_text_if(w, "subject", seen->subject);
		writer_wall(w, "not-before", (uint64_t)seen->not_before_s * 1000);
		writer_wall(w, "not-after", (uint64_t)seen->not_after_s * 1000);
	}
	if (seen)
		writer_text_if(w, "problem", seen->problem);
	writer_close(w);
}

bool state_certificate_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gw_config *config = store_config(g->store);
	size_t i = state_after(r, config->certificates, config->certificate_count,
			       sizeof(*config->certificates),
			       offsetof(struct gw_certificate, name));
	const struct gw_certificate *c = &config->certificates[i];

	if (i == config->certificate_count)
		return false;
	r->at.begun = true;
	snprintf(r->at.name, sizeof(r->at.name), "%s", c->name);
	writer_open(w, NULL);
	writer_text(w, "name", c->name);
	certificate_state(g, w, c->name);
	writer_close(w);
	return true;
}
