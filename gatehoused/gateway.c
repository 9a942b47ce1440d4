/*
 * Making the parts: see gateway.h. What the loop does with them is in
 * gateway_loop.c.
 *
 * The order of making is the order of dependence, and fini takes down
 * in reverse whatever stands; so a failure half-way needs no ladder of its own.
 */
#include "gatehoused/gateway.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
#define TUN_MTU 1400

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

static int start_speaker(struct gateway *g)
{
	const struct speaker_legs legs = speaker_legs_of(g);

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
		gateway_watch(g);
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
