/*
 * The trees: see datastore.h.
 */
#include "yang/datastore.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "yang/context.h"
#include "yang/legs.h"
#include "yang/refusal.h"
#include "yang/snapshot.h"

struct datastore {
	struct ly_ctx *context;
	const struct lys_module *module;
	struct datastore_state running;
	struct lyd_node *candidate;
};

/* The empty configuration: defaults only. */
static void start_empty(struct datastore *ds)
{
	struct findings nothing = { 0 };
	struct legs none = { 0 };

	datastore_validate(ds, &ds->running.tree, &nothing);
	findings_fini(&nothing);
	ds->running.access = access_new(ds->running.tree);
	ds->running.config = snapshot_new(ds->running.tree, &none, NULL);
	ds->running.text = strdup("");
	if (!ds->running.text)
		abort();
}

int datastore_new(struct datastore **out, struct gh_buf *why)
{
	struct datastore *ds;
	int ret;

	ds = calloc(1, sizeof(*ds));
	if (!ds)
		abort();
	ret = context_new(&ds->context, why);
	if (ret) {
		free(ds);
		return ret;
	}
	ds->module = ly_ctx_get_module_implemented(ds->context, "gatehouse");
	start_empty(ds);
	*out = ds;
	return 0;
}

void datastore_free(struct datastore *ds)
{
	if (!ds)
		return;
	datastore_state_fini(&ds->running);
	lyd_free_all(ds->candidate);
	context_free(ds->context);
	free(ds);
}

struct ly_ctx *datastore_context(const struct datastore *ds)
{
	return ds->context;
}

const struct lys_module *datastore_module(const struct datastore *ds)
{
	return ds->module;
}

const struct datastore_state *datastore_running(const struct datastore *ds)
{
	return &ds->running;
}

struct lyd_node *datastore_copy(const struct datastore *ds)
{
	struct lyd_node *copy = NULL;

	if (ds->running.tree &&
	    lyd_dup_siblings(ds->running.tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &copy))
		abort();
	return copy;
}

const struct lyd_node *datastore_candidate(const struct datastore *ds)
{
	return ds->candidate;
}

void datastore_candidate_set(struct datastore *ds, struct lyd_node *tree)
{
	lyd_free_all(ds->candidate);
	ds->candidate = tree;
}

static int delete_nodes(struct lyd_node **tree, const char *path)
{
	struct ly_set *set = NULL;
	struct lyd_node *node;
	int ret = -ENOENT;
	uint32_t i;

	if (!*tree || lyd_find_xpath(*tree, path, &set))
		return -ENOENT;
	for (i = 0; i < set->count; i++) {
		node = set->dnodes[i];
		if (node->flags & LYD_DEFAULT)
			continue;
		if (node == *tree)
			*tree = node->next;
		lyd_free_tree(node);
		ret = 0;
	}
	ly_set_free(set, NULL);
	return ret;
}

/* The node that was set, not filled in as default; NULL for none. */
static struct lyd_node *find_node(struct lyd_node *tree, const char *path)
{
	struct lyd_node *node = NULL;

	if (!tree || lyd_find_path(tree, path, 0, &node) || !node || node->flags & LYD_DEFAULT)
		return NULL;
	return node;
}

static void empty(struct lyd_node *node)
{
	struct lyd_node *child, *next;

	LY_LIST_FOR_SAFE(lyd_child_no_keys(node), next, child)
		lyd_free_tree(child);
}

/* Moves an entry among its siblings of the same list. */
static int place_node(struct lyd_node **tree, const struct edit *edit, struct gh_buf *why)
{
	struct lyd_node *node = find_node(*tree, edit->path), *at, *next;

	if (!node || !lysc_is_userordered(node->schema))
		return 0;
	if (edit->place == EDIT_BEFORE || edit->place == EDIT_AFTER) {
		at = edit->anchor ? find_node(*tree, edit->anchor) : NULL;
		if (!at || at->schema != node->schema || at->parent != node->parent) {
			gh_buf_printf(why, "there is no such entry to insert it next to");
			return -ENODATA;
		}
	} else {
		at = node;
		while (edit->place == EDIT_FIRST && at->prev->next && at->prev->schema == at->schema)
			at = at->prev;
		for (next = at->next; edit->place == EDIT_LAST && next; next = next->next)
			if (next->schema == at->schema)
				at = next;
	}
	if (at == node)
		return 0;
	if (edit->place == EDIT_BEFORE || edit->place == EDIT_FIRST)
		lyd_insert_before(at, node);
	else
		lyd_insert_after(at, node);
	return 0;
}

static int set_node(const struct datastore *ds, struct lyd_node **tree, const struct edit *edit,
		    struct gh_buf *why)
{
	struct lyd_node *top = NULL;

	if (lyd_new_path2(*tree, ds->context, edit->path, edit->value,
			  edit->value ? strlen(edit->value) : 0, LYD_ANYDATA_STRING,
			  LYD_NEW_PATH_UPDATE, &top, NULL)) {
		const struct ly_err_item *error = ly_err_last(ds->context);
		bool unknown = error && error->msg &&
			       (!strncmp(error->msg, "Not found node", 14) ||
				!strncmp(error->msg, "No module connected", 19));

		gh_buf_printf(why, "%s", error && error->msg ? error->msg :
			      "refused by the schema");
		ly_err_clean(ds->context, NULL);
		return unknown ? -ENXIO : -EINVAL;
	}
	if (!*tree)
		*tree = top;
	*tree = lyd_first_sibling(*tree);
	return 0;
}

int datastore_apply(const struct datastore *ds, struct lyd_node **tree, const struct edit *edit,
		    struct gh_buf *why)
{
	struct lyd_node *node;
	int ret;

	switch (edit->verb) {
	case EDIT_DELETE:
		return delete_nodes(tree, edit->path);
	case EDIT_CLEAR:
		delete_nodes(tree, edit->path);
		return 0;
	case EDIT_EXPECT:
		return find_node(*tree, edit->path) ? 0 : -ENOENT;
	case EDIT_CREATE:
		if (find_node(*tree, edit->path)) {
			gh_buf_printf(why, "it is there already");
			return -EEXIST;
		}
		break;
	case EDIT_REPLACE:
		node = find_node(*tree, edit->path);
		if (node)
			empty(node);
		break;
	case EDIT_SET:
		break;
	}
	ret = set_node(ds, tree, edit, why);
	if (!ret && edit->place != EDIT_KEEP)
		ret = place_node(tree, edit, why);
	if (!ret)
		*tree = lyd_first_sibling(*tree);
	return ret;
}

int datastore_validate(const struct datastore *ds, struct lyd_node **tree,
		       struct findings *findings)
{
	if (!lyd_validate_all(tree, ds->context, LYD_VALIDATE_NO_STATE, NULL))
		return 0;
	refusal_take(ds->context, *tree, findings);
	return -EINVAL;
}

void datastore_state_fini(struct datastore_state *state)
{
	lyd_free_all(state->tree);
	gw_config_free(state->config);
	free(state->text);
	access_put(state->access);
	*state = (struct datastore_state){ 0 };
}

void datastore_swap(struct datastore *ds, struct datastore_state *state)
{
	struct datastore_state old = ds->running;

	ds->running = *state;
	*state = old;
}
