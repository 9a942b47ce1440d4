/*
 * ground - the underlay's work in the kernel
 *
 * What underlay.h draws, made and taken away by netlink, sysctl and nftables.
 * Every call waits for the kernel, and so for whoever holds its locks: tens of
 * microseconds as a rule, tens of milliseconds when many interfaces change.
 * Applying is idempotent and takes over what an earlier process left.
 *
 * Ownership  the ground owns its sockets; plans and sessions are copied.
 * Threads    one at a time: who opens it, then the underlay's clerk.
 * Errors     0 or -errno of the first step that failed, named in the log;
 *            later steps are tried all the same, except that forwarding is
 *            only switched on once the table is closed and the rules stand,
 *            which is tried again with each tick.
 */
#ifndef RIB_GROUND_H
#define RIB_GROUND_H

#include "rib/underlay.h"

struct ground;

/* Closes the table and puts the TUN's rule in place. */
int ground_open(const struct underlay_config *config, struct ground **out);
void ground_close(struct ground *g);

/* Does what is new in the plan exist? */
int ground_check(struct ground *g, const struct underlay_plan *plan);
/*
 * Makes the kernel agree with the plan: adds what is missing, removes what is
 * not in it. When something of it that is new is refused, nothing is removed
 * yet; applying the plan before takes the rest of the new one away again.
 */
int ground_apply(struct ground *g, const struct underlay_plan *plan);
/* As applied last; empty before the first. */
const struct underlay_plan *ground_plan(const struct ground *g);

/* All or none of them; culprit: the one that was refused, or count. */
int ground_sessions_add(struct ground *g, const struct underlay_session *sessions, size_t count,
			size_t *culprit);
void ground_sessions_del(struct ground *g, const struct underlay_session *sessions, size_t count);
/* All sessions of the configuration were added: what an earlier process left besides goes. */
void ground_settled(struct ground *g);

/* The first failure of the last check, apply or add, in words; "" for none. */
const char *ground_why(const struct ground *g);

void ground_link_changed(struct ground *g, const char *name);
void ground_tick(struct ground *g);
void ground_remove(struct ground *g);

#endif
