/*
 * The guests' links on libev: see guests.h.
 *
 * A connection becomes a guest only by its HELLO; until then it is a caller,
 * and callers are few and short-lived, so that idle connections cannot pile
 * up. Users who can be no guest are turned away at the door: anyone can reach
 * the socket, and could keep all seats taken.
 */
#include "gatehoused/guests.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "gh-config.h"

#define CALLERS_MAX 16
#define GREETING_S 5.0
/* A guest that reads nothing is cut off before it can fill our memory. */
#define PENDING_MAX (256u << 20)

struct guest {
	struct guests *all;
	struct gh_link link;
	ev_io readable, writable;
	ev_timer patience;              /* until HELLO */
	uid_t uid;
	bool used;
};

struct guests {
	struct ev_loop *loop;
	struct guests_host host;
	int listener;
	ev_io accepting;
	ev_prepare flushing;            /* once per turn: batch what the turn queued */
	uid_t bgpd_uid;
	struct guest callers[CALLERS_MAX];
	struct guest *by_role[GH_ROLES];
};

static const char *role_name(uint32_t role)
{
	return role == GH_ROLE_BGPD ? "bgpd" : role == GH_ROLE_CHARON ? "charon"
	     : role == GH_ROLE_EXPORTER ? "exporter" : "unknown";
}

static void guest_close(struct guest *g)
{
	struct guests *all = g->all;
	uint32_t role = g->link.greeted ? g->link.peer.role : 0;
	bool seated = role < GH_ROLES && all->by_role[role] == g;

	ev_io_stop(all->loop, &g->readable);
	ev_io_stop(all->loop, &g->writable);
	ev_timer_stop(all->loop, &g->patience);
	gh_link_fini(&g->link);
	g->used = false;
	if (seated) {
		all->by_role[role] = NULL;
		/* An exporter comes and goes at each scrape. */
		if (role != GH_ROLE_EXPORTER)
			gh_warning("guest %s: left; what it said stays in force for now",
				   role_name(role));
		all->host.left(all->host.context, role);
	}
}

static bool may_be(const struct guests *all, uid_t uid, uint32_t role)
{
	if (role != GH_ROLE_BGPD && role != GH_ROLE_CHARON && role != GH_ROLE_EXPORTER)
		return false;
	return uid == 0 || uid == geteuid() || (role == GH_ROLE_BGPD && uid == all->bgpd_uid);
}

static bool seat(struct guest *g)
{
	uint32_t role = g->link.peer.role;
	struct guest *before;

	if (!may_be(g->all, g->uid, role)) {
		gh_warning("guest: user %u may not speak as %s, refused", (unsigned)g->uid,
			   role_name(role));
		return false;
	}
	before = g->all->by_role[role];
	if (before)
		guest_close(before);
	ev_timer_stop(g->all->loop, &g->patience);
	g->all->by_role[role] = g;
	if (role != GH_ROLE_EXPORTER)
		gh_info("guest %s: here, %s, pid %u", role_name(role), g->link.peer.software,
			g->link.peer.pid);
	g->all->host.joined(g->all->host.context, role);
	return true;
}

/* Hands out what is whole; false when the guest must go. */
static bool drain(struct guest *g)
{
	struct gh_fact fact;
	int rc;

	while ((rc = gh_link_next(&g->link, &fact)) == 1) {
		if (fact.type == GH_HELLO) {
			if (!seat(g))
				return false;
		} else {
			g->all->host.fact(g->all->host.context, g->link.peer.role, &fact);
		}
		if (!g->used)
			return true;
	}
	if (rc < 0)
		gh_warning("guest %s: %s; its connection is closed",
			   g->link.greeted ? role_name(g->link.peer.role) : "unknown", g->link.why);
	return rc >= 0;
}

static void on_readable(struct ev_loop *loop, ev_io *w, int events)
{
	struct guest *g = w->data;
	int rc = gh_link_receive(&g->link);

	(void)loop, (void)events;
	if (!drain(g) || (rc < 0 && g->used))
		guest_close(g);
}

static bool flush(struct guest *g)
{
	if (gh_link_flush(&g->link) < 0)
		return false;
	if (gh_link_pending(&g->link) > PENDING_MAX) {
		gh_error("guest %s: does not read; its connection is closed",
			 role_name(g->link.peer.role));
		return false;
	}
	if (gh_link_pending(&g->link))
		ev_io_start(g->all->loop, &g->writable);
	else
		ev_io_stop(g->all->loop, &g->writable);
	return true;
}

static void on_writable(struct ev_loop *loop, ev_io *w, int events)
{
	struct guest *g = w->data;

	(void)loop, (void)events;
	if (!flush(g))
		guest_close(g);
}

static void on_flush(struct ev_loop *loop, ev_prepare *w, int events)
{
	struct guests *all = w->data;

	(void)loop, (void)events;
	for (unsigned i = 0; i < CALLERS_MAX; i++) {
		struct guest *g = &all->callers[i];

		if (g->used && gh_link_pending(&g->link) && !ev_is_active(&g->writable) && !flush(g))
			guest_close(g);
	}
}

static void on_impatient(struct ev_loop *loop, ev_timer *w, int events)
{
	(void)loop, (void)events;
	gh_warning("guest: no HELLO within %.0f s, its connection is closed", GREETING_S);
	guest_close(w->data);
}

static void on_accept(struct ev_loop *loop, ev_io *w, int events)
{
	struct guests *all = w->data;
	int fd = accept4(all->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	struct ucred who;
	socklen_t length = sizeof(who);
	struct guest *g = NULL;

	(void)events;
	if (fd < 0)
		return;
	/* A stranger takes no seat, and is not worth a line of the log. */
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &length) < 0 ||
	    !may_be(all, who.uid, GH_ROLE_BGPD)) {
		close(fd);
		return;
	}
	for (unsigned i = 0; i < CALLERS_MAX && !g; i++) {
		if (!all->callers[i].used)
			g = &all->callers[i];
	}
	if (!g) {
		gh_warning("guest: too many connections, one is refused");
		close(fd);
		return;
	}
	*g = (struct guest){ .all = all, .uid = who.uid, .used = true };
	gh_link_init(&g->link, fd, GH_ROLE_GATEHOUSED, "gatehouse " PACKAGE_VERSION);
	ev_io_init(&g->readable, on_readable, fd, EV_READ);
	ev_io_init(&g->writable, on_writable, fd, EV_WRITE);
	ev_timer_init(&g->patience, on_impatient, GREETING_S, 0.0);
	g->readable.data = g->writable.data = g->patience.data = g;
	ev_io_start(loop, &g->readable);
	ev_timer_start(loop, &g->patience);
}

struct guests *guests_new(struct ev_loop *loop, const char *path, const struct guests_host *host)
{
	struct guests *all = calloc(1, sizeof(*all));

	if (!all)
		return NULL;
	all->loop = loop;
	all->host = *host;
	all->bgpd_uid = (uid_t)-1;
	all->listener = gh_link_listen(path, 0666);
	if (all->listener < 0) {
		errno = -all->listener;
		free(all);
		return NULL;
	}
	ev_io_init(&all->accepting, on_accept, all->listener, EV_READ);
	all->accepting.data = all;
	ev_io_start(loop, &all->accepting);
	ev_prepare_init(&all->flushing, on_flush);
	all->flushing.data = all;
	ev_prepare_start(loop, &all->flushing);
	return all;
}

void guests_free(struct guests *all)
{
	if (!all)
		return;
	for (unsigned i = 0; i < CALLERS_MAX; i++) {
		/* We leave, not they: nobody is told. */
		all->by_role[GH_ROLE_BGPD] = all->by_role[GH_ROLE_CHARON] = NULL;
		if (all->callers[i].used)
			guest_close(&all->callers[i]);
	}
	ev_io_stop(all->loop, &all->accepting);
	ev_prepare_stop(all->loop, &all->flushing);
	close(all->listener);
	free(all);
}

void guests_allow_bgpd(struct guests *all, uid_t uid)
{
	all->bgpd_uid = uid;
}

bool guests_here(const struct guests *all, enum gh_role role)
{
	return all->by_role[role] != NULL;
}

const struct gh_hello *guests_hello(const struct guests *all, enum gh_role role)
{
	return all->by_role[role] ? &all->by_role[role]->link.peer : NULL;
}

size_t guests_pending(const struct guests *all, enum gh_role role)
{
	return all->by_role[role] ? gh_link_pending(&all->by_role[role]->link) : 0;
}

void guests_send(struct guests *all, enum gh_role role, const struct gh_fact *fact)
{
	if (all->by_role[role])
		gh_link_send(&all->by_role[role]->link, fact);
}
