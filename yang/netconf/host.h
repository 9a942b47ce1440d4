/*
 * host - what the NETCONF server asks of the program it is part of
 *
 * Configuration it does itself, over the store. State and operations it asks
 * for; both answer later, on the loop.
 *
 * Threads    the control thread.
 */
#ifndef GH_NETCONF_HOST_H
#define GH_NETCONF_HOST_H

#include <stdbool.h>

#include "base/buf.h"
#include "yang/access.h"
#include "yang/finding.h"

/* One question; it is the asker's and lives until done. */
struct netconf_ask {
	/*
	 * state: a path such as "/gatehouse:gateway" or "/gatehouse:gateway/connection";
	 * operate: words such as "reset connection paris", or "get-routes" and
	 * "explain" with their input below.
	 */
	char *what;
	const char *within, *after;     /* get-routes; NULL: not given */
	unsigned limit;                 /* get-routes: how many at most */
	const struct access_user *who;
	const char *from;
	size_t json_max;                /* an answer that is longer is a finding (too-big) */

	struct gh_buf json;             /* the answer, RFC 7951: of an operation the output's members */
	struct findings findings;
	void (*done)(struct netconf_ask *ask);
	void *asker;
	void *host;                     /* the host's own */
};

struct netconf_host {
	void *context;
	/* Exactly one done follows each, perhaps before it returns. */
	void (*state)(void *context, struct netconf_ask *ask);
	void (*operate)(void *context, struct netconf_ask *ask);
};

#endif
