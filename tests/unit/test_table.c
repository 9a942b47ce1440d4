/* table: against a naive list, with prefixes that nest and collide on purpose. */
#include "rib/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 600

struct naive {
	size_t count;
	struct gh_prefix prefixes[MOST];
	char values[MOST];
};

/* Few different bits at few different lengths, so that most prefixes touch. */
static struct gh_prefix random_prefix(void)
{
	struct gh_prefix p = { .addr.family = random() % 2 ? AF_INET : AF_INET6 };
	unsigned bits = gh_family_bits(p.addr.family);

	for (unsigned i = 0; i < bits / 8; i++)
		p.addr.b[i] = (uint8_t)(random() % 3 ? 0 : 1u << random() % 8);
	p.length = (uint8_t)(random() % 5 ? (unsigned)random() % (bits + 1) : bits);
	gh_prefix_mask(&p);
	return p;
}

static int naive_find(const struct naive *l, const struct gh_prefix *p)
{
	for (size_t i = 0; i < l->count; i++)
		if (!gh_prefix_cmp(&l->prefixes[i], p))
			return (int)i;
	return -1;
}

static const struct gh_prefix *naive_match(const struct naive *l, const struct gh_addr *a)
{
	const struct gh_prefix *best = NULL;

	for (size_t i = 0; i < l->count; i++)
		if (gh_prefix_holds(&l->prefixes[i], a) && (!best ||
							    l->prefixes[i].length > best->length))
			best = &l->prefixes[i];
	return best;
}

static const struct gh_prefix *naive_covering(const struct naive *l, const struct gh_prefix *p)
{
	const struct gh_prefix *best = NULL;

	for (size_t i = 0; i < l->count; i++)
		if (l->prefixes[i].length < p->length && gh_prefix_contains(&l->prefixes[i], p) &&
		    (!best || l->prefixes[i].length > best->length))
			best = &l->prefixes[i];
	return best;
}

static size_t naive_inside(const struct naive *l, const struct gh_prefix *p)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		n += !p || gh_prefix_contains(p, &l->prefixes[i]);
	return n;
}

static bool is_behind(const struct gh_prefix *a, const struct gh_prefix *b)
{
	int c = gh_addr_cmp(&a->addr, &b->addr);

	return c > 0 || (!c && a->length > b->length);
}

/* The first prefix inside within and behind after. */
static const struct gh_prefix *naive_after(const struct naive *l, const struct gh_prefix *within,
					   const struct gh_prefix *after)
{
	const struct gh_prefix *best = NULL;

	for (size_t i = 0; i < l->count; i++) {
		const struct gh_prefix *p = &l->prefixes[i];

		if ((!within || gh_prefix_contains(within, p)) && is_behind(p, after) &&
		    (!best || is_behind(best, p)))
			best = p;
	}
	return best;
}

static void check_after(const struct table *t, const struct naive *l)
{
	struct gh_prefix within = random_prefix(), after = random_prefix();
	const struct gh_prefix *in = random() % 2 ? &within : NULL;
	const struct gh_prefix *best = naive_after(l, in, &after);
	const struct table_node *n = table_after(t, in, &after);

	assert_int_equal(best != NULL, n != NULL);
	if (best)
		assert_int_equal(gh_prefix_cmp(best, &n->prefix), 0);
}

/* Walks, checks the order and returns the number. */
static size_t walk(const struct table *t, const struct gh_prefix *within)
{
	const struct table_node *before = NULL;
	size_t n = 0;

	for (struct table_node *i = table_first(t, within); i; i = table_next(t, within, i), n++) {
		assert_non_null(i->value);
		if (within)
			assert_true(gh_prefix_contains(within, &i->prefix));
		if (before) {
			/* Ascending, and a prefix before those inside it. */
			int c = gh_addr_cmp(&before->prefix.addr, &i->prefix.addr);

			assert_true(c < 0 || (c == 0 && before->prefix.length < i->prefix.length));
		}
		before = i;
	}
	return n;
}

static void check(const struct table *t, const struct naive *l)
{
	for (int i = 0; i < 30; i++) {
		struct gh_prefix p = random_prefix();
		struct table_node *n = table_find(t, &p);
		const struct gh_prefix *best = naive_match(l, &p.addr);

		assert_int_equal(n != NULL, naive_find(l, &p) >= 0);
		if (n) {
			const struct gh_prefix *cover = naive_covering(l, &p);
			const struct table_node *found = table_covering(n);

			assert_int_equal(cover != NULL, found != NULL);
			if (cover)
				assert_int_equal(gh_prefix_cmp(cover, &found->prefix), 0);
		}
		n = table_match(t, &p.addr);
		assert_int_equal(n != NULL, best != NULL);
		if (n)
			assert_int_equal(gh_prefix_cmp(&n->prefix, best), 0);
		assert_int_equal(walk(t, &p), naive_inside(l, &p));
		check_after(t, l);
	}
	assert_int_equal(walk(t, NULL), l->count);
	assert_int_equal(t->count[0] + t->count[1], l->count);
}

/* At most two nodes a prefix: a branching point has two children. */
static void check_shape(const struct table_node *n)
{
	if (!n)
		return;
	assert_true(n->value || (n->child[0] && n->child[1]));
	for (int i = 0; i < 2; i++)
		if (n->child[i]) {
			assert_ptr_equal(n->child[i]->parent, n);
			assert_true(n->child[i]->prefix.length > n->prefix.length);
			check_shape(n->child[i]);
		}
}

static void test_against_naive(void **state)
{
	static struct naive l;
	struct table t;

	(void)state;
	srandom(7);
	table_init(&t);
	for (int round = 0; round < 3000; round++) {
		struct gh_prefix p = random_prefix();
		int at = naive_find(&l, &p);

		if (at >= 0 && random() % 2) {
			table_del(&t, table_find(&t, &p));
			l.prefixes[at] = l.prefixes[--l.count];
		} else if (at < 0 && l.count < MOST) {
			assert_non_null(table_add(&t, &p, &l));
			l.prefixes[l.count++] = p;
		} else if (l.count) {
			at = (int)((size_t)random() % l.count);
			table_del(&t, table_find(&t, &l.prefixes[at]));
			l.prefixes[at] = l.prefixes[--l.count];
		}
		if (round % 10 == 0)
			check(&t, &l);
		if (round % 100 == 0) {
			check_shape(t.root[0]);
			check_shape(t.root[1]);
		}
	}
	while (l.count) {
		table_del(&t, table_find(&t, &l.prefixes[--l.count]));
		if (l.count % 50 == 0)
			check(&t, &l);
	}
	assert_null(t.root[0]);
	assert_null(t.root[1]);
	table_fini(&t);
}

static void test_next_outside(void **state)
{
	static const char *const texts[] = {
		"10.0.0.0/8", "10.1.0.0/16", "10.1.2.0/24", "10.2.0.0/16", "11.0.0.0/8", "::/0",
	};
	struct gh_prefix p, within;
	struct table_node *n;
	struct table t;

	(void)state;
	table_init(&t);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(gh_prefix_parse(texts[i], &p), 0);
		table_add(&t, &p, &t);
	}
	assert_int_equal(gh_prefix_parse("10.0.0.0/8", &within), 0);
	n = table_next(&t, &within, table_first(&t, &within));
	assert_int_equal(n->prefix.length, 16);
	n = table_next_outside(&t, &within, n);
	assert_int_equal(n->prefix.addr.b[1], 2);
	assert_null(table_next_outside(&t, &within, n));
	n = table_next_outside(&t, NULL, table_first(&t, NULL));
	assert_int_equal(n->prefix.addr.b[0], 11);
	n = table_next_outside(&t, NULL, n);
	assert_int_equal(n->prefix.addr.family, AF_INET6);
	assert_null(table_next_outside(&t, NULL, n));
	table_fini(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_against_naive),
		cmocka_unit_test(test_next_outside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
