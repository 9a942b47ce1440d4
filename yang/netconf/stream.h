/*
 * stream - events and who is subscribed to them (RFC 5277)
 *
 * One stream, NETCONF, of the last STREAM_EVENTS events. A subscription is a
 * place in it that moves on as fast as its session takes what it is sent, so
 * replay and what is new are one thing, and a slow reader holds up nobody. A
 * reader that is overtaken by the ring misses events, which is logged.
 *
 * Ownership  the stream owns its events; a subscription frees itself after
 *            subscription_end, when the clerk has given back what it had.
 * Threads    the control thread; filters and access are looked at by the clerk.
 */
#ifndef GH_NETCONF_STREAM_H
#define GH_NETCONF_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "yang/access.h"
#include "yang/netconf/filter.h"

#define STREAM_EVENTS 4096

struct server;
struct stream;
struct subscription;

struct stream *stream_new(void);
void stream_free(struct stream *stream);

/* json: one notification as RFC 7951 has it, {"module:name":{...}}. Copied. */
void stream_add(struct stream *stream, const char *json, uint64_t wall_ms);
/* Of the oldest event that a replay can have; the stream's start if all are there. */
uint64_t stream_oldest_ms(const struct stream *stream);
uint64_t stream_created_ms(const struct stream *stream);

struct subscription_request {
	struct server *server;
	uint32_t session;
	const struct access_user *user;         /* copied */
	struct filter *filter;                  /* taken over */
	uint64_t start_ms, stop_ms;             /* 0: not given */
};
struct subscription *subscription_new(struct stream *stream,
				      const struct subscription_request *request);
/* Sends what there is to send and the session has room for. */
void subscription_pump(struct subscription *s);
/* From now on nothing is sent; it frees itself. */
void subscription_end(struct subscription *s);

uint64_t wall_ms(void);
/* "2026-11-20T21:30:00.123Z" */
void time_print(uint64_t ms, struct gh_buf *out);

#endif
