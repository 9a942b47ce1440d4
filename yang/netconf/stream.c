/* The stream and its readers: see stream.h. */
#include "yang/netconf/stream.h"

#include <ev.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/message.h"
#include "yang/netconf/reply.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

#define SLICE 64                /* events that one job looks at */
#define NS_NETMOD "urn:ietf:params:xml:ns:netmod:notification"

struct event {
	uint64_t ms;
	unsigned refs;          /* the ring's and those of jobs; counted on the loop */
	char json[];
};

struct stream {
	struct event *ring[STREAM_EVENTS];
	uint64_t head;          /* number of the next event */
	uint64_t created_ms, aged_ms;
};

struct subscription {
	struct clerk_job job;
	struct stream *stream;
	struct server *server;
	uint32_t session;
	struct access_user user;
	struct filter *filter;
	uint64_t cursor, replay_to, start_ms, stop_ms;
	ev_timer stop;
	bool replaying, busy, ended, complete;

	/* The job's: what it looks at, and what came of it. */
	struct event *events[SLICE];
	size_t count;
	struct gh_buf out[SLICE];
};

uint64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void time_print(uint64_t ms, struct gh_buf *out)
{
	time_t s = (time_t)(ms / 1000);
	struct tm tm;

	gmtime_r(&s, &tm);
	gh_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900, tm.tm_mon + 1,
		      tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (unsigned)(ms % 1000));
}

/* ---- the ring ----------------------------------------------------------- */

static void event_put(struct event *e)
{
	if (e && !--e->refs)
		free(e);
}

struct stream *stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->created_ms = wall_ms();
	return s;
}

void stream_free(struct stream *stream)
{
	if (!stream)
		return;
	for (unsigned i = 0; i < STREAM_EVENTS; i++)
		event_put(stream->ring[i]);
	free(stream);
}

void stream_add(struct stream *stream, const char *json, uint64_t ms)
{
	size_t n = strlen(json) + 1;
	struct event *e = malloc(sizeof(*e) + n), **place = &stream->ring[stream->head % STREAM_EVENTS];

	if (!e)
		abort();
	e->ms = ms;
	e->refs = 1;
	memcpy(e->json, json, n);
	if (*place)
		stream->aged_ms = (*place)->ms;
	event_put(*place);
	*place = e;
	stream->head++;
}

static uint64_t tail(const struct stream *s)
{
	return s->head > STREAM_EVENTS ? s->head - STREAM_EVENTS : 0;
}

uint64_t stream_oldest_ms(const struct stream *stream)
{
	return stream->aged_ms ? stream->ring[tail(stream) % STREAM_EVENTS]->ms : stream->created_ms;
}

uint64_t stream_created_ms(const struct stream *stream)
{
	return stream->created_ms;
}

/* ---- the clerk's part ---------------------------------------------------- */

static void open_notification(uint64_t ms, struct gh_buf *out)
{
	gh_buf_printf(out, "<notification xmlns=\"%s\"><eventTime>", NS_NOTIFICATION);
	time_print(ms, out);
	gh_buf_printf(out, "</eventTime>");
}

static void look(struct subscription *s, const struct access *access, const struct event *e,
		 struct gh_buf *out)
{
	struct ly_ctx *schema = store_context(server_store(s->server));
	struct lyd_node *tree = NULL, *op = NULL, *wanted = NULL;
	struct findings unused = { 0 };
	struct ly_in *in = NULL;

	if (ly_in_new_memory(e->json, &in))
		abort();
	if (lyd_parse_op(schema, NULL, in, LYD_JSON, LYD_TYPE_NOTIF_YANG, &tree, &op)) {
		gh_error("netconf: an event does not fit the model: %s: %s",
			 compat_error_last(schema).text, e->json);
		ly_err_clean(schema, NULL);
	} else if (access_notification(access, &s->user, op) &&
		   filter_apply(s->filter, tree, &wanted, &unused) && wanted) {
		open_notification(e->ms, out);
		reply_tree(wanted, LYD_PRINT_WD_EXPLICIT, out);
		gh_buf_printf(out, "</notification>");
	}
	ly_in_free(in, 0);
	lyd_free_all(tree);
	lyd_free_all(wanted);
	findings_fini(&unused);
}

static void look_job(struct clerk_job *job)
{
	struct subscription *s = (struct subscription *)job;
	struct access *access = store_access(server_store(s->server));

	for (size_t i = 0; i < s->count; i++)
		look(s, access, s->events[i], &s->out[i]);
	access_put(access);
}

/* It has no done, so it may free what it is part of. */
static void free_job(struct clerk_job *job)
{
	struct subscription *s = (struct subscription *)job;

	filter_free(s->filter);
	access_user_fini(&s->user);
	free(s);
}

/* ---- the loop's part ----------------------------------------------------- */

static void submit(struct subscription *s, void (*run)(struct clerk_job *),
		   void (*done)(struct clerk_job *))
{
	s->job = (struct clerk_job){ .run = run, .done = done };
	clerk_submit(store_clerk(server_store(s->server)), &s->job);
}

static void send_bare(struct subscription *s, const char *name)
{
	struct gh_buf out = { 0 };

	open_notification(wall_ms(), &out);
	gh_buf_printf(&out, "<%s xmlns=\"%s\"/></notification>", name, NS_NETMOD);
	server_notify(s->server, s->session, &out);
	gh_buf_fini(&out);
}

static void looked(struct clerk_job *job)
{
	struct subscription *s = (struct subscription *)job;

	for (size_t i = 0; i < s->count; i++) {
		event_put(s->events[i]);
		/* Sending may end the session, and with it this. */
		if (!s->ended && gh_buf_length(&s->out[i]))
			server_notify(s->server, s->session, &s->out[i]);
		gh_buf_fini(&s->out[i]);
	}
	s->count = 0;
	s->busy = false;
	if (s->ended)
		submit(s, free_job, NULL);
	else
		subscription_pump(s);
}

/* Takes the next events that are within its times. */
static void collect(struct subscription *s)
{
	struct stream *stream = s->stream;

	if (s->cursor < tail(stream)) {
		gh_warning("netconf: session %u: missed %llu events, it takes them too slowly", s->session,
			   (unsigned long long)(tail(stream) - s->cursor));
		s->cursor = tail(stream);
	}
	while (s->count < SLICE && s->cursor < stream->head) {
		struct event *e = stream->ring[s->cursor % STREAM_EVENTS];

		if (s->replaying && s->cursor >= s->replay_to)
			return;
		s->cursor++;
		if ((s->replaying && e->ms < s->start_ms) || (s->stop_ms && e->ms > s->stop_ms))
			continue;
		e->refs++;
		s->events[s->count++] = e;
	}
}

void subscription_pump(struct subscription *s)
{
	if (s->busy || s->ended || s->complete || !server_hungry(s->server, s->session))
		return;
	collect(s);
	if (s->count) {
		s->busy = true;
		submit(s, look_job, looked);
		return;
	}
	if (s->replaying && s->cursor >= s->replay_to) {
		s->replaying = false;
		s->busy = true;         /* against being called by what the sending does */
		send_bare(s, "replayComplete");
		s->busy = false;
		if (s->ended)
			submit(s, free_job, NULL);
		else
			subscription_pump(s);
		return;
	}
	if (s->stop_ms && wall_ms() >= s->stop_ms) {
		s->complete = true;
		s->busy = true;
		send_bare(s, "notificationComplete");
		s->busy = false;
		if (s->ended)
			submit(s, free_job, NULL);
		else
			server_unsubscribed(s->server, s->session);
	}
}

static void on_stop(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop, (void)events;
	subscription_pump(w->data);
}

struct subscription *subscription_new(struct stream *stream,
				      const struct subscription_request *r)
{
	struct subscription *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->stream = stream;
	s->server = r->server;
	s->session = r->session;
	s->filter = r->filter;
	s->start_ms = r->start_ms;
	s->stop_ms = r->stop_ms;
	access_user_copy(&s->user, r->user);
	s->replaying = r->start_ms != 0;
	s->replay_to = stream->head;
	s->cursor = s->replaying ? tail(stream) : stream->head;
	ev_timer_init(&s->stop, on_stop, 0.0, 0.0);
	s->stop.data = s;
	if (s->stop_ms) {
		uint64_t now = wall_ms();

		ev_timer_set(&s->stop, s->stop_ms > now ? (double)(s->stop_ms - now) / 1e3 + 0.01 : 0.01,
			     0.0);
		ev_timer_start(server_loop(s->server), &s->stop);
	}
	return s;
}

void subscription_end(struct subscription *s)
{
	if (s->ended)
		return;
	s->ended = true;
	ev_timer_stop(server_loop(s->server), &s->stop);
	if (!s->busy)
		submit(s, free_job, NULL);
}
