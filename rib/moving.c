/*
 * Ours alone: the address is removed only where we would hold it, and a
 * process that starts does nothing with it until it is told.
 */
#include "rib/moving.h"

#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rib/announce.h"
#include "rib/nl.h"
#include "rib/rtnl.h"

#define ANNOUNCEMENTS 3

struct moving {
	struct nl nl;
	struct gh_buf b;
	struct moving_address address;
	bool told, hold;                /* told: moving_hold was called for this address */
	bool held;                      /* as far as we know */
	bool warned;                    /* of the last failure */
	unsigned announcements;         /* still to be made */
};

int moving_new(struct moving **out)
{
	struct moving *m = calloc(1, sizeof(*m));
	int error;

	if (!m)
		return -ENOMEM;
	error = nl_open(&m->nl, NETLINK_ROUTE);
	if (error) {
		free(m);
		return error;
	}
	*out = m;
	return 0;
}

void moving_free(struct moving *m)
{
	if (!m)
		return;
	nl_close(&m->nl);
	gh_buf_fini(&m->b);
	free(m);
}

/* 1: the kernel did it; 0: it was so already; -errno. */
static int change(struct moving *m, enum rtnl_verb verb)
{
	struct rtnl_addr a = {
		.ifindex = (int)if_nametoindex(m->address.interface), .addr = m->address.addr,
		.length = m->address.length,
	};
	char text[GH_ADDR_TEXT];
	int error;

	if (!a.ifindex)
		return -ENODEV;
	rtnl_addr_put(&m->b, verb, &a);
	error = nl_talk(&m->nl, &m->b);
	if (error == -EEXIST || error == -EADDRNOTAVAIL)
		return 0;
	if (error && !m->warned)
		gh_error("address %s: it cannot be %s %s: %s%s%s", gh_addr_print(&a.addr, text),
			 verb == RTNL_DEL ? "taken from" : "put on", m->address.interface,
			 strerror(-error), m->nl.why[0] ? ", " : "", m->nl.why);
	m->warned = error;
	return error ? error : 1;
}

static void announce(struct moving *m)
{
	char text[GH_ADDR_TEXT];
	int error = announce_send(m->address.interface, &m->address.addr);

	m->announcements--;
	if (error)
		gh_warning("address %s: it could not be announced on %s: %s",
			   gh_addr_print(&m->address.addr, text), m->address.interface,
			   strerror(-error));
}

/* Makes it as it shall be; also where somebody, or its interface, took it away since. */
static int settle(struct moving *m)
{
	int done;

	if (!m->told || !gh_addr_is_set(&m->address.addr))
		return 0;
	done = change(m, m->hold ? RTNL_ADD : RTNL_DEL);
	if (done < 0)
		return done;
	if (m->hold && (done || !m->held))
		m->announcements = ANNOUNCEMENTS;
	m->held = m->hold;
	if (m->held && m->announcements)
		announce(m);
	return 0;
}

void moving_configure(struct moving *m, const struct moving_address *address)
{
	if (!gh_addr_cmp(&m->address.addr, &address->addr) &&
	    m->address.length == address->length &&
	    !strcmp(m->address.interface, address->interface))
		return;
	if (m->held)
		moving_hold(m, false);
	m->address = *address;
	m->told = m->held = false;
	m->announcements = 0;
}

int moving_hold(struct moving *m, bool hold)
{
	m->told = true;
	m->hold = hold;
	return settle(m);
}

bool moving_is_held(const struct moving *m)
{
	return m->held;
}

void moving_tick(struct moving *m)
{
	if (m->hold)
		settle(m);
}
