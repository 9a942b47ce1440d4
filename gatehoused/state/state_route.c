/* Routes, one at a time, and why a packet goes where it goes: see state.h. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/state/state_part.h"
#include "rib/explain.h"

void state_as_path(struct writer *w, const uint32_t as_path[], unsigned count)
{
	writer_list(w, "as-path");
	for (unsigned i = 0; i < count; i++)
		writer_number(w, NULL, as_path[i]);
	writer_list_end(w);
}

/* ---- routes ------------------------------------------------------------ */

struct one {
	struct state_reader *reader;
	struct writer *writer;
	bool found;
};

static void route(struct gateway *g, struct writer *w, const struct rib_route *r)
{
	static const char *const kernel[] = {
		[RIB_KERNEL_NONE] = "none", [RIB_KERNEL_STANDBY] = "standby",
		[RIB_KERNEL_GROUP] = "group",
	};

	writer_open(w, NULL);
	writer_prefix(w, "prefix", &r->prefix);
	writer_text(w, "source", r->refused ? "refused" : rib_kind_name(r->kind));
	writer_text(w, "origin", r->is_static ? "static" : "BGP");
	if (r->azure_weight)
		writer_number(w, "weight", r->azure_weight);
	state_leg_names(g, w, "leg", r->legs, r->legs_count);
	writer_addr(w, "next-hop", &r->next_hop);
	state_as_path(w, r->as_path, r->as_count);
	writer_number(w, "paths", r->paths);
	writer_text(w, "reason", decide_step_name(r->reason));
	if (r->group)
		writer_number(w, "group", r->group);
	writer_text(w, "kernel", kernel[r->in_kernel]);
	writer_flag(w, "esp", r->in_esp);
	writer_close(w);
}

static bool take_one(void *ctx, const struct rib_route *r)
{
	struct one *one = ctx;

	one->found = true;
	if (!one->reader->left) {
		one->reader->more = true;
		return false;
	}
	one->reader->at.begun = true;
	one->reader->at.prefix = one->reader->last = r->prefix;
	route(one->reader->gateway, one->writer, r);
	return false;
}

bool state_route_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	struct one one = { .reader = r, .writer = w };

	rib_route_each(g->rib, r->has_within ? &r->within : NULL,
		       r->at.begun ? &r->at.prefix : NULL, take_one, &one);
	if (!one.found || r->more)
		return false;
	if (r->left != UINT32_MAX)
		r->left--;
	return true;
}

/* ---- explain ----------------------------------------------------------- */

static void candidate(struct writer *w, const struct explain_candidate *c)
{
	writer_open(w, NULL);
	writer_format(w, "leg", "%s%s%s", c->name, c->edge[0] ? " " : "", c->edge);
	writer_number(w, "leg-number", c->leg);
	writer_text(w, "source", rib_kind_name(c->kind));
	writer_text(w, "state", leg_state_name(c->state));
	writer_text(w, "origin", c->is_static ? "static" : "BGP");
	writer_flag(w, "stale", c->stale);
	writer_number(w, "tier", c->tier + 1);
	if (c->lost < DECIDE_BEST)
		writer_number(w, "lost-at-step", c->lost);
	writer_text(w, "verdict", decide_step_name(c->lost));
	writer_number(w, "routing-weight", c->weight);
	writer_number(w, "local-preference", c->local_pref);
	writer_number(w, "med", c->med);
	writer_addr(w, "next-hop", &c->next_hop);
	state_as_path(w, c->as_path, c->as_count);
	writer_close(w);
}

static void datapath(struct gateway *g, struct writer *w, const struct gh_addr *addr)
{
	struct ipsec_route route;

	if (ipsec_lookup(g->ipsec, addr, &route) < 0 || !route.leg)
		return;
	state_leg_names(g, w, "esp-leg", &route.leg, 1);
	if (route.spi)
		writer_format(w, "esp-spi", "%08x", route.spi);
}

static void explained(struct gateway *g, struct writer *w, const struct explain *e)
{
	writer_addr(w, "address", &e->addr);
	writer_flag(w, "found", e->found);
	if (e->found) {
		writer_prefix(w, "prefix", &e->prefix);
		writer_flag(w, "refused", e->refused);
		writer_number(w, "group", e->group);
		state_leg_names(g, w, "forwarded-by", e->active, e->active_count);
	}
	writer_list(w, "candidate");
	for (unsigned i = 0; i < e->candidates_count; i++)
		candidate(w, &e->candidates[i]);
	writer_list_end(w);
	writer_list(w, "covering");
	for (unsigned i = 0; i < e->covering_count; i++)
		writer_prefix(w, NULL, &e->covering[i]);
	writer_list_end(w);
	writer_text_if(w, "tiers", e->tiers);
	writer_text_if(w, "kernel", e->kernel);
	writer_text_if(w, "esp", e->esp);
	writer_text_if(w, "kernel-holds", e->kernel_holds);
	writer_text_if(w, "esp-holds", e->esp_holds);
	datapath(g, w, &e->addr);
}

int state_explain(struct gateway *g, const char *address, bool pretty, struct gh_buf *out,
		  struct gh_buf *why)
{
	struct writer w = { .out = out, .pretty = pretty };
	struct gh_addr addr;
	struct explain e;
	int rc;

	if (gh_addr_parse(address, &addr) < 0) {
		gh_buf_printf(why, "explain %s: expected an IPv4 or IPv6 address", address);
		return -EINVAL;
	}
	rc = explain_address(g->rib, &addr, &e);
	if (rc < 0 && rc != -ENOENT) {
		gh_buf_printf(why, "explain %s: %s", address, strerror(-rc));
		return rc;
	}
	writer_open(&w, NULL);
	writer_open(&w, "gatehouse:output");
	explained(g, &w, &e);
	writer_close(&w);
	writer_close(&w);
	explain_fini(&e);
	return 0;
}
