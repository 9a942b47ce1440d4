/*
 * rtnl - links, addresses, rules, routes and nexthops as plain structs (rtnetlink(7))
 *
 * rtnl_*_put appends one request to a buffer, for nl_talk or nl_batch;
 * rtnl_*_read takes one message of the kernel apart; rtnl_*_dump asks for all.
 *
 * Ownership  plain values; strings and arrays inside the struct.
 * Threads    pure functions, but for the dumps (nl.h).
 * Errors     _read returns false for a message of another kind.
 */
#ifndef RIB_RTNL_H
#define RIB_RTNL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/fact.h"
#include "rib/monitor.h"
#include "rib/nl.h"

/* For the command argument. */
enum rtnl_verb {
	RTNL_ADD = 1,           /* fails with -EEXIST if it is there */
	RTNL_REPLACE,           /* make or replace */
	RTNL_DEL,
};

struct rtnl_route {
	struct gh_prefix prefix;
	uint32_t table;
	uint32_t metric;
	uint32_t nexthop;       /* id; 0: by ifindex */
	int ifindex;            /* 0: none */
	uint8_t protocol;
	uint8_t type;           /* RTN_UNICAST, RTN_UNREACHABLE */
};

void rtnl_route_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_route *route);
bool rtnl_route_read(const struct nlmsghdr *h, struct rtnl_route *out);
/* Asks for the routes of one table and protocol. */
int rtnl_route_dump(struct nl *nl, uint8_t family, uint32_t table, uint8_t protocol,
		    nl_each *each, void *ctx);

#define RTNL_MEMBERS_MAX 64

struct rtnl_member {
	uint32_t id;
	uint16_t weight;        /* 1..256 */
};

struct rtnl_nexthop {
	uint32_t id;
	uint8_t family;
	uint8_t protocol;
	int ifindex;
	struct gh_addr gateway;         /* none: on the link itself */
	uint16_t buckets;               /* resilient group; 0: a single nexthop */
	unsigned members_count;
	struct rtnl_member members[RTNL_MEMBERS_MAX];
};

void rtnl_nexthop_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_nexthop *nexthop);
bool rtnl_nexthop_read(const struct nlmsghdr *h, struct rtnl_nexthop *out);
int rtnl_nexthop_dump(struct nl *nl, nl_each *each, void *ctx);
/* -ENOENT: the kernel has no nexthop of that id. */
int rtnl_nexthop_check(struct nl *nl, uint32_t id);

struct rtnl_rule {
	uint8_t family;
	uint32_t priority;
	uint32_t table;
	uint8_t protocol;
	uint32_t mark;                  /* 0: any */
	char iif[GH_IFNAME_MAX + 1];    /* "": any */
	struct gh_prefix to;            /* no family: any */
	int suppress_length;            /* -1: none */
	bool unreachable;               /* instead of a table */
};

void rtnl_rule_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_rule *rule);
bool rtnl_rule_read(const struct nlmsghdr *h, struct rtnl_rule *out);
int rtnl_rule_dump(struct nl *nl, uint8_t family, nl_each *each, void *ctx);

struct rtnl_addr {
	int ifindex;
	struct gh_addr addr;
	uint8_t length;
	uint8_t protocol;               /* IFA_PROTO: who added it; 0 before Linux 5.18 */
};

void rtnl_addr_put(struct gh_buf *b, enum rtnl_verb verb, const struct rtnl_addr *addr);
bool rtnl_addr_read(const struct nlmsghdr *h, struct rtnl_addr *out);
int rtnl_addr_dump(struct nl *nl, uint8_t family, nl_each *each, void *ctx);

/* mtu 0: as it is. */
void rtnl_link_up_put(struct gh_buf *b, int ifindex, uint32_t mtu);
/* A pair of veths without ARP, for the sentinel. */
void rtnl_veth_put(struct gh_buf *b, const char *name, const char *peer);
void rtnl_link_del_put(struct gh_buf *b, int ifindex);
bool rtnl_link_read(const struct nlmsghdr *h, struct link_state *out);
void rtnl_link_dump_put(struct gh_buf *b);

#endif
