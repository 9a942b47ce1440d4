/* timeline: order, and what happens when the ring is full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/log.h"
#include "gatehoused/timeline.h"

static void silent(enum gh_log_level level, const char *line)
{
	(void)level, (void)line;
}

static void test_ring(void **state)
{
	struct timeline *t = timeline_new();
	const struct timeline_event *e;
	unsigned seen = 0;

	(void)state;
	gh_log_set_sink(silent);
	assert_null(timeline_next(t, 1));
	for (unsigned i = 1; i <= TIMELINE_LENGTH + 10; i++)
		timeline_add(t, TIMELINE_LEG, "event %u", i);
	e = timeline_next(t, 1);
	assert_int_equal(e->number, 11);
	assert_string_equal(e->text, "event 11");
	for (uint64_t from = 1; (e = timeline_next(t, from)); from = e->number + 1)
		seen++;
	assert_int_equal(seen, TIMELINE_LENGTH);
	assert_null(timeline_next(t, TIMELINE_LENGTH + 11));
	timeline_free(t);
}

static void test_time(void **state)
{
	char text[32];

	(void)state;
	assert_string_equal(timeline_time_print(1763659945123, text), "2025-11-20T17:32:25.123Z");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring),
		cmocka_unit_test(test_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
