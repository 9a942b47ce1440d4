/*
 * kernel_ask - what the kernel really holds: compared, described, asked
 *
 * The kernel says nothing when a carrier takes routes away, so comparing is by
 * a dump of our protocol in our table; half a million routes in 0.2 s.
 */
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/kernel_group.h"
#include "rib/underlay.h"

static struct fib_kernel *self(struct fib *f)
{
	return (struct fib_kernel *)f;
}

struct comparison {
	struct fib_kernel *k;
	fib_wants *wants;
	void *ctx;
	int right, wrong;
	uint32_t *ids;                  /* ours, sorted */
	size_t ids_count;
	uint32_t *leftovers;            /* groups first */
	size_t leftovers_count, leftovers_groups;
};

static void compare_route(void *ctx, const struct nlmsghdr *h)
{
	struct comparison *c = ctx;
	const struct group *group = NULL;
	const struct kernel_group *g;
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r) || r.table != c->k->config.table || r.metric != KERNEL_METRIC ||
	    r.protocol != UNDERLAY_PROTOCOL)
		return;
	if (!c->wants(c->ctx, &r.prefix, &group)) {
		rtnl_route_put(&c->k->deletions, RTNL_DEL, &r);
		c->wrong++;
		return;
	}
	g = kernel_group_for(c->k, group);
	if (g && g->id[kernel_family_index(r.prefix.addr.family)] == r.nexthop)
		c->right++;
}

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static void ids_collect(struct comparison *c)
{
	struct fib_kernel *k = c->k;
	size_t count = 2;

	kernel_group_each(g, k)
		count++;
	for (struct way *w = k->legs; w; w = w->next)
		count++;
	c->ids = calloc(count * FAMILIES, sizeof(*c->ids));
	for (int f = 0; c->ids && f < FAMILIES; f++) {
		kernel_group_each(g, k)
			c->ids[c->ids_count++] = g->id[f];
		for (struct way *w = k->legs; w; w = w->next)
			c->ids[c->ids_count++] = w->id[f];
		c->ids[c->ids_count++] = k->tun.id[f];
		c->ids[c->ids_count++] = k->sentinel.id[f];
	}
	if (c->ids)
		qsort(c->ids, c->ids_count, sizeof(*c->ids), by_value);
}

static void compare_nexthop(void *ctx, const struct nlmsghdr *h)
{
	struct comparison *c = ctx;
	struct rtnl_nexthop n;
	uint32_t *more;

	if (!rtnl_nexthop_read(h, &n) || !nexthop_is_ours(&c->k->nexthops, &n) ||
	    bsearch(&n.id, c->ids, c->ids_count, sizeof(n.id), by_value))
		return;
	more = realloc(c->leftovers, (c->leftovers_count + 1) * sizeof(*more));
	if (!more)
		return;
	c->leftovers = more;
	c->leftovers[c->leftovers_count++] = n.id;
	if (n.members_count) {
		/* Groups before their members, or the kernel would rewrite each group. */
		c->leftovers[c->leftovers_count - 1] = c->leftovers[c->leftovers_groups];
		c->leftovers[c->leftovers_groups++] = n.id;
	}
}

/* A group loses its place only when someone deletes it, or all its members at once. */
static void groups_check(struct fib_kernel *k)
{
	kernel_group_each(g, k)
		for (int f = 0; f < FAMILIES; f++)
			if (g->made[f] && rtnl_nexthop_check(&k->nl, g->id[f]) == -ENOENT)
				g->made[f] = false;
}

int kernel_sync(struct fib *f, fib_wants *wants, void *ctx)
{
	struct fib_kernel *k = self(f);
	struct comparison c = { .k = k, .wants = wants, .ctx = ctx };
	int error = kernel_flush(f);

	for (int i = 0; i < FAMILIES && !error; i++)
		error = rtnl_route_dump(&k->nl, kernel_family(i), k->config.table,
					UNDERLAY_PROTOCOL,
					compare_route, &c);
	if (!error)
		error = kernel_flush(f);
	if (!error) {
		ways_repair(k, 0);
		groups_check(k);
		kernel_groups_touch(k);
		kernel_groups_write(k);
		ids_collect(&c);
		if (c.ids)
			error = rtnl_nexthop_dump(&k->nl, compare_nexthop, &c);
	}
	/* zebra may make what is deleted here again, of another kind: a leg that comes later takes no such. */
	if (!error)
		nexthop_found_end(&k->nexthops);
	if (!error && c.leftovers_count)
		error = nexthop_delete(&k->nexthops, c.leftovers, (unsigned)c.leftovers_count);
	if (!error && (c.wrong || c.leftovers_count))
		gh_info("fib: swept %d routes and %zu nexthops that nobody wants any more", c.wrong,
			c.leftovers_count);
	free(c.ids);
	free(c.leftovers);
	return error ? error : c.right;
}

/* ---- for show ---- */

void kernel_describe(struct fib *f, const struct group *group, uint8_t family, struct gh_buf *out)
{
	struct fib_kernel *k = self(f);
	const struct kernel_group *g = kernel_group_for(k, group);
	int i = family == AF_INET6 ? V6 : V4;

	if (!g || !g->made[i]) {
		gh_buf_printf(out, "not yet");
		return;
	}
	gh_buf_printf(out, "nexthop group %u {", g->id[i]);
	for (unsigned m = 0; m < g->count[i]; m++) {
		uint32_t id = g->members[i][m];
		const struct way *w = k->legs;

		while (w && w->id[i] != id)
			w = w->next;
		gh_buf_printf(out, "%s%u ", m ? ", " : " ", id);
		if (w)
			gh_buf_printf(out, "leg %u", w->leg);
		else
			gh_buf_printf(out, id == k->tun.id[i] ? "%s" : "sentinel", k->config.tun);
	}
	gh_buf_printf(out, " }");
}

struct answer {
	struct fib_kernel *k;
	struct gh_buf *out;
};

static void answer_read(void *ctx, const struct nlmsghdr *h)
{
	struct answer *a = ctx;
	char text[GH_PREFIX_TEXT], name[IF_NAMESIZE] = "?";
	struct rtnl_route r;

	if (!rtnl_route_read(h, &r))
		return;
	gh_buf_printf(a->out, "%s table %u", gh_prefix_print(&r.prefix, text), r.table);
	if (r.nexthop)
		gh_buf_printf(a->out, " nexthop group %u", r.nexthop);
	if (r.ifindex)
		gh_buf_printf(a->out, " dev %s",
			      if_indextoname((unsigned)r.ifindex, name) ? name : "?");
	if (r.type != RTN_UNICAST)
		gh_buf_printf(a->out, r.type == RTN_UNREACHABLE ? " unreachable" : " type %u",
			      r.type);
}

int kernel_query(struct fib *f, const struct gh_addr *addr, struct gh_buf *out)
{
	struct fib_kernel *k = self(f);
	struct rtmsg head = {
		.rtm_family = addr->family, .rtm_dst_len = (uint8_t)gh_family_bits(addr->family),
		.rtm_flags = RTM_F_FIB_MATCH | RTM_F_LOOKUP_TABLE,
	};
	struct answer a = { k, out };
	unsigned iif = if_nametoindex(k->config.vnet[0] ? k->config.vnet : k->config.tun);
	size_t m = nl_begin(&k->b, RTM_GETROUTE, 0, &head, sizeof(head));
	int error;

	nl_attr_addr(&k->b, RTA_DST, addr);
	if (iif) {
		/* Any source that is not martian: the destination itself. */
		nl_attr_addr(&k->b, RTA_SRC, addr);
		((struct rtmsg *)NLMSG_DATA(gh_buf_begin(&k->b) + m))->rtm_src_len = head.rtm_dst_len;
		nl_attr_u32(&k->b, RTA_IIF, iif);
	}
	nl_end(&k->b, m);
	error = nl_get(&k->nl, &k->b, answer_read, &a);
	if (error == -EHOSTUNREACH || error == -ENETUNREACH) {
		gh_buf_printf(out, "unreachable");
		error = 0;
	}
	return error;
}
