/*
 * Boxes of the real kernel, in namespaces of this process's own: packets are
 * written to one TUN and read, translated, from the other. Where the host lets
 * nobody make a namespace it is skipped, as a box could not be made there either.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "gatehoused/nat/box.h"
#include "ipsec/checksum.h"
#include "ipsec/packet.h"
#include "ipsec/vnet.h"
#include "ipsec/wire.h"
#include "rib/box_rules.h"
#include "rib/nl.h"

#define WAIT_MS 2000
#define QUIET_MS 50

static bool allowed;
static int fd[BOX_FDS];
static struct nl nft;

static struct box_rule rule(const char *name, const char *kind, const char *internal,
			    const char *external)
{
	struct box_rule r = { .ingress = strstr(kind, "ingress"), .dynamic = strstr(kind, "dynamic") };

	snprintf(r.name, sizeof(r.name), "%s", name);
	assert_int_equal(gh_prefix_parse(internal, &r.internal), 0);
	assert_int_equal(gh_prefix_parse(external, &r.external), 0);
	return r;
}

static void open_box(void)
{
	char why[BOX_WHY_MAX] = "";

	if (!allowed)
		skip();
	if (box_make(fd, why))
		fail_msg("%s", why);
	nft = (struct nl){ .fd = fd[BOX_NFT] };
}

static void close_box(void)
{
	for (unsigned i = 0; i < BOX_FDS; i++)
		close(fd[i]);
}

static void load(const struct box_rule *rules, size_t count)
{
	int rc = box_rules_load(&nft, rules, count);

	if (rc)
		fail_msg("%s: %s", strerror(-rc), nft.why);
}

struct flow {
	const char *source, *target;
	uint16_t source_port, target_port;
	uint8_t protocol, flags;
};

static size_t make(const struct flow *f, uint8_t *out)
{
	size_t l4 = f->protocol == PACKET_TCP ? 20 : 12, ip;
	struct gh_addr a, b;
	struct packet p;

	assert_int_equal(gh_addr_parse(f->source, &a), 0);
	assert_int_equal(gh_addr_parse(f->target, &b), 0);
	memset(out, 0, 100);
	if (a.family == AF_INET) {
		out[0] = 0x45;
		wire_put16(out + 2, (uint16_t)(20 + l4));
		out[8] = 2;
		out[9] = f->protocol;
		memcpy(out + 12, a.b, 4);
		memcpy(out + 16, b.b, 4);
		packet_ip_checksum(out, AF_INET, 20);
		ip = 20;
	} else {
		out[0] = 0x60;
		wire_put16(out + 4, (uint16_t)l4);
		out[6] = f->protocol;
		out[7] = 2;
		memcpy(out + 8, a.b, 16);
		memcpy(out + 24, b.b, 16);
		ip = 40;
	}
	wire_put16(out + ip, f->source_port);
	wire_put16(out + ip + 2, f->target_port);
	if (f->protocol == PACKET_TCP) {
		out[ip + 12] = 0x50;
		out[ip + 13] = f->flags;
		wire_put16(out + ip + 14, 1000);
	} else {
		wire_put16(out + ip + 4, (uint16_t)l4);
	}
	assert_true(packet_parse(out, ip + l4, &p));
	checksum_store(out + ip + (f->protocol == PACKET_TCP ? 16 : 6), packet_l4_sum(&p));
	return ip + l4;
}

static void put(enum box_fd end, const struct flow *f)
{
	struct virtio_net_hdr v = { 0 };
	uint8_t bytes[100];
	struct iovec iov[2] = { { &v, sizeof(v) }, { bytes, make(f, bytes) } };

	assert_true(writev(fd[end], iov, 2) > 0);
}

static bool get(enum box_fd end, int wait_ms, uint8_t *bytes, size_t size, struct packet *p)
{
	struct pollfd ready = { .fd = fd[end], .events = POLLIN };
	struct virtio_net_hdr v;
	struct iovec iov[2] = { { &v, sizeof(v) }, { bytes, size } };
	ssize_t n;

	if (poll(&ready, 1, wait_ms) != 1)
		return false;
	n = readv(fd[end], iov, 2);
	assert_true(n > (ssize_t)sizeof(v));
	assert_true(packet_parse(bytes, (size_t)n - sizeof(v), p));
	return true;
}

/* What came out at the end, and with which addresses. Returns its source port. */
static uint16_t expect(enum box_fd end, const char *source, const char *target)
{
	uint8_t bytes[200];
	struct gh_addr a, b;
	struct packet p;

	assert_int_equal(gh_addr_parse(source, &a), 0);
	assert_int_equal(gh_addr_parse(target, &b), 0);
	assert_true(get(end, WAIT_MS, bytes, sizeof(bytes), &p));
	assert_int_equal(p.family, a.family);
	assert_memory_equal(p.source, a.b, p.address_bytes);
	assert_memory_equal(p.target, b.b, p.address_bytes);
	assert_int_equal(checksum_fold(packet_l4_sum(&p)), 0xffff);
	return p.source_port;
}

static void expect_nothing(enum box_fd end)
{
	uint8_t bytes[200];
	struct packet p;

	assert_false(get(end, QUIET_MS, bytes, sizeof(bytes), &p));
}

static struct box_count count_of(const struct box_rule *rules, size_t count, size_t which)
{
	struct box_count out[8];

	assert_int_equal(box_rules_count(&nft, rules, count, out), 0);
	return out[which];
}

#define UDP(from, to) &(struct flow){ from, to, 5000, 6000, PACKET_UDP, 0 }

/* Without a rule that is meant, packets pass as they are. */
static void test_passes(void **state)
{
	(void)state;
	open_box();
	put(BOX_TUN_INSIDE, UDP("10.1.0.4", "10.20.0.1"));
	expect(BOX_TUN_OUTSIDE, "10.1.0.4", "10.20.0.1");
	put(BOX_TUN_OUTSIDE, UDP("10.20.0.1", "10.1.0.4"));
	expect(BOX_TUN_INSIDE, "10.20.0.1", "10.1.0.4");
	put(BOX_TUN_INSIDE, UDP("fd01::4", "fd20::1"));
	expect(BOX_TUN_OUTSIDE, "fd01::4", "fd20::1");
	close_box();
}

static void test_static(void **state)
{
	struct box_rule rules[2];
	struct box_count n;

	(void)state;
	open_box();
	rules[0] = rule("out", "egress static", "10.1.0.0/16", "100.64.0.0/16");
	rules[1] = rule("in", "ingress static", "10.1.0.0/16", "10.77.0.0/16");
	load(rules, 2);
	/* Both have 10.1.0.4, and meet. The virtual network begins, and is answered. */
	put(BOX_TUN_INSIDE, UDP("10.1.0.4", "10.77.0.4"));
	expect(BOX_TUN_OUTSIDE, "100.64.0.4", "10.1.0.4");
	put(BOX_TUN_OUTSIDE, &(struct flow){ "10.1.0.4", "100.64.0.4", 6000, 5000, PACKET_UDP, 0 });
	expect(BOX_TUN_INSIDE, "10.77.0.4", "10.1.0.4");
	/* The site begins. */
	put(BOX_TUN_OUTSIDE, UDP("10.1.9.9", "100.64.3.3"));
	expect(BOX_TUN_INSIDE, "10.77.9.9", "10.1.3.3");
	put(BOX_TUN_INSIDE, &(struct flow){ "10.1.3.3", "10.77.9.9", 6000, 5000, PACKET_UDP, 0 });
	expect(BOX_TUN_OUTSIDE, "100.64.3.3", "10.1.9.9");
	n = count_of(rules, 2, 0);
	assert_int_equal(n.flows, 2);
	assert_int_equal(n.stateless, 0);
	assert_int_equal(count_of(rules, 2, 1).flows, 2);
	close_box();
}

/* The answer to a SYN that took the other gateway. */
static void test_half_a_flow(void **state)
{
	struct flow syn_ack = { "10.1.0.4", "10.77.0.4", 5000, 6000, PACKET_TCP,
				PACKET_TCP_SYN | PACKET_TCP_ACK };
	struct box_rule rules[3];

	(void)state;
	open_box();
	rules[0] = rule("out", "egress static", "10.1.0.0/16", "100.64.0.0/16");
	rules[1] = rule("in", "ingress static", "10.1.0.0/16", "10.77.0.0/16");
	rules[2] = rule("many", "egress dynamic", "10.2.0.0/16", "100.65.0.1/32");
	load(rules, 3);
	put(BOX_TUN_INSIDE, &syn_ack);
	expect(BOX_TUN_OUTSIDE, "100.64.0.4", "10.1.0.4");
	assert_int_equal(count_of(rules, 3, 0).stateless, 1);
	syn_ack.source = "10.2.0.4";
	put(BOX_TUN_INSIDE, &syn_ack);
	expect_nothing(BOX_TUN_OUTSIDE);
	assert_int_equal(count_of(rules, 3, 2).refused, 1);
	close_box();
}

static void test_dynamic(void **state)
{
	struct box_rule rules[2];
	uint16_t port[2];

	(void)state;
	open_box();
	rules[0] = rule("many", "egress dynamic", "10.1.0.0/16", "100.64.0.7/32");
	rules[1] = rule("one", "egress static", "10.1.0.9/32", "100.64.0.9/32");
	load(rules, 2);
	put(BOX_TUN_INSIDE, UDP("10.1.0.4", "10.20.0.1"));
	port[0] = expect(BOX_TUN_OUTSIDE, "100.64.0.7", "10.20.0.1");
	put(BOX_TUN_INSIDE, UDP("10.1.0.5", "10.20.0.1"));
	port[1] = expect(BOX_TUN_OUTSIDE, "100.64.0.7", "10.20.0.1");
	assert_int_not_equal(port[0], port[1]);
	/* Each has its own answer. */
	for (unsigned i = 0; i < 2; i++) {
		put(BOX_TUN_OUTSIDE, &(struct flow){ "10.20.0.1", "100.64.0.7", 6000, port[i],
						     PACKET_UDP, 0 });
		expect(BOX_TUN_INSIDE, "10.20.0.1", i ? "10.1.0.5" : "10.1.0.4");
	}
	put(BOX_TUN_INSIDE, UDP("10.1.0.9", "10.20.0.1"));
	expect(BOX_TUN_OUTSIDE, "100.64.0.9", "10.20.0.1");
	/* Nobody asked for this. */
	put(BOX_TUN_OUTSIDE, UDP("10.20.0.1", "100.64.0.7"));
	expect_nothing(BOX_TUN_INSIDE);
	assert_int_equal(count_of(rules, 2, 0).refused, 1);
	assert_int_equal(count_of(rules, 2, 0).flows, 2);
	close_box();
}

static void test_ipv6(void **state)
{
	struct box_rule rules[2];

	(void)state;
	open_box();
	rules[0] = rule("six", "egress static", "fd01:1::/64", "fd64:1::/64");
	rules[1] = rule("six-many", "ingress dynamic", "fd20::/16", "fd77::7/128");
	load(rules, 2);
	put(BOX_TUN_INSIDE, UDP("fd01:1::4", "fd20::1"));
	expect(BOX_TUN_OUTSIDE, "fd64:1::4", "fd20::1");
	put(BOX_TUN_OUTSIDE, UDP("fd20::2", "fd64:1::9"));
	expect(BOX_TUN_INSIDE, "fd77::7", "fd01:1::9");
	put(BOX_TUN_INSIDE, &(struct flow){ "fd01:1::8", "fd30::1", 1, 2, PACKET_TCP,
					    PACKET_TCP_SYN | PACKET_TCP_ACK });
	expect(BOX_TUN_OUTSIDE, "fd64:1::8", "fd30::1");
	close_box();
}

/* The keeper's shelf, over a line as between keeper and daemon. */
static void test_shelf(void **state)
{
	struct box_shelf *shelf = box_shelf_new();
	int line[2], got[BOX_FDS], again[BOX_FDS];
	struct box_rule r;
	char why[BOX_WHY_MAX];
	pid_t keeper;

	(void)state;
	if (!allowed)
		skip();
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, line), 0);
	keeper = fork();
	if (!keeper) {
		struct pollfd asked = { .fd = line[1], .events = POLLIN };

		close(line[0]);
		while (poll(&asked, 1, -1) == 1 && box_shelf_serve(shelf, line[1]))
			;
		box_shelf_free(shelf);
		_exit(0);
	}
	close(line[1]);
	box_shelf_free(shelf);
	r = rule("r", "egress static", "10.1.0.0/16", "100.64.0.0/16");
	assert_int_equal(box_take(line[0], "paris 1", got, why), 0);
	nft = (struct nl){ .fd = got[BOX_NFT] };
	assert_int_equal(box_rules_present(&nft), 0);
	load(&r, 1);
	assert_int_equal(box_rules_present(&nft), 1);
	/* Its rules are there for whoever asks again, until it is dropped. */
	assert_int_equal(box_take(line[0], "paris 1", again, why), 1);
	nft = (struct nl){ .fd = again[BOX_NFT] };
	assert_int_equal(count_of(&r, 1, 0).flows, 0);
	for (unsigned i = 0; i < BOX_FDS; i++) {
		close(got[i]);
		close(again[i]);
	}
	box_drop(line[0], "paris 1");
	assert_int_equal(box_take(line[0], "paris 1", got, why), 0);
	for (unsigned i = 0; i < BOX_FDS; i++)
		close(got[i]);
	box_sweep(line[0]);
	assert_int_equal(box_take(line[0], "paris 1", got, why), 1);
	for (unsigned i = 0; i < BOX_FDS; i++)
		close(got[i]);
	close(line[0]);
}

/* A keeper that is gone, one that refuses, one that talks nonsense. */
static void test_line_fails(void **state)
{
	char why[BOX_WHY_MAX] = "";
	int line[2], got[BOX_FDS];
	char key[BOX_KEY_MAX + 2];

	(void)state;
	memset(key, 'k', sizeof(key));
	key[sizeof(key) - 1] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, line), 0);
	assert_int_equal(box_take(line[0], key, got, why), -ENAMETOOLONG);
	close(line[1]);
	why[0] = '\0';
	assert_true(box_take(line[0], "paris", got, why) < 0);
	assert_string_not_equal(why, "");
	close(line[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line_fails),
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_static),
		cmocka_unit_test(test_half_a_flow),
		cmocka_unit_test(test_dynamic),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_shelf),
	};

	/* As root in a namespace of our own, else as somebody who is root in his own. */
	allowed = (unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0) &&
		  access("/dev/net/tun", R_OK | W_OK) == 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
