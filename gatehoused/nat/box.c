/*
 * Making a box: see box.h.
 *
 * The thread goes into a new namespace, opens what it needs, and comes back;
 * the descriptors stay in the box. A process in there, the alternative, would
 * have to be kept alive and asked.
 */
#include "gatehoused/nat/box.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "ipsec/tun.h"
#include "rib/box_rules.h"
#include "rib/nl.h"
#include "rib/rtnl.h"
#include "rib/sysctl.h"

/* The box takes what the devices before and behind it let through. */
#define MTU 65535
#define PRIORITY 100
#define PROTOCOL 200            /* as rib/underlay.h */

static const char *const devices[] = { BOX_INSIDE, BOX_OUTSIDE };
static const uint8_t families[] = { AF_INET, AF_INET6 };

static int failed(int rc, const char *what, char why[BOX_WHY_MAX])
{
	snprintf(why, BOX_WHY_MAX, "cannot %s: %s", what, strerror(-rc));
	return rc;
}

static int devices_open(int fd[BOX_FDS])
{
	int rc = 0;

	for (unsigned i = 0; i < 2 && !rc; i++) {
		fd[i] = tun_open(devices[i]);
		rc = fd[i] < 0 ? fd[i] : tun_up(devices[i], MTU);
		sysctl_interface("net/ipv4/conf/%s/rp_filter", devices[i], "0");
		sysctl_interface("net/ipv4/conf/%s/send_redirects", devices[i], "0");
	}
	return rc;
}

/* What comes in by one device leaves by the other, whatever its address. */
static int way_through(struct nl *nl, uint8_t family, unsigned from)
{
	struct rtnl_rule rule = {
		.family = family, .priority = PRIORITY + from, .table = PRIORITY + from,
		.protocol = PROTOCOL, .suppress_length = -1,
	};
	struct rtnl_route route = {
		.prefix.addr.family = family, .table = PRIORITY + from, .protocol = PROTOCOL,
		.ifindex = (int)if_nametoindex(devices[!from]), .type = RTN_UNICAST,
	};
	struct gh_buf b = { 0 };
	int rc;

	snprintf(rule.iif, sizeof(rule.iif), "%s", devices[from]);
	rtnl_route_put(&b, RTNL_ADD, &route);
	rc = nl_talk(nl, &b);
	if (!rc) {
		rtnl_rule_put(&b, RTNL_ADD, &rule);
		rc = nl_talk(nl, &b);
	}
	gh_buf_fini(&b);
	return rc;
}

static int routes_make(void)
{
	struct nl nl;
	int rc = nl_open(&nl, NETLINK_ROUTE);

	if (rc)
		return rc;
	for (unsigned i = 0; i < 2 && !rc; i++)
		rc = way_through(&nl, AF_INET, i);
	/* A host without IPv6 has nothing of it to translate. */
	for (unsigned i = 0; i < 2; i++)
		way_through(&nl, families[1], i);
	nl_close(&nl);
	return rc;
}

static int nft_make(int fd[BOX_FDS])
{
	struct nl nl;
	int rc = nl_open(&nl, NETLINK_NETFILTER);

	if (rc)
		return rc;
	rc = box_rules_begin(&nl);
	if (rc)
		nl_close(&nl);
	else
		fd[BOX_NFT] = nl.fd;
	return rc;
}

/* Inside the namespace. */
static int furnish(int fd[BOX_FDS], char why[BOX_WHY_MAX])
{
	int rc;

	sysctl_write("net/ipv4/conf/all/rp_filter", "0");
	sysctl_write("net/ipv4/conf/all/send_redirects", "0");
	rc = sysctl_write("net/ipv4/ip_forward", "1");
	if (rc)
		return failed(rc, "switch on forwarding in a network namespace", why);
	sysctl_write("net/ipv6/conf/all/forwarding", "1");
	/* Before the devices: nothing that the kernel says by itself gets to them. */
	rc = nft_make(fd);
	if (rc)
		return failed(rc, "translate addresses: this kernel has no nf_tables, or no NAT in it", why);
	rc = devices_open(fd);
	if (rc)
		return failed(rc, "open a TUN in a network namespace", why);
	rc = routes_make();
	if (rc)
		return failed(rc, "route in a network namespace", why);
	/* Of a flow that takes two gateways each sees one half: sequence numbers tell nothing. */
	sysctl_write("net/netfilter/nf_conntrack_tcp_be_liberal", "1");
	return 0;
}

int box_make(int out[BOX_FDS], char why[BOX_WHY_MAX])
{
	int fd[BOX_FDS] = { -1, -1, -1 };
	int home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), rc;

	if (home < 0)
		return failed(-errno, "find the own network namespace", why);
	rc = unshare(CLONE_NEWNET) ? -errno : 0;
	if (rc) {
		close(home);
		return failed(rc, "make a network namespace (CAP_SYS_ADMIN is needed)", why);
	}
	rc = furnish(fd, why);
	if (setns(home, CLONE_NEWNET)) {
		/* Nothing that we do from here on would be done in the right place. */
		gh_error("box: cannot return to the host's network namespace: %s", strerror(errno));
		abort();
	}
	close(home);
	for (unsigned i = 0; rc && i < BOX_FDS; i++) {
		if (fd[i] >= 0)
			close(fd[i]);
	}
	if (!rc)
		memcpy(out, fd, sizeof(fd));
	return rc;
}
