/*
 * ESP without UDP, over real sockets: runs to single packets and back in both
 * families, and a packet's whole way from TUN to TUN.
 *
 * Raw sockets need CAP_NET_RAW: the test takes a network of its own, as root
 * or as root of a user namespace. Where the kernel allows neither, it is skipped.
 */
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "ipsec/inbound.h"
#include "ipsec/native.h"
#include "ipsec/outbound.h"
#include "ipsec/port.h"
#include "tests/unit/datapath.h"
#include "tests/unit/inner.h"

#define SKIPPED 77

static int esp_fd[2];
static struct udp_batch batch;

static struct gh_endpoint loopback(uint8_t family)
{
	struct gh_endpoint e = { 0 };

	assert_int_equal(gh_addr_parse(family == AF_INET ? "127.0.0.1" : "::1", &e.addr), 0);
	return e;
}

static bool next(int fd, unsigned *at, unsigned *count, struct udp_datagram *d)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	if (*at == *count) {
		int n = poll(&wait, 1, 2000) == 1 ? udp_receive(fd, &batch) : 0;

		*at = 0;
		*count = n > 0 ? (unsigned)n : 0;
	}
	return *at < *count && udp_read(&batch, (*at)++, d) && native_strip(d);
}

/* A run of five equal packets and a shorter one arrives as six. */
static void run_of(uint8_t family)
{
	struct gh_endpoint address = loopback(family);
	struct sockaddr_storage to;
	uint8_t bytes[5 * 200 + 60];
	struct udp_run run = {
		.source = &address, .to = &to, .bytes = bytes, .length = sizeof(bytes),
		.segment = 200, .tos = 0x28, .packets = 6,
	};
	unsigned at = 0, count = 0;
	struct udp_datagram d;

	run.to_length = gh_endpoint_to_sockaddr(&address, &to);
	for (unsigned k = 0; k < sizeof(bytes); k++)
		bytes[k] = (uint8_t)(k / 200 + 1);
	assert_int_equal(native_send(esp_fd, &run, 1), 0);
	for (unsigned k = 0; k < 6; k++) {
		assert_true(next(esp_fd[family == AF_INET6], &at, &count, &d));
		assert_int_equal(d.length, k < 5 ? 200 : 60);
		assert_int_equal(d.segment, d.length);
		assert_memory_equal(d.bytes, bytes + 200 * k, d.length);
		assert_int_equal(d.tos, 0x28);
		assert_true(d.native);
		assert_int_equal(gh_addr_cmp(&d.remote.addr, &address.addr), 0);
		assert_int_equal(d.remote.port, 0);
		assert_int_equal(gh_addr_cmp(&d.local, &address.addr), 0);
	}
}

static void test_runs(void **state)
{
	(void)state;
	run_of(AF_INET);
	run_of(AF_INET6);
}

/* More than a device's MTU: the kernel fragments outside, and puts together again. */
static void test_large(void **state)
{
	static uint8_t bytes[60000];

	(void)state;
	for (unsigned k = 0; k < 2; k++) {
		struct gh_endpoint address = loopback(k ? AF_INET6 : AF_INET);
		struct sockaddr_storage to;
		struct udp_run run = {
			.source = &address, .to = &to, .bytes = bytes, .length = sizeof(bytes),
			.segment = sizeof(bytes), .packets = 1,
		};
		unsigned at = 0, count = 0;
		struct udp_datagram d;

		bytes[0] = bytes[sizeof(bytes) - 1] = (uint8_t)(k + 1);
		run.to_length = gh_endpoint_to_sockaddr(&address, &to);
		assert_int_equal(native_send(esp_fd, &run, 1), 0);
		assert_true(next(esp_fd[k], &at, &count, &d));
		assert_int_equal(d.length, sizeof(bytes));
		assert_memory_equal(d.bytes, bytes, sizeof(bytes));
	}
}

static void test_refused(void **state)
{
	struct gh_endpoint nowhere = { 0 };
	struct sockaddr_storage to;
	uint8_t bytes[300] = { 0 };
	struct udp_run run = {
		.source = &nowhere, .to = &to, .bytes = bytes, .length = 300, .segment = 100,
		.packets = 3,
	};

	(void)state;
	assert_int_equal(gh_addr_parse("192.0.2.1", &nowhere.addr), 0);
	run.to_length = gh_endpoint_to_sockaddr(&nowhere, &to);
	assert_int_equal(native_send(esp_fd, &run, 1), 3);
}

/* What stands before the payload lies about its length, or is all there is. */
static void test_strip(void **state)
{
	uint8_t bytes[64] = { 0x45, 0x08 };
	struct udp_datagram d;

	(void)state;
	for (unsigned length = 0; length <= sizeof(bytes); length++) {
		for (unsigned words = 0; words < 16; words++) {
			bool whole = words >= 5 && length > words * 4;

			bytes[0] = (uint8_t)(0x40 | words);
			d = (struct udp_datagram){
				.bytes = bytes, .length = length, .remote = loopback(AF_INET),
			};
			assert_true(native_strip(&d) == whole);
			if (whole) {
				assert_int_equal(d.length, length - words * 4);
				assert_ptr_equal(d.bytes, bytes + words * 4);
				assert_int_equal(d.tos, 8);
			}
		}
	}
	d = (struct udp_datagram){ .bytes = bytes, .length = 9, .remote = loopback(AF_INET6) };
	assert_true(native_strip(&d));
	assert_int_equal(d.length, 9);
}

static struct datapath path;
static struct outbound out;
static struct inbound in;
static int tun[2];

static void no_ike(void *ctx, const struct gh_endpoint *local, const struct gh_endpoint *remote,
		   const uint8_t *datagram, size_t length)
{
	(void)ctx, (void)local, (void)remote, (void)datagram, (void)length;
	fail_msg("ESP was taken for IKE");
}

static void set_up(void)
{
	datapath_init(&path);
	outbound_init(&out);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, tun), 0);
	out.tables = in.tables = &path.tables;
	out.counters = in.counters = &path.counters;
	out.flows = in.flows = &path.flows;
	out.events = in.events = &path.events;
	out.tun_fd = in.tun_fd = tun[0];
	out.natt_fd[0] = out.natt_fd[1] = -1;
	memcpy(out.esp_fd, esp_fd, sizeof(esp_fd));
	out.mtu = in.mtu = 1400;
	in.ike = no_ike;
	gro_init(&in.gro, true, true);
}

static void move(struct sa *sa, uint8_t family, bool encap)
{
	struct gh_sa_move m = {
		.name = sa->name, .source = loopback(family), .target = loopback(family),
		.encap = encap,
	};

	m.source.port = m.target.port = 500;    /* IKE's: must not get into the packets */
	sadb_move(&path.tables.sadb, sa, &m);
}

static void way(uint8_t family)
{
	struct inner i = {
		.family = AF_INET, .protocol = PACKET_TCP, .flags = PACKET_TCP_ACK, .host = 1,
		.payload = 900,
	};
	struct virtio_net_hdr v = { 0 };
	uint8_t packet[2000], got[2000];
	size_t length = inner_make(&i, packet);
	unsigned at = 0, count = 0;
	struct udp_datagram d;

	move(path.out, family, false);
	move(path.in, family, false);
	outbound_packet(&out, &v, packet, length);
	outbound_flush(&out);
	assert_true(next(esp_fd[family == AF_INET6], &at, &count, &d));
	inbound_datagram(&in, &d);
	inbound_flush(&in);
	assert_int_equal(read(tun[1], got, sizeof(got)), sizeof(v) + length);
	assert_memory_equal(got + sizeof(v) + 40, packet + 40, 900);
	assert_false(event_pop(&path.events, &(struct ipsec_event){ 0 }));
}

static void test_whole_way(void **state)
{
	uint8_t zeros[40] = { 0 };
	struct udp_datagram d = {
		.bytes = zeros, .length = 40, .segment = 40, .native = true,
		.remote = loopback(AF_INET),
	};

	(void)state;
	set_up();
	way(AF_INET);
	way(AF_INET6);
	out.nat = true;                 /* the other context of the same SA, with the next number */
	way(AF_INET);
	assert_int_equal(path.out->slot->sequence, 3);
	out.nat = false;
	/* SPI 0 means IKE on port 4500 alone; a keepalive is UDP's. */
	inbound_datagram(&in, &d);
	zeros[0] = 0xff;
	d.length = d.segment = 1;
	inbound_datagram(&in, &d);
	assert_int_equal(path.counters.drops[IPSEC_DROP_MALFORMED], 2);
	assert_int_equal(path.counters.packets, 3 + 3);
	outbound_fini(&out);
	datapath_fini(&path);
	close(tun[0]);
	close(tun[1]);
}

static int own_network(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	int fd, rc;

	if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWNET : CLONE_NEWNET))
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	rc = ioctl(fd, SIOCSIFFLAGS, &lo);
	close(fd);
	return rc;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_strip),
		cmocka_unit_test(test_whole_way),
	};

	if (own_network()) {
		perror("no network of its own");
		return SKIPPED;
	}
	esp_fd[0] = port_open_esp(AF_INET);
	esp_fd[1] = port_open_esp(AF_INET6);
	if (esp_fd[0] < 0 || esp_fd[1] < 0)
		return SKIPPED;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
