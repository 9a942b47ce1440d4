/*
 * Native ESP: see native.h.
 *
 * AF_PACKET with a qdisc bypass would send at a third of the cost, but past
 * the kernel's routing and neighbors, which the outer packet needs.
 */
#include "ipsec/native.h"

#include <errno.h>
#include <string.h>

#include "ipsec/wire.h"

#define IPV4_HEADER_MIN 20

static void fill(const struct udp_run *run, struct udp_control *control,
		 struct mmsghdr message[UDP_RUN_PACKETS], struct iovec iov[UDP_RUN_PACKETS])
{
	struct udp_run one = *run;
	unsigned k = 0;

	/* A single packet of the run, of which all messages share name and control. */
	one.length = one.segment;
	for (uint32_t at = 0; at < run->length; at += run->segment, k++) {
		uint32_t left = run->length - at;

		if (k)
			message[k].msg_hdr = message[0].msg_hdr;
		else
			udp_fill(&message[0].msg_hdr, &iov[0], control, &one);
		message[k].msg_hdr.msg_iov = &iov[k];
		iov[k].iov_base = (void *)(uintptr_t)(run->bytes + at);
		iov[k].iov_len = left < run->segment ? left : run->segment;
	}
}

static unsigned send_run(int fd, const struct udp_run *run, unsigned *tries)
{
	struct mmsghdr message[UDP_RUN_PACKETS];
	struct iovec iov[UDP_RUN_PACKETS];
	struct udp_control control;
	unsigned done = 0, refused = 0;

	fill(run, &control, message, iov);
	while (done < run->packets) {
		int sent = sendmmsg(fd, message + done, run->packets - done, MSG_DONTWAIT);

		if (sent > 0) {
			done += (unsigned)sent;
		} else if (errno != EINTR && !udp_wait_for_room(fd, tries)) {
			refused++;
			done++;
		}
	}
	return refused;
}

unsigned native_send(const int fd[2], const struct udp_run runs[], unsigned count)
{
	unsigned refused = 0, tries = 0;

	for (unsigned k = 0; k < count; k++)
		refused += send_run(fd[runs[k].to->ss_family == AF_INET6], &runs[k], &tries);
	return refused;
}

bool native_strip(struct udp_datagram *d)
{
	uint32_t header;

	d->native = true;
	if (d->remote.addr.family != AF_INET)
		return true;
	header = d->length < IPV4_HEADER_MIN ? 0 : (d->bytes[0] & 0x0fu) * 4;
	if (header < IPV4_HEADER_MIN || d->length <= header)
		return false;
	d->tos = d->bytes[1];
	d->bytes += header;
	d->length -= header;
	d->segment = d->length;
	d->remote.port = 0;
	return true;
}
