/*
 * fuzz_filter - a filter from its bytes, and what it leaves of a tree
 *
 * The input is a <filter> element, or a message around one. Whatever it is,
 * the result is part of the tree: each of its nodes is found in the original.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/fuzz/netconf_tree.h"
#include "yang/netconf/filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void assert_part(const struct lyd_node *part)
{
	const struct lyd_node *node;

	LYD_TREE_DFS_BEGIN(part, node) {
		char *path = lyd_path(node, LYD_PATH_STD, NULL, 0);
		struct lyd_node *there = NULL;

		if (!path || lyd_find_path(base, path, 0, &there) || !there)
			abort();
		free(path);
		LYD_TREE_DFS_END(part, node);
	}
}

static void run(const struct lyd_node *element)
{
	static const char *const routes[] = { "gateway", "routes", NULL };
	struct findings findings = { 0 };
	struct filter *filter = NULL;
	struct lyd_node *out = NULL;
	struct gh_buf path = { 0 };

	if (filter_read(datastore_context(datastore), element, &filter, &findings)) {
		filter_wants(filter, "gatehouse", routes);
		filter_names(filter, "gatehouse", routes);
		filter_path(filter, &path);
		if (strncmp(gh_buf_text(&path), "/gatehouse:gateway", 18))
			abort();
		if (!filter_apply(filter, base, &out, &findings) && !findings.errors)
			abort();
	} else if (!findings.errors) {
		abort();
	}
	for (const struct lyd_node *n = out; n; n = n->next)
		assert_part(n);
	gh_buf_fini(&path);
	lyd_free_siblings(out);
	filter_free(filter);
	findings_fini(&findings);
	ly_err_clean(datastore_context(datastore), NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lyd_node *root, *operation, *filter;

	if (!datastore)
		tree_start();
	root = tree_message(data, size);
	if (!root)
		return 0;
	operation = lyd_child(root);
	filter = operation ? element_child(operation, NS_BASE, "filter") : NULL;
	run(filter ? filter : root);
	lyd_free_all(root);
	return 0;
}
