/* announce: the frames, byte by byte; the checksum of an advertisement holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "rib/announce.h"

static const uint8_t hardware[6] = { 0x02, 0x47, 0x48, 0x00, 0x00, 0x01 };

static void test_arp(void **state)
{
	static const uint8_t expected[] = {
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x47, 0x48, 0x00, 0x00, 0x01, 0x08, 0x06,
		0x00, 0x01, 0x08, 0x00, 6, 4, 0x00, 0x01,
		0x02, 0x47, 0x48, 0x00, 0x00, 0x01, 203, 0, 113, 10,
		0, 0, 0, 0, 0, 0, 203, 0, 113, 10,
	};
	uint8_t frame[ANNOUNCE_FRAME_MAX];
	struct gh_addr addr;

	(void)state;
	assert_int_equal(gh_addr_parse("203.0.113.10", &addr), 0);
	assert_int_equal(announce_frame(&addr, hardware, frame), sizeof(expected));
	assert_memory_equal(frame, expected, sizeof(expected));
}

static uint32_t sum(const uint8_t *bytes, size_t length)
{
	uint32_t s = 0;

	for (size_t i = 0; i < length; i += 2)
		s += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
	return s;
}

static void test_advertisement(void **state)
{
	uint8_t frame[ANNOUNCE_FRAME_MAX];
	struct gh_addr addr;
	uint32_t s;

	(void)state;
	assert_int_equal(gh_addr_parse("2001:db8:203::10", &addr), 0);
	assert_int_equal(announce_frame(&addr, hardware, frame), 14 + 40 + 32);
	assert_memory_equal(frame, "\x33\x33\0\0\0\1\x02\x47\x48\0\0\1\x86\xdd\x60\0\0\0\0\x20\x3a\xff",
			    22);
	assert_memory_equal(frame + 22, addr.b, 16);
	assert_memory_equal(frame + 38, "\xff\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	assert_memory_equal(frame + 54, "\x88\0", 2);
	assert_memory_equal(frame + 58, "\x20\0\0\0", 4);
	assert_memory_equal(frame + 62, addr.b, 16);
	assert_memory_equal(frame + 78, "\2\1\x02\x47\x48\0\0\1", 8);
	/* What a receiver does (RFC 1071): with the checksum in it, the sum is all ones. */
	s = sum(frame + 22, 32) + 32 + 58 + sum(frame + 54, 32);
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	assert_int_equal(s, 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_arp), cmocka_unit_test(test_advertisement),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
