/*
 * IKE between our UDP sockets and charon: see ike_relay.h.
 *
 * The descriptor that leads to charon has one number for the life of the
 * relay: a new charon is put in its place by dup3, and while there is none a
 * dead socket takes it. So a worker may send by it at any time without a lock
 * and never meets a closed or reused descriptor.
 */
#include "ipsec/ike_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/ike_frame.h"
#include "base/log.h"
#include "ipsec/ike_gate.h"

#define BUFFER_BYTES (8 << 20)  /* a burst of 2,000 tunnels was lost at the defaults */
#define MARKER 4                /* RFC 3948 2.2, on port 4500 */
#define BATCH 64                /* datagrams of one socket before the others have a turn */

/* Any thread adds, read_stats reads; each by itself, without an order between them. */
enum counter {
	TO_CHARON,
	FROM_CHARON,
	DROP_NO_CHARON,
	DROP_FULL,
	DROP_BAD,
	DROP_SEND,
	DROP_UNCALLED,
	COUNTERS,
};

struct ike_relay {
	struct ike_relay_sockets udp;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int listener;
	int charon;                     /* the number never changes, see above */
	int dead;                       /* what charon is dup3'ed from while it is away */
	int stop;                       /* eventfd */
	pthread_t thread;
	atomic_bool connected;          /* written by the thread */
	_Atomic uint64_t counters[COUNTERS];
	struct ike_gate gate;           /* set by the control thread, asked by all */
	uint8_t message[GH_IKE_FRAME_MAX];      /* the thread's */
};

static void count(struct ike_relay *r, enum counter c)
{
	atomic_fetch_add_explicit(&r->counters[c], 1, memory_order_relaxed);
}

/* FORCE goes past the sysctl's limit and needs CAP_NET_ADMIN; else what we get. */
static void set_buffer(int fd, int force, int plain)
{
	int bytes = BUFFER_BYTES;

	if (setsockopt(fd, SOL_SOCKET, force, &bytes, sizeof(bytes)) < 0)
		setsockopt(fd, SOL_SOCKET, plain, &bytes, sizeof(bytes));
}

/* ---- towards charon ---- */

void ike_relay_deliver(struct ike_relay *r, const struct gh_endpoint *local,
		       const struct gh_endpoint *remote, const uint8_t *bytes, size_t length)
{
	struct gh_ike_frame frame = { .local = *local, .remote = *remote };
	uint8_t head[GH_IKE_FRAME_HEAD];
	struct iovec iov[] = { { head, sizeof(head) }, { (void *)bytes, length } };
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	size_t marker = local->port == GH_IKE_NATT_PORT ? MARKER : 0;

	if (!length || length > GH_IKE_BYTES_MAX || !gh_addr_is_set(&local->addr) ||
	    local->addr.family != remote->addr.family) {
		count(r, DROP_BAD);
		return;
	}
	if (length >= marker &&
	    ike_gate_refuses(&r->gate, &remote->addr, bytes + marker, length - marker)) {
		count(r, DROP_UNCALLED);
		return;
	}
	gh_ike_frame_head(&frame, head);
	if (sendmsg(r->charon, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		count(r, TO_CHARON);
	else
		count(r, errno == EAGAIN || errno == ENOBUFS ? DROP_FULL : DROP_NO_CHARON);
}

/* The address a datagram was sent to; false if the kernel did not say. */
static bool local_of(struct msghdr *msg, struct gh_addr *out)
{
	struct cmsghdr *c;

	for (c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			const struct in_pktinfo *p = (const void *)CMSG_DATA(c);

			*out = (struct gh_addr){ .family = AF_INET };
			memcpy(out->b, &p->ipi_addr, sizeof(p->ipi_addr));
			return true;
		}
		if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			const struct in6_pktinfo *p = (const void *)CMSG_DATA(c);

			*out = (struct gh_addr){ .family = AF_INET6 };
			memcpy(out->b, &p->ipi6_addr, sizeof(p->ipi6_addr));
			return true;
		}
	}
	return false;
}

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo))];
};

/* One datagram from a socket of port 500; false when there is none. */
static bool receive_udp(struct ike_relay *r, int fd)
{
	struct sockaddr_storage from;
	union control control;
	struct iovec iov = { r->message, GH_IKE_BYTES_MAX };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct gh_endpoint local = { .port = GH_IKE_PORT }, remote;
	ssize_t n = recvmsg(fd, &msg, MSG_DONTWAIT);

	if (n < 0)
		return false;   /* an ICMP error is reported once: poll comes back */
	if (!local_of(&msg, &local.addr) ||
	    gh_endpoint_from_sockaddr((struct sockaddr *)&from, &remote) < 0)
		count(r, DROP_BAD);
	else
		ike_relay_deliver(r, &local, &remote, r->message, (size_t)n);
	return true;
}

/* ---- from charon ---- */

static int socket_for(const struct ike_relay *r, const struct gh_endpoint *local)
{
	bool ipv6 = local->addr.family == AF_INET6;

	if (local->port == GH_IKE_PORT)
		return ipv6 ? r->udp.port500_ipv6 : r->udp.port500_ipv4;
	if (local->port == GH_IKE_NATT_PORT)
		return ipv6 ? r->udp.port4500_ipv6 : r->udp.port4500_ipv4;
	return -1;
}

static bool is_any(const struct gh_addr *a)
{
	static const uint8_t zero[sizeof(a->b)];

	return !memcmp(a->b, zero, sizeof(zero));
}

/* Names the source address; an unspecified one is left to the kernel's routes. */
static void set_source(struct msghdr *msg, union control *control, const struct gh_addr *local)
{
	struct in6_pktinfo six = { 0 };
	struct in_pktinfo four = { 0 };
	bool ipv6 = local->family == AF_INET6;
	size_t size = ipv6 ? sizeof(six) : sizeof(four);
	struct cmsghdr *c;

	if (is_any(local))
		return;
	memset(control, 0, sizeof(*control));
	msg->msg_control = control;
	msg->msg_controllen = CMSG_SPACE(size);
	c = CMSG_FIRSTHDR(msg);
	c->cmsg_level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP;
	c->cmsg_type = ipv6 ? IPV6_PKTINFO : IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(&six.ipi6_addr, local->b, sizeof(six.ipi6_addr));
	memcpy(&four.ipi_spec_dst, local->b, sizeof(four.ipi_spec_dst));
	memcpy(CMSG_DATA(c), ipv6 ? (void *)&six : (void *)&four, size);
}

static void send_udp(struct ike_relay *r, const struct gh_ike_frame *f)
{
	struct iovec iov = { (void *)f->bytes, f->length };
	struct sockaddr_storage to;
	union control control;
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov, .msg_iovlen = 1 };
	int fd = socket_for(r, &f->local);

	if (fd < 0) {
		count(r, DROP_BAD);
		return;
	}
	msg.msg_namelen = gh_endpoint_to_sockaddr(&f->remote, &to);
	set_source(&msg, &control, &f->local.addr);
	/* MSG_DONTWAIT: a full device queue must not hold up IKE of other peers. */
	if (sendmsg(fd, &msg, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		count(r, DROP_SEND);
	else
		count(r, FROM_CHARON);
}

static void disconnect(struct ike_relay *r)
{
	dup3(r->dead, r->charon, O_CLOEXEC);
	atomic_store(&r->connected, false);
}

/* One message from charon; false when there is none. */
static bool receive_charon(struct ike_relay *r)
{
	ssize_t n = recv(r->charon, r->message, sizeof(r->message), MSG_DONTWAIT);
	struct gh_ike_frame frame;

	if (n > 0) {
		if (gh_ike_frame_decode(r->message, (size_t)n, &frame) < 0)
			count(r, DROP_BAD);
		else
			send_udp(r, &frame);
		return true;
	}
	if (!n || (errno != EAGAIN && errno != EINTR)) {
		disconnect(r);
		gh_warning("ike: charon has left ike.sock; IKE waits for it");
	}
	return false;
}

static void accept_charon(struct ike_relay *r)
{
	int fd = accept4(r->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct ucred cred = { 0 };
	socklen_t size = sizeof(cred);

	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) < 0 ||
	    (cred.uid != 0 && cred.uid != geteuid())) {
		gh_warning("ike: ike.sock refused process %d of user %u: only root and our own user may relay",
			   (int)cred.pid, (unsigned)cred.uid);
		close(fd);
		return;
	}
	set_buffer(fd, SO_SNDBUFFORCE, SO_SNDBUF);
	dup3(fd, r->charon, O_CLOEXEC);
	close(fd);
	atomic_store(&r->connected, true);
	gh_info("ike: charon connected, process %d", (int)cred.pid);
}

/* ---- the thread ---- */

static void *run(void *arg)
{
	struct ike_relay *r = arg;
	struct pollfd p[] = {
		{ .fd = r->stop, .events = POLLIN },
		{ .fd = r->listener, .events = POLLIN },
		{ .fd = -1, .events = POLLIN },
		{ .fd = r->udp.port500_ipv4, .events = POLLIN },
		{ .fd = r->udp.port500_ipv6, .events = POLLIN },
	};

	for (;;) {
		p[2].fd = atomic_load(&r->connected) ? r->charon : -1;
		if (poll(p, sizeof(p) / sizeof(p[0]), -1) < 0)
			continue;
		if (p[0].revents)
			return NULL;
		if (p[1].revents)
			accept_charon(r);
		if (p[2].revents)
			for (unsigned i = 0; i < BATCH && receive_charon(r); i++)
				;
		for (unsigned s = 3; s < 5; s++)
			if (p[s].revents)
				for (unsigned i = 0; i < BATCH && receive_udp(r, p[s].fd); i++)
					;
	}
}

static int listen_on(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int fd, rc;

	if (strlen(path) >= sizeof(sun.sun_path))
		return -ENAMETOOLONG;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	/* charon is root without CAP_DAC_OVERRIDE: whom we serve is accept_charon's to say. */
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || chmod(path, 0666) < 0 ||
	    listen(fd, 4) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int prepare_udp(int fd, int level, int option)
{
	int on = 1;

	if (fd < 0)
		return 0;
	set_buffer(fd, SO_RCVBUFFORCE, SO_RCVBUF);
	return setsockopt(fd, level, option, &on, sizeof(on)) < 0 ? -errno : 0;
}

static void close_fds(struct ike_relay *r)
{
	int *fds[] = { &r->listener, &r->charon, &r->dead, &r->stop };

	for (unsigned i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
		if (*fds[i] >= 0)
			close(*fds[i]);
}

static int open_fds(struct ike_relay *r, const char *path)
{
	int rc = prepare_udp(r->udp.port500_ipv4, IPPROTO_IP, IP_PKTINFO);

	if (!rc)
		rc = prepare_udp(r->udp.port500_ipv6, IPPROTO_IPV6, IPV6_RECVPKTINFO);
	if (rc < 0)
		return rc;
	r->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	r->dead = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (r->stop < 0 || r->dead < 0)
		return -errno;
	r->charon = fcntl(r->dead, F_DUPFD_CLOEXEC, 0);
	if (r->charon < 0)
		return -errno;
	r->listener = listen_on(path);
	return r->listener < 0 ? r->listener : 0;
}

int ike_relay_new(const char *path, const struct ike_relay_sockets *sockets,
		  struct ike_relay **out)
{
	struct ike_relay *r = calloc(1, sizeof(*r));
	int rc;

	if (!r)
		return -ENOMEM;
	r->udp = *sockets;
	r->listener = r->charon = r->dead = r->stop = -1;
	rc = open_fds(r, path);
	if (rc < 0)
		goto close_all;
	memcpy(r->path, path, strlen(path) + 1);
	rc = -pthread_create(&r->thread, NULL, run, r);
	if (rc < 0)
		goto close_all;
	*out = r;
	return 0;

close_all:
	close_fds(r);
	free(r);
	return rc;
}

void ike_relay_free(struct ike_relay *r)
{
	if (!r)
		return;
	eventfd_write(r->stop, 1);
	pthread_join(r->thread, NULL);
	close_fds(r);
	unlink(r->path);
	free(r);
}

void ike_relay_refuse(struct ike_relay *r, const struct gh_addr *addresses, size_t count)
{
	ike_gate_set(&r->gate, addresses, count);
}

void ike_relay_read_stats(const struct ike_relay *r, struct ike_relay_stats *out)
{
	*out = (struct ike_relay_stats){
		.to_charon = atomic_load(&r->counters[TO_CHARON]),
		.from_charon = atomic_load(&r->counters[FROM_CHARON]),
		.drop_no_charon = atomic_load(&r->counters[DROP_NO_CHARON]),
		.drop_full = atomic_load(&r->counters[DROP_FULL]),
		.drop_bad = atomic_load(&r->counters[DROP_BAD]),
		.drop_send = atomic_load(&r->counters[DROP_SEND]),
		.drop_uncalled = atomic_load(&r->counters[DROP_UNCALLED]),
		.connected = atomic_load(&r->connected),
	};
}
