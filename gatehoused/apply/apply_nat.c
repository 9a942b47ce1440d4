/*
 * The step of translation: boxes for connections with NAT rules, and what is
 * said of prefixes through them.
 *
 * Prepare makes the boxes and loads their rules, so whatever the kernel
 * refuses is refused there; commit exchanges descriptors, which cannot fail.
 */
#include "gatehoused/apply/apply.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/keeper.h"
#include "gatehoused/nat/nat.h"
#include "gatehoused/nat/nat_routes.h"
#include "gatehoused/apply/translate.h"
#include "gatehoused/wish.h"
#include "rib/rib.h"

/* ---- boxes ------------------------------------------------------------- */

static void on_prepared(void *context, int rc, const char *why)
{
	struct apply *a = context;

	transaction_prepared(a->nat_token, rc, why);
}

static int nat_step_prepare(void *self, struct transaction_token token,
			    const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;

	(void)why;
	if (change->trusted)
		return 0;
	for (size_t i = 0; i < a->change_count; i++) {
		const struct gw_connection *c = a->changes[i].after;
		struct nat_rules want = { .leg = c ? c->leg : 0, .name = c ? c->name : "" };
		struct box_rule *rules = translate_rules(c, &want.count);

		want.rules = rules;
		nat_want(a->gateway->nat, &want);
		free(rules);
	}
	a->nat_token = token;
	return nat_prepare(a->gateway->nat, on_prepared, a) ? TRANSACTION_PENDING : 0;
}

static void nat_step_abort(void *self)
{
	struct apply *a = self;

	nat_abort(a->gateway->nat);
}

const struct transaction_backend apply_nat = {
	.name = "nat", .prepare = nat_step_prepare, .abort = nat_step_abort,
};

/* ---- taking effect ----------------------------------------------------- */

void apply_nat_set(struct gateway *g, const struct apply_change *c)
{
	size_t count, before_count;
	struct box_rule *rules = translate_rules(c->after, &count);
	struct box_rule *before = translate_rules(c->before, &before_count);
	struct nat_rules want = {
		.leg = c->after->leg, .name = c->after->name, .rules = rules, .count = count,
	};

	nat_commit(g->nat, &want);
	/*
	 * The first of its rules: what bgpd has said so far means something to the site alone. With
	 * the rules the neighbor loses its weight, so bgpd asks the peer for its routes and says them again.
	 */
	if (c->before && c->before->session_count && translate_any(rules, count, true) &&
	    !translate_any(before, before_count, true))
		rib_leg_forget(g->rib, want.leg);
	nat_routes_rules(g->nat_routes, c->after->leg, rules, count);
	free(rules);
	free(before);
}

void apply_nat_remove(struct gateway *g, uint32_t leg)
{
	nat_remove(g->nat, leg);
	nat_routes_forget(g->nat_routes, leg);
}

void apply_nat_settled(struct gateway *g)
{
	nat_settled(g->nat);
}

static void tell_one(void *context, uint32_t leg, const struct gh_prefix *prefix)
{
	const struct speaker_translated *to = context;

	to->each(to->context, leg, prefix);
}

void apply_nat_translated(void *gateway, const struct speaker_translated *to)
{
	struct gateway *g = gateway;

	nat_routes_each(g->nat_routes, tell_one, (void *)(uintptr_t)to);
}

/* ---- the arbiter's side of bgpd's paths --------------------------------- */

static void path_set(void *context, const struct gh_path *path)
{
	struct gateway *g = context;

	rib_path_set(g->rib, path);
	g->speaker_due = true;
}

static void path_del(void *context, const struct gh_path_del *del)
{
	struct gateway *g = context;

	rib_path_del(g->rib, del);
	g->speaker_due = true;
}

int apply_nat_start(struct gateway *g)
{
	const struct nat_routes_sink sink = { g, path_set, path_del };

	g->nat_routes = nat_routes_new(&sink);
	g->nat = nat_new(g->ipsec, KEEPER_SHELF, g->loop);
	return g->nat ? 0 : -ENOMEM;
}
