/*
 * Sessions: see session.h.
 *
 * The first line may be the relay's ("from 192.0.2.7"); a client's first byte
 * is that of XML, so it cannot be taken for one. The client's hello goes to
 * the clerk, which also looks the user up, because that may take its time.
 */
#include "yang/netconf/session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "yang/netconf/server.h"

#define READ_MAX 65536
#define OUT_HIGH (256u << 10)           /* more is not read while so much waits */
#define RELAY_LINE_MAX 64

static void advance(struct session *s);

bool session_gone(const struct session *s)
{
	return s->closed;
}

uint32_t session_id(const struct session *s)
{
	return s->id;
}

const struct access_user *session_user(const struct session *s)
{
	return &s->user;
}

const char *session_from(const struct session *s)
{
	return s->from;
}

struct store_user session_store_user(const struct session *s)
{
	return (struct store_user){ .who = &s->user, .uid = s->uid, .session = s->id,
				    .from = s->from };
}

/* ---- the end ------------------------------------------------------------ */

static void destroy(struct session *s)
{
	rpc_clear(&s->rpc);
	if (s->user_known)
		access_user_fini(&s->user);
	gh_buf_fini(&s->in);
	gh_buf_fini(&s->out);
	free(s);
}

void session_end(struct session *s, const char *reason, uint32_t killed_by)
{
	struct ev_loop *loop = server_loop(s->server);

	if (s->closed)
		return;
	s->closed = true;
	ev_io_stop(loop, &s->readable);
	ev_io_stop(loop, &s->writable);
	ev_timer_stop(loop, &s->patience);
	close(s->fd);
	if (s->subscription)
		subscription_end(s->subscription);
	s->subscription = NULL;
	server_ended(s->server, s, reason, killed_by);
	if (!s->busy)
		destroy(s);
}

void session_end_after_reply(struct session *s)
{
	s->ending = true;
}

/* ---- writing ------------------------------------------------------------ */

/* What may be read, and how patient we are, follows from what there is to do. */
static void watch(struct session *s)
{
	struct ev_loop *loop = server_loop(s->server);

	if (!s->busy && !s->ending && gh_buf_length(&s->out) < OUT_HIGH)
		ev_io_start(loop, &s->readable);
	else
		ev_io_stop(loop, &s->readable);
	if (gh_buf_length(&s->out)) {
		ev_io_start(loop, &s->writable);
		if (!ev_is_active(&s->patience)) {
			s->patience.repeat = SESSION_STALLED_S;
			ev_timer_again(loop, &s->patience);
		}
	} else {
		ev_io_stop(loop, &s->writable);
		if (s->greeted)
			ev_timer_stop(loop, &s->patience);
	}
}

/* false: the session is gone. */
static bool flush(struct session *s)
{
	while (gh_buf_length(&s->out)) {
		ssize_t n = send(s->fd, gh_buf_begin(&s->out), gh_buf_length(&s->out),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (n < 0) {
			session_end(s, "dropped", 0);
			return false;
		}
		gh_buf_consume(&s->out, (size_t)n);
		if (s->greeted && ev_is_active(&s->patience))
			ev_timer_again(server_loop(s->server), &s->patience);
	}
	if (s->ending && !s->busy && !gh_buf_length(&s->out)) {
		session_end(s, "closed", 0);
		return false;
	}
	if (!gh_buf_length(&s->out))
		gh_buf_fini(&s->out);   /* a long reply's memory is not kept */
	watch(s);
	return true;
}

void session_send(struct session *s, const void *message, size_t length)
{
	if (s->closed)
		return;
	framing_put(&s->out_framing, message, length, &s->out);
	flush(s);
}

bool session_hungry(const struct session *s)
{
	return !s->closed && s->greeted && gh_buf_length(&s->out) < OUT_HIGH;
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct session *s = w->data;
	struct server *server = s->server;
	uint32_t id = s->id;

	(void)loop, (void)events;
	if (flush(s))
		advance(s);
	server_pump(server, id);
}

/* ---- requests ----------------------------------------------------------- */

static void was_answered(struct rpc *rpc)
{
	struct session *s = rpc->session;
	struct server *server = s->server;
	uint32_t id = s->id;
	struct subscription *subscription = rpc->subscription;

	s->busy = false;
	if (s->closed) {
		if (subscription)
			subscription_end(subscription);
		destroy(s);
		return;
	}
	s->counters.in_rpcs += !rpc->bad;
	s->counters.in_bad_rpcs += rpc->bad;
	s->counters.out_rpc_errors += rpc->errors;
	server_count(server, rpc);
	s->subscription = subscription ? subscription : s->subscription;
	framing_put(&s->out_framing, gh_buf_begin(&rpc->reply), gh_buf_length(&rpc->reply), &s->out);
	rpc_clear(rpc);
	if (flush(s))
		advance(s);
	server_pump(server, id);
}

static void start(struct session *s)
{
	s->busy = true;
	s->rpc.session = s;
	s->rpc.server = s->server;
	s->rpc.done = was_answered;
	watch(s);
	rpc_start(&s->rpc);
}

/* ---- hello: RFC 6241 8.1 ------------------------------------------------ */

struct hello {
	struct clerk_job job;
	struct session *session;
	struct gh_buf message, why;
	struct access_user user;
	bool ok, chunks;
};

static void hello_read(struct hello *h, const struct lyd_node *root)
{
	const struct lyd_node *list = element_child(root, NS_BASE, "capabilities"), *c;
	struct gh_buf word = { 0 };

	if (!element_is(root, NS_BASE, "hello") || !list) {
		gh_buf_printf(&h->why, "the first message is no hello");
		return;
	}
	if (element_child(root, NS_BASE, "session-id")) {
		gh_buf_printf(&h->why, "a client's hello has no session-id");
		return;
	}
	for (c = lyd_child(list); c; c = c->next) {
		const char *text = element_word(c, &word);

		h->chunks |= !strcmp(text, "urn:ietf:params:netconf:base:1.1");
		h->ok |= !strcmp(text, "urn:ietf:params:netconf:base:1.0");
	}
	h->ok |= h->chunks;
	if (!h->ok)
		gh_buf_printf(&h->why, "the client knows neither base:1.0 nor base:1.1");
	gh_buf_fini(&word);
}

static void hello_job(struct clerk_job *job)
{
	struct hello *h = (struct hello *)job;
	struct lyd_node *root = NULL;

	if (!message_parse(server_messages(h->session->server), gh_buf_text(&h->message),
			   gh_buf_length(&h->message), &root, &h->why))
		hello_read(h, root);
	lyd_free_all(root);
	access_user_init(&h->user, h->session->uid);
}

static void hello_done(struct clerk_job *job)
{
	struct hello *h = (struct hello *)job;
	struct session *s = h->session;

	s->busy = false;
	s->user = h->user;
	s->user_known = true;
	if (s->closed) {
		destroy(s);
	} else if (!h->ok) {
		gh_warning("netconf: session %u: %s; it is closed", s->id, gh_buf_text(&h->why));
		session_end(s, "bad-hello", 0);
	} else {
		s->greeted = true;
		s->chunks = h->chunks;
		s->in_framing.chunked = s->out_framing.chunked = h->chunks;
		ev_timer_stop(server_loop(s->server), &s->patience);
		server_greeted(s->server, s);
		advance(s);
	}
	gh_buf_fini(&h->message);
	gh_buf_fini(&h->why);
	free(h);
}

static void hello_start(struct session *s)
{
	struct hello *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	s->busy = true;
	h->job = (struct clerk_job){ .run = hello_job, .done = hello_done };
	h->session = s;
	h->message = s->rpc.message;
	s->rpc.message = (struct gh_buf){ 0 };
	watch(s);
	clerk_submit(store_clerk(server_store(s->server)), &h->job);
}

/* ---- reading ------------------------------------------------------------ */

/* The relay's line, if there is one. false: more is needed. */
static bool take_relay(struct session *s)
{
	const char *line = (const char *)gh_buf_begin(&s->in), *end;
	size_t n = gh_buf_length(&s->in);
	unsigned char address[16];

	if (s->relay_told || !n)
		return true;
	if (*line != 'f') {
		s->relay_told = true;
		return true;
	}
	end = memchr(line, '\n', n < RELAY_LINE_MAX ? n : RELAY_LINE_MAX);
	if (!end && n < RELAY_LINE_MAX)
		return false;
	s->relay_told = true;
	if (end && !strncmp(line, "from ", 5)) {
		char text[INET6_ADDRSTRLEN];

		snprintf(text, sizeof(text), "%.*s", (int)(end - line - 5), line + 5);
		if (inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, address) == 1)
			snprintf(s->from, sizeof(s->from), "netconf %s", text);
		gh_buf_consume(&s->in, (size_t)(end - line) + 1);
	}
	return true;
}

static void broken(struct session *s, int rc)
{
	if (rc == -EMSGSIZE)
		gh_warning("netconf: session %u (%s): a message of more than %u MiB, it is closed", s->id,
			   s->from, SESSION_MESSAGE_MAX >> 20);
	else
		gh_warning("netconf: session %u (%s): broken framing, it is closed", s->id, s->from);
	session_end(s, s->greeted ? "other" : "bad-hello", 0);
}

/* Hands on what is whole, as far as there is nothing to wait for. */
static void advance(struct session *s)
{
	while (!s->busy && !s->ending && gh_buf_length(&s->out) < OUT_HIGH &&
	       gh_buf_length(&s->in) && take_relay(s)) {
		size_t used = gh_buf_length(&s->in);
		int rc = framing_take(&s->in_framing, gh_buf_begin(&s->in), used, &used,
				      &s->rpc.message);

		if (rc < 0) {
			broken(s, rc);
			return;
		}
		gh_buf_consume(&s->in, used);
		if (!rc && !server_room(s->server, s)) {
			gh_warning("netconf: session %u (%s): too much is being received at once, it is closed",
				   s->id, s->from);
			session_end(s, "other", 0);
			return;
		}
		if (rc && !s->greeted)
			hello_start(s);
		else if (rc)
			start(s);
		/* It may all have happened at once (without a thread), and ended us. */
		if (rc)
			return;
	}
	flush(s);
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct session *s = w->data;
	uint8_t *room = gh_buf_reserve(&s->in, READ_MAX);
	ssize_t n = recv(s->fd, room, READ_MAX, MSG_DONTWAIT);

	(void)loop, (void)events;
	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (!n && gh_buf_length(&s->out)) {     /* it may still read what it asked for */
		s->ending = true;
		flush(s);
		return;
	}
	if (n <= 0) {
		session_end(s, "dropped", 0);
		return;
	}
	gh_buf_commit(&s->in, (size_t)n);
	advance(s);
}

static void on_impatient(struct ev_loop *loop, ev_timer *w, int events)
{
	struct session *s = w->data;

	(void)loop, (void)events;
	if (!s->greeted) {
		gh_warning("netconf: session %u: no hello within %.0f s, it is closed", s->id,
			   SESSION_HELLO_S);
		session_end(s, "timeout", 0);
	} else {
		gh_warning("netconf: session %u (%s): takes nothing for %.0f s, it is closed", s->id,
			   s->from, SESSION_STALLED_S);
		session_end(s, "timeout", 0);
	}
}

struct session *session_new(struct server *server, int fd, uint32_t uid, uint32_t id)
{
	struct session *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->server = server;
	s->fd = fd;
	s->uid = uid;
	s->id = id;
	s->login_s = (uint64_t)time(NULL);
	snprintf(s->from, sizeof(s->from), "netconf");
	framing_init(&s->in_framing, SESSION_MESSAGE_MAX);
	framing_init(&s->out_framing, SESSION_MESSAGE_MAX);
	ev_io_init(&s->readable, on_readable, fd, EV_READ);
	ev_io_init(&s->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&s->patience, on_impatient, SESSION_HELLO_S, 0.0);
	s->readable.data = s->writable.data = s->patience.data = s;
	ev_timer_start(server_loop(server), &s->patience);
	return s;
}
