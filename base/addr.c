/*
 * IP addresses and prefixes: see addr.h.
 *
 * The families share one 16-byte array rather than a union, so that
 * comparing, masking and hashing need no case per family.
 */
#include "base/addr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned gh_family_bits(uint8_t family)
{
	return family == AF_INET ? 32 : family == AF_INET6 ? 128 : 0;
}

int gh_addr_parse(const char *text, struct gh_addr *out)
{
	struct gh_addr a = { 0 };

	a.family = strchr(text, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, text, a.b) != 1)
		return -EINVAL;
	*out = a;
	return 0;
}

const char *gh_addr_print(const struct gh_addr *a, char text[GH_ADDR_TEXT])
{
	if (!gh_addr_is_set(a) || !inet_ntop(a->family, a->b, text, GH_ADDR_TEXT))
		snprintf(text, GH_ADDR_TEXT, "none");
	return text;
}

int gh_addr_cmp(const struct gh_addr *a, const struct gh_addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->b, b->b, sizeof(a->b));
}

bool gh_addr_is_set(const struct gh_addr *a)
{
	return a->family != 0;
}

int gh_prefix_parse(const char *text, struct gh_prefix *out)
{
	char head[GH_ADDR_TEXT];
	const char *slash = strchr(text, '/');
	struct gh_prefix p, masked;
	unsigned long length;
	char *end;

	if (!slash || (size_t)(slash - text) >= sizeof(head))
		return -EINVAL;
	memcpy(head, text, slash - text);
	head[slash - text] = '\0';
	if (gh_addr_parse(head, &p.addr) < 0)
		return -EINVAL;
	if (slash[1] < '0' || slash[1] > '9')
		return -EINVAL;
	length = strtoul(slash + 1, &end, 10);
	if (*end || length > gh_family_bits(p.addr.family))
		return -EINVAL;
	p.length = length;
	masked = p;
	gh_prefix_mask(&masked);
	if (gh_prefix_cmp(&masked, &p))
		return -EINVAL;
	*out = p;
	return 0;
}

const char *gh_prefix_print(const struct gh_prefix *p, char text[GH_PREFIX_TEXT])
{
	char head[GH_ADDR_TEXT];

	snprintf(text, GH_PREFIX_TEXT, "%s/%u", gh_addr_print(&p->addr, head), p->length);
	return text;
}

int gh_prefix_cmp(const struct gh_prefix *a, const struct gh_prefix *b)
{
	int c = gh_addr_cmp(&a->addr, &b->addr);

	return c ? c : (int)a->length - (int)b->length;
}

void gh_prefix_mask(struct gh_prefix *p)
{
	unsigned whole = p->length / 8;

	if (whole >= sizeof(p->addr.b))
		return;
	p->addr.b[whole] &= (uint8_t)(0xff00u >> (p->length % 8));
	memset(p->addr.b + whole + 1, 0, sizeof(p->addr.b) - whole - 1);
}

struct gh_prefix gh_prefix_host(const struct gh_addr *a)
{
	return (struct gh_prefix){ .addr = *a, .length = gh_family_bits(a->family) };
}

bool gh_prefix_contains(const struct gh_prefix *outer, const struct gh_prefix *inner)
{
	return outer->length <= inner->length && gh_prefix_holds(outer, &inner->addr);
}

bool gh_prefix_holds(const struct gh_prefix *p, const struct gh_addr *a)
{
	struct gh_prefix cut = { .addr = *a, .length = p->length };

	if (a->family != p->addr.family)
		return false;
	gh_prefix_mask(&cut);
	return !gh_addr_cmp(&cut.addr, &p->addr);
}

socklen_t gh_endpoint_to_sockaddr(const struct gh_endpoint *e, struct sockaddr_storage *ss)
{
	memset(ss, 0, sizeof(*ss));
	if (e->addr.family == AF_INET) {
		struct sockaddr_in *sin = (struct sockaddr_in *)ss;

		sin->sin_family = AF_INET;
		sin->sin_port = htons(e->port);
		memcpy(&sin->sin_addr, e->addr.b, 4);
		return sizeof(*sin);
	}
	if (e->addr.family == AF_INET6) {
		struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)ss;

		sin6->sin6_family = AF_INET6;
		sin6->sin6_port = htons(e->port);
		memcpy(&sin6->sin6_addr, e->addr.b, 16);
		return sizeof(*sin6);
	}
	return 0;
}

int gh_endpoint_from_sockaddr(const struct sockaddr *sa, struct gh_endpoint *out)
{
	struct gh_endpoint e = { 0 };

	if (sa->sa_family == AF_INET) {
		const struct sockaddr_in *sin = (const struct sockaddr_in *)sa;

		memcpy(e.addr.b, &sin->sin_addr, 4);
		e.port = ntohs(sin->sin_port);
	} else if (sa->sa_family == AF_INET6) {
		const struct sockaddr_in6 *sin6 = (const struct sockaddr_in6 *)sa;

		memcpy(e.addr.b, &sin6->sin6_addr, 16);
		e.port = ntohs(sin6->sin6_port);
	} else {
		return -EINVAL;
	}
	e.addr.family = (uint8_t)sa->sa_family;
	*out = e;
	return 0;
}

const char *gh_endpoint_print(const struct gh_endpoint *e, char text[GH_ENDPOINT_TEXT])
{
	char host[GH_ADDR_TEXT];
	bool six = e->addr.family == AF_INET6;

	gh_addr_print(&e->addr, host);
	snprintf(text, GH_ENDPOINT_TEXT, "%s%s%s:%u", six ? "[" : "", host, six ? "]" : "", e->port);
	return text;
}
