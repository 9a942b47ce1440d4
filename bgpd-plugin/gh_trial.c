/* The judgement: see trial.h. */
#include "bgpd-plugin/gh_trial.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOLD_MIN_S 3            /* RFC 4271 4.2: 0 or at least that */

void gh_trial_fini(struct gh_trial *t)
{
	if (t->neighbors)
		explicit_bzero(t->neighbors, t->count * sizeof(*t->neighbors));
	free(t->neighbors);
	*t = (struct gh_trial){ 0 };
}

void gh_trial_begin(struct gh_trial *t, uint32_t id)
{
	gh_trial_fini(t);
	t->on = true;
	t->id = id;
}

void gh_trial_speaker(struct gh_trial *t, const struct gh_speaker *speaker)
{
	t->has_speaker = true;
	t->speaker = *speaker;
}

void gh_trial_neighbor(struct gh_trial *t, const struct gh_neighbor *neighbor)
{
	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 16;
		struct gh_neighbor *more = calloc(room, sizeof(*more));

		if (!more)
			abort();
		if (t->count) {
			memcpy(more, t->neighbors, t->count * sizeof(*more));
			explicit_bzero(t->neighbors, t->count * sizeof(*more));
		}
		free(t->neighbors);
		t->neighbors = more;
		t->room = room;
	}
	t->neighbors[t->count++] = *neighbor;
}

static uint32_t judge_speaker(const struct gh_speaker *s, const struct gh_trial_host *host,
			      struct gh_buf *why)
{
	const char *kind = NULL;
	uint32_t asn = 0;

	if (!s->asn || !host->view_taken(s->view, &kind, &asn))
		return 0;
	if (!kind && asn == s->asn)
		return 0;
	if (kind)
		gh_buf_printf(why, "bgpd has %s named %s, the name of the gateway's view; ", kind, s->view);
	else
		gh_buf_printf(why, "bgpd has a view %s of AS %u, and the gateway's has AS %u; ", s->view,
			      asn, s->asn);
	gh_buf_printf(why, "remove it (`no router bgp %u %s %s`), or give gatehoused another "
		      "--instance\n", asn, kind ? "vrf" : "view", s->view);
	return EEXIST;
}

static uint32_t refuse(const struct gh_neighbor *n, struct gh_buf *why, const char *reason)
{
	char text[GH_ADDR_TEXT];

	gh_buf_printf(why, "%s: BGP with %s: %s\n", n->description,
		      gh_addr_is_set(&n->peer) ? gh_addr_print(&n->peer, text) : "nobody", reason);
	return EINVAL;
}

static uint32_t judge_neighbor(const struct gh_neighbor *n, const struct gh_trial_host *host,
			       struct gh_buf *why)
{
	const char *other;

	if (!gh_addr_is_set(&n->peer))
		return refuse(n, why, "it has no address; give one");
	if (!n->remote_as)
		return refuse(n, why, "AS 0 is none (RFC 7607); give the AS number of the other side");
	if (n->hold_s && n->hold_s < HOLD_MIN_S)
		return refuse(n, why, "a hold time is 0 or at least 3 seconds (RFC 4271)");
	if (host->is_own(&n->peer))
		return refuse(n, why, "that is an address of this host; give that of the other side");
	other = host->other_with(&n->peer);
	if (other) {
		char reason[200];

		snprintf(reason, sizeof(reason), "bgpd has a neighbor with that address in its %.80s, "
			 "and could not tell incoming sessions apart; remove one of the two", other);
		return refuse(n, why, reason);
	}
	return 0;
}

static int by_peer(const void *a, const void *b)
{
	const struct gh_neighbor *x = *(const struct gh_neighbor *const *)a;
	const struct gh_neighbor *y = *(const struct gh_neighbor *const *)b;

	return gh_addr_cmp(&x->peer, &y->peer);
}

/* Sorted by address, those that share one are side by side. */
static uint32_t judge_all(const struct gh_trial *t, struct gh_buf *why)
{
	const struct gh_neighbor **sorted;
	uint32_t status = 0;

	if (t->count < 2)
		return 0;
	sorted = calloc(t->count, sizeof(*sorted));
	if (!sorted)
		abort();
	for (size_t i = 0; i < t->count; i++)
		sorted[i] = &t->neighbors[i];
	qsort(sorted, t->count, sizeof(*sorted), by_peer);
	for (size_t i = 1; i < t->count; i++) {
		const struct gh_neighbor *a = sorted[i - 1], *b = sorted[i];

		if (gh_addr_cmp(&a->peer, &b->peer) || a->id == b->id || !gh_addr_is_set(&b->peer))
			continue;
		status = refuse(b, why, "another leg has a neighbor with that address; give each its own");
	}
	free(sorted);
	return status;
}

uint32_t gh_trial_judge(const struct gh_trial *t, const struct gh_trial_host *host,
			struct gh_buf *why)
{
	uint32_t status = t->has_speaker ? judge_speaker(&t->speaker, host, why) : 0, one;

	for (size_t i = 0; i < t->count; i++) {
		one = judge_neighbor(&t->neighbors[i], host, why);
		if (one)
			status = one;
	}
	one = judge_all(t, why);
	return one ? one : status;
}
