/*
 * nat - the boxes of connections with NAT rules
 *
 * A leg with rules has a box (box.h) under a key that names leg, connection
 * and rules. So a change of rules is another box, made and loaded before
 * anything takes effect; and a restarted daemon finds its boxes again, with
 * all that conntrack holds in them.
 *
 *   nat_want      the leg shall have these rules: is there something to make?
 *   nat_prepare   make all that is wanted, on a thread of its own; may be refused
 *   nat_commit    the leg's packets take the box that was prepared
 *   nat_abort     drop what was prepared
 *
 * A leg whose box could not be made at a start is closed: nothing of it passes, and
 * nat_tick tries again. So nothing passes by rules that are not there yet.
 *
 * Ownership  owns the daemon's copies of the boxes' descriptors; borrows the
 *            datapath, which must outlive it.
 * Threads    the control thread. Making a box takes the kernel some milliseconds,
 *            and longer while others hold its locks: a clerk does it.
 * Errors     0 or -errno, and in words why.
 */
#ifndef GATEHOUSED_NAT_H
#define GATEHOUSED_NAT_H

#include "base/clock.h"
#include "gatehoused/nat/box.h"
#include "rib/box_rules.h"

struct ev_loop;
struct ipsec;
struct nat;

/* line: to the keeper's shelf. loop NULL: without a thread, for tests. */
struct nat *nat_new(struct ipsec *ipsec, int line, struct ev_loop *loop);
void nat_free(struct nat *n);

struct nat_rules {
	uint32_t leg;
	const char *name;               /* of the connection */
	const struct box_rule *rules;   /* bytes that carry no meaning are zero */
	size_t count;                   /* 0: no box */
};

/* Part of the next nat_prepare, unless the leg has that very box already. */
void nat_want(struct nat *n, const struct nat_rules *want);
/*
 * Makes what is wanted. False: there is nothing to make. Else done is called on the loop,
 * unless nat_abort came first: 0, or why one of them cannot be made (then none is kept).
 */
typedef void nat_prepared(void *context, int rc, const char *why);
bool nat_prepare(struct nat *n, nat_prepared *done, void *context);
/*
 * What was prepared for the leg takes effect; without rules the leg has no box any more.
 * What was not prepared, because nothing may be refused at a start, is made here and now.
 */
void nat_commit(struct nat *n, const struct nat_rules *want);
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
