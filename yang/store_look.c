/*
 * Views: see store.h.
 *
 * For a user who may not read everything, each text is made again from a tree
 * that was pruned; so a diff of two such texts tells nothing that may not be
 * read. (Pruning a diff was rejected: it would have to know of each line which
 * node it came from.)
 */
#include "yang/store_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli.h"
#include "yang/plan.h"
#include "yang/text_diff.h"

struct looking {
	struct clerk_job job;
	struct store *store;
	struct store_look look;
	struct access_user who;
	uint64_t id, before;            /* of the commit, and of the one before it; 0: none */
	bool oldest;                    /* the one before it is no longer kept */
	int rc;
	struct gh_buf text;
};

/* ---- texts ------------------------------------------------------------- */

static void render(const struct looking *l, const struct lyd_node *tree, struct gh_buf *out)
{
	const struct access *a = datastore_running(l->store->datastore)->access;
	struct lyd_node *copy = NULL;

	if (!l->who.uid) {
		cli_render(tree, out);
		return;
	}
	if (tree && lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy))
		abort();
	access_prune(a, &l->who, &copy);
	cli_render(copy, out);
	lyd_free_all(copy);
}

/* A text of a file, as this user may see it. */
static void render_text(const struct looking *l, struct gh_buf *text, struct gh_buf *out)
{
	struct datastore_state state = { 0 };
	struct findings findings = { 0 };
	struct edits edits = { 0 };
	const struct plan plan = {
		.datastore = l->store->datastore, .key = l->store->key,
		.text = gh_buf_text(text), .length = gh_buf_length(text),
		.edits = &edits, .draft = true, .continue_on_error = true,
	};

	if (!l->who.uid) {
		gh_buf_append(out, gh_buf_text(text), gh_buf_length(text));
		return;
	}
	plan_make(&plan, &state, &findings);
	render(l, state.tree, out);
	datastore_state_fini(&state);
	findings_fini(&findings);
	edits_fini(&edits);
}

static void render_commit(struct looking *l, uint64_t id, struct gh_buf *out)
{
	struct gh_buf text = { 0 };
	int rc = id ? history_read(l->store->commits_dir, id, &text) : 0;

	if (rc) {
		l->rc = rc;
		gh_buf_printf(&l->text, "commit %u cannot be read from %s", l->look.number,
			      l->store->commits_dir);
	} else {
		render_text(l, &text, out);
	}
	gh_buf_fini(&text);
}

/* ---- views ------------------------------------------------------------- */

static void look_text(struct looking *l)
{
	struct gh_buf text = { 0 };

	if (l->look.name != STORE_STARTUP) {
		render(l, store_tree(l->store, l->look.name), &l->text);
		return;
	}
	l->rc = store_startup_read(l->store, &text, &l->text);
	if (!l->rc)
		render_text(l, &text, &l->text);
	gh_buf_fini(&text);
}

static void look_diff(struct looking *l)
{
	struct gh_buf from = { 0 }, to = { 0 };

	switch (l->look.view) {
	case STORE_VIEW_DIFF:
		render(l, store_tree(l->store, STORE_RUNNING), &from);
		render(l, store_tree(l->store, STORE_CANDIDATE), &to);
		break;
	case STORE_VIEW_COMMIT:
		render_commit(l, l->before, &from);
		if (!l->rc)
			render_commit(l, l->id, &to);
		break;
	default:
		render_commit(l, l->id, &from);
		render(l, store_tree(l->store, STORE_RUNNING), &to);
	}
	if (!l->rc)
		text_diff(gh_buf_text(&from), gh_buf_text(&to), &l->text);
	gh_buf_fini(&from);
	gh_buf_fini(&to);
}

static void run(struct clerk_job *job)
{
	struct looking *l = (struct looking *)job;

	store_look_user_up(&l->who, &l->look.user);
	if (l->rc)
		return;
	if (l->look.view == STORE_VIEW_TEXT)
		look_text(l);
	else if (l->oldest)
		gh_buf_printf(&l->text, "! the commit before it is no longer kept\n");
	else
		look_diff(l);
}

static void done(struct clerk_job *job)
{
	struct looking *l = (struct looking *)job;

	l->look.done(l->look.context, l->rc, &l->text);
	gh_buf_fini(&l->text);
	access_user_fini(&l->who);
	free(l);
}

/* Which commits a number means, is decided now: the list is the loop's. */
static void take_number(struct looking *l)
{
	const struct store *s = l->store;
	unsigned n = l->look.number;

	if (l->look.view != STORE_VIEW_COMMIT && l->look.view != STORE_VIEW_SINCE)
		return;
	if (n >= s->history_count) {
		l->rc = -ENOENT;
		gh_buf_printf(&l->text, "there is no commit %u; see show gateway commits", n);
		return;
	}
	l->id = s->history[n].id;
	if (n + 1 < s->history_count)
		l->before = s->history[n + 1].id;
	else
		l->oldest = l->look.view == STORE_VIEW_COMMIT && l->id > 1;
}

void store_look(struct store *store, const struct store_look *look)
{
	struct looking *l = calloc(1, sizeof(*l));

	if (!l)
		abort();
	l->store = store;
	l->look = *look;
	if (look->user.who)
		access_user_copy(&l->who, look->user.who);
	take_number(l);
	l->job = (struct clerk_job){ .run = run, .done = done };
	clerk_submit(store->clerk, &l->job);
}
