/*
 * Written as netlink messages: a forked nft would need our capabilities, and
 * what we say of its language is a dozen sentences.
 */
#include "rib/nft.h"

#include <arpa/inet.h>
#include <endian.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "rib/nl.h"

#define IPV4_CHECKSUM 10
#define CT_STATE_INVALID 1u             /* bit of NFT_CT_STATE */

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

void nft_begin(struct gh_buf *b)
{
	batch_mark(b, NFNL_MSG_BATCH_BEGIN);
}

void nft_end(struct gh_buf *b)
{
	batch_mark(b, NFNL_MSG_BATCH_END);
}

static void table_put(struct gh_buf *b, uint16_t type, uint16_t flags, const char *table)
{
	size_t m = begin(b, type, flags);

	nl_attr_text(b, NFTA_TABLE_NAME, table);
	nl_end(b, m);
}

void nft_table(struct gh_buf *b, const char *table)
{
	table_put(b, NFT_MSG_NEWTABLE, NLM_F_CREATE, table);
}

void nft_table_del(struct gh_buf *b, const char *table)
{
	table_put(b, NFT_MSG_DELTABLE, 0, table);
}

void nft_chain(struct gh_buf *b, const struct nft_chain *c)
{
	size_t m = begin(b, NFT_MSG_NEWCHAIN, NLM_F_CREATE), hook;

	nl_attr_text(b, NFTA_CHAIN_TABLE, c->table);
	nl_attr_text(b, NFTA_CHAIN_NAME, c->name);
	hook = nl_nest(b, NFTA_CHAIN_HOOK);
	attr_be32(b, NFTA_HOOK_HOOKNUM, c->hook);
	attr_be32(b, NFTA_HOOK_PRIORITY, (uint32_t)c->priority);
	nl_nest_end(b, hook);
	attr_be32(b, NFTA_CHAIN_POLICY, c->closed ? NF_DROP : NF_ACCEPT);
	nl_attr_text(b, NFTA_CHAIN_TYPE, c->type);
	nl_end(b, m);
}

struct nft_rule nft_rule_begin(struct gh_buf *b, const char *table, const char *chain,
			       const char *note)
{
	struct nft_rule r;

	r.message = begin(b, NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nl_attr_text(b, NFTA_RULE_TABLE, table);
	nl_attr_text(b, NFTA_RULE_CHAIN, chain);
	if (note)
		nl_attr_text(b, NFTA_RULE_USERDATA, note);
	r.list = nl_nest(b, NFTA_RULE_EXPRESSIONS);
	return r;
}

void nft_rule_end(struct gh_buf *b, struct nft_rule r)
{
	nl_nest_end(b, r.list);
	nl_end(b, r.message);
}

/* ---- expressions ------------------------------------------------------- */

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

static void meta_load(struct gh_buf *b, uint32_t key)
{
	struct expression e = expression_begin(b, "meta");

	attr_be32(b, NFTA_META_DREG, NFT_REG_1);
	attr_be32(b, NFTA_META_KEY, key);
	expression_end(b, e);
}

static void compare(struct gh_buf *b, uint32_t operation, const void *value, size_t length)
{
	struct expression e = expression_begin(b, "cmp");

	attr_be32(b, NFTA_CMP_SREG, NFT_REG_1);
	attr_be32(b, NFTA_CMP_OP, operation);
	value_put(b, NFTA_CMP_DATA, value, length);
	expression_end(b, e);
}

/* register 1 = register 1 & mask ^ flip */
static void bitwise(struct gh_buf *b, const void *mask, const void *flip, uint32_t length)
{
	struct expression e = expression_begin(b, "bitwise");

	attr_be32(b, NFTA_BITWISE_SREG, NFT_REG_1);
	attr_be32(b, NFTA_BITWISE_DREG, NFT_REG_1);
	attr_be32(b, NFTA_BITWISE_LEN, length);
	value_put(b, NFTA_BITWISE_MASK, mask, length);
	value_put(b, NFTA_BITWISE_XOR, flip, length);
	expression_end(b, e);
}

static void immediate(struct gh_buf *b, uint32_t reg, const void *value, size_t length)
{
	struct expression e = expression_begin(b, "immediate");

	attr_be32(b, NFTA_IMMEDIATE_DREG, reg);
	value_put(b, NFTA_IMMEDIATE_DATA, value, length);
	expression_end(b, e);
}

static void interface_is(struct gh_buf *b, uint32_t key, const char *interface)
{
	char name[16] = "";

	snprintf(name, sizeof(name), "%s", interface);
	meta_load(b, key);
	compare(b, NFT_CMP_EQ, name, sizeof(name));
}

void nft_comes_by(struct gh_buf *b, const char *interface)
{
	interface_is(b, NFT_META_IIFNAME, interface);
}

void nft_leaves_by(struct gh_buf *b, const char *interface)
{
	interface_is(b, NFT_META_OIFNAME, interface);
}

/* RFC 791 3.1, RFC 8200 3 */
static uint32_t offset_of(enum nft_end end, uint8_t family)
{
	if (family == AF_INET)
		return end == NFT_SOURCE ? 12 : 16;
	return end == NFT_SOURCE ? 8 : 24;
}

static void address_load(struct gh_buf *b, enum nft_end end, uint8_t family)
{
	struct expression e = expression_begin(b, "payload");

	attr_be32(b, NFTA_PAYLOAD_DREG, NFT_REG_1);
	attr_be32(b, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	attr_be32(b, NFTA_PAYLOAD_OFFSET, offset_of(end, family));
	attr_be32(b, NFTA_PAYLOAD_LEN, gh_family_bits(family) / 8);
	expression_end(b, e);
}

static void address_store(struct gh_buf *b, enum nft_end end, uint8_t family)
{
	struct expression e = expression_begin(b, "payload");

	attr_be32(b, NFTA_PAYLOAD_SREG, NFT_REG_1);
	attr_be32(b, NFTA_PAYLOAD_BASE, NFT_PAYLOAD_NETWORK_HEADER);
	attr_be32(b, NFTA_PAYLOAD_OFFSET, offset_of(end, family));
	attr_be32(b, NFTA_PAYLOAD_LEN, gh_family_bits(family) / 8);
	attr_be32(b, NFTA_PAYLOAD_CSUM_TYPE, family == AF_INET ? NFT_PAYLOAD_CSUM_INET
							       : NFT_PAYLOAD_CSUM_NONE);
	attr_be32(b, NFTA_PAYLOAD_CSUM_OFFSET, family == AF_INET ? IPV4_CHECKSUM : 0);
	attr_be32(b, NFTA_PAYLOAD_CSUM_FLAGS, NFT_PAYLOAD_L4CSUM_PSEUDOHDR);
	expression_end(b, e);
}

/* The bits of the prefix, or with host those behind it. */
static void mask_of(const struct gh_prefix *p, bool host, uint8_t mask[16])
{
	for (unsigned bit = 0; bit < 128; bit++) {
		if ((bit < p->length) != host)
			mask[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
	}
}

void nft_address_in(struct gh_buf *b, enum nft_end end, const struct gh_prefix *prefix)
{
	uint8_t family = prefix->addr.family, mask[16] = { 0 };
	uint8_t protocol = family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6;
	static const uint8_t zero[16];
	uint32_t bytes = gh_family_bits(family) / 8;

	meta_load(b, NFT_META_NFPROTO);
	compare(b, NFT_CMP_EQ, &protocol, sizeof(protocol));
	address_load(b, end, family);
	mask_of(prefix, false, mask);
	bitwise(b, mask, zero, bytes);
	compare(b, NFT_CMP_EQ, prefix->addr.b, bytes);
}

void nft_is_invalid(struct gh_buf *b)
{
	const uint32_t invalid = CT_STATE_INVALID, zero = 0;
	struct expression e = expression_begin(b, "ct");

	attr_be32(b, NFTA_CT_DREG, NFT_REG_1);
	attr_be32(b, NFTA_CT_KEY, NFT_CT_STATE);
	expression_end(b, e);
	bitwise(b, &invalid, &zero, sizeof(invalid));
	compare(b, NFT_CMP_NEQ, &zero, sizeof(zero));
}

void nft_counter(struct gh_buf *b)
{
	expression_end(b, expression_begin(b, "counter"));
}

void nft_mark_set(struct gh_buf *b, uint32_t mark)
{
	struct expression e;

	immediate(b, NFT_REG_1, &mark, sizeof(mark));
	e = expression_begin(b, "meta");
	attr_be32(b, NFTA_META_KEY, NFT_META_MARK);
	attr_be32(b, NFTA_META_SREG, NFT_REG_1);
	expression_end(b, e);
}

void nft_drop(struct gh_buf *b)
{
	struct expression e = expression_begin(b, "immediate");
	size_t data, verdict;

	attr_be32(b, NFTA_IMMEDIATE_DREG, NFT_REG_VERDICT);
	data = nl_nest(b, NFTA_IMMEDIATE_DATA);
	verdict = nl_nest(b, NFTA_DATA_VERDICT);
	attr_be32(b, NFTA_VERDICT_CODE, NF_DROP);
	nl_nest_end(b, verdict);
	nl_nest_end(b, data);
	expression_end(b, e);
}

void nft_translate(struct gh_buf *b, enum nft_end end, const struct gh_prefix *to, bool whole)
{
	uint8_t family = to->addr.family, last[16] = { 0 };
	uint32_t bytes = gh_family_bits(family) / 8;
	struct expression e;

	mask_of(to, true, last);
	for (unsigned k = 0; k < bytes; k++)
		last[k] |= to->addr.b[k];
	immediate(b, NFT_REG_1, to->addr.b, bytes);
	immediate(b, NFT_REG_2, last, bytes);
	e = expression_begin(b, "nat");
	attr_be32(b, NFTA_NAT_TYPE, end == NFT_SOURCE ? NFT_NAT_SNAT : NFT_NAT_DNAT);
	attr_be32(b, NFTA_NAT_FAMILY, family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6);
	attr_be32(b, NFTA_NAT_REG_ADDR_MIN, NFT_REG_1);
	attr_be32(b, NFTA_NAT_REG_ADDR_MAX, NFT_REG_2);
	attr_be32(b, NFTA_NAT_FLAGS, whole ? NF_NAT_RANGE_NETMAP : NF_NAT_RANGE_PERSISTENT);
	expression_end(b, e);
}

void nft_rewrite(struct gh_buf *b, enum nft_end end, const struct gh_prefix *to)
{
	uint8_t mask[16] = { 0 };

	mask_of(to, true, mask);
	address_load(b, end, to->addr.family);
	bitwise(b, mask, to->addr.b, gh_family_bits(to->addr.family) / 8);
	address_store(b, end, to->addr.family);
}

/* ---- reading ----------------------------------------------------------- */

void nft_rules_dump(struct gh_buf *b, const char *table)
{
	size_t m = begin(b, NFT_MSG_GETRULE, NLM_F_DUMP);

	nl_attr_text(b, NFTA_RULE_TABLE, table);
	nl_end(b, m);
}

static uint64_t counter_value(const struct rtattr *a)
{
	uint64_t value;

	if (!a || RTA_PAYLOAD(a) != sizeof(value))
		return 0;
	memcpy(&value, RTA_DATA(a), sizeof(value));
	return be64toh(value);
}

static bool counter_read(struct rtattr *expression, struct nft_count *out)
{
	struct rtattr *tb[NFTA_EXPR_MAX + 1], *data[NFTA_COUNTER_MAX + 1];

	nl_parse(tb, NFTA_EXPR_MAX, RTA_DATA(expression), RTA_PAYLOAD(expression));
	if (!tb[NFTA_EXPR_NAME] || !tb[NFTA_EXPR_DATA] ||
	    RTA_PAYLOAD(tb[NFTA_EXPR_NAME]) != sizeof("counter") ||
	    memcmp(RTA_DATA(tb[NFTA_EXPR_NAME]), "counter", sizeof("counter")))
		return false;
	nl_parse(data, NFTA_COUNTER_MAX, RTA_DATA(tb[NFTA_EXPR_DATA]),
		 RTA_PAYLOAD(tb[NFTA_EXPR_DATA]));
	out->packets = counter_value(data[NFTA_COUNTER_PACKETS]);
	out->bytes = counter_value(data[NFTA_COUNTER_BYTES]);
	return true;
}

static void text_copy(char *out, size_t size, const struct rtattr *a)
{
	snprintf(out, size, "%.*s", (int)RTA_PAYLOAD(a), (const char *)RTA_DATA(a));
}

bool nft_count_read(const struct nlmsghdr *h, struct nft_count *out)
{
	struct rtattr *tb[NFTA_RULE_MAX + 1], *a;
	size_t head = NLMSG_LENGTH(sizeof(struct nfgenmsg));
	struct nft_count count = { 0 };
	int left;

	if (h->nlmsg_type != (NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_NEWRULE) || h->nlmsg_len < head)
		return false;
	nl_parse(tb, NFTA_RULE_MAX, (struct rtattr *)((uintptr_t)h + head), h->nlmsg_len - head);
	if (!tb[NFTA_RULE_CHAIN] || !tb[NFTA_RULE_EXPRESSIONS] || !tb[NFTA_RULE_USERDATA])
		return false;
	text_copy(count.chain, sizeof(count.chain), tb[NFTA_RULE_CHAIN]);
	text_copy(count.note, sizeof(count.note), tb[NFTA_RULE_USERDATA]);
	left = (int)RTA_PAYLOAD(tb[NFTA_RULE_EXPRESSIONS]);
	for (a = RTA_DATA(tb[NFTA_RULE_EXPRESSIONS]); RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		if (!counter_read(a, &count))
			continue;
		*out = count;
		return true;
	}
	return false;
}
