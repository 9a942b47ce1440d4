/*
 * Would charon take this connection? See ike.h.
 *
 * charon has no dry run, so it is asked in earnest: loaded under a name that
 * no connection can have (a colon is in it), and unloaded as soon as it
 * answers. Should we die in between, the name is one of ours and not wanted,
 * and is unloaded when the next life is settled.
 */
#include "ipsec/ike_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipsec/ike_message.h"

#define WINDOW 16               /* questions under way */
#define NOWHERE "240.0.0.1"     /* RFC 1112 4: no host has it, Linux takes no packet from it */
#define NOBODY "240.0.0.2"

struct ike_trial {
	struct ike_trial *next;
	struct ike *k;
	unsigned number;
	struct ike_connection *connections;
	size_t count, asked, open;      /* open: asked and not answered */
	ike_tried *done;                /* NULL: cancelled */
	void *user;
	ev_timer turn;
	int rc;
	char words[IKE_TEXT_MAX + 1];
};

struct question {
	struct ike_trial *trial;
	size_t index;
};

static void trial_free(struct ike_trial *t)
{
	struct ike_trial **p = &t->k->trials;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	ev_timer_stop(t->k->loop, &t->turn);
	for (size_t i = 0; i < t->count; i++)
		ike_certificates_put(t->connections[i].certificates);
	free(t->connections);
	free(t);
}

/* Goes on in the loop's next turn: an answer may come while the link is being closed. */
static void soon(struct ike_trial *t)
{
	if (ev_is_active(&t->turn))
		return;
	ev_timer_set(&t->turn, 0.0, 0.0);
	ev_timer_start(t->k->loop, &t->turn);
}

static void scratch_name(const struct ike_trial *t, size_t index, char name[GH_NAME_MAX + 1])
{
	snprintf(name, GH_NAME_MAX + 1, ":%u.%zu", t->number, index);
}

static void unload(struct ike_trial *t, size_t index)
{
	char name[GH_NAME_MAX + 1], text[IKE_NAME_TEXT];
	struct gh_buf b = { 0 };

	scratch_name(t, index, name);
	vici_put(&b, "name", "%s", ike_name(name, text));
	ike_request(t->k, "unload-conn", &b, NULL, NULL);
}

static void on_answer(void *user, const struct vici_message *m)
{
	struct question q = *(struct question *)user;
	char why[IKE_TEXT_MAX + 1] = "no reason given";
	struct ike_trial *t = q.trial;

	free(user);
	t->open--;
	if (!m) {
		t->rc = -ENOTCONN;
	} else if (vici_get_is(m, "success", "yes")) {
		unload(t, q.index);
	} else if (!t->rc) {
		vici_get(m, "errmsg", why, sizeof(why));
		t->rc = -EINVAL;
		snprintf(t->words, sizeof(t->words), "connection %s: charon refuses it: %.140s",
			 t->connections[q.index].name, why);
	}
	if (!t->done && !t->open)
		trial_free(t);
	else if (t->done)
		soon(t);
}

bool ike_has_kem(const struct ike *k)
{
	return strtoul(k->version, NULL, 10) >= 6;
}

/* What charon would not refuse by itself, or not in words that help; NULL: nothing. */
static const char *missing(const struct ike *k, const struct ike_connection *c)
{
	if (c->kem && k->version[0] && !ike_has_kem(k))
		return IKE_NO_KEM;
	if (c->revocation_strict && c->certificates && k->told_plugins && !k->checks_revocation)
		return IKE_NO_REVOCATION;
	return NULL;
}

static void ask(struct ike_trial *t, size_t index)
{
	struct ike_connection c = t->connections[index];
	const char *why = missing(t->k, &c);
	struct question *q;
	struct gh_buf b = { 0 };

	if (why) {
		t->rc = -EINVAL;
		snprintf(t->words, sizeof(t->words), "connection %s: %s", c.name, why);
		return;
	}
	q = malloc(sizeof(*q));
	if (!q)
		abort();
	*q = (struct question){ t, index };
	scratch_name(t, index, c.name);
	gh_addr_parse(NOWHERE, &c.local);
	gh_addr_parse(NOBODY, &c.remote);
	ike_put_connection(&b, &c, &(struct ike_loading){ 0 });
	t->open++;
	ike_request(t->k, "load-conn", &b, on_answer, q);
}

static void on_turn(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike_trial *t = w->data;
	ike_tried *done = t->done;
	void *user = t->user;
	char words[IKE_TEXT_MAX + 1];
	int rc;

	(void)loop, (void)events;
	if (!t->k->vici && !t->rc)
		t->rc = -ENOTCONN;
	while (!t->rc && t->open < WINDOW && t->asked < t->count)
		ask(t, t->asked++);
	if (t->open)
		return;
	rc = t->rc;
	snprintf(words, sizeof(words), "%s", rc == -ENOTCONN ?
		 "charon is away; it is asked when it comes" : t->words);
	trial_free(t);
	done(user, rc, words);
}

struct ike_trial *ike_try(struct ike *k, const struct ike_connection *connections, size_t count,
			  ike_tried *done, void *user)
{
	struct ike_trial *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->connections = calloc(count + 1, sizeof(*connections));
	if (!t->connections)
		abort();
	for (size_t i = 0; i < count; i++) {
		t->connections[i] = connections[i];
		ike_certificates_get(t->connections[i].certificates);
		explicit_bzero(t->connections[i].secret, sizeof(t->connections[i].secret));
		explicit_bzero(t->connections[i].alternate, sizeof(t->connections[i].alternate));
	}
	t->k = k;
	t->number = k->next_trial++;
	t->count = count;
	t->done = done;
	t->user = user;
	t->next = k->trials;
	k->trials = t;
	ev_timer_init(&t->turn, on_turn, 0.0, 0.0);
	t->turn.data = t;
	soon(t);
	return t;
}

void ike_try_cancel(struct ike_trial *t)
{
	if (!t)
		return;
	t->done = NULL;
	ev_timer_stop(t->k->loop, &t->turn);
	if (!t->open)
		trial_free(t);
}

void ike_try_fini(struct ike *k)
{
	struct ike_trial *next;

	for (struct ike_trial *t = k->trials; t; t = next) {
		next = t->next;
		ike_try_cancel(t);
	}
}
