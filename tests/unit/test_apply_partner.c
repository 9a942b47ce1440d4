/*
 * apply_partner: what a commit, the partner's leg and its word make of the parts of a
 * gateway: standing, address, what outlives a restart, and the operations. That the
 * address and the routes move on a wire is the scenarios' part (active-standby,
 * moving-address, maintenance).
 */
#include <sched.h>

#include "tests/unit/gateway_fixture.h"

#include "rib/monitor.h"
#include "rib/moving.h"
#include "rib/rtnl.h"

#define GATEWAY "gateway\n asn 65010\n router-id 203.0.113.9\n vnet interface vnet0\n exit\n"
#define PARTNER(lines) GATEWAY "gateway partner\n" \
	" peer-address 10.255.0.2 local-address 10.255.0.1 interface part0\n" lines " exit\n"
#define ROUTER "gateway vnet-router r1\n peer-address 10.1.0.9 remote-as 64900\n exit\n"

static struct gw_config before;         /* of nothing */
static int rc;
static char words[512];
static bool has_namespace;

static void ignore_link(void *ctx, const struct link_state *link)
{
	(void)ctx, (void)link;
}

static void ignore_lost(void *ctx)
{
	(void)ctx;
}

/* Links of our own, if we may have a namespace. */
static int group_setup(void **state)
{
	struct gh_buf b = { 0 };
	struct nl nl;

	(void)state;
	has_namespace = !unshare(CLONE_NEWNET) || !unshare(CLONE_NEWUSER | CLONE_NEWNET);
	if (!has_namespace)
		return 0;
	assert_int_equal(nl_open(&nl, NETLINK_ROUTE), 0);
	rtnl_veth_put(&b, "part0", "part1");
	assert_int_equal(nl_talk(&nl, &b), 0);
	gh_buf_fini(&b);
	nl_close(&nl);
	return 0;
}

static unsigned warnings;

static void count_warnings(enum gh_log_level level, const char *line)
{
	(void)line;
	warnings += level == GH_LOG_WARNING;
}

static void open_parts(void)
{
	fixture.partner = NULL;
	assert_int_equal(partner_parts_new(&fixture), 0);
}

static int setup(void **state)
{
	fixture_setup(state);
	snprintf(fixture_options.state_dir, sizeof(fixture_options.state_dir), "%s", fixture_dir);
	open_parts();
	assert_int_equal(monitor_open(ignore_link, ignore_lost, NULL, &fixture.monitor), 0);
	return 0;
}

static int teardown(void **state)
{
	if (fixture.partner && fixture.partner->moving)
		moving_hold(fixture.partner->moving, false);
	partner_parts_free(&fixture);
	partner_parts_free(&fixture);           /* once more is nothing */
	monitor_close(fixture.monitor);
	return fixture_teardown(state);
}

static const struct gw_config *config(void)
{
	return store_config(fixture.store);
}

/* As a commit of this text does it. */
static void commit(const char *text)
{
	fixture_configure(text, true);
	partner_apply(&fixture, &before, config());
	partner_applied(&fixture, config());
}

static const struct partner_standing *standing(void)
{
	return &fixture.partner->standing;
}

/* The partner's leg comes up, it says its turn, and what it says has settled. */
static void hear(uint32_t med)
{
	struct gh_path path = { .neighbor = gh_neighbor_id(config()->partner.leg, AF_INET, 0),
				.kind = GH_KIND_OF_LEG, .med = med };

	partner_leg_changed(&fixture, config()->partner.leg, true);
	assert_true(partner_path(&fixture, &path));
	for (int i = 0; i <= PARTNER_SETTLE_S; i++)
		partner_tick(&fixture);
}

static void saved(char text[PARTNER_TEXT])
{
	char path[96];
	FILE *f;

	snprintf(path, sizeof(path), "%s/partner", fixture_dir);
	f = fopen(path, "r");
	memset(text, 0, PARTNER_TEXT);
	if (!f)
		return;
	assert_true(fread(text, 1, PARTNER_TEXT - 1, f) > 0);
	fclose(f);
}

static void done(void *context, int result, struct gh_buf *text)
{
	(void)context;
	rc = result;
	snprintf(words, sizeof(words), "%s", gh_buf_text(text));
}

static int ask(const char *what)
{
	const struct operate_request r = { .words = what, .user = { .from = "test" }, .done = done };

	rc = 1;
	words[0] = '\0';
	operate(&fixture, &r);
	assert_int_not_equal(rc, 1);
	return rc;
}

static void test_alone(void **state)
{
	(void)state;
	commit(GATEWAY);
	assert_true(standing()->preferred && standing()->decided);
	assert_int_equal(standing()->prepend, 0);
	assert_true(fixture.speaker_due);
	assert_int_equal(ask("switch-over"), -EINVAL);
	assert_non_null(strstr(words, "there is no partner"));
	fixture.speaker_due = false;
	partner_applied(&fixture, config());
	assert_false(fixture.speaker_due);      /* the same standing is told once */
}

/* Legs of the partner and of routers come, change and go with the configuration. */
static void test_legs(void **state)
{
	struct gw_config both, partner_only;
	struct rib_leg_view view;
	uint32_t partner, router;

	(void)state;
	commit(PARTNER(" mode active-standby\n") ROUTER);
	both = *config();
	partner = both.partner.leg;
	router = gw_config_vnet_router(&both, "r1")->leg;
	assert_int_equal(rib_leg_view(fixture.rib, partner, &view), 0);
	assert_string_equal(view.config->name, PARTNER_NAME);
	assert_int_equal(rib_leg_view(fixture.rib, router, &view), 0);
	assert_string_equal(view.config->name, "r1");
	partner_only = both;
	partner_only.vnet_router_count = 0;
	partner_apply(&fixture, &both, &partner_only);
	assert_int_not_equal(rib_leg_view(fixture.rib, router, &view), 0);
	assert_int_equal(rib_leg_view(fixture.rib, partner, &view), 0);
	partner_apply(&fixture, &partner_only, &before);
	assert_int_not_equal(rib_leg_view(fixture.rib, partner, &view), 0);
}

/* Not preferred before the partner was heard; then by turn; its loss makes us preferred. */
static void test_standing(void **state)
{
	char text[PARTNER_TEXT];

	(void)state;
	commit(PARTNER(" mode active-standby\n role secondary\n"));
	assert_false(standing()->decided);
	assert_false(standing()->preferred);
	assert_int_equal(standing()->prepend, PARTNER_PREPEND);
	hear(0);
	assert_true(standing()->decided);
	assert_false(standing()->preferred);
	fixture.speaker_due = false;
	partner_leg_changed(&fixture, config()->partner.leg, false);
	assert_true(standing()->preferred);
	assert_true(fixture.speaker_due);
	saved(text);
	assert_string_equal(text, "turn 1\n");
	/* Back again, it takes the turn that it is told; a leg of somebody else is none of ours. */
	hear(2);
	assert_true(standing()->preferred);
	partner_leg_changed(&fixture, config()->partner.leg + 1, false);
	assert_true(standing()->preferred);
}

/* Nobody is there: after a while it goes on alone, and says so; of one that is there it does not. */
static void test_never_heard(void **state)
{
	(void)state;
	commit(PARTNER(" mode active-standby\n role secondary\n"));
	gh_log_set_sink(count_warnings);
	warnings = 0;
	partner_tick(&fixture);
	assert_false(standing()->decided);
	fixture.partner->state.wait_until = (struct gh_time){ 1 };
	partner_tick(&fixture);
	assert_true(standing()->preferred);
	assert_int_equal(warnings, 1);
	partner_parts_free(&fixture);
	open_parts();
	commit(PARTNER(" mode active-standby\n"));
	warnings = 0;
	hear(0);
	assert_true(standing()->decided);
	assert_int_equal(warnings, 0);
}

static void test_paths(void **state)
{
	struct gh_path path;

	(void)state;
	commit(PARTNER(" mode active-standby\n"));
	path = (struct gh_path){ .neighbor = gh_neighbor_id(config()->partner.leg, AF_INET, 0) };
	path.as_count = 1;              /* of somebody behind it: no word of its own */
	path.med = 2 * 77;
	assert_true(partner_path(&fixture, &path));
	assert_int_equal(fixture.partner->state.turn, 0);
	path.as_count = 0;
	assert_true(partner_path(&fixture, &path));
	assert_int_equal(fixture.partner->state.turn, 77);
	path.kind = GH_KIND_VPN;        /* a path of one of its legs */
	assert_false(partner_path(&fixture, &path));
	path.kind = GH_KIND_OF_LEG;
	path.neighbor = gh_neighbor_id(config()->partner.leg + 1, AF_INET, 0);
	assert_false(partner_path(&fixture, &path));
}

/* Turn and maintenance outlive the process; a file of somebody else's making does not count. */
static void test_restart(void **state)
{
	char text[PARTNER_TEXT], path[96];
	FILE *f;

	(void)state;
	commit(PARTNER(" mode active-standby\n"));
	hear(2 * 5);
	assert_int_equal(ask("maintenance"), 0);
	saved(text);
	assert_string_equal(text, "turn 5 maintenance\n");
	partner_parts_free(&fixture);
	open_parts();
	assert_int_equal(fixture.partner->state.turn, 5);
	assert_true(fixture.partner->state.maintenance);
	partner_parts_free(&fixture);
	snprintf(path, sizeof(path), "%s/partner", fixture_dir);
	f = fopen(path, "w");
	fputs("turn of somebody else", f);
	fclose(f);
	open_parts();
	assert_int_equal(fixture.partner->state.turn, 0);
	assert_false(fixture.partner->state.maintenance);
}

static void test_operations(void **state)
{
	(void)state;
	commit(PARTNER(" mode active-standby\n"));
	assert_int_equal(ask("switch-over"), -EINVAL);
	assert_non_null(strstr(words, "the partner is away"));
	assert_int_equal(ask("maintenance"), 0);
	assert_non_null(strstr(words, "it is away"));
	assert_int_equal(ask("maintenance now"), -EINVAL);
	assert_int_equal(ask("no maintenance"), 0);
	hear(0);
	assert_true(standing()->preferred);
	assert_int_equal(ask("switch-over now"), -EINVAL);
	assert_int_equal(ask("switch-over"), 0);
	assert_string_equal(words, "this instance is not preferred now");
	assert_false(standing()->preferred);
	assert_int_equal(ask("switch-over"), 0);
	assert_string_equal(words, "this instance is preferred now");
	assert_int_equal(ask("maintenance"), 0);
	assert_string_equal(words, "");
	assert_false(standing()->preferred);
	assert_int_equal(ask("switch-over"), -EINVAL);
	assert_non_null(strstr(words, "in maintenance"));
}

/* The address follows the standing, and the connections that leave by it are told again. */
static void test_address(void **state)
{
	const struct gw_connection *c;

	(void)state;
	if (!has_namespace)
		skip();
	commit(PARTNER(" mode active-standby\n address 203.0.113.77/24 interface part0\n")
	       "gateway connection paris\n remote-address 198.51.100.7\n local-address 203.0.113.77\n"
	       " shared-key 0 Zq6SJ1mEQrK4tPz9\n exit\n");
	fixture_legs();
	c = gw_config_connection(config(), "paris");
	assert_false(moving_is_held(fixture.partner->moving));
	assert_true(partner_has_address(&fixture, config(), c));
	hear(0);
	assert_true(moving_is_held(fixture.partner->moving));
	assert_false(partner_has_address(&fixture, config(), c));
	assert_true(fixture.partner->sweeping);
	while (partner_turn(&fixture))
		;
	assert_false(fixture.partner->sweeping);
	assert_false(partner_turn(&fixture));
	assert_int_equal(ask("switch-over"), 0);
	assert_false(moving_is_held(fixture.partner->moving));
	assert_true(partner_has_address(&fixture, config(), c));
	assert_true(fixture.partner->sweeping);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		T(test_alone), T(test_legs), T(test_standing), T(test_never_heard), T(test_paths), T(test_restart),
		T(test_operations), T(test_address),
	};

	return cmocka_run_group_tests(tests, group_setup, NULL);
}
