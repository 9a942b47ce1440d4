/*
 * moving - one address that is at one of two instances at a time
 *
 * Adds it to its interface and announces it, at once and twice more in the
 * seconds after, or takes it away. What is on the interface is looked at each
 * time: an earlier process of ours may have left it there, or somebody may have
 * removed it.
 *
 * Ownership  owns a netlink socket.
 * Threads    control thread; a call blocks for the kernel, tens of microseconds.
 * Errors     0 or -errno; -ENODEV without the interface. moving_tick tries again.
 */
#ifndef RIB_MOVING_H
#define RIB_MOVING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/fact.h"

struct moving_address {
	struct gh_addr addr;                    /* family 0: there is none */
	uint8_t length;                         /* of its subnet */
	char interface[GH_IFNAME_MAX + 1];
};

struct moving;

int moving_new(struct moving **out);
/* The address stays where it is: forwarding outlives the process. */
void moving_free(struct moving *m);

/* Another address, or none: one that is held is taken away first. */
void moving_configure(struct moving *m, const struct moving_address *address);
/* hold or release. Idempotent. */
int moving_hold(struct moving *m, bool hold);
bool moving_is_held(const struct moving *m);
/* Once a second. */
void moving_tick(struct moving *m);

#endif
