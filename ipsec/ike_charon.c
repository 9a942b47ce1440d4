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
#include "ipsec/ike_log.h"
#include "ipsec/ike_message.h"

#define TICK_S 1.0
#define SOON_S 0.1              /* events of one burst share a list */
#define LIST_DOWN_MS 2000       /* between lists while a connection is down */
#define LIST_UP_MS 15000
#define PAUSE_FIRST_MS 2000     /* between attempts; doubles */
#define PAUSE_MOST_MS 30000
#define SETTLE_MS 3000          /* an IKE SA this young may be about to get its child */

/* The request that an answer belongs to; its connection may be gone by then. */
struct ask {
	struct ike *k;
	uint32_t leg;
};

/* ---- requests ---- */

static void wake_writer(struct ike *k)
{
	ev_io_stop(k->loop, &k->io);
	ev_io_set(&k->io, vici_fd(k->vici), EV_READ | (vici_pending(k->vici) ? EV_WRITE : 0));
	ev_io_start(k->loop, &k->io);
}

static void request(struct ike *k, const char *command, struct gh_buf *message,
		    vici_answer *answer, uint32_t leg)
{
	struct ask *a = NULL;

	if (answer) {
		a = malloc(sizeof(*a));
		if (!a)
			abort();
		*a = (struct ask){ k, leg };
	}
	vici_request(k->vici, command, message, answer, a);
	gh_buf_fini(message);
	wake_writer(k);
}

static void list_soon(struct ike *k)
{
	if (!ev_is_active(&k->soon)) {
		ev_timer_set(&k->soon, SOON_S, 0.0);
		ev_timer_start(k->loop, &k->soon);
	}
}

/* Sends the DELETE once and forgets the SAs: a dead peer must not keep them. */
static void terminate(struct ike *k, const char *name)
{
	struct gh_buf b = { 0 };
	char text[IKE_NAME_TEXT];

	vici_put(&b, "ike", "%s", ike_name(name, text));
	vici_put(&b, "force", "yes");
	vici_put(&b, "timeout", "-1");
	request(k, "terminate", &b, NULL, 0);
}

void ike_unload(struct ike *k, const char *name)
{
	struct gh_buf b = { 0 };
	char text[IKE_NAME_TEXT];

	vici_put(&b, "name", "%s", ike_name(name, text));
	request(k, "unload-conn", &b, NULL, 0);
	vici_put(&b, "id", "%s", ike_name(name, text));
	request(k, "unload-shared", &b, NULL, 0);
	terminate(k, name);
}

static void on_loaded(void *user, const struct vici_message *m)
{
	struct ask a = *(struct ask *)user;
	char why[IKE_TEXT_MAX + 1] = "no reason given";
	struct ike_conn *c = ike_find(a.k, a.leg);

	free(user);
	if (!m || !c)
		return;
	if (!vici_get_is(m, "success", "yes")) {
		vici_get(m, "errmsg", why, sizeof(why));
		ike_set_down(a.k, c, IKE_REFUSED);
		ike_set_fault(a.k, c, IKE_FAULT_OTHER, why);
		return;
	}
	c->loaded = true;
	c->touched = true;              /* a list on its way does not cover it */
	if (c->replace)
		terminate(a.k, c->want.name);
	c->replace = false;
	list_soon(a.k);
}

void ike_load(struct ike *k, struct ike_conn *c)
{
	struct gh_buf b = { 0 };

	c->loaded = c->listed = false;
	ike_put_shared(&b, &c->want);
	request(k, "load-shared", &b, NULL, 0);
	ike_put_connection(&b, &c->want);
	request(k, "load-conn", &b, on_loaded, c->want.leg);
}

static void initiate(struct ike *k, struct ike_conn *c)
{
	struct ike_status s = c->status;
	char name[IKE_NAME_TEXT];
	struct gh_buf b = { 0 };

	vici_put(&b, "ike", "%s", ike_name(c->want.name, name));
	vici_put(&b, "child", "%s", c->want.name);
	vici_put(&b, "timeout", "-1");
	request(k, "initiate", &b, NULL, 0);
	c->pause_ms = c->pause_ms ? c->pause_ms * 2 : PAUSE_FIRST_MS;
	if (c->pause_ms > PAUSE_MOST_MS)
		c->pause_ms = PAUSE_MOST_MS;
	c->next_try = gh_time_add_ms(gh_now(), c->pause_ms);
	c->status.attempts++;
	if (s.state != IKE_ESTABLISHED)
		s.state = IKE_CONNECTING;
	ike_set_status(k, c, &s);
}

void ike_initiate_missing(struct ike *k)
{
	struct gh_time now = gh_now();

	for (struct ike_conn *c = k->conns; c; c = c->next) {
		bool young = c->status.state == IKE_ESTABLISHED &&
			     gh_time_ms_between(c->status.established, now) < SETTLE_MS;

		if (c->loaded && c->listed && !c->touched && !ike_is_up(c) && !young &&
		    c->status.state != IKE_CONNECTING &&
		    c->status.child.state == IKE_CHILD_NONE && now.ns >= c->next_try.ns)
			initiate(k, c);
	}
}

void ike_ask_rekey(struct ike *k, const struct ike_conn *c, bool child)
{
	char name[IKE_NAME_TEXT];
	struct gh_buf b = { 0 };

	vici_put(&b, "ike", "%s", ike_name(c->want.name, name));
	if (child)
		vici_put(&b, "child", "%s", c->want.name);
	request(k, "rekey", &b, NULL, 0);
}

/* ---- lists ---- */

static void on_list_sa(struct ike *k, const char *name, const struct vici_message *m)
{
	struct ike_conn *c = ike_find_name(k, name);
	struct ike_status s;
	uint32_t leg;

	if (!c)
		return;
	memset(&s, 0, sizeof(s));
	ike_read_sa(m, gh_now(), &s, &leg);
	/* Several may exist for a moment: the one that is up counts, then the newest. */
	if (c->found && (s.state < c->listing.state ||
			 (s.state == c->listing.state &&
			  s.child.state < c->listing.child.state)))
		return;
	c->found = true;
	c->found_leg = leg;
	c->listing = s;
}

/* An SA from an earlier life of ours that carries the wrong number or goes elsewhere. */
static bool is_foreign(const struct ike_conn *c)
{
	if (c->listing.child.state == IKE_CHILD_INSTALLED && c->found_leg != c->want.leg)
		return true;
	return c->listing.state == IKE_ESTABLISHED &&
	       gh_addr_cmp(&c->listing.remote.addr, &c->want.remote);
}

static void on_listed(void *user, const struct vici_message *m)
{
	struct ask a = *(struct ask *)user;
	struct ike *k = a.k;
	bool again = false;

	free(user);
	k->listing = false;
	if (!m)
		return;
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		again |= c->touched;
		if (c->touched || !c->loaded)
			continue;
		if (c->found && !c->listed && is_foreign(c))
			terminate(k, c->want.name);
		c->listed = true;
		if (c->found)
			ike_set_status(k, c, &c->listing);
		else
			ike_set_down(k, c, IKE_DOWN);
	}
	if (again)
		list_soon(k);
	ike_initiate_missing(k);
}

static void list(struct ike *k)
{
	struct gh_buf none = { 0 };
	bool down = false;

	if (k->listing)
		return;
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		c->found = c->touched = false;
		down |= !ike_is_up(c);
	}
	k->listing = true;
	k->next_list = gh_time_add_ms(gh_now(), down ? LIST_DOWN_MS : LIST_UP_MS);
	request(k, "list-sas", &none, on_listed, 0);
}

/* ---- events ---- */

static void on_ike_event(struct ike *k, struct ike_conn *c, const char *event,
			 const struct vici_message *m, bool up)
{
	struct vici_message section = *m;
	struct ike_status s;
	uint32_t leg;

	if (!strcmp(event, "ike-rekey") && !vici_get_section(m, "new", &section))
		return;
	memset(&s, 0, sizeof(s));
	ike_read_sa(&section, gh_now(), &s, &leg);
	if (!up || s.state != IKE_ESTABLISHED) {
		list_soon(k);
		return;
	}
	/* These events say nothing of the child SA: an SA with one stays in view. */
	if (strcmp(event, "ike-updown") || !ike_is_up(c)) {
		s.child = c->status.child;
		ike_set_status(k, c, &s);
	}
}

static void on_child_event(struct ike *k, struct ike_conn *c, const char *event,
			   const struct vici_message *m, bool up)
{
	struct vici_message children, section, fresh;
	char name[VICI_NAME_MAX + 1];
	struct ike_status s;
	uint32_t leg;
	size_t at = 0;

	if (!up || !vici_get_section(m, "child-sas", &children) ||
	    !vici_next_section(&children, &at, name, &section)) {
		list_soon(k);
		return;
	}
	memset(&s, 0, sizeof(s));
	ike_read_sa(m, gh_now(), &s, &leg);
	if (!strcmp(event, "child-rekey")) {
		if (!vici_get_section(&section, "new", &fresh))
			return;
		section = fresh;
	}
	if (ike_read_child(&section, gh_now(), &s.child) &&
	    s.child.state == IKE_CHILD_INSTALLED && s.state == IKE_ESTABLISHED)
		ike_set_status(k, c, &s);
	else
		list_soon(k);
}

static struct ike_conn *find_unnamed(const struct ike *k, uint64_t id)
{
	for (unsigned i = 0; id && i < IKE_PEERS; i++)
		if (k->peers[i].id == id)
			return ike_find_remote(k, &k->peers[i].addr);
	return NULL;
}

static void on_log(struct ike *k, const struct vici_message *m)
{
	char line[1024] = "", name[IKE_NAME_TEXT] = "";
	uint64_t id = vici_get_number(m, "ikesa-uniqueid", 10, 0);
	struct gh_addr addr;
	const char *words, *theirs, *ours;
	enum ike_fault fault;
	struct ike_conn *c;

	vici_get(m, "msg", line, sizeof(line));
	vici_get(m, "ikesa-name", name, sizeof(name));
	if (ike_log_peer(line, &addr) && !ike_name_of(name))
		k->peers[k->next_peer++ % IKE_PEERS] = (struct ike_peer){ id, addr };
	c = ike_name_of(name) ? ike_find_name(k, name) : find_unnamed(k, id);
	if (!c)
		return;
	theirs = ike_log_proposals_theirs(line);
	ours = ike_log_proposals_ours(line);
	if (theirs)
		snprintf(c->status.proposals_theirs, sizeof(c->status.proposals_theirs), "%s", theirs);
	if (ours)
		snprintf(c->status.proposals_ours, sizeof(c->status.proposals_ours), "%s", ours);
	if (!ike_log_fault(line, &fault, &words))
		return;
	ike_set_fault(k, c, fault, words);
	if (!ike_is_up(c))
		list_soon(k);
}

static void on_event(void *user, const char *event, const struct vici_message *m)
{
	bool child = !strncmp(event, "child-", 6), up;
	char name[VICI_NAME_MAX + 1];
	struct vici_message section;
	struct ike *k = user;
	struct ike_conn *c;
	size_t at = 0;

	if (!strcmp(event, "log")) {
		on_log(k, m);
		return;
	}
	if (!vici_next_section(m, &at, name, &section))
		return;
	if (!strcmp(event, "list-sa")) {
		on_list_sa(k, name, &section);
		return;
	}
	c = ike_find_name(k, name);
	if (!c)
		return;
	c->touched = true;
	up = strcmp(event + (child ? 6 : 4), "updown") || vici_get_is(m, "up", "yes");
	if (child)
		on_child_event(k, c, event, &section, up);
	else
		on_ike_event(k, c, event, &section, up);
}

/* ---- charon comes and goes ---- */

static void on_version(void *user, const struct vici_message *m)
{
	struct ike *k = ((struct ask *)user)->k;

	free(user);
	if (!m)
		return;
	vici_get(m, "version", k->version, sizeof(k->version));
	gh_info("charon: connected, strongSwan %s", k->version);
}

static void on_conns(void *user, const struct vici_message *m)
{
	struct ike *k = ((struct ask *)user)->k;
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
		request(k, "get-conns", &none, on_conns, 0);
}

static void lost(struct ike *k, int rc)
{
	ev_io_stop(k->loop, &k->io);
	ev_timer_stop(k->loop, &k->soon);
	vici_close(k->vici);
	k->vici = NULL;
	k->version[0] = '\0';
	gh_warning("charon: control socket lost, %s; tunnels keep running", strerror(-rc));
	for (struct ike_conn *c = k->conns; c; c = c->next) {
		c->loaded = c->listed = false;
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
	k->vici = vici_open(fd, on_event, k);
	k->told_away = k->listing = false;
	ev_io_set(&k->io, vici_fd(k->vici), EV_READ);
	for (unsigned i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		vici_listen(k->vici, events[i]);
	request(k, "version", &none, on_version, 0);
	for (struct ike_conn *c = k->conns; c; c = c->next)
		ike_load(k, c);
	ike_unload_strays(k);
}

static void on_tick(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike *k = w->data;

	(void)loop;
	(void)events;
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
		list_soon(k);
	else
		list(k);
}

void ike_charon_init(struct ike *k)
{
	ev_io_init(&k->io, on_io, -1, EV_READ);
	ev_timer_init(&k->tick, on_tick, 0.0, TICK_S);
	ev_timer_init(&k->soon, on_soon, SOON_S, 0.0);
	k->io.data = k->tick.data = k->soon.data = k;
	ev_timer_start(k->loop, &k->tick);
}

void ike_charon_fini(struct ike *k)
{
	ev_io_stop(k->loop, &k->io);
	ev_timer_stop(k->loop, &k->tick);
	ev_timer_stop(k->loop, &k->soon);
	vici_close(k->vici);
	k->vici = NULL;
}
