/*
 * The link to charon: see ike.h.
 *
 * charon's list of SAs is the truth. Events are applied as they come, for
 * speed; whatever they leave open is settled by listing again: soon after an
 * event that takes something down, often while a connection is down, and now
 * and then. So a lost or misread event costs seconds and never a wrong state.
 * Only after a list is anything initiated: what a peer set up is not doubled.
 *
 * charon itself is told to start, restart and retry nothing: with two that
 * try, tunnels double.
 */
#include "ipsec/ike_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "ipsec/ike_message.h"

#define TICK_S 1.0
#define SOON_S 0.1              /* events of one burst share a list; */
#define SOON_EACH_S 0.001       /* and the more a list has, the fewer lists */
#define LIST_DOWN_MS 2000       /* between lists while a connection is down */
#define LIST_EACH_MS 5          /* and for each connection */
#define LIST_UP_MS 15000
#define PAUSE_FIRST_MS 2000     /* between attempts; doubles */
#define PAUSE_MOST_MS 30000
#define TURN_MOST 50            /* connections loaded or initiated in one turn of the loop */
#define TURN_S 0.002            /* until the next turn of it */
#define SETTLE_MS 3000          /* an IKE SA this young may be about to get its child */

/* ---- requests ---- */

static void wake_writer(struct ike *k)
{
	ev_io_stop(k->loop, &k->io);
	ev_io_set(&k->io, vici_fd(k->vici), EV_READ | (vici_pending(k->vici) ? EV_WRITE : 0));
	ev_io_start(k->loop, &k->io);
}

void ike_request(struct ike *k, const char *command, struct gh_buf *message,
		 vici_answer *answer, void *user)
{
	vici_request(k->vici, command, message, answer, user);
	gh_buf_fini(message);
	wake_writer(k);
}

void ike_ask(struct ike *k, const char *command, struct gh_buf *message,
		    vici_answer *answer, uint32_t leg)
{
	struct ike_asked *a = NULL;

	if (answer) {
		a = malloc(sizeof(*a));
		if (!a)
			abort();
		*a = (struct ike_asked){ k, leg };
	}
	ike_request(k, command, message, answer, a);
}

void ike_list_soon(struct ike *k)
{
	if (!ev_is_active(&k->soon)) {
		ev_timer_set(&k->soon, SOON_S + k->conn_count * SOON_EACH_S, 0.0);
		ev_timer_start(k->loop, &k->soon);
	}
}

/* Sends the DELETE once and forgets the SAs: a dead peer must not keep them. */
void ike_terminate(struct ike *k, const char *name)
{
	struct gh_buf b = { 0 };
	char text[IKE_NAME_TEXT];

	vici_put(&b, "ike", "%s", ike_name(name, text));
	vici_put(&b, "force", "yes");
	vici_put(&b, "timeout", "-1");
	ike_ask(k, "terminate", &b, NULL, 0);
}

void ike_close(struct ike *k, uint32_t id)
{
	struct gh_buf b = { 0 };

	vici_put(&b, "ike-id", "%u", id);
	vici_put(&b, "timeout", "-1");
	ike_ask(k, "terminate", &b, NULL, 0);
}

/* The old SAs have been replaced, or are gone: from now on charon cleans up at the peer. */
static void end_resume(struct ike *k, struct ike_conn *c)
{
	c->resume_until = (struct gh_time){ 0 };
	ike_load(k, c);
}

/* Each child SA that is missing; of new SAs beside old ones, all. */
static void initiate_children(struct ike *k, const struct ike_conn *c)
{
	char name[IKE_NAME_TEXT], child[IKE_CHILD_TEXT];
	unsigned count = c->want.pair_count ? c->want.pair_count : 1;

	for (unsigned i = 0; i < count; i++) {
		struct gh_buf b = { 0 };

		if (c->status.pairs >> i & 1 && !ike_renew_waits(c))
			continue;
		vici_put(&b, "ike", "%s", ike_name(c->want.name, name));
		vici_put(&b, "child", "%s", ike_child_name(&c->want, i, child));
		vici_put(&b, "timeout", "-1");
		ike_ask(k, "initiate", &b, NULL, 0);
	}
}

static void initiate(struct ike *k, struct ike_conn *c)
{
	struct ike_status s = c->status;

	if (c->resume_until.ns && gh_now().ns >= c->resume_until.ns) {
		end_resume(k, c);
		return;
	}
	initiate_children(k, c);
	c->pause_ms = c->pause_ms ? c->pause_ms * 2 : PAUSE_FIRST_MS;
	if (c->pause_ms > PAUSE_MOST_MS)
		c->pause_ms = PAUSE_MOST_MS;
	c->next_try = gh_time_add_ms(gh_now(), c->pause_ms);
	c->status.attempts++;
	if (s.state != IKE_ESTABLISHED)
		s.state = IKE_CONNECTING;
	ike_set_status(k, c, &s);
}

/* What is left over from this turn. */
static void go_on(struct ike *k)
{
	if (ev_is_active(&k->more))
		return;
	ev_timer_set(&k->more, TURN_S, 0.0);
	ev_timer_start(k->loop, &k->more);
}

/* Is it down, or a part of it, and not about to come up? */
static bool is_missing(const struct ike_conn *c, struct gh_time now)
{
	bool young = c->status.state == IKE_ESTABLISHED &&
		     gh_time_ms_between(c->status.established, now) < SETTLE_MS;

	if (ike_renew_waits(c))
		return !c->connecting;
	if (ike_is_whole(c) || young || c->status.state == IKE_CONNECTING)
		return false;
	return c->status.child.state != IKE_CHILD_INSTALLING;
}

void ike_initiate_missing(struct ike *k)
{
	struct gh_time now = gh_now();
	unsigned left = TURN_MOST;

	for (struct ike_conn *c = k->conns; c; c = c->next) {
		if (c->want.mode == IKE_MODE_RESPONDER || !c->loaded || !c->listed ||
		    c->touched || now.ns < c->next_try.ns || !is_missing(c, now))
			continue;
		if (!left--) {
			go_on(k);
			return;
		}
		initiate(k, c);
	}
}

static void load_due(struct ike *k)
{
	unsigned left = TURN_MOST;

	for (struct ike_conn *c = k->conns; c; c = c->next) {
		if (!c->due)
			continue;
		if (!left--) {
			go_on(k);
			return;
		}
		ike_load(k, c);
	}
}

void ike_load_soon(struct ike *k)
{
	go_on(k);
}

static void on_more(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike *k = w->data;

	(void)loop;
	(void)events;
	load_due(k);
	if (!ev_is_active(&k->more))
		ike_initiate_missing(k);
}

/* ---- lists ---- */

/*
 * An SA from an earlier life of ours that carries the wrong number, or is with
 * somebody else. Addresses change under it (MOBIKE, a NAT): what tells is the
 * identity, where that is an address.
 */
static bool is_foreign(const struct ike_conn *c)
{
	char text[GH_ADDR_TEXT];

	if (c->listing.child.state == IKE_CHILD_INSTALLED && c->found_leg != c->want.leg)
		return true;
	return c->listing.state == IKE_ESTABLISHED && !c->want.remote_id[0] &&
	       !c->want.remote_host[0] && !c->want.certificates &&
	       strcmp(c->listing.remote_id, gh_addr_print(&c->want.remote, text)) != 0;
}

/* What the list had of it becomes what is so. */
static void take_listing(struct ike *k, struct ike_conn *c)
{
	if (c->found && !c->listed && is_foreign(c))
		ike_terminate(k, c->want.name);
	c->listed = true;
	c->sas = c->found_sas;
	c->connecting = c->found_connecting;
	ike_renew_listed(k, c);
	if (c->found)
		ike_set_status(k, c, &c->listing);
	else
		ike_set_down(k, c, IKE_DOWN);
}

static void on_listed(void *user, const struct vici_message *m)
{
	struct ike_asked a = *(struct ike_asked *)user;
	struct ike *k = a.k;
	bool again = false;

	free(user);
	k->listing = false;
	if (!m)
		return;
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		again |= c->touched;
		if (!c->touched && c->loaded)
			take_listing(k, c);
	}
	if (again)
		ike_list_soon(k);
	for (struct ike_conn *c = k->conns; c; c = c->next)
		if (c->loaded && c->resume_until.ns && ike_is_whole(c))
			end_resume(k, c);
	ike_initiate_missing(k);
}

static void list(struct ike *k)
{
	struct gh_buf none = { 0 };
	bool down = false;

	if (k->listing)
		return;
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		c->found = c->touched = c->found_connecting = false;
		c->found_sas.count = 0;
		down |= !ike_is_whole(c) || c->olds.count;
	}
	k->listing = true;
	k->next_list = gh_time_add_ms(gh_now(), (down ? LIST_DOWN_MS : LIST_UP_MS) +
				      k->conn_count * LIST_EACH_MS);
	ike_ask(k, "list-sas", &none, on_listed, 0);
}

/* ---- charon comes and goes ---- */

static void on_version(void *user, const struct vici_message *m)
{
	struct ike *k = ((struct ike_asked *)user)->k;

	free(user);
	if (!m)
		return;
	vici_get(m, "version", k->version, sizeof(k->version));
	gh_info("charon: connected, strongSwan %s", k->version);
}

static void on_stats(void *user, const struct vici_message *m)
{
	struct ike *k = ((struct ike_asked *)user)->k;
	char name[VICI_NAME_MAX + 1];
	size_t at = 0;

	free(user);
	k->told_plugins = m != NULL;
	while (m && vici_next_item(m, "plugins", &at, name, sizeof(name)))
		k->checks_revocation |= !strcmp(name, "revocation");
}

static void on_conns(void *user, const struct vici_message *m)
{
	struct ike *k = ((struct ike_asked *)user)->k;
	char name[VICI_NAME_MAX + 1];
	size_t at = 0;

	free(user);
	while (m && vici_next_item(m, "conns", &at, name, sizeof(name)))
		if (ike_name_of(name) && !ike_find_name(k, name))
			ike_unload(k, ike_name_of(name));
}

void ike_unload_strays(struct ike *k)
{
	struct gh_buf none = { 0 };

	if (k->vici && k->settled)
		ike_ask(k, "get-conns", &none, on_conns, 0);
}

static void lost(struct ike *k, int rc)
{
	ev_io_stop(k->loop, &k->io);
	ev_timer_stop(k->loop, &k->soon);
	ev_timer_stop(k->loop, &k->more);
	vici_close(k->vici);
	ike_key_forget(k);
	k->vici = NULL;
	k->version[0] = '\0';
	gh_warning("charon: control socket lost, %s; tunnels keep running", strerror(-rc));
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		if (ike_is_up(c))
			c->resume_until = gh_time_add_ms(gh_now(), IKE_RESUME_MS);
		c->due = c->loaded = c->listed = c->connecting = false;
		c->sas.count = 0;
		ike_renew_end(c);
		c->next_try = (struct gh_time){ 0 };
		c->pause_ms = 0;
		ike_set_down(k, c, IKE_AWAY);
	}
}

static void on_io(struct ev_loop *loop, ev_io *w, int events)
{
	struct ike *k = w->data;
	int rc = events & EV_READ ? vici_receive(k->vici) : 0;

	(void)loop;
	if (!rc)
		rc = vici_flush(k->vici);
	if (rc < 0)
		lost(k, rc);
	else
		wake_writer(k);
}

static void attach(struct ike *k)
{
	static const char *const events[] = {
		"log", "list-sa", "ike-updown", "ike-rekey", "ike-update",
		"child-updown", "child-rekey",
	};
	int fd = k->connect(k->user);
	struct gh_buf none = { 0 };

	if (fd < 0) {
		if (!k->told_away)
			gh_warning("charon: its vici socket is not reachable (%s); trying on",
				   strerror(-fd));
		k->told_away = true;
		return;
	}
	k->vici = vici_open(fd, ike_on_event, k);
	k->told_away = k->listing = false;
	ev_io_set(&k->io, vici_fd(k->vici), EV_READ);
	for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		vici_listen(k->vici, events[i]);
	k->told_plugins = k->checks_revocation = false;
	ike_ask(k, "version", &none, on_version, 0);
	ike_ask(k, "stats", &none, on_stats, 0);
	for (struct ike_conn *c = k->conns; c; c = c->next)
		c->due = true;
	load_due(k);
	ike_unload_strays(k);
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike *k = w->data;

	(void)loop;
	(void)events;
	ike_host_tick(k);
	for (struct ike_conn *c = k->conns; c && k->vici; c = c->next)
		ike_renew_tick(k, c);
	if (!k->vici)
		attach(k);
	else if (gh_now().ns >= k->next_list.ns)
		list(k);
	else
		ike_initiate_missing(k);
}

static void on_soon(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike *k = w->data;

	(void)loop;
	(void)events;
	if (k->listing)
		ike_list_soon(k);
	else
		list(k);
}

void ike_charon_init(struct ike *k)
{
	ev_io_init(&k->io, on_io, -1, EV_READ);
	ev_timer_init(&k->tick, on_tick, 0.0, TICK_S);
	ev_timer_init(&k->soon, on_soon, SOON_S, 0.0);
	ev_timer_init(&k->more, on_more, TURN_S, 0.0);
	k->io.data = k->tick.data = k->soon.data = k->more.data = k;
	ev_timer_start(k->loop, &k->tick);
}

void ike_charon_fini(struct ike *k)
{
	ev_io_stop(k->loop, &k->io);
	ev_timer_stop(k->loop, &k->tick);
	ev_timer_stop(k->loop, &k->soon);
	ev_timer_stop(k->loop, &k->more);
	vici_close(k->vici);
	ike_key_forget(k);
	k->vici = NULL;
}
