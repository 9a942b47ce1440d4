/* ledger: totals only grow, over rounds, restarts, renumbered legs, and damaged files. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/ledger.h"

static struct gh_time clock_now = { 1000000000 };

struct reading {
	const char *name;
	uint32_t leg;
	uint64_t in, out;
	enum gw_destination class;
	bool up;
};

/* One round, a second after the last. */
static void round_of(struct ledger *l, const struct reading *r, size_t count, enum gw_size size)
{
	clock_now = gh_time_add_ms(clock_now, 1000);
	ledger_begin(l, size, clock_now);
	for (size_t i = 0; i < count; i++) {
		struct gw_connection c = { .leg = r[i].leg, .destination = r[i].class };

		snprintf(c.name, sizeof(c.name), "%s", r[i].name);
		ledger_connection(l, &c, (uint64_t[LEDGER_DIRECTIONS]){ r[i].in, r[i].out },
				  r[i].up);
	}
	ledger_end(l, 1763683200 + clock_now.ns / 1000000000);
}

/* A leg that is down, or one that is up and counts as some class. */
#define AT(name, leg, in, out) { name, leg, in, out, GW_INTERNET, false }
#define AS(name, leg, in, out, class) { name, leg, in, out, class, true }
#define ROUND(l, ...) do { \
	const struct reading r_[] = { __VA_ARGS__ }; \
	round_of(l, r_, sizeof(r_) / sizeof(r_[0]), GW_SIZE_NONE); \
} while (0)

static const struct ledger_row *row(const struct ledger *l, const char *name)
{
	const struct ledger_row *r = ledger_row(l, ledger_find(l, name));

	return r && !strcmp(r->name, name) ? r : NULL;
}

static void assert_total(const struct ledger *l, const char *name, enum gw_destination class,
			 uint64_t in, uint64_t out, uint64_t up_ms)
{
	const struct ledger_total *t = &row(l, name)->totals[class];

	assert_int_equal(t->octets[LEDGER_IN], in);
	assert_int_equal(t->octets[LEDGER_OUT], out);
	assert_int_equal(t->up_ms, up_ms);
}

/* As a restart does: printed with what its SAs have carried, and read. */
static struct ledger *restart(struct ledger *l, uint64_t in, uint64_t out)
{
	struct ledger *again = ledger_new();
	struct gh_buf text = { 0 };

	for (size_t i = 0; ledger_row(l, i); i++)
		ledger_living(l, i, (uint64_t[LEDGER_DIRECTIONS]){ in, out });
	ledger_print(l, &text);
	assert_int_equal(ledger_parse(again, gh_buf_text(&text), gh_buf_length(&text)), 0);
	gh_buf_fini(&text);
	ledger_free(l);
	return again;
}

static void test_rounds(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("a", 9, 0, 0));
	/* The first sight of a leg only takes note: the counters may be another's. */
	ROUND(l, AT("lyon", 1, 500, 700), AS("paris", 2, 0, 0, GW_SAME_REGION));
	assert_total(l, "lyon", GW_INTERNET, 0, 0, 0);
	ROUND(l, AT("lyon", 1, 600, 900), AS("paris", 2, 10, 20, GW_SAME_REGION));
	ROUND(l, AS("lyon", 1, 600, 1000, GW_INTERNET), AS("paris", 2, 30, 40, GW_SAME_REGION));
	assert_total(l, "lyon", GW_INTERNET, 100, 300, 1000);
	assert_total(l, "paris", GW_SAME_REGION, 30, 40, 2000);
	/* Another class from now on; what was counted stays where it was. */
	ROUND(l, AT("lyon", 1, 600, 1000), AS("paris", 2, 35, 45, GW_OTHER_REGION));
	assert_total(l, "paris", GW_SAME_REGION, 30, 40, 2000);
	assert_total(l, "paris", GW_OTHER_REGION, 5, 5, 1000);
	assert_int_equal(ledger_size_ms(l, GW_SIZE_NONE), 4000);
	assert_true(ledger_changed(l));
	assert_false(ledger_changed(l));
	ledger_free(l);
}

static void test_new_rows_between(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("b", 1, 0, 0), AT("d", 2, 0, 0));
	ROUND(l, AT("a", 3, 0, 0), AT("b", 1, 1, 1), AT("c", 4, 0, 0), AT("d", 2, 2, 2), AT("e", 5, 0, 0));
	ROUND(l, AT("a", 3, 7, 7), AT("b", 1, 1, 1), AT("c", 4, 0, 0), AT("d", 2, 2, 2), AT("e", 5, 9, 9));
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(ledger_row(l, i)->name[0], 'a' + i);
	assert_null(ledger_row(l, 5));
	assert_total(l, "a", GW_INTERNET, 7, 7, 0);
	assert_total(l, "b", GW_INTERNET, 1, 1, 0);
	assert_total(l, "e", GW_INTERNET, 9, 9, 0);
	ledger_free(l);
}

static void test_removed(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("lyon", 1, 0, 0), AT("paris", 2, 0, 0));
	ROUND(l, AT("lyon", 1, 10, 10), AT("paris", 2, 5, 5));
	ROUND(l, AT("paris", 2, 6, 6));
	assert_int_not_equal(row(l, "lyon")->gone_s, 0);
	/* Back, on a leg that counted for another meanwhile. */
	ROUND(l, AT("lyon", 2, 1000, 1000), AT("paris", 3, 0, 0));
	assert_int_equal(row(l, "lyon")->gone_s, 0);
	ROUND(l, AT("lyon", 2, 1001, 1002), AT("paris", 3, 3, 3));
	assert_total(l, "lyon", GW_INTERNET, 11, 12, 0);
	assert_total(l, "paris", GW_INTERNET, 9, 9, 0);
	ledger_free(l);
}

static void test_many_removed(void **state)
{
	struct ledger *l = ledger_new();
	char name[16];

	(void)state;
	for (unsigned i = 0; i < LEDGER_GONE_MAX + 5; i++) {
		snprintf(name, sizeof(name), "c%u", i);
		ROUND(l, AT(name, 1, 0, 0));
	}
	ROUND(l, AT("z", 1, 0, 0));
	assert_null(row(l, "c0"));
	assert_null(row(l, "c4"));
	assert_non_null(row(l, "c5"));
	assert_null(ledger_row(l, LEDGER_GONE_MAX + 1));
	ledger_free(l);
}

/* SAs that are taken over say what they carried before, and that was counted. */
static void test_restart_with_sas(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("paris", 2, 0, 0));
	/* 4,000 in all, of which SAs that have ended carried 3,000. */
	ROUND(l, AS("paris", 2, 4000, 4000, GW_INTERNET));
	l = restart(l, 1000, 1000);
	assert_total(l, "paris", GW_INTERNET, 4000, 4000, 1000);
	ROUND(l, AT("paris", 2, 0, 0));
	ROUND(l, AT("paris", 2, 0, 0));
	/* They come back, with 50 and 70 that nobody saw. */
	ROUND(l, AS("paris", 2, 1050, 1070, GW_INTERNET));
	ROUND(l, AS("paris", 2, 1060, 1080, GW_INTERNET));
	assert_total(l, "paris", GW_INTERNET, 4060, 4080, 3000);
	ledger_free(l);
}

static void test_restart_without_sas(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("paris", 2, 0, 0));
	ROUND(l, AT("paris", 2, 4000, 4000));
	l = restart(l, 4000, 4000);
	/* New SAs: less than the old ones had. What they carried unseen is lost, not doubled. */
	ROUND(l, AT("paris", 2, 30, 40));
	ROUND(l, AT("paris", 2, 130, 140));
	assert_total(l, "paris", GW_INTERNET, 4100, 4100, 0);
	/* A second restart before any SA came: still the old note. */
	l = restart(l, 130, 140);
	l = restart(l, 0, 0);
	ROUND(l, AT("paris", 2, 135, 150));
	assert_total(l, "paris", GW_INTERNET, 4105, 4110, 0);
	ledger_free(l);
}

/* Killed before anything was written: what the SAs bring along was never counted. */
static void test_first_round(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	ROUND(l, AT("paris", 2, 0, 0), AT("rome", 3, 10, 20));
	ROUND(l, AT("paris", 2, 500, 600), AT("rome", 3, 11, 22));
	assert_total(l, "paris", GW_INTERNET, 500, 600, 0);
	assert_total(l, "rome", GW_INTERNET, 11, 22, 0);
	ledger_free(l);
}

static void test_sizes(void **state)
{
	struct ledger *l = ledger_new();

	(void)state;
	round_of(l, NULL, 0, GW_VPNGW1AZ);
	round_of(l, NULL, 0, GW_VPNGW1AZ);
	round_of(l, NULL, 0, GW_VPNGW5AZ);
	/* A host that slept did not run. */
	clock_now = gh_time_add_ms(clock_now, 3600000);
	round_of(l, NULL, 0, GW_VPNGW5AZ);
	l = restart(l, 0, 0);
	assert_int_equal(ledger_size_ms(l, GW_VPNGW1AZ), 1000);
	assert_int_equal(ledger_size_ms(l, GW_VPNGW5AZ), 1000);
	ledger_free(l);
}

static void test_bad_text(void **state)
{
	static const char good[] = "! gatehouse ledger 1\n"
				   "gateway none 5000\ngateway vpngw1az 60000\n"
				   "connection paris 1 0 10 20 internet 1 2 3 same-region 4 5 6\n"
				   "connection rome 1 2 0 0\n";
	static const char *const bad[] = {
		"", "! gatehouse ledger 2\n", "! gatehouse ledger 1\nconnection paris 1 0 10\n",
		"! gatehouse ledger 1\nconnection paris 1 0 10 x\n",
		"! gatehouse ledger 1\nconnection paris 1 0 1 1 moon 1 2 3\n",
		"! gatehouse ledger 1\nconnection paris 1 0 1 1 internet 1 2\n",
		"! gatehouse ledger 1\nconnection paris 1 0 1 99999999999999999999999\n",
		"! gatehouse ledger 1\ngateway huge 1\n", "! gatehouse ledger 1\nother\n",
		"! gatehouse ledger 1\ngateway none 5",
	};
	char text[sizeof(good)];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ledger *l = ledger_new();

		assert_int_equal(ledger_parse(l, bad[i], strlen(bad[i])), -EINVAL);
		ledger_free(l);
	}
	for (size_t n = 0; n < sizeof(good); n++) {
		struct ledger *l = ledger_new();
		int ret = ledger_parse(l, good, n);

		assert_true(!ret || ret == -EINVAL);
		ledger_free(l);
		for (unsigned byte = 0; byte < 256; byte += 13) {
			memcpy(text, good, sizeof(good));
			text[n] = (char)byte;
			l = ledger_new();
			ledger_parse(l, text, sizeof(text) - 1);
			ledger_free(l);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rounds),
		cmocka_unit_test(test_new_rows_between),
		cmocka_unit_test(test_removed),
		cmocka_unit_test(test_many_removed),
		cmocka_unit_test(test_restart_with_sas),
		cmocka_unit_test(test_restart_without_sas),
		cmocka_unit_test(test_first_round),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_bad_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
