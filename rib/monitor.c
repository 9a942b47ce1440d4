/*
 * Only RTNLGRP_LINK: of routes and nexthops the kernel says nothing when a
 * carrier takes them away, so listening for those would prove nothing.
 */
#include "rib/monitor.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "rib/rtnl.h"

#define READS_MAX 256           /* datagrams a call */

struct monitor {
	int fd;
	monitor_link *link;
	monitor_lost *lost;
	void *ctx;
	struct link_state *links;
	size_t count, size;
	bool stale;                     /* a dump is under way after a loss */
};

static struct link_state *find(const struct monitor *m, int ifindex)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->links[i].ifindex == ifindex)
			return &m->links[i];
	return NULL;
}

const struct link_state *monitor_by_index(const struct monitor *m, int ifindex)
{
	return find(m, ifindex);
}

const struct link_state *monitor_by_name(const struct monitor *m, const char *name)
{
	for (size_t i = 0; i < m->count; i++)
		if (!strcmp(m->links[i].name, name))
			return &m->links[i];
	return NULL;
}

static void take(struct monitor *m, const struct link_state *state)
{
	struct link_state *l = find(m, state->ifindex);

	if (state->deleted) {
		if (l)
			*l = m->links[--m->count];
	} else if (l) {
		*l = *state;
	} else {
		if (m->count == m->size) {
			size_t size = m->size ? m->size * 2 : 16;
			struct link_state *more = realloc(m->links, size * sizeof(*more));

			if (!more)
				abort();
			m->links = more;
			m->size = size;
		}
		m->links[m->count++] = *state;
	}
	m->link(m->ctx, state);
}

static int ask_all(struct monitor *m)
{
	struct gh_buf b = { 0 };
	struct nlmsghdr *h;
	int error = 0;

	rtnl_link_dump_put(&b);
	h = (struct nlmsghdr *)gh_buf_begin(&b);
	h->nlmsg_flags |= NLM_F_DUMP;
	if (send(m->fd, h, gh_buf_length(&b), 0) < 0)
		error = -errno;
	gh_buf_fini(&b);
	return error;
}

static void take_messages(struct monitor *m, struct nlmsghdr *h, int length)
{
	struct link_state state;

	for (; NLMSG_OK(h, length); h = NLMSG_NEXT(h, length)) {
		if (h->nlmsg_type == NLMSG_DONE && m->stale) {
			m->stale = false;
			if (m->lost)
				m->lost(m->ctx);
		}
		if (rtnl_link_read(h, &state))
			take(m, &state);
	}
}

/* Interfaces whose deletion was lost do not show up in the dump: report them gone first. */
static void forget_all(struct monitor *m)
{
	struct link_state *old = m->links;
	size_t count = m->count;

	m->links = NULL;
	m->count = m->size = 0;
	for (size_t i = 0; i < count; i++) {
		char name[IF_NAMESIZE];

		if (if_indextoname((unsigned)old[i].ifindex, name) && !strcmp(name, old[i].name))
			continue;
		old[i].deleted = true;
		old[i].up = old[i].running = false;
		m->link(m->ctx, &old[i]);
	}
	free(old);
}

int monitor_read(struct monitor *m)
{
	union {
		struct nlmsghdr h;
		uint8_t bytes[64 << 10];
	} in;

	for (int i = 0; i < READS_MAX; i++) {
		ssize_t n = recv(m->fd, &in, sizeof(in), MSG_DONTWAIT);

		if (n >= 0) {
			take_messages(m, &in.h, (int)n);
		} else if (errno == ENOBUFS) {
			gh_warning("monitor: the kernel dropped messages, asking for all interfaces again");
			m->stale = true;
			forget_all(m);
			ask_all(m);
		} else if (errno != EINTR) {
			return errno == EAGAIN ? 0 : -errno;
		}
	}
	return 0;
}

int monitor_open(monitor_link *link, monitor_lost *lost, void *ctx, struct monitor **out)
{
	struct sockaddr_nl self = { .nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK };
	struct monitor *m = calloc(1, sizeof(*m));
	int error, size = 4 << 20;

	if (!m)
		return -ENOMEM;
	m->link = link;
	m->lost = lost;
	m->ctx = ctx;
	m->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	if (m->fd < 0) {
		error = -errno;
		goto free_monitor;
	}
	setsockopt(m->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (bind(m->fd, (struct sockaddr *)&self, sizeof(self))) {
		error = -errno;
		goto close_socket;
	}
	error = ask_all(m);
	if (!error)
		error = monitor_read(m);
	if (error)
		goto close_socket;
	*out = m;
	return 0;

close_socket:
	close(m->fd);
free_monitor:
	free(m->links);
	free(m);
	return error;
}

void monitor_close(struct monitor *m)
{
	if (!m)
		return;
	close(m->fd);
	free(m->links);
	free(m);
}

int monitor_fd(const struct monitor *m)
{
	return m->fd;
}
