/*
 * What the wishes for bgpd depend on beside the configuration: see wish.h.
 *
 * The parts answer, each time anew; nothing of them is kept here.
 */
#include "gatehoused/wish.h"

#include <stdio.h>

#include "gatehoused/apply/apply.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/gateway.h"
#include "ipsec/ipsec.h"
#include "rib/rib.h"
#include "yang/store.h"

static bool tunnel_up(void *context, uint32_t leg)
{
	struct gateway *g = context;

	return ipsec_leg_up(g->ipsec, leg);
}

static bool restoring(void *context, uint32_t leg)
{
	struct gateway *g = context;
	struct rib_leg_view view;

	return !rib_leg_view(g->rib, leg, &view) && view.deprefer;
}

/*
 * What its paths are worth in bgpd. Where the session is down with the leg, what
 * they will be worth when it comes back: bgpd would ask the peer for all of
 * them again at each change.
 */
static enum gh_standing standing(void *context, uint32_t leg)
{
	struct gateway *g = context;
	struct rib_leg_view view;

	if (rib_leg_view(g->rib, leg, &view) < 0 || view.config->kind != RIB_EXPRESSROUTE)
		return GH_STANDING_UP;
	switch (view.leg->state) {
	case LEG_RESTORING:
		return GH_STANDING_WAITING;
	case LEG_DOWN:
		if (view.leg->said[LEG_FACT_BGP] == LEG_SAID_UP)
			return GH_STANDING_DOWN;
		return view.leg->was_up && view.leg->wait_to_restore_ms ? GH_STANDING_WAITING
									: GH_STANDING_UP;
	default:
		return GH_STANDING_UP;
	}
}

static bool leg_up(void *context, uint32_t leg)
{
	struct gateway *g = context;
	enum leg_state state = rib_leg_state(g->rib, leg);

	return state == LEG_UP || state == LEG_RESTORING;
}

static void secret(void *context, const struct gw_secret *secret, char out[GH_NAME_MAX + 1])
{
	struct gateway *g = context;
	struct gh_buf clear = { 0 };

	out[0] = '\0';
	if (secret->text[0] && !store_clear(g->store, secret, &clear))
		snprintf(out, GH_NAME_MAX + 1, "%s", gh_buf_text(&clear));
	gh_buf_fini(&clear);
}

static const struct partner_standing *partner(void *context)
{
	struct gateway *g = context;

	return &g->partner->standing;
}

struct speaker_legs speaker_legs_of(struct gateway *g)
{
	return (struct speaker_legs){
		.context = g, .tunnel_up = tunnel_up, .restoring = restoring,
		.standing = standing, .leg_up = leg_up, .secret = secret, .partner = partner,
		.translated = apply_nat_translated,
	};
}
