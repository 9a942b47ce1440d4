/*
 * session - one client: its socket, its hello, one request after the other
 *
 * What is read and not yet understood is bounded, what is written and not yet
 * taken too: while replies wait, and while a request is worked on, nothing is
 * read. A client that takes nothing for SESSION_STALLED_S is closed. Half a
 * message costs its bytes and nothing else.
 *
 * Ownership  the server owns its sessions; one that ended lives on until the
 *            clerk has given its request back.
 * Threads    the control thread. The clerk reads user, from and id, which do
 *            not change once the first request is there.
 */
#ifndef GH_NETCONF_SESSION_H
#define GH_NETCONF_SESSION_H

#include <ev.h>
#include <stdbool.h>
#include <stdint.h>

#include "yang/netconf/framing.h"
#include "yang/netconf/rpc.h"

#define SESSION_MESSAGE_MAX (16u << 20)
#define SESSION_HELLO_S 30.0
#define SESSION_STALLED_S 60.0
#define SESSION_FROM_MAX 64

struct server;

struct session_counters {               /* RFC 6022 2.1.5 */
	uint32_t in_rpcs, in_bad_rpcs, out_rpc_errors, out_notifications;
};

struct session {
	struct server *server;
	struct session *next, *prev;
	uint32_t id, uid;
	int fd;
	ev_io readable, writable;
	ev_timer patience;              /* for hello; then for a client that takes nothing */
	struct framing in_framing, out_framing;
	struct gh_buf in;               /* read, not yet framed */
	struct gh_buf out;
	char from[SESSION_FROM_MAX];    /* "netconf 192.0.2.7" */
	struct access_user user;
	uint64_t login_s;
	bool relay_told, user_known, greeted, chunks, busy, ending, closed;
	struct rpc rpc;
	struct session_counters counters;
	struct subscription *subscription;
};

/* Takes fd. NULL: memory. */
struct session *session_new(struct server *server, int fd, uint32_t uid, uint32_t id);
/* Closes it and tells everyone; freed as soon as its request is back. */
void session_end(struct session *s, const char *reason, uint32_t killed_by);
void session_end_after_reply(struct session *s);
/* Frames and sends a message of ours, such as a notification. */
void session_send(struct session *s, const void *message, size_t length);
/* Has it taken so much that more can be sent to it? */
bool session_hungry(const struct session *s);

/* Has it ended, and lives on only for its request? */
bool session_gone(const struct session *s);
uint32_t session_id(const struct session *s);
const struct access_user *session_user(const struct session *s);
const char *session_from(const struct session *s);
struct store_user session_store_user(const struct session *s);

#endif
