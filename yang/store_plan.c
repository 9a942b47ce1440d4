/*
 * What each verb means in trees: see store_parts.h. All of it is the clerk's.
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "yang/plan.h"

static struct plan plan_of(struct store_task *task)
{
	struct store *s = task->store;

	return (struct plan){
		.datastore = s->datastore,
		.key = s->key,
		.interface_exists = s->interface_exists,
		.self = s->self,
		.target = store_tree(s, task->r.target),
		.text = task->r.text,
		.length = task->r.length,
		.edits = &task->edits,
		.legs = task->has_legs ? &task->legs : NULL,
		.who = task->internal ? NULL : &task->who,
		.continue_on_error = task->r.continue_on_error,
	};
}

static void plan_edit(struct store_task *task)
{
	struct store *s = task->store;
	struct plan plan = plan_of(task);
	bool candidate = task->r.target == STORE_CANDIDATE;

	plan.base = task->r.whole ? NULL : plan.target;
	plan.lenient = task->trusted || (task->r.whole && task->r.text);
	plan.draft = candidate && !task->r.test && !task->r.test_only;
	task->rc = plan_make(&plan, &task->state, &task->findings);
	if (task->rc || task->r.test_only)
		return;
	if (!candidate) {
		task->changed = plan_differs(&plan, &task->state);
		return;
	}
	datastore_candidate_set(s->datastore, task->state.tree);
	task->state.tree = NULL;
	task->changed = true;
}

static void look_user_up(struct store_task *task)
{
	if (task->internal || task->r.user.who)
		return;
	access_user_init(&task->who, task->r.user.uid);
}

void store_plan(struct store_task *task)
{
	look_user_up(task);
	if (task->r.verb == STORE_EDIT && task->r.target != STORE_STARTUP) {
		plan_edit(task);
		return;
	}
	task->rc = -EOPNOTSUPP;
	findings_add(&task->findings, false, FINDING_OPERATION_NOT_SUPPORTED, NULL,
		     "this cannot be done to that datastore");
}

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

	if (!candidate || lyd_dup_siblings(candidate, NULL,
					   LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &tree))
		return;
	for (size_t i = 0; i < task->edits.count; i++)
		datastore_apply(s->datastore, &tree, &task->edits.array[i], &why);
	gh_buf_fini(&why);
	datastore_candidate_set(s->datastore, tree);
}

void store_adopt(struct store_task *task)
{
	struct store *s = task->store;

	datastore_swap(s->datastore, &task->state);
	if (!task->r.whole)
		follow(task);
	task->rc = 0;
}

void store_record(struct store_task *task)
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
	datastore_state_fini(&task->state);
}
