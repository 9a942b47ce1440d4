/* What NETCONF needs of the store beside requests: see store.h. All of it is the clerk's. */
#include <errno.h>
#include <string.h>

#include "yang/plan.h"
#include "yang/store_parts.h"

int store_startup_tree(const struct store *store, struct lyd_node **out, struct findings *findings)
{
	struct gh_buf text = { 0 }, why = { 0 };
	struct datastore_state state = { 0 };
	struct edits edits = { 0 };
	int rc = store_startup_read(store, &text, &why);

	if (rc) {
		findings_add(findings, false, FINDING_OPERATION_FAILED, NULL, "%s", gh_buf_text(&why));
	} else {
		struct plan plan = {
			.datastore = store->datastore, .key = store->key, .text = gh_buf_text(&text),
			.length = gh_buf_length(&text), .edits = &edits, .draft = true,
			.lenient = true, .continue_on_error = true,
		};
		struct findings unused = { 0 };

		rc = plan_make(&plan, &state, &unused);
		*out = state.tree;
		state.tree = NULL;
		findings_fini(&unused);
	}
	datastore_state_fini(&state);
	edits_fini(&edits);
	gh_buf_fini(&text);
	gh_buf_fini(&why);
	return rc;
}

int store_secret(const struct store *store, const char *clear, struct gh_buf *out,
		 struct gh_buf *why)
{
	char text[GW_ENCRYPTED_MAX + 1];
	size_t length = strlen(clear);

	if (!secret_valid(clear, length) || secret_encrypt(store->key, clear, length, text)) {
		gh_buf_printf(why, "a secret is 1 to %u printable ASCII characters", GW_SECRET_MAX);
		return -EINVAL;
	}
	gh_buf_append(out, text, strlen(text));
	return 0;
}
