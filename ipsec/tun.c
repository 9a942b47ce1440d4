/*
 * The TUN device: see tun.h.
 */
#include "ipsec/tun.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux 6.2 */
#ifndef TUN_F_USO4
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

static void set_name(struct ifreq *r, const char *name)
{
	memset(r, 0, sizeof(*r));
	snprintf(r->ifr_name, sizeof(r->ifr_name), "%s", name);
}

int tun_open(const char *name)
{
	struct ifreq r;
	int fd, err;

	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	set_name(&r, name);
	r.ifr_flags = IFF_TUN | IFF_NO_PI | IFF_VNET_HDR | IFF_MULTI_QUEUE;
	if (ioctl(fd, TUNSETIFF, &r)) {
		err = -errno;
		close(fd);
		return err;
	}
	return fd;
}

int tun_attach(int fd, int attach)
{
	struct ifreq r;

	set_name(&r, "");
	r.ifr_flags = attach ? IFF_ATTACH_QUEUE : IFF_DETACH_QUEUE;
	return ioctl(fd, TUNSETQUEUE, &r) ? -errno : 0;
}

static int configure(int fd, const char *name, uint16_t mtu)
{
	struct ifreq r;

	set_name(&r, name);
	r.ifr_mtu = mtu;
	if (ioctl(fd, SIOCSIFMTU, &r))
		return -errno;
	if (ioctl(fd, SIOCGIFFLAGS, &r))
		return -errno;
	r.ifr_flags |= IFF_UP;
	return ioctl(fd, SIOCSIFFLAGS, &r) ? -errno : 0;
}

/* No link-local address: nobody is on this link, and solicitations would only be dropped. */
static void quiet_ipv6(const char *name)
{
	char path[96];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;                 /* no IPv6 here, or a read-only /proc: it stays noisy */
	if (write(fd, "1", 1) < 0)
		errno = 0;
	close(fd);
}

int tun_up(const char *name, uint16_t mtu)
{
	int fd, err;

	quiet_ipv6(name);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	err = configure(fd, name, mtu);
	close(fd);
	return err;
}

int tun_offload(int fd)
{
	unsigned long tso = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6;

	if (ioctl(fd, TUNSETOFFLOAD, tso | TUN_F_USO4 | TUN_F_USO6) == 0)
		return TUN_TSO | TUN_USO;
	if (ioctl(fd, TUNSETOFFLOAD, tso) == 0)
		return TUN_TSO;
	return -errno;
}
