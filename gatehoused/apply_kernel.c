/*
 * The kernel's step: rules, routes, addresses.
 *
 * The kernel cannot be asked what it would do. So prepare does it, in an order
 * that adds before it removes, and abort applies the plan of before. A rehearsal in
 * a table of its own was the alternative: it would not have found a taken
 * address, nor an interface that refuses IPv6.
 */
#include "gatehoused/apply.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#include "rib/underlay.h"

static void plan_of(const struct gw_config *c, struct underlay_plan *plan)
{
	memset(plan, 0, sizeof(*plan));
	plan->mtu = c->mtu;
	snprintf(plan->vnet, sizeof(plan->vnet), "%s", c->vnet_interface);
	for (size_t i = 0; i < c->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++) {
			const struct gw_edge *e = &c->circuits[i].edges[role];

			if (e->interface[0])
				snprintf(plan->edges[plan->edges_count++], sizeof(plan->edges[0]),
					 "%s", e->interface);
		}
	}
	if (c->partner.interface[0])
		snprintf(plan->edges[plan->edges_count++], sizeof(plan->edges[0]), "%s",
			 c->partner.interface);
	for (size_t i = 0; i < c->address_space_count; i++)
		plan->spaces[plan->spaces_count++] = c->address_space[i];
	for (size_t i = 0; i < c->peered_space_count; i++)
		plan->spaces[plan->spaces_count++] = c->peered_space[i];
}

static bool has_session(const struct gw_connection *c, const struct gw_session *s)
{
	for (size_t i = 0; c && i < c->session_count; i++) {
		if (!gh_addr_cmp(&c->sessions[i].peer, &s->peer) &&
		    !gh_addr_cmp(&c->sessions[i].local, &s->local))
			return true;
	}
	return false;
}

static bool was_there(const struct underlay_plan *plan, const char *interface)
{
	for (unsigned i = 0; i < plan->edges_count; i++) {
		if (!strcmp(plan->edges[i], interface))
			return true;
	}
	return !strcmp(plan->vnet, interface);
}

/* An interface that went between the check of meaning and now. */
static int interfaces_exist(const struct underlay_plan *old, const struct underlay_plan *new,
			    struct gh_buf *why)
{
	for (unsigned i = 0; i <= new->edges_count; i++) {
		const char *name = i < new->edges_count ? new->edges[i] : new->vnet;

		if (!name[0] || was_there(old, name) || if_nametoindex(name))
			continue;
		gh_buf_printf(why, "interface %s is gone: make it again, or use another", name);
		return -ENODEV;
	}
	return 0;
}

static int base_prepare(struct apply *a, bool trusted, struct gh_buf *why)
{
	struct underlay_plan old, new;
	int error;

	plan_of(a->from, &old);
	plan_of(a->to, &new);
	if (a->from->present && !memcmp(&old, &new, sizeof(new)))
		return 0;
	error = trusted || !a->from->present ? 0 : interfaces_exist(&old, &new, why);
	if (error)
		return error;
	a->planned = true;
	error = underlay_apply(a->gateway->underlay, &new);
	/* Without any configuration before there is nothing to stay with: it is tried again each second. */
	if (!error || trusted || !a->from->present)
		return 0;
	gh_buf_printf(why, "%s", underlay_why(a->gateway->underlay)[0]
		      ? underlay_why(a->gateway->underlay) : strerror(-error));
	return error;
}

/* The first count sessions of what a change brings, taken back. */
static void sessions_undo(struct apply *a, const struct apply_change *c, size_t count)
{
	for (size_t i = 0; c->after && i < c->after->session_count && i < count; i++) {
		const struct gw_session *s = &c->after->sessions[i];

		if (!has_session(c->before, s))
			underlay_peer_del(a->gateway->underlay, &s->peer, &s->local);
	}
}

static int sessions_add(struct apply *a, const struct apply_change *c, bool trusted)
{
	for (size_t i = 0; c->after && i < c->after->session_count; i++) {
		const struct gw_session *s = &c->after->sessions[i];
		int error = has_session(c->before, s) ? 0
			  : underlay_peer_add(a->gateway->underlay, &s->peer, &s->local);

		if (error && !trusted) {
			sessions_undo(a, c, i);
			return error;
		}
	}
	return 0;
}

/* Adds peers until late; 0: all done, 1: more, -errno. */
static int peers_prepare(struct apply *a, bool trusted, struct gh_time until, struct gh_buf *why)
{
	for (; a->next < a->change_count; a->next++) {
		const struct apply_change *c = &a->changes[a->next];
		int error;

		if (!trusted && apply_late(until))
			return 1;
		error = sessions_add(a, c, trusted);
		if (error) {
			gh_buf_printf(why, "connection %s: %s", c->after->name,
				      underlay_why(a->gateway->underlay));
			return error;
		}
		a->peers_added = a->next + 1;
	}
	return 0;
}

static void kernel_abort(void *self)
{
	struct apply *a = self;
	struct underlay_plan old;

	a->step = NULL;
	for (size_t i = 0; i < a->peers_added; i++)
		sessions_undo(a, &a->changes[i], GW_SESSIONS_MAX);
	a->peers_added = 0;
	if (!a->planned)
		return;
	a->planned = false;
	plan_of(a->from, &old);
	underlay_apply(a->gateway->underlay, &old);
}

static bool kernel_step(struct apply *a, struct gh_time until)
{
	struct gh_buf why = { 0 };
	int rc = peers_prepare(a, false, until, &why);

	if (rc == 1)
		return false;
	a->step = NULL;
	if (rc)
		kernel_abort(a);
	transaction_prepared(a->token, rc, gh_buf_text(&why));
	gh_buf_fini(&why);
	return true;
}

static int kernel_prepare(void *self, struct transaction_token token,
			  const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;
	int rc;

	a->token = token;
	a->next = a->peers_added = 0;
	a->planned = false;
	rc = base_prepare(a, change->trusted, why);
	if (!rc)
		rc = peers_prepare(a, change->trusted, gh_time_add_ms(gh_now(), APPLY_SLICE_MS), why);
	if (rc < 0)
		kernel_abort(a);
	if (rc != 1)
		return rc;
	a->step = kernel_step;
	return TRANSACTION_PENDING;
}

const struct transaction_backend apply_kernel = {
	.name = "kernel", .prepare = kernel_prepare, .abort = kernel_abort,
};

void apply_kernel_leave(struct gateway *g, const struct apply_change *c)
{
	for (size_t i = 0; c->before && i < c->before->session_count; i++) {
		const struct gw_session *s = &c->before->sessions[i];

		if (!has_session(c->after, s))
			underlay_peer_del(g->underlay, &s->peer, &s->local);
	}
}
