/* Notifications of the model: see notify.h. */
#include "gatehoused/notify.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/netconf_host.h"
#include "gatehoused/speaker.h"
#include "gatehoused/state/state_part.h"
#include "gatehoused/timeline.h"
#include "rib/rib.h"

/* bgpd-plugin/gh_status.c says so of a session that its limit ended. */
#define LIMIT_WORDS "prefix limit:"

void notify_send(struct gateway *g, const char *json)
{
	netconf_host_event(g->netconf, json);
}

static void begin(struct writer *w, struct gh_buf *out, const char *name)
{
	*w = (struct writer){ .out = out };
	writer_open(w, NULL);
	writer_open(w, name);
}

static void end(struct gateway *g, struct writer *w)
{
	writer_close(w);
	writer_close(w);
	notify_send(g, gh_buf_text(w->out));
	gh_buf_fini(w->out);
}

/* ---- legs -------------------------------------------------------------- */

static void leg_change(struct gateway *g, const struct rib_leg_event *e)
{
	struct gh_buf out = { 0 };
	struct writer w;

	begin(&w, &out, "gatehouse:leg-change");
	writer_format(&w, "leg", "%s%s%s", e->name, e->edge[0] ? " " : "", e->edge);
	writer_number(&w, "leg-number", e->leg);
	writer_text(&w, "source", rib_kind_name(e->kind));
	writer_text(&w, "before", leg_state_name(e->from));
	writer_text(&w, "after", leg_state_name(e->to));
	if (e->to == LEG_DOWN)
		writer_text(&w, "down-by", leg_fact_name(e->cause));
	writer_number(&w, "groups", e->groups);
	writer_number(&w, "took", e->took_us);
	end(g, &w);
}

static void failover(struct gateway *g, const struct rib_leg_event *e)
{
	struct gh_buf out = { 0 };
	struct writer w;

	begin(&w, &out, "gatehouse:failover");
	state_leg_names(g, &w, "before", e->before, e->before_count);
	state_leg_names(g, &w, "after", e->after, e->after_count);
	writer_format(&w, "cause", "%s%s%s", e->name, e->edge[0] ? " " : "", e->edge);
	if (e->to == LEG_DOWN)
		writer_text(&w, "down-by", leg_fact_name(e->cause));
	writer_number(&w, "groups", e->moved);
	writer_number(&w, "took", e->took_us);
	end(g, &w);
}

static void names(const struct gateway *g, const uint32_t legs[], unsigned count, struct gh_buf *out)
{
	char name[GH_NAME_MAX + 16];

	for (unsigned i = 0; i < count; i++)
		gh_buf_printf(out, "%s%s", i ? ", " : "", gateway_leg_name(g, legs[i], name));
	if (!count)
		gh_buf_printf(out, "nothing");
}

void notify_leg(struct gateway *g, const struct rib_leg_event *e)
{
	struct gh_buf from = { 0 }, to = { 0 };

	leg_change(g, e);
	if (!e->moved)
		return;
	names(g, e->before, e->before_count, &from);
	names(g, e->after, e->after_count, &to);
	timeline_add(g->timeline, TIMELINE_LEG, "failover: %.80s -> %.80s, %u groups%s",
		     gh_buf_text(&from), gh_buf_text(&to), e->moved,
		     e->unreachable ? ", some of them UNREACHABLE" : "");
	gh_buf_fini(&from);
	gh_buf_fini(&to);
	failover(g, e);
}

/* ---- peers ------------------------------------------------------------- */

enum limit_level limit_judge(enum limit_level before, uint32_t received, uint32_t limit)
{
	if (!limit)
		return LIMIT_FINE;
	if (received >= limit)
		return LIMIT_REACHED;
	if ((uint64_t)received * 5 >= (uint64_t)limit * 4)
		return LIMIT_WARNING;
	/* A tenth below the mark, so that one prefix to and fro is not told each time. */
	return before != LIMIT_FINE && (uint64_t)received * 10 >= (uint64_t)limit * 7 ? LIMIT_WARNING
										      : LIMIT_FINE;
}

static const char *const levels[] = {
	[LIMIT_WARNING] = "warning", [LIMIT_REACHED] = "reached", [LIMIT_EXCEEDED] = "exceeded",
};

static void limit(struct gateway *g, const struct gh_neighbor *n, const struct gh_peer *p)
{
	enum limit_level before = speaker_limit_level(g->speaker, p->id), now;
	char name[GH_NAME_MAX + 16];
	struct gh_buf out = { 0 };
	struct writer w;

	if (!strncmp(p->last_error, LIMIT_WORDS, strlen(LIMIT_WORDS)) &&
	    p->state != GH_BGP_ESTABLISHED)
		now = LIMIT_EXCEEDED;
	else if (p->state != GH_BGP_ESTABLISHED)
		now = LIMIT_FINE;
	else
		now = limit_judge(before, p->received_most, n->prefix_limit);
	speaker_limit_level_set(g->speaker, p->id, (unsigned)now);
	if (now <= before)
		return;
	gateway_leg_name(g, gh_neighbor_leg(p->id), name);
	timeline_add(g->timeline, TIMELINE_BGP, "%s: prefix limit %s: %u of %u prefixes%s", name,
		     levels[now], p->received_most, n->prefix_limit,
		     now == LIMIT_EXCEEDED ? "; the session ended" : "");
	begin(&w, &out, "gatehouse:prefix-limit");
	writer_addr(&w, "neighbor", &n->peer);
	writer_text(&w, "leg", name);
	writer_text(&w, "level", levels[now]);
	writer_number(&w, "received", p->received_most);
	writer_number(&w, "limit", n->prefix_limit);
	end(g, &w);
}

static void peer_change(struct gateway *g, const struct gh_neighbor *n, uint8_t before,
			const struct gh_peer *p)
{
	char name[GH_NAME_MAX + 16];
	struct gh_buf out = { 0 };
	struct writer w;

	begin(&w, &out, "gatehouse:bgp-peer-change");
	writer_addr(&w, "neighbor", &n->peer);
	writer_text(&w, "leg", gateway_leg_name(g, gh_neighbor_leg(p->id), name));
	writer_text(&w, "before", gh_bgp_state_name(before));
	writer_text(&w, "after", gh_bgp_state_name(p->state));
	if (p->state != GH_BGP_ESTABLISHED)
		writer_text_if(&w, "last-error", p->last_error);
	end(g, &w);
}

void notify_peer(struct gateway *g, const struct gh_peer *before, const struct gh_peer *p)
{
	const struct gh_neighbor *n = speaker_neighbor_find(g->speaker, p->id);
	uint8_t was = before ? before->state : GH_BGP_IDLE;

	if (!n)
		return;
	if ((was == GH_BGP_ESTABLISHED) != (p->state == GH_BGP_ESTABLISHED))
		peer_change(g, n, was, p);
	limit(g, n, p);
}

/* ---- certificates ------------------------------------------------------ */

void notify_certificate(struct gateway *g, const char *certificate, const char *subject,
			int64_t not_after_s, int days)
{
	struct gh_buf out = { 0 };
	struct writer w;

	if (days < 0)
		timeline_add(g->timeline, TIMELINE_GATEWAY, "certificate %s: it has ended, renew it",
			     certificate);
	else
		timeline_add(g->timeline, TIMELINE_GATEWAY, "certificate %s: it ends in %d days, renew it",
			     certificate, days);
	begin(&w, &out, "gatehouse:certificate-expiring");
	writer_text(&w, "certificate", certificate);
	writer_text_if(&w, "subject", subject);
	writer_wall(&w, "not-after", (uint64_t)not_after_s * 1000);
	writer_number(&w, "days", days);
	end(g, &w);
}
