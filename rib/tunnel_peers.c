/*
 * Host routes and addresses of the tunnels' BGP sessions: see tunnel_peers.h.
 *
 * The lists say what shall be, and are entered first; what that asks of the kernel
 * is put into one buffer, and taken out of the lists again if it refuses.
 *
 * Stating the whole list each time and letting the kernel find the difference
 * was simpler, and cost a thousand connections three thousand system calls a change.
 */
#include "rib/tunnel_peers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/rtnl.h"

#define METRIC_PEER 20
#define METRIC_CLOSED 4294967295u

/* ---- counted addresses ------------------------------------------------- */

/* Where it is, or where it belongs. */
static size_t place(const struct counted_list *l, const struct gh_addr *a)
{
	size_t low = 0, high = l->count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (gh_addr_cmp(&l->array[middle].addr, a) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct counted *find(const struct counted_list *l, const struct gh_addr *a)
{
	size_t at = place(l, a);

	return at < l->count && !gh_addr_cmp(&l->array[at].addr, a) ? &l->array[at] : NULL;
}

static void insert(struct counted_list *l, const struct gh_addr *a)
{
	size_t at = place(l, a);

	if (l->count == l->space) {
		l->space = l->space ? l->space * 2 : 16;
		l->array = realloc(l->array, l->space * sizeof(*l->array));
		if (!l->array)
			abort();
	}
	memmove(&l->array[at + 1], &l->array[at], (l->count - at) * sizeof(*l->array));
	l->array[at] = (struct counted){ .addr = *a, .count = 1 };
	l->count++;
}

/* Returns whether that was the last user. */
static bool leave(struct counted_list *l, const struct gh_addr *a)
{
	struct counted *c = find(l, a);
	size_t at;

	if (!c || --c->count)
		return false;
	at = (size_t)(c - l->array);
	l->count--;
	memmove(c, c + 1, (l->count - at) * sizeof(*c));
	return true;
}

/* ---- messages ---------------------------------------------------------- */

static struct rtnl_route route_open(const struct tunnel_peers *t, const struct gh_addr *peer)
{
	return (struct rtnl_route){
		.prefix = gh_prefix_host(peer), .table = RT_TABLE_MAIN, .metric = METRIC_PEER,
		.protocol = UNDERLAY_PROTOCOL, .ifindex = t->tun_ifindex,
	};
}

/* The metric tells one gateway's from another's. */
static uint32_t metric_closed(const struct tunnel_peers *t)
{
	return METRIC_CLOSED - (t->table - UNDERLAY_TABLE_BASE);
}

/* When the TUN goes, its route goes, and BGP's packets would leave by the host's default route in clear. */
static struct rtnl_route route_closed(const struct tunnel_peers *t, const struct gh_addr *peer)
{
	return (struct rtnl_route){
		.prefix = gh_prefix_host(peer), .table = RT_TABLE_MAIN,
		.metric = metric_closed(t), .protocol = UNDERLAY_PROTOCOL,
		.type = RTN_UNREACHABLE,
	};
}

static void peer_open_put(struct tunnel_peers *t, const struct gh_addr *peer)
{
	struct rtnl_route closed = route_closed(t, peer), r = route_open(t, peer);

	rtnl_route_put(&t->b, RTNL_REPLACE, &closed);
	rtnl_route_put(&t->b, RTNL_REPLACE, &r);
}

static void peer_close_put(struct tunnel_peers *t, const struct gh_addr *peer)
{
	struct rtnl_route closed = route_closed(t, peer), r = route_open(t, peer);

	rtnl_route_put(&t->b, RTNL_DEL, &r);
	rtnl_route_put(&t->b, RTNL_DEL, &closed);
}

static void local_put(struct tunnel_peers *t, enum rtnl_verb verb, const struct gh_addr *local)
{
	struct rtnl_addr a = {
		.ifindex = t->tun_ifindex, .addr = *local,
		.length = (uint8_t)gh_family_bits(local->family),
	};

	rtnl_addr_put(&t->b, verb, &a);
}

/* ---- the kernel's verdicts --------------------------------------------- */

struct verdict {
	struct tunnel_peers *t;
	unsigned count;                 /* of refusals that count */
	int error;                      /* the first */
	struct gh_addr refused;         /* whose message that was */
	char why[256];
};

/* What the message was to do, and for which address. */
static const char *purpose(const struct tunnel_peers *t, const struct nlmsghdr *h,
			   struct gh_addr *address)
{
	struct rtnl_route r;
	struct rtnl_addr a;

	if (rtnl_route_read(h, &r)) {
		bool closed = r.metric == metric_closed(t);

		*address = r.prefix.addr;
		if (h->nlmsg_type == RTM_DELROUTE)
			return closed ? "delete the closed route to" : "delete the route to";
		return closed ? "set the closed route to" : "set the route to";
	}
	if (rtnl_addr_read(h, &a))
		*address = a.addr;
	return h->nlmsg_type == RTM_DELADDR ? "remove address" : "add address";
}

/* It is so already. */
static bool is_tolerated(uint16_t type, int error)
{
	return (type == RTM_NEWADDR && error == -EEXIST) ||
	       (type == RTM_DELROUTE && error == -ESRCH) ||
	       (type == RTM_DELADDR && error == -EADDRNOTAVAIL);
}

static void on_refused(void *ctx, const struct nlmsghdr *h, int error)
{
	struct verdict *v = ctx;
	struct gh_addr address = { 0 };
	char text[GH_ADDR_TEXT];
	const char *what;

	if (is_tolerated(h->nlmsg_type, error) || v->count++)
		return;
	what = purpose(v->t, h, &address);
	v->error = error;
	v->refused = address;
	snprintf(v->why, sizeof(v->why), "cannot %s %s: %s%s%s", what,
		 gh_addr_print(&address, text), strerror(-error), v->t->nl->why[0] ? ", " : "",
		 v->t->nl->why);
}

/* Sends what was put; returns the first refusal. */
static int tell(struct tunnel_peers *t, struct verdict *v)
{
	int error;

	*v = (struct verdict){ .t = t };
	error = nl_batch(t->nl, &t->b, on_refused, v);
	if (!v->count && error) {
		v->error = error;
		snprintf(v->why, sizeof(v->why), "cannot change the routes of sessions: %s",
			 strerror(-error));
	}
	if (v->count > 1)
		gh_error("underlay: %s; and %u more", v->why, v->count - 1);
	else if (v->error)
		gh_error("underlay: %s", v->why);
	return v->error;
}

/* ---- what callers see -------------------------------------------------- */

/* Returns whether it is the first user. */
static bool enter(struct counted_list *l, const struct gh_addr *a)
{
	struct counted *c = find(l, a);

	if (c)
		c->count++;
	else
		insert(l, a);
	return !c;
}

static size_t session_of(const struct underlay_session *sessions, size_t count,
			 const struct gh_addr *a)
{
	size_t i = 0;

	while (i < count && (!gh_addr_is_set(a) || (gh_addr_cmp(&sessions[i].peer, a) &&
						    gh_addr_cmp(&sessions[i].local, a))))
		i++;
	return i;
}

int tunnel_peers_add(struct tunnel_peers *t, const struct underlay_session *sessions, size_t count,
		     size_t *culprit)
{
	struct verdict v;
	int error;

	for (size_t i = 0; i < count; i++) {
		const struct underlay_session *s = &sessions[i];

		if (gh_addr_is_set(&s->local) && enter(&t->locals, &s->local))
			local_put(t, RTNL_ADD, &s->local);
		if (enter(&t->peers, &s->peer))
			peer_open_put(t, &s->peer);
	}
	error = tell(t, &v);
	if (!error)
		return 0;
	memcpy(t->why, v.why, sizeof(t->why));
	tunnel_peers_del(t, sessions, count);
	*culprit = session_of(sessions, count, &v.refused);
	return error;
}

void tunnel_peers_del(struct tunnel_peers *t, const struct underlay_session *sessions, size_t count)
{
	bool had = tunnel_peers_have_ipv4(t);
	struct verdict v;

	for (size_t i = 0; i < count; i++) {
		const struct underlay_session *s = &sessions[i];

		if (leave(&t->peers, &s->peer))
			peer_close_put(t, &s->peer);
		if (gh_addr_is_set(&s->local) && leave(&t->locals, &s->local))
			local_put(t, RTNL_DEL, &s->local);
	}
	if (had && !tunnel_peers_have_ipv4(t) && t->again)
		t->again(t->ctx, &t->b);
	tell(t, &v);
}

bool tunnel_peers_have_ipv4(const struct tunnel_peers *t)
{
	/* The order of addresses begins with the family. */
	return t->locals.count && t->locals.array[0].addr.family == AF_INET;
}

int tunnel_peers_restore(struct tunnel_peers *t)
{
	struct verdict v;

	for (size_t i = 0; i < t->locals.count; i++)
		local_put(t, RTNL_ADD, &t->locals.array[i].addr);
	for (size_t i = 0; i < t->peers.count; i++)
		peer_open_put(t, &t->peers.array[i].addr);
	return tell(t, &v);
}

/* ---- what an earlier process left -------------------------------------- */

struct sweep {
	struct tunnel_peers *t;
	struct gh_buf deletions;
};

static void sweep_peer(void *ctx, const struct nlmsghdr *h)
{
	struct sweep *s = ctx;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || r.table != RT_TABLE_MAIN || r.protocol != UNDERLAY_PROTOCOL)
		return;
	if (r.metric != metric_closed(s->t) &&
	    (r.metric != METRIC_PEER || r.ifindex != s->t->tun_ifindex))
		return;
	if (!find(&s->t->peers, &r.prefix.addr))
		rtnl_route_put(&s->deletions, RTNL_DEL, &r);
}

static void sweep_local(void *ctx, const struct nlmsghdr *h)
{
	struct sweep *s = ctx;
	struct rtnl_addr a;

	if (!rtnl_addr_read(h, &a) || a.ifindex != s->t->tun_ifindex)
		return;
	if (a.addr.family == AF_INET6 && a.addr.b[0] == 0xfe && (a.addr.b[1] & 0xc0) == 0x80)
		return;
	if (!find(&s->t->locals, &a.addr))
		rtnl_addr_put(&s->deletions, RTNL_DEL, &a);
}

static void sweep_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	(void)ctx;
	(void)message;
	if (error != -ESRCH && error != -ENOENT && error != -EADDRNOTAVAIL)
		gh_warning("underlay: a leftover stays: %s", strerror(-error));
}

int tunnel_peers_sweep(struct tunnel_peers *t)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct sweep s = { .t = t };
	int first = 0;

	for (unsigned f = 0; f < 2 && !first; f++) {
		first = rtnl_route_dump(t->nl, families[f], RT_TABLE_MAIN, UNDERLAY_PROTOCOL,
					sweep_peer, &s);
		if (!first)
			first = rtnl_addr_dump(t->nl, families[f], sweep_local, &s);
	}
	if (!first)
		first = nl_batch(t->nl, &s.deletions, sweep_refused, NULL);
	gh_buf_fini(&s.deletions);
	return first;
}

void tunnel_peers_fini(struct tunnel_peers *t)
{
	free(t->peers.array);
	free(t->locals.array);
	gh_buf_fini(&t->b);
}
