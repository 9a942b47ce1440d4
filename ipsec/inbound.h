/*
 * inbound - from datagrams of port 4500 to packets for the TUN
 *
 * Ownership  borrows tables and descriptors; holds the datagrams' bytes until
 *            inbound_flush.
 * Threads    the RX worker, online with reclaim from inbound_datagram to the
 *            inbound_flush that follows.
 * Errors     each drop is counted.
 */
#ifndef IPSEC_INBOUND_H
#define IPSEC_INBOUND_H

#include "ipsec/early.h"
#include "ipsec/event.h"
#include "ipsec/flows.h"
#include "ipsec/gro.h"
#include "ipsec/tables.h"
#include "ipsec/udp.h"

struct inbound {
	struct tables *tables;
	struct counters *counters;
	struct flows *flows;
	struct event_ring *events;
	int tun_fd;
	int to_fd;                      /* the device that gro's packets are for: tun_fd, or a box */
	uint16_t port;                  /* our own, told to ike */
	_Atomic uint16_t mtu;           /* of the TUN; the control thread sets it */
	_Atomic uint16_t mss;           /* wanted for TCP; 0: what fits the MTU */
	void *ctx;
	void (*ike)(void *ctx, const struct gh_endpoint *local,
		    const struct gh_endpoint *remote, const uint8_t *datagram, size_t length);
	struct gh_time now;             /* of this batch */
	struct gro gro;
	struct early early;
};

/* One message of the socket: a datagram, or a run of them. */
void inbound_datagram(struct inbound *in, const struct udp_datagram *d);
void inbound_flush(struct inbound *in);

/* Tries again what came before its SA; ends with a flush. Before new datagrams. */
void inbound_retry(struct inbound *in);

#endif
