/*
 * Packets before their SA: see early.h.
 */
#include "ipsec/early.h"

#include <string.h>

bool early_keep(struct early *e, const uint8_t *bytes, uint32_t length,
		const struct udp_datagram *d, struct gh_time now)
{
	struct early_packet *p;

	if (e->count == EARLY_PACKETS || length > EARLY_BYTES)
		return false;
	p = &e->packet[e->count++];
	p->since = now;
	p->length = length;
	p->tos = d->tos;
	p->native = d->native;
	p->remote = d->remote;
	memcpy(p->bytes, bytes, length);
	return true;
}

void early_remove(struct early *e, const bool done[])
{
	unsigned kept = 0;

	for (unsigned k = 0; k < e->count; k++) {
		if (done[k])
			continue;
		if (kept != k)
			e->packet[kept] = e->packet[k];
		kept++;
	}
	e->count = kept;
}
