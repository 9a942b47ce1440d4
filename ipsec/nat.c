/*
 * Ways through a box: see nat.h.
 */
#include "ipsec/nat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "ipsec/reclaim.h"

#define TTL 8                   /* offsets of the hop count */
#define HOP_LIMIT 7

static int copy(int fd, int *out)
{
	*out = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
	return fd >= 0 && *out < 0 ? -errno : 0;
}

int nat_way_new(int inside, int outside, struct nat_way **out)
{
	struct nat_way *way = reclaim_alloc(sizeof(*way));
	int err;

	way->outside = -1;
	err = copy(inside, &way->inside);
	if (!err)
		err = copy(outside, &way->outside);
	if (err) {
		nat_way_free(way);
		return err;
	}
	*out = way;
	return 0;
}

void nat_way_free(void *object)
{
	struct nat_way *way = object;

	if (way->inside >= 0)
		close(way->inside);
	if (way->outside >= 0)
		close(way->outside);
	free(way);
}

void nat_raise_hop(const struct packet *p)
{
	uint8_t *hop = p->bytes + (p->family == AF_INET ? TTL : HOP_LIMIT);

	if (*hop == 255)
		return;
	++*hop;
	packet_ip_checksum(p->bytes, p->family, p->l4);
}

bool nat_write(int fd, const struct virtio_net_hdr *v, const uint8_t *bytes, uint32_t length)
{
	struct iovec iov[2] = {
		{ (void *)(uintptr_t)v, sizeof(*v) }, { (void *)(uintptr_t)bytes, length },
	};

	return fd >= 0 && writev(fd, iov, 2) > 0;
}
