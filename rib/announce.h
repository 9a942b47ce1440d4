/*
 * announce - tells a link that an address is at this host now
 *
 * A gratuitous ARP request (RFC 5227 2.3), or an unsolicited neighbor
 * advertisement that overrides (RFC 4861 7.2.6): neighbors that hold another
 * host's hardware address for it replace it at once.
 *
 * Threads    any; the calls do not block.
 * Errors     0 or -errno. Needs CAP_NET_RAW.
 */
#ifndef RIB_ANNOUNCE_H
#define RIB_ANNOUNCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define ANNOUNCE_FRAME_MAX 96

/* The whole Ethernet frame; returns its length. */
size_t announce_frame(const struct gh_addr *addr, const uint8_t hardware[6],
		      uint8_t out[ANNOUNCE_FRAME_MAX]);

int announce_send(const char *interface, const struct gh_addr *addr);

#endif
