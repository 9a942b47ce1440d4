/* legs: numbers stay, are never handed over, and survive as comment lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "yang/legs.h"

/* Names separated by spaces become connections; "dc1" a circuit with both edges. */
static struct gw_config *config(const char *names)
{
	struct gw_config *c = calloc(1, sizeof(*c));

	c->connections = calloc(16, sizeof(*c->connections));
	c->circuits = calloc(1, sizeof(*c->circuits));
	while (*names) {
		size_t n = strcspn(names, " ");

		if (!strncmp(names, "dc1", n)) {
			strcpy(c->circuits[c->circuit_count].name, "dc1");
			strcpy(c->circuits[c->circuit_count].edges[GW_PRIMARY].interface, "er0");
			strcpy(c->circuits[c->circuit_count++].edges[GW_SECONDARY].interface, "er1");
		} else {
			memcpy(c->connections[c->connection_count++].name, names, n);
		}
		names += n + strspn(names + n, " ");
	}
	return c;
}

/* The next configuration, numbered after the one before, which it frees. */
static struct gw_config *next(struct gw_config *before, const char *names)
{
	struct gw_config *c = config(names);
	struct legs old = { 0 };

	legs_from_config(&old, before);
	legs_assign(&old, c);
	legs_fini(&old);
	gw_config_free(before);
	return c;
}

static uint32_t leg(const struct gw_config *c, const char *name)
{
	return gw_config_connection(c, name)->leg;
}

static void test_assign(void **state)
{
	struct gw_config *c = next(NULL, "dc1 lyon nice paris");

	(void)state;
	assert_int_equal(c->circuits[0].edges[GW_PRIMARY].leg, 1);
	assert_int_equal(c->circuits[0].edges[GW_SECONDARY].leg, 2);
	assert_int_equal(leg(c, "lyon"), 3);
	assert_int_equal(leg(c, "paris"), 5);
	/* Others keep their numbers; a new one does not get nice's in the same step. */
	c = next(c, "dc1 caen lyon paris");
	assert_int_equal(leg(c, "lyon"), 3);
	assert_int_equal(leg(c, "paris"), 5);
	assert_int_equal(leg(c, "caen"), 6);
	/* ... but in a later one: the smallest that is free. */
	c = next(c, "brest caen lyon paris");
	assert_int_equal(leg(c, "brest"), 4);
	c = next(c, "brest caen dc1 lyon paris");
	assert_int_equal(c->circuits[0].edges[GW_PRIMARY].leg, 1);
	assert_int_equal(c->circuits[0].edges[GW_SECONDARY].leg, 2);
	gw_config_free(c);
}

static void test_text(void **state)
{
	struct gw_config *c = next(NULL, "dc1 lyon paris"), *again;
	struct legs legs = { 0 }, back = { 0 };
	struct gh_buf text = { 0 };
	size_t i;

	(void)state;
	legs_from_config(&legs, c);
	gh_buf_printf(&text, "gateway\n exit\n");
	legs_print(&legs, &text);
	assert_non_null(strstr(gh_buf_text(&text), "\n! leg 2 expressroute dc1 secondary\n"));
	assert_non_null(strstr(gh_buf_text(&text), "\n! leg 4 connection paris\n"));
	legs_from_text(&back, gh_buf_text(&text), gh_buf_length(&text));
	assert_int_equal(back.count, 4);
	for (i = 0; i < 4; i++)
		assert_memory_equal(&back.rows[i], &legs.rows[i], sizeof(legs.rows[i]));
	again = config("dc1 lyon nice paris");
	legs_assign(&back, again);
	assert_int_equal(leg(again, "paris"), 4);
	assert_int_equal(leg(again, "nice"), 5);
	gw_config_free(again);
	gw_config_free(c);
	legs_fini(&legs);
	legs_fini(&back);
	gh_buf_fini(&text);
}

static void test_bad_text(void **state)
{
	static const char text[] =
		"! leg\n! leg x connection a\n! leg 0 connection a\n! leg -1 connection a\n"
		"! leg 9999999 connection a\n! leg 1 connection\n! leg 1 connection a b\n"
		"! leg 1 expressroute dc1\n! leg 1 expressroute dc1 third\n"
		"! leg 1 expressroute dc1 primary x\nleg 1 connection a\n"
		"! leg 7 connection a\n! leg 7 connection b\n"
		"! leg 9 connection half";
	struct legs legs = { 0 };
	size_t n;

	(void)state;
	legs_from_text(&legs, text, sizeof(text) - 1);
	assert_int_equal(legs.count, 2);        /* 7 for a or b, and the last line */
	legs_fini(&legs);
	for (n = 0; n < sizeof(text); n++) {
		legs_from_text(&legs, text, n);
		legs_fini(&legs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_assign),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_bad_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
