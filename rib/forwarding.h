/*
 * forwarding - the sysctls that make this host a router, and nothing else
 *
 * Threads    pure functions over /proc/sys.
 * Errors     0 or -errno; a parameter or interface that is not there is no error.
 */
#ifndef RIB_FORWARDING_H
#define RIB_FORWARDING_H

#include <stdbool.h>

/*
 * The reverse path of a forwarded packet is in the private table, where the
 * kernel does not look for it. The effective rp_filter is the larger one of
 * "all" and the interface's: so the value of "all" moves to every interface,
 * and ours are then set to 0 one by one.
 */
void forwarding_release_rp_filter(void);

/* rp_filter and send_redirects off; IPv6 addresses outlive a link that is set down. */
void forwarding_tune(const char *interface, bool keep_addresses);

/* IPv4 packets that come in by this interface are forwarded. */
int forwarding_on4(const char *interface);

/*
 * IPv6 is forwarded on all interfaces or none. It would make the kernel ignore
 * router advertisements, which may be what gives this host its default route:
 * an interface that accepted them goes on accepting them.
 */
int forwarding_on6(void);

#endif
