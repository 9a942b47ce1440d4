#include "rib/forwarding.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/sysctl.h"

/* Calls for each interface's name in a conf directory, "default" among them. */
static void each_conf(const char *path, void (*each)(const char *name, const char *value),
		      const char *value)
{
	struct dirent *d;
	DIR *dir = opendir(path);

	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (d->d_name[0] != '.' && strcmp(d->d_name, "all"))
			each(d->d_name, value);
	closedir(dir);
}

static void keep_accepting(const char *name, const char *value)
{
	char present[16];

	if (!sysctl_interface_read("net/ipv6/conf/%s/accept_ra", name, present, sizeof(present)) &&
	    !strcmp(present, "1"))
		sysctl_interface("net/ipv6/conf/%s/accept_ra", name, value);
}

static void raise_rp_filter(const char *name, const char *value)
{
	char present[16];

	if (!sysctl_interface_read("net/ipv4/conf/%s/rp_filter", name, present, sizeof(present)) &&
	    atoi(present) < atoi(value))
		sysctl_interface("net/ipv4/conf/%s/rp_filter", name, value);
}

void forwarding_release_rp_filter(void)
{
	char value[16];

	if (sysctl_read("net/ipv4/conf/all/rp_filter", value, sizeof(value)) || !strcmp(value, "0"))
		return;
	gh_info("forwarding: rp_filter %s moves from all to each interface", value);
	each_conf("/proc/sys/net/ipv4/conf", raise_rp_filter, value);
	sysctl_write("net/ipv4/conf/all/rp_filter", "0");
}

void forwarding_tune(const char *interface, bool keep_addresses)
{
	sysctl_interface("net/ipv4/conf/%s/rp_filter", interface, "0");
	sysctl_interface("net/ipv4/conf/%s/send_redirects", interface, "0");
	if (keep_addresses)
		sysctl_interface("net/ipv6/conf/%s/keep_addr_on_down", interface, "1");
}

int forwarding_on4(const char *interface)
{
	int error = sysctl_interface("net/ipv4/conf/%s/forwarding", interface, "1");

	if (error && error != -ENOENT)
		gh_error("forwarding: cannot switch it on for %s: %s", interface, strerror(-error));
	return error == -ENOENT ? 0 : error;
}

int forwarding_on6(void)
{
	char value[16];
	int error;

	if (sysctl_read("net/ipv6/conf/all/forwarding", value, sizeof(value)) ||
	    !strcmp(value, "1"))
		return 0;
	each_conf("/proc/sys/net/ipv6/conf", keep_accepting, "2");
	error = sysctl_write("net/ipv6/conf/all/forwarding", "1");
	if (error)
		gh_error("forwarding: cannot switch it on for IPv6: %s", strerror(-error));
	return error;
}
