/*
 * ike_relay - IKE between the UDP sockets that we own and charon
 *
 * charon's plugin connects to ike.sock (base/ike_frame.h). What arrives on
 * UDP 500 is read here and sent up; what ESP workers find on UDP 4500 and is
 * not ESP they hand over by ike_relay_deliver. What charon sends goes out of
 * the socket whose port it names, from the local address it names. A thread
 * of its own, so that a flood on one side never delays the other parts, nor
 * a busy datapath an IKE message.
 *
 * The peer of ike.sock must be root or our own user (SO_PEERCRED). There is
 * one at a time; a new one replaces the old.
 *
 * Ownership  the relay owns ike.sock, not the UDP sockets.
 * Threads    new, free and read_stats: the control thread. deliver: any,
 *            it neither blocks nor locks nor allocates.
 * Errors     0 or -errno. A datagram that cannot be passed on is dropped and
 *            counted: IKE retransmits (RFC 7296 2.1).
 */
#ifndef GH_IPSEC_IKE_RELAY_H
#define GH_IPSEC_IKE_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct ike_relay;

/*
 * Bound, wildcard UDP sockets, -1 for none. The relay reads the two of port
 * 500 and asks them for packet information; those of port 4500 it only sends
 * by (any one of a SO_REUSEPORT group will do).
 */
struct ike_relay_sockets {
	int port500_ipv4, port500_ipv6;
	int port4500_ipv4, port4500_ipv6;
};

struct ike_relay_stats {
	uint64_t to_charon, from_charon;        /* datagrams passed on */
	uint64_t drop_no_charon;                /* charon is not connected */
	uint64_t drop_full;                     /* charon does not keep up */
	uint64_t drop_bad;                      /* not a datagram for us to carry */
	uint64_t drop_send;                     /* the kernel refused to send it */
	uint64_t drop_uncalled;                 /* a peer began that we alone call */
	bool connected;                         /* charon is there */
};

/* Listens on path and starts the thread. */
int ike_relay_new(const char *path, const struct ike_relay_sockets *sockets,
		  struct ike_relay **out);
/* Stops the thread; NULL is accepted. */
void ike_relay_free(struct ike_relay *r);

/*
 * Passes one datagram up to charon: bytes as received from the wire, that is
 * with the four zero bytes of the non-ESP marker on port 4500.
 */
void ike_relay_deliver(struct ike_relay *r, const struct gh_endpoint *local,
		       const struct gh_endpoint *remote, const uint8_t *bytes, size_t length);

/* Peers at these addresses, and at no others, may not begin (see ike_gate.h). */
void ike_relay_refuse(struct ike_relay *r, const struct gh_addr *addresses, size_t count);

void ike_relay_read_stats(const struct ike_relay *r, struct ike_relay_stats *out);

#endif
