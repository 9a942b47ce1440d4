/*
 * store - the configuration of one gateway: what the daemon's main uses
 *
 * Ties datastore, transaction, secrets and the saved file together:
 *
 *	store_new        opens (or creates) the host key; the configuration is empty
 *	store_subscribe  for every backend
 *	store_load       reads RUN_DIR/running.conf, a transaction like any other
 *	store_edit       lines from vtysh
 *
 * RUN_DIR/running.conf (0600) is the running configuration as text, followed
 * by the leg numbers as comment lines, for gatehoused's own restart only; the
 * startup configuration is frr.conf.
 *
 * Ownership  the store owns tree, snapshot and text; what it hands out is
 *            borrowed until the next store_edit or store_load returns.
 * Threads    the control thread.
 * Errors     0 or -errno, words in `message`, one finding a line.
 */
#ifndef GH_YANG_STORE_H
#define GH_YANG_STORE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/config.h"
#include "yang/transaction.h"

struct store;

struct store_options {
	const char *state_dir;          /* host.key */
	const char *run_dir;            /* running.conf */
	/* Is there such an interface now? NULL: everything exists. */
	bool (*interface_exists)(void *self, const char *name);
	void *self;
};

/* On failure *out is untouched and message says why. */
int store_new(const struct store_options *options, struct store **out, struct gh_buf *message);
void store_free(struct store *store);

/*
 * Copies *backend; order of calls is order of subscription. A backend that
 * comes after store_load sees the next change only.
 */
void store_subscribe(struct store *store, const struct transaction_backend *backend);

/*
 * No file: success, nothing changes. A file that is refused is renamed to
 * running.conf.refused and named in message; the result is then an error that
 * the caller logs and survives.
 */
int store_load(struct store *store, struct gh_buf *message);

/*
 * One transaction of the text. user is for the log. Success may come with
 * warnings in message, also when nothing changed.
 */
int store_edit(struct store *store, const char *text, size_t length, bool replace,
	       const char *user, struct gh_buf *message);

/* The running configuration as canonical text; "" when there is none. */
const char *store_text(const struct store *store);
/* Never NULL. */
const struct gw_config *store_config(const struct store *store);

/*
 * Appends the shared key of a connection in clear, for charon. The caller
 * wipes it at once (gh_buf_fini does). -ENOENT: no such connection or no key;
 * -EKEYREJECTED: it does not decrypt under this host's key.
 */
int store_key(const struct store *store, const char *connection, struct gh_buf *out);

#endif
