/*
 * New SAs beside those of what was configured before: make before break.
 *
 * charon is given the new values under the old name; SAs that exist keep what
 * they began with. A new print makes it take a new IKE SA for the next child
 * SA (see struct ike_loading), which we ask for while the old ones carry on.
 * The datapath sends by the newest SA and receives by all, so traffic moves by
 * itself; after a moment for what is still on its way the old ones are closed.
 *
 * A rekey would be simpler, but it keeps keys, identities and the proposal of
 * before; charon's reauthentication would have done, were it not made with the
 * old values as well.
 *
 * Changes may follow each other faster than SAs come up. One that was asked for
 * before the last change is as old as the others, though nobody has seen it yet:
 * so what the first list after a change has is old, whatever its state, and only
 * then are new ones asked for. The last change wins.
 */
#include "ipsec/ike_private.h"

#include "base/log.h"

#define DRAIN_MS 1000           /* packets under the old SAs arrive, and the peer moves over */

bool ike_renew_can(const struct ike_conn *c)
{
	return ike_is_up(c) && c->want.version == 2 && c->want.mode != IKE_MODE_RESPONDER;
}

/* charon numbers them as they come; the one that carries is not to go. */
static unsigned oldest(const struct ike_conn *c)
{
	const struct ike_sas *o = &c->olds;
	unsigned at = o->id[0] == c->status.id;

	for (unsigned i = at + 1; i < o->count; i++)
		if (o->id[i] < o->id[at] && o->id[i] != c->status.id)
			at = i;
	return at;
}

/* Of too many the oldest goes at once: it carries stragglers at most. */
static void grow_old(struct ike *k, struct ike_conn *c, uint32_t id)
{
	struct ike_sas *o = &c->olds;

	ike_sas_add(o, id);
	while (o->count > IKE_OLDS_MAX) {
		unsigned at = oldest(c);

		ike_close(k, o->id[at]);
		o->id[at] = o->id[--o->count];
	}
}

static void all_grow_old(struct ike *k, struct ike_conn *c)
{
	for (unsigned i = 0; i < c->sas.count; i++)
		grow_old(k, c, c->sas.id[i]);
	grow_old(k, c, c->status.id);
}

void ike_renew_begin(struct ike *k, struct ike_conn *c)
{
	all_grow_old(k, c);
	c->olds_open = true;
	c->olds_until = gh_time_add_ms(gh_now(), c->doubted ? IKE_DOUBT_MS : IKE_RENEW_MS);
	c->close_at = (struct gh_time){ 0 };
	c->status.renewing = true;
	c->pause_ms = 0;
	c->next_try = (struct gh_time){ 0 };
}

void ike_renew_listed(struct ike *k, struct ike_conn *c)
{
	if (c->olds_open)
		all_grow_old(k, c);
	c->olds_open = false;
}

void ike_renew_end(struct ike_conn *c)
{
	c->olds.count = 0;
	c->olds_open = c->doubted = false;
	c->status.renewing = false;
}

void ike_renew_rekeyed(struct ike_conn *c, uint32_t before, uint32_t after)
{
	if (ike_sas_have(&c->olds, before))
		ike_sas_add(&c->olds, after);
}

void ike_renew_refused(struct ike_conn *c)
{
	if (ike_renew_waits(c) && c->want.certificates)
		c->olds_until = gh_now();
}

bool ike_renew_waits(const struct ike_conn *c)
{
	return c->olds_open || (c->olds.count && ike_sas_have(&c->olds, c->status.id));
}

static void close_olds(struct ike *k, struct ike_conn *c)
{
	/* A full list may lack some. */
	for (unsigned i = 0; i < c->olds.count; i++)
		if (c->sas.count == IKE_SAS_MAX || ike_sas_have(&c->sas, c->olds.id[i]))
			ike_close(k, c->olds.id[i]);
	ike_renew_end(c);
	k->changed(k->user, c->want.leg);
	ike_list_soon(k);
}

void ike_renew_tick(struct ike *k, struct ike_conn *c)
{
	struct gh_time now = gh_now();

	if (!c->olds.count)
		return;
	if (ike_is_whole(c) && !ike_renew_waits(c)) {
		if (!c->close_at.ns) {
			c->close_at = gh_time_add_ms(now, DRAIN_MS);
			gh_info("connection %s: set up anew beside the old SAs; these are closed",
				c->want.name);
		} else if (now.ns >= c->close_at.ns) {
			close_olds(k, c);
		}
	} else if (now.ns >= c->olds_until.ns) {
		gh_warning("connection %s: the peer is not set up anew by what is configured now; "
			   "the SAs of before are closed", c->want.name);
		close_olds(k, c);
	}
}
