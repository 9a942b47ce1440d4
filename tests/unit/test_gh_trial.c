/* gh_trial: one row for each thing that bgpd would not take. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "bgpd-plugin/gh_trial.h"

#define OURS "192.0.2.1"
#define OPERATORS "192.0.2.99"

static uint32_t taken_as;
static const char *taken_kind;

static bool view_taken(const char *view, const char **kind, uint32_t *asn)
{
	assert_string_equal(view, "gateway");
	*kind = taken_kind;
	*asn = taken_as;
	return taken_as;
}

static bool is(const struct gh_addr *a, const char *text)
{
	struct gh_addr b;

	assert_int_equal(gh_addr_parse(text, &b), 0);
	return !gh_addr_cmp(a, &b);
}

static bool is_own(const struct gh_addr *a)
{
	return is(a, OURS);
}

static const char *other_with(const struct gh_addr *a)
{
	return is(a, OPERATORS) ? "default instance" : NULL;
}

static const struct gh_trial_host host = {
	.view_taken = view_taken, .is_own = is_own, .other_with = other_with,
};

static struct gh_neighbor neighbor(uint32_t id, const char *peer, uint32_t asn, uint16_t hold_s)
{
	struct gh_neighbor n = { .id = id, .remote_as = asn, .hold_s = hold_s };

	if (peer)
		assert_int_equal(gh_addr_parse(peer, &n.peer), 0);
	snprintf(n.description, sizeof(n.description), "paris");
	return n;
}

static void one_neighbor(void **state)
{
	static const struct { const char *peer; uint32_t asn; uint16_t hold_s; const char *says; } rows[] = {
		{ "192.0.2.2", 65010, 180, NULL },
		{ "192.0.2.2", 65010, 0, NULL },
		{ "2001:db8::2", 65010, 180, NULL },
		{ NULL, 65010, 180, "no address" },
		{ "192.0.2.2", 0, 180, "AS 0" },
		{ "192.0.2.2", 65010, 2, "hold time" },
		{ OURS, 65010, 180, "address of this host" },
		{ OPERATORS, 65010, 180, "default instance" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gh_neighbor n = neighbor(4, rows[i].peer, rows[i].asn, rows[i].hold_s);
		struct gh_trial t = { 0 };
		struct gh_buf why = { 0 };

		gh_trial_begin(&t, 7);
		gh_trial_neighbor(&t, &n);
		assert_int_equal(gh_trial_judge(&t, &host, &why), rows[i].says ? EINVAL : 0);
		if (rows[i].says) {
			assert_non_null(strstr(gh_buf_text(&why), rows[i].says));
			assert_memory_equal(gh_buf_text(&why), "paris: BGP with ", 16);
		} else {
			assert_int_equal(gh_buf_length(&why), 0);
		}
		gh_buf_fini(&why);
		gh_trial_fini(&t);
	}
}

static void the_view(void **state)
{
	static const struct { const char *kind; uint32_t asn; uint32_t wanted; const char *says; } rows[] = {
		{ NULL, 0, 65515, NULL },
		{ NULL, 65515, 65515, NULL },
		{ NULL, 65001, 65515, "no router bgp 65001 view gateway" },
		{ "a VRF instance", 65515, 65515, "no router bgp 65515 vrf gateway" },
		{ NULL, 65001, 0, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct gh_speaker s = { .asn = rows[i].wanted, .view = "gateway" };
		struct gh_trial t = { 0 };
		struct gh_buf why = { 0 };

		taken_kind = rows[i].kind;
		taken_as = rows[i].asn;
		gh_trial_begin(&t, 1);
		gh_trial_speaker(&t, &s);
		assert_int_equal(gh_trial_judge(&t, &host, &why), rows[i].says ? EEXIST : 0);
		if (rows[i].says)
			assert_non_null(strstr(gh_buf_text(&why), rows[i].says));
		gh_buf_fini(&why);
		gh_trial_fini(&t);
	}
}

/* Among many, the two that share an address are found, whatever the order. */
static void two_with_one_address(void **state)
{
	struct gh_trial t = { 0 };
	struct gh_buf why = { 0 };
	struct gh_neighbor n;
	char text[GH_ADDR_TEXT];

	(void)state;
	gh_trial_begin(&t, 1);
	for (uint32_t i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "10.0.%u.1", (i * 37) % 100);
		n = neighbor(i * 2, text, 65010, 180);
		gh_trial_neighbor(&t, &n);
	}
	assert_int_equal(gh_trial_judge(&t, &host, &why), 0);
	n = neighbor(400, "10.0.50.1", 65010, 180);
	gh_trial_neighbor(&t, &n);
	assert_int_equal(gh_trial_judge(&t, &host, &why), EINVAL);
	assert_non_null(strstr(gh_buf_text(&why), "10.0.50.1: another leg"));
	gh_buf_fini(&why);
	/* A new trial knows nothing of the last. */
	gh_trial_begin(&t, 2);
	assert_int_equal(t.count, 0);
	assert_int_equal(gh_trial_judge(&t, &host, &why), 0);
	gh_trial_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_neighbor),
		cmocka_unit_test(the_view),
		cmocka_unit_test(two_with_one_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
