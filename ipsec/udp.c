/*
 * Batches of UDP: see udp.h.
 */
#include "ipsec/udp.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <string.h>

#define SEND_WAIT_MS 1
#define SEND_TRIES 5

static void put_cmsg(struct msghdr *m, int level, int type, const void *data, size_t size)
{
	struct cmsghdr *c = (struct cmsghdr *)((uint8_t *)m->msg_control + m->msg_controllen);

	c->cmsg_level = level;
	c->cmsg_type = type;
	c->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(c), data, size);
	m->msg_controllen += CMSG_SPACE(size);
}

static void put_source(struct msghdr *m, const struct gh_addr *source)
{
	if (source->family == AF_INET) {
		struct in_pktinfo info = { 0 };

		memcpy(&info.ipi_spec_dst, source->b, 4);
		put_cmsg(m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
	} else if (source->family == AF_INET6) {
		struct in6_pktinfo info = { 0 };

		memcpy(&info.ipi6_addr, source->b, 16);
		put_cmsg(m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
	}
}

void udp_fill(struct msghdr *m, struct iovec *iov, struct udp_control *control,
	      const struct udp_run *run)
{
	memset(control, 0, sizeof(*control));
	iov->iov_base = (void *)(uintptr_t)run->bytes;
	iov->iov_len = run->length;
	memset(m, 0, sizeof(*m));
	m->msg_name = (void *)(uintptr_t)run->to;
	m->msg_namelen = run->to_length;
	m->msg_iov = iov;
	m->msg_iovlen = 1;
	m->msg_control = control->bytes;
	put_source(m, &run->source->addr);
	if (run->length > run->segment)
		put_cmsg(m, SOL_UDP, UDP_SEGMENT, &run->segment, sizeof(run->segment));
	if (run->tos) {
		int tos = run->tos;
		bool v4 = run->to->ss_family == AF_INET;

		put_cmsg(m, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_TOS : IPV6_TCLASS, &tos,
			 sizeof(tos));
	}
	if (!m->msg_controllen)
		m->msg_control = NULL;
}

static int fd_for(const int fd[2], const struct udp_run *run)
{
	return fd[run->to->ss_family == AF_INET6];
}

/* The path is too small for a run, or knows no segmentation: packet by packet. */
static unsigned send_singly(int fd, const struct udp_run *run)
{
	unsigned refused = 0;

	for (uint32_t at = 0; at < run->length; at += run->segment) {
		struct udp_run one = *run;
		struct udp_control control;
		struct iovec iov;
		struct msghdr m;

		one.bytes += at;
		one.length = run->length - at < run->segment ? run->length - at : run->segment;
		udp_fill(&m, &iov, &control, &one);
		refused += sendmsg(fd, &m, MSG_DONTWAIT) < 0;
	}
	return refused;
}

/* Deals with the run that stopped sendmmsg; returns the packets refused. */
static unsigned send_stopped(int fd, const struct udp_run *run, int err)
{
	/* EIO: the device cannot segment. */
	if (run->packets > 1 && (err == EMSGSIZE || err == EINVAL || err == EIO))
		return send_singly(fd, run);
	return run->packets;
}

/* A full socket buffer: gives the device a moment, a few times. */
bool udp_wait_for_room(int fd, unsigned *tries)
{
	struct pollfd wait = { .fd = fd, .events = POLLOUT };

	if (errno != EAGAIN && errno != EWOULDBLOCK && errno != ENOBUFS)
		return false;
	if (++*tries > SEND_TRIES)
		return false;
	poll(&wait, 1, SEND_WAIT_MS);
	return true;
}

unsigned udp_send(const int fd[2], const struct udp_run runs[], unsigned count)
{
	struct mmsghdr message[UDP_RUNS];
	struct udp_control control[UDP_RUNS];
	struct iovec iov[UDP_RUNS];
	unsigned refused = 0, done = 0, tries = 0;

	for (unsigned k = 0; k < count; k++)
		udp_fill(&message[k].msg_hdr, &iov[k], &control[k], &runs[k]);
	while (done < count) {
		int out = fd_for(fd, &runs[done]);
		unsigned span = 1;
		int sent;

		while (done + span < count && fd_for(fd, &runs[done + span]) == out)
			span++;
		sent = sendmmsg(out, message + done, span, MSG_DONTWAIT);
		if (sent > 0) {
			done += (unsigned)sent;
			continue;
		}
		if (errno == EINTR || udp_wait_for_room(out, &tries))
			continue;
		refused += send_stopped(out, &runs[done], errno);
		done++;
	}
	return refused;
}

int udp_receive(int fd, struct udp_batch *b)
{
	int n;

	for (unsigned k = 0; k < UDP_BATCH; k++) {
		struct msghdr *m = &b->message[k].msg_hdr;

		b->iov[k] = (struct iovec){ b->bytes[k], UDP_DATAGRAM_MAX };
		memset(m, 0, sizeof(*m));
		m->msg_name = &b->from[k];
		m->msg_namelen = sizeof(b->from[k]);
		m->msg_iov = &b->iov[k];
		m->msg_iovlen = 1;
		m->msg_control = b->control[k];
		m->msg_controllen = sizeof(b->control[k]);
	}
	n = recvmmsg(fd, b->message, UDP_BATCH, MSG_DONTWAIT, NULL);
	return n < 0 ? -errno : n;
}

static void read_cmsg(struct cmsghdr *c, struct udp_datagram *out)
{
	const uint8_t *data = CMSG_DATA(c);
	struct in6_pktinfo info6;
	struct in_pktinfo info;
	int number;

	if (c->cmsg_level == SOL_UDP && c->cmsg_type == UDP_GRO) {
		memcpy(&number, data, sizeof(number));
		if (number > 0)
			out->segment = (uint32_t)number;
	} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_TOS) {
		out->tos = data[0];
	} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_TCLASS) {
		memcpy(&number, data, sizeof(number));
		out->tos = (uint8_t)number;
	} else if (c->cmsg_level == IPPROTO_IP && c->cmsg_type == IP_PKTINFO) {
		memcpy(&info, data, sizeof(info));
		out->local.family = AF_INET;
		memcpy(out->local.b, &info.ipi_spec_dst, 4);
	} else if (c->cmsg_level == IPPROTO_IPV6 && c->cmsg_type == IPV6_PKTINFO) {
		memcpy(&info6, data, sizeof(info6));
		out->local.family = AF_INET6;
		memcpy(out->local.b, &info6.ipi6_addr, 16);
	}
}

bool udp_read(struct udp_batch *b, unsigned k, struct udp_datagram *out)
{
	struct msghdr *m = &b->message[k].msg_hdr;

	memset(out, 0, sizeof(*out));
	if (!b->message[k].msg_len || m->msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return false;
	if (gh_endpoint_from_sockaddr((struct sockaddr *)&b->from[k], &out->remote))
		return false;
	out->bytes = b->bytes[k];
	out->length = b->message[k].msg_len;
	out->segment = out->length;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
		read_cmsg(c, out);
	return true;
}
