/*
 * nat - the boxes of connections with NAT rules
 *
 * A leg with rules has a box (box.h) under a key that names leg, connection
 * and rules. So a change of rules is another box, made and loaded before
 * anything takes effect; and a restarted daemon finds its boxes again, with
 * all that conntrack holds in them.
 *
 *   nat_prepare   make what the rules ask for; may be refused, nothing changes
 *   nat_commit    the leg's packets take the box that was prepared
 *   nat_abort     drop what was prepared
 *
 * A leg whose box could not be made at a start is closed: nothing of it passes, and
 * nat_tick tries again. Until the leg has a box nothing of it is ever in clear of
 * its rules.
 *
 * Ownership  owns the daemon's copies of the boxes' descriptors; borrows the
 *            datapath, which must outlive it.
 * Threads    the control thread. Making a box takes the kernel some milliseconds.
 * Errors     0 or -errno, and in words why.
 */
#ifndef GATEHOUSED_NAT_H
#define GATEHOUSED_NAT_H

#include "base/clock.h"
#include "gatehoused/box.h"
#include "rib/box_rules.h"

struct ipsec;
struct nat;

/* line: to the keeper's shelf. */
struct nat *nat_new(struct ipsec *ipsec, int line);
void nat_free(struct nat *n);

struct nat_want {
	uint32_t leg;
	const char *name;               /* of the connection */
	const struct box_rule *rules;   /* bytes that carry no meaning are zero */
	size_t count;                   /* 0: no box */
};

int nat_prepare(struct nat *n, const struct nat_want *want, char why[BOX_WHY_MAX]);
/* What was prepared for the leg takes effect; without rules the leg has no box any more. */
void nat_commit(struct nat *n, const struct nat_want *want);
void nat_abort(struct nat *n);
/* The leg is gone. */
void nat_remove(struct nat *n, uint32_t leg);
/* The configuration of a start is in force: boxes that nobody asked for are dropped. */
void nat_settled(struct nat *n);
/* Once a second: closed legs are tried again. */
void nat_tick(struct nat *n);

struct nat_view {
	uint32_t leg;
	bool open;                      /* false: closed, why says what is missing */
	const char *why;
	const struct box_rule *rules;
	const struct box_count *counts;
	size_t count;
};
typedef void nat_visit(void *context, const struct nat_view *view);
/* Each leg with rules, or the one; asks the kernel for the counts. leg 0: all. */
void nat_each(struct nat *n, uint32_t leg, nat_visit *visit, void *context);

#endif
