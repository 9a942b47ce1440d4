/*
 * An IKE datagram between gatehoused and charon: see ike_frame.h.
 *
 * A fixed header, so that a sender can put it in front of bytes that it does
 * not own by scatter and gather, without a copy.
 */
#include "base/ike_frame.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define VERSION_1 1

enum offset {
	AT_VERSION = 0,
	AT_FAMILY = 1,
	AT_LOCAL_PORT = 2,
	AT_REMOTE_PORT = 4,
	AT_ZERO = 6,
	AT_LOCAL = 8,
	AT_REMOTE = 24,
};

static void put_port(uint8_t *p, uint16_t port)
{
	p[0] = (uint8_t)(port >> 8);
	p[1] = (uint8_t)port;
}

static uint16_t get_port(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

void gh_ike_frame_head(const struct gh_ike_frame *f, uint8_t head[GH_IKE_FRAME_HEAD])
{
	assert(f->local.addr.family == f->remote.addr.family);
	memset(head, 0, GH_IKE_FRAME_HEAD);
	head[AT_VERSION] = VERSION_1;
	head[AT_FAMILY] = f->local.addr.family == AF_INET6 ? 6 : 4;
	put_port(head + AT_LOCAL_PORT, f->local.port);
	put_port(head + AT_REMOTE_PORT, f->remote.port);
	memcpy(head + AT_LOCAL, f->local.addr.b, sizeof(f->local.addr.b));
	memcpy(head + AT_REMOTE, f->remote.addr.b, sizeof(f->remote.addr.b));
}

/* Bytes past the address of its family must be zero, as gh_addr has them. */
static int get_addr(const uint8_t *p, uint8_t family, struct gh_addr *out)
{
	*out = (struct gh_addr){ .family = family };
	for (unsigned i = gh_family_bits(family) / 8; i < sizeof(out->b); i++)
		if (p[i])
			return -EBADMSG;
	memcpy(out->b, p, gh_family_bits(family) / 8);
	return 0;
}

int gh_ike_frame_decode(const uint8_t *m, size_t length, struct gh_ike_frame *out)
{
	struct gh_ike_frame f;
	uint8_t family;

	if (length <= GH_IKE_FRAME_HEAD || length > GH_IKE_FRAME_MAX)
		return -EBADMSG;
	if (m[AT_VERSION] != VERSION_1 || m[AT_ZERO] || m[AT_ZERO + 1])
		return -EBADMSG;
	if (m[AT_FAMILY] != 4 && m[AT_FAMILY] != 6)
		return -EBADMSG;
	family = m[AT_FAMILY] == 4 ? AF_INET : AF_INET6;
	if (get_addr(m + AT_LOCAL, family, &f.local.addr) < 0 ||
	    get_addr(m + AT_REMOTE, family, &f.remote.addr) < 0)
		return -EBADMSG;
	f.local.port = get_port(m + AT_LOCAL_PORT);
	f.remote.port = get_port(m + AT_REMOTE_PORT);
	f.bytes = m + GH_IKE_FRAME_HEAD;
	f.length = length - GH_IKE_FRAME_HEAD;
	*out = f;
	return 0;
}
