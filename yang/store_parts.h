/*
 * store_parts - what the files of the store share
 *
 *   store.c           makes and ends it; running's views
 *   store_request.c   the queue, and the phases of the request at its head
 *   store_plan.c      what each verb means in trees (clerk)
 *   store_confirm.c   the confirmed commit that waits
 *   store_look.c      views (clerk)
 *   store_lock.c      locks
 *   store_file.c      texts in files (clerk, and at the start)
 *
 * Private to these.
 *
 * Threads    fields are the loop's unless said otherwise.
 */
#ifndef GH_YANG_STORE_PARTS_H
#define GH_YANG_STORE_PARTS_H

#include <ev.h>
#include <pthread.h>

#include "yang/datastore.h"
#include "yang/history.h"
#include "yang/legs.h"
#include "yang/secret.h"
#include "yang/store.h"

struct store_lock {
	uint32_t session;                       /* 0: free */
	uint64_t since_s;
	char user[GH_TEXT_MAX + 1], from[GH_TEXT_MAX + 1];
};

/* A confirmed commit that waits, RFC 6241 8.4. */
struct store_confirm {
	bool pending;
	bool ending;                            /* its end is in the queue: too late to confirm */
	ev_timer limit;
	uint64_t ends_ms;                       /* monotonic */
	char *back;                             /* text and leg numbers to return to */
	char *persist;                          /* NULL: it ends with the session */
	uint32_t session;
	char user[GH_TEXT_MAX + 1], from[GH_TEXT_MAX + 1];
};

struct store_watcher {
	void (*event)(void *self, const struct store_event *event);
	void *self;
};

struct store {
	struct store_startup startup_by;
	/* set once */
	struct ev_loop *loop;
	struct clerk *clerk;
	struct datastore *datastore;            /* its content is the clerk's */
	struct secret_key *key;
	char *running_path, *unconfirmed_path, *startup_path, *commits_dir;
	struct meaning_host host;

	struct transaction *transaction;
	struct store_watcher *watchers;
	size_t watcher_count;
	bool loading;                           /* jobs run inside the call */

	struct store_task *active, *first, **end;
	size_t waiting;
	struct store_lock locks[STORE_NAMES];
	bool candidate_modified;
	struct store_confirm confirm;
	struct history_entry history[STORE_COMMITS];    /* newest first */
	size_t history_count;
	uint64_t last_commit;
	uint64_t commits, refused;              /* since the start */

	/* of running, for the loop: the datastore's own */
	const struct gw_config *config;
	const char *text;
	pthread_mutex_t lock;                   /* protects access */
	struct access *access;
};

/* One request on its way. The phases hand it from thread to thread; one has it at a time. */
struct store_task {
	struct clerk_job job;
	struct store_task *next;
	struct store *store;
	/* Its strings are ours; of edits, only whether they were given is still true. */
	struct store_request r;
	struct edits edits;
	struct access_user who;
	bool internal;                          /* the store's own: no locks, no access rules */
	bool trusted;
	bool has_legs;
	struct legs legs;                       /* numbers to keep */
	/* made by the phases */
	struct datastore_state state;           /* planned; after adopt, what ran before */
	struct findings findings;
	struct transaction_change change;
	int rc;
	bool changed;
	bool candidate_modified;                /* afterwards */
	uint64_t back_to;                       /* STORE_ROLLBACK: id of the commit */
	uint64_t commit;                        /* id, given before adopt */
	struct history_entry entry;             /* what record wrote; id 0: nothing */
	/* of a confirmed commit; what it is comes from the loop, before plan */
	bool keep_back;                         /* it is the first: save what to return to */
	bool drop_back;                         /* it is over: that file goes */
	char *back;                             /* made by the clerk */
	enum store_event_kind ended_by;         /* STORE_CANCEL: CANCELLED or TIMEOUT */
};

/* ---- store_request.c ---- */

struct store_task *store_task_new(struct store *s, const struct store_request *r);
void store_task_submit(struct store_task *task);
void store_task_free(struct store_task *task);
void store_tell(struct store *s, const struct store_event *event);
/* Takes over what the datastore holds as running now. */
void store_take_running(struct store *s);

/* ---- store_lock.c ---- */

/* May this session (0: none) change it? If not, a finding says who holds it. */
bool store_lock_free(const struct store *s, enum store_name name, uint32_t session,
		     struct findings *findings);
/* What an ended session held. */
void store_locks_release(struct store *s, uint32_t session);

/* ---- store_confirm.c ---- */

void store_confirm_init(struct store *s);
void store_confirm_fini(struct store *s);
/* Before a task is planned: may it, and what becomes of the one that waits? */
bool store_confirm_allows(struct store_task *task);
/* After it has been done. */
void store_confirm_settle(struct store_task *task);
/* It was not done, though it had to be. */
void store_confirm_failed(struct store_task *task);

/* ---- store_plan.c (clerk) ---- */

/* Fills rc, findings, changed, and for running state. */
void store_plan(struct store_task *task);
void store_look_user_up(struct access_user *who, const struct store_user *user);
/* Exchanges the trees. Fills rc; on failure nothing is exchanged. */
void store_adopt(struct store_task *task);
/* Files, and the memory of what ran before. */
void store_record(struct store_task *task);

/* ---- store_file.c ---- */

/* The gateway's lines of frr.conf, by whoever may. */
int store_startup_read(const struct store *s, struct gh_buf *text, struct gh_buf *why);
int store_startup_write(const struct store *s, const char *text, struct gh_buf *why);
/* The running configuration with its leg numbers. */
void store_file_print(const struct datastore_state *state, struct gh_buf *out);

#endif
