/*
 * monitor - the kernel's interfaces, as they change (rtnetlink(7), RTM_NEWLINK)
 *
 * Opening asks for a dump, so every interface is reported once, then changes.
 * After a lost message (ENOBUFS) everything is dumped again and `lost` told:
 * whoever keeps a copy of kernel state compares it then.
 *
 *   fd = monitor_fd(m), readable: monitor_read(m)
 *
 * Ownership  the monitor owns its socket and its table of interfaces.
 * Threads    control thread; callbacks run inside monitor_open and monitor_read.
 * Errors     0 or -errno.
 */
#ifndef RIB_MONITOR_H
#define RIB_MONITOR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fact.h"

struct link_state {
	int ifindex;
	char name[GH_IFNAME_MAX + 1];
	bool up;                /* administratively */
	bool running;           /* up and with carrier */
	bool deleted;
	uint32_t mtu;           /* bytes */
	int lower;              /* a macvlan's (as VRRP's are): the interface it is on; else 0 */
};

struct monitor;

typedef void monitor_link(void *ctx, const struct link_state *link);
typedef void monitor_lost(void *ctx);

int monitor_open(monitor_link *link, monitor_lost *lost, void *ctx, struct monitor **out);
void monitor_close(struct monitor *m);
int monitor_fd(const struct monitor *m);
/* Takes in what is there (bounded); 0 or -errno, after which only close helps. */
int monitor_read(struct monitor *m);

/* The interface as last heard of, or NULL. */
const struct link_state *monitor_by_name(const struct monitor *m, const char *name);
const struct link_state *monitor_by_index(const struct monitor *m, int ifindex);

#endif
