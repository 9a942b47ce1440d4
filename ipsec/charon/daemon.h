/*
 * daemon - the link to gatehoused
 *
 * A thread connects to RUN/facts.sock, and again while gatehoused is away
 * (soon at first, then each second), states the whole SA table, then each change of it, and passes on what
 * gatehoused has to say. Nothing that charon's workers do waits for it.
 *
 * Ownership  borrows the table, which must outlive it.
 * Threads    new and free: charon's plugin loader. The callbacks of the sink
 *            run on the link's thread, without a lock held.
 * Errors     a link that breaks is made anew; gatehoused gets all SAs again.
 */
#ifndef GH_CHARON_DAEMON_H
#define GH_CHARON_DAEMON_H

#include "ipsec/charon/table.h"

struct gh_daemon;

struct gh_daemon_sink {
	void (*expire)(const struct gh_sa_expire *expire);
	void (*mapping)(const struct gh_sa_mapping *mapping);
};

struct gh_daemon *gh_daemon_new(const char *run_dir, struct gh_table *table,
				const struct gh_daemon_sink *sink);
void gh_daemon_free(struct gh_daemon *d);

#endif
