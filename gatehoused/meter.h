/*
 * meter - the highest rates and longest turns of the last minutes
 *
 * peak    the highest of many values, of the last five minutes
 * meter   packets per second of each connection and of all, sampled each second
 * pulse   how long the control thread's turns take
 *
 * Ownership  a peak and a pulse are embedded; a meter owns its table.
 * Threads    the control thread.
 * Units      packets a second; microseconds.
 */
#ifndef GATEHOUSED_METER_H
#define GATEHOUSED_METER_H

#include <stdint.h>

#include "base/clock.h"

#define PEAK_MINUTES 6          /* the one that runs, and five whole ones */

struct peak {
	uint64_t minute[PEAK_MINUTES];  /* number of the minute since boot */
	uint64_t highest[PEAK_MINUTES];
};

void peak_add(struct peak *p, uint64_t value, struct gh_time now);
uint64_t peak_get(const struct peak *p, struct gh_time now);

struct meter;

enum meter_direction { METER_IN, METER_OUT };
#define METER_ALL 0u            /* in the place of a leg: all together */

struct meter *meter_new(void);
void meter_free(struct meter *m);
/* The counters of a leg now; the first call for a leg only takes note. */
void meter_sample(struct meter *m, uint32_t leg, uint64_t in_packets, uint64_t out_packets,
		  struct gh_time now);
uint64_t meter_peak(const struct meter *m, uint32_t leg, enum meter_direction direction,
		    struct gh_time now);

/* What a thread has had of the machine, ever. */
struct thread_use {
	uint64_t ran_ns;                /* on a core */
	uint64_t queued_ns;             /* ready, and none was free; 0 where it is not counted */
	long waits;                     /* how often it waited for something else */
};

struct pulse {
	uint64_t turns, busy_us;
	struct peak longest;            /* microseconds on the wall's clock, */
	struct peak longest_own;        /* and without those that the machine gave others */
	struct gh_time woke;            /* ns 0: asleep */
	struct thread_use before;
};

/* After the loop waited, and before it waits again. */
void pulse_wake(struct pulse *p, struct gh_time now);
void pulse_sleep(struct pulse *p, struct gh_time now);

#endif
