/*
 * bgpd's step: its module says whether bgpd would take speaker and neighbors.
 *
 * While bgpd is away everything is fine: it is stated to it when it comes, and
 * state says then what it refuses.
 */
#include "gatehoused/apply/apply.h"

#include "gatehoused/speaker.h"
#include "yang/store.h"

static int bgpd_prepare(void *self, struct transaction_token token,
			const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;

	(void)why;
	if (change->trusted ||
	    !speaker_try(a->gateway->speaker, ++a->trial, change->from, change->to))
		return 0;
	a->token = token;
	a->trying = true;
	return TRANSACTION_PENDING;
}

static void bgpd_abort(void *self)
{
	struct apply *a = self;

	a->trying = false;
}

const struct transaction_backend apply_bgpd = {
	.name = "bgpd", .prepare = bgpd_prepare, .abort = bgpd_abort,
};

void apply_speaker(struct gateway *g)
{
	g->speaker_due = g->apply->kernel_waits == KERNEL_COMMITS;
	if (!g->speaker_due)
		speaker_sync(g->speaker, store_config(g->store));
}

void apply_verdict(struct gateway *g, const struct gh_reply *r)
{
	struct apply *a = g->apply;
	struct gh_buf why = { 0 };

	if (!a->trying || r->id != a->trial)
		return;
	a->trying = false;
	gh_buf_append(&why, r->text, r->text_length);
	transaction_prepared(a->token, -(int)r->status, gh_buf_text(&why));
	gh_buf_fini(&why);
}

void apply_bgpd_left(struct gateway *g)
{
	struct apply *a = g->apply;

	if (!a->trying)
		return;
	a->trying = false;
	transaction_prepared(a->token, 0, NULL);        /* it is told everything when it comes */
}
