/*
 * What guests and parts say, and to whom it goes: see gateway.h.
 *
 * Nothing here decides; it joins. What an event means is known by the part
 * that is told of it.
 */
#include "gatehoused/gateway.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/failover_test.h"
#include "gatehoused/guests.h"
#include "gatehoused/nat/nat_routes.h"
#include "gatehoused/notify.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "ipsec/ike.h"
#include "ipsec/ipsec.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"
#include "yang/store.h"

/* How long what a lost guest said is kept. */
#define PATHS_KEEP_MS 120000
#define SAS_KEEP_MS 60000
/* A restarted bgpd states few paths at first: its peers must come back before. */
#define BGPD_RETURN_S 30.0

const char *gateway_leg_name(const struct gateway *g, uint32_t leg, char text[GH_NAME_MAX + 16])
{
	struct rib_leg_view view;

	if (rib_leg_view(g->rib, leg, &view) < 0)
		snprintf(text, GH_NAME_MAX + 16, "leg %u", leg);
	else
		snprintf(text, GH_NAME_MAX + 16, "%.80s%s%.11s", view.config->name,
			 view.config->edge[0] ? " " : "", view.config->edge);
	return text;
}

/* ---- guests come and go ------------------------------------------------ */

static void bgpd_joined(struct gateway *g)
{
	uint32_t pid = guests_hello(g->guests, GH_ROLE_BGPD)->pid;

	ev_timer_stop(g->loop, &g->sweep);
	rib_snapshot_begin(g->rib);
	nat_routes_begin(g->nat_routes);
	if (g->bgpd_pid && g->bgpd_pid != pid)
		timeline_add(g->timeline, TIMELINE_BGP,
			     "bgpd: restarted, its earlier paths are kept until it has them again");
	apply_speaker(g);
	apply_text(g);
	speaker_joined(g->speaker);
}

void hear_joined(void *gateway, enum gh_role role)
{
	struct gateway *g = gateway;
	struct gh_fact end = { .type = GH_END };

	if (role == GH_ROLE_BGPD) {
		bgpd_joined(g);
		return;
	}
	if (role == GH_ROLE_EXPORTER)
		return;
	ipsec_snapshot_begin(g->ipsec);
	guests_send(g->guests, GH_ROLE_CHARON, &end);
}

void hear_left(void *gateway, enum gh_role role)
{
	struct gateway *g = gateway;

	if (role == GH_ROLE_BGPD) {
		timeline_add(g->timeline, TIMELINE_BGP, "bgpd: away, its paths are kept for %u s",
			     PATHS_KEEP_MS / 1000);
		rib_paths_stale(g->rib, PATHS_KEEP_MS, gh_now());
		apply_bgpd_left(g);
	} else if (role == GH_ROLE_CHARON) {
		timeline_add(g->timeline, TIMELINE_IKE, "charon: away, its SAs stay in use");
	}
}

/* ---- bgpd -------------------------------------------------------------- */

static void bgpd_end(struct gateway *g)
{
	uint32_t pid = guests_hello(g->guests, GH_ROLE_BGPD)->pid;
	bool restarted = g->bgpd_pid && g->bgpd_pid != pid;

	g->bgpd_pid = pid;
	if (!restarted) {
		nat_routes_end(g->nat_routes);
		rib_snapshot_end(g->rib, gh_now());
		return;
	}
	ev_timer_set(&g->sweep, BGPD_RETURN_S, 0.0);
	ev_timer_start(g->loop, &g->sweep);
}

static void hear_bgpd(struct gateway *g, const struct gh_fact *f)
{
	switch (f->type) {
	case GH_PATH:
		if (!partner_path(g, &f->path) && !nat_routes_set(g->nat_routes, &f->path))
			rib_path_set(g->rib, &f->path);
		break;
	case GH_PATH_DEL:
		if (!nat_routes_del(g->nat_routes, &f->path_del))
			rib_path_del(g->rib, &f->path_del);
		break;
	case GH_PEER:
		hear_peer(g, &f->peer);
		break;
	case GH_END:
		bgpd_end(g);
		break;
	case GH_EDIT:
		hear_edit(g, &f->request);
		break;
	case GH_DO:
		hear_do(g, &f->request);
		break;
	case GH_SHOW:
		hear_show(g, GH_ROLE_BGPD, &f->request);
		break;
	case GH_VERDICT:
		apply_verdict(g, &f->reply);
		break;
	default:
		gh_warning("bgpd: said %s, which is not its to say", gh_fact_name(f->type));
	}
}

/* ---- charon ------------------------------------------------------------ */

/* charon waits for this before it lets the peer use a new SA. */
static void confirm_sa(struct gateway *g, const struct gh_sa_name *name)
{
	struct gh_fact f = { .type = GH_SA_USE };

	if (!ipsec_sa_use(g->ipsec, name, &f.sa_use))
		guests_send(g->guests, GH_ROLE_CHARON, &f);
}

/* charon drops it, so that no tunnel seems up that carries nothing. */
static void refuse_sa(struct gateway *g, const struct gh_sa_name *name)
{
	struct gh_fact f = { .type = GH_SA_EXPIRE, .sa_expire = { .name = *name, .hard = true } };

	guests_send(g->guests, GH_ROLE_CHARON, &f);
}

static void hear_sa(struct gateway *g, const struct gh_sa *sa)
{
	int rc = ipsec_sa_set(g->ipsec, sa);
	char name[GH_NAME_MAX + 16];

	gateway_leg_name(g, sa->leg, name);
	if (rc < 0) {
		refuse_sa(g, &sa->name);
		timeline_add(g->timeline, TIMELINE_ESP, "%s: SA %08x refused: %s", name, sa->name.spi,
			     rc == -EPROTONOSUPPORT ? "no algorithms or mode that the datapath carries" :
			     rc == -EOPNOTSUPP ? "OpenSSL's legacy provider is missing" : strerror(-rc));
	} else {
		confirm_sa(g, &sa->name);
		timeline_add(g->timeline, TIMELINE_ESP, "%s: SA %08x %s", name, sa->name.spi,
			     sa->name.direction == GH_IN ? "in" : "out");
	}
	apply_tunnel(g, sa->leg);
}

static void hear_sa_del(struct gateway *g, const struct gh_sa_name *name)
{
	uint32_t leg;

	if (!ipsec_sa_del(g->ipsec, name, &leg))
		apply_tunnel(g, leg);
}

static void all_tunnels(struct gateway *g)
{
	const struct gw_config *config = store_config(g->store);

	for (size_t i = 0; i < config->connection_count; i++)
		apply_tunnel(g, config->connections[i].leg);
}

static void charon_end(struct gateway *g)
{
	ipsec_snapshot_end(g->ipsec, SAS_KEEP_MS);
	all_tunnels(g);
	if (!speaker_is_ready(g->speaker)) {
		apply_speaker(g);
		speaker_ready(g->speaker);
	}
}

static void hear_charon(struct gateway *g, const struct gh_fact *f)
{
	switch (f->type) {
	case GH_SA:
		hear_sa(g, &f->sa);
		break;
	case GH_SA_DEL:
		hear_sa_del(g, &f->sa_name);
		break;
	case GH_SA_MOVE:
		ipsec_sa_move(g->ipsec, &f->sa_move);
		break;
	case GH_END:
		charon_end(g);
		break;
	default:
		gh_warning("charon: said %s, which is not its to say", gh_fact_name(f->type));
	}
}

static void hear_exporter(struct gateway *g, const struct gh_fact *f)
{
	if (f->type == GH_SHOW)
		hear_show(g, GH_ROLE_EXPORTER, &f->request);
	else
		gh_warning("exporter: said %s, which is not its to say", gh_fact_name(f->type));
}

void hear_fact(void *gateway, enum gh_role role, const struct gh_fact *fact)
{
	if (role == GH_ROLE_BGPD)
		hear_bgpd(gateway, fact);
	else if (role == GH_ROLE_CHARON)
		hear_charon(gateway, fact);
	else
		hear_exporter(gateway, fact);
}

/* ---- our own parts ----------------------------------------------------- */

/* What became of a confirmed commit, for the timeline. */
static void tell_confirm(struct gateway *g, const struct store_event *e)
{
	const char *user = e->user ? e->user : "";

	switch (e->kind) {
	case STORE_CONFIRM_STARTED:
	case STORE_CONFIRM_EXTENDED:
		timeline_add(g->timeline, TIMELINE_CONFIG, "configuration: unless %s confirms the commit"
			     " within %u s, it is taken back", user, e->confirmed_s);
		break;
	case STORE_CONFIRM_COMPLETE:
		timeline_add(g->timeline, TIMELINE_CONFIG, "configuration: the commit is confirmed by %s",
			     user);
		break;
	case STORE_CONFIRM_CANCELLED:
		timeline_add(g->timeline, TIMELINE_CONFIG, "configuration: the confirmed commit is taken"
			     " back, cancelled%s%s", *user ? " by " : ", its session ended", user);
		break;
	default:
		timeline_add(g->timeline, TIMELINE_CONFIG, "configuration: the confirmed commit is taken"
			     " back, not confirmed in time");
	}
}

void hear_store(void *gateway, const struct store_event *e)
{
	struct gateway *g = gateway;

	if (e->kind != STORE_CHANGED) {
		tell_confirm(g, e);
		return;
	}
	g->commits++;
	failover_tests_sync(g->tests);
	apply_text(g);
	timeline_add(g->timeline, TIMELINE_CONFIG, "configuration: changed by %s%s%s",
		     e->user ? e->user : "gatehoused", e->from && *e->from ? " from " : "",
		     e->from ? e->from : "");
}

void hear_leg(void *gateway, const struct rib_leg_event *e)
{
	struct gateway *g = gateway;
	bool down = e->to == LEG_DOWN;

	timeline_add(g->timeline, TIMELINE_LEG, "%s%s%s: %s%s%s, %u groups in %u us", e->name,
		     e->edge[0] ? " " : "", e->edge, leg_state_name(e->to), down ? " by " : "",
		     down ? leg_fact_name(e->cause) : "", e->groups, e->took_us);
	notify_leg(g, e);
	g->speaker_due = true;
	partner_leg_changed(g, e->leg, e->to == LEG_UP);
}

void hear_test(void *gateway, const char *circuit, const char *why)
{
	struct gateway *g = gateway;

	timeline_add(g->timeline, TIMELINE_LEG, "%s: failover test: %s", circuit, why);
	g->speaker_due = true;
}

void hear_link(void *gateway, const struct link_state *link)
{
	struct gateway *g = gateway;

	rib_link_event(g->rib, link, gh_now());
	if (g->store)
		underlay_link_changed(g->underlay, link->name);
}

void hear_link_lost(void *gateway)
{
	struct gateway *g = gateway;

	gh_warning("gateway: link messages of the kernel were lost, comparing everything");
	rib_audit(g->rib, gh_now());
}

/* What the timeline told of a leg's IKE last: charon repeats itself. */
struct ike_told {
	bool known;
	enum ike_state state;
	enum ike_child_state child;
	enum ike_fault fault;
};

/* By leg: their numbers are small, because freed ones are given again (yang/legs.h). */
static struct ike_told *ike_told(struct gateway *g, uint32_t leg)
{
	struct ike_told *t = g->ike_told;
	size_t count = g->ike_told_count;

	if (leg >= count) {
		count = leg + 64;
		t = realloc(t, count * sizeof(*t));
		if (!t)
			abort();
		memset(t + g->ike_told_count, 0, (count - g->ike_told_count) * sizeof(*t));
		g->ike_told = t;
		g->ike_told_count = count;
	}
	if (!t[leg].known)
		t[leg] = (struct ike_told){ .known = true, .state = IKE_DOWN, .child = IKE_CHILD_NONE };
	return &t[leg];
}

void hear_ike(void *gateway, uint32_t leg)
{
	struct gateway *g = gateway;
	const struct ike_status *s = ike_status(g->ike, leg);
	struct ike_told *t = ike_told(g, leg);
	char name[GH_NAME_MAX + 16];

	if (!s || (t->state == s->state && t->child == s->child.state && t->fault == s->fault))
		return;
	*t = (struct ike_told){ true, s->state, s->child.state, s->fault };
	timeline_add(g->timeline, TIMELINE_IKE, "%s: IKE %s, child SA %s%s%s",
		     gateway_leg_name(g, leg, name), ike_state_name(s->state),
		     ike_child_state_name(s->child.state), s->error[0] ? ", " : "", s->error);
}

void hear_esp(struct gateway *g)
{
	struct ipsec_event e;

	while (ipsec_event_next(g->ipsec, &e)) {
		struct gh_fact f = { 0 };

		if (e.kind == IPSEC_MAPPING) {
			f.type = GH_SA_MAPPING;
			f.sa_mapping.name = e.name;
			f.sa_mapping.remote = e.remote;
		} else {
			f.type = GH_SA_EXPIRE;
			f.sa_expire.name = e.name;
			f.sa_expire.hard = e.kind == IPSEC_HARD;
		}
		guests_send(g->guests, GH_ROLE_CHARON, &f);
		apply_tunnel(g, e.leg);
	}
}

static void use_send(void *ctx, const struct gh_sa_use *use)
{
	struct gateway *g = ctx;
	struct gh_fact f = { .type = GH_SA_USE, .sa_use = *use };

	guests_send(g->guests, GH_ROLE_CHARON, &f);
}

void hear_use(struct gateway *g)
{
	if (guests_here(g->guests, GH_ROLE_CHARON))
		ipsec_use_each(g->ipsec, use_send, g);
}
