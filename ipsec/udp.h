/*
 * udp - batches of ESP in UDP, in and out of port 4500 (RFC 3948)
 *
 * Outbound, a run of equal datagrams to one peer is one message (UDP_SEGMENT),
 * and several runs one system call. Inbound, the kernel may give a run of
 * equal datagrams as one (UDP_GRO); its pieces are for the caller to part.
 *
 * Ownership  buffers are the caller's, or embedded.
 * Threads    one worker.
 * Units      bytes.
 * Errors     -errno, or a count of what could not be sent.
 */
#ifndef IPSEC_UDP_H
#define IPSEC_UDP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/addr.h"

/*
 * IPv4 would carry 65,507 bytes in a message. But with all headers below the
 * device's gso_max_size (65,536), else the kernel cuts it up by itself.
 */
#define UDP_RUN_BYTES 65280u
#define UDP_RUN_PACKETS 64u             /* UDP_MAX_SEGMENTS of Linux 4.18 */
#define UDP_RUNS 16u

struct udp_run {
	const struct gh_endpoint *source;       /* address without family: kernel's choice */
	const struct sockaddr_storage *to;
	socklen_t to_length;
	const uint8_t *bytes;
	uint32_t length;
	uint16_t segment;               /* bytes of every packet but the last */
	uint8_t tos;
	uint16_t packets;
};

/* fd: of IPv4 and IPv6. Returns the number of packets that the kernel refused. */
unsigned udp_send(const int fd[2], const struct udp_run runs[], unsigned count);

/* For native.c: a run as one message, and a moment's wait after a full buffer. */
struct udp_control {
	_Alignas(16) uint8_t bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
				   CMSG_SPACE(sizeof(uint16_t)) + CMSG_SPACE(sizeof(int))];
};
void udp_fill(struct msghdr *m, struct iovec *iov, struct udp_control *control,
	      const struct udp_run *run);
/* False: errno says something else, or it was waited for often enough. */
bool udp_wait_for_room(int fd, unsigned *tries);

#define UDP_BATCH 8u
#define UDP_DATAGRAM_MAX 65535u

struct udp_datagram {
	uint8_t *bytes;
	uint32_t length;
	uint32_t segment;               /* bytes of every piece but the last; >= 1 */
	uint8_t tos;                    /* of the outer header */
	bool native;                    /* no UDP around it (native.h) */
	struct gh_addr local;           /* no family: the kernel did not tell */
	struct gh_endpoint remote;
};

struct udp_batch {
	struct mmsghdr message[UDP_BATCH];
	struct iovec iov[UDP_BATCH];
	struct sockaddr_storage from[UDP_BATCH];
	_Alignas(16) uint8_t control[UDP_BATCH][128];
	_Alignas(64) uint8_t bytes[UDP_BATCH][UDP_DATAGRAM_MAX + 1];
};

/* Receives without waiting; returns how many messages came, or -errno. */
int udp_receive(int fd, struct udp_batch *b);

/* What message k of the batch says. False: it is empty or cut off. */
bool udp_read(struct udp_batch *b, unsigned k, struct udp_datagram *out);

#endif
