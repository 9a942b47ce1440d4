/*
 * Host routes and addresses of the tunnels' BGP sessions: see tunnel_peers.h.
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
#include "rib/underlay.h"

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

/* ---- the kernel -------------------------------------------------------- */

static int talk(struct tunnel_peers *t, const char *what, const struct gh_addr *a, int tolerated)
{
	int error = nl_talk(t->nl, &t->b);
	char text[GH_ADDR_TEXT];

	if (!error || error == tolerated)
		return 0;
	snprintf(t->why, sizeof(t->why), "cannot %s %s: %s%s%s", what, gh_addr_print(a, text),
		 strerror(-error), t->nl->why[0] ? ", " : "", t->nl->why);
	gh_error("underlay: %s", t->why);
	return error;
}

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

static int peer_open(struct tunnel_peers *t, const struct gh_addr *peer)
{
	struct rtnl_route closed = route_closed(t, peer), r = route_open(t, peer);
	int error;

	rtnl_route_put(&t->b, RTNL_REPLACE, &closed);
	error = talk(t, "set the closed route to", peer, 0);
	if (error)
		return error;
	rtnl_route_put(&t->b, RTNL_REPLACE, &r);
	return talk(t, "set the route to", peer, 0);
}

static void peer_close(struct tunnel_peers *t, const struct gh_addr *peer)
{
	struct rtnl_route closed = route_closed(t, peer), r = route_open(t, peer);

	rtnl_route_put(&t->b, RTNL_DEL, &r);
	talk(t, "delete the route to", peer, -ESRCH);
	rtnl_route_put(&t->b, RTNL_DEL, &closed);
	talk(t, "delete the closed route to", peer, -ESRCH);
}

static int local_put(struct tunnel_peers *t, enum rtnl_verb verb, const struct gh_addr *local)
{
	struct rtnl_addr a = {
		.ifindex = t->tun_ifindex, .addr = *local,
		.length = (uint8_t)gh_family_bits(local->family),
	};

	rtnl_addr_put(&t->b, verb, &a);
	if (verb == RTNL_DEL)
		return talk(t, "remove address", local, -EADDRNOTAVAIL);
	return talk(t, "add address", local, -EEXIST);
}

/* ---- what callers see -------------------------------------------------- */

static int enter(struct tunnel_peers *t, struct counted_list *l, const struct gh_addr *a)
{
	struct counted *c = find(l, a);
	int error = 0;

	if (c) {
		c->count++;
		return 0;
	}
	error = l == &t->peers ? peer_open(t, a) : local_put(t, RTNL_ADD, a);
	if (error && l == &t->peers)
		peer_close(t, a);
	if (!error)
		insert(l, a);
	return error;
}

int tunnel_peers_add(struct tunnel_peers *t, const struct gh_addr *peer, const struct gh_addr *local)
{
	int error = gh_addr_is_set(local) ? enter(t, &t->locals, local) : 0;

	if (error)
		return error;
	error = enter(t, &t->peers, peer);
	if (error && gh_addr_is_set(local) && leave(&t->locals, local))
		local_put(t, RTNL_DEL, local);
	return error;
}

void tunnel_peers_del(struct tunnel_peers *t, const struct gh_addr *peer, const struct gh_addr *local)
{
	if (leave(&t->peers, peer))
		peer_close(t, peer);
	if (gh_addr_is_set(local) && leave(&t->locals, local))
		local_put(t, RTNL_DEL, local);
}

int tunnel_peers_restore(struct tunnel_peers *t)
{
	int first = 0;

	for (size_t i = 0; i < t->locals.count; i++) {
		int error = local_put(t, RTNL_ADD, &t->locals.array[i].addr);

		first = first ? first : error;
	}
	for (size_t i = 0; i < t->peers.count; i++) {
		int error = peer_open(t, &t->peers.array[i].addr);

		first = first ? first : error;
	}
	return first;
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
