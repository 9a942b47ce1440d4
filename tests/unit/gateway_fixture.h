/*
 * A gateway of real parts without root: no kernel, no charon, no bgpd. Its
 * configuration is committed by the store; its legs are set by the test.
 */
#ifndef GH_TESTS_GATEWAY_FIXTURE_H
#define GH_TESTS_GATEWAY_FIXTURE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/expiry.h"
#include "gatehoused/failover_test.h"
#include "gatehoused/gateway.h"
#include "gatehoused/ledger_file.h"
#include "gatehoused/guests.h"
#include "gatehoused/operate.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "ipsec/ike.h"
#include "ipsec/ipsec.h"
#include "ipsec/port.h"
#include "rib/rib.h"
#include "yang/store.h"

static char fixture_dir[64];
static struct options fixture_options;
static struct gateway fixture;
static int fixture_fds[3];

static int fixture_no_charon(void *user)
{
	(void)user;
	return -ENOENT;
}

static void fixture_ignore_leg(void *user, uint32_t leg)
{
	(void)user, (void)leg;
}

static void fixture_ignore_ike(void *ctx, const struct gh_endpoint *local,
			       const struct gh_endpoint *remote, const uint8_t *datagram,
			       size_t length)
{
	(void)ctx, (void)local, (void)remote, (void)datagram, (void)length;
}

static void fixture_ignore_role(void *context, enum gh_role role)
{
	(void)context, (void)role;
}

static void fixture_ignore_fact(void *context, enum gh_role role, const struct gh_fact *fact)
{
	(void)context, (void)role, (void)fact;
}

static bool fixture_yes(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return true;
}

static bool fixture_no(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return false;
}

static void fixture_ignore_expiry(void *context, const struct expiry_seen *seen, int days)
{
	(void)context, (void)seen, (void)days;
}

static void fixture_silent(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static int fixture_remove(const char *path, const struct stat *st, int kind, struct FTW *where)
{
	(void)st, (void)kind, (void)where;
	return remove(path);
}

static void fixture_ipsec(void)
{
	struct ipsec_config c = { .mtu = 1400, .ike = fixture_ignore_ike };
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	c.tun_fd = pair[0];
	c.natt_fd[0] = port_open(AF_INET, 0, true);
	c.natt_fd[1] = -1;
	c.esp_fd[0] = c.esp_fd[1] = -1;
	c.sa_map_fd = memfd_create("sa.map", MFD_CLOEXEC);
	assert_true(c.natt_fd[0] >= 0 && c.sa_map_fd >= 0);
	assert_int_equal(ipsec_new(&c, &fixture.ipsec), 0);
	fixture_fds[0] = pair[0];
	fixture_fds[1] = pair[1];
	fixture_fds[2] = c.natt_fd[0];
	close(c.sa_map_fd);
}

static int fixture_done_rc;

static void fixture_done(void *context, const struct store_outcome *outcome)
{
	struct gh_buf why = { 0 };

	(void)context;
	fixture_done_rc = outcome->rc;
	if (outcome->rc) {
		findings_print(outcome->findings, &why);
		print_message("%s\n", gh_buf_text(&why));
	}
	gh_buf_fini(&why);
}

/* Lines of configuration; the store has no thread here, so all is done on return. */
static inline void fixture_configure(const char *text, bool whole)
{
	const struct store_request r = {
		.verb = STORE_EDIT, .target = STORE_RUNNING, .user = { .from = "test" },
		.text = text, .length = strlen(text), .whole = whole, .done = fixture_done,
	};

	fixture_done_rc = 1;
	store_submit(fixture.store, &r);
	assert_int_equal(fixture_done_rc, 0);
}

static void fixture_leg(uint32_t number, const char *name, const char *edge, bool vpn)
{
	struct rib_leg_config c = {
		.number = number, .kind = vpn ? RIB_VPN : RIB_EXPRESSROUTE,
		.egress = vpn ? RIB_EGRESS_ESP : RIB_EGRESS_EDGE,
		.uses = vpn ? LEG_USES(LEG_FACT_SA) : LEG_USES(LEG_FACT_LINK) | LEG_USES(LEG_FACT_TEST),
	};

	snprintf(c.name, sizeof(c.name), "%s", name);
	snprintf(c.edge, sizeof(c.edge), "%s", edge);
	assert_int_equal(rib_leg_set(fixture.rib, &c, gh_now()), 0);
}

/* Every leg of the configuration, and what bgpd shall do. */
static inline void fixture_legs(void)
{
	const struct gw_config *c = store_config(fixture.store);

	for (size_t i = 0; i < c->circuit_count; i++)
		for (unsigned role = 0; role < GW_ROLES; role++)
			if (c->circuits[i].edges[role].leg)
				fixture_leg(c->circuits[i].edges[role].leg, c->circuits[i].name,
					    gw_role_name(role), false);
	for (size_t i = 0; i < c->connection_count; i++)
		fixture_leg(c->connections[i].leg, c->connections[i].name, "", true);
	speaker_sync(fixture.speaker, c);
}

static inline void fixture_told(void *context, const char *circuit, const char *why)
{
	(void)context, (void)circuit, (void)why;
}

static inline enum gh_standing fixture_standing(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return GH_STANDING_UP;
}

static inline void fixture_secret(void *context, const struct gw_secret *secret,
				  char out[GH_NAME_MAX + 1])
{
	(void)context, (void)secret;
	out[0] = '\0';
}

static struct partner_parts fixture_partner;

static inline const struct partner_standing *fixture_standing_of(void *context)
{
	(void)context;
	return &fixture_partner.standing;
}

static inline int fixture_setup(void **state)
{
	const struct speaker_legs legs = { .tunnel_up = fixture_yes, .restoring = fixture_no,
		.standing = fixture_standing, .leg_up = fixture_yes, .secret = fixture_secret,
		.partner = fixture_standing_of };
	const struct guests_host host = {
		.joined = fixture_ignore_role, .left = fixture_ignore_role,
		.fact = fixture_ignore_fact,
	};
	const struct failover_host tests = {
		.context = &fixture, .hold = operate_hold, .told = fixture_told,
	};
	struct store_options store = { .state_dir = fixture_dir, .run_dir = fixture_dir };
	struct rib_config rib = { 0 };
	struct gh_buf why = { 0 };
	char path[96];

	(void)state;
	gh_log_set_sink(fixture_silent);
	memset(&fixture, 0, sizeof(fixture));
	memset(&fixture_options, 0, sizeof(fixture_options));
	snprintf(fixture_dir, sizeof(fixture_dir), "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(fixture_dir));
	fixture_options.instance = "gw";
	fixture.options = &fixture_options;
	fixture.loop = ev_loop_new(0);
	fixture.started = gh_now();
	fixture.timeline = timeline_new();
	fixture.meter = meter_new();
	fixture.ledger = ledger_file_open(fixture_dir);
	fixture.expiry = expiry_new(fixture_ignore_expiry, NULL);
	fixture.tests = failover_tests_new(fixture.loop, &tests);
	assert_int_equal(rib_new(&rib, gh_now(), &fixture.rib), 0);
	fixture_ipsec();
	fixture.ike = ike_new(fixture.loop, fixture_no_charon, fixture_ignore_leg, NULL);
	snprintf(path, sizeof(path), "%s/facts.sock", fixture_dir);
	fixture.guests = guests_new(fixture.loop, path, &host);
	assert_non_null(fixture.guests);
	fixture.speaker = speaker_new(fixture.guests, "gw", &legs);
	memset(&fixture_partner, 0, sizeof(fixture_partner));
	fixture.partner = &fixture_partner;
	assert_int_equal(store_new(&store, &fixture.store, &why), 0);
	gh_buf_fini(&why);
	return 0;
}

static inline int fixture_teardown(void **state)
{
	(void)state;
	failover_tests_free(fixture.tests);
	expiry_free(fixture.expiry);
	guests_free(fixture.guests);
	speaker_free(fixture.speaker);
	ike_free(fixture.ike);
	store_free(fixture.store);
	ledger_file_close(fixture.ledger, &fixture);
	rib_free(fixture.rib);
	ipsec_free(fixture.ipsec);
	meter_free(fixture.meter);
	timeline_free(fixture.timeline);
	ev_loop_destroy(fixture.loop);
	for (unsigned i = 0; i < 3; i++)
		close(fixture_fds[i]);
	nftw(fixture_dir, fixture_remove, 8, FTW_DEPTH | FTW_PHYS);
	return 0;
}

#endif
