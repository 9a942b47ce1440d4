/*
 * Events of the workers: see event.h.
 */
#include "ipsec/event.h"

#include <sys/eventfd.h>

bool event_push(struct event_ring *r, const struct ipsec_event *event)
{
	uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);

	if (tail - atomic_load_explicit(&r->head, memory_order_acquire) == EVENT_RING)
		return false;
	r->event[tail % EVENT_RING] = *event;
	atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
	/* It can only fail by overflow, and then it is readable anyway. */
	eventfd_write(r->fd, 1);
	return true;
}

bool event_pop(struct event_ring *r, struct ipsec_event *out)
{
	uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);

	if (head == atomic_load_explicit(&r->tail, memory_order_acquire))
		return false;
	*out = r->event[head % EVENT_RING];
	atomic_store_explicit(&r->head, head + 1, memory_order_release);
	return true;
}

/* The first destination: the present one is the control thread's to change. */
static struct ipsec_event about(const struct sa *sa, enum ipsec_event_kind kind)
{
	return (struct ipsec_event){
		.kind = kind,
		.leg = sa->leg,
		.name = {
			.direction = sa->name.direction,
			.spi = sa->name.spi,
			.destination = sa->first_destination,
		},
	};
}

void event_raise(struct event_ring *r, struct sa *sa, uint32_t limits)
{
	uint32_t raised = atomic_load_explicit(&sa->raised, memory_order_relaxed);
	struct ipsec_event event;

	if (limits & SA_RAISED_HARD)
		atomic_store_explicit(&sa->usable, false, memory_order_relaxed);
	limits &= ~raised;
	if (!limits)
		return;
	event = about(sa, limits & SA_RAISED_HARD ? IPSEC_HARD : IPSEC_SOFT);
	if (!event_push(r, &event))
		return;
	/* Hard includes soft: there is nothing left to rekey in time. */
	if (limits & SA_RAISED_HARD)
		limits |= SA_RAISED_SOFT;
	atomic_store_explicit(&sa->raised, raised | limits, memory_order_relaxed);
}

void event_mapping(struct event_ring *r, struct sa *sa, const struct gh_endpoint *remote)
{
	struct ipsec_event event;

	if (sa->reported.port == remote->port &&
	    gh_addr_cmp(&sa->reported.addr, &remote->addr) == 0)
		return;
	event = about(sa, IPSEC_MAPPING);
	event.remote = *remote;
	if (event_push(r, &event))
		sa->reported = *remote;
}
