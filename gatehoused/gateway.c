/*
 * Making the parts and running the loop: see gateway.h.
 *
 * The order of making is the order of dependence, and gateway_fini takes down
 * in reverse whatever stands; so a failure half-way needs no ladder of its own.
 */
#include "gatehoused/gateway.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/scribe.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/credentials.h"
#include "gatehoused/expiry.h"
#include "gatehoused/failover_test.h"
#include "gatehoused/desk.h"
#include "gatehoused/guests.h"
#include "gatehoused/host.h"
#include "gatehoused/keeper.h"
#include "gatehoused/ledger_file.h"
#include "gatehoused/nat/nat.h"
#include "gatehoused/nat/nat_routes.h"
#include "gatehoused/netconf_host.h"
#include "gatehoused/notify.h"
#include "gatehoused/operate.h"
#include "gatehoused/show/show.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "ipsec/ike.h"
#include "ipsec/ike_relay.h"
#include "ipsec/ipsec.h"
#include "rib/fib_esp.h"
#include "rib/fib_kernel.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"
#include "yang/store.h"

#define TAKEOVER_MS 10000       /* kernel routes of the last run stay untouched at most so long */
#define SETTLE_S 3.0            /* for charon's snapshot after a start */
#define TUN_MTU 1400
#define CREDENTIALS_LOOK_S 30   /* between looks whether certificate files were renewed */

/* ---- the loop ---------------------------------------------------------- */

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

static void watch(struct gateway *g)
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

/* ---- the parts --------------------------------------------------------- */

static int failed(const char *what, int rc)
{
	gh_error("gateway: cannot start %s: %s", what, strerror(-rc));
	return rc;
}

static void refuse_peers(void *ctx, const struct gh_addr *addresses, size_t count)
{
	struct gateway *g = ctx;

	ike_relay_refuse(g->relay, addresses, count);
}

static void from_natt_port(void *ctx, const struct gh_endpoint *local,
			   const struct gh_endpoint *remote, const uint8_t *bytes, size_t length)
{
	struct gateway *g = ctx;

	ike_relay_deliver(g->relay, local, remote, bytes, length);
}

static int start_ipsec(struct gateway *g)
{
	const struct ike_relay_sockets sockets = {
		KEEPER_IKE4, KEEPER_IKE6, KEEPER_NATT4, KEEPER_NATT6,
	};
	const struct ipsec_config config = {
		.tun_fd = KEEPER_TUN, .natt_fd = { KEEPER_NATT4, KEEPER_NATT6 },
		.esp_fd = { KEEPER_ESP4, KEEPER_ESP6 },
		.sa_map_fd = KEEPER_SA_MAP, .mtu = TUN_MTU, .ctx = g, .ike = from_natt_port,
	};
	char path[OPTIONS_PATH_MAX + 16];
	int rc;

	snprintf(path, sizeof(path), "%s/ike.sock", g->options->run_dir);
	/* The relay first: the datapath's workers call into it. */
	rc = ike_relay_new(path, &sockets, &g->relay);
	if (rc < 0)
		return failed("the IKE relay", rc);
	rc = ipsec_new(&config, &g->ipsec);
	if (rc < 0)
		return failed("the ESP datapath", rc);
	rc = apply_nat_start(g);
	if (rc < 0)
		return failed("the translation of addresses", rc);
	return 0;
}

static int start_rib(struct gateway *g)
{
	struct fib_kernel_config kernel = {
		.table = UNDERLAY_TABLE_BASE + g->options->index, .instance = g->options->index,
	};
	struct underlay_config underlay = {
		.loop = g->loop, .table = kernel.table, .mtu = TUN_MTU,
	};
	struct rib_config config = {
		.takeover_ms = TAKEOVER_MS, .host = g, .leg_changed = hear_leg,
	};
	int rc;

	snprintf(kernel.tun, sizeof(kernel.tun), "%s", g->options->tun);
	/* Closed before anything else: from here on nothing can leave in clear. */
	snprintf(underlay.tun, sizeof(underlay.tun), "%s", g->options->tun);
	rc = underlay_open(&underlay, &g->underlay);
	if (rc < 0)
		return failed("the private routing table", rc);
	rc = fib_kernel_new(&kernel, &g->kernel);
	if (rc < 0)
		return failed("the kernel FIB", rc);
	rc = fib_esp_new(g->ipsec, &g->esp);
	if (rc < 0)
		return failed("the ESP FIB", rc);
	config.kernel = g->kernel;
	config.esp = g->esp;
	rc = rib_new(&config, gh_now(), &g->rib);
	if (rc < 0)
		return failed("the arbiter", rc);
	rc = monitor_open(hear_link, hear_link_lost, g, &g->monitor);
	return rc < 0 ? failed("the link monitor", rc) : 0;
}

static int start_store(struct gateway *g)
{
	const struct store_options options = {
		.loop = g->loop, .state_dir = g->options->state_dir, .run_dir = g->options->run_dir,
		.host = host_meaning, .startup = g->options->startup,
		.startup_by = { (void *)(intptr_t)KEEPER_DESK, desk_read, desk_write },
	};
	struct gh_buf message = { 0 };
	int rc = store_new(&options, &g->store, &message);

	if (rc < 0)
		gh_error("gateway: cannot open the configuration store: %s", gh_buf_text(&message));
	else
		store_watch(g->store, hear_store, g);
	gh_buf_fini(&message);
	return rc;
}

static void on_expiry(void *context, const struct expiry_seen *seen, int days)
{
	notify_certificate(context, seen->name, seen->subject, seen->not_after_s, days);
}

static int start_timers(struct gateway *g)
{
	const struct failover_host host = {
		.context = g, .hold = operate_hold, .told = hear_test,
	};

	g->tests = failover_tests_new(g->loop, &host);
	g->expiry = expiry_new(on_expiry, g);
	return g->tests && g->expiry ? 0 : failed("timers", -ENOMEM);
}

static int start_guests(struct gateway *g)
{
	const struct guests_host host = {
		.context = g, .joined = hear_joined, .left = hear_left, .fact = hear_fact,
	};
	const struct passwd *frr = getpwnam("frr");
	char path[OPTIONS_PATH_MAX + 16];

	snprintf(path, sizeof(path), "%s/facts.sock", g->options->run_dir);
	g->guests = guests_new(g->loop, path, &host);
	if (!g->guests)
		return failed("facts.sock", -errno);
	if (frr)
		guests_allow_bgpd(g->guests, frr->pw_uid);
	return 0;
}

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

static int start_speaker(struct gateway *g)
{
	const struct speaker_legs legs = {
		.context = g, .tunnel_up = tunnel_up, .restoring = restoring,
		.standing = standing, .leg_up = leg_up, .secret = secret, .partner = partner,
		.translated = apply_nat_translated,
	};

	g->speaker = speaker_new(g->guests, g->options->instance, &legs);
	return g->speaker ? 0 : failed("the speaker", -ENOMEM);
}

static int vici_connect(void *user)
{
	(void)user;
	return keeper_child_vici(KEEPER_LINE);
}

static int start_ike(struct gateway *g)
{
	g->credentials = credentials_new();
	g->ike = ike_new(g->loop, vici_connect, hear_ike, g);
	if (!g->ike)
		return failed("the IKE client", -ENOMEM);
	ike_refuse(g->ike, refuse_peers, g);
	return 0;
}

/* Our own restart: the configuration as it was, before any guest is heard. */
static void load(struct gateway *g)
{
	struct gh_buf message = { 0 };

	if (store_load(g->store, &message) < 0)
		gh_error("gateway: the saved running configuration was refused: %s", gh_buf_text(&message));
	else if (gh_buf_length(&message))
		gh_warning("gateway: the saved running configuration: %s", gh_buf_text(&message));
	gh_buf_fini(&message);
	ike_settled(g->ike);
}

static int start(struct gateway *g)
{
	int rc = start_ipsec(g);

	if (!rc)
		rc = start_rib(g);
	if (!rc)
		rc = start_timers(g);
	if (!rc)
		rc = partner_parts_new(g) ? failed("the partner", -ENOMEM) : 0;
	if (!rc)
		rc = start_store(g);
	if (!rc)
		rc = start_ike(g);
	if (!rc)
		rc = start_guests(g);
	if (!rc)
		rc = start_speaker(g);
	if (!rc)
		rc = apply_new(g) ? failed("the backends", -ENOMEM) : 0;
	if (!rc) {
		watch(g);
		load(g);
		g->netconf = netconf_host_new(g);
		if (!g->netconf)
			rc = failed("NETCONF", -ENOMEM);
	}
	return rc;
}

static void fini(struct gateway *g)
{
	show_end(g);
	guests_free(g->guests);
	speaker_free(g->speaker);
	ike_free(g->ike);
	credentials_free(g->credentials);
	netconf_host_close(g->netconf);
	store_free(g->store);
	ledger_file_close(g->ledger, g);
	netconf_host_free(g->netconf);
	show_free(g);
	apply_free(g->apply);
	partner_parts_free(g);
	monitor_close(g->monitor);
	rib_free(g->rib);
	fib_kernel_free(g->kernel);
	fib_esp_free(g->esp);
	nat_free(g->nat);
	ipsec_free(g->ipsec);
	nat_routes_free(g->nat_routes);
	ike_relay_free(g->relay);
	underlay_close(g->underlay);
	failover_tests_free(g->tests);
	expiry_free(g->expiry);
	meter_free(g->meter);
	timeline_free(g->timeline);
	free(g->ike_told);
	ev_loop_destroy(g->loop);
}

int gateway_run(const struct options *o)
{
	struct gateway g = { .options = o, .started = gh_now() };
	int rc = keeper_child_init();

	if (rc < 0)
		return -failed("without the keeper", rc);
	g.timeline = timeline_new();
	g.meter = meter_new();
	g.loop = ev_default_loop(0);
	g.ledger = ledger_file_open(o->state_dir);
	if (!g.timeline || !g.meter || !g.ledger || !g.loop)
		return 1;
	if (scribe_start(STDERR_FILENO) < 0)
		gh_warning("gateway: no thread for the log's lines, the loop writes them");
	rc = start(&g);
	if (!rc) {
		timeline_add(g.timeline, TIMELINE_GATEWAY, "gateway %s: daemon started", o->instance);
		keeper_child_ready();
		ev_run(g.loop, 0);
		gh_info("gateway %s: daemon ends; what it programmed stays", o->instance);
	}
	fini(&g);
	scribe_stop();
	return rc < 0;
}
