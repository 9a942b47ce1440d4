/*
 * What each verb means in trees: see store_parts.h. All of it is the clerk's.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "yang/cli.h"
#include "yang/plan.h"
#include "yang/text_diff.h"

/* ---- pieces ------------------------------------------------------------ */

__attribute__((format(printf, 3, 4)))
static void fail(struct store_task *task, enum finding_tag tag, const char *format, ...)
{
	char words[512];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	findings_add(&task->findings, false, tag, NULL, "%s", words);
	task->rc = -finding_tag_errno(tag);
}

static struct plan plan_of(struct store_task *task)
{
	struct store *s = task->store;

	return (struct plan){
		.datastore = s->datastore,
		.key = s->key,
		.host = s->host,
		.target = store_tree(s, task->r.target),
		.text = task->r.text,
		.length = task->r.length,
		.edits = &task->edits,
		.legs = task->has_legs ? &task->legs : NULL,
		.who = task->internal || task->trusted ? NULL : &task->who,
		.lenient = task->trusted || (task->r.whole && task->r.text),
		.continue_on_error = task->r.continue_on_error,
	};
}

/* Was a configuration given, be it an empty one? Then that is the source. */
static bool is_given(const struct store_task *task)
{
	return task->r.text || task->r.edits;
}

/* Plans what running or the candidate becomes; a candidate becomes it at once. */
static void plan_target(struct store_task *task, struct plan *plan)
{
	struct store *s = task->store;
	bool candidate = task->r.target == STORE_CANDIDATE;

	plan->draft = candidate && !task->r.test && !task->r.test_only;
	task->rc = plan_make(plan, &task->state, &task->findings);
	if (task->rc || task->r.test_only)
		return;
	if (!candidate) {
		task->changed = plan_differs(plan, &task->state);
		return;
	}
	datastore_candidate_set(s->datastore, task->state.tree);
	task->state.tree = NULL;
	task->changed = true;
}

static char *text_of(const struct lyd_node *tree)
{
	struct gh_buf text = { 0 };
	char *copy;

	cli_render(tree, &text);
	copy = strdup(gh_buf_text(&text));
	if (!copy)
		abort();
	gh_buf_fini(&text);
	return copy;
}

/* The file that says what to return to comes before that it must, and goes after. */
static void drop_back(struct store_task *task)
{
	struct store *s = task->store;

	if (task->drop_back && unlink(s->unconfirmed_path) < 0 && errno != ENOENT)
		gh_error("%s: cannot be removed: %s; a restart would return to it",
			 s->unconfirmed_path, strerror(errno));
}

static int keep_back(struct store_task *task)
{
	struct store *s = task->store;
	struct gh_buf text = { 0 };
	int rc = 0;

	if (!task->keep_back)
		return 0;
	store_file_print(datastore_running(s->datastore), &text);
	rc = store_file_write(s->unconfirmed_path, gh_buf_begin(&text), gh_buf_length(&text));
	if (rc)
		fail(task, FINDING_OPERATION_FAILED, "%s: what to return to cannot be saved: %s;"
		     " nothing was changed", s->unconfirmed_path, strerror(-rc));
	else
		task->back = strdup(gh_buf_text(&text));
	if (!rc && !task->back)
		abort();
	gh_buf_fini(&text);
	return rc;
}

/* ---- verbs ------------------------------------------------------------- */

static void plan_edit(struct store_task *task)
{
	struct plan plan = plan_of(task);

	plan.base = task->r.whole ? NULL : plan.target;
	plan_target(task, &plan);
	if (!task->rc && !task->changed && !task->r.test_only)
		drop_back(task);        /* a return to what there is already */
}

static void plan_validate(struct store_task *task)
{
	struct plan plan = plan_of(task);
	struct gh_buf text = { 0 }, why = { 0 };

	plan.who = NULL;                /* nothing is written */
	plan.tell_all = true;
	if (is_given(task)) {
		plan.base = NULL;
	} else if (task->r.target == STORE_STARTUP) {
		if (store_startup_read(task->store, &text, &why))
			fail(task, FINDING_OPERATION_FAILED, "%s", gh_buf_text(&why));
		plan.text = gh_buf_text(&text);
		plan.length = gh_buf_length(&text);
		plan.lenient = true;
	} else {
		plan.base = plan.target;
	}
	if (!task->rc)
		task->rc = plan_make(&plan, &task->state, &task->findings);
	gh_buf_fini(&text);
	gh_buf_fini(&why);
}

/* Without a difference there is no transaction, and what else a commit does is done here. */
static void plan_commit(struct store_task *task)
{
	struct plan plan = plan_of(task);

	plan.base = store_tree(task->store, STORE_CANDIDATE);
	plan.tell_all = true;
	plan_target(task, &plan);
	if (task->rc || task->changed)
		return;
	if (!keep_back(task)) {
		datastore_candidate_set(task->store->datastore, NULL);
		drop_back(task);
	}
}

static void plan_rollback(struct store_task *task)
{
	struct gh_buf text = { 0 };
	struct plan plan;

	if (task->r.number >= task->store->history_count) {
		fail(task, FINDING_INVALID_VALUE, "there is no commit %u: %zu are kept, from 0, which"
		     " is the running one", task->r.number, task->store->history_count);
		return;
	}
	if (history_read(task->store->commits_dir, task->back_to, &text)) {
		fail(task, FINDING_OPERATION_FAILED, "commit %u cannot be read from %s",
		     task->r.number, task->store->commits_dir);
		return;
	}
	plan = plan_of(task);
	plan.text = gh_buf_text(&text);
	plan.length = gh_buf_length(&text);
	plan.lenient = true;
	plan_target(task, &plan);
	gh_buf_fini(&text);
	task->r.whole = true;
}

static void write_startup(struct store_task *task, const char *text)
{
	struct gh_buf why = { 0 };

	if (store_startup_write(task->store, text, &why))
		fail(task, FINDING_OPERATION_FAILED, "%s", gh_buf_text(&why));
	else
		task->changed = true;
	gh_buf_fini(&why);
}

/* What is given is validated before it is what the next boot begins with. */
static void copy_to_startup(struct store_task *task)
{
	struct plan plan = plan_of(task);
	char *text;

	if (is_given(task)) {
		plan.base = NULL;
		plan.who = NULL;
		plan.lenient = true;
		task->rc = plan_make(&plan, &task->state, &task->findings);
		if (!task->rc)
			write_startup(task, task->state.text);
		return;
	}
	text = text_of(store_tree(task->store, task->r.source));
	write_startup(task, text);
	free(text);
}

static void plan_copy(struct store_task *task)
{
	struct plan plan = plan_of(task);
	struct gh_buf text = { 0 }, why = { 0 };

	if (!is_given(task) && task->r.source == task->r.target) {
		fail(task, FINDING_INVALID_VALUE, "source and target are the same");
		return;
	}
	if (task->r.target == STORE_STARTUP) {
		copy_to_startup(task);
		return;
	}
	task->r.whole = true;
	if (is_given(task)) {
		plan.base = NULL;
	} else if (task->r.source == STORE_STARTUP) {
		if (store_startup_read(task->store, &text, &why))
			fail(task, FINDING_OPERATION_FAILED, "%s", gh_buf_text(&why));
		plan.text = gh_buf_text(&text);
		plan.length = gh_buf_length(&text);
		plan.lenient = true;
	} else {
		plan.base = store_tree(task->store, task->r.source);
	}
	if (!task->rc)
		plan_target(task, &plan);
	/* A candidate that is running's copy is as good as none, and may be locked. */
	if (!task->rc && task->r.target == STORE_CANDIDATE && !is_given(task) &&
	    task->r.source == STORE_RUNNING)
		datastore_candidate_set(task->store->datastore, NULL);
	gh_buf_fini(&text);
	gh_buf_fini(&why);
}

static void plan_discard(struct store_task *task)
{
	struct datastore *ds = task->store->datastore;

	task->changed = datastore_candidate(ds);
	datastore_candidate_set(ds, NULL);
}

static void plan_delete(struct store_task *task)
{
	if (task->r.target != STORE_STARTUP)
		fail(task, FINDING_INVALID_VALUE, "only the startup configuration can be deleted");
	else
		write_startup(task, "");
}

static void plan_verb(struct store_task *task)
{
	switch (task->r.verb) {
	case STORE_EDIT:
		if (task->r.target == STORE_STARTUP)
			fail(task, FINDING_INVALID_VALUE, "the startup configuration cannot be edited;"
			     " copy one to it");
		else
			plan_edit(task);
		break;
	case STORE_CANCEL:
		plan_edit(task);
		break;
	case STORE_VALIDATE:
		plan_validate(task);
		break;
	case STORE_COMMIT:
		plan_commit(task);
		break;
	case STORE_CONFIRM:
		drop_back(task);
		break;
	case STORE_DISCARD:
		plan_discard(task);
		break;
	case STORE_COPY:
		plan_copy(task);
		break;
	case STORE_DELETE:
		plan_delete(task);
		break;
	case STORE_ROLLBACK:
		plan_rollback(task);
		break;
	}
}

void store_look_user_up(struct access_user *who, const struct store_user *user)
{
	if (!who->name[0])
		access_user_init(who, user->uid);
}

/* NETCONF has judged its RPC before; vtysh's lines are an edit-config. */
static bool may_edit(struct store_task *task)
{
	const struct access *a = datastore_running(task->store->datastore)->access;

	if (task->internal || task->r.user.session || task->r.verb != STORE_EDIT ||
	    access_operation(a, &task->who, "ietf-netconf", "edit-config"))
		return true;
	fail(task, FINDING_ACCESS_DENIED, "the rules of gateway access do not let %s change the"
	     " configuration", task->who.name);
	return false;
}

void store_plan(struct store_task *task)
{
	if (!task->internal)
		store_look_user_up(&task->who, &task->r.user);
	if (may_edit(task))
		plan_verb(task);
	task->candidate_modified = datastore_candidate(task->store->datastore);
}

/* ---- adopt ------------------------------------------------------------- */

/*
 * A candidate with changes takes part in what is done to running beside it, as
 * far as that still fits, so that its commit does not undo it unasked.
 */
static void follow(struct store_task *task)
{
	struct store *s = task->store;
	const struct lyd_node *candidate = datastore_candidate(s->datastore);
	struct lyd_node *tree = NULL;
	struct gh_buf why = { 0 };

	if (!candidate)
		return;
	if (lyd_dup_siblings(candidate, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &tree))
		abort();
	for (size_t i = 0; i < task->edits.count; i++)
		datastore_apply(s->datastore, &tree, &task->edits.array[i], &why);
	gh_buf_fini(&why);
	datastore_candidate_set(s->datastore, tree);
}

/* The candidate of old is no change of what is all new. */
static void forget_candidate(struct store_task *task)
{
	struct store *s = task->store;

	if (!datastore_candidate(s->datastore))
		return;
	datastore_candidate_set(s->datastore, NULL);
	findings_add(&task->findings, true, FINDING_OPERATION_FAILED, NULL,
		     "the candidate's changes were discarded, as the whole configuration was"
		     " replaced");
}

void store_adopt(struct store_task *task)
{
	struct store *s = task->store;

	if (keep_back(task))
		return;
	datastore_swap(s->datastore, &task->state);
	if (task->r.verb == STORE_COMMIT ||
	    (task->r.verb == STORE_COPY && task->r.source == STORE_CANDIDATE))
		datastore_candidate_set(s->datastore, NULL);
	else if (task->r.whole && task->r.verb != STORE_CANCEL)
		forget_candidate(task);
	else if (!task->r.whole)
		follow(task);
	task->candidate_modified = datastore_candidate(s->datastore);
}

/* ---- record ------------------------------------------------------------ */

static void record_running(struct store_task *task)
{
	struct store *s = task->store;
	struct gh_buf text = { 0 };
	int rc;

	store_file_print(datastore_running(s->datastore), &text);
	rc = store_file_write(s->running_path, gh_buf_begin(&text), gh_buf_length(&text));
	if (rc)
		findings_add(&task->findings, true, FINDING_OPERATION_FAILED, NULL,
			     "%s: not saved for gatehoused's own restart: %s;"
			     " the change itself is in force", s->running_path, strerror(-rc));
	gh_buf_fini(&text);
}

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* A boot that brings what the last commit left is no commit. */
static void record_history(struct store_task *task)
{
	struct store *s = task->store;
	const char *text = datastore_running(s->datastore)->text;
	struct history_entry *e = &task->entry;
	struct gh_buf before = { 0 };
	struct text_diff diff;
	int rc;

	if (s->history_count)
		history_read(s->commits_dir, s->history[0].id, &before);
	if (s->history_count && !strcmp(gh_buf_text(&before), text)) {
		gh_buf_fini(&before);
		return;
	}
	diff = text_diff(gh_buf_text(&before), text, NULL);
	gh_buf_fini(&before);
	*e = (struct history_entry){ .id = task->commit, .wall_ms = wall_ms(),
				     .added = diff.added, .removed = diff.removed };
	snprintf(e->user, sizeof(e->user), "%s",
		 task->internal ? "gatehoused" : task->who.name);
	snprintf(e->from, sizeof(e->from), "%s", task->r.user.from);
	rc = history_add(s->commits_dir, e, text, STORE_COMMITS);
	if (rc)
		findings_add(&task->findings, true, FINDING_OPERATION_FAILED, NULL,
			     "%s: the commit is not kept for rollback: %s; the change itself is in"
			     " force", s->commits_dir, strerror(-rc));
}

void store_record(struct store_task *task)
{
	record_running(task);
	drop_back(task);
	record_history(task);
	datastore_state_fini(&task->state);
}
