/* ike_relay: both ways over the loopback, a charon that comes, is replaced and goes. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/ike_frame.h"
#include "ipsec/ike_relay.h"

#define WAIT_MS 5000

/* Sockets of any port stand for 500 and 4500: the relay goes by the port in the frame. */
struct bench {
	struct ike_relay *relay;
	char folder[64], path[96];
	int port500, port4500, peer;
	struct gh_endpoint at500, at4500, at_peer;
};

static int udp_new(struct gh_endpoint *at)
{
	struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&in, size), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	assert_int_equal(gh_endpoint_from_sockaddr((struct sockaddr *)&in, at), 0);
	return fd;
}

static void bench_init(struct bench *b)
{
	struct ike_relay_sockets s = { -1, -1, -1, -1 };

	memset(b, 0, sizeof(*b));
	strcpy(b->folder, "/tmp/gh-relay-XXXXXX");
	assert_non_null(mkdtemp(b->folder));
	snprintf(b->path, sizeof(b->path), "%s/ike.sock", b->folder);
	s.port500_ipv4 = b->port500 = udp_new(&b->at500);
	s.port4500_ipv4 = b->port4500 = udp_new(&b->at4500);
	b->peer = udp_new(&b->at_peer);
	assert_int_equal(ike_relay_new(b->path, &s, &b->relay), 0);
}

static void bench_fini(struct bench *b)
{
	ike_relay_free(b->relay);
	assert_int_equal(access(b->path, F_OK), -1);
	rmdir(b->folder);
	close(b->port500);
	close(b->port4500);
	close(b->peer);
}

static int charon_new(const struct bench *b)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	snprintf(sun.sun_path, sizeof(sun.sun_path), "%s", b->path);
	assert_int_equal(connect(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	return fd;
}

static void wait_connected(const struct bench *b, bool connected)
{
	struct ike_relay_stats s;

	for (int i = 0; i < WAIT_MS; i++) {
		ike_relay_read_stats(b->relay, &s);
		if (s.connected == connected)
			return;
		poll(NULL, 0, 1);
	}
	fail_msg("charon's connection was not noticed");
}

/* The thread counts after it has sent. */
static void wait_from_charon(const struct bench *b, uint64_t count, struct ike_relay_stats *s)
{
	for (int i = 0; i < WAIT_MS; i++) {
		ike_relay_read_stats(b->relay, s);
		if (s->from_charon == count)
			return;
		poll(NULL, 0, 1);
	}
	fail_msg("charon's datagrams were not passed on");
}

static size_t receive(int fd, uint8_t *out, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	assert_int_equal(poll(&p, 1, WAIT_MS), 1);
	n = recv(fd, out, size, 0);
	assert_true(n >= 0);
	return (size_t)n;
}

static void send_frame(int charon, const struct gh_endpoint *local,
		       const struct gh_endpoint *remote, const char *bytes, size_t n)
{
	struct gh_ike_frame f = { .local = *local, .remote = *remote };
	uint8_t m[256];

	gh_ike_frame_head(&f, m);
	memcpy(m + GH_IKE_FRAME_HEAD, bytes, n);
	assert_int_equal(send(charon, m, GH_IKE_FRAME_HEAD + n, 0), GH_IKE_FRAME_HEAD + n);
}

/* What the peer sends to port 500 comes up with both addresses. */
static void test_up(void **state)
{
	struct sockaddr_storage ss;
	struct gh_ike_frame f;
	struct bench b;
	uint8_t m[256];
	socklen_t size;
	size_t n;
	int charon;

	(void)state;
	bench_init(&b);
	charon = charon_new(&b);
	wait_connected(&b, true);
	size = gh_endpoint_to_sockaddr(&b.at500, &ss);
	assert_int_equal(sendto(b.peer, "hello", 5, 0, (struct sockaddr *)&ss, size), 5);
	n = receive(charon, m, sizeof(m));
	assert_int_equal(gh_ike_frame_decode(m, n, &f), 0);
	assert_int_equal(f.local.port, GH_IKE_PORT);
	assert_int_equal(gh_addr_cmp(&f.local.addr, &b.at500.addr), 0);
	assert_int_equal(f.remote.port, b.at_peer.port);
	assert_int_equal(f.length, 5);
	assert_memory_equal(f.bytes, "hello", 5);
	close(charon);
	bench_fini(&b);
}

static void test_deliver(void **state)
{
	struct ike_relay_stats s;
	struct gh_ike_frame f;
	struct gh_endpoint none = { 0 };
	struct bench b;
	uint8_t m[256];
	int charon;

	(void)state;
	bench_init(&b);
	ike_relay_deliver(b.relay, &b.at4500, &b.at_peer, (const uint8_t *)"\0\0\0\0x", 5);
	charon = charon_new(&b);
	wait_connected(&b, true);
	ike_relay_deliver(b.relay, &b.at4500, &b.at_peer, (const uint8_t *)"\0\0\0\0y", 5);
	ike_relay_deliver(b.relay, &none, &b.at_peer, (const uint8_t *)"x", 1);
	ike_relay_deliver(b.relay, &b.at4500, &b.at_peer, (const uint8_t *)"", 0);
	assert_int_equal(gh_ike_frame_decode(m, receive(charon, m, sizeof(m)), &f), 0);
	assert_memory_equal(f.bytes, "\0\0\0\0y", 5);
	ike_relay_read_stats(b.relay, &s);
	assert_int_equal(s.to_charon, 1);
	assert_int_equal(s.drop_no_charon, 1);
	assert_int_equal(s.drop_bad, 2);
	close(charon);
	bench_fini(&b);
}

/* The port that charon names chooses the socket; the bytes are not touched. */
static void test_down(void **state)
{
	struct ike_relay_stats s;
	struct gh_endpoint from;
	struct sockaddr_storage ss;
	socklen_t size = sizeof(ss);
	struct bench b;
	uint8_t m[256];
	int charon;

	(void)state;
	bench_init(&b);
	charon = charon_new(&b);
	wait_connected(&b, true);
	from = b.at4500;
	from.port = GH_IKE_NATT_PORT;
	send_frame(charon, &from, &b.at_peer, "\xff", 1);
	assert_int_equal(recvfrom(b.peer, m, sizeof(m), 0, (struct sockaddr *)&ss, &size), 1);
	assert_int_equal(gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &from), 0);
	assert_int_equal(from.port, b.at4500.port);
	from.port = GH_IKE_PORT;
	send_frame(charon, &from, &b.at_peer, "abc", 3);
	assert_int_equal(receive(b.peer, m, sizeof(m)), 3);
	from.port = 4501;
	send_frame(charon, &from, &b.at_peer, "abc", 3);
	assert_int_equal(send(charon, "garbage", 7, 0), 7);
	from.port = GH_IKE_PORT;
	send_frame(charon, &from, &b.at_peer, "last", 4);
	assert_int_equal(receive(b.peer, m, sizeof(m)), 4);
	wait_from_charon(&b, 3, &s);
	assert_int_equal(s.drop_bad, 2);
	close(charon);
	bench_fini(&b);
}

static void test_replaced(void **state)
{
	struct bench b;
	uint8_t m[256];
	int old, new;

	(void)state;
	bench_init(&b);
	old = charon_new(&b);
	wait_connected(&b, true);
	new = charon_new(&b);
	assert_int_equal(receive(old, m, sizeof(m)), 0);        /* closed */
	ike_relay_deliver(b.relay, &b.at4500, &b.at_peer, (const uint8_t *)"\xff", 1);
	assert_int_equal(receive(new, m, sizeof(m)), GH_IKE_FRAME_HEAD + 1);
	close(old);
	close(new);
	wait_connected(&b, false);
	new = charon_new(&b);
	wait_connected(&b, true);
	close(new);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_up),
		cmocka_unit_test(test_deliver),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
