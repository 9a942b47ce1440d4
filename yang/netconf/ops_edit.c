/*
 * What changes datastores: edit-config, copy-config, delete-config, commit,
 * discard-changes, cancel-commit, validate (RFC 6241) and edit-data (RFC 8526)
 *
 * All of them become one request of the store; the reply is its outcome.
 */
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/edit_config.h"
#include "yang/netconf/rpc.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

static int encrypt(void *self, const char *clear, struct gh_buf *out, struct gh_buf *why)
{
	return store_secret(self, clear, out, why);
}

/* A <config> into rpc->edits. */
static bool read_config(struct rpc *rpc, const struct lyd_node *config,
			enum edit_operation operation)
{
	const struct edit_config request = {
		.schema = rpc->schema, .config = config, .operation = operation,
		.encrypt = encrypt, .self = server_store(rpc->server),
	};

	rpc->layer = REPLY_APPLICATION;
	edit_config_read(&request, &rpc->edits, &rpc->findings);
	rpc->request.edits = &rpc->edits;
	rpc->request.whole = operation == EDIT_OPERATION_REPLACE;
	return !rpc->findings.errors;
}

/* One of the words, or the first. -1: another, with a finding. */
static int choose(struct rpc *rpc, const char *param, const char *const *words)
{
	struct gh_buf word = { 0 };
	int found = 0;

	if (rpc_word(rpc, param, false, &word)) {
		while (words[found] && strcmp(words[found], gh_buf_text(&word)))
			found++;
		if (!words[found]) {
			rpc_error(rpc, FINDING_INVALID_VALUE, param, "\"%s\" is no %s",
				  gh_buf_text(&word), param);
			found = -1;
		}
	}
	gh_buf_fini(&word);
	return found;
}

static bool writable(struct rpc *rpc, enum store_name name)
{
	if (name != STORE_STARTUP)
		return true;
	rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL,
		  "startup is changed as a whole: edit running, then copy-config to startup");
	return false;
}

static enum edit_operation read_default(struct rpc *rpc)
{
	static const char *const words[] = { "merge", "replace", "none", NULL };
	int i = choose(rpc, "default-operation", words);

	return i == 1 ? EDIT_OPERATION_REPLACE : i == 2 ? EDIT_OPERATION_NONE : EDIT_OPERATION_MERGE;
}

static void read_edit_config(struct rpc *rpc)
{
	static const char *const tests[] = { "test-then-set", "set", "test-only", NULL };
	static const char *const reactions[] = { "stop-on-error", "continue-on-error",
						  "rollback-on-error", NULL };
	const struct lyd_node *config = rpc_param(rpc, "config");
	enum edit_operation operation = read_default(rpc);
	int test = choose(rpc, "test-option", tests), reaction = choose(rpc, "error-option", reactions);

	if (rpc->findings.errors || !rpc_store(rpc, "target", &rpc->request.target) ||
	    !writable(rpc, rpc->request.target))
		return;
	if (!config) {
		if (rpc_param(rpc, "url"))
			rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL,
				  "the capability :url is not supported");
		else
			rpc_error(rpc, FINDING_MISSING_ELEMENT, "config", "there is no <config>");
		return;
	}
	rpc->request.verb = STORE_EDIT;
	rpc->request.test = !rpc_param(rpc, "test-option") ? false : test == 0;
	rpc->request.test_only = test == 2;
	rpc->request.continue_on_error = reaction == 1;
	read_config(rpc, config, operation);
}

static void read_edit_data(struct rpc *rpc)
{
	const struct lyd_node *config = rpc_param(rpc, "config");
	enum edit_operation operation = read_default(rpc);
	bool operational;

	if (rpc->findings.errors ||
	    !rpc_datastore(rpc, &rpc->request.target, &operational))
		return;
	if (operational) {
		rpc_error(rpc, FINDING_INVALID_VALUE, "datastore", "operational cannot be written");
		return;
	}
	if (!writable(rpc, rpc->request.target))
		return;
	rpc->request.verb = STORE_EDIT;
	if (!config)
		rpc_error(rpc, FINDING_MISSING_ELEMENT, "config", "there is no <config>");
	else
		read_config(rpc, config, operation);
}

/* A datastore, or a whole configuration inside the request. */
static bool read_source(struct rpc *rpc)
{
	const struct lyd_node *source = rpc_param(rpc, "source"),
			      *config = source ? element_child(source, NS_BASE, "config") : NULL;

	if (config)
		return read_config(rpc, config, EDIT_OPERATION_REPLACE);
	return rpc_store(rpc, "source", &rpc->request.source);
}

static void read_copy_config(struct rpc *rpc)
{
	rpc->request.verb = STORE_COPY;
	if (!rpc_store(rpc, "target", &rpc->request.target) || !read_source(rpc))
		return;
	if (!rpc->request.edits && rpc->request.source == rpc->request.target)
		rpc_error(rpc, FINDING_INVALID_VALUE, "target", "source and target are the same");
}

static void read_delete_config(struct rpc *rpc)
{
	rpc->request.verb = STORE_DELETE;
	if (!rpc_store(rpc, "target", &rpc->request.target))
		return;
	if (rpc->request.target != STORE_STARTUP)
		rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL,
			  "only startup can be deleted; to empty another, edit it with replace");
}

static void read_validate(struct rpc *rpc)
{
	rpc->request.verb = STORE_VALIDATE;
	if (read_source(rpc))
		rpc->request.target = rpc->request.edits ? STORE_CANDIDATE : rpc->request.source;
}

static char *read_text(struct rpc *rpc, const char *param)
{
	const struct lyd_node *p = rpc_param(rpc, param);
	char *text = p ? strdup(element_text(p)) : NULL;

	if (p && !text)
		abort();
	return text;
}

static void read_commit(struct rpc *rpc)
{
	struct gh_buf word = { 0 };

	rpc->request.verb = STORE_COMMIT;
	rpc->request.source = STORE_CANDIDATE;
	rpc->request.target = STORE_RUNNING;
	rpc->request.confirmed = rpc_param(rpc, "confirmed") != NULL;
	if (rpc_word(rpc, "confirm-timeout", false, &word)) {
		char *end;
		unsigned long s = strtoul(gh_buf_text(&word), &end, 10);

		if (*end || !s || s > UINT32_MAX)
			rpc_error(rpc, FINDING_INVALID_VALUE, "confirm-timeout",
				  "the timeout is in seconds, at least 1");
		rpc->request.confirmed_s = (uint32_t)s;
	}
	gh_buf_fini(&word);
	rpc->request.persist = rpc->persist = read_text(rpc, "persist");
	rpc->request.persist_id = rpc->persist_id = read_text(rpc, "persist-id");
	if (rpc->request.persist && !rpc->request.confirmed)
		rpc_error(rpc, FINDING_BAD_ELEMENT, "persist",
			  "persist is part of a confirmed commit; add <confirmed/>");
}

static void read_cancel(struct rpc *rpc)
{
	rpc->request.verb = STORE_CANCEL;
	rpc->request.persist_id = rpc->persist_id = read_text(rpc, "persist-id");
}

static void read_discard(struct rpc *rpc)
{
	rpc->request.verb = STORE_DISCARD;
	rpc->request.target = STORE_CANDIDATE;
}

const struct rpc_kind edit_kinds[] = {
	{ NS_BASE, "edit-config", "ietf-netconf", read_edit_config, rpc_submit, NULL },
	{ NS_BASE, "copy-config", "ietf-netconf", read_copy_config, rpc_submit, NULL },
	{ NS_BASE, "delete-config", "ietf-netconf", read_delete_config, rpc_submit, NULL },
	{ NS_BASE, "validate", "ietf-netconf", read_validate, rpc_submit, NULL },
	{ NS_BASE, "commit", "ietf-netconf", read_commit, rpc_submit, NULL },
	{ NS_BASE, "cancel-commit", "ietf-netconf", read_cancel, rpc_submit, NULL },
	{ NS_BASE, "discard-changes", "ietf-netconf", read_discard, rpc_submit, NULL },
	{ NS_NMDA, "edit-data", "ietf-netconf-nmda", read_edit_data, rpc_submit, NULL },
	{ NULL },
};
