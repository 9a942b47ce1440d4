/*
 * bench tunnel - one end of a tunnel with fixed keys: the datapath without IKE
 *
 *   tunnel TUN LOCAL REMOTE SPI_IN SPI_OUT
 *
 * Opens the TUN and port 4500, routes everything into one pair of SAs and
 * prints its counters on SIGTERM. `tests/bench/run` starts two of them.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "ipsec/ipsec.h"
#include "ipsec/port.h"
#include "ipsec/tun.h"

#define MTU 1400
#define LEG 1
#define GROUP 1
#define TICK_MS 1000

static void die(const char *what, int err)
{
	fprintf(stderr, "tunnel: %s: %s\n", what, strerror(-err));
	exit(1);
}

static int check(const char *what, int rc)
{
	if (rc < 0)
		die(what, rc);
	return rc;
}

static void on_ike(void *ctx, const struct gh_endpoint *local, const struct gh_endpoint *remote,
		   const uint8_t *datagram, size_t length)
{
	(void)ctx;
	(void)local;
	(void)remote;
	(void)datagram;
	(void)length;
}

static void add_sa(struct ipsec *i, uint8_t direction, uint32_t spi, const struct gh_endpoint *from,
		   const struct gh_endpoint *to)
{
	struct gh_sa sa = {
		.name = { direction, spi, to->addr },
		.source = *from, .target = *to, .encap = true, .tunnel = true, .esn = true,
		.leg = LEG, .replay_window = 4096, .encryption = 20, .key_length = 36,
		.local_count = 2, .remote_count = 2,
	};

	for (unsigned k = 0; k < sa.key_length; k++)
		sa.key[k] = (uint8_t)(spi + k);
	for (unsigned k = 0; k < 2; k++) {
		struct gh_selector all = { .port_to = 65535 };

		all.from.family = all.to.family = k ? AF_INET6 : AF_INET;
		memset(all.to.b, 0xff, k ? 16 : 4);
		sa.local[k] = sa.remote[k] = all;
	}
	check("sa", ipsec_sa_set(i, &sa));
}

static void add_routes(struct ipsec *i)
{
	const uint32_t legs[] = { LEG };
	struct gh_prefix all = { .addr.family = AF_INET };

	check("group", ipsec_group_set(i, GROUP, legs, 1));
	check("route", ipsec_route_set(i, &all, GROUP));
	all.addr.family = AF_INET6;
	check("route", ipsec_route_set(i, &all, GROUP));
}

static void print_counters(const struct ipsec *i)
{
	struct ipsec_counters c;

	ipsec_counters(i, &c);
	printf("out %llu packets, in %llu packets", (unsigned long long)c.out_packets,
	       (unsigned long long)c.in_packets);
	for (unsigned k = 0; k < IPSEC_DROP_COUNT; k++)
		if (c.drops[k])
			printf(", %s %llu", ipsec_drop_name(k), (unsigned long long)c.drops[k]);
	printf("\n");
}

static void run(struct ipsec *i)
{
	struct pollfd wait = { .events = POLLIN };
	sigset_t stop;

	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	wait.fd = signalfd(-1, &stop, SFD_CLOEXEC);
	while (poll(&wait, 1, TICK_MS) <= 0)
		ipsec_tick(i, NULL, NULL);
}

int main(int argc, char **argv)
{
	struct gh_endpoint local = { .port = 4500 }, remote = { .port = 4500 };
	struct ipsec_config config = { .mtu = MTU, .ike = on_ike };
	struct ipsec *i;

	if (argc != 6 || gh_addr_parse(argv[2], &local.addr) ||
	    gh_addr_parse(argv[3], &remote.addr)) {
		fprintf(stderr, "usage: tunnel TUN LOCAL REMOTE SPI_IN SPI_OUT\n");
		return 1;
	}
	config.tun_fd = check("TUN", tun_open(argv[1]));
	check("TUN up", tun_up(argv[1], MTU));
	config.natt_fd[0] = check("port", port_open(AF_INET, 4500, true));
	config.natt_fd[1] = check("port", port_open(AF_INET6, 4500, true));
	config.esp_fd[0] = check("protocol 50", port_open_esp(AF_INET));
	config.esp_fd[1] = check("protocol 50", port_open_esp(AF_INET6));
	config.sa_map_fd = memfd_create("sa.map", MFD_CLOEXEC);
	check("start", ipsec_new(&config, &i));
	add_sa(i, GH_IN, (uint32_t)atoi(argv[4]), &remote, &local);
	add_sa(i, GH_OUT, (uint32_t)atoi(argv[5]), &local, &remote);
	add_routes(i);
	run(i);
	print_counters(i);
	ipsec_free(i);
	return 0;
}
