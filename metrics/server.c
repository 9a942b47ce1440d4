/*
 * HTTP by libmicrohttpd: see server.h.
 *
 * One thread of the library's own serves all connections, so a question to
 * gatehoused blocks the others: that is the limit on how often it is asked.
 */
#include "metrics/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/addr.h"
#include "metrics/asker.h"
#include "metrics/exposition.h"

#define MEMORY_PER_CONNECTION 8192      /* of a request's head */

struct server {
	struct MHD_Daemon *daemon;
	char *socket_path;
	unsigned timeout_ms;
};

int server_address(const char *text, struct sockaddr_storage *out, struct gh_buf *why)
{
	const char *colon = strrchr(text, ':');
	char host[GH_ADDR_TEXT + 2], end;
	struct gh_endpoint e;
	unsigned port;
	size_t n = colon ? (size_t)(colon - text) : 0;

	if (!n || n >= sizeof(host) || sscanf(colon + 1, "%5u%c", &port, &end) != 1 || port > 65535)
		goto refuse;
	if (text[0] == '[' && text[n - 1] == ']')
		snprintf(host, sizeof(host), "%.*s", (int)n - 2, text + 1);
	else
		snprintf(host, sizeof(host), "%.*s", (int)n, text);
	if (gh_addr_parse(host, &e.addr) < 0)
		goto refuse;
	/* 127.0.0.0/8, ::1: what it serves is for this host, which may pass it on with TLS. */
	if (e.addr.family == AF_INET ? e.addr.b[0] != 127
	    : memcmp(e.addr.b, &in6addr_loopback, sizeof(in6addr_loopback)) != 0)
		goto refuse;
	e.port = (uint16_t)port;
	gh_endpoint_to_sockaddr(&e, out);
	return 0;

refuse:
	gh_buf_printf(why, "%s: expected a loopback address and a port, such as 127.0.0.1:9474 or"
		      " [::1]:9474", text);
	return -EINVAL;
}

static enum MHD_Result answer(struct MHD_Connection *c, unsigned status, const char *type,
			      struct gh_buf *body)
{
	struct MHD_Response *r = MHD_create_response_from_buffer(gh_buf_length(body),
		(void *)gh_buf_text(body), MHD_RESPMEM_MUST_COPY);
	enum MHD_Result result = MHD_NO;

	gh_buf_fini(body);
	if (!r)
		return MHD_NO;
	if (MHD_add_response_header(r, MHD_HTTP_HEADER_CONTENT_TYPE, type) == MHD_YES &&
	    (status != MHD_HTTP_METHOD_NOT_ALLOWED ||
	     MHD_add_response_header(r, MHD_HTTP_HEADER_ALLOW, "GET") == MHD_YES))
		result = MHD_queue_response(c, status, r);
	MHD_destroy_response(r);
	return result;
}

static enum MHD_Result say(struct MHD_Connection *c, unsigned status, const char *words)
{
	struct gh_buf body = { 0 };

	gh_buf_printf(&body, "%s\n", words);
	return answer(c, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result scrape(struct server *s, struct MHD_Connection *c)
{
	struct gh_buf state = { 0 }, body = { 0 }, why = { 0 };
	enum MHD_Result result;
	int rc = asker_ask(s->socket_path, "state json", s->timeout_ms, EXPOSITION_STATE_MAX, &state,
			   &why);

	if (!rc)
		rc = exposition_print((const char *)gh_buf_begin(&state), gh_buf_length(&state), &body);
	if (rc == -EBADMSG && !gh_buf_length(&why))
		gh_buf_printf(&why, "gatehoused answered with something that is not its state");
	if (rc)
		result = say(c, MHD_HTTP_SERVICE_UNAVAILABLE, gh_buf_text(&why));
	else
		result = answer(c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", &body);
	gh_buf_fini(&state);
	gh_buf_fini(&body);
	gh_buf_fini(&why);
	return result;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
				  const char *method, const char *version, const char *upload,
				  size_t *upload_size, void **request)
{
	static int seen;

	(void)version, (void)upload;
	/* Called for the head, then for each piece of a body: the body is not read. */
	if (!*request) {
		*request = &seen;
		return MHD_YES;
	}
	if (*upload_size)
		return MHD_NO;
	if (strcmp(url, "/metrics"))
		return say(c, MHD_HTTP_NOT_FOUND, "there is /metrics, and nothing else");
	if (strcmp(method, MHD_HTTP_METHOD_GET))
		return say(c, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET");
	return scrape(context, c);
}

struct server *server_start(const struct server_config *config, struct gh_buf *why)
{
	struct server *s = calloc(1, sizeof(*s));
	unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD;

	if (!s || !(s->socket_path = strdup(config->socket_path)))
		abort();
	s->timeout_ms = config->timeout_ms;
	if (config->listen.ss_family == AF_INET6)
		flags |= MHD_USE_IPv6;
	s->daemon = MHD_start_daemon(flags, 0, NULL, NULL, on_request, s,
				     MHD_OPTION_SOCK_ADDR, (const struct sockaddr *)&config->listen,
				     MHD_OPTION_CONNECTION_LIMIT, SERVER_CONNECTIONS_MAX,
				     MHD_OPTION_CONNECTION_TIMEOUT, SERVER_IDLE_S,
				     MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)MEMORY_PER_CONNECTION,
				     MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
	if (!s->daemon) {
		gh_buf_printf(why, "cannot listen: %s", strerror(errno));
		server_stop(s);
		return NULL;
	}
	return s;
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	if (s->daemon)
		MHD_stop_daemon(s->daemon);
	free(s->socket_path);
	free(s);
}

uint16_t server_port(const struct server *s)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info ? info->port : 0;
}
