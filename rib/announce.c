/*
 * The frames are put together here and sent by a packet socket: the kernel's
 * arp_notify speaks when a link comes up, not when an address is added.
 */
#include "rib/announce.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ARP_HARDWARE_ETHERNET 1
#define ARP_REQUEST 1
#define ICMP6 58
#define NEIGHBOR_ADVERTISEMENT 136
#define OVERRIDE 0x20                   /* RFC 4861 4.4 */
#define TARGET_LINK_LAYER_ADDRESS 2

struct frame {
	uint8_t *bytes;
	size_t length;
};

static void put(struct frame *f, const void *bytes, size_t length)
{
	memcpy(f->bytes + f->length, bytes, length);
	f->length += length;
}

static void put8(struct frame *f, uint8_t value)
{
	put(f, &value, 1);
}

static void put16(struct frame *f, uint16_t value)
{
	value = htons(value);
	put(f, &value, sizeof(value));
}

static void arp(struct frame *f, const struct gh_addr *addr, const uint8_t hardware[6])
{
	static const uint8_t nobody[6], everybody[6] = { 255, 255, 255, 255, 255, 255 };

	put(f, everybody, 6);
	put(f, hardware, 6);
	put16(f, ETHERTYPE_ARP);
	put16(f, ARP_HARDWARE_ETHERNET);
	put16(f, ETHERTYPE_IP);
	put8(f, 6);
	put8(f, 4);
	put16(f, ARP_REQUEST);
	put(f, hardware, 6);
	put(f, addr->b, 4);
	put(f, nobody, 6);
	put(f, addr->b, 4);
}

/* RFC 8200 8.1 over the pseudo-header and the message. */
static uint16_t checksum(const uint8_t addresses[32], const uint8_t *message, size_t length)
{
	uint32_t sum = (uint32_t)length + ICMP6;

	for (size_t i = 0; i < 32; i += 2)
		sum += (uint32_t)(addresses[i] << 8 | addresses[i + 1]);
	for (size_t i = 0; i < length; i += 2)
		sum += (uint32_t)(message[i] << 8 | message[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static void advertisement(struct frame *f, const struct gh_addr *addr, const uint8_t hardware[6])
{
	static const uint8_t all_nodes[16] = { 0xff, 2, [15] = 1 }, to[6] = { 0x33, 0x33, 0, 0, 0, 1 };
	static const uint8_t version[4] = { 0x60 }, flags[4] = { OVERRIDE };
	const uint16_t length = 4 + 4 + 16 + 8;
	size_t addresses, message;
	uint16_t sum;

	put(f, to, 6);
	put(f, hardware, 6);
	put16(f, ETHERTYPE_IPV6);
	put(f, version, 4);
	put16(f, length);
	put8(f, ICMP6);
	put8(f, 255);
	addresses = f->length;
	put(f, addr->b, 16);
	put(f, all_nodes, 16);
	message = f->length;
	put8(f, NEIGHBOR_ADVERTISEMENT);
	put8(f, 0);
	put16(f, 0);
	put(f, flags, 4);
	put(f, addr->b, 16);
	put8(f, TARGET_LINK_LAYER_ADDRESS);
	put8(f, 1);
	put(f, hardware, 6);
	sum = htons(checksum(f->bytes + addresses, f->bytes + message, length));
	memcpy(f->bytes + message + 2, &sum, sizeof(sum));
}

size_t announce_frame(const struct gh_addr *addr, const uint8_t hardware[6],
		      uint8_t out[ANNOUNCE_FRAME_MAX])
{
	struct frame f = { .bytes = out };

	if (addr->family == AF_INET6)
		advertisement(&f, addr, hardware);
	else
		arp(&f, addr, hardware);
	return f.length;
}

int announce_send(const char *interface, const struct gh_addr *addr)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), error = 0;
	struct sockaddr_ll to = { .sll_family = AF_PACKET };
	uint8_t bytes[ANNOUNCE_FRAME_MAX];
	struct ifreq request = { 0 };
	size_t length;

	if (fd < 0)
		return -errno;
	strncpy(request.ifr_name, interface, sizeof(request.ifr_name) - 1);
	to.sll_ifindex = (int)if_nametoindex(interface);
	if (!to.sll_ifindex || ioctl(fd, SIOCGIFHWADDR, &request) < 0) {
		error = -errno;
	} else {
		length = announce_frame(addr, (const uint8_t *)request.ifr_hwaddr.sa_data, bytes);
		if (sendto(fd, bytes, length, 0, (const struct sockaddr *)&to, sizeof(to)) < 0)
			error = -errno;
	}
	close(fd);
	return error;
}
