/*
 * The kernel's step: rules, routes, addresses.
 *
 * The kernel cannot be asked what it would do. So prepare does it, in an order
 * that adds before it removes, and abort applies the plan of before. A rehearsal in
 * a table of its own was the alternative: it would not have found a taken
 * address, nor an interface that refuses IPv6.
 *
 * The underlay's thread does it, and answers. What ran here before cannot be
 * refused, so nothing is asked of it; but commit waits until it is there, since
 * it is then that bgpd hears of the sessions, whose packets must find their routes.
 */
#include "gatehoused/apply/apply.h"

#include <errno.h>
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

/* Appends the sessions of c that other has not; returns how many. */
static size_t sessions_put(struct gh_buf *b, const struct gw_connection *c,
			   const struct gw_connection *other)
{
	size_t count = 0;

	for (size_t i = 0; c && i < c->session_count; i++) {
		const struct underlay_session s = { c->sessions[i].peer, c->sessions[i].local };

		if (has_session(other, &c->sessions[i]))
			continue;
		gh_buf_append(b, &s, sizeof(s));
		count++;
	}
	return count;
}

/* The connection whose new session is the number-th of all that are new. */
static const char *name_of(const struct apply *a, size_t number)
{
	const char *name = NULL;
	struct gh_buf b = { 0 };

	for (size_t i = 0; !name && i < a->change_count; i++) {
		size_t count = sessions_put(&b, a->changes[i].after, a->changes[i].before);

		if (number < count)
			name = a->changes[i].after->name;
		number -= count;
	}
	gh_buf_fini(&b);
	return name;
}

static void on_answer(void *context, const struct underlay_answer *answer)
{
	struct apply *a = context;
	const char *name = name_of(a, answer->session);

	a->kernel_rc = answer->error;
	if (answer->error) {
		a->kernel = NULL;
		gh_buf_printf(&a->kernel_why, "%s%s%s%s", name ? "connection " : "",
			      name ? name : "", name ? ": " : "",
			      answer->why[0] ? answer->why : strerror(-answer->error));
	}
	switch (a->kernel_waits) {
	case KERNEL_PREPARES:
		a->kernel_waits = KERNEL_UNASKED;
		transaction_prepared(a->kernel_token, a->kernel_rc, gh_buf_text(&a->kernel_why));
		break;
	case KERNEL_COMMITS:
		a->kernel_waits = KERNEL_UNASKED;
		underlay_keep(a->kernel);
		a->kernel = NULL;
		transaction_committed(a->kernel_token);
		break;
	case KERNEL_UNASKED:
		break;
	}
}

/* Without any configuration before there is nothing to stay with: it is tried again each second. */
static enum underlay_force force_of(const struct transaction_change *change)
{
	if (change->trusted)
		return UNDERLAY_AS_FAR_AS_IT_GOES;
	return change->from->present ? UNDERLAY_WHOLE : UNDERLAY_SESSIONS_WHOLE;
}

static void ask(struct apply *a, const struct transaction_change *change)
{
	struct underlay_plan old, new;
	struct gh_buf sessions = { 0 };
	struct underlay_ask ask = {
		.force = force_of(change), .context = a, .done = on_answer,
	};

	plan_of(a->from, &old);
	plan_of(a->to, &new);
	if (!a->from->present || memcmp(&old, &new, sizeof(new)))
		ask.plan = &new;
	for (size_t i = 0; i < a->change_count; i++)
		ask.session_count += sessions_put(&sessions, a->changes[i].after,
						  a->changes[i].before);
	ask.sessions = (const void *)gh_buf_begin(&sessions);
	a->kernel_rc = ask.plan || ask.session_count;
	if (a->kernel_rc)
		a->kernel = underlay_change(a->gateway->underlay, &ask);
	gh_buf_fini(&sessions);
}

static int kernel_prepare(void *self, struct transaction_token token,
			  const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;

	gh_buf_fini(&a->kernel_why);
	a->kernel = NULL;
	a->kernel_waits = KERNEL_UNASKED;
	ask(a, change);
	/* Before the loop runs there is nobody to be kept waiting. */
	if (!a->gateway->looping)
		underlay_wait(a->gateway->underlay);
	if (a->kernel_rc < 0)
		gh_buf_append(why, gh_buf_text(&a->kernel_why), gh_buf_length(&a->kernel_why));
	if (a->kernel_rc <= 0 || change->trusted)
		return a->kernel_rc < 0 ? a->kernel_rc : 0;
	a->kernel_token = token;
	a->kernel_waits = KERNEL_PREPARES;
	return TRANSACTION_PENDING;
}

static int kernel_commit(void *self, struct transaction_token token,
			 const struct transaction_change *change)
{
	struct apply *a = self;

	(void)change;
	if (!a->kernel)
		return 0;
	if (a->kernel_rc == 1) {
		a->kernel_token = token;
		a->kernel_waits = KERNEL_COMMITS;
		return TRANSACTION_PENDING;
	}
	underlay_keep(a->kernel);
	a->kernel = NULL;
	return 0;
}

static void kernel_abort(void *self)
{
	struct apply *a = self;

	a->kernel_waits = KERNEL_UNASKED;
	if (a->kernel)
		underlay_undo(a->kernel);
	a->kernel = NULL;
}

const struct transaction_backend apply_kernel = {
	.name = "kernel", .prepare = kernel_prepare, .commit = kernel_commit,
	.abort = kernel_abort,
};

void apply_kernel_leave(struct apply *a, const struct apply_change *c)
{
	sessions_put(&a->left, c->before, c->after);
}

void apply_kernel_left(struct apply *a)
{
	size_t length = gh_buf_length(&a->left);

	underlay_sessions_del(a->gateway->underlay, (const void *)gh_buf_begin(&a->left),
			      length / sizeof(struct underlay_session));
	gh_buf_consume(&a->left, length);
}
