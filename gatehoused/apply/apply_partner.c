/*
 * The joints: see apply_partner.h.
 *
 * Everything that follows from the standing is derived from it anew and
 * compared; so neither a commit nor an event has to know what the other did.
 */
#include "gatehoused/apply/apply_partner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "gatehoused/apply/apply.h"
#include "gatehoused/gateway.h"
#include "gatehoused/operate.h"
#include "gatehoused/timeline.h"
#include "rib/monitor.h"
#include "rib/moving.h"
#include "rib/rib.h"
#include "yang/store.h"

/* ---- what outlives a restart ------------------------------------------- */

static void path_of(const struct gateway *g, const char *end, char path[OPTIONS_PATH_MAX + 16])
{
	snprintf(path, OPTIONS_PATH_MAX + 16, "%s/partner%s", g->options->state_dir, end);
}

/* A few bytes, not synced: a crash of the host begins with the primary's turn, or the partner's word. */
static void save(const struct gateway *g)
{
	char path[OPTIONS_PATH_MAX + 16], beside[OPTIONS_PATH_MAX + 16], text[PARTNER_TEXT];
	int fd;

	path_of(g, "", path);
	path_of(g, ".new", beside);
	partner_print(&g->partner->state, text);
	fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text) || rename(beside, path))
		gh_warning("partner: %s cannot be written: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
}

static void load(const struct gateway *g)
{
	char path[OPTIONS_PATH_MAX + 16], text[PARTNER_TEXT] = "";
	int fd;

	path_of(g, "", path);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0 && !partner_read(&g->partner->state, text))
		gh_warning("partner: %s is not understood, it begins anew", path);
	close(fd);
}

int partner_parts_new(struct gateway *g)
{
	int error;

	g->partner = calloc(1, sizeof(*g->partner));
	if (!g->partner)
		return -ENOMEM;
	partner_init(&g->partner->state);
	partner_stand(&g->partner->state, &g->partner->standing);
	load(g);
	error = moving_new(&g->partner->moving);
	if (error) {
		free(g->partner);
		g->partner = NULL;
	}
	return error;
}

void partner_parts_free(struct gateway *g)
{
	if (!g->partner)
		return;
	moving_free(g->partner->moving);
	free(g->partner);
	g->partner = NULL;
}

/* ---- what follows from the standing ------------------------------------ */

static void tell(struct gateway *g, const struct partner_standing *old,
		 const struct partner_standing *new)
{
	const struct partner *p = &g->partner->state;

	if (!p->config.present ||
	    (old->preferred == new->preferred && g->partner->since.ns))
		return;
	g->partner->since = gh_now();
	timeline_add(g->timeline, TIMELINE_GATEWAY, "partner: this instance is %s now, turn %u%s%s",
		     new->preferred ? "preferred" : "not preferred", p->turn,
		     p->here ? "" : ", the partner is away",
		     p->maintenance ? ", in maintenance" : "");
}

/* Applies what changed; everything else keeps. */
static void stand(struct gateway *g)
{
	struct partner_parts *parts = g->partner;
	struct partner_standing old = parts->standing, new;

	partner_stand(&parts->state, &new);
	if (parts->stood && !memcmp(&old, &new, sizeof(new)))
		return;
	/* The address before the words: those who hear them may send at once. */
	if (parts->state.config.moves && new.decided) {
		moving_hold(parts->moving, new.holds_address);
		parts->sweeping = true;
		parts->next = 0;
	}
	tell(g, &old, &new);
	parts->standing = new;
	parts->stood = true;
	g->speaker_due = true;
	if (old.told != new.told)
		save(g);
}

static bool is_moving(const struct gw_config *config, const struct gw_connection *c)
{
	return gh_addr_is_set(&config->partner.moving) &&
	       !gh_addr_cmp(&config->partner.moving, &c->local_address);
}

bool partner_has_address(const struct gateway *g, const struct gw_config *config,
			 const struct gw_connection *c)
{
	return g->partner && is_moving(config, c) && !moving_is_held(g->partner->moving);
}

bool partner_turn(struct gateway *g)
{
	struct partner_parts *parts = g->partner;
	const struct gw_config *config = store_config(g->store);
	struct gh_time until = gh_time_add_ms(gh_now(), APPLY_SLICE_MS);

	if (!parts->sweeping)
		return false;
	for (; parts->next < config->connection_count; parts->next++) {
		const struct gw_connection *c = &config->connections[parts->next];

		if (!is_moving(config, c))
			continue;
		if (apply_late(until))
			return true;
		apply_ike(g, config, c);
		apply_tunnel(g, c->leg);
	}
	parts->sweeping = false;
	return false;
}

/* ---- configuration ----------------------------------------------------- */

static void leg_apply(struct gateway *g, const struct rib_leg_config *leg)
{
	const struct link_state *link = monitor_by_name(g->monitor, leg->interface);
	struct rib_leg_config config = *leg;

	config.egress = RIB_EGRESS_EDGE;
	config.ifindex = link ? link->ifindex : 0;
	config.uses |= LEG_USES(LEG_FACT_LINK) | LEG_USES(LEG_FACT_BGP);
	if (rib_leg_set(g->rib, &config, gh_now()) < 0)
		gh_error("%s: its leg could not be set up", leg->name);
	else if (link)
		rib_link_event(g->rib, link, gh_now());
}

static void gateway_addr(struct rib_leg_config *leg, const struct gh_addr *peer)
{
	if (peer->family == AF_INET6)
		leg->gateway6 = *peer;
	else
		leg->gateway4 = *peer;
}

static void partner_leg(struct gateway *g, const struct gw_partner *p)
{
	struct rib_leg_config leg = { .number = p->leg, .kind = RIB_PARTNER };

	if (!p->leg)
		return;
	leg.uses = p->bfd.interval_ms ? LEG_USES(LEG_FACT_BFD) : 0;
	snprintf(leg.name, sizeof(leg.name), PARTNER_NAME);
	snprintf(leg.interface, sizeof(leg.interface), "%s", p->interface);
	gateway_addr(&leg, &p->peer);
	leg_apply(g, &leg);
}

static void router_leg(struct gateway *g, const struct gw_config *config,
		       const struct gw_vnet_router *r)
{
	struct rib_leg_config leg = { .number = r->leg, .kind = RIB_VNET };

	if (!r->leg || !gh_addr_is_set(&r->peer))
		return;
	leg.uses = r->bfd.interval_ms ? LEG_USES(LEG_FACT_BFD) : 0;
	snprintf(leg.name, sizeof(leg.name), "%s", r->name);
	snprintf(leg.interface, sizeof(leg.interface), "%s", config->vnet_interface);
	gateway_addr(&leg, &r->peer);
	leg_apply(g, &leg);
}

static void legs_del_missing(struct gateway *g, const struct gw_config *from,
			     const struct gw_config *to)
{
	if (from->partner.leg && from->partner.leg != to->partner.leg)
		rib_leg_del(g->rib, from->partner.leg);
	for (size_t i = 0; i < from->vnet_router_count; i++) {
		const struct gw_vnet_router *old = &from->vnet_routers[i];
		const struct gw_vnet_router *now = gw_config_vnet_router(to, old->name);

		if (old->leg && (!now || now->leg != old->leg))
			rib_leg_del(g->rib, old->leg);
	}
}

void partner_apply(struct gateway *g, const struct gw_config *from, const struct gw_config *to)
{
	const struct gw_partner *p = &to->partner;
	struct partner_config state = {
		.present = p->leg != 0, .standby = p->standby, .secondary = p->secondary,
		.symmetry = p->symmetry && !p->standby, .instance = to->instance,
		.moves = p->standby && gh_addr_is_set(&p->moving),
	};
	struct moving_address address = { .addr = p->moving, .length = p->moving_length };

	legs_del_missing(g, from, to);
	partner_leg(g, p);
	for (size_t i = 0; i < to->vnet_router_count; i++)
		router_leg(g, to, &to->vnet_routers[i]);
	snprintf(address.interface, sizeof(address.interface), "%s", p->moving_interface);
	if (!state.moves)
		address = (struct moving_address){ 0 };
	moving_configure(g->partner->moving, &address);
	partner_configure(&g->partner->state, &state, gh_now());
	/* Its session may be up already: our own restart, or only the mode changed. */
	if (state.present && rib_leg_state(g->rib, p->leg) == LEG_UP)
		partner_here(&g->partner->state, true);
}

void partner_applied(struct gateway *g, const struct gw_config *config)
{
	bool moves = gh_addr_is_set(&config->partner.moving);

	/* The address may be another one, though the standing is not. */
	g->partner->stood = g->partner->stood && !moves;
	stand(g);
}

/* ---- what is heard ----------------------------------------------------- */

void partner_leg_changed(struct gateway *g, uint32_t leg, bool up)
{
	const struct gw_config *config = store_config(g->store);

	if (leg != config->partner.leg || !partner_here(&g->partner->state, up))
		return;
	stand(g);
}

bool partner_path(struct gateway *g, const struct gh_path *path)
{
	const struct gw_config *config = store_config(g->store);

	if (!config->partner.leg || gh_neighbor_leg(path->neighbor) != config->partner.leg ||
	    path->kind != GH_KIND_OF_LEG)
		return false;
	if (!path->as_count && partner_told(&g->partner->state, path->med))
		stand(g);
	return true;
}

void partner_tick(struct gateway *g)
{
	if (partner_timer(&g->partner->state, gh_now())) {
		if (!g->partner->state.here)
			gh_warning("partner: it has not been heard since the start, going on alone");
		stand(g);
	}
	moving_tick(g->partner->moving);
}

/* ---- operations -------------------------------------------------------- */

void operate_switch_over(struct operate_call *call)
{
	struct gateway *g = call->g;
	const char *why = *call->argument ? "nothing follows switch-over"
					  : partner_switch(&g->partner->state);

	if (why) {
		operate_done(call, -EINVAL, "switch-over: %s", why);
		return;
	}
	stand(g);
	operate_done(call, 0, "this instance is %s now",
		     g->partner->standing.preferred ? "preferred" : "not preferred");
}

static void maintain(struct operate_call *call, bool on)
{
	struct gateway *g = call->g;
	const struct partner *p = &g->partner->state;

	if (*call->argument) {
		operate_done(call, -EINVAL, "nothing follows maintenance");
		return;
	}
	if (partner_maintain(&g->partner->state, on)) {
		timeline_add(g->timeline, TIMELINE_GATEWAY, "maintenance: %s by %s",
			     on ? "begun" : "ended", call->user.who && call->user.who->name[0]
			     ? call->user.who->name : "an operator");
		stand(g);
		save(g);
	}
	if (on && (!p->here || p->its_maintenance))
		operate_done(call, 0, "warning: no partner takes over (%s): what has no other way "
			     "still comes here", p->here ? "it is in maintenance too"
			     : p->config.present ? "it is away" : "none is configured");
	else
		operate_done(call, 0, "%s", "");
}

void operate_maintenance(struct operate_call *call)
{
	maintain(call, true);
}

void operate_maintenance_end(struct operate_call *call)
{
	maintain(call, false);
}
