/*
 * store - the configuration of one gateway: every face's way in
 *
 *	store_new        opens (or creates) the host key; the configuration is empty
 *	store_subscribe  for every backend
 *	store_load       RUN_DIR/running.conf, before anybody is heard
 *	store_submit     what a face asks for, from then on
 *
 * Datastores: running; candidate, one for all, which follows running while it
 * is unmodified; startup, the gateway's lines of frr.conf. One transaction at
 * a time: plan (clerk: copy, edit, validate, meaning, access, text), prepare
 * every backend (loop), adopt (clerk: exchange the trees), commit every
 * backend (loop), record (clerk: running.conf, history). Any refusal leaves
 * everything as it was. Requests wait their turn; a full queue refuses with
 * resource-denied.
 *
 * RUN_DIR/running.conf (0600) is the running configuration as text, followed
 * by the leg numbers as comment lines, for gatehoused's own restart.
 * RUN_DIR/unconfirmed.conf, of the same form, is what a confirmed commit that
 * nobody has confirmed returns to; a start that finds it returns at once.
 * STATE_DIR/commits/ holds the last STORE_COMMITS.
 *
 * Ownership  the store owns trees, snapshots and texts; what it hands out on
 *            the loop is borrowed until the loop comes round.
 * Threads    the control thread, but for the functions said to be the clerk's.
 * Errors     findings; in the daemon's start 0 or -errno with words.
 */
#ifndef GH_YANG_STORE_H
#define GH_YANG_STORE_H

#include <libyang/libyang.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clerk.h"
#include "yang/access.h"
#include "yang/config.h"
#include "yang/edit.h"
#include "yang/finding.h"
#include "yang/meaning.h"
#include "yang/transaction.h"

#define STORE_COMMITS 20                /* of the history */
#define STORE_QUEUE_MAX 64              /* requests that wait */
#define STORE_CONFIRM_S 600             /* RFC 6241 8.4.5.1: confirm-timeout not given */

struct store;

struct store_options {
	struct ev_loop *loop;           /* NULL: all happens inside store_submit (unit tests) */
	const char *state_dir;          /* host.key, commits/ */
	const char *run_dir;            /* running.conf, unconfirmed.conf */
	const char *startup;            /* NULL: /etc/frr/frr.conf */
	/* Called by the clerk, where that file is another user's. NULL: the store does it. */
	struct store_startup {
		void *self;
		int (*read)(void *self, struct gh_buf *text, struct gh_buf *why);
		int (*write)(void *self, const char *text, struct gh_buf *why);
	} startup_by;
	struct meaning_host host;
	unsigned prepare_ms;            /* 0: TRANSACTION_LIMIT_MS */
};

/* On failure *out is untouched and message says why. */
int store_new(const struct store_options *options, struct store **out, struct gh_buf *message);
void store_free(struct store *store);

/* Copies *backend. One that comes after store_load sees the next change only. */
void store_subscribe(struct store *store, const struct transaction_backend *backend);

/*
 * Runs wholly inside the call, but for a backend's commit that goes on in
 * slices. No file: success, nothing changes. A file that is refused is renamed
 * to running.conf.refused and named in message; the result is then an error
 * that the caller logs and survives.
 */
int store_load(struct store *store, struct gh_buf *message);

/* ---- requests ---------------------------------------------------------- */

struct store_user {                     /* who, for access, locks and history */
	const struct access_user *who;  /* NULL: whoever has uid; the clerk looks it up */
	uint32_t uid;
	uint32_t session;               /* NETCONF session-id; 0: vtysh */
	const char *from;               /* "vtysh", "netconf 192.0.2.7" */
};

enum store_name { STORE_RUNNING, STORE_CANDIDATE, STORE_STARTUP, STORE_NAMES };

enum store_verb {
	STORE_EDIT,             /* text or edits into target (running, candidate) */
	STORE_VALIDATE,         /* target; with text or edits, the whole that they are */
	STORE_COMMIT,           /* candidate -> running; confirmed_s, persist, persist_id */
	STORE_CONFIRM,          /* makes a confirmed commit final, changing nothing else */
	STORE_CANCEL,           /* ends a confirmed commit by returning; persist_id */
	STORE_DISCARD,          /* candidate := running */
	STORE_COPY,             /* source -> target; with text or edits, those are the source */
	STORE_DELETE,           /* target: startup only */
	STORE_ROLLBACK,         /* target (running, candidate) := commit `number` of the history */
};

struct store_outcome {
	int rc;                         /* 0, or -errno of the first error */
	bool changed;                   /* target differs now */
	uint64_t commit;                /* id of the commit that was made; 0: none */
	const struct findings *findings;        /* errors; on success warnings */
};

struct store_request {
	enum store_verb verb;
	struct store_user user;
	enum store_name target, source;
	const char *text;               /* lines; NULL: none */
	size_t length;
	struct edits *edits;            /* steps already parsed; taken over, *edits is empty then */
	bool whole;                     /* text or edits are the whole configuration */
	bool test;                      /* candidate: refuse what does not validate (test-then-set) */
	bool test_only;                 /* only validate what the edit would make */
	bool continue_on_error;         /* skip steps that cannot be done; the result is an error all the same */
	bool confirmed;                 /* STORE_COMMIT */
	uint32_t confirmed_s;           /* 0: STORE_CONFIRM_S */
	const char *persist, *persist_id;       /* NULL: not given */
	unsigned number;                /* STORE_ROLLBACK: 0 is the running one */
	void *context;
	/* Exactly once, perhaps before store_submit has returned. NULL: nobody waits. */
	void (*done)(void *context, const struct store_outcome *outcome);
};

/* Copies all that is given. */
void store_submit(struct store *store, const struct store_request *request);

/* ---- locks, RFC 6241 7.5 ----------------------------------------------- */

/* user: of a NETCONF session; who may be NULL only with uid. 0 or -EBUSY with a finding. */
int store_lock(struct store *store, enum store_name name, const struct store_user *user,
	       struct findings *findings);
/* Unlocking the candidate discards its changes (8.3.1). -EINVAL with a finding: not this session's. */
int store_unlock(struct store *store, enum store_name name, uint32_t session,
		 struct findings *findings);
/* Session that holds it and since when (seconds since 1970); 0: not locked. */
uint32_t store_locked(const struct store *store, enum store_name name, uint64_t *since_s);
/* Gives its locks back and ends its confirmed commit, unless that persists. */
void store_session_ended(struct store *store, uint32_t session);

/* ---- what happened ------------------------------------------------------ */

enum store_event_kind {
	STORE_CHANGED,                  /* running is another one now */
	STORE_CONFIRM_STARTED,          /* the other five: RFC 6470's confirm-event */
	STORE_CONFIRM_EXTENDED,
	STORE_CONFIRM_COMPLETE,
	STORE_CONFIRM_CANCELLED,
	STORE_CONFIRM_TIMEOUT,
};

struct store_event {
	enum store_event_kind kind;
	const char *user, *from;        /* NULL: the gateway itself */
	uint32_t session;
	uint32_t confirmed_s;           /* STARTED, EXTENDED: time left */
	uint64_t commit;                /* CHANGED */
};

/* Called on the loop, before the `done` of the request that caused it. */
void store_watch(struct store *store, void (*event)(void *self, const struct store_event *event),
		 void *self);

/* ---- running, for the loop ---------------------------------------------- */

/* Canonical text; "" when there is none. */
const char *store_text(const struct store *store);
/* Never NULL. */
const struct gw_config *store_config(const struct store *store);

/*
 * Appends the shared key of a connection in clear, for charon. The caller
 * wipes it at once (gh_buf_fini does). -ENOENT: no such connection or no key;
 * -EKEYREJECTED: it does not decrypt under this host's key.
 */
int store_key(const struct store *store, const char *connection, struct gh_buf *out);
/* The same of a connection of any snapshot, such as one that is being prepared. */
int store_connection_key(const struct store *store, const struct gw_connection *connection,
			 struct gh_buf *out);
/* The same of any other secret of a snapshot: an alternate key, a password of BGP. */
int store_clear(const struct store *store, const struct gw_secret *secret, struct gh_buf *out);

/* ---- files of STATE_DIR, any thread -------------------------------------- */

/* The whole file into text; -ENOENT when there is none. */
int store_file_read(const char *path, struct gh_buf *text);
/* Beside it and renamed: a crash leaves the old file or the new one, never half. */
int store_file_write(const char *path, const void *bytes, size_t length);

/* Access rules of running. Any thread; the caller puts it. */
struct access *store_access(struct store *store);

/* ---- views -------------------------------------------------------------- */

struct store_commit {
	uint64_t id;                    /* counts up, never used twice */
	uint64_t wall_ms;               /* since 1970 */
	const char *user, *from;
	unsigned added, removed;        /* lines */
	bool unconfirmed;               /* a confirmed commit that waits */
};
/* Newest first: [0] made what is running now. Returns how many; borrowed until the next commit. */
size_t store_history(const struct store *store, struct store_commit out[STORE_COMMITS]);
/* Changes of running since the start, and requests for one that were refused. */
void store_counts(const struct store *store, uint64_t *commits, uint64_t *refused);
/* Seconds until an unconfirmed commit is undone; 0: there is none. */
uint32_t store_unconfirmed_s(const struct store *store);

enum store_view {
	STORE_VIEW_TEXT,                /* canonical text of name */
	STORE_VIEW_DIFF,                /* what a commit of the candidate would change */
	STORE_VIEW_COMMIT,              /* what commit `number` of the history changed */
	STORE_VIEW_SINCE,               /* what changed between commit `number` and running */
};

/*
 * Text for people, made by the clerk: only what the user may read, and in
 * diffs no secrets at all. A diff has a line for each that was added (+) or
 * removed (-), with the line that enters its node before it; "" for no
 * difference. done is called exactly once; rc -ENOENT: no such commit, words
 * in text.
 */
struct store_look {
	enum store_view view;
	enum store_name name;
	unsigned number;
	struct store_user user;
	void *context;
	void (*done)(void *context, int rc, struct gh_buf *text);
};
void store_look(struct store *store, const struct store_look *look);

/* ---- for the clerk's jobs ------------------------------------------------ */

struct clerk *store_clerk(const struct store *store);
struct ly_ctx *store_context(const struct store *store);
/* Running or candidate (which is running's while unmodified); never NULL; borrowed for the job. */
const struct lyd_node *store_tree(const struct store *store, enum store_name name);

/*
 * The startup configuration as a tree, not validated; the caller frees it with
 * lyd_free_siblings. -errno with a finding.
 */
int store_startup_tree(const struct store *store, struct lyd_node **out, struct findings *findings);
/* Appends a secret as it is kept, encrypted. -EINVAL: it cannot be one, words in why. */
int store_secret(const struct store *store, const char *clear, struct gh_buf *out,
		 struct gh_buf *why);

#endif
