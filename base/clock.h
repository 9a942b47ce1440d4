/*
 * clock - monotonic time as a type of its own
 *
 * A struct, so that a time never mixes with a count or with wall time.
 *
 * Threads    pure functions.
 * Units      nanoseconds since boot (CLOCK_MONOTONIC).
 */
#ifndef GH_CLOCK_H
#define GH_CLOCK_H

#include <stdint.h>
#include <time.h>

struct gh_time {
	uint64_t ns;
};

static inline struct gh_time gh_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (struct gh_time){ (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec };
}

static inline struct gh_time gh_time_add_ms(struct gh_time t, uint64_t ms)
{
	return (struct gh_time){ t.ns + ms * 1000000u };
}

/* Milliseconds from a to b; 0 when b is not later. */
static inline uint64_t gh_time_ms_between(struct gh_time a, struct gh_time b)
{
	return b.ns > a.ns ? (b.ns - a.ns) / 1000000u : 0;
}

#endif
