/*
 * The UDP sockets: see port.h.
 */
#include "ipsec/port.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFER_BYTES (8 << 20)

static int set(int fd, int level, int name, int value)
{
	return setsockopt(fd, level, name, &value, sizeof(value)) ? -errno : 0;
}

static void set_buffers(int fd)
{
	/* FORCE needs CAP_NET_ADMIN; without it the system's limit has to do. */
	if (set(fd, SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES))
		set(fd, SOL_SOCKET, SO_RCVBUF, BUFFER_BYTES);
	if (set(fd, SOL_SOCKET, SO_SNDBUFFORCE, BUFFER_BYTES))
		set(fd, SOL_SOCKET, SO_SNDBUF, BUFFER_BYTES);
}

static int set_options(int fd, int family)
{
	int err;

	if (family == AF_INET) {
		err = set(fd, IPPROTO_IP, IP_PKTINFO, 1);
		if (!err)
			err = set(fd, IPPROTO_IP, IP_RECVTOS, 1);
		if (!err)
			err = set(fd, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_DONT);
	} else {
		err = set(fd, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
		if (!err)
			err = set(fd, IPPROTO_IPV6, IPV6_RECVTCLASS, 1);
		if (!err)
			err = set(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PMTUDISC_DONT);
	}
	return err;
}

static int set_up(int fd, int family, bool gro)
{
	int err = set_options(fd, family);

	if (!err && family == AF_INET6)
		err = set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (!err && gro)
		err = set(fd, SOL_UDP, UDP_GRO, 1);
	return err;
}

int port_open(int family, uint16_t port, bool gro)
{
	struct gh_endpoint any = { .addr.family = (uint8_t)family, .port = port };
	struct sockaddr_storage ss;
	socklen_t length = gh_endpoint_to_sockaddr(&any, &ss);
	int fd, err;

	fd = socket(family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	set_buffers(fd);
	err = set_up(fd, family, gro);
	if (!err && bind(fd, (struct sockaddr *)&ss, length))
		err = -errno;
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

int port_open_esp(int family)
{
	int fd = socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_ESP), err;

	if (fd < 0)
		return -errno;
	set_buffers(fd);
	err = set_options(fd, family);
	if (err) {
		close(fd);
		return err;
	}
	return fd;
}

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int))];
};

static void put_source(struct msghdr *m, const struct gh_addr *source)
{
	struct cmsghdr *c = m->msg_control;

	if (source->family == AF_INET) {
		struct in_pktinfo info = { 0 };

		memcpy(&info.ipi_spec_dst, source->b, 4);
		c->cmsg_level = IPPROTO_IP;
		c->cmsg_type = IP_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		m->msg_controllen = CMSG_SPACE(sizeof(info));
	} else {
		struct in6_pktinfo info = { 0 };

		memcpy(&info.ipi6_addr, source->b, 16);
		c->cmsg_level = IPPROTO_IPV6;
		c->cmsg_type = IPV6_PKTINFO;
		c->cmsg_len = CMSG_LEN(sizeof(info));
		memcpy(CMSG_DATA(c), &info, sizeof(info));
		m->msg_controllen = CMSG_SPACE(sizeof(info));
	}
}

int port_send(int fd, const struct gh_endpoint *local, const struct gh_endpoint *remote,
	      bool marker, const uint8_t *datagram, size_t length)
{
	static const uint8_t zeros[4];          /* RFC 3948 2.2: not an SPI */
	union control control = { .bytes = { 0 } };
	struct sockaddr_storage to;
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)zeros, marker ? sizeof(zeros) : 0 },
		{ (void *)(uintptr_t)datagram, length },
	};
	struct msghdr m = { .msg_name = &to, .msg_iov = iov, .msg_iovlen = 2 };

	m.msg_namelen = gh_endpoint_to_sockaddr(remote, &to);
	if (!m.msg_namelen)
		return -EINVAL;
	if (gh_addr_is_set(&local->addr)) {
		m.msg_control = control.bytes;
		m.msg_controllen = sizeof(control);
		put_source(&m, &local->addr);
	}
	return sendmsg(fd, &m, MSG_DONTWAIT) < 0 ? -errno : 0;
}

static void read_local(struct msghdr *m, struct gh_addr *local)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
			local->family = AF_INET;
			memcpy(local->b, CMSG_DATA(c) + offsetof(struct in_pktinfo, ipi_spec_dst),
			       4);
		} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
			local->family = AF_INET6;
			memcpy(local->b, CMSG_DATA(c) + offsetof(struct in6_pktinfo, ipi6_addr),
			       16);
		}
	}
}

static uint16_t port_of(int fd)
{
	struct sockaddr_storage ss;
	socklen_t length = sizeof(ss);
	struct gh_endpoint e;

	if (getsockname(fd, (struct sockaddr *)&ss, &length) ||
	    gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &e))
		return 0;
	return e.port;
}

ssize_t port_receive(int fd, uint8_t *datagram, size_t size, struct gh_endpoint *local,
		     struct gh_endpoint *remote)
{
	struct gh_endpoint to = { .port = port_of(fd) }, from;
	union control control;
	struct sockaddr_storage ss;
	struct iovec iov = { datagram, size };
	struct msghdr m = {
		.msg_name = &ss, .msg_namelen = sizeof(ss), .msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.bytes, .msg_controllen = sizeof(control),
	};
	ssize_t n = recvmsg(fd, &m, MSG_DONTWAIT);

	if (n < 0)
		return -errno;
	if (m.msg_flags & MSG_TRUNC || gh_endpoint_from_sockaddr((struct sockaddr *)&ss, &from))
		return -EMSGSIZE;
	read_local(&m, &to.addr);
	*local = to;
	*remote = from;
	return n;
}
