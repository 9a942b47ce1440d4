/*
 * Written as netlink messages: a forked nft would need our capabilities, and
 * the transaction is five kinds of message. Marking was chosen over rules by
 * source address (errors are routed before they have one) and over dropping
 * errors on their way out (path MTU discovery needs them).
 */
#include "rib/mark.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "rib/nl.h"
#include "rib/sysctl.h"

#define PRIORITY_MANGLE (-150)
#define CHAIN "incoming"

static size_t begin(struct gh_buf *b, uint16_t type, uint16_t flags)
{
	struct nfgenmsg head = { .nfgen_family = NFPROTO_INET, .version = NFNETLINK_V0 };

	return nl_begin(b, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type), flags, &head,
			sizeof(head));
}

static void attr_be32(struct gh_buf *b, uint16_t type, uint32_t value)
{
	nl_attr_u32(b, type, htonl(value));
}

static void batch_mark(struct gh_buf *b, uint16_t type)
{
	struct nfgenmsg head = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	nl_end(b, nl_begin(b, type, 0, &head, sizeof(head)));
}

static void table_put(struct gh_buf *b, uint16_t type, uint16_t flags, const char *table)
{
	size_t m = begin(b, type, flags);

	nl_attr_text(b, NFTA_TABLE_NAME, table);
	nl_end(b, m);
}

static void chain_put(struct gh_buf *b, const char *table)
{
	size_t m = begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE), hook;

	nl_attr_text(b, NFTA_CHAIN_TABLE, table);
	nl_attr_text(b, NFTA_CHAIN_NAME, CHAIN);
	hook = nl_nest(b, NFTA_CHAIN_HOOK);
	attr_be32(b, NFTA_HOOK_HOOKNUM, NF_INET_PRE_ROUTING);
	attr_be32(b, NFTA_HOOK_PRIORITY, (uint32_t)PRIORITY_MANGLE);
	nl_nest_end(b, hook);
	attr_be32(b, NFTA_CHAIN_POLICY, NF_ACCEPT);
	nl_attr_text(b, NFTA_CHAIN_TYPE, "filter");
	nl_end(b, m);
}

struct expression {
	size_t element, data;
};

static struct expression expression_begin(struct gh_buf *b, const char *name)
{
	struct expression e = { .element = nl_nest(b, NFTA_LIST_ELEM) };

	nl_attr_text(b, NFTA_EXPR_NAME, name);
	e.data = nl_nest(b, NFTA_EXPR_DATA);
	return e;
}

static void expression_end(struct gh_buf *b, struct expression e)
{
	nl_nest_end(b, e.data);
	nl_nest_end(b, e.element);
}

static void value_put(struct gh_buf *b, uint16_t type, const void *value, size_t length)
{
	size_t nest = nl_nest(b, type);

	nl_attr(b, NFTA_DATA_VALUE, value, length);
	nl_nest_end(b, nest);
}

/* iifname INTERFACE meta mark set MARK */
static void rule_put(struct gh_buf *b, const char *table, const char *interface, uint32_t mark)
{
	char name[16] = "";
	size_t m = begin(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND), list;
	struct expression e;

	snprintf(name, sizeof(name), "%s", interface);
	nl_attr_text(b, NFTA_RULE_TABLE, table);
	nl_attr_text(b, NFTA_RULE_CHAIN, CHAIN);
	list = nl_nest(b, NFTA_RULE_EXPRESSIONS);

	e = expression_begin(b, "meta");
	attr_be32(b, NFTA_META_DREG, NFT_REG_1);
	attr_be32(b, NFTA_META_KEY, NFT_META_IIFNAME);
	expression_end(b, e);

	e = expression_begin(b, "cmp");
	attr_be32(b, NFTA_CMP_SREG, NFT_REG_1);
	attr_be32(b, NFTA_CMP_OP, NFT_CMP_EQ);
	value_put(b, NFTA_CMP_DATA, name, sizeof(name));
	expression_end(b, e);

	e = expression_begin(b, "immediate");
	attr_be32(b, NFTA_IMMEDIATE_DREG, NFT_REG_1);
	value_put(b, NFTA_IMMEDIATE_DATA, &mark, sizeof(mark));
	expression_end(b, e);

	e = expression_begin(b, "meta");
	attr_be32(b, NFTA_META_KEY, NFT_META_MARK);
	attr_be32(b, NFTA_META_SREG, NFT_REG_1);
	expression_end(b, e);

	nl_nest_end(b, list);
	nl_end(b, m);
}

static int transact(struct nl *nft, struct gh_buf *b)
{
	int error = nft->fd < 0 ? nl_open(nft, NETLINK_NETFILTER) : 0;

	if (!error)
		error = nl_transaction(nft, b);
	if (error)
		nl_close(nft);          /* with what it may still have to say */
	gh_buf_fini(b);
	return error;
}

int mark_apply(struct nl *nft, uint32_t table, const char interfaces[][GH_IFNAME_MAX + 1],
	       unsigned count)
{
	struct gh_buf b = { 0 };
	char name[32];
	int error;

	snprintf(name, sizeof(name), "gatehouse-%u", table);
	batch_mark(&b, NFNL_MSG_BATCH_BEGIN);
	/* Made first, so that deleting never fails. */
	table_put(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE, name);
	table_put(&b, NFT_MSG_DELTABLE, 0, name);
	table_put(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE, name);
	chain_put(&b, name);
	for (unsigned i = 0; i < count; i++)
		rule_put(&b, name, interfaces[i], MARK_BASE + table);
	batch_mark(&b, NFNL_MSG_BATCH_END);
	error = transact(nft, &b);
	if (error)
		return error;
	sysctl_write("net/ipv4/fwmark_reflect", "1");
	sysctl_write("net/ipv6/fwmark_reflect", "1");
	sysctl_write("net/ipv4/tcp_fwmark_accept", "1");
	return 0;
}

int mark_remove(struct nl *nft, uint32_t table)
{
	struct gh_buf b = { 0 };
	char name[32];

	snprintf(name, sizeof(name), "gatehouse-%u", table);
	batch_mark(&b, NFNL_MSG_BATCH_BEGIN);
	table_put(&b, NFT_MSG_NEWTABLE, NLM_F_CREATE, name);
	table_put(&b, NFT_MSG_DELTABLE, 0, name);
	batch_mark(&b, NFNL_MSG_BATCH_END);
	return transact(nft, &b);
}
