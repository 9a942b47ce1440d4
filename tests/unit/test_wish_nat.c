/*
 * What NAT rules change about the wishes: weights and translations of
 * neighbors, prefixes as the site and as everybody else sees them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/wish.h"

#define LEG 3

static bool up;
static const char *learned;

static bool leg_up(void *context, uint32_t leg)
{
	(void)context;
	assert_int_equal(leg, LEG);
	return up;
}

static bool always(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return true;
}

static bool never(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return false;
}

static enum gh_standing standing(void *context, uint32_t leg)
{
	(void)context, (void)leg;
	return GH_STANDING_UP;
}

static void secret(void *context, const struct gw_secret *s, char out[GH_NAME_MAX + 1])
{
	(void)context, (void)s;
	out[0] = '\0';
}

static struct gh_prefix prefix(const char *text)
{
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	return p;
}

static void translated(void *context, const struct speaker_translated *to)
{
	struct gh_prefix p;

	(void)context;
	if (!learned)
		return;
	p = prefix(learned);
	to->each(to->context, LEG, &p);
}

static const struct partner_standing *partner(void *context)
{
	static const struct partner_standing alone;

	(void)context;
	return &alone;
}

static const struct speaker_legs legs = {
	.tunnel_up = always, .restoring = never, .standing = standing, .leg_up = leg_up,
	.secret = secret, .translated = translated, .partner = partner,
};

static struct gw_nat_rule rule(const char *kind, const char *internal, const char *external)
{
	return (struct gw_nat_rule){
		.name = "r", .ingress = strstr(kind, "ingress"), .dynamic = strstr(kind, "dynamic"),
		.internal = prefix(internal), .external = prefix(external),
	};
}

struct setting {
	struct gw_nat_rule rules[3];
	struct gh_prefix space, behind[2];
	struct gw_connection connection;
	struct gw_config config;
};

static void make(struct setting *s, size_t rules, struct wish *w)
{
	const struct wish_of of = { .config = &s->config, .legs = &legs, .view = "gw" };

	memset(s, 0, sizeof(*s));
	s->rules[0] = rule("egress static", "10.1.0.0/16", "172.30.0.0/16");
	s->rules[1] = rule("ingress static", "10.20.0.0/24", "172.21.0.0/24");
	s->rules[2] = rule("ingress dynamic", "10.21.0.0/24", "172.22.0.1/32");
	s->space = prefix("10.1.0.0/16");
	s->behind[0] = prefix("10.20.0.0/25");
	s->behind[1] = prefix("10.99.0.0/24");
	s->connection = (struct gw_connection){
		.leg = LEG, .name = "west", .weight = 10, .nat_rules = s->rules,
		.nat_rule_count = rules, .prefixes = s->behind, .prefix_count = 2,
		.session_count = 1, .sessions = { { .remote_as = 64520 } },
	};
	gh_addr_parse("169.254.21.2", &s->connection.sessions[0].peer);
	s->config = (struct gw_config){
		.present = true, .asn = 65515, .address_space = &s->space,
		.address_space_count = 1, .connections = &s->connection, .connection_count = 1,
		.transit_vpn = true,
	};
	gh_addr_parse("203.0.113.1", &s->config.router_id);
	wish_make(w, &of);
	assert_int_equal(w->neighbor_count, 1);
}

static const struct gh_network *network(const struct wish *w, const char *text)
{
	struct gh_prefix p = prefix(text);

	for (size_t i = 0; i < w->network_count; i++)
		if (!gh_prefix_cmp(&w->networks[i].prefix, &p))
			return &w->networks[i];
	return NULL;
}

static void test_without_rules(void **state)
{
	struct setting s;
	struct wish w;

	(void)state;
	up = true;
	learned = NULL;
	make(&s, 0, &w);
	assert_int_not_equal(w.neighbors[0].weight, 0);
	assert_int_equal(w.neighbors[0].translation_count, 0);
	assert_non_null(network(&w, "10.20.0.0/25"));
	assert_int_equal(w.network_count, 3);
	wish_fini(&w);
}

/* The site hears of us as it sees us; what it says itself still means something to others. */
static void test_egress_alone(void **state)
{
	struct setting s;
	struct wish w;

	(void)state;
	up = true;
	learned = NULL;
	make(&s, 1, &w);
	assert_int_not_equal(w.neighbors[0].weight, 0);
	assert_int_equal(w.neighbors[0].translation_count, 1);
	assert_int_equal(gh_prefix_cmp(&w.neighbors[0].translations[0].external, &s.rules[0].external),
			 0);
	assert_int_equal(network(&w, "10.1.0.0/16")->side, GH_SIDE_OWN);
	assert_int_equal(network(&w, "172.30.0.0/16")->to, GH_TO_TRANSLATED);
	assert_non_null(network(&w, "10.20.0.0/25"));
	wish_fini(&w);
}

static void test_ingress(void **state)
{
	struct setting s;
	struct wish w;

	(void)state;
	up = true;
	learned = "172.22.0.1/32";
	make(&s, 3, &w);
	assert_int_equal(w.neighbors[0].weight, 0);
	assert_true(w.neighbors[0].split_horizon);
	assert_int_equal(w.neighbors[0].translation_count, 1);
	/* Static and learned prefixes, as everybody else sees them. */
	assert_null(network(&w, "10.20.0.0/25"));
	assert_int_equal(network(&w, "172.21.0.0/25")->leg, LEG);
	assert_int_equal(network(&w, "10.99.0.0/24")->leg, LEG);
	assert_int_equal(network(&w, "172.22.0.1/32")->leg, LEG);
	assert_int_equal(network(&w, "172.22.0.1/32")->side, GH_SIDE_VPN);
	assert_true(network(&w, "172.22.0.1/32")->weight < network(&w, "172.21.0.0/25")->weight);
	wish_fini(&w);
	/* What is advertised is what is used. */
	up = false;
	make(&s, 3, &w);
	assert_null(network(&w, "172.22.0.1/32"));
	assert_null(network(&w, "172.21.0.0/25"));
	assert_non_null(network(&w, "10.1.0.0/16"));
	wish_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_rules),
		cmocka_unit_test(test_egress_alone),
		cmocka_unit_test(test_ingress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
