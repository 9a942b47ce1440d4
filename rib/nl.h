/*
 * nl - netlink messages and the socket that carries requests (RFC 3549, netlink(7))
 *
 * Messages are built at the tail of a buffer, one after the other. The kernel
 * handles a request inside sendmsg, so talking is synchronous and short.
 *
 * Ownership  struct nl owns its socket; buffers are the caller's.
 * Threads    one at a time.
 * Errors     0 or -errno. What the kernel says about a refusal in words goes
 *            into nl->why. -ENOBUFS: answers were lost, compare states.
 */
#ifndef RIB_NL_H
#define RIB_NL_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

struct nl {
	int fd;
	uint32_t seq;
	char why[160];          /* of the last refusal; may be "" */
};

/* protocol: NETLINK_ROUTE or NETLINK_NETFILTER. */
int nl_open(struct nl *nl, int protocol);
void nl_close(struct nl *nl);

/* Begins a message with its fixed header; returns where it begins, for nl_end. */
size_t nl_begin(struct gh_buf *b, uint16_t type, uint16_t flags, const void *head, size_t length);
void nl_end(struct gh_buf *b, size_t begin);

void nl_attr(struct gh_buf *b, uint16_t type, const void *data, size_t length);
void nl_attr_u8(struct gh_buf *b, uint16_t type, uint8_t value);
void nl_attr_u16(struct gh_buf *b, uint16_t type, uint16_t value);
void nl_attr_u32(struct gh_buf *b, uint16_t type, uint32_t value);
void nl_attr_text(struct gh_buf *b, uint16_t type, const char *text);
void nl_attr_addr(struct gh_buf *b, uint16_t type, const struct gh_addr *a);
size_t nl_nest(struct gh_buf *b, uint16_t type);
void nl_nest_end(struct gh_buf *b, size_t begin);

/* Splits the attributes of a message; tb has max + 1 places. */
void nl_parse(struct rtattr *tb[], unsigned max, struct rtattr *first, size_t length);
uint32_t nl_u32(const struct rtattr *a, uint32_t otherwise);
/* An address of the family, if the attribute has its size. */
void nl_addr(const struct rtattr *a, uint8_t family, struct gh_addr *out);

/* Sends the one message in b, empties b, returns the kernel's verdict. */
int nl_talk(struct nl *nl, struct gh_buf *b);

/* Called for each message of a batch that the kernel refused. */
typedef void nl_refused(void *ctx, const struct nlmsghdr *message, int error);

/* Sends all messages in b, empties b. Refusals are told, the rest goes on. */
int nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx);

/*
 * Sends all messages in b at once, empties b: of netfilter, between its BATCH_BEGIN
 * and BATCH_END. All or nothing; returns the first refusal.
 */
int nl_transaction(struct nl *nl, struct gh_buf *b);

typedef void nl_each(void *ctx, const struct nlmsghdr *message);

/* Sends the dump request in b, empties b. -EAGAIN: the state changed meanwhile. */
int nl_dump(struct nl *nl, struct gh_buf *b, nl_each *each, void *ctx);
/* Sends a request that is answered by one message. */
int nl_get(struct nl *nl, struct gh_buf *b, nl_each *each, void *ctx);

#endif
