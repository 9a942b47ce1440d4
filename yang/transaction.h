/*
 * transaction - the one way in which the configuration changes
 *
 * copy, edit, validate (YANG, then meaning), prepare every backend, swap,
 * commit every backend. vtysh and whatever comes later go through it; any
 * refusal leaves everything as it was.
 *
 * Ownership  a transaction borrows all that it is given. What backends see
 *            belongs to the datastore: `from` dies when the transaction
 *            returns, `to` lives until the next one.
 * Threads    the control thread.
 * Errors     0 or -errno with words in `message`: "line 3: ...", one finding
 *            a line, the first 20. On success the message holds warnings, or
 *            is empty.
 */
#ifndef GH_YANG_TRANSACTION_H
#define GH_YANG_TRANSACTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "yang/config.h"

/*
 * A part that acts on the configuration. prepare may refuse, with the reason
 * appended to why, and must change nothing that abort cannot undo. Exactly one
 * of commit and abort follows each successful prepare; neither can fail. Not
 * called when an edit changes nothing. Any function may be NULL.
 */
struct transaction_backend {
	const char *name;
	void *self;
	int (*prepare)(void *self, const struct gw_config *from, const struct gw_config *to,
		       struct gh_buf *why);
	void (*commit)(void *self, const struct gw_config *from, const struct gw_config *to);
	void (*abort)(void *self);
};

struct datastore;
struct legs;
struct secret_key;

struct transaction {
	struct datastore *datastore;
	const struct secret_key *key;
	/* Is there such an interface now? NULL: everything exists (unit tests). */
	bool (*interface_exists)(void *self, const char *name);
	void *self;
	const struct transaction_backend *backends;
	size_t backend_count;
};

struct transaction_request {
	const char *text;               /* lines as cli.h reads them */
	size_t length;
	bool replace;                   /* the text is the whole configuration */
	const struct legs *legs;        /* numbers to keep; NULL: those of the running one */
};

/*
 * Runs one request. *changed says whether anything differs now. With replace,
 * what only depends on this host's present state (an interface that is not
 * there yet, a key encrypted elsewhere) is a warning: a boot must not lose the
 * circuit for it.
 */
int transaction_run(const struct transaction *t, const struct transaction_request *request,
		    struct gh_buf *message, bool *changed);

#endif
