/*
 * Peers that are known by name, and peers that may not begin: see ike.h.
 *
 * A name is resolved again every minute, and every few seconds while its
 * connection is down. The address in use is kept as long as it is among the
 * answers, so that names with many in turn do not move tunnels about; while
 * the connection is down the next of them is tried each time.
 */
#include "ipsec/ike_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define LOOK_UP_MS 60000
#define LOOK_DOWN_MS 5000

bool ike_host_known(const struct ike_conn *c)
{
	return c->want.remote_any || gh_addr_is_set(&c->want.remote);
}

/* ---- names ---- */

/* Index of the address in use, or count. */
static unsigned index_of(const struct resolve_answer *a, const struct gh_addr *addr)
{
	unsigned i = 0;

	while (i < a->count && gh_addr_cmp(&a->addresses[i], addr))
		i++;
	return i;
}

/* IKEv1, and peers that call us, keep the address until they are down. */
static void move(struct ike *k, struct ike_conn *c, const struct gh_addr *to)
{
	char text[GH_ADDR_TEXT];

	if (ike_is_up(c) && !ike_renew_can(c))
		return;
	gh_info("connection %s: %s is %s now", c->want.name, c->want.remote_host,
		gh_addr_print(to, text));
	c->want.remote = *to;
	ike_refuse_soon(k);
	if (!k->vici)
		return;
	c->renew = ike_renew_can(c);
	ike_load(k, c);
}

static void take_answer(struct ike *k, struct ike_conn *c, const struct resolve_answer *a)
{
	char text[IKE_TEXT_MAX + 1];
	unsigned at;

	if (a->error) {
		snprintf(text, sizeof(text), "its name %.150s %s", a->name, a->error == -ENOENT
			 ? "has no address: is remote-address right?"
			 : "cannot be resolved now: is the name server of this host reachable?");
		if (!ike_is_up(c))
			ike_set_fault(k, c, IKE_FAULT_OTHER, text);
		return;
	}
	at = index_of(a, &c->want.remote);
	if (at == a->count)
		move(k, c, &a->addresses[0]);
	else if (!ike_is_up(c) && c->status.attempts > 1 && a->count > 1)
		move(k, c, &a->addresses[(at + 1) % a->count]);
}

static void on_resolved(void *user, const struct resolve_answer *a)
{
	struct ike *k = user;

	for (struct ike_conn *c = k->conns; c; c = c->next)
		if (!strcmp(c->want.remote_host, a->name))
			take_answer(k, c, a);
}

static void look(struct ike *k, struct ike_conn *c)
{
	if (!k->resolve)
		k->resolve = resolve_new(k->loop, on_resolved, k);
	resolve_ask(k->resolve, c->want.remote_host);
	c->next_look = gh_time_add_ms(gh_now(), ike_is_up(c) ? LOOK_UP_MS : LOOK_DOWN_MS);
}

/* ---- who may not begin ---- */

static int compare(const void *a, const void *b)
{
	return gh_addr_cmp(a, b);
}

/* Those whose owners may begin, sorted. NULL: anybody may, wherever it is. */
static struct gh_addr *welcome(const struct ike *k, size_t *count)
{
	struct gh_addr *list = calloc(k->conn_count + 1, sizeof(*list));

	if (!list)
		abort();
	*count = 0;
	for (const struct ike_conn *c = k->conns; c; c = c->next) {
		if (c->want.mode == IKE_MODE_INITIATOR)
			continue;
		if (c->want.remote_any) {
			free(list);
			return NULL;
		}
		list[(*count)++] = c->want.remote;
	}
	qsort(list, *count, sizeof(*list), compare);
	return list;
}

static void on_refused_soon(struct ev_loop *loop, ev_timer *w, int events)
{
	struct ike *k = w->data;
	size_t count, refused = 0;
	struct gh_addr *others = welcome(k, &count), *list = calloc(k->conn_count + 1, sizeof(*list));

	(void)loop, (void)events;
	if (!list)
		abort();
	for (const struct ike_conn *c = k->conns; others && c; c = c->next)
		if (c->want.mode == IKE_MODE_INITIATOR && gh_addr_is_set(&c->want.remote) &&
		    !bsearch(&c->want.remote, others, count, sizeof(*others), compare))
			list[refused++] = c->want.remote;
	if (k->refused)
		k->refused(k->refused_user, list, refused);
	free(list);
	free(others);
}

/* Once for all the changes of this turn of the loop. */
void ike_refuse_soon(struct ike *k)
{
	if (ev_is_active(&k->refused_soon))
		return;
	ev_timer_init(&k->refused_soon, on_refused_soon, 0.0, 0.0);
	k->refused_soon.data = k;
	ev_timer_start(k->loop, &k->refused_soon);
}

void ike_refuse(struct ike *k, ike_refused *refused, void *user)
{
	k->refused = refused;
	k->refused_user = user;
	ike_refuse_soon(k);
}

void ike_host_tick(struct ike *k)
{
	struct gh_time now = gh_now();

	for (struct ike_conn *c = k->conns; c; c = c->next)
		if (c->want.remote_host[0] && now.ns >= c->next_look.ns)
			look(k, c);
}

void ike_host_changed(struct ike *k, struct ike_conn *c)
{
	ike_refuse_soon(k);
	if (c->want.remote_host[0])
		look(k, c);
}

void ike_host_fini(struct ike *k)
{
	ev_timer_stop(k->loop, &k->refused_soon);
	resolve_free(k->resolve);
	k->resolve = NULL;
}
