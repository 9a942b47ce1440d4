/*
 * Cutting superpackets: headers, flags and checksums of every segment, and
 * headers that lie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/gso.h"
#include "tests/unit/inner.h"

static uint8_t packet[66000], segment[66000];

static void cut_tcp(uint8_t family, unsigned payload, uint16_t size)
{
	struct inner i = {
		.family = family, .protocol = PACKET_TCP, .host = 1, .id = 0xffff,
		.flags = PACKET_TCP_ACK | PACKET_TCP_PSH | PACKET_TCP_FIN | PACKET_TCP_CWR,
		.sequence = 0xffffff00u, .payload = payload, .tag = 3,
	};
	struct virtio_net_hdr v = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_size = size,
		.gso_type = (family == AF_INET ? VIRTIO_NET_HDR_GSO_TCPV4 :
			     VIRTIO_NET_HDR_GSO_TCPV6) | VIRTIO_NET_HDR_GSO_ECN,
	};
	unsigned l4 = family == AF_INET ? 20 : 40, at = 0, index = 0;
	struct gso g;

	assert_true(gso_begin(&g, &v, packet, inner_make(&i, packet)));
	while (gso_length(&g)) {
		uint32_t length = gso_length(&g), part = length - l4 - 20;
		bool last = at + part == payload;
		uint8_t flags = PACKET_TCP_ACK;

		assert_true(length <= gso_largest(&g));
		gso_next(&g, segment);
		assert_true(inner_checksums_right(segment, length));
		assert_true(part == size || last);
		assert_int_equal(wire_get32(segment + l4 + 4), i.sequence + at);
		flags |= last ? PACKET_TCP_PSH | PACKET_TCP_FIN : 0;
		flags |= index ? 0 : PACKET_TCP_CWR;
		assert_int_equal(segment[l4 + 13], flags);
		if (family == AF_INET)
			assert_int_equal(wire_get16(segment + 4), (uint16_t)(0xffff + index));
		assert_memory_equal(segment + l4 + 20, packet + l4 + 20 + at, part);
		at += part;
		index++;
	}
	assert_int_equal(at, payload);
	assert_int_equal(index, (payload + size - 1) / size);
}

static void test_tcp(void **state)
{
	(void)state;
	for (unsigned payload = 1; payload < 5000; payload += 61) {
		cut_tcp(AF_INET, payload, 1348);
		cut_tcp(AF_INET6, payload, 700);
	}
	cut_tcp(AF_INET, 65000, 1348);
	cut_tcp(AF_INET6, 65000, 1);
}

/* The checksum that the kernel left for the device. */
static void test_partial_checksum(void **state)
{
	static const uint8_t protocols[] = { PACKET_TCP, PACKET_UDP };

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		struct inner i = {
			.family = AF_INET6, .protocol = protocols[k], .host = 1, .payload = 333,
		};
		size_t length = inner_make(&i, packet);
		uint16_t offset = protocols[k] == PACKET_TCP ? 16 : 6;
		struct virtio_net_hdr v = {
			.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 40,
			.csum_offset = offset,
		};
		uint16_t pseudo = checksum_fold(checksum_pseudo(packet + 8, packet + 24, 16,
								protocols[k],
								(uint32_t)length - 40));
		struct gso g;

		memcpy(packet + 40 + offset, &pseudo, 2);
		assert_true(gso_begin(&g, &v, packet, length));
		assert_int_equal(gso_length(&g), length);
		gso_next(&g, segment);
		assert_int_equal(gso_length(&g), 0);
		assert_true(inner_checksums_right(segment, length));
	}
}

static void test_lies(void **state)
{
	struct inner i = { .family = AF_INET, .protocol = PACKET_TCP, .host = 1, .payload = 100 };
	size_t length = inner_make(&i, packet);
	struct virtio_net_hdr v = { .gso_type = VIRTIO_NET_HDR_GSO_TCPV4 };
	struct gso g;

	(void)state;
	assert_false(gso_begin(&g, &v, packet, length));        /* size 0 */
	v.gso_size = 10;
	v.gso_type = VIRTIO_NET_HDR_GSO_UDP_L4;
	assert_false(gso_begin(&g, &v, packet, length));        /* not UDP */
	v.gso_type = 77;
	assert_false(gso_begin(&g, &v, packet, length));
	v.gso_type = VIRTIO_NET_HDR_GSO_NONE;
	v.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	v.csum_start = (uint16_t)length;
	assert_false(gso_begin(&g, &v, packet, length));
	v.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
	packet[32] = 0xf0;                                      /* header beyond ... */
	packet[3] = 60;                                         /* ... the packet */
	assert_false(gso_begin(&g, &v, packet, length));
	packet[32] = 0x10;                                      /* too short a header */
	assert_false(gso_begin(&g, &v, packet, length));
}

/* Mutated headers: refused or cut, never out of bounds. */
static void test_mutations(void **state)
{
	(void)state;
	srand(5);
	for (unsigned round = 0; round < 200000; round++) {
		struct inner i = {
			.family = rand() & 1 ? AF_INET : AF_INET6, .host = 1,
			.protocol = rand() & 1 ? PACKET_TCP : PACKET_UDP,
			.payload = (unsigned)rand() % 300,
		};
		size_t length = inner_make(&i, packet);
		struct virtio_net_hdr v = {
			.flags = (uint8_t)(rand() & 1), .gso_type = (uint8_t)(rand() % 6),
			.gso_size = (uint16_t)(1 + rand() % 100),
			.csum_start = (uint16_t)(rand() % 200),
			.csum_offset = (uint16_t)(rand() % 50),
		};
		uint8_t *exact;
		struct gso g;

		for (unsigned k = (unsigned)rand() % 3; k; k--)
			packet[rand() % 64] = (uint8_t)rand();
		length -= (size_t)rand() % 20;
		exact = malloc(length);
		memcpy(exact, packet, length);
		if (gso_begin(&g, &v, exact, length))
			while (gso_length(&g))
				gso_next(&g, segment);
		free(exact);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_partial_checksum),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_mutations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
