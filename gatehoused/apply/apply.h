/*
 * apply - the configuration's way into the parts, as backends of the transaction
 *
 *   checks    what this build cannot hold
 *   charon    apply_charon.c: would charon take what is new or changed?
 *   bgpd      apply_bgpd.c: would bgpd take speaker and neighbors?
 *   kernel    apply_kernel.c: rules, routes and addresses are made, by the underlay's
 *             thread; abort undoes them
 *   nat       apply_nat.c: boxes of connections with NAT rules are made; abort drops them
 *   gateway   nothing can refuse any more: commit changes the parts
 *
 * Whatever there is one of for each connection is done in slices, by
 * apply_turn, so that a thousand of them never hold the loop; and only for
 * connections that differ.
 *
 * Ownership  the struct belongs to the gateway; what it holds of a change, to
 *            the transaction that is under way.
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_APPLY_H
#define GATEHOUSED_APPLY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/clock.h"
#include "gatehoused/gateway.h"
#include "ipsec/ike.h"
#include "yang/transaction.h"

#define APPLY_SLICE_MS 2

/* One connection that differs; before or after is NULL for a new or a removed one. */
struct apply_change {
	const struct gw_connection *before, *after;
};

struct apply {
	struct gateway *gateway;
	const struct gw_config *from, *to;      /* of the transaction under way */
	struct apply_change *changes;           /* by name */
	size_t change_count;
	struct transaction_token token;         /* of the step that goes on in slices */
	/* The next slice; true: it is done, and the transaction goes on. NULL: nothing to do. */
	bool (*step)(struct apply *a, struct gh_time until);
	size_t next;                            /* index of step's next piece of work */
	unsigned phase;

	struct underlay_change *kernel;         /* what the kernel step made, until it is kept or undone */
	struct transaction_token kernel_token;  /* of whoever waits for it */
	enum { KERNEL_UNASKED, KERNEL_PREPARES, KERNEL_COMMITS } kernel_waits;
	int kernel_rc;                          /* 1: not answered yet */
	struct gh_buf kernel_why;
	struct gh_buf left;                     /* struct underlay_session: gone with this slice */
	struct ike_connection *asked;           /* what charon will be asked about, as far as gathered */
	size_t asked_count;
	struct ike_trial *trial_charon;         /* charon's answer is awaited; else NULL */
	uint32_t trial;                         /* number of the last question to bgpd */
	bool trying;                            /* bgpd's answer to it is awaited */
	struct transaction_token nat_token;     /* boxes are being made */
};

static inline bool apply_late(struct gh_time until)
{
	return gh_now().ns >= until.ns;
}

/* apply_bgpd.c */
extern const struct transaction_backend apply_bgpd;

extern const struct transaction_backend apply_charon;

/*
 * apply_charon.c. false: the connection is not for charon now (shut down, or incomplete). The
 * caller gives it to ike_connection_fini in any case: it has a secret and a reference in it.
 */
bool apply_ike_connection(const struct gateway *g, const struct gw_config *config,
			  const struct gw_connection *c, struct ike_connection *out);
/* What the connection offers, in charon's words. */
struct ike_proposals;
void apply_ike_proposals(const struct gw_connection *c, struct ike_proposals *ike,
			 struct ike_proposals *child);
void apply_ike(struct gateway *g, const struct gw_config *to, const struct gw_connection *c);
/* Traffic stops at once, and also while charon is away: the leg's number may be another's soon. */
void apply_ike_end(struct gateway *g, uint32_t leg);

/* apply_nat.c */
extern const struct transaction_backend apply_nat;
/* Its box takes effect, and what is said of its prefixes. Before anything of the leg moves. */
void apply_nat_set(struct gateway *g, const struct apply_change *change);
void apply_nat_remove(struct gateway *g, uint32_t leg);
/* The configuration is in force. */
void apply_nat_settled(struct gateway *g);

/* apply_kernel.c */
extern const struct transaction_backend apply_kernel;
/*
 * The old session's routes; the new one's were made when the kernel step prepared. They
 * are gathered, and given away together by apply_kernel_left.
 */
void apply_kernel_leave(struct apply *a, const struct apply_change *change);
void apply_kernel_left(struct apply *a);

#endif
