/*
 * Rates and turns: see meter.h.
 *
 * A ring of minutes forgets by itself: a slot that is of another minute counts
 * as empty. A decaying maximum would be one number, and no honest one.
 */
#include "gatehoused/meter.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define NS_MINUTE 60000000000u

/* From 1, so that 0 is no minute. */
static uint64_t minute_of(struct gh_time now)
{
	return now.ns / NS_MINUTE + 1;
}

void peak_add(struct peak *p, uint64_t value, struct gh_time now)
{
	uint64_t minute = minute_of(now);
	unsigned slot = minute % PEAK_MINUTES;

	if (p->minute[slot] != minute) {
		p->minute[slot] = minute;
		p->highest[slot] = 0;
	}
	if (value > p->highest[slot])
		p->highest[slot] = value;
}

uint64_t peak_get(const struct peak *p, struct gh_time now)
{
	uint64_t minute = minute_of(now), highest = 0;

	for (unsigned i = 0; i < PEAK_MINUTES; i++)
		if (p->minute[i] && p->minute[i] + PEAK_MINUTES > minute && p->highest[i] > highest)
			highest = p->highest[i];
	return highest;
}

/* ---- packets per second ------------------------------------------------ */

struct gauge {
	struct gh_time sampled;         /* ns 0: never */
	uint64_t packets[2];
	struct peak peak[2];
};

/* By leg: their numbers are small, because freed ones are given again (yang/legs.h). */
struct meter {
	struct gauge *gauges;
	size_t count;
};

struct meter *meter_new(void)
{
	return calloc(1, sizeof(struct meter));
}

void meter_free(struct meter *m)
{
	if (m)
		free(m->gauges);
	free(m);
}

static struct gauge *gauge_get(struct meter *m, uint32_t leg)
{
	if (leg >= m->count) {
		size_t count = leg + 64;

		m->gauges = realloc(m->gauges, count * sizeof(*m->gauges));
		if (!m->gauges)
			abort();
		memset(m->gauges + m->count, 0, (count - m->count) * sizeof(*m->gauges));
		m->count = count;
	}
	return &m->gauges[leg];
}

void meter_sample(struct meter *m, uint32_t leg, uint64_t in_packets, uint64_t out_packets,
		  struct gh_time now)
{
	const uint64_t packets[2] = { in_packets, out_packets };
	struct gauge *gauge = gauge_get(m, leg);
	uint64_t ms = gh_time_ms_between(gauge->sampled, now);

	if (gauge->sampled.ns && !ms)
		return;
	for (unsigned i = 0; i < 2; i++) {
		/* Another connection of the same number counts from less. */
		if (gauge->sampled.ns && packets[i] >= gauge->packets[i])
			peak_add(&gauge->peak[i], (packets[i] - gauge->packets[i]) * 1000 / ms, now);
		gauge->packets[i] = packets[i];
	}
	gauge->sampled = now;
}

uint64_t meter_peak(const struct meter *m, uint32_t leg, enum meter_direction direction,
		    struct gh_time now)
{
	return leg < m->count ? peak_get(&m->gauges[leg].peak[direction], now) : 0;
}

/* ---- turns ------------------------------------------------------------- */

static uint64_t queued_ns(void)
{
	static int fd = -1;
	unsigned long long ran, queued;
	char text[96];
	ssize_t n;

	if (fd < 0)
		fd = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return sscanf(text, "%llu %llu", &ran, &queued) == 2 ? queued : 0;
}

static struct thread_use use_of_thread(void)
{
	struct timespec ran = { 0 };
	struct rusage usage = { 0 };

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
	getrusage(RUSAGE_THREAD, &usage);
	return (struct thread_use){
		.ran_ns = (uint64_t)ran.tv_sec * 1000000000u + (uint64_t)ran.tv_nsec,
		.queued_ns = queued_ns(), .waits = usage.ru_nvcsw,
	};
}

/*
 * The turn without what the machine gave to others. Waiting for a lock or the
 * kernel is ours and counts; standing ready for a core does not. Nor does what a
 * hypervisor takes, which no thread is told of: but one that waited for nothing
 * needs no more than the time that it ran.
 */
static uint64_t own_ns(const struct thread_use *before, const struct thread_use *after,
		       uint64_t wall_ns)
{
	uint64_t queued = after->queued_ns - before->queued_ns;
	uint64_t ran = after->ran_ns - before->ran_ns;

	if (after->waits == before->waits && ran < wall_ns)
		return ran;
	return wall_ns > queued ? wall_ns - queued : 0;
}

void pulse_wake(struct pulse *p, struct gh_time now)
{
	p->woke = now;
	p->before = use_of_thread();
}

void pulse_sleep(struct pulse *p, struct gh_time now)
{
	uint64_t ns = now.ns - p->woke.ns;
	struct thread_use after;

	if (!p->woke.ns)
		return;
	after = use_of_thread();
	p->turns++;
	p->busy_us += ns / 1000;
	peak_add(&p->longest, ns / 1000, now);
	peak_add(&p->longest_own, own_ns(&p->before, &after, ns) / 1000, now);
	p->woke.ns = 0;
}
