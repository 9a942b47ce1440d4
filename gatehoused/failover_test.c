/* Tests and their timers: see failover_test.h. */
#include "gatehoused/failover_test.h"

#include <errno.h>
#include <ev.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fact.h"

struct failover_test {
	struct failover_tests *all;
	char circuit[GH_NAME_MAX + 1];
	struct gh_time began, ends;
	ev_timer over;
	struct failover_test *next;
};

struct failover_tests {
	struct ev_loop *loop;
	struct failover_host host;
	struct failover_test *first;
};

struct failover_tests *failover_tests_new(struct ev_loop *loop, const struct failover_host *host)
{
	struct failover_tests *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->loop = loop;
	t->host = *host;
	return t;
}

static struct failover_test *find(const struct failover_tests *t, const char *circuit)
{
	struct failover_test *x = t->first;

	while (x && strcmp(x->circuit, circuit))
		x = x->next;
	return x;
}

static void forget(struct failover_test *x)
{
	struct failover_test **at = &x->all->first;

	while (*at != x)
		at = &(*at)->next;
	*at = x->next;
	ev_timer_stop(x->all->loop, &x->over);
	free(x);
}

void failover_tests_free(struct failover_tests *t)
{
	while (t && t->first)
		forget(t->first);
	free(t);
}

static void end(struct failover_test *x, const char *why)
{
	struct failover_tests *t = x->all;
	char circuit[GH_NAME_MAX + 1];

	snprintf(circuit, sizeof(circuit), "%s", x->circuit);
	forget(x);
	t->host.hold(t->host.context, circuit, false);
	t->host.told(t->host.context, circuit, why);
}

static void on_over(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop, (void)events;
	end(w->data, "its time is over");
}

int failover_test_start(struct failover_tests *t, const char *circuit, unsigned minutes,
			struct gh_buf *why)
{
	struct failover_test *x = find(t, circuit);

	if (!minutes || minutes > FAILOVER_TEST_MINUTES) {
		gh_buf_printf(why, "a failover test runs for 1 to %u minutes, not %u",
			      FAILOVER_TEST_MINUTES, minutes);
		return -EINVAL;
	}
	/* Noted before traffic moves: what is told on the way may ask for it. */
	if (!x) {
		x = calloc(1, sizeof(*x));
		if (!x)
			abort();
		x->all = t;
		snprintf(x->circuit, sizeof(x->circuit), "%s", circuit);
		x->began = gh_now();
		ev_timer_init(&x->over, on_over, 0.0, 0.0);
		x->over.data = x;
		x->next = t->first;
		t->first = x;
	}
	x->ends = gh_time_add_ms(gh_now(), minutes * 60000u);
	ev_timer_stop(t->loop, &x->over);
	ev_timer_set(&x->over, minutes * 60.0, 0.0);
	ev_timer_start(t->loop, &x->over);
	if (!t->host.hold(t->host.context, circuit, true)) {
		gh_buf_printf(why, "there is no expressroute %s: see `show gateway expressroute`", circuit);
		forget(x);
		return -ENOENT;
	}
	t->host.told(t->host.context, circuit, "began");
	return 0;
}

int failover_test_stop(struct failover_tests *t, const char *circuit, struct gh_buf *why)
{
	struct failover_test *x = find(t, circuit);

	if (!x) {
		gh_buf_printf(why, "no failover test of expressroute %s runs", circuit);
		return -ENOENT;
	}
	end(x, "ended by command");
	return 0;
}

void failover_tests_sync(struct failover_tests *t)
{
	struct failover_test *next;

	for (struct failover_test *x = t->first; x; x = next) {
		next = x->next;
		if (!t->host.hold(t->host.context, x->circuit, true))
			end(x, "the circuit is removed");
	}
}

bool failover_test_of(const struct failover_tests *t, const char *circuit, struct gh_time *began,
		      struct gh_time *ends)
{
	const struct failover_test *x = find(t, circuit);

	if (!x)
		return false;
	*began = x->began;
	*ends = x->ends;
	return true;
}
