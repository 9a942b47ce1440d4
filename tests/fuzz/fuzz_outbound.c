/*
 * fuzz_outbound - what a sender behind the gateway can make the TUN hand over
 *
 * Ten bytes of virtio-net header, then the packet. It is parsed, clamped, cut,
 * sealed, and each ICMP answer it could get is made.
 */
#include "ipsec/outbound.h"
#include "tests/unit/datapath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct datapath path;
static struct outbound out;

static void set_up(void)
{
	datapath_init(&path);
	outbound_init(&out);
	out.tables = &path.tables;
	out.counters = &path.counters;
	out.events = &path.events;
	out.tun_fd = path.null_fd;
	out.natt_fd[0] = out.natt_fd[1] = path.null_fd; /* sending fails, after sealing */
	out.mtu = 1400;
}

static void answer(uint8_t *bytes, size_t length)
{
	uint8_t reply[ICMP_REPLY_MAX];
	struct packet p;

	if (!packet_parse(bytes, length, &p))
		return;
	for (enum icmp_reason r = ICMP_NO_ROUTE; r <= ICMP_TOO_BIG; r++) {
		struct packet q;
		size_t n = icmp_reply(&p, r, 1400, reply);

		if (n && (!packet_parse(reply, n, &q) || q.length != n))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct virtio_net_hdr v;
	uint8_t *bytes;
	size_t length;

	if (!out.tables)
		set_up();
	if (size < sizeof(v) || size > 65536)
		return 0;
	memcpy(&v, data, sizeof(v));
	length = size - sizeof(v);
	bytes = malloc(length + !length);
	memcpy(bytes, data + sizeof(v), length);
	answer(bytes, length);
	outbound_packet(&out, &v, bytes, length);
	outbound_flush(&out);
	free(bytes);
	return 0;
}
