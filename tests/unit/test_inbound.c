/*
 * The inbound path, packet by packet: what an authentic peer may send, and
 * what becomes of it. And sequence numbers at their end.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ipsec/inbound.h"
#include "tests/unit/datapath.h"
#include "tests/unit/inner.h"

static struct datapath path;
static struct inbound in;
static int tun;
static uint8_t datagram[8192];
static uint32_t datagram_length, piece_length;

static int set_up(void **state)
{
	int pair[2];

	(void)state;
	memset(&path, 0, sizeof(path));
	memset(&in, 0, sizeof(in));
	datapath_init(&path);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	tun = pair[0];
	in.tables = &path.tables;
	in.counters = &path.counters;
	in.events = &path.events;
	in.tun_fd = pair[1];
	in.mtu = 1400;
	gro_init(&in.gro, true, true);
	datagram_length = 0;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	close(tun);
	close(in.tun_fd);
	datapath_fini(&path);
	return 0;
}

/* Seals inner bytes behind what the datagram holds already. */
static void add_sealed(const uint8_t *inner, uint32_t length, uint8_t next_header,
		       uint64_t sequence)
{
	struct esp_packet p = {
		.data = datagram + datagram_length, .length = length, .sequence = sequence,
		.next_header = next_header,
	};

	memcpy(p.data + path.out->esp.header, inner, length);
	esp_seal(&path.out->esp, &p, 1);
	piece_length = esp_sealed_length(&path.out->esp, length);
	datagram_length += piece_length;
}

static void deliver(uint8_t tos, uint16_t from_port)
{
	struct udp_datagram d = {
		.bytes = datagram, .length = datagram_length, .segment = piece_length, .tos = tos,
		.remote = { { AF_INET, { 127, 0, 0, 1 } }, from_port },
	};

	inbound_datagram(&in, &d);
	inbound_flush(&in);
	datagram_length = 0;
}

/* The next packet out of the TUN; 0: none. */
static size_t received(uint8_t *bytes, size_t size)
{
	struct virtio_net_hdr v;
	struct iovec iov[2] = { { &v, sizeof(v) }, { bytes, size } };
	ssize_t n = readv(tun, iov, 2);

	return n < 0 ? 0 : (size_t)n - sizeof(v);
}

static uint64_t drops(enum ipsec_drop drop)
{
	return path.counters.drops[drop];
}

static size_t make_udp(uint8_t family, uint8_t tos, uint8_t *out)
{
	struct inner i = {
		.family = family, .protocol = PACKET_UDP, .host = 1, .tos = tos, .payload = 50,
	};

	return inner_make(&i, out);
}

/* RFC 6040 4.2, figure 4. */
static void test_ecn(void **state)
{
	enum { NOT, ECT1, ECT0, CE, DROP };
	static const uint8_t wanted[4][4] = {   /* [inner][outer] */
		[NOT] = { NOT, NOT, NOT, DROP },
		[ECT1] = { ECT1, ECT1, ECT1, CE },
		[ECT0] = { ECT0, ECT1, ECT0, CE },
		[CE] = { CE, CE, CE, CE },
	};
	uint8_t inner[200], got[200];
	uint64_t sequence = 0, dropped = 0;

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		uint8_t family = f ? AF_INET6 : AF_INET;

		for (uint8_t i = 0; i < 4; i++) {
			for (uint8_t outer = 0; outer < 4; outer++) {
				size_t n = make_udp(family, 0xb8 | i, inner);
				struct packet p;

				add_sealed(inner, (uint32_t)n,
					   f ? ESP_NEXT_IPV6 : ESP_NEXT_IPV4, ++sequence);
				deliver(outer, 4500);
				if (wanted[i][outer] == DROP) {
					assert_int_equal(received(got, sizeof(got)), 0);
					assert_int_equal(drops(IPSEC_DROP_ECN), ++dropped);
					continue;
				}
				assert_int_equal(received(got, sizeof(got)), n);
				assert_true(inner_checksums_right(got, n));
				assert_true(packet_parse(got, n, &p));
				assert_int_equal(p.tos, 0xb8 | wanted[i][outer]);
			}
		}
	}
}

static void test_next_headers(void **state)
{
	uint8_t inner[200] = { 0 }, got[200];
	size_t n;

	(void)state;
	add_sealed(inner, 0, ESP_NEXT_DUMMY, 1);        /* RFC 4303 2.6: no error */
	deliver(0, 4500);
	for (unsigned k = 0; k < IPSEC_DROP_COUNT; k++)
		assert_int_equal(drops(k), 0);
	n = make_udp(AF_INET, 0, inner);
	add_sealed(inner, (uint32_t)n, ESP_NEXT_IPV6, 2);       /* not what it says */
	deliver(0, 4500);
	add_sealed(inner, (uint32_t)n, 17, 3);                  /* transport mode */
	deliver(0, 4500);
	add_sealed(inner, 10, ESP_NEXT_IPV4, 4);                /* cut off */
	deliver(0, 4500);
	assert_int_equal(drops(IPSEC_DROP_MALFORMED_PLAIN), 3);
	add_sealed(inner, 200, ESP_NEXT_IPV4, 5);               /* TFC padding behind */
	deliver(0, 4500);
	assert_int_equal(received(got, sizeof(got)), n);
	assert_memory_equal(got, inner, n);
	assert_int_equal(received(got, sizeof(got)), 0);
}

static void test_twins_in_one_batch(void **state)
{
	uint8_t inner[200], got[400];
	uint32_t n = (uint32_t)make_udp(AF_INET, 0, inner);

	(void)state;
	add_sealed(inner, n, ESP_NEXT_IPV4, 7);
	add_sealed(inner, n, ESP_NEXT_IPV4, 7);
	deliver(0, 4500);
	assert_int_equal(received(got, sizeof(got)), n);
	assert_int_equal(received(got, sizeof(got)), 0);
	assert_int_equal(drops(IPSEC_DROP_REPLAY), 1);
	assert_int_equal(path.in->drops, 1);
	assert_int_equal(path.in->slot->packets, 1);
}

/* ESN: numbers go on across 2^32, whose high half is never sent. */
static void test_across_2_32(void **state)
{
	uint8_t inner[200], got[200];
	uint32_t n = (uint32_t)make_udp(AF_INET, 0, inner);

	(void)state;
	path.in->slot->replay.top = 0xfffffff0;
	for (uint64_t sequence = 0xfffffff1; sequence < 0x100000010; sequence++) {
		add_sealed(inner, n, ESP_NEXT_IPV4, sequence);
		deliver(0, 4500);
		assert_int_equal(received(got, sizeof(got)), n);
	}
	assert_int_equal(path.in->slot->replay.top, 0x10000000f);
}

/* An old packet from elsewhere says nothing about where the peer is now. */
static void test_only_the_newest_moves(void **state)
{
	uint8_t inner[200];
	uint32_t n = (uint32_t)make_udp(AF_INET, 0, inner);
	struct ipsec_event event;

	(void)state;
	add_sealed(inner, n, ESP_NEXT_IPV4, 10);
	deliver(0, 4500);
	add_sealed(inner, n, ESP_NEXT_IPV4, 9);
	deliver(0, 9999);
	assert_false(event_pop(&path.events, &event));
	add_sealed(inner, n, ESP_NEXT_IPV4, 11);
	deliver(0, 9999);
	assert_true(event_pop(&path.events, &event));
	assert_int_equal(event.kind, IPSEC_MAPPING);
	assert_int_equal(event.remote.port, 9999);
}

/* Without ESN the 2^32-1st packet is the last; asking for a rekey comes long before. */
static void test_sequence_numbers_end(void **state)
{
	uint64_t first;

	(void)state;
	path.out->esp.esn = false;
	path.out->slot->sequence = 0xdffffff0;
	assert_false(sa_sequence_low(path.out));
	assert_true(sa_take_sequence(path.out, 64, &first));
	assert_true(sa_sequence_low(path.out));
	assert_int_equal(sa_count(path.out, 1, 1, gh_now()), SA_RAISED_SOFT);
	path.out->slot->sequence = 0xffffffff - 10;
	assert_true(sa_take_sequence(path.out, 10, &first));
	assert_int_equal(first, 0xffffffff - 9);
	for (unsigned k = 0; k < 100; k++)
		assert_false(sa_take_sequence(path.out, 1, &first));
	path.out->esp.esn = true;
	assert_true(sa_take_sequence(path.out, 1, &first));
}

static void test_hard_limit_ends_use(void **state)
{
	struct ipsec_event event;

	(void)state;
	path.in->hard_packets = 1;
	event_raise(&path.events, path.in, sa_count(path.in, 1, 100, gh_now()));
	assert_true(event_pop(&path.events, &event));
	assert_int_equal(event.kind, IPSEC_HARD);
	assert_false(path.in->usable);
	add_sealed((const uint8_t *)"x", 1, ESP_NEXT_DUMMY, 1);
	deliver(0, 4500);
	assert_int_equal(drops(IPSEC_DROP_EXHAUSTED), 1);
}

/* A stranger's packets are held for a while; those of an SA that comes late are not lost. */
static void test_before_its_sa(void **state)
{
	uint8_t inner[200], got[200];
	uint32_t n = (uint32_t)make_udp(AF_INET, 0, inner), spi = DATAPATH_SPI;

	(void)state;
	in.now = gh_now();
	idmap_set(&path.tables.sadb.by_spi, spi, NULL);
	for (unsigned k = 0; k < EARLY_PACKETS + 3; k++) {
		add_sealed(inner, n, ESP_NEXT_IPV4, k + 1);
		deliver(0, 4500);
	}
	assert_int_equal(in.early.count, EARLY_PACKETS);
	assert_int_equal(drops(IPSEC_DROP_UNKNOWN_SPI), 3);
	inbound_retry(&in);
	assert_int_equal(in.early.count, EARLY_PACKETS);
	idmap_set(&path.tables.sadb.by_spi, spi, path.in);
	inbound_retry(&in);
	assert_int_equal(in.early.count, 0);
	assert_int_equal(path.in->slot->packets, EARLY_PACKETS);
	assert_true(received(got, sizeof(got)) > 0);
	idmap_set(&path.tables.sadb.by_spi, spi, NULL);
	add_sealed(inner, n, ESP_NEXT_IPV4, 1000);
	deliver(0, 4500);
	in.now = gh_time_add_ms(in.now, EARLY_MS);
	inbound_retry(&in);
	assert_int_equal(in.early.count, 0);
	assert_int_equal(drops(IPSEC_DROP_UNKNOWN_SPI), 4);
	idmap_set(&path.tables.sadb.by_spi, spi, path.in);
}

/* A leg may want smaller segments than the others. */
static void test_mss_of_a_leg(void **state)
{
	static const uint8_t options[] = { 2, 4, 0x05, 0xb4 };
	struct inner i = {
		.family = AF_INET, .protocol = PACKET_TCP, .flags = PACKET_TCP_SYN, .host = 1,
		.options = options, .options_bytes = 4,
	};
	uint8_t inner[200], got[200];
	uint32_t n = (uint32_t)inner_make(&i, inner);

	(void)state;
	in.mss = 1300;
	add_sealed(inner, n, ESP_NEXT_IPV4, 1);
	deliver(0, 4500);
	assert_int_equal(received(got, sizeof(got)), n);
	assert_int_equal(wire_get16(got + 42), 1300);
	path.in->home->mss = 1250;
	add_sealed(inner, n, ESP_NEXT_IPV4, 2);
	deliver(0, 4500);
	assert_int_equal(received(got, sizeof(got)), n);
	assert_int_equal(wire_get16(got + 42), 1250);
	in.mss = 0;
}

#define WITH_PATH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PATH(test_ecn),
		WITH_PATH(test_next_headers),
		WITH_PATH(test_twins_in_one_batch),
		WITH_PATH(test_across_2_32),
		WITH_PATH(test_only_the_newest_moves),
		WITH_PATH(test_sequence_numbers_end),
		WITH_PATH(test_hard_limit_ends_use),
		WITH_PATH(test_before_its_sa),
		WITH_PATH(test_mss_of_a_leg),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
