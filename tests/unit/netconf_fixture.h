/* What the tests of yang/netconf/ share: a store, a server, and clients on socket pairs. */
#ifndef GH_TESTS_NETCONF_FIXTURE_H
#define GH_TESTS_NETCONF_FIXTURE_H

#include <ev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "yang/netconf/framing.h"
#include "yang/netconf/message.h"
#include "yang/netconf/server.h"

#define GH "urn:x-gatehouse:yang:gatehouse"
#define HELLO_11 "<hello xmlns=\"" NS_BASE "\"><capabilities>" \
	"<capability>urn:ietf:params:netconf:base:1.1</capability></capabilities></hello>"

struct netconf_fixture {
	char dir[64];
	struct ev_loop *loop;
	struct store *store;
	struct server *server;
	const char *state_json;         /* what the host answers */
	const char *output_json;
	bool threaded;                  /* the clerk has its thread, as in the daemon */
	char words[128];                /* what it was asked to do */
};

struct client {
	struct netconf_fixture *f;
	int fd;
	struct framing in, out;
	struct gh_buf received, message;
};

static inline void fixture_state(void *context, struct netconf_ask *ask)
{
	struct netconf_fixture *f = context;

	snprintf(f->words, sizeof(f->words), "%s", ask->what);
	gh_buf_printf(&ask->json, "%s", f->state_json ? f->state_json : "");
	ask->done(ask);
}

static inline void fixture_operate(void *context, struct netconf_ask *ask)
{
	struct netconf_fixture *f = context;

	snprintf(f->words, sizeof(f->words), "%s", ask->what);
	gh_buf_printf(&ask->json, "%s", f->output_json ? f->output_json : "");
	ask->done(ask);
}

static inline void netconf_fixture_init(struct netconf_fixture *f, bool threaded)
{
	struct gh_buf message = { 0 };
	struct store_options options = { 0 };
	struct netconf_host host = { .context = f, .state = fixture_state,
				     .operate = fixture_operate };
	static char startup[96];

	memset(f, 0, sizeof(*f));
	f->threaded = threaded;
	f->loop = ev_loop_new(0);
	options.loop = threaded ? f->loop : NULL;
	snprintf(f->dir, sizeof(f->dir), "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(startup, sizeof(startup), "%s/frr.conf", f->dir);
	options.state_dir = options.run_dir = f->dir;
	options.startup = startup;
	if (store_new(&options, &f->store, &message))
		fail_msg("%s", gh_buf_text(&message));
	gh_buf_fini(&message);
	f->server = server_new(&(struct server_options){ .loop = f->loop, .store = f->store,
							 .host = &host, .listener = -1 });
	assert_non_null(f->server);
	/* What it makes once must be there. */
	for (unsigned i = 0; threaded && i < 200; i++) {
		usleep(1000);
		ev_run(f->loop, EVRUN_NOWAIT);
	}
}

static inline void netconf_fixture_fini(struct netconf_fixture *f)
{
	char command[128];

	server_close(f->server);
	store_free(f->store);
	server_free(f->server);
	ev_loop_destroy(f->loop);
	snprintf(command, sizeof(command), "rm -rf %s", f->dir);
	assert_int_equal(system(command), 0);
}

static inline void client_send(struct client *c, const char *text)
{
	struct gh_buf out = { 0 };

	framing_put(&c->out, text, strlen(text), &out);
	assert_int_equal(send(c->fd, gh_buf_begin(&out), gh_buf_length(&out), MSG_NOSIGNAL),
			 gh_buf_length(&out));
	gh_buf_fini(&out);
}

/* The next message, or NULL when the server has closed. */
static inline const char *client_receive(struct client *c)
{
	gh_buf_fini(&c->message);
	for (unsigned idle = 0; idle < 50000; idle++) {
		size_t used = gh_buf_length(&c->received);
		uint8_t bytes[4096];
		ssize_t n;

		if (used) {
			int rc = framing_take(&c->in, gh_buf_begin(&c->received), used, &used,
					      &c->message);

			assert_true(rc >= 0);
			gh_buf_consume(&c->received, used);
			if (rc)
				return gh_buf_text(&c->message);
		}
		ev_run(c->f->loop, EVRUN_NOWAIT);
		if (c->f->threaded)
			usleep(100);
		n = recv(c->fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (!n)
			return NULL;
		if (n > 0)
			gh_buf_append(&c->received, bytes, (size_t)n);
	}
	fail_msg("no message came");
	return NULL;
}

/* As this process's user, who must be root or is the user of the test. */
static inline void client_connect(struct client *c, struct netconf_fixture *f, uint32_t uid)
{
	int pair[2];

	memset(c, 0, sizeof(*c));
	c->f = f;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair), 0);
	c->fd = pair[0];
	framing_init(&c->in, 64u << 20);
	framing_init(&c->out, 64u << 20);
	assert_true(server_accept(f->server, pair[1], uid));
}

static inline void client_open(struct client *c, struct netconf_fixture *f)
{
	client_connect(c, f, 0);
	assert_non_null(strstr(client_receive(c), "<session-id>"));
	client_send(c, HELLO_11);
	c->in.chunked = c->out.chunked = true;
}

static inline void client_close(struct client *c)
{
	close(c->fd);
	gh_buf_fini(&c->received);
	gh_buf_fini(&c->message);
	for (unsigned i = 0; i < 10; i++) {
		ev_run(c->f->loop, EVRUN_NOWAIT);
		if (c->f->threaded)
			usleep(1000);
	}
}

/* One rpc of the given operation; its reply. */
static inline const char *client_rpc(struct client *c, const char *operation)
{
	struct gh_buf rpc = { 0 };
	const char *reply;

	gh_buf_printf(&rpc, "<rpc xmlns=\"%s\" message-id=\"7\">%s</rpc>", NS_BASE, operation);
	client_send(c, gh_buf_text(&rpc));
	gh_buf_fini(&rpc);
	reply = client_receive(c);
	assert_non_null(reply);
	assert_non_null(strstr(reply, "message-id=\"7\""));
	return reply;
}

static inline void assert_has(const char *text, const char *part)
{
	if (!text || !strstr(text, part))
		fail_msg("no %s in %s", part, text ? text : "nothing");
}

static inline void assert_has_not(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("%s in %s", part, text);
}

#endif
