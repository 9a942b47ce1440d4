/*
 * probe - numbered UDP packets from here to there, and their counting
 *
 *   probe send FROM TO PORT RATE FLOWS MARKER    until SIGINT or SIGTERM
 *   probe receive AT PORT MARKER                 likewise, five lines a second
 *
 * Every packet carries MARKER (8 hex digits, one per run), so that it is
 * recognised wherever it turns up; its flow and the flow's own sequence number,
 * so that loss and reordering can be computed from captures; and when it was
 * sent. Flows differ in their source port, PORT + 1 + flow: a router that shares
 * traffic by flow spreads them. Packets go round robin over the flows, evenly
 * spaced in time; a sender that was held up skips none and catches up at twice the
 * rate, for a burst would ask of queues what no even load does.
 *
 * The captures are the truth (capture.py); what this program prints serves the
 * eye and the cross-check.
 *
 * Wire, big-endian: "GHPROBE " (8 bytes), marker (8 characters), u32 flow, u32
 * 0, u64 sequence number, u64 nanoseconds of CLOCK_REALTIME.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define FLOWS_MAX 64
#define MARKER_LENGTH 8
#define NS_PER_S 1000000000ull
#define REPORT_NS (NS_PER_S / 5)

struct packet {
	char magic[8];
	char marker[MARKER_LENGTH];
	uint32_t flow_be;
	uint32_t zero;
	uint64_t sequence_be;
	uint64_t sent_ns_be;
} __attribute__((packed));

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
	(void)signal_number;
	stopped = 1;
}

static void fail(const char *what)
{
	fprintf(stderr, "probe: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * NS_PER_S + (uint64_t)t.tv_nsec;
}

/* A UDP socket bound to the address; port 0 lets the kernel choose. */
static int open_at(const char *address, unsigned port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST };
	struct addrinfo *at;
	char service[8];
	int bytes = 4 << 20, fd;

	snprintf(service, sizeof(service), "%u", port);
	if (getaddrinfo(address, service, &hints, &at)) {
		errno = EINVAL;
		fail(address);
	}
	fd = socket(at->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		fail("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
	if (bind(fd, at->ai_addr, at->ai_addrlen))
		fail(address);
	freeaddrinfo(at);
	return fd;
}

static struct addrinfo *resolve(const char *address, const char *port)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICHOST };
	struct addrinfo *to;

	if (getaddrinfo(address, port, &hints, &to)) {
		errno = EINVAL;
		fail(address);
	}
	return to;
}

static void sleep_until(uint64_t ns)
{
	struct timespec t = { .tv_sec = (time_t)(ns / NS_PER_S), .tv_nsec = (long)(ns % NS_PER_S) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static int send_probes(char **argv)
{
	unsigned port = (unsigned)atoi(argv[2]), rate = (unsigned)atoi(argv[3]);
	unsigned flows = (unsigned)atoi(argv[4]);
	struct packet p = { .magic = "GHPROBE " };
	struct addrinfo *to = resolve(argv[1], argv[2]);
	uint64_t start, due, before = 0, sent = 0, refused = 0;
	int fd[FLOWS_MAX];

	if (!flows || flows > FLOWS_MAX || !rate || strlen(argv[5]) != MARKER_LENGTH) {
		fprintf(stderr, "probe: flows 1-%d, rate from 1, marker of %d characters\n", FLOWS_MAX,
			MARKER_LENGTH);
		return 2;
	}
	memcpy(p.marker, argv[5], MARKER_LENGTH);
	for (unsigned i = 0; i < flows; i++)
		fd[i] = open_at(argv[0], port + 1 + i);
	start = now_ns(CLOCK_MONOTONIC);
	for (uint64_t n = 0; !stopped; n++) {
		due = start + n * NS_PER_S / rate;
		if (due < before + NS_PER_S / rate / 2)
			due = before + NS_PER_S / rate / 2;
		sleep_until(due);
		before = now_ns(CLOCK_MONOTONIC);
		p.flow_be = htonl((uint32_t)(n % flows));
		p.sequence_be = htobe64(n / flows);
		p.sent_ns_be = htobe64(now_ns(CLOCK_REALTIME));
		/*
		 * An ICMP error of an earlier packet surfaces here and costs the present one its
		 * sending: once more, so that each number is on the wire exactly once. What stays
		 * refused (no route here) was never on the wire and is no loss of the network's.
		 */
		for (int try = 0; try < 8; try++) {
			if (sendto(fd[n % flows], &p, sizeof(p), 0, to->ai_addr, to->ai_addrlen) >= 0) {
				sent++;
				break;
			}
			refused++;
		}
	}
	printf("sent %llu refused %llu\n", (unsigned long long)sent, (unsigned long long)refused);
	freeaddrinfo(to);
	return 0;
}

struct tally {
	uint64_t received, reordered, next[FLOWS_MAX];
	bool seen[FLOWS_MAX];
	uint64_t missing;       /* gaps so far, less those that arrived late */
};

static void count(struct tally *t, const struct packet *p)
{
	uint32_t flow = ntohl(p->flow_be) % FLOWS_MAX;
	uint64_t sequence = be64toh(p->sequence_be);

	t->received++;
	if (t->seen[flow] && sequence < t->next[flow]) {
		t->reordered++;
		t->missing -= t->missing > 0;
		return;
	}
	if (t->seen[flow])
		t->missing += sequence - t->next[flow];
	t->seen[flow] = true;
	t->next[flow] = sequence + 1;
}

static int receive_probes(char **argv)
{
	struct pollfd ready = { .fd = open_at(argv[0], (unsigned)atoi(argv[1])), .events = POLLIN };
	uint64_t report = now_ns(CLOCK_MONOTONIC) + REPORT_NS;
	struct tally t = { 0 };
	struct packet p;

	printf("ready\n");
	fflush(stdout);
	while (!stopped) {
		uint64_t now = now_ns(CLOCK_MONOTONIC);

		if (now >= report) {
			printf("received %llu missing %llu reordered %llu\n", (unsigned long long)t.received,
			       (unsigned long long)t.missing, (unsigned long long)t.reordered);
			fflush(stdout);
			report += REPORT_NS;
		}
		if (poll(&ready, 1, 100) <= 0)
			continue;
		while (recv(ready.fd, &p, sizeof(p), MSG_DONTWAIT) == (ssize_t)sizeof(p)) {
			if (!memcmp(p.magic, "GHPROBE ", 8) && !memcmp(p.marker, argv[2], MARKER_LENGTH))
				count(&t, &p);
		}
	}
	printf("received %llu missing %llu reordered %llu\n", (unsigned long long)t.received,
	       (unsigned long long)t.missing, (unsigned long long)t.reordered);
	return 0;
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = stop };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (argc == 8 && !strcmp(argv[1], "send"))
		return send_probes(argv + 2);
	if (argc == 5 && !strcmp(argv[1], "receive") && strlen(argv[4]) == MARKER_LENGTH)
		return receive_probes(argv + 2);
	fprintf(stderr, "usage: probe send FROM TO PORT RATE FLOWS MARKER\n"
			"       probe receive AT PORT MARKER\n");
	return 2;
}
