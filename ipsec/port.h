/*
 * port - UDP sockets of IKE and ESP (RFC 3948), ports 500 and 4500; ESP's own
 *
 * Wildcard sockets that tell each datagram's local address (IP_PKTINFO) and
 * send from the address they are told to. On 4500 the kernel hands over runs
 * of equal datagrams in one piece (UDP_GRO). Outer DF is off: a small path
 * fragments instead of losing.
 *
 * Ownership  the caller owns the descriptors.
 * Threads    any; the functions keep nothing.
 * Units      ports in host order.
 * Errors     a descriptor or a length, else -errno.
 */
#ifndef IPSEC_PORT_H
#define IPSEC_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"

/*
 * family AF_INET or AF_INET6 (IPv6 only). gro: for port 4500. Buffers are
 * 8 MB as root, else what net.core.rmem_max allows. Non-blocking, close-on-exec.
 */
int port_open(int family, uint16_t port, bool gro);

/* A socket for ESP without UDP (native.h), of all peers; needs CAP_NET_RAW. */
int port_open_esp(int family);

/*
 * One datagram from local to remote; marker puts the four zero bytes of IKE on
 * port 4500 in front. local without family: the kernel chooses.
 */
int port_send(int fd, const struct gh_endpoint *local, const struct gh_endpoint *remote,
	      bool marker, const uint8_t *datagram, size_t length);

/*
 * Receives one datagram (for sockets without gro); returns its length or
 * -errno (-EAGAIN: none). local.port is the port asked for at open.
 */
ssize_t port_receive(int fd, uint8_t *datagram, size_t size, struct gh_endpoint *local,
		     struct gh_endpoint *remote);

#endif
