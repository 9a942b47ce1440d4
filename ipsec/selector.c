/*
 * Traffic selectors: see selector.h.
 */
#include "ipsec/selector.h"

#include <string.h>
#include <sys/socket.h>

static bool whole_family(const struct gh_selector *list, unsigned count, uint8_t family)
{
	static const uint8_t zero[16], ones[16] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255
	};
	unsigned bytes = gh_family_bits(family) / 8;

	for (unsigned k = 0; k < count; k++) {
		const struct gh_selector *t = &list[k];

		if (t->from.family == family && t->protocol == 0 && t->port_from == 0 &&
		    t->port_to == UINT16_MAX && !memcmp(t->from.b, zero, bytes) &&
		    !memcmp(t->to.b, ones, bytes))
			return true;
	}
	return false;
}

void selector_init(struct selector *s, const struct gh_sa *sa)
{
	s->local_count = sa->local_count;
	s->remote_count = sa->remote_count;
	memcpy(s->local, sa->local, sizeof(s->local));
	memcpy(s->remote, sa->remote, sizeof(s->remote));
	s->all_ipv4 = whole_family(s->local, s->local_count, AF_INET) &&
		      whole_family(s->remote, s->remote_count, AF_INET);
	s->all_ipv6 = whole_family(s->local, s->local_count, AF_INET6) &&
		      whole_family(s->remote, s->remote_count, AF_INET6);
}

/* Without a port (ICMP, fragments) only "all ports" matches: RFC 4301's ANY. */
static bool matches(const struct gh_selector *t, const struct packet *p, const uint8_t *address,
		    uint16_t port)
{
	if (t->from.family != p->family || (t->protocol && t->protocol != p->protocol))
		return false;
	if (memcmp(address, t->from.b, p->address_bytes) < 0 ||
	    memcmp(address, t->to.b, p->address_bytes) > 0)
		return false;
	if (t->port_from == 0 && t->port_to == UINT16_MAX)
		return true;
	return p->has_ports && port >= t->port_from && port <= t->port_to;
}

static bool match_any(const struct gh_selector *list, unsigned count, const struct packet *p,
		      const uint8_t *address, uint16_t port)
{
	for (unsigned k = 0; k < count; k++)
		if (matches(&list[k], p, address, port))
			return true;
	return false;
}

bool selector_match(const struct selector *s, const struct packet *p, bool outbound)
{
	if (p->family == AF_INET ? s->all_ipv4 : s->all_ipv6)
		return true;
	if (outbound)
		return match_any(s->local, s->local_count, p, p->source, p->source_port) &&
		       match_any(s->remote, s->remote_count, p, p->target, p->target_port);
	return match_any(s->local, s->local_count, p, p->target, p->target_port) &&
	       match_any(s->remote, s->remote_count, p, p->source, p->source_port);
}
