/*
 * event - what a worker tells the control thread
 *
 * A ring of fixed size between one worker and the control thread. The eventfd
 * is shared by all rings.
 *
 * Ownership  embedded; events are copied. The eventfd is the caller's.
 * Threads    event_push, event_raise: the worker. event_pop: the control thread.
 * Errors     a full ring refuses: the worker says it again later.
 */
#ifndef IPSEC_EVENT_H
#define IPSEC_EVENT_H

#include <stdatomic.h>
#include <stdbool.h>

#include "ipsec/ipsec.h"
#include "ipsec/sa.h"

#define EVENT_RING 512

struct event_ring {
	int fd;
	_Alignas(64) _Atomic uint32_t head;     /* the control thread's */
	_Alignas(64) _Atomic uint32_t tail;     /* the worker's */
	struct ipsec_event event[EVENT_RING];
};

bool event_push(struct event_ring *r, const struct ipsec_event *event);
bool event_pop(struct event_ring *r, struct ipsec_event *out);

/* Raises SOFT or HARD of an SA once (SA_RAISED_* bits); HARD ends its use. */
void event_raise(struct event_ring *r, struct sa *sa, uint32_t limits);

/* An authentic packet of the SA came from a new endpoint; reported once each. */
void event_mapping(struct event_ring *r, struct sa *sa, const struct gh_endpoint *remote);

#endif
