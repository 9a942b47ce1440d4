/* The charon plugin's SA table: what a listener hears, in which order, with which keys. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "ipsec/charon/table.h"

#define HEARD_MAX 16

struct heard {
	unsigned count;
	struct gh_fact facts[HEARD_MAX];
};

static struct heard heard;              /* too large for the stack */

static void hear(void *user, const struct gh_fact *fact)
{
	struct heard *h = user;

	assert_in_range(h->count, 0, HEARD_MAX - 1);
	h->facts[h->count++] = *fact;
}

static struct gh_addr addr(const char *text)
{
	struct gh_addr a;

	assert_int_equal(gh_addr_parse(text, &a), 0);
	return a;
}

static struct gh_sa sa(uint32_t spi, uint8_t direction, const char *destination)
{
	struct gh_sa s = { .name = { direction, spi, addr(destination) }, .leg = 7 };

	s.key_length = 36;
	memset(s.key, (int)(spi & 0xff), 36);
	return s;
}

static struct gh_table *table_new(void)
{
	struct gh_table *t = gh_table_new();

	assert_non_null(t);
	memset(&heard, 0, sizeof(heard));
	return t;
}

static void expect(unsigned i, enum gh_fact_type type)
{
	assert_in_range(i, 0, heard.count - 1);
	assert_int_equal(heard.facts[i].type, type);
}

static void test_replay(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa in = sa(0xc0000011, GH_IN, "203.0.113.1");
	struct gh_sa out = sa(0x22, GH_OUT, "198.51.100.7");
	uint64_t serial;

	(void)state;
	assert_int_equal(gh_table_add(t, &in, &serial), 0);
	assert_int_equal(gh_table_reserve(t, 0xc0000099, &in.name.destination), 0);
	gh_table_attach(t, hear, &heard);
	assert_int_equal(heard.count, 2);       /* a reservation is no SA */
	expect(0, GH_SA);
	assert_memory_equal(heard.facts[0].sa.key, in.key, sizeof(in.key));
	expect(1, GH_END);
	assert_int_equal(gh_table_add(t, &out, &serial), 0);
	assert_int_equal(gh_table_del(t, 0xc0000011, &in.name.destination), 0);
	expect(2, GH_SA);
	assert_memory_equal(heard.facts[2].sa.key, out.key, sizeof(out.key));
	expect(3, GH_SA_DEL);
	assert_int_equal(heard.facts[3].sa_name.direction, GH_IN);
	gh_table_detach(t);
	gh_table_flush(t);
	assert_int_equal(heard.count, 4);
	gh_table_attach(t, hear, &heard);
	assert_int_equal(heard.count, 5);
	expect(4, GH_END);
	gh_table_free(t);
}

static void test_reserve(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa in = sa(0xc0000011, GH_IN, "203.0.113.1");
	struct gh_addr other = addr("203.0.113.2");
	uint64_t serial;

	(void)state;
	assert_int_equal(gh_table_reserve(t, 0xc0000011, &in.name.destination), 0);
	assert_int_equal(gh_table_reserve(t, 0xc0000011, &in.name.destination), -EEXIST);
	assert_int_equal(gh_table_reserve(t, 0xc0000011, &other), 0);
	assert_int_equal(gh_table_count(t), 0);
	assert_int_equal(gh_table_add(t, &in, &serial), 0);
	assert_int_equal(gh_table_count(t), 1);
	assert_int_equal(gh_table_del(t, 0xc0000011, &other), 0);
	assert_int_equal(gh_table_del(t, 0xc0000011, &other), -ENOENT);
	assert_int_equal(gh_table_del(t, 0xc0000011, &in.name.destination), 0);
	assert_int_equal(gh_table_count(t), 0);
	gh_table_free(t);
}

static void test_move(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa out = sa(0x22, GH_OUT, "198.51.100.7");
	struct gh_endpoint source = { addr("203.0.113.1"), 4500 };
	struct gh_endpoint target = { addr("198.51.100.99"), 61000 };
	struct gh_addr now;
	uint64_t serial;

	(void)state;
	gh_table_attach(t, hear, &heard);
	assert_int_equal(gh_table_add(t, &out, &serial), 0);
	assert_int_equal(gh_table_move(t, 0x22, &out.name.destination, &source, &target, true), 0);
	assert_int_equal(gh_table_move(t, 0x22, &out.name.destination, &source, &target, true),
			 -ENOENT);
	expect(2, GH_SA_MOVE);
	assert_int_equal(gh_addr_cmp(&heard.facts[2].sa_move.name.destination,
				     &out.name.destination), 0);
	assert_int_equal(heard.facts[2].sa_move.target.port, 61000);
	assert_int_equal(gh_table_destination(t, 0x22, serial, &now), 0);
	assert_int_equal(gh_addr_cmp(&now, &target.addr), 0);
	assert_int_equal(gh_table_del(t, 0x22, &target.addr), 0);
	assert_int_equal(gh_table_destination(t, 0x22, serial, &now), -ENOENT);
	gh_table_free(t);
}

/* A timer set for an SA must not strike a later one of the same name. */
static void test_serial(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa out = sa(0x22, GH_OUT, "198.51.100.7");
	struct gh_addr now;
	uint64_t first, second;

	(void)state;
	gh_table_attach(t, hear, &heard);
	assert_int_equal(gh_table_add(t, &out, &first), 0);
	assert_int_equal(gh_table_add(t, &out, &second), 0);
	expect(1, GH_SA);
	expect(2, GH_SA_DEL);
	expect(3, GH_SA);
	assert_int_equal(gh_table_count(t), 1);
	assert_int_equal(gh_table_destination(t, 0x22, first, &now), -ENOENT);
	assert_int_equal(gh_table_destination(t, 0x22, second, &now), 0);
	gh_table_free(t);
}

static void test_use(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa in = sa(0xc0000011, GH_IN, "203.0.113.1");
	struct gh_sa_use use = { .name = in.name, .bytes = 100, .packets = 2, .last_use_s = 9 }, got;
	uint64_t serial;

	(void)state;
	assert_int_equal(gh_table_set_use(t, &use), -ENOENT);
	assert_int_equal(gh_table_add(t, &in, &serial), 0);
	assert_int_equal(gh_table_use(t, in.name.spi, &in.name.destination, &got), 0);
	assert_int_equal(got.bytes, 0);
	assert_int_equal(gh_table_set_use(t, &use), 0);
	assert_int_equal(gh_table_use(t, in.name.spi, &in.name.destination, &got), 0);
	assert_int_equal(got.packets, 2);
	assert_int_equal(got.last_use_s, 9);
	gh_table_free(t);
}

static void *confirm_later(void *table)
{
	struct gh_sa_use use = { .name = { GH_IN, 0xc0000011, addr("203.0.113.1") } };

	poll(NULL, 0, 20);
	gh_table_set_use(table, &use);
	return NULL;
}

static void *detach_later(void *table)
{
	poll(NULL, 0, 20);
	gh_table_detach(table);
	return NULL;
}

/* A wait ends by an answer, by the loss of who would give it, or by time. */
static void test_await(void **state)
{
	struct gh_table *t = table_new();
	struct gh_sa in = sa(0xc0000011, GH_IN, "203.0.113.1");
	uint64_t serial, again;
	pthread_t other;

	(void)state;
	assert_int_equal(gh_table_add(t, &in, &serial), 0);
	assert_int_equal(gh_table_await(t, in.name.spi, serial, 5000), -ENOTCONN);
	gh_table_attach(t, hear, &heard);
	assert_int_equal(gh_table_await(t, in.name.spi, serial, 20), -ETIMEDOUT);
	assert_int_equal(gh_table_await(t, in.name.spi, serial + 1, 5000), -ENOENT);
	assert_int_equal(pthread_create(&other, NULL, confirm_later, t), 0);
	assert_int_equal(gh_table_await(t, in.name.spi, serial, 5000), 0);
	pthread_join(other, NULL);
	assert_int_equal(gh_table_add(t, &in, &again), 0);      /* a new SA is not confirmed */
	assert_int_equal(pthread_create(&other, NULL, detach_later, t), 0);
	assert_int_equal(gh_table_await(t, in.name.spi, again, 5000), -ENOTCONN);
	pthread_join(other, NULL);
	gh_table_free(t);
}

/* More than one chunk of key slots, with chains in the buckets. */
static void test_many(void **state)
{
	struct gh_table *t = table_new();
	uint64_t serial;

	(void)state;
	for (uint32_t i = 0; i < 6000; i++) {
		struct gh_sa s = sa(i * 4096 + 1, GH_OUT, "198.51.100.7");

		assert_int_equal(gh_table_add(t, &s, &serial), 0);
	}
	assert_int_equal(gh_table_count(t), 6000);
	for (uint32_t i = 0; i < 6000; i += 2) {
		struct gh_sa s = sa(i * 4096 + 1, GH_OUT, "198.51.100.7");

		assert_int_equal(gh_table_del(t, s.name.spi, &s.name.destination), 0);
	}
	assert_int_equal(gh_table_count(t), 3000);
	gh_table_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_reserve),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_serial),
		cmocka_unit_test(test_use),
		cmocka_unit_test(test_await),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
