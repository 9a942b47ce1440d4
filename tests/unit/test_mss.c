/*
 * The MSS clamp: the option wherever it stands, its checksum, and headers
 * that it must leave alone.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/mss.h"
#include "tests/unit/inner.h"

static uint8_t packet[400];

static size_t make_syn(uint8_t family, const uint8_t *options, unsigned bytes, uint8_t flags,
		       struct packet *p)
{
	struct inner i = {
		.family = family, .protocol = PACKET_TCP, .flags = flags, .host = 1,
		.options = options, .options_bytes = bytes,
	};
	size_t length = inner_make(&i, packet);

	assert_true(packet_parse(packet, length, p));
	return length;
}

static void test_values(void **state)
{
	(void)state;
	assert_int_equal(mss_for(1400, 0, AF_INET), 1350);
	assert_int_equal(mss_for(1400, 1200, AF_INET), 1200);
	assert_int_equal(mss_for(1400, 1400, AF_INET), 1350);
	assert_int_equal(mss_for(1400, 0, AF_INET6), 1330);
}

static void test_clamps_at_any_offset(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		for (unsigned at = 0; at <= 8; at++) {
			uint8_t options[12];
			struct packet p;
			size_t length;

			memset(options, 1, sizeof(options));
			memcpy(options + at, "\x02\x04\x05\xb4", 4);
			length = make_syn(families[f], options, 12,
					  PACKET_TCP_SYN | (at & 1 ? PACKET_TCP_ACK : 0), &p);
			assert_true(mss_clamp(&p, 1350));
			assert_int_equal(wire_get16(packet + p.l4 + 20 + at + 2), 1350);
			assert_true(inner_checksums_right(packet, length));
			assert_false(mss_clamp(&p, 1350));
		}
	}
}

static void expect_untouched(const uint8_t *options, unsigned bytes, uint8_t flags)
{
	uint8_t before[sizeof(packet)];
	struct packet p;

	make_syn(AF_INET, options, bytes, flags, &p);
	memcpy(before, packet, sizeof(packet));
	assert_false(mss_clamp(&p, 1350));
	assert_memory_equal(before, packet, sizeof(packet));
}

static void test_leaves_alone(void **state)
{
	(void)state;
	expect_untouched((const uint8_t *)"\x02\x04\x05\xb4", 4, PACKET_TCP_ACK);
	expect_untouched((const uint8_t *)"\x02\x04\x02\x00", 4, PACKET_TCP_SYN);
	expect_untouched((const uint8_t *)"\x00\x02\x04\x05\xb4\x01\x01\x01", 8, PACKET_TCP_SYN);
	expect_untouched((const uint8_t *)"\x02\x03\x05\xb4", 4, PACKET_TCP_SYN);
	expect_untouched((const uint8_t *)"\x08\x00\x02\x04", 4, PACKET_TCP_SYN);
	expect_untouched((const uint8_t *)"\x01\x01\x01\x02", 4, PACKET_TCP_SYN);
	expect_untouched(NULL, 0, PACKET_TCP_SYN);
}

static void test_mutations(void **state)
{
	(void)state;
	srand(9);
	for (unsigned round = 0; round < 100000; round++) {
		uint8_t options[40], *exact;
		struct packet p;
		size_t length;

		for (unsigned k = 0; k < sizeof(options); k++)
			options[k] = (uint8_t)(rand() % 3 ? rand() % 5 : rand());
		length = make_syn(AF_INET, options, (unsigned)(rand() % 11) * 4, PACKET_TCP_SYN,
				  &p);
		if (rand() & 1)
			packet[32] = (uint8_t)rand();
		exact = malloc(length);
		memcpy(exact, packet, length);
		if (packet_parse(exact, length, &p))
			mss_clamp(&p, 1350);
		free(exact);
	}
}

/* The sum against the plainest possible one. */
static void test_checksum(void **state)
{
	uint8_t bytes[300];

	(void)state;
	srand(1071);
	for (unsigned round = 0; round < 20000; round++) {
		unsigned length = (unsigned)rand() % sizeof(bytes);
		uint32_t sum = 0;
		uint8_t field[2];

		for (unsigned k = 0; k < length; k++)
			bytes[k] = (uint8_t)(rand() % 4 ? rand() : 0xff);
		for (unsigned k = 0; k < length; k++)
			sum += (uint32_t)bytes[k] << (k & 1 ? 0 : 8);
		while (sum >> 16)
			sum = (sum & 0xffff) + (sum >> 16);
		checksum_store(field, checksum_add(0, bytes, length));
		assert_int_equal(wire_get16(field), (uint16_t)~sum);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_clamps_at_any_offset),
		cmocka_unit_test(test_leaves_alone),
		cmocka_unit_test(test_mutations),
		cmocka_unit_test(test_checksum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
