/*
 * The worker threads: see worker.h.
 */
#include "ipsec/worker.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ipsec/native.h"

#define TX_BATCH 64             /* reads before the next look at stop_fd */
#define TUN_READ_MAX 65536
#define WAYS_BATCH 32           /* ends of boxes served between two sleeps */
#define BROKEN_MS 100           /* between looks at a descriptor in error */

/* Sleeps until a descriptor is readable, or timeout_ms; false: stop. wait[0] is stop_fd. */
static bool wait_readable(struct worker *w, struct pollfd *wait, nfds_t count, int timeout_ms)
{
	bool broken = false;
	int n;

	reclaim_offline(&w->tables->reclaim, w->number);
	do
		n = poll(wait, count, timeout_ms);
	while (n < 0 && errno == EINTR);
	if (wait[0].revents)
		return false;
	for (nfds_t k = 1; k < count; k++)
		broken |= wait[k].revents && !(wait[k].revents & POLLIN);
	/* A TUN that went away polls ready for ever. */
	if (broken && poll(wait, 1, BROKEN_MS) > 0)
		return false;
	reclaim_online(&w->tables->reclaim, w->number);
	counter_add(&w->rounds, 1);
	return true;
}

/* Until the tables are there the kernel's queues hold the packets; false: stop. */
static bool wait_go(struct worker *w)
{
	struct pollfd wait[2] = {
		{ .fd = w->stop_fd, .events = POLLIN }, { .fd = w->go_fd, .events = POLLIN },
	};

	if (w->go_fd >= 0)
		poll(wait, 2, WORKER_HOLD_MS);
	return !wait[0].revents;
}

static void *tx_main(void *arg)
{
	struct worker *w = arg;
	struct virtio_net_hdr v;
	struct iovec iov[2] = { { &v, sizeof(v) }, { w->buffer, TUN_READ_MAX } };
	struct pollfd wait[2] = {
		{ .fd = w->stop_fd, .events = POLLIN },
		{ .fd = w->out.tun_fd, .events = POLLIN },
	};

	if (!wait_go(w))
		return NULL;
	while (wait_readable(w, wait, 2, -1)) {
		w->out.now = gh_now();
		for (unsigned k = 0; k < TX_BATCH; k++) {
			ssize_t n = readv(w->out.tun_fd, iov, 2);

			if (n <= (ssize_t)sizeof(v))
				break;
			outbound_packet(&w->out, &v, w->buffer, (size_t)n - sizeof(v));
		}
		outbound_flush(&w->out);
	}
	return NULL;
}

static void receive(struct worker *w, int fd, bool native)
{
	struct udp_batch *b = (struct udp_batch *)(void *)w->buffer;
	struct udp_datagram d;
	int n = udp_receive(fd, b);

	for (int k = 0; k < n; k++) {
		if (udp_read(b, (unsigned)k, &d) && (!native || native_strip(&d)))
			inbound_datagram(&w->in, &d);
		else
			counters_drop(&w->counters, IPSEC_DROP_MALFORMED, NULL, 1);
	}
	inbound_flush(&w->in);
}

static void *rx_main(void *arg)
{
	struct worker *w = arg;
	struct pollfd wait[5] = {
		{ .fd = w->stop_fd, .events = POLLIN },
		{ .fd = w->natt_fd[0], .events = POLLIN },
		{ .fd = w->natt_fd[1], .events = POLLIN },
		{ .fd = w->esp_fd[0], .events = POLLIN },
		{ .fd = w->esp_fd[1], .events = POLLIN },
	};

	if (!wait_go(w))
		return NULL;
	while (wait_readable(w, wait, 5, w->in.early.count ? EARLY_RETRY_MS : -1)) {
		w->in.now = gh_now();
		if (w->in.early.count)
			inbound_retry(&w->in);
		for (unsigned k = 1; k < 5; k++)
			if (wait[k].revents & POLLIN)
				receive(w, wait[k].fd, k > 2);
	}
	return NULL;
}

/* One batch out of one end of a box. */
static void serve_way(struct worker *w, uint64_t which)
{
	struct sa_leg *leg = idmap_find(&w->tables->sadb.legs,
					(uint32_t)((which & ~WORKER_WAY_SET) >> 1));
	const struct nat_way *way = leg ? atomic_load(&leg->nat) : NULL;
	struct virtio_net_hdr v;
	struct iovec iov[2] = { { &v, sizeof(v) }, { w->buffer, TUN_READ_MAX } };
	bool outside = which & 1;
	int fd = !way ? -1 : outside ? way->outside : way->inside;

	w->out.tun_fd = fd;
	for (unsigned k = 0; fd >= 0 && k < TX_BATCH; k++) {
		ssize_t n = readv(fd, iov, 2);

		if (n <= (ssize_t)sizeof(v))
			break;
		if (outside)
			outbound_translated(&w->out, leg, &v, w->buffer, (size_t)n - sizeof(v));
		else if (!nat_write(w->tun_fd, &v, w->buffer, (uint32_t)n - sizeof(v)))
			counters_drop(&w->counters, IPSEC_DROP_TUN, NULL, 1);
	}
	outbound_flush(&w->out);
}

static void *nat_main(void *arg)
{
	struct worker *w = arg;
	struct epoll_event ready[WAYS_BATCH];
	int n;

	if (!wait_go(w))
		return NULL;
	for (;;) {
		reclaim_offline(&w->tables->reclaim, w->number);
		n = epoll_wait(w->ways_fd, ready, WAYS_BATCH, -1);
		reclaim_online(&w->tables->reclaim, w->number);
		counter_add(&w->rounds, 1);
		w->out.now = gh_now();
		for (int k = 0; k < n; k++) {
			if (!ready[k].data.u64) {
				reclaim_offline(&w->tables->reclaim, w->number);
				return NULL;
			}
			/* An end that went away is ready for ever: its way is closed by who took it away. */
			if (ready[k].events & EPOLLIN)
				serve_way(w, ready[k].data.u64);
			else
				poll(NULL, 0, BROKEN_MS);
		}
	}
}

static void *(*const mains[WORKERS])(void *) = {
	[WORKER_TX] = tx_main, [WORKER_RX] = rx_main, [WORKER_NAT] = nat_main,
};

static const char *const names[WORKERS] = {
	[WORKER_TX] = "esp-tx", [WORKER_RX] = "esp-rx", [WORKER_NAT] = "esp-nat",
};

int worker_start(struct worker *w)
{
	bool rx = w->number == WORKER_RX;
	sigset_t all, before;
	int err;

	w->buffer = aligned_alloc(64, rx ? (sizeof(struct udp_batch) + 63) & ~63u : TUN_READ_MAX);
	if (!w->buffer)
		return -ENOMEM;
	/* Signals are the control thread's. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&w->thread, NULL, mains[w->number], w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err) {
		free(w->buffer);
		w->buffer = NULL;
		return -err;
	}
	w->running = true;
	pthread_setname_np(w->thread, names[w->number]);
	return 0;
}

void worker_stop(struct worker *w)
{
	if (w->running)
		pthread_join(w->thread, NULL);
	w->running = false;
	free(w->buffer);
	w->buffer = NULL;
}
