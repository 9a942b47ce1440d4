/*
 * Locks: see store.h, RFC 6241 7.5.
 *
 * A lock is a session's number beside the datastore's name; a request finds
 * it when its turn comes.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char *const names[STORE_NAMES] = { "running", "candidate", "startup" };

static void lock_print(const struct store_lock *lock, enum store_name name, struct gh_buf *out)
{
	gh_buf_printf(out, "the %s configuration is locked by session %u (%s%s%s)", names[name],
		      lock->session, lock->user, lock->from[0] ? " from " : "", lock->from);
}

static void deny(struct findings *findings, const struct store_lock *lock, enum store_name name)
{
	struct gh_buf words = { 0 };

	lock_print(lock, name, &words);
	findings_add(findings, false, FINDING_LOCK_DENIED, NULL, "%s", gh_buf_text(&words))
		->session = lock->session;
	gh_buf_fini(&words);
}

bool store_lock_free(const struct store *s, enum store_name name, uint32_t session,
		     struct findings *findings)
{
	const struct store_lock *lock = &s->locks[name];
	struct gh_buf words = { 0 };

	if (!lock->session || lock->session == session)
		return true;
	lock_print(lock, name, &words);
	findings_add(findings, false, FINDING_IN_USE, NULL,
		     "%s; nothing was changed: wait until it is unlocked, or end that session",
		     gh_buf_text(&words))->session = lock->session;
	gh_buf_fini(&words);
	return false;
}

/* Somebody else's request is being worked on, and would change it under the lock. */
static bool is_busy(const struct store *s, enum store_name name, uint32_t session,
		    struct findings *findings)
{
	const struct store_task *task = s->active;

	if (!task || task->r.user.session == session || task->r.test_only ||
	    task->r.verb == STORE_VALIDATE || task->r.target != name)
		return false;
	findings_add(findings, false, FINDING_LOCK_DENIED, NULL,
		     "the %s configuration is being changed from %s at this moment; try again",
		     names[name], task->r.user.from[0] ? task->r.user.from : "the gateway")
		->session = task->r.user.session;
	return true;
}

int store_lock(struct store *store, enum store_name name, const struct store_user *user,
	       struct findings *findings)
{
	struct store_lock *lock = &store->locks[name];

	if (lock->session) {
		deny(findings, lock, name);
		return -EBUSY;
	}
	if (is_busy(store, name, user->session, findings))
		return -EBUSY;
	if (name == STORE_CANDIDATE && store->candidate_modified) {
		findings_add(findings, false, FINDING_LOCK_DENIED, NULL,
			     "the candidate has changes that are neither committed nor discarded;"
			     " commit or discard them first");
		return -EBUSY;
	}
	if (name == STORE_RUNNING && store->confirm.pending &&
	    store->confirm.session != user->session) {
		findings_add(findings, false, FINDING_LOCK_DENIED, NULL,
			     "a confirmed commit of %s waits; it must be confirmed or cancelled first",
			     store->confirm.user)->session = store->confirm.session;
		return -EBUSY;
	}
	lock->session = user->session;
	lock->since_s = (uint64_t)time(NULL);
	if (user->who)
		snprintf(lock->user, sizeof(lock->user), "%s", user->who->name);
	else
		snprintf(lock->user, sizeof(lock->user), "uid %u", user->uid);
	snprintf(lock->from, sizeof(lock->from), "%s", user->from ? user->from : "");
	return 0;
}

/* RFC 6241 8.3.1: what a session leaves in the candidate goes with its lock. */
static void release(struct store *s, enum store_name name)
{
	const struct store_request discard = { .verb = STORE_DISCARD, .target = STORE_CANDIDATE };
	struct store_task *task;

	memset(&s->locks[name], 0, sizeof(s->locks[name]));
	if (name != STORE_CANDIDATE)
		return;
	task = store_task_new(s, &discard);
	task->internal = true;
	store_task_submit(task);
}

int store_unlock(struct store *store, enum store_name name, uint32_t session,
		 struct findings *findings)
{
	const struct store_lock *lock = &store->locks[name];

	if (!lock->session) {
		findings_add(findings, false, FINDING_OPERATION_FAILED, NULL,
			     "the %s configuration is not locked", names[name]);
		return -EINVAL;
	}
	if (lock->session != session) {
		deny(findings, lock, name);
		findings->array[findings->count - 1].tag = FINDING_OPERATION_FAILED;
		return -EINVAL;
	}
	release(store, name);
	return 0;
}

uint32_t store_locked(const struct store *store, enum store_name name, uint64_t *since_s)
{
	if (since_s)
		*since_s = store->locks[name].since_s;
	return store->locks[name].session;
}

void store_locks_release(struct store *s, uint32_t session)
{
	for (enum store_name name = 0; name < STORE_NAMES; name++)
		if (s->locks[name].session == session)
			release(s, name);
}
