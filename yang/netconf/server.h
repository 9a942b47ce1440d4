/*
 * server - the NETCONF server: its listener, its sessions, its events
 *
 *	RFC 6241 with :writable-running :candidate :confirmed-commit :validate
 *	:rollback-on-error :startup :xpath, 6242 framing, 6243 with-defaults,
 *	6022 monitoring, 5277 and 6470 notifications, 8341 access, 8526 NMDA,
 *	8525 yang-library, 7950 actions
 *
 * SSH is OpenSSH's: its subsystem runs gatehouse-netconf, which connects to
 * the listening socket. Who the client is, the kernel says (SO_PEERCRED).
 *
 * Ownership  borrows store, host and listener, which outlive it.
 * Threads    the control thread; what the clerk may call says so.
 */
#ifndef GH_NETCONF_SERVER_H
#define GH_NETCONF_SERVER_H

#include <ev.h>
#include <stdbool.h>

#include "yang/netconf/host.h"
#include "yang/store.h"

#define SERVER_SESSIONS_MAX 64
#define SERVER_USER_SESSIONS_MAX 8      /* of one user; root has no such limit */
#define SERVER_RECEIVING_MAX (64u << 20)        /* bytes of unfinished messages of all sessions */

struct server;
struct session;
struct rpc;
struct stream;

struct server_options {
	struct ev_loop *loop;
	struct store *store;
	const struct netconf_host *host;        /* copied */
	int listener;                           /* a listening Unix socket; -1: server_accept only */
	const char *version;                    /* for the log */
};

struct server *server_new(const struct server_options *options);
/* Ends all sessions; while the store is there. */
void server_close(struct server *server);
/* When no job of ours can be at the clerk any more: the store may have gone. */
void server_free(struct server *server);

/* A client is connected to fd, which is taken. false: refused and closed. */
bool server_accept(struct server *server, int fd, uint32_t uid);

/* Something happened: a notification as RFC 7951 has it, {"gatehouse:leg-change":{...}}. */
void server_event(struct server *server, const char *json);

/* ---- for its sessions ----------------------------------------------------- */

struct ev_loop *server_loop(const struct server *server);
struct store *server_store(const struct server *server);                /* any thread */
const struct netconf_host *server_host(const struct server *server);    /* any thread */
struct stream *server_stream(const struct server *server);
/* The clerk's: the context of messages, and of yang-library's content-id. */
struct ly_ctx *server_messages(const struct server *server);
const char *server_content_id(const struct server *server);
/* The clerk's: the startup configuration as a tree. */
bool server_startup(struct server *server, struct lyd_node **out, struct findings *findings);

void server_greeted(struct server *server, struct session *session);
void server_ended(struct server *server, struct session *session, const char *reason,
		  uint32_t killed_by);
void server_count(struct server *server, const struct rpc *rpc);
/* Is there room for what this session is receiving? */
bool server_room(const struct server *server, const struct session *session);
bool server_kill(struct server *server, uint32_t victim, uint32_t killer);
/* By id, because a session may go while it is served. */
void server_pump(struct server *server, uint32_t session);
bool server_hungry(const struct server *server, uint32_t session);
void server_notify(struct server *server, uint32_t session, const struct gh_buf *notification);
void server_unsubscribed(struct server *server, uint32_t session);
/* JSON of what the server knows of itself; the caller frees it. */
char *server_state(struct server *server);

#endif
