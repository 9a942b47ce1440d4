/*
 * notify - what happened, as the model's notifications
 *
 * Each has its line in the timeline, too; this is the form for programs. One
 * function, notify_send, is where they leave.
 *
 * Threads    the control thread.
 */
#ifndef GATEHOUSED_NOTIFY_H
#define GATEHOUSED_NOTIFY_H

#include <stdint.h>

#include "base/fact.h"

struct gateway;
struct rib_leg_event;

/* A leg changed its state, and perhaps traffic moved with it. */
void notify_leg(struct gateway *g, const struct rib_leg_event *event);
/* A PEER fact; before is NULL for the first one. Also looks at its prefix limit. */
void notify_peer(struct gateway *g, const struct gh_peer *before, const struct gh_peer *peer);
/* days: whole ones left, negative: it has ended. */
void notify_certificate(struct gateway *g, const char *name, const char *subject,
			int64_t not_after_s, int days);

/* How much of a limit of prefixes is used; said when it gets worse, and after it was well below. */
enum limit_level {
	LIMIT_FINE,
	LIMIT_WARNING,                  /* four fifths */
	LIMIT_REACHED,
	LIMIT_EXCEEDED,                 /* the session ended by it */
};
enum limit_level limit_judge(enum limit_level before, uint32_t received, uint32_t limit);

/* {"gatehouse:leg-change":{...}} to whoever listens. */
void notify_send(struct gateway *g, const char *json);

#endif
