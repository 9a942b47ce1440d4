/*
 * convert - between our addresses and FRR's
 *
 * Threads    pure functions.
 */
#ifndef GH_CONVERT_H
#define GH_CONVERT_H

#include "base/addr.h"
#include "bgpd-plugin/gh_compat.h"

static inline void gh_to_sockunion(const struct gh_addr *a, union sockunion *su)
{
	memset(su, 0, sizeof(*su));
	su->sa.sa_family = a->family;
	if (a->family == AF_INET)
		memcpy(&su->sin.sin_addr, a->b, 4);
	else
		memcpy(&su->sin6.sin6_addr, a->b, 16);
}

static inline void gh_to_prefix(const struct gh_prefix *from, struct prefix *p)
{
	memset(p, 0, sizeof(*p));
	p->family = from->addr.family;
	p->prefixlen = from->length;
	memcpy(&p->u.prefix, from->addr.b, from->addr.family == AF_INET ? 4 : 16);
}

static inline struct gh_prefix gh_from_prefix(const struct prefix *p)
{
	struct gh_prefix out = { .addr.family = p->family, .length = (uint8_t)p->prefixlen };

	memcpy(out.addr.b, &p->u.prefix, p->family == AF_INET ? 4 : 16);
	return out;
}

static inline struct gh_addr gh_from_in(const struct in_addr *in)
{
	struct gh_addr out = { .family = AF_INET };

	memcpy(out.b, in, 4);
	return out;
}

static inline struct gh_addr gh_from_in6(const struct in6_addr *in)
{
	struct gh_addr out = { .family = AF_INET6 };

	memcpy(out.b, in, 16);
	return out;
}

/* A peer without an address (a dynamic one of an operator's) has none. */
static inline struct gh_addr gh_from_sockunion(const union sockunion *su)
{
	if (su->sa.sa_family == AF_INET)
		return gh_from_in(&su->sin.sin_addr);
	if (su->sa.sa_family == AF_INET6)
		return gh_from_in6(&su->sin6.sin6_addr);
	return (struct gh_addr){ 0 };
}

static inline afi_t gh_to_afi(uint8_t family)
{
	return family == AF_INET ? AFI_IP : AFI_IP6;
}

#endif
