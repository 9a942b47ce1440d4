/*
 * exposition: a recorded state and its samples; the rules of the format; and
 * that the documents know no other metrics than there are.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "metrics/exposition.h"
#include "metrics/metric.h"

static struct gh_buf out;

static char *read_file(const char *name)
{
	char path[512];
	size_t n;
	char *text = calloc(1, 1 << 20);
	FILE *f;

	assert_non_null(text);
	snprintf(path, sizeof(path), "%s/%s", SRCDIR, name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	n = fread(text, 1, (1 << 20) - 1, f);
	assert_true(n < (1 << 20) - 1);
	fclose(f);
	return text;
}

static const char *print(const char *json)
{
	gh_buf_fini(&out);
	assert_int_equal(exposition_print(json, strlen(json), &out), 0);
	return gh_buf_text(&out);
}

static void test_samples(void **state)
{
	static const char *const lines[] = {
		"gatehouse_info{instance=\"gw \\\"1\\\"\",version=\"0.1.0\"} 1\n",
		"gatehouse_start_time_seconds 1795195945.123\n",
		"gatehouse_guest_connected{guest=\"bgpd\"} 1\n",
		"gatehouse_guest_connected{guest=\"charon\"} 0\n",
		"gatehouse_prefixes{family=\"ipv4\"} 6\ngatehouse_prefixes{family=\"ipv6\"} 4\n",
		"gatehouse_esp_transmit_bytes_total 1.844674407370955e+19\n",
		"gatehouse_esp_drops_total{reason=\"no-route\"} 3\n",
		"gatehouse_loop_busy_seconds_total 2.5\n",
		"gatehouse_leg_up{leg=\"dc1 primary\",source=\"ExpressRoute\"} 1\n",
		"gatehouse_leg_up{leg=\"dc1 secondary\",source=\"ExpressRoute\"} 0\n",
		"gatehouse_leg_up{leg=\"paris\",source=\"VPN\"} 1\n",
		"gatehouse_leg_restoring{leg=\"dc1 secondary\",source=\"ExpressRoute\"} 1\n",
		"gatehouse_leg_restores_in_seconds{leg=\"dc1 secondary\",source=\"ExpressRoute\"} 1.5\n",
		"gatehouse_edge_link_up{circuit=\"dc1\",edge=\"primary\"} 1\n",
		"gatehouse_circuit_failover_test{circuit=\"dc1\"} 1\n",
		"gatehouse_circuit_failover_test{circuit=\"dc2\"} 0\n",
		"gatehouse_tunnel_transmit_bytes_total{connection=\"paris\"} 600\n",
		"gatehouse_tunnel_ts_mismatch_drops_total{connection=\"paris\",direction=\"out\"} 2\n",
		"gatehouse_bgp_peer_up{neighbor=\"172.16.0.1\",leg=\"dc1 primary\"} 1\n",
		"gatehouse_bgp_peer_up{neighbor=\"fd00:2::1\",leg=\"dc1 primary\"} 0\n",
		"gatehouse_meter_transmit_bytes_total{connection=\"paris\","
		"destination_class=\"internet\"} 600\n",
		"gatehouse_meter_up_seconds_total{connection=\"paris\","
		"destination_class=\"internet\"} 60\n",
		"gatehouse_meter_gateway_seconds_total{size=\"vpngw1az\"} 7200\n",
		"gatehouse_certificate_not_after_seconds{certificate=\"ours\"} 1800000000\n",
	};
	char *json = read_file("tests/fuzz/seeds/fuzz_exposition/state.json");
	const char *text = print(json);

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (!strstr(text, lines[i]))
			fail_msg("no %s in\n%s", lines[i], text);
	free(json);
}

/* HELP and TYPE once, before its samples, and these together. */
static void test_format(void **state)
{
	char *json = read_file("tests/fuzz/seeds/fuzz_exposition/state.json");
	const char *text = print(json);

	(void)state;
	for (size_t i = 0; exposition_name(i); i++) {
		char line[160];
		const char *name = exposition_name(i), *help;
		bool counter = metrics[i].type == METRIC_COUNTER;
		size_t n = strlen(name);

		snprintf(line, sizeof(line), "# HELP %s ", name);
		help = strstr(text, line);
		assert_non_null(help);
		assert_null(strstr(help + 1, line));
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_"), n);
		if (counter != (n > 6 && !strcmp(name + n - 6, "_total")))
			fail_msg("%s: counters, and they alone, end in _total", name);
		assert_true(strlen(metrics[i].help) > 8);
	}
	free(json);
}

static void test_wrong_states(void **state)
{
	static const char *const bad[] = {
		"", "{", "[]", "7", "{\"gatehouse:gateway\":7}", "{\"other\":{}}", "null",
	};
	char *json = read_file("tests/fuzz/seeds/fuzz_exposition/wrong.json");

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(exposition_print(bad[i], strlen(bad[i]), &out), -EBADMSG);
	assert_null(strstr(print(json), "\ngatehouse_legs "));
	assert_non_null(strstr(print("{\"gatehouse:gateway\":{}}"), "# TYPE gatehouse_legs gauge\n"));
	free(json);
}

static bool exists(const char *name, size_t length)
{
	for (size_t i = 0; exposition_name(i); i++)
		if (strlen(exposition_name(i)) == length && !memcmp(exposition_name(i), name, length))
			return true;
	return false;
}

static void check_document(const char *file)
{
	char *text = read_file(file);

	for (const char *at = text; (at = strstr(at, "gatehouse_"));) {
		size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz_");

		if (!exists(at, n))
			fail_msg("%s: there is no metric %.*s", file, (int)n, at);
		at += n;
	}
	free(text);
}

static void test_documents(void **state)
{
	char *text = read_file("docs/metrics.md");

	(void)state;
	check_document("docs/metrics.md");
	check_document("docs/grafana-gatehouse.json");
	for (size_t i = 0; exposition_name(i); i++) {
		char cell[128];

		snprintf(cell, sizeof(cell), "`%s`", exposition_name(i));
		if (!strstr(text, cell))
			fail_msg("docs/metrics.md has no %s", cell);
	}
	free(text);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_format),
		cmocka_unit_test(test_wrong_states),
		cmocka_unit_test(test_documents),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	gh_buf_fini(&out);
	return failed;
}
