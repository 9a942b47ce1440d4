/*
 * Filters: see filter.h.
 *
 * Both kinds first mark what is wanted, a set of nodes that come with all that
 * is below them; one copy of the tree is then made of the marks. Copying node
 * by node and merging would look for the place of each again.
 */
#include "yang/netconf/filter_private.h"

#include <stdlib.h>
#include <string.h>

#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/message.h"

struct filter *filter_new(const struct lyd_node *subtree, const char *xpath)
{
	struct filter *f = calloc(1, sizeof(*f));

	if (!f)
		abort();
	f->is_subtree = subtree != NULL;
	if (subtree && lyd_child(subtree) &&
	    lyd_dup_siblings(lyd_child(subtree), NULL, LYD_DUP_RECURSIVE, &f->subtree))
		abort();
	f->xpath = xpath ? strdup(xpath) : NULL;
	if (xpath && !f->xpath)
		abort();
	return f;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	lyd_free_siblings(filter->subtree);
	free(filter->xpath);
	free(filter);
}

static bool read_xpath(const struct ly_ctx *schema, const struct lyd_node *element,
		       struct filter **out, struct findings *findings)
{
	const struct lyd_attr *select = element_attr(element, NULL, "select");
	struct gh_buf xpath = { 0 }, why = { 0 };
	struct ly_set *atoms = NULL;
	bool ok = false;

	if (!select)
		finding_detail_set(findings_add(findings, false, FINDING_MISSING_ATTRIBUTE, "filter",
			"an XPath filter needs the attribute select"), "select");
	else if (!attr_qualify(schema, select, &xpath, &why))
		finding_detail_set(findings_add(findings, false, FINDING_BAD_ATTRIBUTE, "filter",
			"%s", gh_buf_text(&why)), "select");
	else
		ok = true;
	if (ok && gh_buf_length(&xpath) <= FILTER_XPATH_MAX &&
	    lys_find_xpath(schema, NULL, gh_buf_text(&xpath), 0, &atoms) == LY_EVALID) {
		findings_add(findings, false, FINDING_INVALID_VALUE, NULL, "the filter's expression: %s",
			     compat_error_last(schema).text);
		ok = false;
	}
	ly_err_clean((struct ly_ctx *)schema, NULL);
	ly_set_free(atoms, NULL);
	if (ok)
		*out = filter_new(NULL, gh_buf_text(&xpath));
	gh_buf_fini(&xpath);
	gh_buf_fini(&why);
	return ok;
}

bool filter_read(const struct ly_ctx *schema, const struct lyd_node *element,
		 struct filter **out, struct findings *findings)
{
	const struct lyd_attr *type;

	if (!element) {
		*out = filter_new(NULL, NULL);
		return true;
	}
	/* RFC 6241 has it without a prefix; some clients give it the element's. */
	type = element_attr(element, NULL, "type");
	if (!type)
		type = element_attr(element, NS_BASE, "type");
	if (type && !strcmp(type->value, "xpath"))
		return read_xpath(schema, element, out, findings) &&
		       filter_affordable(*out, findings);
	if (type && strcmp(type->value, "subtree")) {
		finding_detail_set(findings_add(findings, false, FINDING_BAD_ATTRIBUTE, "filter",
			"filter type \"%s\" does not exist; use subtree or xpath", type->value),
			"type");
		return false;
	}
	*out = filter_new(element, NULL);
	return filter_affordable(*out, findings);
}

/* ---- subtree: RFC 6241 6.2 --------------------------------------------- */

static bool same_node(const struct lyd_node *element, const struct lyd_node *node)
{
	const char *ns = element_ns(element);

	return node->schema && !strcmp(element_name(element), node->schema->name) &&
	       (!*ns || !strcmp(ns, node->schema->module->ns)) &&
	       !((const struct lyd_node_opaq *)element)->attr;
}

/* A value as the type writes it, so that 2001:DB8:0::1 matches 2001:db8::1. */
static bool value_matches(const struct lyd_node *element, const struct lyd_node *leaf)
{
	const char *has = lyd_get_value(leaf), *canonical = NULL;
	const struct ly_ctx *schema = leaf->schema->module->ctx;
	struct gh_buf word = { 0 };
	const char *wanted = element_word(element, &word);
	bool same = !strcmp(wanted, has);

	if (!same && !lyd_value_validate(schema, leaf->schema, wanted, strlen(wanted), NULL, NULL,
					 &canonical)) {
		same = !strcmp(canonical, has);
		lydict_remove(schema, canonical);
	}
	if (!same && strchr(wanted, ':')) {     /* an identity, by another prefix */
		struct gh_buf named = { 0 }, why = { 0 };

		same = element_qualify(schema, element, &named, &why) &&
		       !strcmp(gh_buf_text(&named), has);
		gh_buf_fini(&named);
		gh_buf_fini(&why);
	}
	ly_err_clean((struct ly_ctx *)schema, NULL);
	gh_buf_fini(&word);
	return same;
}

/* Every match among the elements has a node that has the value. */
static bool matches(const struct lyd_node *elements, const struct lyd_node *nodes)
{
	for (const struct lyd_node *e = elements; e; e = e->next) {
		const struct lyd_node *n = nodes;

		if (!filter_is_match(e))
			continue;
		while (n && !(same_node(e, n) && (n->schema->nodetype & LYD_NODE_TERM) &&
			      value_matches(e, n)))
			n = n->next;
		if (!n)
			return false;
	}
	return true;
}

static void mark_siblings(const struct lyd_node *elements, const struct lyd_node *nodes,
			  struct ly_set *marks);

static void mark(const struct lyd_node *element, struct lyd_node *node, struct ly_set *marks)
{
	const struct lyd_node *inside = lyd_child(element);
	bool only_matches = true;

	for (const struct lyd_node *e = inside; e; e = e->next)
		only_matches &= filter_is_match(e);
	if (!inside || (only_matches && matches(inside, lyd_child(node)))) {
		if (ly_set_add(marks, node, 1, NULL))
			abort();
	} else if (!only_matches) {
		mark_siblings(inside, lyd_child(node), marks);
	}
}

static void mark_siblings(const struct lyd_node *elements, const struct lyd_node *nodes,
			  struct ly_set *marks)
{
	if (!matches(elements, nodes))
		return;
	for (const struct lyd_node *n = nodes; n && marks->count < FILTER_MARKS_MAX; n = n->next) {
		for (const struct lyd_node *e = elements; e; e = e->next) {
			if (!same_node(e, n))
				continue;
			if (filter_is_match(e) ? (n->schema->nodetype & LYD_NODE_TERM) &&
					  value_matches(e, n) : true)
				mark(e, (struct lyd_node *)n, marks);
		}
	}
}

/* ---- the copy ---------------------------------------------------------- */

static int by_address(const void *a, const void *b)
{
	const void *x = *(void *const *)a, *y = *(void *const *)b;

	return x < y ? -1 : x > y;
}

struct nodes {
	const void **sorted;
	size_t count, size;
};

static void nodes_add(struct nodes *n, const void *node)
{
	if (n->count == n->size) {
		n->size = n->size ? n->size * 2 : 64;
		n->sorted = reallocarray(n->sorted, n->size, sizeof(*n->sorted));
		if (!n->sorted)
			abort();
	}
	n->sorted[n->count++] = node;
}

static bool nodes_have(const struct nodes *n, const void *node)
{
	return n->count && bsearch(&node, n->sorted, n->count, sizeof(*n->sorted), by_address);
}

static void copy_siblings(const struct lyd_node *nodes, const struct nodes *wanted,
			  const struct nodes *around, struct lyd_node *parent,
			  struct lyd_node **first)
{
	for (const struct lyd_node *n = nodes; n; n = n->next) {
		bool whole = nodes_have(wanted, n), key = n->schema && lysc_is_key(n->schema);
		struct lyd_node *copy = NULL;

		/* Keys came with their entry. */
		if (key && parent)
			continue;
		if (!whole && !nodes_have(around, n))
			continue;
		if (lyd_dup_single(n, COMPAT_PARENT(parent),
				   LYD_DUP_WITH_FLAGS | (whole ? LYD_DUP_RECURSIVE : 0), &copy))
			abort();
		if (!parent)
			lyd_insert_sibling(*first, copy, first);
		if (!whole)
			copy_siblings(lyd_child(n), wanted, around, copy, NULL);
	}
}

static struct lyd_node *copy_marked(const struct lyd_node *tree, const struct ly_set *marks)
{
	struct nodes wanted = { 0 }, around = { 0 };
	struct lyd_node *first = NULL;
	const void *last = NULL;

	for (uint32_t i = 0; i < marks->count; i++) {
		const struct lyd_node *n = marks->dnodes[i];

		/* The value of a key alone is nothing: its entry is around it. */
		nodes_add(&wanted, n);
		for (n = lyd_parent(n); n && n != last; n = lyd_parent(n))
			nodes_add(&around, n);
		last = lyd_parent(marks->dnodes[i]);
	}
	if (!wanted.count)
		return NULL;
	qsort(wanted.sorted, wanted.count, sizeof(*wanted.sorted), by_address);
	if (around.count)
		qsort(around.sorted, around.count, sizeof(*around.sorted), by_address);
	copy_siblings(lyd_first_sibling(tree), &wanted, &around, NULL, &first);
	free(wanted.sorted);
	free(around.sorted);
	return first;
}

static bool refused(const struct filter *filter, const struct ly_ctx *schema,
		    struct findings *findings)
{
	finding_detail_set(findings_add(findings, false, FINDING_INVALID_VALUE, NULL,
		"the filter's expression \"%s\": %s", filter->xpath,
		compat_error_last(schema).text), "select");
	ly_err_clean((struct ly_ctx *)schema, NULL);
	return false;
}

bool filter_apply(const struct filter *filter, const struct lyd_node *tree,
		  struct lyd_node **out, struct findings *findings)
{
	struct ly_set *marks = NULL;

	*out = NULL;
	if (!filter_affordable(filter, findings))
		return false;
	if (!tree)
		return true;
	if (!filter->xpath && !filter->is_subtree) {
		if (lyd_dup_siblings(tree, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, out))
			abort();
		return true;
	}
	if (filter->xpath) {
		if (lyd_find_xpath(tree, filter->xpath, &marks))
			return refused(filter, tree->schema->module->ctx, findings);
	} else {
		if (ly_set_new(&marks))
			abort();
		if (filter->subtree)
			mark_siblings(filter->subtree, lyd_first_sibling(tree), marks);
	}
	if (marks->count >= FILTER_MARKS_MAX) {
		findings_add(findings, false, FINDING_TOO_BIG, NULL,
			     "the filter selects too much too often; name each thing once");
		ly_set_free(marks, NULL);
		return false;
	}
	*out = copy_marked(tree, marks);
	ly_set_free(marks, NULL);
	return true;
}
