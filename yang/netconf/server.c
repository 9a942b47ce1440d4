/*
 * The server: see server.h.
 *
 * Fairness needs no scheduler: each session has at most one request and one
 * slice of notifications at the clerk, whose queue is first come, first served,
 * and a turn of the loop reads 64 KiB of a session at most.
 */
#include "yang/netconf/server_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "yang/netconf/message.h"
#include "yang/netconf/monitoring.h"

struct ev_loop *server_loop(const struct server *s)
{
	return s->loop;
}

struct store *server_store(const struct server *s)
{
	return s->store;
}

const struct netconf_host *server_host(const struct server *s)
{
	return &s->host;
}

struct stream *server_stream(const struct server *s)
{
	return s->stream;
}

struct ly_ctx *server_messages(const struct server *s)
{
	return s->messages;
}

const char *server_content_id(const struct server *s)
{
	return s->content_id;
}

char *server_state(struct server *s)
{
	return monitoring_json(s);
}

bool server_startup(struct server *s, struct lyd_node **out, struct findings *findings)
{
	return !store_startup_tree(s->store, out, findings);
}

static struct session *find(const struct server *s, uint32_t id)
{
	struct session *session = s->sessions;

	while (session && session->id != id)
		session = session->next;
	return session;
}

/* ---- sessions ------------------------------------------------------------ */

static bool room_for(struct server *s, uint32_t uid)
{
	unsigned same = 0;

	for (struct session *o = s->sessions; o; o = o->next)
		same += o->uid == uid;
	if (s->session_count < SERVER_SESSIONS_MAX && (!uid || same < SERVER_USER_SESSIONS_MAX))
		return true;
	gh_warning("netconf: user %u refused: %s", uid,
		   s->session_count < SERVER_SESSIONS_MAX ? "too many sessions of that user"
							  : "too many sessions");
	return false;
}

bool server_accept(struct server *s, int fd, uint32_t uid)
{
	struct gh_buf hello = { 0 };
	struct session *session = room_for(s, uid) ? session_new(s, fd, uid, ++s->last_id) : NULL;

	if (!session) {
		close(fd);
		return false;
	}
	session->next = s->sessions;
	if (s->sessions)
		s->sessions->prev = session;
	s->sessions = session;
	s->session_count++;
	gh_buf_printf(&hello, "<hello xmlns=\"%s\"><capabilities>", NS_BASE);
	gh_buf_append(&hello, gh_buf_begin(&s->capabilities), gh_buf_length(&s->capabilities));
	gh_buf_printf(&hello, "</capabilities><session-id>%u</session-id></hello>", session->id);
	session_send(session, gh_buf_begin(&hello), gh_buf_length(&hello));
	gh_buf_fini(&hello);
	return true;
}

static void on_acceptable(struct ev_loop *loop, ev_io *w, int events)
{
	struct server *s = w->data;
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct ucred who;
	socklen_t length = sizeof(who);

	(void)loop, (void)events;
	if (fd < 0)
		return;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0)
		close(fd);
	else
		server_accept(s, fd, who.uid);
}

void server_greeted(struct server *s, struct session *session)
{
	s->in_sessions++;
	gh_info("netconf: session %u: %s from %s", session->id, session->user.name, session->from);
	monitoring_session_start(s, session);
}

void server_ended(struct server *s, struct session *session, const char *reason,
		  uint32_t killed_by)
{
	if (session->prev)
		session->prev->next = session->next;
	else
		s->sessions = session->next;
	if (session->next)
		session->next->prev = session->prev;
	s->session_count--;
	s->bad_hellos += !session->greeted && !strcmp(reason, "bad-hello");
	s->dropped_sessions += session->greeted && strcmp(reason, "closed") != 0;
	if (!session->greeted)
		return;
	gh_info("netconf: session %u: %s", session->id, reason);
	store_session_ended(s->store, session->id);
	monitoring_session_end(s, session, reason, killed_by);
}

bool server_room(const struct server *s, const struct session *session)
{
	size_t all = 0;

	if (gh_buf_length(&session->rpc.message) < 1u << 20)
		return true;
	for (const struct session *o = s->sessions; o; o = o->next)
		all += gh_buf_length(&o->rpc.message);
	return all <= SERVER_RECEIVING_MAX;
}

bool server_kill(struct server *s, uint32_t victim, uint32_t killer)
{
	struct session *session = find(s, victim);

	if (!session)
		return false;
	session_end(session, "killed", killer);
	return true;
}

void server_count(struct server *s, const struct rpc *rpc)
{
	s->totals.in_rpcs += !rpc->bad;
	s->totals.in_bad_rpcs += rpc->bad;
	s->totals.out_rpc_errors += rpc->errors;
}

/* ---- notifications ------------------------------------------------------- */

void server_pump(struct server *s, uint32_t id)
{
	struct session *session = find(s, id);

	if (session && session->subscription)
		subscription_pump(session->subscription);
}

bool server_hungry(const struct server *s, uint32_t id)
{
	const struct session *session = find(s, id);

	return session && session_hungry(session);
}

void server_notify(struct server *s, uint32_t id, const struct gh_buf *notification)
{
	struct session *session = find(s, id);

	if (!session)
		return;
	session->counters.out_notifications++;
	s->totals.out_notifications++;
	session_send(session, gh_buf_begin(notification), gh_buf_length(notification));
}

void server_unsubscribed(struct server *s, uint32_t id)
{
	struct session *session = find(s, id);

	if (!session || !session->subscription)
		return;
	subscription_end(session->subscription);
	session->subscription = NULL;
}

void server_event(struct server *s, const char *json)
{
	uint32_t ids[SERVER_SESSIONS_MAX];
	size_t n = 0;

	stream_add(s->stream, json, wall_ms());
	for (struct session *o = s->sessions; o && n < SERVER_SESSIONS_MAX; o = o->next)
		if (o->subscription)
			ids[n++] = o->id;
	while (n)
		server_pump(s, ids[--n]);
}

/* ---- start and end ------------------------------------------------------- */

static void open_job(struct clerk_job *job)
{
	struct server *s = (struct server *)((char *)job - offsetof(struct server, job));

	s->messages = message_context_new();
	if (s->messages)
		capabilities_make(s);
}

static void opened(struct clerk_job *job)
{
	struct server *s = (struct server *)((char *)job - offsetof(struct server, job));

	if (!s->messages) {
		gh_error("netconf: no memory; there will be no NETCONF");
		return;
	}
	if (s->listener < 0)
		return;
	ev_io_init(&s->acceptable, on_acceptable, s->listener, EV_READ);
	s->acceptable.data = s;
	ev_io_start(s->loop, &s->acceptable);
}

struct server *server_new(const struct server_options *o)
{
	struct server *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->loop = o->loop;
	s->store = o->store;
	s->host = *o->host;
	s->listener = o->listener;
	s->start_ms = wall_ms();
	s->stream = stream_new();
	store_watch(s->store, monitoring_store_event, s);
	s->job = (struct clerk_job){ .run = open_job, .done = opened };
	clerk_submit(store_clerk(s->store), &s->job);
	return s;
}

void server_close(struct server *s)
{
	if (s->listener >= 0 && ev_is_active(&s->acceptable))
		ev_io_stop(s->loop, &s->acceptable);
	while (s->sessions)
		session_end(s->sessions, "other", 0);
}

void server_free(struct server *s)
{
	if (!s)
		return;
	ly_ctx_destroy(s->messages);
	stream_free(s->stream);
	gh_buf_fini(&s->capabilities);
	gh_buf_fini(&s->capabilities_json);
	gh_buf_fini(&s->schemas_json);
	free(s);
}
