/*
 * The example that sets every leaf (tests/scenario/parity.conf), also what no
 * part does yet: it is taken, shown as it was typed, taken again as shown,
 * each of its lines goes by its `no`, and each arrives as its typed value.
 */
#include "tests/unit/yang_fixture.h"
#include "yang/config.h"

static struct fixture f;
static char example[32768];
static char *lines[1024];
static unsigned count;

static int setup(void **state)
{
	(void)state;
	fixture_init(&f);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	fixture_fini(&f);
	return 0;
}

/* "!later " marks lines that the daemon refuses until somebody builds them. */
static int load(void **state)
{
	static const char later[] = "!later ";
	const char *srcdir = getenv("srcdir");
	char path[512], line[512];
	static char copy[sizeof(example)];
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/scenario/parity.conf", srcdir ? srcdir : ".");
	file = fopen(path, "r");
	if (!file)
		return -1;
	while (fgets(line, sizeof(line), file)) {
		bool marked = !strncmp(line, later, sizeof(later) - 1);

		if (line[0] != '!' || marked)
			strcat(example, line + (marked ? sizeof(later) - 1 : 0));
	}
	fclose(file);
	strcpy(copy, example);
	for (char *at = strtok(copy, "\n"); at; at = strtok(NULL, "\n"))
		lines[count++] = at;
	return count > 150 ? 0 : -1;
}

static bool is_secret(const char *line)
{
	return strstr(line, "shared-key ") || strstr(line, "password ");
}

/* Has the text the line, in whatever node? Of a secret, a line with the same words before it. */
static bool has_line(const char *text, const char *line)
{
	size_t n = is_secret(line) ? (size_t)(strstr(line, " 0 ") - line) : strlen(line);
	char key[300];

	snprintf(key, sizeof(key), "\n%.*s%s", (int)n, line, is_secret(line) ? " 6 " : "\n");
	return strstr(text, key) != NULL;
}

static void take(const char *text, bool replace)
{
	int ret = fixture_run(&f, NULL, text, replace);

	if (ret)
		print_error("%s", gh_buf_text(&f.message));
	assert_int_equal(ret, 0);
}

static void test_round(void **state)
{
	char *shown;

	(void)state;
	take(example, true);
	for (unsigned i = 1; i < count; i++) {
		if (!strcmp(lines[i], "exit"))
			continue;
		if (!has_line(fixture_text(&f), lines[i]))
			fail_msg("lost: %s", lines[i]);
	}
	shown = strdup(fixture_text(&f));
	take(shown, true);
	assert_false(f.changed);
	assert_string_equal(fixture_text(&f), shown);
	take("", true);
	assert_string_equal(fixture_text(&f), "");
	take(shown, true);
	assert_string_equal(fixture_text(&f), shown);
	free(shown);
}

static void test_each_no(void **state)
{
	char node[128] = "", text[512];
	unsigned gone = 0;

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		const char *words = lines[i] + 1;
		bool negated = !strncmp(words, "no ", 3);

		if (!strncmp(lines[i], "gateway", 7)) {
			snprintf(node, sizeof(node), "%s", lines[i]);
			continue;
		}
		if (!strcmp(lines[i], "exit"))
			continue;
		take(example, true);
		snprintf(text, sizeof(text), "%s\n %s%s\n", node, negated ? "" : "no ",
			 negated ? words + 3 : words);
		if (fixture_run(&f, NULL, text, false)) {
			/* Whoever refers to it, or needs it, is named. */
			assert_non_null(strchr(gh_buf_text(&f.message), ';'));
			continue;
		}
		if (!f.changed)
			fail_msg("stays: %s", text);
		gone++;
	}
	assert_in_range(gone, 150, 400);
}

static const struct gw_config *whole(void)
{
	take(example, true);
	return fixture_config(&f);
}

static void assert_addr(const struct gh_addr *a, const char *text)
{
	char buffer[GH_ADDR_TEXT];

	assert_string_equal(gh_addr_print(a, buffer), text);
}

static void assert_prefix(const struct gh_prefix *p, const char *text)
{
	char buffer[GH_PREFIX_TEXT];

	assert_string_equal(gh_prefix_print(p, buffer), text);
}

static void test_gateway_values(void **state)
{
	const struct gw_config *c = whole();
	const struct gw_partner *p = &c->partner;
	const struct gw_vnet_router *r = gw_config_vnet_router(c, "r1");
	const struct gw_nat_rule *n = gw_config_nat_rule(c, "ours");

	(void)state;
	assert_int_equal(c->peered_space_count, 1);
	assert_prefix(&c->peered_space[0], "10.2.0.0/16");
	assert_false(c->transit_vpn);
	assert_true(c->transit_expressroute);
	assert_int_equal(c->size, GW_VPNGW4AZ);
	assert_int_equal(c->instance, 2);
	assert_true(p->present && p->leg);
	assert_addr(&p->peer, "10.1.0.3");
	assert_addr(&p->local, "10.1.0.2");
	assert_string_equal(p->interface, "vnet0");
	assert_true(p->password.usable);
	assert_int_equal(p->bfd.interval_ms, 200);
	assert_int_equal(p->bfd.multiplier, 5);
	assert_true(p->standby && p->secondary && p->symmetry);
	assert_addr(&p->moving, "203.0.113.77");
	assert_int_equal(p->moving_length, 24);
	assert_string_equal(p->moving_interface, "pub0");
	assert_addr(&r->peer, "10.1.0.9");
	assert_int_equal(r->remote_as, 64900);
	assert_true(r->password.usable && r->leg && r->leg != p->leg);
	assert_int_equal(r->bfd.interval_ms, 250);
	assert_int_equal(gw_config_vnet_router(c, "r2")->bfd.interval_ms, 0);
	assert_false(n->ingress);
	assert_true(n->dynamic);
	assert_prefix(&n->internal, "10.1.5.0/24");
	assert_prefix(&n->external, "192.0.2.8/29");
	assert_true(gw_config_nat_rule(c, "branch")->ingress);
}

static void test_circuit_values(void **state)
{
	const struct gw_circuit *x = gw_config_circuit(whole(), "dc1");
	const struct gw_certificate *a = gw_config_certificate(fixture_config(&f), "authority");

	(void)state;
	assert_true(x->password.usable);
	assert_int_equal(x->bgp.keepalive_s, 30);
	assert_int_equal(x->bgp.hold_s, 90);
	assert_true(x->bgp.graceful_restart);
	assert_string_equal(x->bgp.route_map_in, "from-edge");
	assert_string_equal(x->bgp.route_map_out, "to-edge");
	assert_string_equal(x->bgp.prefix_list_in, "from-edge");
	assert_string_equal(x->bgp.prefix_list_out, "to-edge");
	assert_int_equal(x->bfd_interval_ms, 400);
	assert_string_equal(a->crl_file, "/run/lab/pki/authority.crl");
	assert_string_equal(a->crl_uri, "http://pki.example/authority.crl");
	assert_string_equal(a->ocsp_uri, "http://ocsp.example/");
}

static void test_connection_values(void **state)
{
	const struct gw_connection *c = gw_config_connection(whole(), "paris");

	(void)state;
	assert_true(c->alternate_key.usable && c->password.usable);
	assert_int_equal(c->session_count, 2);
	assert_addr(&c->sessions[1].peer, "169.254.21.6");
	assert_int_equal(c->bgp.keepalive_s, 20);
	assert_int_equal(c->bgp.hold_s, 60);
	assert_int_equal(c->bfd.interval_ms, 250);
	assert_int_equal(c->bfd.multiplier, 4);
	assert_int_equal(c->bgp.multihop, 4);
	assert_true(c->bgp.graceful_restart);
	assert_string_equal(c->bgp.prefix_list_out, "to-paris");
	assert_int_equal(c->mode, GW_INITIATOR_ONLY);
	assert_int_equal(c->ike_version, 2);
	assert_false(c->mobike || c->fragmentation);
	assert_int_equal(c->kem, GW_MLKEM1024);
	assert_int_equal(c->ipsec_lifetime_kb, 2048);
	assert_int_equal(c->encapsulation, GW_UDP);
	assert_int_equal(c->destination, GW_OTHER_REGION);
	assert_int_equal(c->tcp_mss, 1240);
	/* What comes from the profile. */
	c = gw_config_connection(fixture_config(&f), "lyon");
	assert_int_equal(c->mode, GW_RESPONDER_ONLY);
	assert_int_equal(c->encapsulation, GW_NATIVE);
	assert_int_equal(c->revocation, GW_REVOCATION_STRICT);
	assert_int_equal(c->destination, GW_SAME_REGION);
	assert_int_equal(c->bfd.interval_ms, 350);
	assert_int_equal(c->bgp.keepalive_s, 10);
	assert_string_equal(c->bgp.route_map_in, "from-branch");
	assert_int_equal(c->authority_count, 1);
	assert_string_equal(c->authorities[0].crl_uri, "http://pki.example/authority.crl");
	assert_string_equal(c->over, "dc1");
	assert_true(c->local_given);
	assert_int_equal(c->nat_rule_count, 1);
	assert_true(c->nat_rules[0].ingress);
	assert_int_equal(c->selector_count, 1);
	assert_prefix(&c->selectors[0].remote, "10.40.0.0/16");
}

/* What may stand in place of an address, and what is built in. */
static void test_words(void **state)
{
	const struct gw_connection *c;

	(void)state;
	take("gateway connection a\n remote-address any\n remote-id a.example\n exit\n"
	     "gateway connection b\n remote-address vpn.example.net\n profile azure-default\n exit\n"
	     "gateway connection c\n ipsec encryption aes256\n dpd-timeout 0\n bgp bfd\n", true);
	c = gw_config_connection(fixture_config(&f), "a");
	assert_true(c->remote_any);
	c = gw_config_connection(fixture_config(&f), "b");
	assert_string_equal(c->remote_host, "vpn.example.net");
	assert_true(c->azure_default);
	assert_int_equal(c->ipsec_lifetime_kb, 102400000);
	assert_false(c->esp_given);
	c = gw_config_connection(fixture_config(&f), "c");
	assert_int_equal(c->esp.integrity, GW_SHA256);
	assert_int_equal(c->dpd_timeout_s, 0);
	assert_int_equal(c->bfd.interval_ms, 300);
	take("gateway connection c\n bgp bfd interval 50 multiplier 2\n", false);
	assert_int_equal(gw_config_connection(fixture_config(&f), "c")->bfd.interval_ms, 50);
	take("gateway connection c\n no bgp bfd\n", false);
	assert_int_equal(gw_config_connection(fixture_config(&f), "c")->bfd.interval_ms, 0);
	take("gateway connection c\n bgp remote-as 64520 peer-address 169.254.21.2 local-address"
	     " 169.254.21.1\n bgp timers 5 15\n no bgp\n", false);
	assert_null(strstr(fixture_text(&f), "bgp"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round, setup, teardown),
		cmocka_unit_test_setup_teardown(test_each_no, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gateway_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_circuit_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_connection_values, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
	};

	return cmocka_run_group_tests(tests, load, NULL);
}
