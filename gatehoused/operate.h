/*
 * operate - what can be done to a running gateway: one table of operations
 *
 * vtysh's DO and NETCONF's actions come here as words, such as "commit
 * confirmed 5" or "reset connection paris"; the longest row that they begin
 * with does it. Whether the user may is judged here, by the rules of the RPC
 * or action that the row names (RFC 8341 3.4.4).
 *
 *	commit [confirmed [MINUTES]]    the candidate becomes the configuration
 *	confirm                         a confirmed commit stays
 *	cancel                          a confirmed commit is taken back now
 *	discard                         the candidate's changes are dropped
 *	rollback N                      the candidate becomes as commit N was
 *	validate                        would the candidate be accepted?
 *	reset connection NAME           its SAs end and are set up anew
 *	rekey connection NAME [ike|child]
 *	failover-test expressroute NAME for MINUTES     see failover_test.h
 *	no failover-test expressroute NAME
 *	switch-over                     the other instance is preferred from now on
 *	[no] maintenance                this instance is drained, see partner.h
 *
 * Ownership  operate copies all that it is given.
 * Threads    the control thread; an operation may answer in a later turn.
 * Errors     0 or -errno with words for the user; on success words, or none.
 */
#ifndef GATEHOUSED_OPERATE_H
#define GATEHOUSED_OPERATE_H

#include "base/buf.h"
#include "yang/store.h"

struct gateway;

struct operate_request {
	const char *words;
	struct store_user user;
	bool allowed;           /* its face has judged access already */
	void *context;
	/* Exactly once, perhaps before operate has returned. */
	void (*done)(void *context, int rc, struct gh_buf *text);
};

void operate(struct gateway *g, const struct operate_request *request);

/* ---- for the operations --------------------------------------------------- */

struct operate_call {
	struct gateway *g;
	const char *argument;           /* the words after the row's own, or "" */
	struct store_user user;         /* who is set */
};

/* Does it, and sooner or later calls operate_done once. */
typedef void operate_run(struct operate_call *call);

/* Answers and frees the call. The words may have several lines, without a last newline. */
void operate_done(struct operate_call *call, int rc, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* apply_partner.c */
operate_run operate_switch_over, operate_maintenance, operate_maintenance_end;
/* operate_gateway.c */
operate_run operate_reset, operate_reset_all, operate_rekey, operate_test, operate_test_stop;
/* failover_test.h's hold: speaks the fact TEST for a circuit's edges. */
bool operate_hold(void *gateway, const char *circuit, bool down);

struct operate_row {
	const char *words;
	const char *module, *rpc;       /* whose exec rules apply; or */
	/* the action's path, the argument's first word being the key for %s */
	const char *action;
	operate_run *run;
};

#endif
