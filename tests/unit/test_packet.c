/*
 * Parsing of inner packets, the selectors' view of them, and ICMP errors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/icmp.h"
#include "ipsec/selector.h"
#include "tests/unit/inner.h"

static uint8_t bytes[2000];

static size_t make(uint8_t family, uint8_t protocol, unsigned payload, struct packet *p)
{
	struct inner i = {
		.family = family, .protocol = protocol, .host = 5, .source_port = 1000,
		.payload = payload,
	};
	size_t length = inner_make(&i, bytes);

	assert_true(packet_parse(bytes, length, p));
	return length;
}

static void test_plain(void **state)
{
	struct packet p;

	(void)state;
	make(AF_INET, PACKET_UDP, 10, &p);
	assert_int_equal(p.length, 38);
	assert_int_equal(p.l4, 20);
	assert_true(p.simple && p.has_ports && p.has_l4 && !p.fragment);
	assert_int_equal(p.source_port, 1000);
	assert_int_equal(p.target_port, 443);
	make(AF_INET6, PACKET_TCP, 10, &p);
	assert_int_equal(p.l4, 40);
	assert_int_equal(p.length, 70);
	/* TFC padding behind the packet is not part of it. */
	assert_true(packet_parse(bytes, 500, &p));
	assert_int_equal(p.length, 70);
}

static void test_extension_headers(void **state)
{
	struct packet p;

	(void)state;
	make(AF_INET6, PACKET_UDP, 30, &p);
	bytes[6] = 0;                   /* hop-by-hop, then fragment, then UDP */
	bytes[40] = 44;
	bytes[41] = 0;
	bytes[48] = PACKET_UDP;
	wire_put16(bytes + 50, 1);      /* offset 0, more follow */
	assert_true(packet_parse(bytes, 78, &p));
	assert_int_equal(p.l4, 56);
	assert_int_equal(p.protocol, PACKET_UDP);
	assert_true(p.fragment && p.has_l4 && !p.simple);
	wire_put16(bytes + 50, 8);      /* a later fragment */
	assert_true(packet_parse(bytes, 78, &p));
	assert_false(p.has_l4 || p.has_ports);
	bytes[41] = 200;                /* longer than the packet */
	assert_false(packet_parse(bytes, 78, &p));
}

static void test_lies(void **state)
{
	struct packet p;
	size_t length = make(AF_INET, PACKET_UDP, 10, &p);

	(void)state;
	for (size_t cut = 0; cut < length; cut++)
		assert_false(packet_parse(bytes, cut, &p));
	bytes[0] = 0x44;
	assert_false(packet_parse(bytes, length, &p));
	bytes[0] = 0x4f;
	assert_false(packet_parse(bytes, length, &p));
	bytes[0] = 0x55;
	assert_false(packet_parse(bytes, length, &p));
	length = make(AF_INET6, PACKET_UDP, 10, &p);
	for (size_t cut = 0; cut < length; cut++)
		assert_false(packet_parse(bytes, cut, &p));
}

static struct gh_selector span(const char *from, const char *to)
{
	struct gh_selector s = { .port_to = 65535 };

	assert_int_equal(gh_addr_parse(from, &s.from), 0);
	assert_int_equal(gh_addr_parse(to, &s.to), 0);
	return s;
}

static void test_selectors(void **state)
{
	struct gh_sa sa = { .local_count = 1, .remote_count = 2 };
	struct selector s;
	struct packet p;

	(void)state;
	make(AF_INET, PACKET_TCP, 1, &p);       /* 10.1.0.5:1000 -> 10.2.0.1:443 */
	sa.local[0] = span("10.1.0.0", "10.1.255.255");
	sa.remote[0] = span("10.3.0.0", "10.3.0.255");
	sa.remote[1] = span("10.2.0.1", "10.2.0.1");
	selector_init(&s, &sa);
	assert_true(selector_match(&s, &p, true));
	assert_false(selector_match(&s, &p, false));
	sa.remote[1].protocol = PACKET_UDP;
	selector_init(&s, &sa);
	assert_false(selector_match(&s, &p, true));
	sa.remote[1].protocol = PACKET_TCP;
	sa.remote[1].port_from = 443;
	sa.remote[1].port_to = 443;
	selector_init(&s, &sa);
	assert_true(selector_match(&s, &p, true));
	p.has_ports = false;            /* as of a fragment */
	assert_false(selector_match(&s, &p, true));
	p.has_ports = true;
	sa.remote[1].port_from = 444;
	sa.remote[1].port_to = 500;
	selector_init(&s, &sa);
	assert_false(selector_match(&s, &p, true));
}

static void test_selectors_of_all(void **state)
{
	struct gh_sa sa = { .local_count = 1, .remote_count = 1 };
	struct selector s;
	struct packet p;

	(void)state;
	sa.local[0] = sa.remote[0] = span("0.0.0.0", "255.255.255.255");
	selector_init(&s, &sa);
	assert_true(s.all_ipv4);
	assert_false(s.all_ipv6);
	make(AF_INET, PACKET_TCP, 1, &p);
	assert_true(selector_match(&s, &p, true));
	make(AF_INET6, PACKET_TCP, 1, &p);
	assert_false(selector_match(&s, &p, true));
}

static void test_icmp(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	uint8_t out[ICMP_REPLY_MAX];
	struct packet p, q;

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		for (enum icmp_reason r = ICMP_NO_ROUTE; r <= ICMP_TOO_BIG; r++) {
			size_t n;

			make(families[f], PACKET_UDP, 1400, &p);
			n = icmp_reply(&p, r, 1300, out);
			assert_true(n > 0 && n <= ICMP_REPLY_MAX);
			assert_true(packet_parse(out, n, &q));
			assert_int_equal(q.length, n);
			assert_memory_equal(q.target, p.source, p.address_bytes);
			if (families[f] == AF_INET)
				assert_int_equal(checksum_fold(checksum_add(0, out + 20, n - 20)),
						 0xffff);
			else
				assert_true(inner_checksums_right(out, n));
			assert_memory_equal(out + q.l4 + 8, bytes, n - q.l4 - 8);
			/* Never an error about an error. */
			assert_int_equal(icmp_reply(&q, r, 1300, out), 0);
		}
	}
	make(AF_INET, PACKET_UDP, 10, &p);
	bytes[16] = 224;
	assert_int_equal(icmp_reply(&p, ICMP_NO_ROUTE, 1300, out), 0);
	bytes[16] = 10;
	p.has_l4 = false;
	assert_int_equal(icmp_reply(&p, ICMP_NO_ROUTE, 1300, out), 0);
}

static void test_icmp_limit(void **state)
{
	struct icmp_limit limit = { .tokens_us = 0 };
	struct gh_time now = { 1000000000 };
	unsigned allowed = 0;

	(void)state;
	for (unsigned k = 0; k < 500; k++)
		allowed += icmp_allowed(&limit, now);
	assert_int_equal(allowed, 100);
	for (unsigned ms = 0; ms < 1000; ms++) {
		now = gh_time_add_ms(now, 1);
		for (unsigned k = 0; k < 5; k++)
			allowed += icmp_allowed(&limit, now);
	}
	assert_int_equal(allowed, 1100);
}

/* Random bytes: parsed or refused, never out of bounds. */
static void test_random(void **state)
{
	uint8_t out[ICMP_REPLY_MAX];

	(void)state;
	srand(4);
	for (unsigned round = 0; round < 200000; round++) {
		size_t length = (size_t)rand() % 120;
		uint8_t *exact = malloc(length + !length);
		struct packet p;

		for (size_t k = 0; k < length; k++)
			exact[k] = (uint8_t)(rand() % 3 ? rand() % 64 : rand());
		if (length > 6) {
			exact[0] = rand() & 1 ? 0x45 : 0x60;
			exact[rand() & 1 ? 2 : 4] = 0;
		}
		if (packet_parse(exact, length, &p)) {
			packet_hash(&p);
			packet_l4_sum(&p);
			icmp_reply(&p, ICMP_NO_SA, 1400, out);
		}
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_extension_headers),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_selectors),
		cmocka_unit_test(test_selectors_of_all),
		cmocka_unit_test(test_icmp),
		cmocka_unit_test(test_icmp_limit),
		cmocka_unit_test(test_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
