/* ike_frame: both families both ways, every cut, every field out of range. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/ike_frame.h"

static struct gh_ike_frame frame(const char *local, const char *remote)
{
	static const uint8_t bytes[] = { 0, 0, 0, 0, 1, 2, 3 };
	struct gh_ike_frame f = { .bytes = bytes, .length = sizeof(bytes) };

	assert_int_equal(gh_addr_parse(local, &f.local.addr), 0);
	assert_int_equal(gh_addr_parse(remote, &f.remote.addr), 0);
	f.local.port = 4500;
	f.remote.port = 61234;
	return f;
}

static size_t encode(const struct gh_ike_frame *f, uint8_t *out)
{
	gh_ike_frame_head(f, out);
	memcpy(out + GH_IKE_FRAME_HEAD, f->bytes, f->length);
	return GH_IKE_FRAME_HEAD + f->length;
}

static void round_trip(const char *local, const char *remote)
{
	struct gh_ike_frame f = frame(local, remote), g;
	uint8_t m[128];
	size_t n = encode(&f, m);

	assert_int_equal(gh_ike_frame_decode(m, n, &g), 0);
	assert_int_equal(gh_addr_cmp(&f.local.addr, &g.local.addr), 0);
	assert_int_equal(gh_addr_cmp(&f.remote.addr, &g.remote.addr), 0);
	assert_int_equal(g.local.port, 4500);
	assert_int_equal(g.remote.port, 61234);
	assert_int_equal(g.length, f.length);
	assert_memory_equal(g.bytes, f.bytes, f.length);
}

static void test_round_trip(void **state)
{
	(void)state;
	round_trip("203.0.113.1", "198.51.100.7");
	round_trip("2001:db8::1", "2001:db8:ffff::7");
}

static void test_wire(void **state)
{
	struct gh_ike_frame f = frame("203.0.113.1", "198.51.100.7");
	uint8_t m[128];
	static const uint8_t expected[GH_IKE_FRAME_HEAD] = {
		1, 4, 0x11, 0x94, 0xef, 0x32, 0, 0,
		203, 0, 113, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		198, 51, 100, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	};

	(void)state;
	encode(&f, m);
	assert_memory_equal(m, expected, sizeof(expected));
}

static void test_truncated(void **state)
{
	struct gh_ike_frame f = frame("203.0.113.1", "198.51.100.7"), g;
	uint8_t m[128];

	(void)state;
	encode(&f, m);
	for (size_t n = 0; n <= GH_IKE_FRAME_HEAD; n++)
		assert_int_equal(gh_ike_frame_decode(m, n, &g), -EBADMSG);
	assert_int_equal(gh_ike_frame_decode(m, GH_IKE_FRAME_HEAD + 1, &g), 0);
	assert_int_equal(g.length, 1);
}

static void refuse_byte(size_t at, uint8_t value)
{
	struct gh_ike_frame f = frame("203.0.113.1", "198.51.100.7"), g;
	uint8_t m[128];
	size_t n = encode(&f, m);

	m[at] = value;
	assert_int_equal(gh_ike_frame_decode(m, n, &g), -EBADMSG);
}

static void test_mutated(void **state)
{
	(void)state;
	refuse_byte(0, 0);
	refuse_byte(0, 2);
	refuse_byte(1, 0);
	refuse_byte(1, 5);
	refuse_byte(6, 1);
	refuse_byte(7, 1);
	for (size_t i = 12; i < 24; i++)        /* behind an IPv4 address */
		refuse_byte(i, 1);
	for (size_t i = 28; i < 40; i++)
		refuse_byte(i, 1);
}

static void test_too_long(void **state)
{
	static uint8_t m[GH_IKE_FRAME_MAX + 1];
	struct gh_ike_frame f = frame("203.0.113.1", "198.51.100.7"), g;

	(void)state;
	encode(&f, m);
	assert_int_equal(gh_ike_frame_decode(m, GH_IKE_FRAME_MAX, &g), 0);
	assert_int_equal(gh_ike_frame_decode(m, GH_IKE_FRAME_MAX + 1, &g), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_wire),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_mutated),
		cmocka_unit_test(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
