/*
 * The rules of a box: see box_rules.h.
 *
 * nat chains see the first packet of a flow alone, so their counters count
 * flows. Static rules stand before dynamic ones: a dynamic rule for a whole
 * network may leave single hosts to static ones.
 */
#include "rib/box_rules.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "rib/nft.h"
#include "rib/nl.h"

#define TABLE "gatehouse"
#define INCOMING "incoming"
#define OUTGOING "outgoing"
#define ASTRAY "astray"
#define OWN "own"

#define PRIORITY_DSTNAT (-100)
#define PRIORITY_FILTER 0
#define PRIORITY_SRCNAT 100

/* What is counted stands in front of the rule's name. */
#define FLOWS 'f'
#define STATELESS 's'
#define REFUSED 'r'

int box_rules_begin(struct nl *nft)
{
	static const struct nft_chain chains[] = {
		{ TABLE, INCOMING, "nat", NF_INET_PRE_ROUTING, PRIORITY_DSTNAT, false },
		{ TABLE, OUTGOING, "nat", NF_INET_POST_ROUTING, PRIORITY_SRCNAT, false },
		{ TABLE, ASTRAY, "filter", NF_INET_FORWARD, PRIORITY_FILTER, false },
		{ TABLE, OWN, "filter", NF_INET_LOCAL_OUT, PRIORITY_FILTER, true },
	};
	struct gh_buf b = { 0 };
	int error;

	nft_begin(&b);
	nft_table(&b, TABLE);
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++)
		nft_chain(&b, &chains[i]);
	nft_end(&b);
	error = nl_transaction(nft, &b);
	gh_buf_fini(&b);
	return error;
}

static struct nft_rule rule_begin(struct gh_buf *b, const char *chain, char what,
				  const struct box_rule *rule)
{
	char note[GH_NAME_MAX + 2];

	snprintf(note, sizeof(note), "%c%s", what, rule->name);
	return nft_rule_begin(b, TABLE, chain, note);
}

/* The device that internal's packets come by, and the one that leads away from it. */
static const char *near(const struct box_rule *rule)
{
	return rule->ingress ? BOX_OUTSIDE : BOX_INSIDE;
}

static const char *far(const struct box_rule *rule)
{
	return rule->ingress ? BOX_INSIDE : BOX_OUTSIDE;
}

static void outgoing(struct gh_buf *b, const struct box_rule *rule)
{
	struct nft_rule r = rule_begin(b, OUTGOING, FLOWS, rule);

	nft_leaves_by(b, far(rule));
	nft_address_in(b, NFT_SOURCE, &rule->internal);
	nft_counter(b);
	nft_translate(b, NFT_SOURCE, &rule->external, !rule->dynamic);
	nft_rule_end(b, r);
}

static void incoming(struct gh_buf *b, const struct box_rule *rule)
{
	struct nft_rule r = rule_begin(b, INCOMING, FLOWS, rule);

	nft_comes_by(b, far(rule));
	nft_address_in(b, NFT_TARGET, &rule->external);
	nft_counter(b);
	nft_translate(b, NFT_TARGET, &rule->internal, true);
	nft_rule_end(b, r);
}

static void astray_static(struct gh_buf *b, const struct box_rule *rule)
{
	struct nft_rule r = rule_begin(b, ASTRAY, STATELESS, rule);

	nft_is_invalid(b);
	nft_comes_by(b, near(rule));
	nft_address_in(b, NFT_SOURCE, &rule->internal);
	nft_counter(b);
	nft_rewrite(b, NFT_SOURCE, &rule->external);
	nft_rule_end(b, r);
	r = rule_begin(b, ASTRAY, STATELESS, rule);
	nft_is_invalid(b);
	nft_comes_by(b, far(rule));
	nft_address_in(b, NFT_TARGET, &rule->external);
	nft_counter(b);
	nft_rewrite(b, NFT_TARGET, &rule->internal);
	nft_rule_end(b, r);
}

static void astray_dynamic(struct gh_buf *b, const struct box_rule *rule)
{
	struct nft_rule r = rule_begin(b, ASTRAY, REFUSED, rule);

	nft_is_invalid(b);
	nft_comes_by(b, near(rule));
	nft_address_in(b, NFT_SOURCE, &rule->internal);
	nft_counter(b);
	nft_drop(b);
	nft_rule_end(b, r);
	/* An answer has its internal address back by now. */
	r = rule_begin(b, ASTRAY, REFUSED, rule);
	nft_comes_by(b, far(rule));
	nft_address_in(b, NFT_TARGET, &rule->external);
	nft_counter(b);
	nft_drop(b);
	nft_rule_end(b, r);
}

int box_rules_load(struct nl *nft, const struct box_rule rules[], size_t count)
{
	struct gh_buf b = { 0 };
	int error;

	nft_begin(&b);
	for (unsigned dynamic = 0; dynamic < 2; dynamic++) {
		for (size_t i = 0; i < count; i++) {
			if (rules[i].dynamic != dynamic)
				continue;
			outgoing(&b, &rules[i]);
			if (!dynamic)
				incoming(&b, &rules[i]);
			(dynamic ? astray_dynamic : astray_static)(&b, &rules[i]);
		}
	}
	nft_end(&b);
	error = nl_transaction(nft, &b);
	gh_buf_fini(&b);
	return error;
}

static void find_one(void *ctx, const struct nlmsghdr *h)
{
	struct nft_count n;

	*(bool *)ctx |= nft_count_read(h, &n);
}

int box_rules_present(struct nl *nft)
{
	struct gh_buf b = { 0 };
	bool found = false;
	int error;

	nft_rules_dump(&b, TABLE);
	error = nl_dump(nft, &b, find_one, &found);
	gh_buf_fini(&b);
	return error ? error : found;
}

struct counting {
	const struct box_rule *rules;
	size_t count;
	struct box_count *out;
};

static void count_one(void *ctx, const struct nlmsghdr *h)
{
	struct counting *c = ctx;
	struct nft_count n;

	if (!nft_count_read(h, &n))
		return;
	for (size_t i = 0; i < c->count; i++) {
		if (strcmp(n.note + 1, c->rules[i].name))
			continue;
		if (n.note[0] == FLOWS)
			c->out[i].flows += n.packets;
		else if (n.note[0] == STATELESS)
			c->out[i].stateless += n.packets;
		else
			c->out[i].refused += n.packets;
	}
}

int box_rules_count(struct nl *nft, const struct box_rule rules[], size_t count,
	       struct box_count out[])
{
	struct counting c = { rules, count, out };
	struct gh_buf b = { 0 };
	int error;

	memset(out, 0, count * sizeof(*out));
	nft_rules_dump(&b, TABLE);
	error = nl_dump(nft, &b, count_one, &c);
	gh_buf_fini(&b);
	return error;
}
