/* This host: see host.h. */
#include "gatehoused/host.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/addr.h"
#include "yang/certificate.h"

static bool interface_exists(void *self, const char *name)
{
	(void)self;
	return if_nametoindex(name) != 0;
}

/* False for one of neither family. */
static bool take_address(const struct sockaddr *from, struct gh_addr *out)
{
	struct gh_endpoint e;

	if (!from || gh_endpoint_from_sockaddr(from, &e) < 0)
		return false;
	*out = e.addr;
	return true;
}

static uint8_t mask_length(const struct gh_addr *mask)
{
	uint8_t n = 0;

	while (n < gh_family_bits(mask->family) && mask->b[n / 8] & 0x80 >> n % 8)
		n++;
	return n;
}

/* A point-to-point interface has the other end in place of a subnet. */
static bool holds(const struct ifaddrs *i, const struct gh_addr *address)
{
	struct gh_addr other, mask;
	struct gh_prefix subnet;

	if (i->ifa_flags & IFF_POINTOPOINT && take_address(i->ifa_dstaddr, &other) &&
	    !gh_addr_cmp(&other, address))
		return true;
	if (!take_address(i->ifa_addr, &subnet.addr) || !take_address(i->ifa_netmask, &mask))
		return false;
	subnet.length = mask_length(&mask);
	gh_prefix_mask(&subnet);
	return gh_prefix_holds(&subnet, address);
}

static bool reachable(void *self, const char *interface, const struct gh_addr *address)
{
	struct ifaddrs *all, *i;
	bool found = false;

	(void)self;
	if (getifaddrs(&all) < 0)
		return true;
	for (i = all; i && !found; i = i->ifa_next)
		found = !strcmp(i->ifa_name, interface) && holds(i, address);
	freeifaddrs(all);
	return found;
}

static unsigned mtu_of(const char *interface)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), rc;

	if (fd < 0)
		return 0;
	memcpy(request.ifr_name, interface, strnlen(interface, IFNAMSIZ - 1));
	rc = ioctl(fd, SIOCGIFMTU, &request);
	close(fd);
	return rc < 0 || request.ifr_mtu < 0 ? 0 : (unsigned)request.ifr_mtu;
}

static unsigned mtu(void *self, const struct gh_addr *local)
{
	struct ifaddrs *all, *i;
	struct gh_addr a;
	unsigned found = 0;

	(void)self;
	if (getifaddrs(&all) < 0)
		return 0;
	for (i = all; i && !found; i = i->ifa_next)
		if (take_address(i->ifa_addr, &a) && !gh_addr_cmp(&a, local))
			found = mtu_of(i->ifa_name);
	freeifaddrs(all);
	return found;
}

static int certificate(void *self, const char *file, const char *key_file, const char *identity,
		       struct gh_buf *why)
{
	enum certificate_use use = *key_file ? CERTIFICATE_OURS : CERTIFICATE_AUTHORITY;
	int64_t now_s = (int64_t)time(NULL);
	struct certificate c;
	int ret = certificate_read(file, key_file, &c, why);

	(void)self;
	if (ret < 0)
		return ret;
	ret = certificate_check(&c, use, now_s, why);
	if (!ret && *identity && !certificate_has_name(&c, identity)) {
		gh_buf_printf(why, "%s: local-id %s is none of its names; give one that it has, or"
			      " no local-id", file, identity);
		ret = -EINVAL;
	}
	if (!ret && certificate_ends_soon(&c, now_s, why))
		ret = 1;
	certificate_fini(&c);
	return ret;
}

const struct meaning_host host_meaning = {
	.interface_exists = interface_exists,
	.reachable = reachable,
	.mtu = mtu,
	.certificate = certificate,
};
