/*
 * fuzz_inbound - what a stranger, and what an authentic peer, can send to port 4500
 *
 * The first byte chooses. Even: the rest is a message of the socket, its
 * second byte the size of the pieces. Odd: the rest is an inner packet, sealed
 * here under the SA, so that everything behind the cipher is reached.
 */
#include "ipsec/inbound.h"
#include "tests/unit/datapath.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct datapath path;
static struct inbound in;

static void ignore(void *ctx, const struct gh_endpoint *local, const struct gh_endpoint *remote,
		   const uint8_t *datagram, size_t length)
{
	(void)ctx;
	(void)local;
	(void)remote;
	if (length < 4 || datagram[0])
		abort();
}

static void set_up(void)
{
	datapath_init(&path);
	in.tables = &path.tables;
	in.counters = &path.counters;
	in.events = &path.events;
	in.tun_fd = path.null_fd;
	in.mtu = 1400;
	in.ike = ignore;
	gro_init(&in.gro, true, true);
}

static void strange(const uint8_t *data, size_t size)
{
	struct udp_datagram d = { .length = (uint32_t)size - 1, .segment = 1u + data[0] };

	if (d.segment > d.length)
		d.segment = d.length;
	d.bytes = malloc(d.length);
	memcpy(d.bytes, data + 1, d.length);
	inbound_datagram(&in, &d);
	inbound_flush(&in);
	free(d.bytes);
}

/* Twice in one message, so that joining is reached; data[0] is the outer TOS. */
static void authentic(const uint8_t *data, size_t size)
{
	uint32_t inner = (uint32_t)size - 2, sealed = esp_sealed_length(&path.out->esp, inner);
	struct udp_datagram d = { .length = 2 * sealed, .segment = sealed, .tos = data[0] };
	struct esp_packet p[2];
	uint64_t sequence;

	if (inner > 1500)
		return;
	d.bytes = malloc(d.length);
	if (!sa_take_sequence(path.out, 2, &sequence))
		abort();
	for (unsigned k = 0; k < 2; k++) {
		p[k] = (struct esp_packet){
			.data = d.bytes + k * sealed, .length = inner, .sequence = sequence + k,
			.next_header = data[1] & 1 ? ESP_NEXT_IPV4 : data[1] & 2 ? ESP_NEXT_IPV6 :
				       data[1],
		};
		memcpy(p[k].data + path.out->esp.header, data + 2, inner);
	}
	esp_seal(&path.out->esp, p, 2);
	inbound_datagram(&in, &d);
	inbound_flush(&in);
	free(d.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!in.tables)
		set_up();
	if (size < 3)
		return 0;
	if (data[0] & 1)
		authentic(data + 1, size - 1);
	else
		strange(data + 1, size - 1);
	return 0;
}
