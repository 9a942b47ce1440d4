/*
 * timeline - what happened, in one order, whoever it happened to
 *
 * The answer to "what happened?": IKE, BFD, BGP, legs, flips and commits in
 * one list, the newest TIMELINE_LENGTH of them. Each is also logged.
 *
 * Ownership  the ring owns its text.
 * Threads    the control thread.
 * Units      wall-clock milliseconds, since people compare it with other logs.
 */
#ifndef GATEHOUSED_TIMELINE_H
#define GATEHOUSED_TIMELINE_H

#include <stdint.h>

#define TIMELINE_LENGTH 4096
#define TIMELINE_TEXT 240

enum timeline_kind {
	TIMELINE_GATEWAY,
	TIMELINE_CONFIG,
	TIMELINE_IKE,
	TIMELINE_ESP,
	TIMELINE_BGP,
	TIMELINE_BFD,
	TIMELINE_LINK,
	TIMELINE_LEG,
};

struct timeline_event {
	uint64_t number;                /* counts from 1, never reused */
	uint64_t wall_ms;
	enum timeline_kind kind;
	char text[TIMELINE_TEXT];
};

struct timeline;

struct timeline *timeline_new(void);
void timeline_free(struct timeline *t);

/* `object: event, detail`; also logged as info. */
void timeline_add(struct timeline *t, enum timeline_kind kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The oldest kept event with a number of at least `from`; NULL when there is none. */
const struct timeline_event *timeline_next(const struct timeline *t, uint64_t from);

/* How many there were: the number of the newest. */
uint64_t timeline_count(const struct timeline *t);

const char *timeline_kind_name(enum timeline_kind kind);
/* "2026-11-20T17:32:25.123Z" into text of at least 32 bytes (RFC 3339). */
const char *timeline_time_print(uint64_t wall_ms, char text[32]);

#endif
