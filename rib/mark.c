/*
 * Marking was chosen over rules by
 * source address (errors are routed before they have one) and over dropping
 * errors on their way out (path MTU discovery needs them).
 */
#include "rib/mark.h"

#include <errno.h>
#include <linux/netfilter.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "rib/nft.h"
#include "rib/sysctl.h"

#define PRIORITY_MANGLE (-150)
#define CHAIN "incoming"

/* iifname INTERFACE meta mark set MARK */
static void rule_put(struct gh_buf *b, const char *table, const char *interface, uint32_t mark)
{
	struct nft_rule r = nft_rule_begin(b, table, CHAIN, NULL);

	nft_comes_by(b, interface);
	nft_mark_set(b, mark);
	nft_rule_end(b, r);
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
	const struct nft_chain chain = { name, CHAIN, "filter", NF_INET_PRE_ROUTING,
					 PRIORITY_MANGLE, false };
	int error;

	snprintf(name, sizeof(name), "gatehouse-%u", table);
	nft_begin(&b);
	/* Made first, so that deleting never fails. */
	nft_table(&b, name);
	nft_table_del(&b, name);
	nft_table(&b, name);
	nft_chain(&b, &chain);
	for (unsigned i = 0; i < count; i++)
		rule_put(&b, name, interfaces[i], MARK_BASE + table);
	nft_end(&b);
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
	nft_begin(&b);
	nft_table(&b, name);
	nft_table_del(&b, name);
	nft_end(&b);
	return transact(nft, &b);
}

void marks_agree(struct marks *m, uint32_t table, const char *tun,
		 const struct underlay_plan *plan)
{
	char interfaces[UNDERLAY_EDGES_MAX + 2][GH_IFNAME_MAX + 1] = { "" };
	unsigned count = 0;
	int error;

	memcpy(interfaces[count++], tun, sizeof(interfaces[0]));
	if (plan->vnet[0])
		memcpy(interfaces[count++], plan->vnet, sizeof(interfaces[0]));
	for (unsigned i = 0; i < plan->edges_count; i++)
		memcpy(interfaces[count++], plan->edges[i], sizeof(interfaces[0]));
	if (m->stand && count == m->count &&
	    !memcmp(interfaces, m->interfaces, count * sizeof(interfaces[0])))
		return;
	error = mark_apply(&m->nft, table, interfaces, count);
	if (error && !m->refused)
		gh_warning("underlay: no nftables here (%s): ICMP errors about forwarded packets "
			   "go by the main table", strerror(-error));
	m->refused = error;
	m->stand = !error;
	m->count = count;
	memcpy(m->interfaces, interfaces, sizeof(interfaces));
}
