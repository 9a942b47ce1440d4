/* partner: two instances agree on who is preferred, whatever is lost, and one always serves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gatehoused/partner.h"

static struct gh_time at(uint64_t ms)
{
	return (struct gh_time){ (1000 + ms) * 1000000 };
}

static struct partner made(struct partner_config config)
{
	struct partner p;

	config.present = true;
	partner_init(&p);
	partner_configure(&p, &config, at(0));
	return p;
}

static struct partner_standing stand(const struct partner *p)
{
	struct partner_standing s;

	partner_stand(p, &s);
	return s;
}

/* Both hear each other until nothing changes any more. */
static void talk(struct partner *a, struct partner *b)
{
	for (int i = 0; i < 3; i++) {
		partner_told(a, stand(b).told);
		partner_told(b, stand(a).told);
	}
}

static void meet(struct partner *a, struct partner *b)
{
	partner_here(a, true);
	partner_here(b, true);
	talk(a, b);
	for (int i = 0; i < PARTNER_SETTLE_S; i++) {
		partner_timer(a, at(0));
		partner_timer(b, at(0));
	}
}

static void expect_one(const struct partner *a, const struct partner *b, bool first)
{
	assert_int_equal(a->turn, b->turn);
	assert_int_equal(stand(a).preferred, first);
	assert_int_equal(stand(b).preferred, !first);
	assert_int_equal(stand(a).prepend, first ? 0 : PARTNER_PREPEND);
	assert_int_equal(stand(b).prepend, first ? PARTNER_PREPEND : 0);
}

static void test_none(void **state)
{
	struct partner p;

	(void)state;
	partner_init(&p);
	assert_true(stand(&p).preferred);
	assert_int_equal(stand(&p).prepend, 0);
	assert_non_null(partner_switch(&p));
	assert_true(partner_maintain(&p, true));
	assert_false(partner_maintain(&p, true));
	assert_int_equal(stand(&p).prepend, PARTNER_PREPEND);
	assert_false(partner_here(&p, true));
	assert_false(partner_told(&p, 8));
}

static void test_switch_over(void **state)
{
	struct partner a = made((struct partner_config){ .standby = true });
	struct partner b = made((struct partner_config){ .standby = true, .secondary = true });

	(void)state;
	assert_non_null(partner_switch(&a));    /* nobody there */
	meet(&a, &b);
	expect_one(&a, &b, true);
	assert_null(partner_switch(&a));
	talk(&a, &b);
	expect_one(&a, &b, false);
	assert_null(partner_switch(&a));        /* also by who is not preferred */
	talk(&a, &b);
	expect_one(&a, &b, true);
	assert_null(partner_switch(&b));
	talk(&a, &b);
	expect_one(&a, &b, false);
}

/* Who is left serves, and keeps serving when the other one returns from nothing. */
static void test_loss(void **state)
{
	struct partner a = made((struct partner_config){ .standby = true });
	struct partner b = made((struct partner_config){ .standby = true, .secondary = true });

	(void)state;
	meet(&a, &b);
	assert_true(partner_here(&b, false));
	assert_false(partner_here(&b, false));
	assert_true(stand(&b).preferred);
	assert_int_equal(stand(&b).prepend, 0);
	a = made((struct partner_config){ .standby = true });
	meet(&a, &b);
	expect_one(&a, &b, false);
	/* The loss of the one that is not preferred changes nothing. */
	partner_here(&b, false);
	assert_int_equal(b.turn, a.turn);
	a = made((struct partner_config){ .standby = true });
	meet(&a, &b);
	expect_one(&a, &b, false);
}

/* Without a word between them both serve; when they meet, one does. */
static void test_split(void **state)
{
	struct partner a = made((struct partner_config){ .standby = true });
	struct partner b = made((struct partner_config){ .standby = true, .secondary = true });

	(void)state;
	meet(&a, &b);
	partner_here(&a, false);
	partner_here(&b, false);
	assert_true(stand(&a).preferred && stand(&b).preferred);
	meet(&a, &b);
	expect_one(&a, &b, false);
}

static void test_wait(void **state)
{
	struct partner a = made((struct partner_config){ .standby = true, .moves = true });
	struct partner b = made((struct partner_config){ .standby = true, .moves = true,
							 .secondary = true });

	(void)state;
	assert_false(stand(&a).decided || stand(&b).decided);
	assert_false(stand(&a).preferred || stand(&b).preferred);
	assert_int_equal(stand(&a).prepend, PARTNER_PREPEND);
	assert_false(partner_timer(&b, at(PARTNER_WAIT_MS - 1)));
	assert_true(partner_timer(&b, at(PARTNER_WAIT_MS)));
	assert_false(partner_timer(&b, at(2 * PARTNER_WAIT_MS)));
	assert_true(stand(&b).decided && stand(&b).preferred && stand(&b).holds_address);
	partner_here(&a, true);
	assert_false(stand(&a).decided);        /* not before it has settled */
	meet(&a, &b);
	assert_true(stand(&a).holds_address);
	assert_false(stand(&b).holds_address);
	assert_false(partner_timer(&a, at(2 * PARTNER_WAIT_MS)));
}

static void test_maintenance(void **state)
{
	struct partner a = made((struct partner_config){ .standby = true });
	struct partner b = made((struct partner_config){ .standby = true, .secondary = true });

	(void)state;
	meet(&a, &b);
	partner_maintain(&a, true);
	talk(&a, &b);
	expect_one(&a, &b, false);
	assert_non_null(partner_switch(&a));
	assert_non_null(partner_switch(&b));
	/* Both: the turn decides who is the lesser evil, and both say that they would rather not. */
	partner_maintain(&b, true);
	talk(&a, &b);
	assert_true(stand(&a).preferred && !stand(&b).preferred);
	assert_int_equal(stand(&a).prepend, PARTNER_PREPEND);
	partner_maintain(&b, false);
	partner_maintain(&a, false);
	talk(&a, &b);
	expect_one(&a, &b, true);
	/* The other one dies while we are in maintenance: nobody else is left. */
	partner_maintain(&a, true);
	talk(&a, &b);
	partner_here(&a, false);
	assert_true(stand(&a).preferred);
}

static void test_active_active(void **state)
{
	struct partner a = made((struct partner_config){ .instance = 0 });
	struct partner b = made((struct partner_config){ .secondary = true, .instance = 2 });
	struct partner_config symmetric = { .present = true, .secondary = true, .instance = 2,
					    .symmetry = true };

	(void)state;
	meet(&a, &b);
	assert_int_equal(stand(&a).prepend + stand(&b).prepend, 0);
	assert_int_equal(stand(&a).med + stand(&b).med, 0);
	assert_non_null(partner_switch(&a));
	partner_maintain(&a, true);
	talk(&a, &b);
	assert_int_equal(stand(&a).prepend, PARTNER_PREPEND);
	assert_int_equal(stand(&b).prepend, 0);
	partner_maintain(&a, false);
	talk(&a, &b);
	/* The configuration changes, the partner stays. */
	partner_configure(&b, &symmetric, at(10));
	assert_true(b.here);
	assert_int_equal(stand(&b).prepend, 2);
	assert_int_equal(stand(&b).med, 2 * PARTNER_MED);
	partner_here(&b, false);
	assert_int_equal(stand(&b).prepend, 0);
}

/* Random words, losses and returns: whoever talk last agree. */
static void test_random(void **state)
{
	(void)state;
	srandom(7);
	for (int round = 0; round < 2000; round++) {
		struct partner p[2] = {
			made((struct partner_config){ .standby = true }),
			made((struct partner_config){ .standby = true, .secondary = true }),
		};

		for (int i = 0; i < 30; i++) {
			struct partner *x = &p[random() % 2];

			switch (random() % 5) {
			case 0:
				partner_here(x, random() % 2);
				break;
			case 1:
				partner_switch(x);
				break;
			case 2:
				partner_maintain(x, random() % 2);
				break;
			case 3:
				partner_told(x, (uint32_t)random() % 16);
				break;
			default:
				partner_timer(x, at((uint64_t)random() % 20000));
			}
		}
		meet(&p[0], &p[1]);
		assert_int_equal(p[0].turn, p[1].turn);
		assert_true(stand(&p[0]).preferred != stand(&p[1]).preferred);
	}
}

static void test_text(void **state)
{
	static const char *const refused[] = {
		"", "turn", "turn x", "turn -1\n", "turn 1 2", "turn 1 maintenance 3",
		"turn 99999999\n", "turn 1 maintained\n",
	};
	struct partner p, q;
	char text[PARTNER_TEXT];

	(void)state;
	partner_init(&p);
	for (unsigned i = 0; i < 4; i++) {
		p.turn = i * 333333;
		p.maintenance = i & 1;
		partner_print(&p, text);
		partner_init(&q);
		assert_true(partner_read(&q, text));
		assert_int_equal(q.turn, p.turn);
		assert_int_equal(q.maintenance, p.maintenance);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		partner_init(&q);
		assert_false(partner_read(&q, refused[i]));
		assert_int_equal(q.turn, 0);
	}
	/* A turn out of range is nobody's. */
	q = made((struct partner_config){ .standby = true });
	partner_told(&q, UINT32_MAX);
	assert_int_equal(q.turn, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none), cmocka_unit_test(test_switch_over),
		cmocka_unit_test(test_loss), cmocka_unit_test(test_split),
		cmocka_unit_test(test_wait), cmocka_unit_test(test_maintenance),
		cmocka_unit_test(test_active_active), cmocka_unit_test(test_random),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
