/*
 * The datapath as a whole: two of them on the loopback, each with a socket
 * pair in the place of its TUN. No root: a packet written to one end must
 * come out at the other, through ESP in UDP.
 */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "ipsec/checksum.h"
#include "ipsec/flows.h"
#include "ipsec/ipsec.h"
#include "ipsec/packet.h"
#include "ipsec/port.h"
#include "ipsec/vnet.h"
#include "ipsec/wire.h"

#define MTU 1400
#define WAIT_MS 2000
#define LEG 7
#define GROUP 3

struct side {
	struct ipsec *ipsec;
	struct ipsec_config config;
	int tun;                        /* our end of the pair */
	struct gh_endpoint address;
	_Atomic unsigned ike;           /* IKE messages that came */
};

static struct side left, right;

static void on_ike(void *ctx, const struct gh_endpoint *local, const struct gh_endpoint *remote,
		   const uint8_t *datagram, size_t length)
{
	struct side *s = ctx;

	(void)remote;
	if (length == 34 && datagram[0] == 0 && datagram[4] == 1 && local->port == s->address.port)
		s->ike++;
}

static void side_open(struct side *s)
{
	struct sockaddr_storage ss;
	socklen_t length = sizeof(ss);
	int pair[2], room = 1 << 20;

	memset(s, 0, sizeof(*s));
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
	/* Room for a burst of 100 (the default holds 92): a full TUN drops. */
	for (unsigned k = 0; k < 2; k++)
		assert_int_equal(setsockopt(pair[k], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room)),
				 0);
	s->tun = pair[0];
	s->config.tun_fd = pair[1];
	s->config.natt_fd[0] = port_open(AF_INET, 0, true);
	s->config.natt_fd[1] = -1;
	s->config.esp_fd[0] = s->config.esp_fd[1] = -1;
	assert_true(s->config.natt_fd[0] >= 0);
	assert_int_equal(getsockname(s->config.natt_fd[0], (struct sockaddr *)&ss, &length), 0);
	assert_int_equal(gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &s->address), 0);
	assert_int_equal(gh_addr_parse("127.0.0.1", &s->address.addr), 0);
	s->config.sa_map_fd = memfd_create("sa.map", MFD_CLOEXEC);
	s->config.mtu = MTU;
	s->config.ctx = s;
	s->config.ike = on_ike;
	assert_int_equal(ipsec_new(&s->config, &s->ipsec), 0);
}

static void side_close(struct side *s)
{
	ipsec_free(s->ipsec);
	close(s->tun);
	close(s->config.tun_fd);
	close(s->config.natt_fd[0]);
	close(s->config.sa_map_fd);
}

static struct gh_selector all(const char *from, const char *to)
{
	struct gh_selector s = { .port_to = 65535 };

	assert_int_equal(gh_addr_parse(from, &s.from), 0);
	assert_int_equal(gh_addr_parse(to, &s.to), 0);
	return s;
}

static struct gh_sa make_sa(const struct side *self, const struct side *peer, uint8_t direction,
			    uint32_t spi)
{
	const struct side *from = direction == GH_OUT ? self : peer;
	const struct side *to = direction == GH_OUT ? peer : self;
	struct gh_sa sa = {
		.name = { direction, spi, to->address.addr },
		.source = from->address, .target = to->address,
		.encap = true, .tunnel = true, .esn = spi & 1,
		.leg = LEG, .replay_window = 1024, .encryption = 20, .key_length = 36,
		.local_count = 2, .remote_count = 2,
	};

	for (unsigned k = 0; k < sa.key_length; k++)
		sa.key[k] = (uint8_t)(spi * 31 + k);
	sa.local[0] = sa.remote[0] = all("0.0.0.0", "255.255.255.255");
	sa.local[1] = sa.remote[1] = all("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	return sa;
}

/* An SA from one side to the other, inbound first as IKE does. */
static void connect_one_way(struct side *from, struct side *to, uint32_t spi)
{
	struct gh_sa in = make_sa(to, from, GH_IN, spi);
	struct gh_sa out = make_sa(from, to, GH_OUT, spi);

	assert_int_equal(ipsec_sa_set(to->ipsec, &in), 0);
	assert_int_equal(ipsec_sa_set(from->ipsec, &out), 0);
}

static void add_route(struct side *s, const char *text)
{
	const uint32_t legs[] = { LEG };
	struct gh_prefix p;

	assert_int_equal(gh_prefix_parse(text, &p), 0);
	assert_int_equal(ipsec_route_set(s->ipsec, &p, GROUP), 0);
	assert_int_equal(ipsec_group_set(s->ipsec, GROUP, legs, 1), 0);
}

static int set_up(void **state)
{
	(void)state;
	side_open(&left);
	side_open(&right);
	add_route(&left, "10.2.0.0/16");
	add_route(&left, "2001:db8:2::/48");
	add_route(&right, "10.1.0.0/16");
	connect_one_way(&left, &right, 0x1000);
	connect_one_way(&right, &left, 0x2001);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	side_close(&left);
	side_close(&right);
	return 0;
}

/* A UDP packet 10.1.0.1 -> target, whose payload counts up from tag. */
static size_t make_udp(uint8_t *out, const char *target, unsigned payload, uint8_t tag)
{
	struct gh_addr to;
	struct packet p;
	size_t length = 28 + payload;

	assert_int_equal(gh_addr_parse(target, &to), 0);
	memset(out, 0, 28);
	out[0] = 0x45;
	wire_put16(out + 2, (uint16_t)length);
	out[6] = 0x40;
	out[8] = 64;
	out[9] = PACKET_UDP;
	memcpy(out + 12, "\x0a\x01\x00\x01", 4);
	memcpy(out + 16, to.b, 4);
	packet_ip_checksum(out, AF_INET, 20);
	wire_put16(out + 20, 5000);
	wire_put16(out + 22, 6000);
	wire_put16(out + 24, (uint16_t)(8 + payload));
	for (unsigned k = 0; k < payload; k++)
		out[28 + k] = (uint8_t)(tag + k);
	assert_true(packet_parse(out, length, &p));
	checksum_store(out + 26, packet_l4_sum(&p));
	return length;
}

static void tun_write(struct side *s, const struct virtio_net_hdr *v, const uint8_t *bytes,
		      size_t length)
{
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)v, sizeof(*v) }, { (void *)(uintptr_t)bytes, length },
	};

	struct pollfd room = { .fd = s->tun, .events = POLLOUT };
	ssize_t n;

	/* A busy machine's worker may be behind. */
	while ((n = writev(s->tun, iov, 2)) < 0 && errno == EAGAIN)
		assert_int_equal(poll(&room, 1, 10000), 1);
	assert_int_equal(n, (ssize_t)(length + sizeof(*v)));
}

static void send_plain(struct side *s, const uint8_t *bytes, size_t length)
{
	struct virtio_net_hdr v = { 0 };

	tun_write(s, &v, bytes, length);
}

/* Length of the next packet out of the TUN, 0 when none comes in time. */
static size_t receive(struct side *s, uint8_t *bytes, size_t size, int wait_ms)
{
	struct pollfd wait = { .fd = s->tun, .events = POLLIN };
	struct virtio_net_hdr v;
	struct iovec iov[2] = { { &v, sizeof(v) }, { bytes, size } };
	ssize_t n;

	if (poll(&wait, 1, wait_ms) <= 0)
		return 0;
	n = readv(s->tun, iov, 2);
	assert_true(n > (ssize_t)sizeof(v));
	return (size_t)n - sizeof(v);
}

static uint64_t drops(struct side *s, enum ipsec_drop drop)
{
	struct ipsec_counters c;

	ipsec_counters(s->ipsec, &c);
	return c.drops[drop];
}

/* Waits until a counter of drops gets there. */
static void wait_drops(struct side *s, enum ipsec_drop drop, uint64_t count)
{
	for (unsigned k = 0; k < WAIT_MS && drops(s, drop) < count; k++)
		poll(NULL, 0, 1);
	assert_int_equal(drops(s, drop), count);
}

static void pass(struct side *from, struct side *to, const char *target, unsigned payload)
{
	uint8_t sent[2000], got[2000];
	size_t length = make_udp(sent, target, payload, 1);

	send_plain(from, sent, length);
	assert_int_equal(receive(to, got, sizeof(got), WAIT_MS), length);
	assert_memory_equal(sent, got, length);
}

static void test_both_ways(void **state)
{
	struct ipsec_counters c;
	unsigned waits = 0;

	(void)state;
	for (unsigned payload = 0; payload <= 1372; payload += 7)
		pass(&left, &right, "10.2.0.9", payload);
	pass(&right, &left, "10.1.0.9", 100);
	/* A worker counts a packet after it has handed it over. */
	do {
		ipsec_counters(left.ipsec, &c);
	} while (c.in_packets < 1 && !poll(NULL, 0, 1) && waits++ < WAIT_MS);
	assert_int_equal(c.out_packets, 197);
	assert_int_equal(c.in_packets, 1);
	for (unsigned k = 0; k < IPSEC_DROP_COUNT; k++)
		assert_int_equal(c.drops[k], 0);
}

/* The test is the box of the left one: what goes in at one end, it gives out at the other. */
static void test_through_a_box(void **state)
{
	struct side in, out, *const ends[2] = { &in, &out };
	int theirs[2];
	uint8_t sent[2000], got[2000];
	size_t length;

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		int pair[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, pair), 0);
		ends[k]->tun = pair[0];
		theirs[k] = pair[1];
	}
	assert_int_equal(ipsec_nat_set(left.ipsec, LEG, theirs[0], theirs[1]), 0);
	for (unsigned k = 0; k < 50; k++) {
		length = make_udp(sent, "10.2.0.9", 100 + k, (uint8_t)k);
		send_plain(&left, sent, length);
		assert_int_equal(receive(&in, got, sizeof(got), WAIT_MS), length);
		assert_int_equal(got[8], 65);
		memcpy(got + 16, "\x0a\x02\x00\x63", 4);
		packet_ip_checksum(got, AF_INET, 20);
		send_plain(&out, got, length);
		assert_int_equal(receive(&right, got, sizeof(got), WAIT_MS), length);
		assert_memory_equal(got + 16, "\x0a\x02\x00\x63", 4);

		length = make_udp(sent, "10.1.0.9", 100 + k, (uint8_t)k);
		send_plain(&right, sent, length);
		assert_int_equal(receive(&out, got, sizeof(got), WAIT_MS), length);
		send_plain(&in, sent, length);
		assert_int_equal(receive(&left, got, sizeof(got), WAIT_MS), length);
		assert_memory_equal(sent, got, length);
	}
	/* Another box, a closed one, and none: each from the next packet on. */
	assert_int_equal(ipsec_nat_set(left.ipsec, LEG, theirs[0], theirs[1]), 0);
	assert_int_equal(ipsec_nat_set(left.ipsec, LEG, -1, -1), 0);
	length = make_udp(sent, "10.2.0.9", 100, 0);
	send_plain(&left, sent, length);
	wait_drops(&left, IPSEC_DROP_NAT, 1);
	ipsec_nat_clear(left.ipsec, LEG);
	pass(&left, &right, "10.2.0.9", 100);
	for (unsigned k = 0; k < 2; k++) {
		close(ends[k]->tun);
		close(theirs[k]);
	}
}

static void test_burst_keeps_order(void **state)
{
	uint8_t packet[1500], got[1500];

	(void)state;
	for (unsigned k = 0; k < 100; k++)
		send_plain(&left, packet, make_udp(packet, "10.2.0.9", 1000 - k % 3, (uint8_t)k));
	for (unsigned k = 0; k < 100; k++) {
		assert_int_equal(receive(&right, got, sizeof(got), WAIT_MS), 1028 - k % 3);
		assert_int_equal(got[28], k);
	}
}

/* 60 kB with a virtio-net header: the peer gets segments with right checksums. */
static void test_superpacket(void **state)
{
	static uint8_t packet[65536], got[2000];
	struct virtio_net_hdr v = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .gso_type = VIRTIO_NET_HDR_GSO_UDP_L4,
		.gso_size = 1372, .hdr_len = 28, .csum_start = 20, .csum_offset = 6,
	};
	unsigned total = 0;
	struct packet p;

	(void)state;
	tun_write(&left, &v, packet, make_udp(packet, "10.2.0.9", 60000, 0));
	while (total < 60000) {
		size_t n = receive(&right, got, sizeof(got), WAIT_MS);

		assert_true(n > 28 && n <= MTU);
		assert_true(packet_parse(got, n, &p));
		assert_int_equal(checksum_fold(packet_l4_sum(&p)), 0xffff);
		assert_int_equal(got[28], (uint8_t)total);
		total += (unsigned)n - 28;
	}
	assert_int_equal(total, 60000);
}

static void test_no_route_is_answered(void **state)
{
	uint8_t packet[200], got[1500];
	size_t n;

	(void)state;
	send_plain(&left, packet, make_udp(packet, "10.9.0.1", 50, 0));
	n = receive(&left, got, sizeof(got), WAIT_MS);
	assert_int_equal(n, 28 + 78);
	assert_int_equal(got[9], PACKET_ICMP);
	assert_int_equal(got[20], 3);
	assert_int_equal(got[21], 0);
	assert_memory_equal(got + 16, packet + 12, 4);
	assert_memory_equal(got + 28, packet, 78);
	assert_int_equal(drops(&left, IPSEC_DROP_NO_ROUTE), 1);
}

static void test_no_sa_is_answered(void **state)
{
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x1000);
	uint8_t packet[200], got[1500];

	(void)state;
	assert_true(ipsec_leg_up(left.ipsec, LEG));
	assert_int_equal(ipsec_sa_del(left.ipsec, &out.name, NULL), 0);
	assert_int_equal(ipsec_sa_del(left.ipsec, &out.name, NULL), -ENOENT);
	assert_false(ipsec_leg_up(left.ipsec, LEG));
	send_plain(&left, packet, make_udp(packet, "10.2.0.1", 50, 0));
	assert_true(receive(&left, got, sizeof(got), WAIT_MS) > 28);
	assert_int_equal(got[21], 1);
	assert_int_equal(drops(&left, IPSEC_DROP_NO_SA), 1);
}

static void test_too_big_is_answered(void **state)
{
	uint8_t packet[3000], got[1500];

	(void)state;
	send_plain(&left, packet, make_udp(packet, "10.2.0.1", MTU, 0));
	assert_true(receive(&left, got, sizeof(got), WAIT_MS) > 28);
	assert_int_equal(got[21], 4);
	assert_int_equal(wire_get16(got + 26), MTU);
	assert_int_equal(drops(&left, IPSEC_DROP_TOO_BIG), 1);
}

/* Selectors of the receiving SA are narrower than what the sender's allow. */
static void test_inbound_selector(void **state)
{
	struct gh_sa in = make_sa(&right, &left, GH_IN, 0x3000);
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x3000);
	struct ipsec_leg_counters counters;
	uint8_t packet[200];

	(void)state;
	in.local_count = 1;
	in.local[0] = all("10.2.1.0", "10.2.1.255");
	assert_int_equal(ipsec_sa_set(right.ipsec, &in), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	pass(&left, &right, "10.2.1.1", 10);
	send_plain(&left, packet, make_udp(packet, "10.2.2.1", 10, 0));
	wait_drops(&right, IPSEC_DROP_SELECTOR, 1);
	ipsec_leg_counters(right.ipsec, LEG, &counters);
	assert_int_equal(counters.in_mismatches, 1);
	assert_int_equal(counters.in_drops, 1);
	assert_int_equal(counters.in_packets, 2);
}

static void test_outbound_selector(void **state)
{
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x3000);
	struct ipsec_leg_counters counters;
	uint8_t packet[200];

	(void)state;
	ipsec_leg_end(left.ipsec, LEG);
	out.remote_count = 1;
	out.remote[0] = all("10.2.1.0", "10.2.1.255");
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	send_plain(&left, packet, make_udp(packet, "10.2.2.1", 10, 0));
	wait_drops(&left, IPSEC_DROP_NO_SELECTOR, 1);
	ipsec_leg_counters(left.ipsec, LEG, &counters);
	assert_int_equal(counters.out_mismatches, 1);
	assert_int_equal(counters.out_drops, 1);
}

/* New SAs appear and old ones go while packets flow: none is lost. */
static void test_rekey_loses_nothing(void **state)
{
	struct ipsec_leg_counters counters;
	uint8_t packet[100], got[100];
	unsigned sent = 0, received = 0;

	(void)state;
	for (uint32_t round = 0; round < 50; round++) {
		struct gh_sa old_out = make_sa(&left, &right, GH_OUT, 0x1000 + round);
		struct gh_sa old_in = make_sa(&right, &left, GH_IN, 0x1000 + round);

		for (unsigned k = 0; k < 5; k++, sent++)
			send_plain(&left, packet, make_udp(packet, "10.2.0.1", 20, (uint8_t)sent));
		connect_one_way(&left, &right, 0x1001 + round);
		assert_int_equal(ipsec_sa_del(left.ipsec, &old_out.name, NULL), 0);
		for (unsigned k = 0; k < 5; k++, sent++)
			send_plain(&left, packet, make_udp(packet, "10.2.0.1", 20, (uint8_t)sent));
		for (; received < sent; received++) {
			assert_int_equal(receive(&right, got, sizeof(got), WAIT_MS), 48);
			assert_int_equal(got[28], (uint8_t)received);
		}
		assert_int_equal(ipsec_sa_del(right.ipsec, &old_in.name, NULL), 0);
		/* What they carried is never lost, nor counted twice, whenever it is read. */
		ipsec_leg_counters(left.ipsec, LEG, &counters);
		assert_int_equal(counters.out_packets, sent);
		ipsec_tick(left.ipsec, NULL, NULL);
		ipsec_tick(right.ipsec, NULL, NULL);
		ipsec_leg_counters(left.ipsec, LEG, &counters);
		assert_int_equal(counters.out_packets, sent);
		assert_int_equal(counters.out_bytes, sent * 48);
		ipsec_leg_counters(right.ipsec, LEG, &counters);
		assert_int_equal(counters.in_packets, sent);
	}
}

static bool next_event(struct side *s, struct ipsec_event *event)
{
	struct pollfd wait = { .fd = ipsec_event_fd(s->ipsec), .events = POLLIN };

	return ipsec_event_next(s->ipsec, event) ||
	       (poll(&wait, 1, WAIT_MS) > 0 && ipsec_event_next(s->ipsec, event));
}

/* A new process: sequence numbers go on, a window still refuses what it saw. */
static void test_restart_resumes(void **state)
{
	struct gh_sa in = make_sa(&left, &right, GH_IN, 0x2001);
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x1000);
	struct gh_sa stranger = make_sa(&left, &right, GH_OUT, 0x5000);
	uint8_t packet[100], got[100];
	struct gh_sa_use use;
	struct ipsec_event event;

	(void)state;
	pass(&left, &right, "10.2.0.1", 10);
	pass(&left, &right, "10.2.0.1", 10);
	ipsec_free(left.ipsec);
	for (unsigned k = 0; k < 50; k++) {     /* what comes meanwhile, both ways */
		send_plain(&left, packet, make_udp(packet, "10.2.0.1", 20, (uint8_t)k));
		send_plain(&right, packet, make_udp(packet, "10.1.0.1", 20, (uint8_t)k));
	}
	assert_int_equal(ipsec_new(&left.config, &left.ipsec), 0);
	add_route(&left, "10.2.0.0/16");
	ipsec_forward(left.ipsec);
	ipsec_snapshot_begin(left.ipsec);
	assert_int_equal(ipsec_sa_set(left.ipsec, &in), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &stranger), 0);
	ipsec_snapshot_end(left.ipsec, 0);
	for (unsigned k = 0; k < 50; k++) {
		assert_int_equal(receive(&right, got, sizeof(got), WAIT_MS), 48);
		assert_int_equal(got[28], k);
		assert_int_equal(receive(&left, got, sizeof(got), WAIT_MS), 48);
		assert_int_equal(got[28], k);
	}
	/* The stranger is newer, but nobody knows which numbers it has used. */
	assert_true(next_event(&left, &event));
	assert_int_equal(event.kind, IPSEC_SOFT);
	assert_int_equal(event.name.spi, 0x5000);
	pass(&left, &right, "10.2.0.1", 10);
	assert_int_equal(ipsec_sa_use(left.ipsec, &out.name, &use), 0);
	assert_int_equal(use.packets, 53);
	assert_int_equal(drops(&right, IPSEC_DROP_REPLAY), 0);
	assert_true(ipsec_leg_up(left.ipsec, LEG));
}

static void test_snapshot_sweeps(void **state)
{
	struct gh_sa in = make_sa(&left, &right, GH_IN, 0x2001);
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x1000);

	(void)state;
	ipsec_snapshot_begin(left.ipsec);
	assert_int_equal(ipsec_sa_set(left.ipsec, &in), 0);
	ipsec_snapshot_end(left.ipsec, 60000);
	assert_true(ipsec_leg_up(left.ipsec, LEG));     /* an orphan still carries traffic */
	pass(&left, &right, "10.2.0.1", 10);
	ipsec_snapshot_begin(left.ipsec);
	assert_int_equal(ipsec_sa_set(left.ipsec, &in), 0);
	ipsec_snapshot_end(left.ipsec, 0);
	assert_false(ipsec_leg_up(left.ipsec, LEG));
	/* Swept, then stated as new: its state begins anew. */
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	assert_true(ipsec_leg_up(left.ipsec, LEG));
}

/* What was a removed connection's never carries the traffic of the leg's next one. */
static void test_leg_ends(void **state)
{
	struct gh_sa in = make_sa(&left, &right, GH_IN, 0x2001);
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x1000);
	uint8_t packet[200], got[1500];

	(void)state;
	pass(&left, &right, "10.2.0.1", 10);
	ipsec_leg_end(left.ipsec, LEG + 1);
	assert_true(ipsec_leg_up(left.ipsec, LEG));
	ipsec_leg_end(left.ipsec, LEG);
	assert_false(ipsec_leg_up(left.ipsec, LEG));
	assert_int_equal(ipsec_sa_del(left.ipsec, &out.name, NULL), -ENOENT);
	poll(NULL, 0, 20);              /* the workers sleep by then, and hold nothing */
	ipsec_tick(left.ipsec, NULL, NULL);
	ipsec_snapshot_begin(left.ipsec);
	assert_int_equal(ipsec_sa_set(left.ipsec, &in), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	ipsec_snapshot_end(left.ipsec, 0);
	assert_false(ipsec_leg_up(left.ipsec, LEG));
	send_plain(&left, packet, make_udp(packet, "10.2.0.1", 50, 0));
	assert_true(receive(&left, got, sizeof(got), WAIT_MS) > 28);
	assert_int_equal(drops(&left, IPSEC_DROP_NO_SA), 1);
}

/* Two peers may choose one SPI, and a leg may have many SAs: each is found and leaves by itself. */
static void test_equal_spis(void **state)
{
	static const char *const peers[] = { "192.0.2.201", "192.0.2.202", "192.0.2.203" };
	struct gh_sa sa[3];
	uint32_t leg;

	(void)state;
	for (unsigned k = 0; k < 3; k++) {
		sa[k] = make_sa(&left, &right, GH_OUT, 0x7777);
		assert_int_equal(gh_addr_parse(peers[k], &sa[k].target.addr), 0);
		sa[k].name.destination = sa[k].target.addr;
		sa[k].leg = LEG + 10 + k;
		sa[k].key[0] ^= (uint8_t)(k + 1);
		assert_int_equal(ipsec_sa_set(left.ipsec, &sa[k]), 0);
	}
	assert_int_equal(ipsec_sa_del(left.ipsec, &sa[1].name, &leg), 0);
	assert_int_equal(leg, LEG + 11);
	assert_int_equal(ipsec_sa_del(left.ipsec, &sa[1].name, &leg), -ENOENT);
	assert_int_equal(ipsec_sa_del(left.ipsec, &sa[2].name, &leg), 0);
	assert_int_equal(leg, LEG + 12);
	assert_int_equal(ipsec_sa_del(left.ipsec, &sa[0].name, &leg), 0);
	assert_int_equal(leg, LEG + 10);
	assert_true(ipsec_leg_up(left.ipsec, LEG));
}

static void count_use(void *ctx, const struct gh_sa_use *use)
{
	unsigned *count = ctx;

	(void)use;
	++*count;
}

/* charon hears of what carried something, and after it came anew of everything. */
static void test_use_is_told_once(void **state)
{
	struct gh_sa sa[] = {
		make_sa(&left, &right, GH_IN, 0x2001), make_sa(&left, &right, GH_OUT, 0x1000),
	};
	unsigned count = 0;

	(void)state;
	ipsec_use_each(left.ipsec, count_use, &count);
	count = 0;
	ipsec_use_each(left.ipsec, count_use, &count);
	assert_int_equal(count, 0);
	pass(&left, &right, "10.2.0.1", 10);
	ipsec_use_each(left.ipsec, count_use, &count);
	assert_int_equal(count, 1);
	ipsec_snapshot_begin(left.ipsec);
	assert_int_equal(ipsec_sa_set(left.ipsec, &sa[0]), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &sa[1]), 0);
	ipsec_snapshot_end(left.ipsec, 0);
	count = 0;
	ipsec_use_each(left.ipsec, count_use, &count);
	assert_true(count >= 1);
}

static void test_limits(void **state)
{
	struct gh_sa out = make_sa(&left, &right, GH_OUT, 0x1002);
	struct gh_sa in = make_sa(&right, &left, GH_IN, 0x1002);
	struct ipsec_event event;
	uint8_t packet[100];

	(void)state;
	out.soft_packets = 2;
	out.hard_packets = 3;
	assert_int_equal(ipsec_sa_set(right.ipsec, &in), 0);
	assert_int_equal(ipsec_sa_set(left.ipsec, &out), 0);
	pass(&left, &right, "10.2.0.1", 10);
	pass(&left, &right, "10.2.0.1", 10);
	assert_true(next_event(&left, &event));
	assert_int_equal(event.kind, IPSEC_SOFT);
	assert_int_equal(event.leg, LEG);
	pass(&left, &right, "10.2.0.1", 10);
	assert_true(next_event(&left, &event));
	assert_int_equal(event.kind, IPSEC_HARD);
	/* The older SA takes over; without it nothing would go. */
	pass(&left, &right, "10.2.0.1", 10);
	assert_int_equal(ipsec_sa_del(left.ipsec, &(struct gh_sa_name){
		GH_OUT, 0x1000, right.address.addr }, NULL), 0);
	send_plain(&left, packet, make_udp(packet, "10.2.0.1", 10, 0));
	wait_drops(&left, IPSEC_DROP_NO_SA, 1);
}

/* The right side's SA believes that the left sends from elsewhere. */
static void test_mapping(void **state)
{
	struct gh_sa_move move = {
		.name = { GH_IN, 0x1000, right.address.addr },
		.source = left.address, .target = right.address, .encap = true,
	};
	struct ipsec_event event;

	(void)state;
	move.source.port = 1;
	assert_int_equal(ipsec_sa_move(right.ipsec, &move), 0);
	pass(&left, &right, "10.2.0.1", 10);
	pass(&left, &right, "10.2.0.1", 10);
	assert_true(next_event(&right, &event));
	assert_int_equal(event.kind, IPSEC_MAPPING);
	assert_int_equal(event.name.spi, 0x1000);
	assert_int_equal(event.remote.port, left.address.port);
	assert_false(ipsec_event_next(right.ipsec, &event));    /* said once */
}

static void test_refusals(void **state)
{
	struct gh_sa sa = make_sa(&left, &right, GH_OUT, 0x7000);
	struct gh_sa bad = sa;

	(void)state;
	bad.tunnel = false;
	assert_int_equal(ipsec_sa_set(left.ipsec, &bad), -EPROTONOSUPPORT);
	bad = sa;
	bad.encryption = 9;             /* IDEA */
	assert_int_equal(ipsec_sa_set(left.ipsec, &bad), -EPROTONOSUPPORT);
	bad.encryption = 12;            /* AES-CBC, with nothing to authenticate it */
	bad.key_length = 32;
	assert_int_equal(ipsec_sa_set(left.ipsec, &bad), -EPROTONOSUPPORT);
	bad = sa;
	bad.key_length = 32;
	assert_int_equal(ipsec_sa_set(left.ipsec, &bad), -EINVAL);
	bad = make_sa(&left, &right, GH_IN, 0x2001);
	bad.key[0] ^= 1;
	assert_int_equal(ipsec_sa_set(left.ipsec, &bad), -EEXIST);
}

/* Whatever comes to the port: counted, never a crash, and IKE gets its own. */
static void test_garbage_and_ike(void **state)
{
	struct gh_endpoint any = { 0 };
	uint8_t bytes[64] = { 1 };
	int fd = port_open(AF_INET, 0, false);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(port_send(fd, &any, &right.address, true, bytes, 30), 0);
	bytes[0] = 0xff;
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 1), 0);
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 7), 0);
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 64), 0);
	wire_put32(bytes, 0x1000);
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 8), 0);
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 37), 0);
	wire_put32(bytes + 4, 1);
	assert_int_equal(port_send(fd, &any, &right.address, false, bytes, 64), 0);
	wait_drops(&right, IPSEC_DROP_UNKNOWN_SPI, 1);
	wait_drops(&right, IPSEC_DROP_AUTH, 1);
	wait_drops(&right, IPSEC_DROP_MALFORMED, 3);
	assert_int_equal(right.ike, 1);
	close(fd);
	pass(&left, &right, "10.2.0.1", 10);
}

static void test_lookup(void **state)
{
	struct ipsec_route route;
	struct gh_addr a;
	char text[GH_PREFIX_TEXT];

	(void)state;
	assert_int_equal(gh_addr_parse("2001:db8:2::5", &a), 0);
	assert_int_equal(ipsec_lookup(left.ipsec, &a, &route), 0);
	assert_string_equal(gh_prefix_print(&route.prefix, text), "2001:db8:2::/48");
	assert_int_equal(route.group, GROUP);
	assert_int_equal(route.leg, LEG);
	assert_int_equal(route.spi, 0x1000);
	assert_int_equal(gh_addr_parse("192.0.2.1", &a), 0);
	assert_int_equal(ipsec_lookup(left.ipsec, &a, &route), -ENOENT);
}

static void count_sa(void *ctx, const struct ipsec_sa_state *s)
{
	unsigned *count = ctx;

	assert_string_equal(s->algorithm, "aes-256-gcm-16");
	assert_true(s->current == (s->name.direction == GH_OUT));
	*count += 1;
}

static void test_show(void **state)
{
	struct ipsec_counters counters;
	unsigned count = 0;

	(void)state;
	pass(&left, &right, "10.2.1.1", 10);
	ipsec_sa_each(left.ipsec, LEG, count_sa, &count);
	assert_int_equal(count, 2);
	for (unsigned k = 0; k <= FLOWS_MINUTE_S; k++)
		ipsec_tick(left.ipsec, NULL, NULL);
	ipsec_counters(left.ipsec, &counters);
	assert_int_equal(counters.out_flows, 1);
	assert_int_equal(counters.workers, 2);
	/* The ticks above came faster than the worker went to sleep; by and by it does. */
	for (unsigned k = 0; k < WAIT_MS && counters.workers_stuck; k++) {
		poll(NULL, 0, 1);
		ipsec_tick(left.ipsec, NULL, NULL);
		ipsec_counters(left.ipsec, &counters);
	}
	assert_int_equal(counters.workers_stuck, 0);
	for (unsigned k = 0; k < IPSEC_DROP_COUNT; k++)
		assert_string_not_equal(ipsec_drop_name(k), "?");
}

/* Groups flip, routes come and go, while the worker looks them up. */
static void test_flips_under_load(void **state)
{
	const uint32_t legs[] = { LEG };
	uint8_t packet[100], got[200];
	struct gh_prefix p;

	(void)state;
	for (unsigned k = 0; k < 2000; k++) {
		if (k % 8 == 0)
			send_plain(&left, packet, make_udp(packet, "10.2.0.1", 20, 0));
		gh_prefix_parse("10.2.0.0/17", &p);
		p.addr.b[2] = (uint8_t)(k & 0x80);
		if (k & 1)
			ipsec_route_del(left.ipsec, &p);
		else
			ipsec_route_set(left.ipsec, &p, GROUP);
		assert_int_equal(ipsec_group_set(left.ipsec, GROUP, legs, 1), 0);
		while (receive(&right, got, sizeof(got), 0))
			;
	}
	ipsec_tick(left.ipsec, NULL, NULL);
	assert_int_equal(drops(&left, IPSEC_DROP_NO_ROUTE), 0);
	assert_int_equal(drops(&left, IPSEC_DROP_NO_SA), 0);
}

#define WITH_SIDES(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_SIDES(test_both_ways),
		WITH_SIDES(test_through_a_box),
		WITH_SIDES(test_burst_keeps_order),
		WITH_SIDES(test_superpacket),
		WITH_SIDES(test_no_route_is_answered),
		WITH_SIDES(test_no_sa_is_answered),
		WITH_SIDES(test_too_big_is_answered),
		WITH_SIDES(test_inbound_selector),
		WITH_SIDES(test_outbound_selector),
		WITH_SIDES(test_rekey_loses_nothing),
		WITH_SIDES(test_restart_resumes),
		WITH_SIDES(test_snapshot_sweeps),
		WITH_SIDES(test_leg_ends),
		WITH_SIDES(test_equal_spis),
		WITH_SIDES(test_use_is_told_once),
		WITH_SIDES(test_limits),
		WITH_SIDES(test_mapping),
		WITH_SIDES(test_refusals),
		WITH_SIDES(test_garbage_and_ike),
		WITH_SIDES(test_lookup),
		WITH_SIDES(test_show),
		WITH_SIDES(test_flips_under_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
