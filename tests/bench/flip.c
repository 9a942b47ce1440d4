/*
 * flip - the kernel's side of a failover, measured with real packets (needs root)
 *
 *   rib-v host ── vnet0 ┐                ┌ er0 ── rib-e0   edge primary
 *                       ├ rib-g, this ───┤
 *   rib-p public ── wan ┘  private table └ er1 ── rib-e1   edge secondary
 *   (main's default)       TUN rib0: read here, stands for the VPN
 *
 * The host sends numbered datagrams to random addresses of all prefixes, both
 * families; the edges, the TUN and the public side count what arrives. Behind
 * the primary edge somebody sends datagrams whose TTL ends at the gateway: its
 * ICMP errors quote them, and must not come out on the public side either. Each
 * step takes something away or brings it back, and prints what was lost and
 * how long it took:
 *
 *   flip [PREFIXES]         default 100000, and a fifth of it in IPv6
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "rib/explain.h"
#include "rib/fib_kernel.h"
#include "rib/monitor.h"
#include "rib/rib.h"
#include "rib/underlay.h"

#define PORT 4242
#define INTERVAL_NS 500000
#define TABLE 4790
#define INSTANCE 63
#define PROBES_MAX (1u << 22)

enum place { LOST, EDGE0, EDGE1, TUN, PUBLIC, PLACES };
static const char *const place_names[] = { "lost", "edge0", "edge1", "tun", "PUBLIC" };

static _Atomic uint8_t arrived[PROBES_MAX];     /* by sequence number */
static _Atomic uint32_t sent;
static _Atomic unsigned errors_edge, errors_public;    /* ICMP errors that came out there */
static _Atomic bool over;
static unsigned prefixes;
static int tun_fd;

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void run(const char *format, ...)
{
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command)) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
}

static void enter(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET)) {
		perror(path);
		exit(1);
	}
	close(fd);
}

static int udp_socket(int family)
{
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1, size = 8 << 20;

	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (bind(fd, family == AF_INET6 ? (void *)&any6 : (void *)&any4,
		 family == AF_INET6 ? sizeof(any6) : sizeof(any4)))
		exit(1);
	return fd;
}

static void setup(void)
{
	static const char *const spaces[] = { "rib-v", "rib-g", "rib-e0", "rib-e1", "rib-p" };
	static const struct { const char *dev, *ns, *mine, *theirs, *mine6, *theirs6; } links[] = {
		{ "vnet0", "rib-v", "10.255.0.1/24", "10.255.0.2/24", "fd01::1/64", "fd01::2/64" },
		{ "er0", "rib-e0", "172.16.0.1/30", "172.16.0.2/30", "fd02::1/64", "fd02::2/64" },
		{ "er1", "rib-e1", "172.16.0.5/30", "172.16.0.6/30", "fd03::1/64", "fd03::2/64" },
		{ "wan", "rib-p", "192.0.2.1/24", "192.0.2.2/24", "fd04::1/64", "fd04::2/64" },
	};

	for (int i = 0; i < 5; i++) {
		run("ip netns add %s && ip -n %s link set lo up", spaces[i], spaces[i]);
		run("ip netns exec %s sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0"
		    " net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0", spaces[i]);
	}
	for (int i = 0; i < 4; i++) {
		run("ip -n rib-g link add %s index %d type veth peer name eth0 index %d netns %s",
		    links[i].dev, 20 + i, 120 + i, links[i].ns);
		run("ip -n rib-g addr add %s dev %s && ip -n rib-g addr add %s dev %s nodad",
		    links[i].mine, links[i].dev, links[i].mine6, links[i].dev);
		run("ip -n rib-g link set %s up", links[i].dev);
		run("ip -n %s addr add %s dev eth0 && ip -n %s addr add %s dev eth0 nodad && ip -n %s link set eth0 up",
		    links[i].ns, links[i].theirs, links[i].ns, links[i].theirs6, links[i].ns);
		if (i)
			run("ip -n %s route add local 10.0.0.0/9 dev lo && ip -n %s -6 route add local 2001:db8::/32 dev lo",
			    links[i].ns, links[i].ns);
	}
	for (int i = 1; i <= 2; i++)
		run("ip -n %s route add 10.255.0.0/24 via %.*s && ip -n %s -6 route add fd01::/64 via fd0%d::1",
		    links[i].ns, (int)strcspn(links[i].mine, "/"), links[i].mine, links[i].ns, i + 1);
	run("ip netns exec rib-g sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000");
	run("ip -n rib-v route add default via 10.255.0.1 && ip -n rib-v -6 route add default via fd01::1");
	run("ip -n rib-g route add default via 192.0.2.2 && ip -n rib-g -6 route add default via fd04::2");
	run("ip -n rib-g neigh replace 10.255.0.2 dev vnet0 lladdr $(ip -n rib-v -j link show eth0 | grep -o '\"address\":\"[^\"]*' | cut -d'\"' -f4)");
}

static void teardown(void)
{
	static const char *const spaces[] = { "rib-v", "rib-g", "rib-e0", "rib-e1", "rib-p" };

	for (int i = 0; i < 5; i++)
		if (spaces[i]) {
			char command[64];

			snprintf(command, sizeof(command), "ip netns del %s 2>/dev/null", spaces[i]);
			if (system(command))
				continue;
		}
}

/* ---- traffic ---- */

static struct gh_prefix prefix_at(unsigned i, bool v6)
{
	struct gh_prefix p = { .addr.family = v6 ? AF_INET6 : AF_INET, .length = v6 ? 48 : 24 };

	if (v6) {
		memcpy(p.addr.b, (uint8_t[]){ 0x20, 1, 0x0d, 0xb8 }, 4);
		p.addr.b[4] = (uint8_t)(i >> 8);
		p.addr.b[5] = (uint8_t)i;
	} else {
		p.addr.b[0] = 10;
		p.addr.b[1] = (uint8_t)(i >> 8);
		p.addr.b[2] = (uint8_t)i;
	}
	return p;
}

/* 10.0.0.0/9 has 32k prefixes of /24: beyond that the rest is load, in 11.0.0.0/8 and on. */
static struct gh_prefix load_at(unsigned i, bool v6)
{
	struct gh_prefix p = prefix_at(i, v6);

	if (!v6 && i >= 32768) {
		p.addr.b[0] = (uint8_t)(20 + (i >> 16));
		return p;
	}
	if (v6 && i >= 65536)
		p.addr.b[3] = (uint8_t)(0xb9 + (i >> 16));
	return p;
}

/* A datagram that dies at the gateway. */
static int short_lived(int family)
{
	struct sockaddr_in from4 = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(0x0a000501) };
	struct sockaddr_in6 from6 = { .sin6_family = AF_INET6 };
	int fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0), one = 1;

	inet_pton(AF_INET6, "2001:db8:5::1", &from6.sin6_addr);
	if (family == AF_INET)
		setsockopt(fd, IPPROTO_IP, IP_TTL, &one, sizeof(one));
	else
		setsockopt(fd, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one));
	setsockopt(fd, IPPROTO_IPV6, IPV6_FREEBIND, &one, sizeof(one));
	if (bind(fd, family == AF_INET ? (void *)&from4 : (void *)&from6,
		 family == AF_INET ? sizeof(from4) : sizeof(from6)))
		perror("bind");
	return fd;
}

static void send_short_lived(int fd4, int fd6)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(9) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(9) };

	inet_pton(AF_INET, "10.255.0.2", &to4.sin_addr);
	inet_pton(AF_INET6, "fd01::2", &to6.sin6_addr);
	sendto(fd4, "marker", 6, 0, (void *)&to4, sizeof(to4));
	sendto(fd6, "marker", 6, 0, (void *)&to6, sizeof(to6));
}

static void *send_probes(void *unused)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(PORT) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(PORT) };
	unsigned many4 = prefixes < 32768 ? prefixes : 32768, many6 = prefixes / 5 < 65536 ? prefixes / 5 : 65536;
	struct timespec next;
	int fd4, fd6, short4, short6;

	(void)unused;
	enter("rib-e0");
	short4 = short_lived(AF_INET);
	short6 = short_lived(AF_INET6);
	enter("rib-v");
	fd4 = socket(AF_INET, SOCK_DGRAM, 0);
	fd6 = socket(AF_INET6, SOCK_DGRAM, 0);
	clock_gettime(CLOCK_MONOTONIC, &next);
	for (uint32_t seq = 0; !over && seq < PROBES_MAX; seq++) {
		struct gh_prefix p = prefix_at((unsigned)random() % (seq & 1 ? many6 : many4), seq & 1);

		p.addr.b[p.addr.family == AF_INET ? 3 : 15] = (uint8_t)(1 + random() % 250);
		memcpy(&to4.sin_addr, p.addr.b, 4);
		memcpy(&to6.sin6_addr, p.addr.b, 16);
		sendto(seq & 1 ? fd6 : fd4, &seq, sizeof(seq), 0, seq & 1 ? (void *)&to6 : (void *)&to4,
		       seq & 1 ? sizeof(to6) : sizeof(to4));
		sent = seq + 1;
		if (seq % 64 == 0)
			send_short_lived(short4, short6);
		next.tv_nsec += INTERVAL_NS;
		if (next.tv_nsec >= 1000000000) {
			next.tv_nsec -= 1000000000;
			next.tv_sec++;
		}
		clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
	}
	return NULL;
}

static void note(const uint8_t *payload, enum place place)
{
	uint32_t seq;

	memcpy(&seq, payload, sizeof(seq));
	if (seq < PROBES_MAX)
		arrived[seq] = (uint8_t)place;
}

static void note_error(bool is_time_exceeded, bool public)
{
	if (is_time_exceeded)
		*(public ? &errors_public : &errors_edge) += 1;
}

static void *receive_probes(void *unused)
{
	static const char *const spaces[] = { "rib-e0", "rib-e1", "rib-p" };
	static const enum place places[] = { EDGE0, EDGE0, EDGE1, EDGE1, PUBLIC, PUBLIC, TUN };
	struct pollfd fds[13];
	uint8_t packet[2048];

	(void)unused;
	for (int i = 0; i < 3; i++) {
		enter(spaces[i]);
		fds[2 * i] = (struct pollfd){ udp_socket(AF_INET), POLLIN, 0 };
		fds[2 * i + 1] = (struct pollfd){ udp_socket(AF_INET6), POLLIN, 0 };
	}
	fds[6] = (struct pollfd){ tun_fd, POLLIN, 0 };
	for (int i = 0; i < 3; i++) {
		int flags = SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC;

		enter(spaces[i]);
		fds[7 + 2 * i] = (struct pollfd){ socket(AF_INET, flags, IPPROTO_ICMP), POLLIN, 0 };
		fds[8 + 2 * i] = (struct pollfd){ socket(AF_INET6, flags, IPPROTO_ICMPV6), POLLIN, 0 };
	}
	while (!over) {
		poll(fds, 13, 100);
		for (int i = 0; i < 13; i++) {
			ssize_t n;

			while ((n = read(fds[i].fd, packet, sizeof(packet))) > 0) {
				if (i >= 7)     /* an IPv4 raw socket hands out the IP header, too */
					note_error(i & 1 ? packet[20] == 11 : packet[0] == 3, i >= 11);
				else if (i < 6)
					note(packet, places[i]);
				else if (n == 32 && packet[0] >> 4 == 4)
					note(packet + 28, TUN);
				else if (n == 52 && packet[0] >> 4 == 6 && packet[6] == 17)
					note(packet + 48, TUN);
			}
		}
	}
	return NULL;
}

/* ---- the arbiter ---- */

static struct rib *rib;
static struct fib *kernel;
static struct underlay *underlay;
static struct monitor *mon;
static uint32_t last_flip_us;
static bool primary_fails;      /* while the process is away */

static void hear_change(void *host, const struct rib_leg_event *e)
{
	(void)host;
	last_flip_us = e->took_us;
}

static void hear_link(void *ctx, const struct link_state *link)
{
	(void)ctx;
	rib_link_event(rib, link, gh_now());
	if (!link->deleted)
		underlay_link_changed(underlay, link->name);
}

static void hear_lost(void *ctx)
{
	(void)ctx;
	rib_audit(rib, gh_now());
}

static void turns(unsigned ms)
{
	struct gh_time end = gh_time_add_ms(gh_now(), ms);

	do {
		struct pollfd p = { monitor_fd(mon), POLLIN, 0 };
		bool more = rib_flush(rib, gh_now());

		rib_timer(rib, gh_now());
		if (poll(&p, 1, more ? 0 : 1) > 0)
			monitor_read(mon);
	} while (gh_now().ns < end.ns);
}

static void leg_set(uint32_t number, const char *interface, const char *gateway4, const char *gateway6)
{
	struct rib_leg_config c = { .number = number, .weight = 0, .wait_to_restore_ms = 0 };

	snprintf(c.name, sizeof(c.name), "%s", interface ? "circuit" : "vpn");
	if (interface) {
		c.kind = RIB_EXPRESSROUTE;
		c.egress = RIB_EGRESS_EDGE;
		snprintf(c.interface, sizeof(c.interface), "%s", interface);
		gh_addr_parse(gateway4, &c.gateway4);
		gh_addr_parse(gateway6, &c.gateway6);
		c.uses = LEG_USES(LEG_FACT_BFD) | LEG_USES(LEG_FACT_LINK) | LEG_USES(LEG_FACT_BGP);
	} else {
		c.kind = RIB_VPN;
		c.egress = RIB_EGRESS_ESP;
		c.uses = LEG_USES(LEG_FACT_SA);
	}
	rib_leg_set(rib, &c, gh_now());
}

static void paths_set(uint32_t leg, bool withdraw)
{
	struct gh_path path = { .local_pref = 100, .as_hops = 1, .as_count = 1, .as_path = { 12076 } };

	for (unsigned i = 0; i < prefixes + prefixes / 5; i++) {
		bool v6 = i >= prefixes;

		path.neighbor = gh_neighbor_id(leg, v6 ? AF_INET6 : AF_INET, 0);
		path.prefix = load_at(v6 ? i - prefixes : i, v6);
		if (withdraw) {
			struct gh_path_del del = {
				.neighbor = path.neighbor, .prefix = path.prefix,
			};

			rib_path_del(rib, &del);
		} else {
			rib_path_set(rib, &path);
		}
		if (i % 4096 == 0)
			rib_flush(rib, gh_now());
	}
}

static void plan_apply(void)
{
	struct underlay_plan plan = { .vnet = "vnet0", .edges = { "er0", "er1" }, .edges_count = 2, .spaces_count = 2 };
	struct underlay_session session;
	struct underlay_ask ask = { .plan = &plan, .sessions = &session, .session_count = 1 };

	gh_prefix_parse("10.255.0.0/24", &plan.spaces[0]);
	gh_prefix_parse("fd01::/64", &plan.spaces[1]);
	gh_addr_parse("169.254.21.2", &session.peer);
	gh_addr_parse("169.254.21.1", &session.local);
	if (!underlay_change(underlay, &ask))
		exit(1);
	underlay_settled(underlay);
}

static void start(void)
{
	struct fib_kernel_config kc = { .table = TABLE, .instance = INSTANCE, .tun = "rib0", .vnet = "vnet0" };
	struct underlay_config uc = { .table = TABLE, .tun = "rib0", .mtu = 1400 };
	struct rib_config rc = { .takeover_ms = 60000, .leg_changed = hear_change };
	struct gh_prefix spaces[2];

	gh_prefix_parse("10.255.0.0/24", &spaces[0]);
	gh_prefix_parse("fd01::/64", &spaces[1]);
	if (underlay_open(&uc, &underlay) || fib_kernel_new(&kc, &kernel))
		exit(1);
	rc.kernel = kernel;
	rib_new(&rc, gh_now(), &rib);
	rib_space_set(rib, spaces, 2);
	leg_set(1, "er0", "172.16.0.2", "fd02::2");
	leg_set(2, "er1", "172.16.0.6", "fd03::2");
	leg_set(3, NULL, NULL, NULL);
	if (monitor_open(hear_link, hear_lost, NULL, &mon))
		exit(1);
	plan_apply();
	for (uint32_t leg = 1; leg <= 2; leg++) {
		rib_leg_fact(rib, leg, LEG_FACT_BFD, leg != 1 || !primary_fails, gh_now());
		rib_leg_fact(rib, leg, LEG_FACT_BGP, true, gh_now());
	}
	rib_leg_fact(rib, 3, LEG_FACT_SA, true, gh_now());
}

/* What a kill leaves behind: everything that is in the kernel. */
static void stop(void)
{
	monitor_close(mon);
	rib_free(rib);
	fib_kernel_free(kernel);
	underlay_close(underlay);
}

/* ---- steps ---- */

static void step(const char *name, void (*act)(void), const char *expect)
{
	uint32_t begin, end, count[PLACES] = { 0 }, gap = 0, longest = 0;
	struct gh_time t;
	uint64_t took_us;

	turns(1100);            /* a quiet second: the kernel acts on carriers at most that often */
	last_flip_us = 0;
	errors_edge = errors_public = 0;
	begin = sent;
	t = gh_now();
	act();
	took_us = (gh_now().ns - t.ns) / 1000;
	turns(1500);
	end = sent;
	turns(300);
	for (uint32_t s = begin; s < end; s++) {
		count[arrived[s]]++;
		gap = arrived[s] == LOST ? gap + 1 : 0;
		longest = gap > longest ? gap : longest;
	}
	printf("%-28s act %8llu us, flip %6u us;", name, (unsigned long long)took_us, last_flip_us);
	for (int p = 0; p < PLACES; p++)
		printf(" %s %u", place_names[p], count[p]);
	printf(", longest gap %.1f ms; ICMP errors edges %u PUBLIC %u; expect %s\n", longest * INTERVAL_NS / 1e6,
	       errors_edge, errors_public, expect);
	if (strncmp(expect, "all lost", 8))
		printf("figure flip_%s_lost %u packets\n", name, count[LOST]);
	printf("figure flip_%s_leaked %u packets\n", name, count[PUBLIC] + errors_public);
	printf("figure flip_%s_us %u us\n", name, last_flip_us ? last_flip_us : (unsigned)took_us);
	fflush(stdout);
}

static void nothing(void)
{
}

static void bfd0_down(void)
{
	rib_leg_fact(rib, 1, LEG_FACT_BFD, false, gh_now());
}

static void bfd0_up(void)
{
	rib_leg_fact(rib, 1, LEG_FACT_BFD, true, gh_now());
}

static void bfd1_down(void)
{
	rib_leg_fact(rib, 2, LEG_FACT_BFD, false, gh_now());
}

static void bfd1_up(void)
{
	rib_leg_fact(rib, 2, LEG_FACT_BFD, true, gh_now());
}

static void links_down(void)
{
	run("ip link set er0 down; ip link set er1 down");
	bfd0_down();
	bfd1_down();
}

static void links_up(void)
{
	run("ip link set er0 up; ip link set er1 up");
	turns(100);
	/* As BGP and BFD would: they find the neighbors before they are up. */
	run("for a in 172.16.0.2 172.16.0.6 fd02::2 fd03::2; do ping -q -c 2 -i 0.2 -W 3 $a >/dev/null & done; wait");
	bfd0_up();
	bfd1_up();
}

static void carrier_down(void)
{
	run("ip -n rib-e0 link set eth0 down");
}

static void carrier_up(void)
{
	run("ip -n rib-e0 link set eth0 up; ip -n rib-e0 addr add fd02::2/64 dev eth0 nodad 2>/dev/null;"
	    "ip -n rib-e0 route add 10.255.0.0/24 via 172.16.0.1; ip -n rib-e0 -6 route add fd01::/64 via fd02::1");
}

static void feed(void)
{
	rib_snapshot_begin(rib);
	paths_set(1, false);
	paths_set(2, false);
	paths_set(3, false);
	rib_snapshot_end(rib, gh_now());
	while (rib_flush(rib, gh_now()))
		;
}

static void restart(void)
{
	stop();
	start();
	turns(200);
	feed();
}

/* BFD says at once that the primary edge failed meanwhile: its old nexthop goes, before any path is known. */
static void restart_failed(void)
{
	primary_fails = true;
	stop();
	start();
	turns(200);
	feed();
	primary_fails = false;
}

static void withdraw(void)
{
	paths_set(1, true);
	paths_set(2, true);
	while (rib_flush(rib, gh_now()))
		;
}

static void announce(void)
{
	paths_set(1, false);
	paths_set(2, false);
	while (rib_flush(rib, gh_now()))
		;
}

/* The VNet interface leaves the configuration: nothing from it may go by the main table. */
static void vnet_left(void)
{
	struct underlay_plan plan = { .edges = { "er0", "er1" }, .edges_count = 2, .spaces_count = 0 };

	underlay_change(underlay, &(struct underlay_ask){ .plan = &plan });
}

static void tun_gone(void)
{
	run("ip link del rib0");
}

static void show(void)
{
	struct gh_prefix p = prefix_at(5, false);
	struct rib_counters c;
	struct explain e;

	rib_counters(rib, &c);
	printf("prefixes %llu + %llu, groups %llu, kernel %llu, failures %llu\n", (unsigned long long)c.prefixes4,
	       (unsigned long long)c.prefixes6, (unsigned long long)c.groups,
	       (unsigned long long)c.kernel_routes, (unsigned long long)c.failures);
	explain_address(rib, &p.addr, &e);
	printf("tiers %s\nkernel %s\nholds %s\n", e.tiers, e.kernel, e.kernel_holds);
	explain_fini(&e);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct ifreq ifr = { .ifr_name = "rib0", .ifr_flags = IFF_TUN | IFF_NO_PI };
	pthread_t sender, receiver;
	struct gh_time t;

	prefixes = argc > 1 ? (unsigned)atoi(argv[1]) : 100000;
	if (getuid()) {
		fprintf(stderr, "flip: needs root\n");
		return 77;
	}
	gh_log_set_level(getenv("VERBOSE") ? GH_LOG_DEBUG : GH_LOG_WARNING);
	atexit(teardown);
	setup();
	enter("rib-g");
	tun_fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (tun_fd < 0 || ioctl(tun_fd, TUNSETIFF, &ifr)) {
		perror("tun");
		return 1;
	}
	start();
	turns(100);
	t = gh_now();
	feed();
	printf("figure load_ms %llu ms\n", (unsigned long long)((gh_now().ns - t.ns) / 1000000));
	show();
	pthread_create(&receiver, NULL, receive_probes, NULL);
	turns(50);
	pthread_create(&sender, NULL, send_probes, NULL);
	turns(500);

	step("steady", nothing, "edge0 and edge1 alike");
	step("bfd_one", bfd0_down, "edge1");
	show();
	step("restore_one", bfd0_up, "both edges, nothing lost");
	step("bfd_one_again", bfd0_down, "edge1");
	step("bfd_last", bfd1_down, "tun");
	show();
	step("restore_first", bfd0_up, "edge0, nothing lost");
	step("restore_second", bfd1_up, "both edges, nothing lost");
	step("links_down", links_down, "tun");
	step("links_up", links_up, "both edges, nothing lost");
	step("carrier_down", carrier_down, "edge1");
	step("carrier_up", carrier_up, "both edges");
	step("restart", restart, "both edges, nothing lost");
	show();
	step("restart_failed", restart_failed, "edge1, nothing lost");
	step("restore_failed", bfd0_up, "both edges, nothing lost");
	step("withdraw", withdraw, "tun, nothing lost");
	show();
	step("announce", announce, "both edges, nothing lost");
	step("vnet_left", vnet_left, "all lost, nothing leaked");
	plan_apply();
	step("vnet_back", nothing, "both edges, nothing lost");
	links_down();
	step("tun_gone", tun_gone, "all lost, nothing leaked");
	over = true;
	pthread_join(sender, NULL);
	pthread_join(receiver, NULL);
	fib_kernel_remove(kernel);
	underlay_remove(underlay);
	run("test -z \"$(ip nexthop show)$(ip rule show | grep %d)$(ip route show table %d)$(ip -6 route show table %d)\" || "
	    "{ echo left over; ip nexthop show; ip rule show; ip route show table %d | head; }", TABLE, TABLE, TABLE, TABLE);
	stop();
	return 0;
}
