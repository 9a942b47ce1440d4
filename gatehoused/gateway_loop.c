/*
 * The loop: what wakes it, and what each turn does before it sleeps again.
 *
 * The order within a turn is that of cause and effect: the configuration's
 * slices, what bgpd is told of them, the arbiter's changes to kernel and ESP.
 */
#include "gatehoused/gateway.h"

#include <string.h>
#include <time.h>

#include "base/log.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/expiry.h"
#include "gatehoused/guests.h"
#include "gatehoused/keeper.h"
#include "gatehoused/ledger_file.h"
#include "gatehoused/nat/nat.h"
#include "gatehoused/nat/nat_routes.h"
#include "gatehoused/show/show.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "ipsec/ipsec.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"
#include "yang/store.h"

#define SETTLE_S 3.0            /* for charon's snapshot after a start */
#define CREDENTIALS_LOOK_S 30   /* between looks whether certificate files were renewed */

/* Each event once, to those who look on in vtysh (`gateway monitor`). */
static void tell_events(struct gateway *g)
{
	const struct timeline_event *e;

	while ((e = timeline_next(g->timeline, g->told + 1))) {
		struct gh_fact f = { .type = GH_EVENT };

		g->told = e->number;
		f.config.text = e->text;
		f.config.text_length = (uint32_t)strlen(e->text);
		guests_send(g->guests, GH_ROLE_BGPD, &f);
	}
}

static void on_turn(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct gateway *g = w->data;
	struct gh_time now = gh_now(), next;
	bool more;

	(void)events;
	g->looping = true;
	more = apply_turn(g);
	/* What bgpd is to hear is made anew as a whole: once, when a change is through. */
	if (g->speaker_due && !more)
		apply_speaker(g);
	more |= partner_turn(g);
	tell_events(g);
	more |= show_turn(g);
	if (rib_flush(g->rib, now) || more)
		ev_idle_start(loop, &g->more);
	else
		ev_idle_stop(loop, &g->more);
	if (g->bgpd_pid && !ev_is_active(&g->more))
		ipsec_forward(g->ipsec);        /* its paths are in the FIB */
	next = rib_timer(g->rib, now);
	ev_timer_stop(loop, &g->rib_due);
	if (next.ns) {
		double wait = next.ns > now.ns ? (double)(next.ns - now.ns) / 1e9 : 0.0;

		ev_timer_set(&g->rib_due, wait, 0.0);
		ev_timer_start(loop, &g->rib_due);
	}
}

/* The last before the loop waits: after the guests' links were flushed. */
static void on_asleep(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct gateway *g = w->data;

	(void)loop, (void)events;
	pulse_sleep(&g->pulse, gh_now());
}

static void on_awake(struct ev_loop *loop, ev_check *w, int events)
{
	struct gateway *g = w->data;

	(void)loop, (void)events;
	pulse_wake(&g->pulse, gh_now());
}

/* The work is done by on_turn; these only keep the loop from sleeping over it. */
static void on_more(struct ev_loop *loop, ev_idle *w, int events)
{
	(void)loop, (void)w, (void)events;
}

static void on_rib_due(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop, (void)w, (void)events;
}

/* Orphans end without a word from charon (what limits end, hear_esp tells). */
static void on_tunnel(void *ctx, uint32_t leg)
{
	apply_tunnel(ctx, leg);
}

static void sample(struct gateway *g)
{
	const struct gw_config *c = store_config(g->store);
	struct gh_time now = gh_now();
	struct ipsec_leg_counters leg;
	struct ipsec_counters all;

	ipsec_counters(g->ipsec, &all);
	meter_sample(g->meter, METER_ALL, all.in_packets, all.out_packets, now);
	for (size_t i = 0; i < c->connection_count; i++) {
		ipsec_leg_counters(g->ipsec, c->connections[i].leg, &leg);
		meter_sample(g->meter, c->connections[i].leg, leg.in_packets, leg.out_packets, now);
	}
	ledger_file_tick(g->ledger, g);
}

static void on_second(struct ev_loop *loop, ev_timer *w, int events)
{
	struct gateway *g = w->data;

	(void)loop, (void)events;
	ipsec_tick(g->ipsec, on_tunnel, g);
	underlay_tick(g->underlay);
	partner_tick(g);
	hear_use(g);
	if (++g->credentials_age_s >= CREDENTIALS_LOOK_S) {
		g->credentials_age_s = 0;
		apply_certificates(g);
	}
	sample(g);
	nat_tick(g->nat);
	expiry_tick(g->expiry, store_config(g->store), time(NULL));
}

static void on_settle(struct ev_loop *loop, ev_timer *w, int events)
{
	struct gateway *g = w->data;

	(void)loop, (void)events;
	if (!speaker_is_ready(g->speaker))
		gh_info("gateway: charon has not come yet, going on without its tunnels");
	speaker_ready(g->speaker);
}

static void on_sweep(struct ev_loop *loop, ev_timer *w, int events)
{
	struct gateway *g = w->data;

	(void)loop, (void)events;
	nat_routes_end(g->nat_routes);
	rib_snapshot_end(g->rib, gh_now());
}

static void on_link_events(struct ev_loop *loop, ev_io *w, int events)
{
	struct gateway *g = w->data;
	int rc = monitor_read(g->monitor);

	(void)events;
	if (rc < 0) {
		gh_error("gateway: the kernel's link messages ended: %s", strerror(-rc));
		ev_break(loop, EVBREAK_ALL);    /* the keeper starts us afresh */
	}
}

static void on_esp_events(struct ev_loop *loop, ev_io *w, int events)
{
	(void)loop, (void)events;
	hear_esp(w->data);
}

static void on_stop(struct ev_loop *loop, ev_signal *w, int events)
{
	(void)w, (void)events;
	ev_break(loop, EVBREAK_ALL);
}

/* Answers are taken by keeper_child_vici at once, but for one that came too late. */
static void on_keeper_line(struct ev_loop *loop, ev_io *w, int events)
{
	(void)events;
	if (!keeper_child_orphaned(w->fd))
		return;
	gh_error("gateway: the keeper is gone; ending, so that a new one can take over");
	ev_break(loop, EVBREAK_ALL);
}

void gateway_watch(struct gateway *g)
{
	ev_prepare_init(&g->turn, on_turn);
	ev_set_priority(&g->turn, EV_MAXPRI);   /* before the guests' links are flushed */
	ev_check_init(&g->awake, on_awake);
	ev_set_priority(&g->awake, EV_MAXPRI);
	ev_prepare_init(&g->asleep, on_asleep);
	ev_set_priority(&g->asleep, EV_MINPRI);
	g->asleep.data = g;
	ev_prepare_start(g->loop, &g->asleep);
	ev_idle_init(&g->more, on_more);
	ev_timer_init(&g->rib_due, on_rib_due, 0.0, 0.0);
	ev_timer_init(&g->second, on_second, 1.0, 1.0);
	ev_timer_init(&g->settle, on_settle, SETTLE_S, 0.0);
	ev_timer_init(&g->sweep, on_sweep, 0.0, 0.0);
	ev_io_init(&g->link_events, on_link_events, monitor_fd(g->monitor), EV_READ);
	ev_set_priority(&g->link_events, EV_MAXPRI);    /* carrier loss first */
	ev_io_init(&g->esp_events, on_esp_events, ipsec_event_fd(g->ipsec), EV_READ);
	ev_io_init(&g->keeper_line, on_keeper_line, KEEPER_LINE, EV_READ);
	ev_signal_init(&g->term, on_stop, SIGTERM);
	ev_signal_init(&g->interrupt, on_stop, SIGINT);
	g->awake.data = g;
	g->turn.data = g->more.data = g->rib_due.data = g->second.data = g;
	g->settle.data = g->sweep.data = g->link_events.data = g->esp_events.data = g;
	ev_prepare_start(g->loop, &g->turn);
	ev_check_start(g->loop, &g->awake);
	ev_timer_start(g->loop, &g->second);
	ev_timer_start(g->loop, &g->settle);
	ev_io_start(g->loop, &g->link_events);
	ev_io_start(g->loop, &g->esp_events);
	ev_io_start(g->loop, &g->keeper_line);
	ev_signal_start(g->loop, &g->term);
	ev_signal_start(g->loop, &g->interrupt);
}
