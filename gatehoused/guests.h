/*
 * guests - who is connected: the bgpd module, the charon plugin, the exporter
 *
 * One listening socket; HELLO says who it is, the kernel says whether that
 * user may be that guest. A newer guest of a role replaces the older one,
 * because a host that was killed may leave its old socket half alive.
 *
 * Ownership  guests own their links; a fact handed to the host is borrowed.
 * Threads    the control thread (libev).
 * Errors     a guest that sends garbage is logged, closed and free to come
 *            again; nothing that it said before is undone.
 */
#ifndef GATEHOUSED_GUESTS_H
#define GATEHOUSED_GUESTS_H

#include <ev.h>
#include <sys/types.h>

#include "base/link.h"

struct guests;

/* An exporter has nothing to state: it only asks. */
struct guests_host {
	void *context;
	/* A guest said HELLO: state everything to it, ending with END when ready. */
	void (*joined)(void *context, enum gh_role role);
	void (*left)(void *context, enum gh_role role);
	void (*fact)(void *context, enum gh_role role, const struct gh_fact *fact);
};

/* Listens on path. NULL with errno set on failure. */
struct guests *guests_new(struct ev_loop *loop, const char *path, const struct guests_host *host);
void guests_free(struct guests *g);

/* Who may come: root and ourselves always, and this user as bgpd. */
void guests_allow_bgpd(struct guests *g, uid_t uid);

bool guests_here(const struct guests *g, enum gh_role role);
/* The guest's HELLO, or NULL when it is away. */
const struct gh_hello *guests_hello(const struct guests *g, enum gh_role role);

/* Queues a fact, sent when the loop comes round. Silently nothing when the guest is away. */
void guests_send(struct guests *g, enum gh_role role, const struct gh_fact *fact);

/* Bytes that wait for the guest to read them: who sends much looks at this. */
size_t guests_pending(const struct guests *g, enum gh_role role);

#endif
