/*
 * outbound - from a packet of the TUN to ESP datagrams
 *
 * Ownership  borrows tables and descriptors; owns its run buffers.
 * Threads    the TX or NAT worker, online with reclaim from outbound_packet to the
 *            outbound_flush that follows.
 * Errors     each drop is counted; the sender gets an ICMP error where one is due.
 */
#ifndef IPSEC_OUTBOUND_H
#define IPSEC_OUTBOUND_H

#include "ipsec/event.h"
#include "ipsec/flows.h"
#include "ipsec/gso.h"
#include "ipsec/icmp.h"
#include "ipsec/tables.h"
#include "ipsec/udp.h"

/* Equal-size packets under one SA, one UDP message. */
struct outbound_run {
	struct sa *sa;
	uint8_t *bytes;                 /* UDP_RUN_BYTES and room to spare */
	uint32_t length;
	uint16_t segment;
	uint16_t packets;
	uint8_t tos;
	bool closed;                    /* a shorter packet was its last */
	uint32_t inner[UDP_RUN_PACKETS];        /* lengths */
	uint8_t next_header[UDP_RUN_PACKETS];
	uint64_t inner_bytes;
};

struct outbound {
	struct tables *tables;
	struct counters *counters;
	struct flows *flows;
	struct event_ring *events;
	int tun_fd;                     /* for ICMP to inner senders: the device that the packet came from */
	int natt_fd[2], esp_fd[2];      /* ESP in UDP, and without */
	bool nat;                       /* the NAT worker's: it has contexts of its own (sa.h) */
	_Atomic uint16_t mtu;           /* of the TUN; the control thread sets it */
	_Atomic uint16_t mss;           /* wanted for TCP; 0: what fits the MTU */
	struct icmp_limit limit;
	struct gh_time now;             /* of this batch */
	unsigned runs;
	uint32_t pending;               /* bytes in all runs */
	struct outbound_run run[UDP_RUNS];
};

/* Allocates the buffers, or aborts. The other members are the caller's to set. */
void outbound_init(struct outbound *o);
void outbound_fini(struct outbound *o);

/* One read of the TUN, virtio-net header apart. Flushes by itself when full. */
void outbound_packet(struct outbound *o, const struct virtio_net_hdr *v, uint8_t *bytes,
		     size_t length);
/* The same of the outside of a leg's box (nat.h); tun_fd is that device. */
void outbound_translated(struct outbound *o, struct sa_leg *leg, const struct virtio_net_hdr *v,
			 uint8_t *bytes, size_t length);
void outbound_flush(struct outbound *o);

#endif
