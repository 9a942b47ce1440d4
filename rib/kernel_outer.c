/* Outer paths by a circuit: see kernel_outer.h. */
#include "rib/kernel_outer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/kernel_group.h"
#include "rib/underlay.h"

#define METRIC_OPEN 64
#define METRIC_CLOSED 4294966000u

static struct fib_kernel *self(struct fib *f)
{
	return (struct fib_kernel *)f;
}

static struct rtnl_route route_to(const struct fib_kernel *k, const struct gh_addr *peer,
				  unsigned leg)
{
	return (struct rtnl_route){
		.prefix = gh_prefix_host(peer), .table = RT_TABLE_MAIN,
		.metric = METRIC_OPEN + FIB_OUTER_LEGS * k->config.instance + leg,
		.protocol = UNDERLAY_PROTOCOL,
	};
}

static struct rtnl_route route_closed(const struct fib_kernel *k, const struct gh_addr *peer)
{
	return (struct rtnl_route){
		.prefix = gh_prefix_host(peer), .table = RT_TABLE_MAIN,
		.metric = METRIC_CLOSED + k->config.instance, .protocol = UNDERLAY_PROTOCOL,
		.type = RTN_UNREACHABLE,
	};
}

static void talk(struct fib_kernel *k, const char *what, const struct gh_addr *peer, int tolerated)
{
	int error = nl_talk(&k->nl, &k->b);
	char text[GH_ADDR_TEXT];

	if (error && error != tolerated)
		gh_error("fib: cannot %s %s: %s%s%s", what, gh_addr_print(peer, text),
			 strerror(-error), k->nl.why[0] ? ", " : "", k->nl.why);
}

/* By this way now, or by this way no more. */
static void outer_write(struct fib_kernel *k, const struct kernel_outer *o, unsigned leg)
{
	const struct way *w = o->legs[leg] ? way_find(k, o->legs[leg]) : NULL;
	struct rtnl_route r = route_to(k, &o->peer, leg);

	r.nexthop = w ? w->id[kernel_family_index(o->peer.family)] : 0;
	if (!r.nexthop)
		return;         /* with its nexthop went the route */
	rtnl_route_put(&k->b, RTNL_REPLACE, &r);
	talk(k, "set the outer route to", &o->peer, 0);
}

static struct kernel_outer *outer_find(struct kernel_outers *all, const struct gh_addr *peer)
{
	for (size_t i = 0; i < all->count; i++)
		if (!gh_addr_cmp(&all->array[i].peer, peer))
			return &all->array[i];
	return NULL;
}

static void outer_open_del(struct fib_kernel *k, const struct gh_addr *peer, unsigned leg)
{
	struct rtnl_route r = route_to(k, peer, leg);

	rtnl_route_put(&k->b, RTNL_DEL, &r);
	talk(k, "delete the outer route to", peer, -ESRCH);
}

void fib_kernel_outer_set(struct fib *f, const struct gh_addr *peer,
			  const uint32_t legs[FIB_OUTER_LEGS])
{
	struct fib_kernel *k = self(f);
	struct rtnl_route closed = route_closed(k, peer);
	struct kernel_outer *o = outer_find(&k->outers, peer);

	if (o && !memcmp(o->legs, legs, sizeof(o->legs)))
		return;
	if (!o) {
		o = reallocarray(k->outers.array, k->outers.count + 1, sizeof(*o));
		if (!o)
			abort();
		k->outers.array = o;
		o += k->outers.count++;
		*o = (struct kernel_outer){ .peer = *peer };
		rtnl_route_put(&k->b, RTNL_REPLACE, &closed);
		talk(k, "set the closed route to", peer, 0);
	}
	for (unsigned i = 0; i < FIB_OUTER_LEGS; i++) {
		if (o->legs[i] && o->legs[i] != legs[i])
			outer_open_del(k, peer, i);
		o->legs[i] = legs[i];
		outer_write(k, o, i);
	}
}

void fib_kernel_outer_del(struct fib *f, const struct gh_addr *peer)
{
	struct fib_kernel *k = self(f);
	struct kernel_outer *o = outer_find(&k->outers, peer);
	struct rtnl_route closed = route_closed(k, peer);

	if (!o)
		return;
	for (unsigned i = 0; i < FIB_OUTER_LEGS; i++)
		outer_open_del(k, peer, i);
	rtnl_route_put(&k->b, RTNL_DEL, &closed);
	talk(k, "delete the closed route to", peer, -ESRCH);
	*o = k->outers.array[--k->outers.count];
}

void kernel_outers_write(struct fib_kernel *k, const struct way *w)
{
	for (size_t i = 0; i < k->outers.count; i++)
		for (unsigned leg = 0; leg < FIB_OUTER_LEGS; leg++)
			if (w->leg && k->outers.array[i].legs[leg] == w->leg)
				outer_write(k, &k->outers.array[i], leg);
}

struct sweep {
	struct fib_kernel *k;
	struct gh_buf deletions;
};

static void sweep_route(void *ctx, const struct nlmsghdr *h)
{
	struct sweep *s = ctx;
	const struct fib_kernel *k = s->k;
	uint32_t open = METRIC_OPEN + FIB_OUTER_LEGS * k->config.instance;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || r.table != RT_TABLE_MAIN || r.protocol != UNDERLAY_PROTOCOL)
		return;
	if (r.metric != METRIC_CLOSED + k->config.instance &&
	    (r.metric < open || r.metric >= open + FIB_OUTER_LEGS))
		return;
	if (!outer_find(&s->k->outers, &r.prefix.addr))
		rtnl_route_put(&s->deletions, RTNL_DEL, &r);
}

static void sweep_refused(void *ctx, const struct nlmsghdr *message, int error)
{
	(void)ctx, (void)message;
	if (error != -ESRCH)
		gh_warning("fib: a leftover of an outer route stays: %s", strerror(-error));
}

void fib_kernel_outers_settled(struct fib *f)
{
	struct sweep s = { .k = self(f) };
	int error = 0;

	for (int i = 0; i < FAMILIES && !error; i++)
		error = rtnl_route_dump(&s.k->nl, kernel_family(i), RT_TABLE_MAIN,
					UNDERLAY_PROTOCOL, sweep_route, &s);
	if (!error)
		error = nl_batch(&s.k->nl, &s.deletions, sweep_refused, NULL);
	if (error)
		gh_warning("fib: leftovers of outer routes stay: %s", strerror(-error));
	gh_buf_fini(&s.deletions);
}

void kernel_outers_remove(struct fib_kernel *k)
{
	while (k->outers.count)
		fib_kernel_outer_del(&k->fib, &k->outers.array[0].peer);
}

void kernel_outers_fini(struct kernel_outers *o)
{
	free(o->array);
}
