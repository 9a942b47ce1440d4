/*
 * ike_frame - an IKE datagram on its way between gatehoused and charon
 *
 * gatehoused owns UDP 500 and 4500; charon has only ike.sock, a Unix
 * SEQPACKET socket. One message there is one datagram: this header, then the
 * bytes exactly as they are on the wire. On port 4500 they therefore begin
 * with the four zero bytes of RFC 3948 2.2 (charon adds and removes them), or
 * are the single 0xFF of a NAT keepalive.
 *
 *   0      1       2           4            6         8      24       40
 *   version family  local port  remote port  u16 zero  local  remote   bytes
 *
 * Ownership  a decoded frame borrows from the bytes it was decoded from.
 * Threads    pure functions.
 * Units      ports on this wire are big-endian, in the structs host order.
 * Errors     -EBADMSG for anything that is not such a message.
 */
#ifndef GH_IKE_FRAME_H
#define GH_IKE_FRAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define GH_IKE_FRAME_HEAD 40
#define GH_IKE_BYTES_MAX 65535
#define GH_IKE_FRAME_MAX (GH_IKE_FRAME_HEAD + GH_IKE_BYTES_MAX)

#define GH_IKE_PORT 500
#define GH_IKE_NATT_PORT 4500

struct gh_ike_frame {
	struct gh_endpoint local, remote;       /* of one family, both set */
	const uint8_t *bytes;
	size_t length;                          /* 1 to GH_IKE_BYTES_MAX */
};

/* Writes the header that goes before frame->bytes. Both ends must be of one family. */
void gh_ike_frame_head(const struct gh_ike_frame *frame, uint8_t head[GH_IKE_FRAME_HEAD]);

int gh_ike_frame_decode(const uint8_t *message, size_t length, struct gh_ike_frame *out);

#endif
