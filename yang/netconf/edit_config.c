/*
 * <config> to steps: see edit_config.h.
 *
 * One walk down the elements and the schema side by side. The rejected
 * alternative, having libyang parse the data and taking its tree for the edit,
 * stops at the first mistake, cannot say which error-tag it was, and makes
 * elements without a value, which a deletion may have, another kind of node.
 */
#include "yang/netconf/edit_config.h"

#include <errno.h>
#include <string.h>

#include "yang/netconf/edit_walk.h"
#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/message.h"

#define FINDINGS_MAX 20

static const char *const operation_words[] = {
	[EDIT_OPERATION_MERGE] = "merge",   [EDIT_OPERATION_REPLACE] = "replace",
	[EDIT_OPERATION_NONE] = "none",     [EDIT_OPERATION_CREATE] = "create",
	[EDIT_OPERATION_DELETE] = "delete", [EDIT_OPERATION_REMOVE] = "remove",
};

static void walk_node(struct edit_walk *w, const struct lyd_node *element,
		      const struct lysc_node *parent, enum edit_operation operation);

static enum edit_verb verb_of(enum edit_operation operation)
{
	switch (operation) {
	case EDIT_OPERATION_CREATE:
		return EDIT_CREATE;
	case EDIT_OPERATION_REPLACE:
		return EDIT_REPLACE;
	case EDIT_OPERATION_DELETE:
		return EDIT_DELETE;
	case EDIT_OPERATION_REMOVE:
		return EDIT_CLEAR;
	case EDIT_OPERATION_NONE:
		return EDIT_EXPECT;
	case EDIT_OPERATION_MERGE:
		break;
	}
	return EDIT_SET;
}

static bool takes_away(enum edit_operation operation)
{
	return operation == EDIT_OPERATION_DELETE || operation == EDIT_OPERATION_REMOVE;
}

/* ---- attributes -------------------------------------------------------- */

static bool operation_attr(struct edit_walk *w, const struct lyd_attr *attr,
			   enum edit_operation *out)
{
	for (unsigned i = 0; i < sizeof(operation_words) / sizeof(*operation_words); i++) {
		if (i != EDIT_OPERATION_NONE && !strcmp(attr->value, operation_words[i])) {
			*out = (enum edit_operation)i;
			return true;
		}
	}
	finding_detail_set(edit_walk_error(w, FINDING_BAD_ATTRIBUTE,
		"operation \"%s\" does not exist; use merge, replace, create, delete or remove",
		attr->value), "operation");
	return false;
}

/* Reads the operation and refuses attributes that mean nothing here. */
static bool attributes(struct edit_walk *w, const struct lyd_node *element, bool ordered,
		       enum edit_operation *operation)
{
	const struct lyd_attr *a = ((const struct lyd_node_opaq *)element)->attr;

	for (; a; a = a->next) {
		const char *ns = a->name.module_ns ? a->name.module_ns : "", *name = a->name.name;

		if (!strcmp(ns, NS_BASE) && !strcmp(name, "operation")) {
			if (!operation_attr(w, a, operation))
				return false;
		} else if (!ordered || strcmp(ns, NS_YANG) ||
			   (strcmp(name, "insert") && strcmp(name, "key") && strcmp(name, "value"))) {
			finding_detail_set(edit_walk_error(w, FINDING_UNKNOWN_ATTRIBUTE,
				"attribute \"%s\" of namespace \"%s\" has no meaning here%s", name, ns,
				!*ns && !strcmp(name, "operation")
				? "; write nc:operation, with nc being " NS_BASE : ""), name);
			return false;
		}
	}
	return true;
}

/* ---- nodes ------------------------------------------------------------- */

static void walk_children(struct edit_walk *w, const struct lyd_node *element,
			  const struct lysc_node *node, enum edit_operation operation)
{
	const struct lyd_node *child;

	for (child = lyd_child(element); child; child = child->next) {
		if (w->findings->count >= FINDINGS_MAX)
			return;
		walk_node(w, child, node, operation);
	}
}

static void step(struct edit_walk *w, const struct edit_spot *spot, enum edit_operation operation,
		 const char *value)
{
	bool away = takes_away(operation) || operation == EDIT_OPERATION_NONE;

	edits_add(w->edits, &(struct edit){
		.verb = verb_of(operation),
		.place = away ? EDIT_KEEP : spot->place,
		.secret = spot->secret,
		.path = (char *)gh_buf_text(&w->path),
		.value = away ? NULL : (char *)value,
		.anchor = spot->anchor.data && !away ? (char *)spot->anchor.data : NULL,
	});
}

static void walk_inner(struct edit_walk *w, const struct lyd_node *element,
		       const struct lysc_node *node, enum edit_operation operation)
{
	bool own = node->nodetype == LYS_LIST || (node->flags & LYS_PRESENCE);
	struct edit_spot spot = { 0 };

	if (element_text(element)[strspn(element_text(element), " \t\r\n")]) {
		edit_walk_error(w, FINDING_BAD_ELEMENT, "there is text where elements are expected");
		return;
	}
	if (node->nodetype == LYS_LIST && !edit_walk_keys(w, element, node))
		return;
	if (edit_walk_place(w, element, node, &spot) &&
	    (own || (operation != EDIT_OPERATION_MERGE && operation != EDIT_OPERATION_NONE)))
		step(w, &spot, operation, NULL);
	gh_buf_fini(&spot.anchor);
	if (takes_away(operation))
		return;
	/* What was emptied, or was not there, has nothing to collide with. */
	if (operation == EDIT_OPERATION_REPLACE)
		operation = EDIT_OPERATION_MERGE;
	walk_children(w, element, node, operation);
}

static void walk_leaf(struct edit_walk *w, const struct lyd_node *element,
		      const struct lysc_node *node, enum edit_operation operation)
{
	struct gh_buf value = { 0 };
	struct edit_spot spot = { 0 };

	if (lyd_child(element)) {
		edit_walk_error(w, FINDING_BAD_ELEMENT, "there are elements inside a leaf");
		return;
	}
	/* A deletion need not say the value. */
	if (takes_away(operation) && node->nodetype == LYS_LEAF) {
		step(w, &spot, operation, NULL);
		return;
	}
	if (edit_walk_value(w, element, node, &value, &spot.secret)) {
		bool list = node->nodetype == LYS_LEAFLIST;

		if ((!list || edit_walk_predicate(w, ".", gh_buf_text(&value))) &&
		    edit_walk_place(w, element, node, &spot))
			step(w, &spot, operation, list ? NULL : gh_buf_text(&value));
	}
	gh_buf_fini(&spot.anchor);
	gh_buf_fini(&value);
}

static void walk_node(struct edit_walk *w, const struct lyd_node *element,
		      const struct lysc_node *parent, enum edit_operation operation)
{
	size_t mark = w->path.tail;
	const struct lysc_node *node = edit_walk_enter(w, element, parent);
	bool ordered = node && (node->nodetype & (LYS_LIST | LYS_LEAFLIST)) &&
		       lysc_is_userordered(node);

	/* Keys were read with their entry. */
	if (node && !(node->nodetype == LYS_LEAF && lysc_is_key(node)) &&
	    attributes(w, element, ordered, &operation)) {
		if (node->nodetype & (LYS_CONTAINER | LYS_LIST))
			walk_inner(w, element, node, operation);
		else
			walk_leaf(w, element, node, operation);
	}
	w->path.tail = mark;
}

void edit_config_read(const struct edit_config *request, struct edits *edits,
		      struct findings *findings)
{
	enum edit_operation operation = request->operation;
	struct edit_walk w = { .request = request, .edits = edits, .findings = findings };

	if (operation == EDIT_OPERATION_REPLACE)
		operation = EDIT_OPERATION_MERGE;
	walk_children(&w, request->config, NULL, operation);
	gh_buf_fini(&w.path);
}
