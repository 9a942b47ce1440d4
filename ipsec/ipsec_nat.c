/*
 * Boxes that translate, given to the datapath and taken away: see ipsec.h and nat.h.
 *
 * Their worker begins with the first of them. TX and RX could have waited for
 * their ends as well; but TX sleeps in a poll of two descriptors, and looking
 * at hundreds for the sake of few connections would cost all the others.
 */
#include "ipsec/ipsec_private.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "ipsec/tun.h"

static int watch(int ways_fd, int fd, uint64_t which)
{
	struct epoll_event e = { .events = EPOLLIN, .data.u64 = which };

	return epoll_ctl(ways_fd, EPOLL_CTL_ADD, fd, &e) ? -errno : 0;
}

/* Others hold the device open too, so closing a descriptor would not end it. */
static void forget(int ways_fd, int fd)
{
	if (fd >= 0)
		epoll_ctl(ways_fd, EPOLL_CTL_DEL, fd, NULL);
}

static int begin(struct ipsec *i)
{
	struct worker *w = &i->worker[WORKER_NAT];
	const struct worker *tx = &i->worker[WORKER_TX];
	uint16_t mtu = w->out.mtu ? w->out.mtu : tx->out.mtu, mss = w->out.mss;
	int err;

	w->ways_fd = epoll_create1(EPOLL_CLOEXEC);
	if (w->ways_fd < 0)
		return -errno;
	outbound_init(&w->out);
	w->out.tables = &i->tables;
	w->out.counters = &w->counters;
	w->out.flows = &w->flows;
	w->out.events = &w->events;
	w->out.nat = true;
	w->out.tun_fd = -1;
	w->out.natt_fd[0] = w->natt_fd[0];
	w->out.natt_fd[1] = w->natt_fd[1];
	w->out.esp_fd[0] = w->esp_fd[0];
	w->out.esp_fd[1] = w->esp_fd[1];
	w->out.mtu = mtu;
	w->out.mss = mss;
	err = watch(w->ways_fd, i->stop_fd, 0);
	if (!err)
		err = worker_start(w);
	if (!err)
		return 0;
	outbound_fini(&w->out);
	close(w->ways_fd);
	w->ways_fd = -1;
	return err;
}

static void exchange(struct ipsec *i, uint32_t number, struct nat_way *fresh)
{
	struct nat_way *old = atomic_exchange(&sadb_leg(&i->tables.sadb, number)->nat, fresh);
	int ways_fd = i->worker[WORKER_NAT].ways_fd;

	if (old) {
		forget(ways_fd, old->inside);
		forget(ways_fd, old->outside);
	}
	reclaim_retire(&i->tables.reclaim, old, nat_way_free);
}

static int watch_way(struct ipsec *i, uint32_t leg, const struct nat_way *way)
{
	int ways_fd = i->worker[WORKER_NAT].ways_fd;
	int err = watch(ways_fd, way->inside, WORKER_WAY(leg, 0));

	if (err)
		return err;
	err = watch(ways_fd, way->outside, WORKER_WAY(leg, 1));
	if (err)
		forget(ways_fd, way->inside);
	return err;
}

int ipsec_nat_set(struct ipsec *i, uint32_t leg, int inside, int outside)
{
	struct nat_way *way;
	int err = nat_way_new(inside, outside, &way);

	if (err)
		return err;
	if (inside >= 0) {
		tun_offload(inside);
		tun_offload(outside);
		if (i->worker[WORKER_NAT].ways_fd < 0)
			err = begin(i);
		if (!err)
			err = watch_way(i, leg, way);
	}
	if (err)
		nat_way_free(way);
	else
		exchange(i, leg, way);
	return err;
}

void ipsec_nat_clear(struct ipsec *i, uint32_t leg)
{
	exchange(i, leg, NULL);
}
