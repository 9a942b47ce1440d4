/*
 * ike_gate - peers that may answer but not begin
 *
 * charon has no connection that only initiates: whoever may answer may also
 * call. So the first message of an IKE SA (RFC 7296 3.1, RFC 2408 3.1: the
 * responder's SPI is zero, and it is no response) from an address of the gate
 * is not passed on.
 *
 * Ownership  embedded; holds 64 bits of a hash for each address.
 * Threads    set: one. refuses: any, it neither blocks nor locks. While a set
 *            is being exchanged twice at once, one message may be misjudged.
 */
#ifndef GH_IPSEC_IKE_GATE_H
#define GH_IPSEC_IKE_GATE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define IKE_GATE_MAX 8192       /* addresses; more are not refused */
#define IKE_GATE_SLOTS (2 * IKE_GATE_MAX)

struct ike_gate {
	atomic_uint current;
	_Atomic uint64_t slot[2][IKE_GATE_SLOTS];       /* 0: free */
};

/* From now on these, and no others. */
void ike_gate_set(struct ike_gate *g, const struct gh_addr *addresses, size_t count);

/* bytes: an IKE message, without the marker that port 4500 has. */
bool ike_gate_refuses(const struct ike_gate *g, const struct gh_addr *from, const uint8_t *bytes,
		      size_t length);

#endif
