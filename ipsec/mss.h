/*
 * mss - clamps the maximum segment size that a TCP SYN announces (RFC 9293 3.7.1)
 *
 * So that TCP never makes a segment that the tunnel would have to refuse.
 *
 * Threads    pure functions.
 * Units      bytes.
 */
#ifndef IPSEC_MSS_H
#define IPSEC_MSS_H

#include <stdbool.h>
#include <stdint.h>

#include "ipsec/packet.h"

/*
 * What to clamp to: 1350 for IPv4 at the default MTU of 1400, 20 less for IPv6;
 * or what is wanted (0: nothing), if that is less.
 */
uint16_t mss_for(uint16_t mtu, uint16_t wanted, uint8_t family);

/*
 * Lowers the option of a SYN or SYN-ACK to most and corrects the checksum,
 * which must be complete. Without the option nothing changes: the default of
 * 536 (1220) is small enough. Returns whether the packet changed.
 */
bool mss_clamp(const struct packet *p, uint16_t most);

#endif
