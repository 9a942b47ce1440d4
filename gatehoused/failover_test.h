/*
 * failover_test - takes a circuit's edges down for a while, to prove the rest
 *
 * While a test runs, the edges of the circuit have the leg fact TEST down:
 * traffic leaves them as it would if they failed, and their sessions, which
 * stay up, are de-preferred, so that the return path moves as well. It ends by
 * its timer, by command, when the circuit leaves the configuration, and with
 * the daemon, which does not remember it. Then wait-to-restore runs as after
 * any failure.
 *
 * Ownership  owns its tests.
 * Threads    the control thread (libev).
 * Errors     0 or -errno, words in why.
 */
#ifndef GATEHOUSED_FAILOVER_TEST_H
#define GATEHOUSED_FAILOVER_TEST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/clock.h"

struct ev_loop;
struct failover_tests;

struct failover_host {
	void *context;
	/* Speaks the fact for each edge of the circuit; false: there is no such circuit. */
	bool (*hold)(void *context, const char *circuit, bool down);
	/* It began or ended; `why` in a word: "began", "its time is over", ... */
	void (*told)(void *context, const char *circuit, const char *why);
};

struct failover_tests *failover_tests_new(struct ev_loop *loop, const struct failover_host *host);
void failover_tests_free(struct failover_tests *t);

#define FAILOVER_TEST_MINUTES 1440

/* Begins it, or gives a running one another time. -ENOENT, -EINVAL: minutes out of range. */
int failover_test_start(struct failover_tests *t, const char *circuit, unsigned minutes,
			struct gh_buf *why);
/* -ENOENT: no test of it runs. */
int failover_test_stop(struct failover_tests *t, const char *circuit, struct gh_buf *why);

/* The configuration changed: edges that came are held too; tests of what went are forgotten. */
void failover_tests_sync(struct failover_tests *t);

/* Does one run? began and ends as monotonic times. */
bool failover_test_of(const struct failover_tests *t, const char *circuit, struct gh_time *began,
		      struct gh_time *ends);

#endif
