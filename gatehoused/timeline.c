/* One ring of events: see timeline.h. */
#include "gatehoused/timeline.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/log.h"

struct timeline {
	uint64_t count;
	struct timeline_event ring[TIMELINE_LENGTH];
};

struct timeline *timeline_new(void)
{
	return calloc(1, sizeof(struct timeline));
}

void timeline_free(struct timeline *t)
{
	free(t);
}

void timeline_add(struct timeline *t, enum timeline_kind kind, const char *format, ...)
{
	struct timeline_event *e = &t->ring[t->count % TIMELINE_LENGTH];
	struct timespec ts;
	va_list args;

	clock_gettime(CLOCK_REALTIME, &ts);
	e->number = ++t->count;
	e->wall_ms = (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
	e->kind = kind;
	va_start(args, format);
	vsnprintf(e->text, sizeof(e->text), format, args);
	va_end(args);
	gh_info("%s", e->text);
}

const struct timeline_event *timeline_next(const struct timeline *t, uint64_t from)
{
	uint64_t oldest = t->count > TIMELINE_LENGTH ? t->count - TIMELINE_LENGTH + 1 : 1;

	if (from < oldest)
		from = oldest;
	return from <= t->count ? &t->ring[(from - 1) % TIMELINE_LENGTH] : NULL;
}

uint64_t timeline_count(const struct timeline *t)
{
	return t->count;
}

const char *timeline_kind_name(enum timeline_kind kind)
{
	static const char *const names[] = {
		[TIMELINE_GATEWAY] = "gateway", [TIMELINE_CONFIG] = "config",
		[TIMELINE_IKE] = "ike", [TIMELINE_ESP] = "esp", [TIMELINE_BGP] = "bgp",
		[TIMELINE_BFD] = "bfd", [TIMELINE_LINK] = "link", [TIMELINE_LEG] = "leg",
	};

	return names[kind];
}

const char *timeline_time_print(uint64_t wall_ms, char text[32])
{
	time_t s = (time_t)(wall_ms / 1000);
	struct tm tm;
	char head[24];

	gmtime_r(&s, &tm);
	strftime(head, sizeof(head), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(text, 32, "%s.%03uZ", head, (unsigned)(wall_ms % 1000));
	return text;
}
