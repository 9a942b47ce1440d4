/*
 * server - /metrics over HTTP, on a loopback address
 *
 * GET /metrics alone. One scrape at a time: Prometheus asks every few seconds,
 * and what asks more waits. When gatehoused is away the answer is 503, with
 * the reason for a body.
 *
 * Ownership  the server owns its thread (of libmicrohttpd).
 * Threads    start and stop: one thread.
 * Errors     NULL with words in why.
 */
#ifndef METRICS_SERVER_H
#define METRICS_SERVER_H

#include <netinet/in.h>
#include <stdint.h>

#include "base/buf.h"

#define SERVER_CONNECTIONS_MAX 16
#define SERVER_IDLE_S 10

struct server;

struct server_config {
	struct sockaddr_storage listen;         /* a loopback address */
	const char *socket_path;                /* of gatehoused */
	unsigned timeout_ms;                    /* for its answer */
};

/* Copies the configuration. */
struct server *server_start(const struct server_config *config, struct gh_buf *why);
void server_stop(struct server *s);
/* The port that it listens on, of use when it was asked for port 0. */
uint16_t server_port(const struct server *s);

/* "127.0.0.1:9474", "[::1]:9474"; -EINVAL with words for anything else. */
int server_address(const char *text, struct sockaddr_storage *out, struct gh_buf *why);

#endif
