/*
 * Joining and cutting: whatever gro joins, gso cuts back into the very
 * packets that came; and what must not be joined is not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/gro.h"
#include "ipsec/gso.h"
#include "tests/unit/inner.h"

#define PACKETS 200
#define SIZE 1500

static uint8_t sent[PACKETS][SIZE], kept[PACKETS][SIZE];
static size_t sent_length[PACKETS];
static unsigned sent_count;

struct result {
	unsigned writes, segments;
	uint8_t segment[PACKETS][SIZE];
	size_t length[PACKETS];
};

static struct result result;
static struct gro gro;

static void make(const struct inner *i)
{
	assert_true(sent_count < PACKETS);
	sent_length[sent_count] = inner_make(i, sent[sent_count]);
	memcpy(kept[sent_count], sent[sent_count], SIZE);
	sent_count++;
}

/* As the kernel would: flattens the write, and cuts it. */
static void on_write(void *ctx, const struct iovec *iov, int count, unsigned packets)
{
	static uint8_t flat[70000];
	struct virtio_net_hdr v;
	struct gso g;
	size_t n = 0;
	unsigned cut = 0;

	(void)ctx;
	assert_int_equal(iov[0].iov_len, sizeof(v));
	memcpy(&v, iov[0].iov_base, sizeof(v));
	for (int k = 1; k < count; k++) {
		memcpy(flat + n, iov[k].iov_base, iov[k].iov_len);
		n += iov[k].iov_len;
	}
	assert_true(n <= 65535);
	assert_true(gso_begin(&g, &v, flat, n));
	while (gso_length(&g)) {
		assert_true(result.segments < PACKETS);
		result.length[result.segments] = gso_length(&g);
		gso_next(&g, result.segment[result.segments++]);
		cut++;
	}
	assert_int_equal(cut, packets);
	result.writes++;
}

static void begin(void)
{
	sent_count = 0;
	memset(&result, 0, sizeof(result));
	gro_init(&gro, true, true);
}

static void run(void)
{
	for (unsigned k = 0; k < sent_count; k++) {
		struct packet p;

		assert_true(packet_parse(sent[k], sent_length[k], &p));
		assert_true(gro_add(&gro, &p));
	}
	gro_flush(&gro, on_write, NULL);
	assert_int_equal(result.segments, sent_count);
}

static void expect_same_order(void)
{
	for (unsigned k = 0; k < sent_count; k++) {
		assert_int_equal(result.length[k], sent_length[k]);
		assert_memory_equal(result.segment[k], kept[k], sent_length[k]);
	}
}

static struct inner tcp(uint8_t family)
{
	return (struct inner){
		.family = family, .protocol = PACKET_TCP, .flags = PACKET_TCP_ACK, .host = 1,
		.id = 65500, .source_port = 4000, .window = 500, .sequence = 0xfffff000u,
		.payload = 1300,
	};
}

static void test_tcp_run(void **state)
{
	static const uint8_t timestamps[12] = { 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 7 };
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		struct inner i = tcp(families[f]);

		i.options = timestamps;
		i.options_bytes = sizeof(timestamps);
		begin();
		for (unsigned k = 0; k < 40; k++) {
			if (k == 39) {
				i.payload = 700;
				i.flags |= PACKET_TCP_PSH;
			}
			make(&i);
			i.sequence += i.payload;
			i.id++;
			i.tag++;
		}
		run();
		assert_int_equal(result.writes, 1);
		expect_same_order();
	}
}

static void test_udp_run(void **state)
{
	struct inner i = {
		.family = AF_INET, .protocol = PACKET_UDP, .host = 1, .source_port = 5,
		.payload = 1000,
	};

	(void)state;
	begin();
	for (unsigned k = 0; k < 40; k++) {
		i.payload = k == 39 ? 1 : 1000;
		make(&i);
		i.id++;
		i.tag++;
	}
	run();
	assert_int_equal(result.writes, 1);
	expect_same_order();
}

/* 64 kB is a limit: more packets make more writes. */
static void test_64k_limit(void **state)
{
	struct inner i = tcp(AF_INET);

	(void)state;
	begin();
	for (unsigned k = 0; k < 120; k++) {
		make(&i);
		i.sequence += i.payload;
		i.id++;
	}
	run();
	assert_int_equal(result.writes, 3);
	expect_same_order();
}

static void expect_apart(void (*change)(struct inner *))
{
	struct inner i = tcp(AF_INET);

	begin();
	make(&i);
	i.sequence += i.payload;
	i.id++;
	change(&i);
	make(&i);
	run();
	assert_int_equal(result.writes, 2);
	expect_same_order();
}

static void change_nothing(struct inner *i) { i->flags |= PACKET_TCP_PSH; }
static void change_sequence(struct inner *i) { i->sequence++; }
static void change_tos(struct inner *i) { i->tos = 3; }
static void change_window(struct inner *i) { i->window++; }
static void change_flags(struct inner *i) { i->flags |= PACKET_TCP_FIN; }
static void change_port(struct inner *i) { i->source_port++; }
static void change_host(struct inner *i) { i->host++; }
static void change_size(struct inner *i) { i->payload++; }
static void change_to_ack(struct inner *i) { i->payload = 0; }

static void test_what_stays_apart(void **state)
{
	struct inner i = tcp(AF_INET);

	(void)state;
	begin();
	make(&i);
	i.sequence += i.payload;
	i.id++;
	change_nothing(&i);
	make(&i);
	run();
	assert_int_equal(result.writes, 1);
	expect_apart(change_sequence);
	expect_apart(change_tos);
	expect_apart(change_window);
	expect_apart(change_flags);
	expect_apart(change_port);
	expect_apart(change_host);
	expect_apart(change_size);
	expect_apart(change_to_ack);
}

static void test_bad_checksum_stays_apart(void **state)
{
	struct inner i = tcp(AF_INET);

	(void)state;
	begin();
	make(&i);
	i.sequence += i.payload;
	make(&i);
	sent[1][100] ^= 1;
	kept[1][100] ^= 1;
	run();
	assert_int_equal(result.writes, 2);
	expect_same_order();
}

/* After a push a flow begins anew; an ACK between two segments keeps its place. */
static void test_order_within_flow(void **state)
{
	struct inner i = tcp(AF_INET);
	struct inner ack = tcp(AF_INET);

	(void)state;
	ack.payload = 0;
	begin();
	for (unsigned k = 0; k < 10; k++) {
		i.flags = PACKET_TCP_ACK | (k == 4 ? PACKET_TCP_PSH : 0);
		make(&i);
		i.sequence += i.payload;
		i.id++;
		if (k == 7)
			make(&ack);
	}
	run();
	assert_int_equal(result.writes, 4);
	expect_same_order();
}

/* Many flows mixed: each comes out whole and in order. */
static void test_mixed_flows(void **state)
{
	uint32_t sequence[8];
	unsigned found = 0;

	(void)state;
	srand(3);
	for (unsigned round = 0; round < 200; round++) {
		begin();
		for (unsigned f = 0; f < 8; f++)
			sequence[f] = (uint32_t)rand();
		for (unsigned k = 0; k < 150; k++) {
			unsigned f = (unsigned)rand() % 8;
			struct inner i = tcp(f & 1 ? AF_INET : AF_INET6);

			i.source_port = (uint16_t)(1000 + f);
			i.payload = rand() % 10 ? 100 : 1 + (unsigned)rand() % 100;
			i.sequence = sequence[f];
			i.id = (uint16_t)k;
			i.tag = (uint8_t)k;
			sequence[f] += i.payload;
			make(&i);
		}
		run();
		assert_true(result.writes < 150);
		for (unsigned f = 0; f < 8; f++) {
			unsigned at = 0;

			for (unsigned k = 0; k < result.segments; k++) {
				uint8_t *s = result.segment[k];
				unsigned l4 = s[0] >> 4 == 4 ? 20 : 40;

				assert_true(inner_checksums_right(s, result.length[k]));
				if (wire_get16(s + l4) != 1000 + f)
					continue;
				while (wire_get16(kept[at] + (kept[at][0] >> 4 == 4 ? 20 : 40)) !=
				       1000 + f)
					at++;
				/* With DF the identification may be counted anew. */
				assert_memory_equal(s + l4, kept[at] + l4, result.length[k] - l4);
				at++;
				found++;
			}
		}
	}
	assert_int_equal(found, 200 * 150);
}

static void test_no_offloads(void **state)
{
	struct inner i = tcp(AF_INET);

	(void)state;
	begin();
	gro_init(&gro, false, false);
	make(&i);
	i.sequence += i.payload;
	make(&i);
	run();
	assert_int_equal(result.writes, 2);
	expect_same_order();
}

static void test_full(void **state)
{
	struct inner i = tcp(AF_INET);
	struct packet p;

	(void)state;
	begin();
	make(&i);
	assert_true(packet_parse(sent[0], sent_length[0], &p));
	for (unsigned k = 0; k < GRO_PACKETS_MAX; k++)
		assert_true(gro_add(&gro, &p));
	assert_false(gro_add(&gro, &p));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp_run),
		cmocka_unit_test(test_udp_run),
		cmocka_unit_test(test_64k_limit),
		cmocka_unit_test(test_what_stays_apart),
		cmocka_unit_test(test_bad_checksum_stays_apart),
		cmocka_unit_test(test_order_within_flow),
		cmocka_unit_test(test_mixed_flows),
		cmocka_unit_test(test_no_offloads),
		cmocka_unit_test(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
