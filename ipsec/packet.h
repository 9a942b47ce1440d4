/*
 * packet - what the datapath needs to know of an inner IP packet
 *
 * Ownership  struct packet points into the bytes it was parsed from.
 * Threads    pure functions.
 * Units      lengths in bytes, ports in host order.
 * Errors     packet_parse returns false for anything whose lengths lie; the
 *            caller counts it.
 */
#ifndef IPSEC_PACKET_H
#define IPSEC_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PACKET_TCP 6
#define PACKET_UDP 17
#define PACKET_ICMP 1
#define PACKET_ICMP6 58

#define PACKET_TCP_FIN 0x01
#define PACKET_TCP_SYN 0x02
#define PACKET_TCP_RST 0x04
#define PACKET_TCP_PSH 0x08
#define PACKET_TCP_ACK 0x10
#define PACKET_TCP_CWR 0x80

struct packet {
	uint8_t *bytes;         /* the IP header */
	uint32_t length;        /* as the IP header says, at most what was given */
	uint8_t family;         /* AF_INET or AF_INET6 */
	uint8_t protocol;       /* of layer 4, behind IPv6 extension headers */
	uint8_t tos;            /* or traffic class */
	uint8_t address_bytes;  /* 4 or 16 */
	uint16_t l4;            /* offset of layer 4 */
	bool fragment;          /* any fragment, the first included */
	bool has_l4;            /* layer 4 starts here: not a later fragment */
	bool has_ports;         /* TCP or UDP, and both ports are there */
	bool simple;            /* no IP options, no extension headers, no fragment */
	uint16_t source_port, target_port;
	const uint8_t *source, *target; /* address_bytes each */
};

/* Bytes behind the IP packet (TFC padding, RFC 4303 2.7) are left out of length. */
bool packet_parse(uint8_t *bytes, size_t length, struct packet *out);

/* Equal for all packets of a flow in one direction; fragments go by address. */
uint32_t packet_hash(const struct packet *p);

/* The sum over layer 4 and its pseudo header: folds to 0xffff when correct. */
uint64_t packet_l4_sum(const struct packet *p);

/* Recomputes the IPv4 header checksum; nothing to do for IPv6. */
void packet_ip_checksum(uint8_t *bytes, uint8_t family, uint16_t l4);

/* Sets the total (IPv4) or payload (IPv6) length of a packet without extension headers. */
void packet_set_length(uint8_t *bytes, uint8_t family, uint32_t length);

#endif
