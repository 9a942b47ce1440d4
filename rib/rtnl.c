#include "rib/rtnl.h"

#include <errno.h>
#include <linux/fib_rules.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/nexthop.h>
#include <linux/veth.h>
#include <string.h>

#ifndef IFA_PROTO
#define IFA_PROTO 11                    /* Linux 5.18 */
#endif

#define PARSE(tb, max, first, h, head) \
	nl_parse(tb, max, first, (h)->nlmsg_len < NLMSG_LENGTH(sizeof(head)) ? 0 : \
		 (h)->nlmsg_len - NLMSG_SPACE(sizeof(head)))

static uint16_t flags_of(enum rtnl_verb verb)
{
	if (verb == RTNL_ADD)
		return NLM_F_CREATE | NLM_F_EXCL;
	return verb == RTNL_REPLACE ? NLM_F_CREATE | NLM_F_REPLACE : 0;
}

/* ---- routes ---- */

void rtnl_route_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_route *r)
{
	struct rtmsg head = {
		.rtm_family = r->prefix.addr.family,
		.rtm_dst_len = r->prefix.length,
		.rtm_table = RT_TABLE_UNSPEC,
		.rtm_protocol = r->protocol,
		.rtm_type = r->type ? r->type : RTN_UNICAST,
		.rtm_scope = RT_SCOPE_UNIVERSE,
	};
	size_t m;

	if (verb == RTNL_DEL)
		head.rtm_scope = RT_SCOPE_NOWHERE;      /* any */
	else if (r->ifindex && !r->nexthop)
		head.rtm_scope = RT_SCOPE_LINK;         /* IPv4 wants it where there is no gateway */
	m = nl_begin(b, verb == RTNL_DEL ? RTM_DELROUTE : RTM_NEWROUTE, flags_of(verb), &head,
		     sizeof(head));
	nl_attr_u32(b, RTA_TABLE, r->table);
	if (r->prefix.length)
		nl_attr_addr(b, RTA_DST, &r->prefix.addr);
	nl_attr_u32(b, RTA_PRIORITY, r->metric);
	if (verb != RTNL_DEL && r->nexthop)
		nl_attr_u32(b, RTA_NH_ID, r->nexthop);
	else if (verb != RTNL_DEL && r->ifindex)
		nl_attr_u32(b, RTA_OIF, (uint32_t)r->ifindex);
	nl_end(b, m);
}

bool rtnl_route_read(const struct nlmsghdr *h, struct rtnl_route *out)
{
	const struct rtmsg *head = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWROUTE && h->nlmsg_type != RTM_DELROUTE)
		return false;
	PARSE(tb, RTA_MAX, RTM_RTA(head), h, *head);
	memset(out, 0, sizeof(*out));
	if (head->rtm_family != AF_INET && head->rtm_family != AF_INET6)
		return false;
	if (tb[RTA_DST])
		nl_addr(tb[RTA_DST], head->rtm_family, &out->prefix.addr);
	out->prefix.addr.family = head->rtm_family;
	out->prefix.length = head->rtm_dst_len;
	out->table = nl_u32(tb[RTA_TABLE], head->rtm_table);
	out->metric = nl_u32(tb[RTA_PRIORITY], 0);
	out->nexthop = nl_u32(tb[RTA_NH_ID], 0);
	out->ifindex = (int)nl_u32(tb[RTA_OIF], 0);
	out->protocol = head->rtm_protocol;
	out->type = head->rtm_type;
	return true;
}

int rtnl_route_dump(struct nl *nl, uint8_t family, uint32_t table, uint8_t protocol,
		    nl_each *each, void *ctx)
{
	struct rtmsg head = { .rtm_family = family, .rtm_protocol = protocol };
	struct gh_buf b = { 0 };
	size_t m = nl_begin(&b, RTM_GETROUTE, 0, &head, sizeof(head));
	int error;

	nl_attr_u32(&b, RTA_TABLE, table);
	nl_end(&b, m);
	error = nl_dump(nl, &b, each, ctx);
	gh_buf_fini(&b);
	/* IPv4 answers so for a table that never had a route. */
	return error == -ENOENT ? 0 : error;
}

/* ---- nexthops ---- */

void rtnl_nexthop_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_nexthop *n)
{
	struct nhmsg head = {
		.nh_family = n->members_count || verb == RTNL_DEL ? AF_UNSPEC : n->family,
		.nh_protocol = verb == RTNL_DEL ? 0 : n->protocol,
		/* The gateway is on the link, whether an address of ours covers it or not. */
		.nh_flags = gh_addr_is_set(&n->gateway) && verb != RTNL_DEL ? RTNH_F_ONLINK : 0,
	};
	struct nexthop_grp group[RTNL_MEMBERS_MAX];
	size_t m = nl_begin(b, verb == RTNL_DEL ? RTM_DELNEXTHOP : RTM_NEWNEXTHOP, flags_of(verb),
			    &head, sizeof(head));
	size_t nest;

	nl_attr_u32(b, NHA_ID, n->id);
	if (verb == RTNL_DEL) {
		nl_end(b, m);
		return;
	}
	if (n->members_count) {
		memset(group, 0, sizeof(group));
		for (unsigned i = 0; i < n->members_count; i++) {
			group[i].id = n->members[i].id;
			group[i].weight = (uint8_t)(n->members[i].weight - 1);
		}
		nl_attr_u16(b, NHA_GROUP_TYPE, NEXTHOP_GRP_TYPE_RES);
		nl_attr(b, NHA_GROUP, group, n->members_count * sizeof(group[0]));
		nest = nl_nest(b, NHA_RES_GROUP);
		nl_attr_u16(b, NHA_RES_GROUP_BUCKETS, n->buckets);
		nl_attr_u32(b, NHA_RES_GROUP_IDLE_TIMER, 0);
		nl_nest_end(b, nest);
	} else {
		nl_attr_u32(b, NHA_OIF, (uint32_t)n->ifindex);
		if (gh_addr_is_set(&n->gateway))
			nl_attr_addr(b, NHA_GATEWAY, &n->gateway);
	}
	nl_end(b, m);
}

static void group_read(struct rtattr *const tb[], struct rtnl_nexthop *out)
{
	const struct nexthop_grp *group = RTA_DATA(tb[NHA_GROUP]);
	size_t count = RTA_PAYLOAD(tb[NHA_GROUP]) / sizeof(*group);
	struct rtattr *res[NHA_RES_GROUP_MAX + 1];

	for (size_t i = 0; i < count && i < RTNL_MEMBERS_MAX; i++)
		out->members[out->members_count++] =
			(struct rtnl_member){ group[i].id, (uint16_t)(group[i].weight + 1) };
	if (!tb[NHA_RES_GROUP])
		return;
	nl_parse(res, NHA_RES_GROUP_MAX, RTA_DATA(tb[NHA_RES_GROUP]),
		 RTA_PAYLOAD(tb[NHA_RES_GROUP]));
	if (res[NHA_RES_GROUP_BUCKETS] &&
	    RTA_PAYLOAD(res[NHA_RES_GROUP_BUCKETS]) >= sizeof(out->buckets))
		memcpy(&out->buckets, RTA_DATA(res[NHA_RES_GROUP_BUCKETS]), sizeof(out->buckets));
}

bool rtnl_nexthop_read(const struct nlmsghdr *h, struct rtnl_nexthop *out)
{
	const struct nhmsg *head = NLMSG_DATA(h);
	struct rtattr *tb[NHA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWNEXTHOP && h->nlmsg_type != RTM_DELNEXTHOP)
		return false;
	PARSE(tb, NHA_MAX, (struct rtattr *)((char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(*head))), h,
	      *head);
	memset(out, 0, sizeof(*out));
	out->id = nl_u32(tb[NHA_ID], 0);
	out->family = head->nh_family;
	out->protocol = head->nh_protocol;
	out->ifindex = (int)nl_u32(tb[NHA_OIF], 0);
	nl_addr(tb[NHA_GATEWAY], head->nh_family, &out->gateway);
	if (tb[NHA_GROUP])
		group_read(tb, out);
	return true;
}

int rtnl_nexthop_dump(struct nl *nl, nl_each *each, void *ctx)
{
	struct nhmsg head = { .nh_family = AF_UNSPEC };
	struct gh_buf b = { 0 };
	int error;

	nl_end(&b, nl_begin(&b, RTM_GETNEXTHOP, 0, &head, sizeof(head)));
	error = nl_dump(nl, &b, each, ctx);
	gh_buf_fini(&b);
	return error;
}

int rtnl_nexthop_check(struct nl *nl, uint32_t id)
{
	struct nhmsg head = { .nh_family = AF_UNSPEC };
	struct gh_buf b = { 0 };
	size_t m = nl_begin(&b, RTM_GETNEXTHOP, 0, &head, sizeof(head));
	int error;

	nl_attr_u32(&b, NHA_ID, id);
	nl_end(&b, m);
	error = nl_talk(nl, &b);
	gh_buf_fini(&b);
	return error;
}

/* ---- rules ---- */

void rtnl_rule_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_rule *r)
{
	struct fib_rule_hdr head = {
		.family = r->family,
		.dst_len = r->to.addr.family ? r->to.length : 0,
		.action = r->unreachable ? FR_ACT_UNREACHABLE : FR_ACT_TO_TBL,
	};
	/* Rules know no replace; an equal one is refused only with NLM_F_EXCL. */
	size_t m = nl_begin(b, verb == RTNL_DEL ? RTM_DELRULE : RTM_NEWRULE,
			    verb == RTNL_DEL ? 0 : NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));

	nl_attr_u32(b, FRA_PRIORITY, r->priority);
	if (!r->unreachable)
		nl_attr_u32(b, FRA_TABLE, r->table);
	nl_attr_u8(b, FRA_PROTOCOL, r->protocol);
	if (r->mark)
		nl_attr_u32(b, FRA_FWMARK, r->mark);
	if (r->iif[0])
		nl_attr_text(b, FRA_IIFNAME, r->iif);
	if (head.dst_len)
		nl_attr_addr(b, FRA_DST, &r->to.addr);
	if (r->suppress_length >= 0)
		nl_attr_u32(b, FRA_SUPPRESS_PREFIXLEN, (uint32_t)r->suppress_length);
	nl_end(b, m);
}

bool rtnl_rule_read(const struct nlmsghdr *h, struct rtnl_rule *out)
{
	const struct fib_rule_hdr *head = NLMSG_DATA(h);
	struct rtattr *tb[FRA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWRULE)
		return false;
	PARSE(tb, FRA_MAX, (struct rtattr *)((char *)NLMSG_DATA(h) + NLMSG_ALIGN(sizeof(*head))), h,
	      *head);
	memset(out, 0, sizeof(*out));
	out->family = head->family;
	out->priority = nl_u32(tb[FRA_PRIORITY], 0);
	out->table = nl_u32(tb[FRA_TABLE], head->table);
	out->suppress_length = (int)nl_u32(tb[FRA_SUPPRESS_PREFIXLEN], (uint32_t)-1);
	out->mark = nl_u32(tb[FRA_FWMARK], 0);
	out->unreachable = head->action == FR_ACT_UNREACHABLE;
	if (tb[FRA_PROTOCOL] && RTA_PAYLOAD(tb[FRA_PROTOCOL]))
		out->protocol = *(uint8_t *)RTA_DATA(tb[FRA_PROTOCOL]);
	if (tb[FRA_IIFNAME])
		strncpy(out->iif, RTA_DATA(tb[FRA_IIFNAME]), sizeof(out->iif) - 1);
	if (tb[FRA_DST] && head->dst_len) {
		nl_addr(tb[FRA_DST], head->family, &out->to.addr);
		out->to.length = head->dst_len;
	}
	return true;
}

int rtnl_rule_dump(struct nl *nl, uint8_t family, nl_each *each, void *ctx)
{
	struct fib_rule_hdr head = { .family = family };
	struct gh_buf b = { 0 };
	int error;

	nl_end(&b, nl_begin(&b, RTM_GETRULE, 0, &head, sizeof(head)));
	error = nl_dump(nl, &b, each, ctx);
	gh_buf_fini(&b);
	return error;
}

/* ---- addresses ---- */

void rtnl_addr_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_addr *a)
{
	struct ifaddrmsg head = {
		.ifa_family = a->addr.family,
		.ifa_prefixlen = a->length,
		.ifa_index = (unsigned)a->ifindex,
		.ifa_flags = a->addr.family == AF_INET6 ? IFA_F_NODAD : 0,
	};
	size_t m = nl_begin(b, verb == RTNL_DEL ? RTM_DELADDR : RTM_NEWADDR, flags_of(verb), &head,
			    sizeof(head));

	nl_attr_addr(b, IFA_LOCAL, &a->addr);
	nl_attr_addr(b, IFA_ADDRESS, &a->addr);
	if (verb != RTNL_DEL && a->protocol)
		nl_attr_u8(b, IFA_PROTO, a->protocol);
	nl_end(b, m);
}

bool rtnl_addr_read(const struct nlmsghdr *h, struct rtnl_addr *out)
{
	const struct ifaddrmsg *head = NLMSG_DATA(h);
	struct rtattr *tb[IFA_PROTO + 1];

	if (h->nlmsg_type != RTM_NEWADDR && h->nlmsg_type != RTM_DELADDR)
		return false;
	PARSE(tb, IFA_PROTO, IFA_RTA(head), h, *head);
	memset(out, 0, sizeof(*out));
	out->ifindex = (int)head->ifa_index;
	out->length = head->ifa_prefixlen;
	nl_addr(tb[IFA_LOCAL] ? tb[IFA_LOCAL] : tb[IFA_ADDRESS], head->ifa_family, &out->addr);
	if (tb[IFA_PROTO] && RTA_PAYLOAD(tb[IFA_PROTO]))
		out->protocol = *(uint8_t *)RTA_DATA(tb[IFA_PROTO]);
	return gh_addr_is_set(&out->addr);
}

int rtnl_addr_dump(struct nl *nl, uint8_t family, nl_each *each, void *ctx)
{
	struct ifaddrmsg head = { .ifa_family = family };
	struct gh_buf b = { 0 };
	int error;

	nl_end(&b, nl_begin(&b, RTM_GETADDR, 0, &head, sizeof(head)));
	error = nl_dump(nl, &b, each, ctx);
	gh_buf_fini(&b);
	return error;
}

/* ---- links ---- */

void rtnl_link_up_put(struct gh_buf *b, int ifindex, uint32_t mtu)
{
	struct ifinfomsg head = { .ifi_index = ifindex, .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	size_t m = nl_begin(b, RTM_NEWLINK, 0, &head, sizeof(head));

	if (mtu)
		nl_attr_u32(b, IFLA_MTU, mtu);
	nl_end(b, m);
}

void rtnl_veth_put(struct gh_buf *b, const char *name, const char *peer)
{
	/* Not up yet: the kernel opens the peer before it knows its other end, and refuses. */
	struct ifinfomsg head = { .ifi_flags = IFF_NOARP, .ifi_change = IFF_NOARP };
	size_t m = nl_begin(b, RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &head, sizeof(head));
	size_t info, data, other;

	nl_attr_text(b, IFLA_IFNAME, name);
	info = nl_nest(b, IFLA_LINKINFO);
	nl_attr_text(b, IFLA_INFO_KIND, "veth");
	data = nl_nest(b, IFLA_INFO_DATA);
	other = nl_nest(b, VETH_INFO_PEER);
	gh_buf_append(b, &head, sizeof(head));
	nl_attr_text(b, IFLA_IFNAME, peer);
	nl_nest_end(b, other);
	nl_nest_end(b, data);
	nl_nest_end(b, info);
	nl_end(b, m);
}

void rtnl_link_del_put(struct gh_buf *b, int ifindex)
{
	struct ifinfomsg head = { .ifi_index = ifindex };

	nl_end(b, nl_begin(b, RTM_DELLINK, 0, &head, sizeof(head)));
}

static bool link_is_macvlan(struct rtattr *info)
{
	struct rtattr *tb[IFLA_INFO_KIND + 1];

	if (!info)
		return false;
	nl_parse(tb, IFLA_INFO_KIND, RTA_DATA(info), RTA_PAYLOAD(info));
	return tb[IFLA_INFO_KIND] &&
	       !strncmp(RTA_DATA(tb[IFLA_INFO_KIND]), "macvlan", RTA_PAYLOAD(tb[IFLA_INFO_KIND]));
}

bool rtnl_link_read(const struct nlmsghdr *h, struct link_state *out)
{
	const struct ifinfomsg *head = NLMSG_DATA(h);
	struct rtattr *tb[IFLA_LINKINFO + 1];

	if (h->nlmsg_type != RTM_NEWLINK && h->nlmsg_type != RTM_DELLINK)
		return false;
	/* A bridge says DELLINK of its own family when it loses a port. */
	if (head->ifi_family != AF_UNSPEC)
		return false;
	PARSE(tb, IFLA_LINKINFO, IFLA_RTA(head), h, *head);
	memset(out, 0, sizeof(*out));
	out->ifindex = head->ifi_index;
	out->deleted = h->nlmsg_type == RTM_DELLINK;
	out->up = head->ifi_flags & IFF_UP;
	/* Our own condition is the kernel's: it drops nexthops for the lack of IFF_LOWER_UP. */
	out->running = out->up && (head->ifi_flags & IFF_LOWER_UP);
	out->mtu = nl_u32(tb[IFLA_MTU], 0);
	if (tb[IFLA_IFNAME])
		strncpy(out->name, RTA_DATA(tb[IFLA_IFNAME]), sizeof(out->name) - 1);
	if (link_is_macvlan(tb[IFLA_LINKINFO]))
		out->lower = (int)nl_u32(tb[IFLA_LINK], 0);
	return out->name[0];
}

void rtnl_link_dump_put(struct gh_buf *b)
{
	struct ifinfomsg head = { .ifi_family = AF_UNSPEC };

	nl_end(b, nl_begin(b, RTM_GETLINK, 0, &head, sizeof(head)));
}
