/*
 * speaker: what is said for each change, and that nothing is said before it is
 * ready. The guests' side is recorded here at link time.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/guests.h"
#include "gatehoused/speaker.h"

static char said[4096];
static struct gh_neighbor last;
static bool tunnel, waiting;
static enum gh_standing stands = GH_STANDING_UP;

bool guests_here(const struct guests *g, enum gh_role role)
{
	(void)g;
	return role == GH_ROLE_BGPD;
}

void guests_send(struct guests *g, enum gh_role role, const struct gh_fact *f)
{
	size_t used = strlen(said);

	(void)g;
	assert_int_equal(role, GH_ROLE_BGPD);
	snprintf(said + used, sizeof(said) - used, "%s", gh_fact_name((uint16_t)f->type));
	used = strlen(said);
	if (f->type == GH_NEIGHBOR)
		last = f->neighbor;
	if (f->type == GH_NEIGHBOR)
		snprintf(said + used, sizeof(said) - used, " %u%s", f->neighbor.id,
			 f->neighbor.prepend ? " prepend" : "");
	else if (f->type == GH_NEIGHBOR_DEL)
		snprintf(said + used, sizeof(said) - used, " %u", f->id.id);
	strcat(said, "\n");
}

static bool tunnel_up(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return tunnel;
}

static bool restoring(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return waiting;
}

static enum gh_standing standing(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return stands;
}

static void secret(void *context, const struct gw_secret *secret, char out[GH_NAME_MAX + 1])
{
	(void)context;
	snprintf(out, GH_NAME_MAX + 1, "%.40s", secret->text);
}

static struct partner_standing towards;

static const struct partner_standing *partner(void *context)
{
	(void)context;
	return &towards;
}

static const struct speaker_legs legs = {
	.tunnel_up = tunnel_up, .restoring = restoring, .standing = standing, .leg_up = tunnel_up,
	.secret = secret, .partner = partner,
};

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

struct setting {
	struct gw_circuit circuit;
	struct gw_connection connection;
	struct gh_prefix space[2];
	struct gw_config config;
};

static void setting_init(struct setting *s)
{
	memset(s, 0, sizeof(*s));
	strcpy(s->circuit.name, "dc1");
	s->circuit.edges[GW_PRIMARY] = (struct gw_edge){ .leg = 1, .interface = "er0", .remote_as = 12076 };
	s->circuit.edges[GW_PRIMARY].peer = addr("172.16.0.1");
	s->circuit.edges[GW_PRIMARY].peer_ipv6 = addr("fd00::1");
	s->connection.leg = 3;
	strcpy(s->connection.name, "paris");
	s->connection.session_count = 1;
	s->connection.sessions[0].remote_as = 64520;
	s->connection.sessions[0].peer = addr("169.254.21.2");
	s->connection.sessions[0].local = addr("169.254.21.1");
	assert_int_equal(gh_prefix_parse("10.1.0.0/16", &s->space[0]), 0);
	assert_int_equal(gh_prefix_parse("10.2.0.0/16", &s->space[1]), 0);
	s->config = (struct gw_config){
		.present = true, .asn = 65515, .router_id = addr("203.0.113.1"),
		.address_space = s->space, .address_space_count = 1,
		.circuits = &s->circuit, .circuit_count = 1,
		.connections = &s->connection, .connection_count = 1,
	};
	said[0] = '\0';
	tunnel = waiting = false;
}

static void expect(struct speaker *s, const struct gw_config *config, const char *what)
{
	said[0] = '\0';
	speaker_sync(s, config);
	assert_string_equal(said, what);
}

static void test_silent_until_ready(void **state)
{
	struct speaker *s = speaker_new(NULL, "gateway", &legs);
	struct setting set;

	(void)state;
	setting_init(&set);
	expect(s, &set.config, "");
	speaker_joined(s);
	assert_string_equal(said, "");
	speaker_ready(s);
	assert_string_equal(said, "SPEAKER\nNEIGHBOR 8\nNEIGHBOR 12\nNETWORK\nEND\n");
	speaker_ready(s);
	assert_string_equal(said, "SPEAKER\nNEIGHBOR 8\nNEIGHBOR 12\nNETWORK\nEND\n");
	speaker_free(s);
}

static void test_differences(void **state)
{
	struct speaker *s = speaker_new(NULL, "gateway", &legs);
	struct setting set;

	(void)state;
	setting_init(&set);
	speaker_sync(s, &set.config);
	speaker_ready(s);
	expect(s, &set.config, "");
	tunnel = true;
	expect(s, &set.config, "NEIGHBOR 24\n");
	waiting = true;
	expect(s, &set.config, "NEIGHBOR 8 prepend\nNEIGHBOR 12 prepend\n");
	waiting = false;
	tunnel = false;
	expect(s, &set.config, "NEIGHBOR 8\nNEIGHBOR 12\nNEIGHBOR_DEL 24\n");
	set.config.address_space_count = 2;
	expect(s, &set.config, "NETWORK\n");
	set.config.address_space++;
	set.config.address_space_count = 1;
	expect(s, &set.config, "NETWORK_DEL\n");
	set.config.asn = 0;
	expect(s, &set.config, "SPEAKER\nNEIGHBOR_DEL 8\nNEIGHBOR_DEL 12\nNETWORK_DEL\n");
	speaker_free(s);
}

/* A trial states what is new as if all tunnels were up, and changes nothing that is stated. */
static void test_trial(void **state)
{
	struct speaker *s = speaker_new(NULL, "gateway", &legs);
	struct setting old, new;

	(void)state;
	setting_init(&old);
	setting_init(&new);
	speaker_sync(s, &old.config);
	speaker_ready(s);
	said[0] = '\0';
	assert_false(speaker_try(s, 1, &old.config, &new.config));
	assert_string_equal(said, "");
	new.connection.sessions[0].peer = addr("169.254.21.6");
	assert_true(speaker_try(s, 2, &old.config, &new.config));
	assert_string_equal(said, "TRY\nNEIGHBOR 24\nTRY_END\n");
	said[0] = '\0';
	new.config.router_id = addr("203.0.113.2");
	assert_true(speaker_try(s, 3, &old.config, &new.config));
	assert_string_equal(said, "TRY\nSPEAKER\nNEIGHBOR 8\nNEIGHBOR 12\nNEIGHBOR 24\nTRY_END\n");
	new.config.asn = 0;                     /* taking it down is never refused */
	assert_false(speaker_try(s, 4, &old.config, &new.config));
	expect(s, &old.config, "");
	speaker_free(s);
}

static void test_peers_follow_their_neighbor(void **state)
{
	struct speaker *s = speaker_new(NULL, "gateway", &legs);
	struct gh_peer p = { .id = 24, .state = GH_BGP_ESTABLISHED };
	struct setting set;

	(void)state;
	setting_init(&set);
	tunnel = true;
	speaker_sync(s, &set.config);
	assert_null(speaker_peer(s, 24));
	assert_true(speaker_peer_set(s, &p));
	p.id = 99;
	assert_false(speaker_peer_set(s, &p));
	set.config.circuit_count = 0;           /* neighbors before it go */
	speaker_sync(s, &set.config);
	assert_int_equal(speaker_peer(s, 24)->state, GH_BGP_ESTABLISHED);
	assert_null(speaker_peer(s, 8));
	assert_null(speaker_neighbor(s, 1));
	speaker_free(s);
}

/* The partner hears the turn, everybody else what follows from it. */
static void test_partner(void **state)
{
	struct speaker *s = speaker_new(NULL, "gateway", &legs);
	struct gw_vnet_router router = { .leg = 10, .name = "r1", .remote_as = 65010 };
	struct setting set;

	(void)state;
	setting_init(&set);
	router.peer = addr("10.1.0.254");
	router.bfd = (struct gw_bfd){ 300, 3 };
	set.config.vnet_routers = &router;
	set.config.vnet_router_count = 1;
	set.config.partner = (struct gw_partner){ .present = true, .leg = 9, .interface = "part0" };
	set.config.partner.peer = addr("10.255.0.2");
	set.config.partner.local = addr("10.255.0.1");
	strcpy(set.config.partner.password.text, "6 abc");
	speaker_sync(s, &set.config);
	speaker_ready(s);
	towards = (struct partner_standing){ .told = 7 };
	expect(s, &set.config, "NEIGHBOR 72\n");
	assert_int_equal(last.side, GH_SIDE_PARTNER);
	assert_int_equal(last.remote_as, 65515);
	assert_int_equal(last.med, 7);
	assert_int_equal(last.prepend, 0);
	assert_string_equal(last.password, "6 abc");
	towards.prepend = 3;
	towards.med = 300;
	expect(s, &set.config, "NEIGHBOR 8 prepend\nNEIGHBOR 12 prepend\nNEIGHBOR 80 prepend\n");
	assert_int_equal(last.side, GH_SIDE_VNET);
	assert_int_equal(last.med, 300);
	assert_int_equal(last.weight, GH_WEIGHT_VNET);
	assert_int_equal(last.pass, GH_PASS(GH_SIDE_EDGE) | GH_PASS(GH_SIDE_VPN));
	/* A longer wait of an edge's own stays. */
	waiting = true;
	towards.prepend = 1;
	expect(s, &set.config, "NEIGHBOR 80 prepend\n");
	waiting = false;
	memset(&towards, 0, sizeof(towards));
	set.config.partner.leg = 0;
	router.remote_as = 0;
	expect(s, &set.config, "NEIGHBOR 8\nNEIGHBOR 12\nNEIGHBOR_DEL 72\nNEIGHBOR_DEL 80\n");
	speaker_free(s);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_until_ready),
		cmocka_unit_test(test_differences),
		cmocka_unit_test(test_trial),
		cmocka_unit_test(test_peers_follow_their_neighbor),
		cmocka_unit_test(test_partner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
