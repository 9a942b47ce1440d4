/*
 * nft - tables, chains and rules of nf_tables as netlink messages (nftables(8))
 *
 * A transaction is built in a buffer: nft_begin, what it holds, nft_end, then
 * nl_transaction. A rule is a list of expressions between nft_rule_begin and
 * nft_rule_end; the first that does not match ends it.
 *
 * Ownership  the buffer is the caller's.
 * Threads    pure functions.
 * Units      addresses in network order, as struct gh_addr has them.
 */
#ifndef RIB_NFT_H
#define RIB_NFT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

struct nlmsghdr;

void nft_begin(struct gh_buf *b);
void nft_end(struct gh_buf *b);

/* Of family inet. */
void nft_table(struct gh_buf *b, const char *table);
void nft_table_del(struct gh_buf *b, const char *table);

struct nft_chain {
	const char *table, *name;
	const char *type;               /* "filter", "nat" */
	uint32_t hook;                  /* NF_INET_... */
	int32_t priority;
	bool closed;                    /* what no rule decides is dropped */
};

void nft_chain(struct gh_buf *b, const struct nft_chain *chain);

struct nft_rule {
	size_t message, list;
};

/* note: kept with the rule, for whoever reads it again; NULL: none. */
struct nft_rule nft_rule_begin(struct gh_buf *b, const char *table, const char *chain,
			       const char *note);
void nft_rule_end(struct gh_buf *b, struct nft_rule r);

/* Matches. */
void nft_comes_by(struct gh_buf *b, const char *interface);
void nft_leaves_by(struct gh_buf *b, const char *interface);
enum nft_end { NFT_SOURCE, NFT_TARGET };
void nft_address_in(struct gh_buf *b, enum nft_end end, const struct gh_prefix *prefix);
/* conntrack makes no sense of it. */
void nft_is_invalid(struct gh_buf *b);

/* Statements. */
void nft_counter(struct gh_buf *b);
void nft_mark_set(struct gh_buf *b, uint32_t mark);
void nft_drop(struct gh_buf *b);
/*
 * In a chain of type nat. whole: to the same place in `to` that the address has in its own
 * prefix (RFC 6296 without its checksum rule); else to any address of it, by ports, always
 * the same one for one host.
 */
void nft_translate(struct gh_buf *b, enum nft_end end, const struct gh_prefix *to, bool whole);
/* Without conntrack: writes the address, whole, and mends checksums. */
void nft_rewrite(struct gh_buf *b, enum nft_end end, const struct gh_prefix *to);

/* Asks for all rules of a table. */
void nft_rules_dump(struct gh_buf *b, const char *table);

#define NFT_NOTE_MAX 127

/* A rule with a counter, out of a dump. */
struct nft_count {
	char chain[32], note[NFT_NOTE_MAX + 1];
	uint64_t packets, bytes;
};
bool nft_count_read(const struct nlmsghdr *h, struct nft_count *out);

#endif
