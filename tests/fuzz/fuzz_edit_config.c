/*
 * fuzz_edit_config - an edit-config from its bytes to the steps, and these done
 *
 * The input is a <config> element, or a message around one. What is refused
 * must say why; what is accepted must be steps that a tree can take, or that
 * are refused by it with a reason and no crash.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/fuzz/netconf_tree.h"
#include "yang/netconf/edit_config.h"
#include "yang/netconf/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int encrypt(void *self, const char *clear, struct gh_buf *out, struct gh_buf *why)
{
	(void)self;
	if (strlen(clear) > 20) {
		gh_buf_printf(why, "too long");
		return -1;
	}
	gh_buf_printf(out, "encrypted");
	return 0;
}

static void run(const struct lyd_node *config, enum edit_operation operation)
{
	const struct edit_config request = {
		.schema = datastore_context(datastore), .config = config,
		.operation = operation, .encrypt = operation == EDIT_OPERATION_NONE ? NULL : encrypt,
	};
	struct findings findings = { 0 };
	struct edits edits = { 0 };
	struct lyd_node *tree = NULL;
	struct gh_buf out = { 0 };

	edit_config_read(&request, &edits, &findings);
	if (lyd_dup_siblings(base, NULL, LYD_DUP_RECURSIVE, &tree))
		abort();
	for (size_t i = 0; i < edits.count; i++) {
		struct gh_buf why = { 0 };

		if (!edits.array[i].path || edits.array[i].path[0] != '/')
			abort();
		datastore_apply(datastore, &tree, &edits.array[i], &why);
		gh_buf_fini(&why);
	}
	reply_findings(request.schema, &findings, REPLY_APPLICATION, &out);
	gh_buf_fini(&out);
	lyd_free_all(tree);
	edits_fini(&edits);
	findings_fini(&findings);
	ly_err_clean((struct ly_ctx *)request.schema, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lyd_node *root, *operation, *config;

	if (!datastore)
		tree_start();
	root = tree_message(data, size);
	if (!root)
		return 0;
	operation = lyd_child(root);
	config = operation ? element_child(operation, NS_BASE, "config") : NULL;
	for (int o = EDIT_OPERATION_MERGE; o <= EDIT_OPERATION_NONE; o++)
		run(config ? config : root, (enum edit_operation)o);
	lyd_free_all(root);
	return 0;
}
