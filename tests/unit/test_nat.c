/*
 * The way through a box: hops that packets are given, and whole datapaths whose
 * box is played by the test, packet by packet.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipsec/inbound.h"
#include "ipsec/ipsec.h"
#include "ipsec/nat.h"
#include "ipsec/outbound.h"
#include "tests/unit/datapath.h"
#include "tests/unit/inner.h"

static struct datapath path;
static struct outbound out;
static struct inbound in;
static int tun, inside, outside;        /* our ends */
static int tun_theirs, inside_theirs, outside_theirs;

static void pair(int *ours, int *theirs)
{
	int fd[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fd), 0);
	*ours = fd[0];
	*theirs = fd[1];
}

static void give_way(int in_fd, int out_fd)
{
	struct nat_way *way;

	assert_int_equal(nat_way_new(in_fd, out_fd, &way), 0);
	reclaim_retire(&path.tables.reclaim,
		       atomic_exchange(&sadb_leg(&path.tables.sadb, DATAPATH_LEG)->nat, way),
		       nat_way_free);
}

static int set_up(void **state)
{
	(void)state;
	memset(&path, 0, sizeof(path));
	memset(&in, 0, sizeof(in));
	datapath_init(&path);
	pair(&tun, &tun_theirs);
	pair(&inside, &inside_theirs);
	pair(&outside, &outside_theirs);
	outbound_init(&out);
	in.tables = out.tables = &path.tables;
	in.counters = out.counters = &path.counters;
	in.events = out.events = &path.events;
	in.flows = out.flows = &path.flows;
	in.tun_fd = out.tun_fd = tun_theirs;
	in.mtu = out.mtu = 1400;
	out.natt_fd[0] = out.natt_fd[1] = out.esp_fd[0] = out.esp_fd[1] = -1;
	out.now = gh_now();
	gro_init(&in.gro, true, true);
	give_way(inside_theirs, outside_theirs);
	return 0;
}

static int tear_down(void **state)
{
	const int fds[] = { tun, tun_theirs, inside, inside_theirs, outside, outside_theirs };

	(void)state;
	outbound_fini(&out);
	datapath_fini(&path);
	for (unsigned k = 0; k < 6; k++)
		close(fds[k]);
	return 0;
}

static size_t take(int fd, struct virtio_net_hdr *v, uint8_t *bytes, size_t size)
{
	struct iovec iov[2] = { { v, sizeof(*v) }, { bytes, size } };
	ssize_t n = readv(fd, iov, 2);

	return n < 0 ? 0 : (size_t)n - sizeof(*v);
}

static size_t make(uint8_t family, uint8_t protocol, unsigned payload, uint8_t *bytes)
{
	struct inner i = { .family = family, .protocol = protocol, .host = 1, .payload = payload,
			   .flags = PACKET_TCP_ACK };

	return inner_make(&i, bytes);
}

static void test_one_hop_more(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	uint8_t bytes[200];
	struct packet p;

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		size_t length = make(families[f], PACKET_UDP, 40, bytes);
		uint8_t *hop = bytes + (f ? 7 : 8);

		for (unsigned before = 0; before < 256; before++) {
			*hop = (uint8_t)before;
			packet_ip_checksum(bytes, families[f], 20);
			assert_true(packet_parse(bytes, length, &p));
			nat_raise_hop(&p);
			assert_int_equal(*hop, before < 255 ? before + 1 : 255);
			assert_true(inner_checksums_right(bytes, length));
		}
	}
}

/* What the kernel routed to the leg goes into the box, and not to the peer. */
static void test_outbound_enters(void **state)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	uint8_t sent[300], got[300];
	struct virtio_net_hdr none = { 0 }, v;

	(void)state;
	for (unsigned f = 0; f < 2; f++) {
		size_t length = make(families[f], PACKET_UDP, 100, sent);

		outbound_packet(&out, &none, sent, length);
		outbound_flush(&out);
		assert_int_equal(take(inside, &v, got, sizeof(got)), length);
		assert_int_equal(got[f ? 7 : 8], 64);
		assert_true(inner_checksums_right(got, length));
		assert_int_equal(v.flags | v.gso_type, 0);
	}
	assert_int_equal(path.out->slot->sequence, 0);
	assert_int_equal(take(outside, &v, got, sizeof(got)), 0);
}

/* One whose checksum is left to the device has it finished, and says so no more. */
static void test_outbound_finishes_checksum(void **state)
{
	struct virtio_net_hdr v = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 20,
				    .csum_offset = 6 };
	uint8_t sent[300], got[300];
	size_t length = make(AF_INET, PACKET_UDP, 100, sent);
	uint64_t pseudo = checksum_add(0, sent + 12, 8);

	(void)state;
	wire_put16(sent + 26, checksum_fold(pseudo + wire_get16((const uint8_t[]){ 0, PACKET_UDP }) +
					    108));
	outbound_packet(&out, &v, sent, length);
	assert_int_equal(take(inside, &v, got, sizeof(got)), length);
	assert_int_equal(v.flags, 0);
}

/* A packet that is still to be cut stays whole, with what says how. */
static void test_outbound_keeps_whole(void **state)
{
	struct virtio_net_hdr v = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
		.gso_size = 1300, .hdr_len = 40, .csum_start = 20, .csum_offset = 16,
	}, got_v;
	static uint8_t sent[20000], got[20000];
	size_t length = make(AF_INET, PACKET_TCP, 15000, sent);

	(void)state;
	outbound_packet(&out, &v, sent, length);
	assert_int_equal(take(inside, &got_v, got, sizeof(got)), length);
	assert_memory_equal(&v, &got_v, sizeof(v));
}

/* Closed: nothing passes, neither way, and each loss is counted. */
static void test_closed_drops(void **state)
{
	struct virtio_net_hdr none = { 0 }, v;
	uint8_t bytes[300];
	size_t length = make(AF_INET, PACKET_UDP, 100, bytes);

	(void)state;
	give_way(-1, -1);
	outbound_packet(&out, &none, bytes, length);
	outbound_flush(&out);
	assert_int_equal(path.counters.drops[IPSEC_DROP_NAT], 1);
	assert_int_equal(path.out->slot->sequence, 0);
	assert_int_equal(take(inside, &v, bytes, sizeof(bytes)), 0);
}

/* What came out of the box is sealed under the leg's SA, or answered there. */
static void test_translated_is_sealed(void **state)
{
	struct sa_leg *leg = sadb_leg(&path.tables.sadb, DATAPATH_LEG), *other;
	struct virtio_net_hdr none = { 0 }, v;
	uint8_t bytes[300], got[300];
	size_t length = make(AF_INET, PACKET_UDP, 100, bytes);

	(void)state;
	outbound_translated(&out, leg, &none, bytes, length);
	outbound_flush(&out);
	assert_int_equal(path.out->slot->sequence, 1);
	other = sadb_leg(&path.tables.sadb, DATAPATH_LEG + 1);
	out.tun_fd = outside_theirs;
	outbound_translated(&out, other, &none, bytes, length);
	assert_int_equal(path.counters.drops[IPSEC_DROP_NO_SA], 1);
	assert_true(take(outside, &v, got, sizeof(got)) > 28);
	assert_int_equal(got[9], PACKET_ICMP);
	for (size_t cut = 0; cut < length; cut++)
		outbound_translated(&out, leg, &none, bytes, cut);
	assert_int_equal(path.counters.drops[IPSEC_DROP_MALFORMED_INNER], length);
}

static void arrive(uint64_t sequence, uint8_t *inner, size_t length)
{
	static uint8_t datagram[2048];
	struct esp_packet p = {
		.data = datagram, .length = (uint32_t)length, .sequence = sequence,
		.next_header = ESP_NEXT_IPV4,
	};
	struct udp_datagram d = {
		.bytes = datagram, .remote = { { AF_INET, { 127, 0, 0, 1 } }, 4500 },
	};

	memcpy(datagram + path.out->esp.header, inner, length);
	esp_seal(&path.out->esp, &p, 1);
	d.length = d.segment = esp_sealed_length(&path.out->esp, (uint32_t)length);
	inbound_datagram(&in, &d);
}

/* Packets of one flow, before and after the leg had a box: each goes where it should. */
static void test_inbound_turns(void **state)
{
	uint8_t bytes[300], got[300];
	size_t length = make(AF_INET, PACKET_UDP, 100, bytes);
	struct virtio_net_hdr v;

	(void)state;
	arrive(1, bytes, length);
	reclaim_retire(&path.tables.reclaim,
		       atomic_exchange(&sadb_leg(&path.tables.sadb, DATAPATH_LEG)->nat, NULL),
		       nat_way_free);
	/* The descriptors of the way may be gone after a flush alone, as in a worker. */
	inbound_flush(&in);
	arrive(2, bytes, length);
	inbound_flush(&in);
	assert_int_equal(take(outside, &v, got, sizeof(got)), length);
	assert_int_equal(got[8], 64);
	assert_int_equal(take(outside, &v, got, sizeof(got)), 0);
	assert_int_equal(take(tun, &v, got, sizeof(got)), length);
	assert_int_equal(got[8], 63);
	give_way(-1, -1);
	arrive(3, bytes, length);
	inbound_flush(&in);
	assert_int_equal(path.counters.drops[IPSEC_DROP_NAT], 1);
	assert_int_equal(take(tun, &v, got, sizeof(got)), 0);
}

#define WITH_PATH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PATH(test_one_hop_more),
		WITH_PATH(test_outbound_enters),
		WITH_PATH(test_outbound_finishes_checksum),
		WITH_PATH(test_outbound_keeps_whole),
		WITH_PATH(test_closed_drops),
		WITH_PATH(test_translated_is_sealed),
		WITH_PATH(test_inbound_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
