/*
 * Written over plain sockets: what we need of libnl or libmnl is smaller than
 * their use. A batch asks for one acknowledgement, of its last message:
 * refusals come in any case, and the kernel works in order.
 */
#include "rib/nl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define CHUNK_BYTES (96u << 10)         /* a sendmsg; zebra's monitor keeps up with it */
#define SOCKET_BYTES (8 << 20)
#define RECEIVE_BYTES (64u << 10)
#define TIMEOUT_S 10

int nl_open(struct nl *nl, int protocol)
{
	int one = 1, size = SOCKET_BYTES;
	struct timeval patience = { .tv_sec = TIMEOUT_S };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	memset(nl, 0, sizeof(*nl));
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (nl->fd < 0)
		return -errno;
	/* Without CAP_NET_ADMIN the sizes stay what they are; that is no reason to fail. */
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(nl->fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(nl->fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	if (connect(nl->fd, (struct sockaddr *)&kernel, sizeof(kernel))) {
		int error = -errno;

		nl_close(nl);
		return error;
	}
	return 0;
}

void nl_close(struct nl *nl)
{
	if (nl->fd >= 0)
		close(nl->fd);
	nl->fd = -1;
}

/* ---- building ---- */

static void pad(struct gh_buf *b)
{
	static const uint8_t zero[NLMSG_ALIGNTO];
	size_t odd = gh_buf_length(b) % NLMSG_ALIGNTO;

	if (odd)
		gh_buf_append(b, zero, NLMSG_ALIGNTO - odd);
}

size_t nl_begin(struct gh_buf *b, uint16_t type, uint16_t flags, const void *head, size_t length)
{
	struct nlmsghdr h = { .nlmsg_type = type,
			      .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags) };
	size_t begin = gh_buf_length(b);

	gh_buf_append(b, &h, sizeof(h));
	gh_buf_append(b, head, length);
	pad(b);
	return begin;
}

void nl_end(struct gh_buf *b, size_t begin)
{
	struct nlmsghdr *h = (struct nlmsghdr *)(gh_buf_begin(b) + begin);

	h->nlmsg_len = (uint32_t)(gh_buf_length(b) - begin);
}

void nl_attr(struct gh_buf *b, uint16_t type, const void *data, size_t length)
{
	struct rtattr a = { .rta_len = (uint16_t)RTA_LENGTH(length), .rta_type = type };

	gh_buf_append(b, &a, sizeof(a));
	if (length)
		gh_buf_append(b, data, length);
	pad(b);
}

void nl_attr_u8(struct gh_buf *b, uint16_t type, uint8_t value)
{
	nl_attr(b, type, &value, sizeof(value));
}

void nl_attr_u16(struct gh_buf *b, uint16_t type, uint16_t value)
{
	nl_attr(b, type, &value, sizeof(value));
}

void nl_attr_u32(struct gh_buf *b, uint16_t type, uint32_t value)
{
	nl_attr(b, type, &value, sizeof(value));
}

void nl_attr_text(struct gh_buf *b, uint16_t type, const char *text)
{
	nl_attr(b, type, text, strlen(text) + 1);
}

void nl_attr_addr(struct gh_buf *b, uint16_t type, const struct gh_addr *a)
{
	nl_attr(b, type, a->b, gh_family_bits(a->family) / 8);
}

size_t nl_nest(struct gh_buf *b, uint16_t type)
{
	size_t begin = gh_buf_length(b);

	nl_attr(b, type | NLA_F_NESTED, NULL, 0);
	return begin;
}

void nl_nest_end(struct gh_buf *b, size_t begin)
{
	struct rtattr *a = (struct rtattr *)(gh_buf_begin(b) + begin);

	a->rta_len = (uint16_t)(gh_buf_length(b) - begin);
}

/* ---- reading ---- */

void nl_parse(struct rtattr *tb[], unsigned max, struct rtattr *first, size_t length)
{
	int left = (int)length;         /* signed: at the end RTA_NEXT takes off too much */

	memset(tb, 0, (max + 1) * sizeof(tb[0]));
	for (struct rtattr *a = first; RTA_OK(a, left); a = RTA_NEXT(a, left)) {
		unsigned type = a->rta_type & NLA_TYPE_MASK;

		if (type <= max)
			tb[type] = a;
	}
}

uint32_t nl_u32(const struct rtattr *a, uint32_t otherwise)
{
	uint32_t value;

	if (!a || RTA_PAYLOAD(a) < sizeof(value))
		return otherwise;
	memcpy(&value, RTA_DATA(a), sizeof(value));
	return value;
}

void nl_addr(const struct rtattr *a, uint8_t family, struct gh_addr *out)
{
	unsigned bytes = gh_family_bits(family) / 8;

	memset(out, 0, sizeof(*out));
	if (!a || !bytes || RTA_PAYLOAD(a) != bytes)
		return;
	out->family = family;
	memcpy(out->b, RTA_DATA(a), bytes);
}

/* ---- talking ---- */

static int error_of(struct nl *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = NLMSG_DATA(h);
	struct rtattr *tb[NLMSGERR_ATTR_MAX + 1];
	size_t skip = sizeof(*e);

	nl->why[0] = 0;
	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*e)))
		return -EBADMSG;
	if (e->error && (h->nlmsg_flags & NLM_F_ACK_TLVS)) {
		if (!(h->nlmsg_flags & NLM_F_CAPPED))
			skip += e->msg.nlmsg_len - sizeof(e->msg);
		if (h->nlmsg_len > NLMSG_LENGTH(skip)) {
			nl_parse(tb, NLMSGERR_ATTR_MAX,
				 (struct rtattr *)((char *)NLMSG_DATA(h) + skip),
				 h->nlmsg_len - NLMSG_LENGTH(skip));
			if (tb[NLMSGERR_ATTR_MSG])
				snprintf(nl->why, sizeof(nl->why), "%.*s",
					 (int)RTA_PAYLOAD(tb[NLMSGERR_ATTR_MSG]),
					 (char *)RTA_DATA(tb[NLMSGERR_ATTR_MSG]));
		}
	}
	return e->error;
}

static ssize_t receive(struct nl *nl, void *bytes, size_t size)
{
	ssize_t n;

	do
		n = recv(nl->fd, bytes, size, MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return (size_t)n > size ? -EMSGSIZE : n;
}

static int send_all(struct nl *nl, const void *bytes, size_t length)
{
	ssize_t n;

	do
		n = send(nl->fd, bytes, length, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

struct exchange {
	const uint8_t *request;         /* messages as sent */
	size_t length;
	uint32_t first, last;           /* their sequence numbers */
	nl_refused *refused;
	nl_each *each;
	void *ctx;
};

static const struct nlmsghdr *message_of(const struct exchange *x, uint32_t seq)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)x->request;

	for (uint32_t s = x->first; s != seq; s++)
		h = (const struct nlmsghdr *)((const uint8_t *)h + NLMSG_ALIGN(h->nlmsg_len));
	return h;
}

/* Takes one datagram of answers. 1: more to come. 0 or -errno: finished. */
static int answer(struct nl *nl, const struct exchange *x, struct nlmsghdr *h, int length)
{
	for (; NLMSG_OK(h, length); h = NLMSG_NEXT(h, length)) {
		int error;

		if (h->nlmsg_seq - x->first > x->last - x->first)
			continue;       /* of an exchange that timed out */
		if (h->nlmsg_flags & NLM_F_DUMP_INTR)
			return -EAGAIN;
		if (h->nlmsg_type == NLMSG_DONE)
			return h->nlmsg_len < NLMSG_LENGTH(sizeof(int)) ? 0 :
									  *(int *)NLMSG_DATA(h);
		if (h->nlmsg_type != NLMSG_ERROR) {
			if (x->each)
				x->each(x->ctx, h);
			if (x->each && !(h->nlmsg_flags & NLM_F_MULTI))
				return 0;
			continue;
		}
		error = error_of(nl, h);
		if (error && x->refused)
			x->refused(x->ctx, message_of(x, h->nlmsg_seq), error);
		if (h->nlmsg_seq == x->last)
			return x->refused ? 0 : error;
	}
	return 1;
}

static int exchange(struct nl *nl, const struct exchange *x)
{
	union {
		struct nlmsghdr h;
		uint8_t bytes[RECEIVE_BYTES];
	} in;
	int result = send_all(nl, x->request, x->length);

	if (result)
		return result;
	do {
		ssize_t n = receive(nl, &in, sizeof(in));

		if (n < 0)
			return (int)n;
		result = answer(nl, x, &in.h, (int)n);
	} while (result == 1);
	return result;
}

static int exchange_one(struct nl *nl, struct gh_buf *b, uint16_t flags, nl_each *each, void *ctx)
{
	struct nlmsghdr *h = (struct nlmsghdr *)gh_buf_begin(b);
	struct exchange x = {
		.request = gh_buf_begin(b), .length = gh_buf_length(b), .each = each, .ctx = ctx,
	};
	int result;

	h->nlmsg_flags |= flags;
	h->nlmsg_seq = x.first = x.last = ++nl->seq;
	result = exchange(nl, &x);
	gh_buf_consume(b, gh_buf_length(b));
	return result;
}

int nl_talk(struct nl *nl, struct gh_buf *b)
{
	return exchange_one(nl, b, NLM_F_ACK, NULL, NULL);
}

int nl_dump(struct nl *nl, struct gh_buf *b, nl_each *each, void *ctx)
{
	return exchange_one(nl, b, NLM_F_DUMP, each, ctx);
}

int nl_get(struct nl *nl, struct gh_buf *b, nl_each *each, void *ctx)
{
	return exchange_one(nl, b, 0, each, ctx);
}

int nl_batch(struct nl *nl, struct gh_buf *b, nl_refused *refused, void *ctx)
{
	int result = 0;

	while (gh_buf_length(b) && !result) {
		struct exchange x = { .request = gh_buf_begin(b), .refused = refused, .ctx = ctx };
		struct nlmsghdr *h = (struct nlmsghdr *)gh_buf_begin(b);
		size_t left = gh_buf_length(b);

		for (x.first = nl->seq + 1;; h = (struct nlmsghdr *)((uint8_t *)h + h->nlmsg_len)) {
			h->nlmsg_seq = ++nl->seq;
			x.length += h->nlmsg_len;
			if (x.length >= left || x.length >= CHUNK_BYTES)
				break;
		}
		h->nlmsg_flags |= NLM_F_ACK;
		x.last = nl->seq;
		result = exchange(nl, &x);
		gh_buf_consume(b, x.length);
	}
	gh_buf_consume(b, gh_buf_length(b));
	return result;
}

static void first_refusal(void *ctx, const struct nlmsghdr *message, int error)
{
	int *first = ctx;

	(void)message;
	if (!*first)
		*first = error;
}

int nl_transaction(struct nl *nl, struct gh_buf *b)
{
	int refused = 0, error;
	struct exchange x = {
		.request = gh_buf_begin(b), .length = gh_buf_length(b), .first = nl->seq + 1,
		.refused = first_refusal, .ctx = &refused,
	};
	struct nlmsghdr *h = (struct nlmsghdr *)gh_buf_begin(b), *last = h;

	for (size_t left = gh_buf_length(b), n; left; left -= n) {
		n = h->nlmsg_len;
		h->nlmsg_seq = ++nl->seq;
		if (left > n)
			last = h;
		h = (struct nlmsghdr *)((uint8_t *)h + n);
	}
	/* The end of a batch is acknowledged by newer kernels only: ask the one before it. */
	last->nlmsg_flags |= NLM_F_ACK;
	x.last = last->nlmsg_seq;
	error = exchange(nl, &x);
	gh_buf_consume(b, gh_buf_length(b));
	return error ? error : refused;
}
