/*
 * Operations of the model: its rpcs and actions (RFC 7950 7.14, 7.15)
 *
 * The input is read against the model. What the host then gets are the
 * words of the command line, so that each operation is done by one piece of
 * code, whoever asks.
 */
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/edit_walk.h"
#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/rpc.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

/* {leaf} is the value of an input, or of a leaf around the action. */
static const struct {
	const char *name;
	const char *words;
} operations[] = {
	{ "reset", "reset connection {../name}" },
	{ "reset-gateway", "reset" },
	{ "rekey", "rekey connection {../name} {sa}" },
	{ "diagnose", "diagnose connection {../name}" },
	{ "device-config", "device-config connection {../name} for {device}" },
	{ "failover-test", "failover-test expressroute {../name} for {minutes}" },
	{ "failover-test-stop", "no failover-test expressroute {../name}" },
	{ "explain", "explain {address}" },
	{ "get-routes", "get-routes" },
	{ "rollback", "rollback {commit}" },
	{ "switch-over", "switch-over" },
	{ "maintenance", "maintenance" },
	{ "maintenance-end", "no maintenance" },
};

static const char *value(const struct lyd_node *op, const char *path)
{
	struct lyd_node *node = NULL;

	if (!strncmp(path, "../", 3)) {
		op = lyd_parent(op);
		path += 3;
	}
	if (!op || lyd_find_path(op, path, 0, &node) || !node)
		return NULL;
	return lyd_get_value(node);
}

static bool put_words(struct rpc *rpc, const char *words, struct gh_buf *out)
{
	while (*words) {
		size_t n = strcspn(words, "{");
		char path[64];
		const char *text;

		gh_buf_append(out, words, n);
		words += n;
		if (!*words)
			break;
		n = strcspn(++words, "}");
		memcpy(path, words, n);
		path[n] = '\0';
		words += n + 1;
		text = value(rpc->action, path);
		if (!text) {
			rpc_error(rpc, FINDING_MISSING_ELEMENT, path, "give the element %s", path);
			return false;
		}
		/* All values are whole words by their types. */
		gh_buf_printf(out, "%s", text);
	}
	return true;
}

static bool invalid(struct rpc *rpc)
{
	struct compat_error e = compat_error_last(rpc->schema);

	finding_app_tag_set(rpc_error(rpc, FINDING_INVALID_VALUE, NULL, "%s", e.text), e.app_tag);
	ly_err_clean(rpc->schema, NULL);
	return false;
}

/* ---- the input as a tree -------------------------------------------------- */

/*
 * libyang's own reader of <rpc> is not used: it does not survive every mistake
 * that a message can have.
 */
static bool add(struct rpc *rpc, struct edit_walk *w, const char *value)
{
	struct lyd_node *made = NULL;

	if (lyd_new_path(rpc->typed, rpc->schema, gh_buf_text(&w->path), value, 0, &made))
		return invalid(rpc);
	if (!rpc->typed)
		rpc->typed = made;
	return true;
}

/* The one element that leads on to the action, beside the keys. NULL: a finding. */
static const struct lyd_node *way(struct edit_walk *w, const struct lyd_node *element,
				  const struct lysc_node *node)
{
	const struct lyd_node *child = lyd_child(element), *found = NULL;

	for (; child; child = child->next) {
		const struct lysc_node *at = lys_find_child(node, node->module, element_name(child), 0, 0, 0);

		if (at && lysc_is_key(at))
			continue;
		if (found) {
			edit_walk_error(w, FINDING_BAD_ELEMENT, "an action is one; this leads to two");
			return NULL;
		}
		found = child;
	}
	if (!found)
		edit_walk_error(w, FINDING_MISSING_ELEMENT, "this leads to no action");
	return found;
}

/* From the top to the operation; *element is then its own. */
static const struct lysc_node *descend(struct edit_walk *w, const struct lyd_node **element)
{
	const struct lysc_node *node = NULL;

	while (*element) {
		node = edit_walk_enter(w, *element, node);
		if (!node || node->nodetype & (LYS_RPC | LYS_ACTION))
			return node;
		if (!(node->nodetype & (LYS_CONTAINER | LYS_LIST))) {
			edit_walk_error(w, FINDING_BAD_ELEMENT, "this leads to no action");
			return NULL;
		}
		if (node->nodetype == LYS_LIST && !edit_walk_keys(w, *element, node))
			return NULL;
		*element = way(w, *element, node);
	}
	return NULL;
}

static bool add_input(struct rpc *rpc, struct edit_walk *w, const struct lyd_node *element,
		      const struct lysc_node *op)
{
	size_t mark = w->path.tail;
	const struct lysc_node *leaf = edit_walk_enter(w, element, op);
	struct gh_buf value = { 0 };
	bool ok = false;

	if (leaf && leaf->nodetype != LYS_LEAF)
		edit_walk_error(w, FINDING_UNKNOWN_ELEMENT, "this is no input of the operation");
	else if (leaf)
		ok = edit_walk_value(w, element, leaf, &value, NULL) && add(rpc, w, gh_buf_text(&value));
	gh_buf_fini(&value);
	w->path.tail = mark;
	return ok;
}

static bool parse(struct rpc *rpc)
{
	const struct edit_config request = { .schema = rpc->schema };
	struct edit_walk w = { .request = &request, .findings = &rpc->findings, .operation = true };
	const struct lyd_node *element = rpc->element, *input;
	const struct lysc_node *op;
	bool ok = false;

	rpc->layer = REPLY_APPLICATION;
	if (element_is(element, NS_YANG, "action")) {
		element = lyd_child(element);
		if (!element || element->next) {
			rpc_error(rpc, FINDING_BAD_ELEMENT, "action", "an action is exactly one");
			return false;
		}
	}
	op = descend(&w, &element);
	if (op)
		ok = add(rpc, &w, NULL) &&
		     !lyd_find_path(rpc->typed, gh_buf_text(&w.path), 0, &rpc->action);
	for (input = ok ? lyd_child(element) : NULL; input && ok; input = input->next)
		ok = add_input(rpc, &w, input, op);
	gh_buf_fini(&w.path);
	if (ok && lyd_validate_op(rpc->typed, NULL, LYD_TYPE_RPC_YANG, NULL))
		ok = invalid(rpc);
	if (!ok && !rpc->findings.errors)
		invalid(rpc);
	return ok;
}

/* The list entry around an action must be configured. */
static bool target_exists(struct rpc *rpc)
{
	const struct lyd_node *running = store_tree(server_store(rpc->server), STORE_RUNNING),
			      *around = lyd_parent(rpc->action);
	struct lyd_node *node = NULL;
	char *path;
	bool there;

	if (!around)
		return true;
	path = lyd_path(around, LYD_PATH_STD, NULL, 0);
	there = path && running && !lyd_find_path(running, path, 0, &node) && node;
	if (!there) {
		rpc->layer = REPLY_APPLICATION;
		rpc_error(rpc, FINDING_DATA_MISSING, path, "there is no such one");
	}
	ly_err_clean(rpc->schema, NULL);
	free(path);
	return there;
}

static char *copy(const char *text)
{
	char *s = text ? strdup(text) : NULL;

	if (text && !s)
		abort();
	return s;
}

static void read_action(struct rpc *rpc)
{
	struct gh_buf words = { 0 };
	const char *name;
	unsigned i;

	if (!parse(rpc))
		return;
	name = rpc->action->schema->name;
	if (rpc->action->schema->nodetype == LYS_ACTION &&
	    !access_action(rpc->access, session_user(rpc->session), rpc->action)) {
		rpc_error(rpc, FINDING_ACCESS_DENIED, NULL,
			  "you may not do %s; a rule of `gateway access` denies it, or none permits it",
			  name);
		return;
	}
	for (i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		if (!strcmp(operations[i].name, name))
			break;
	if (i == sizeof(operations) / sizeof(*operations)) {
		rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL, "%s is not supported", name);
	} else if (target_exists(rpc) && put_words(rpc, operations[i].words, &words)) {
		const char *limit = value(rpc->action, "limit");

		rpc->ask.what = copy(gh_buf_text(&words));
		rpc->ask.within = copy(value(rpc->action, "within"));
		rpc->ask.after = copy(value(rpc->action, "after"));
		rpc->ask.limit = limit ? (unsigned)strtoul(limit, NULL, 10) : 0;
	}
	gh_buf_fini(&words);
}

static void answered(struct netconf_ask *ask)
{
	struct rpc *rpc = ask->asker;

	rpc->layer = REPLY_APPLICATION;
	findings_move(&rpc->findings, &ask->findings);
	rpc_acted(rpc);
}

static void act_action(struct rpc *rpc)
{
	const struct netconf_host *host = server_host(rpc->server);

	if (!strncmp(rpc->ask.what, "rollback ", 9)) {
		rpc->request.verb = STORE_ROLLBACK;
		rpc->request.target = STORE_RUNNING;
		rpc->request.number = (unsigned)strtoul(rpc->ask.what + 9, NULL, 10);
		rpc_submit(rpc);
		return;
	}
	rpc->ask.who = session_user(rpc->session);
	rpc->ask.from = session_from(rpc->session);
	rpc->ask.json_max = RPC_STATE_MAX;
	rpc->ask.done = answered;
	rpc->ask.asker = rpc;
	if (host->operate) {
		host->operate(host->context, &rpc->ask);
	} else {
		rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL, "there is nobody to do it");
		rpc_acted(rpc);
	}
}

/* Behind a member of an object: at the comma or the brace that ends it. */
static const char *member_end(const char *at)
{
	unsigned depth = 0;
	bool string = false;

	for (; *at; at++) {
		if (string) {
			at += *at == '\\' && at[1];
			string = *at != '"';
		} else if (*at == '"') {
			string = true;
		} else if (*at == '{' || *at == '[') {
			depth++;
		} else if (*at == '}' || *at == ']') {
			if (!depth--)
				break;
		} else if (*at == ',' && !depth) {
			break;
		}
	}
	return at;
}

/* libyang's reader takes one member of a reply, so they are given one by one. */
static bool parse_output(struct rpc *rpc, const char *json)
{
	const char *at = json + strcspn(json, "{");
	struct gh_buf one = { 0 };
	LY_ERR rc = LY_SUCCESS;

	while (*at && *at != '}' && !rc) {
		const char *from = at + 1;
		struct ly_in *in = NULL;

		at = member_end(from);
		if (!from[strspn(from, " \t\r\n}")])
			break;
		gh_buf_consume(&one, gh_buf_length(&one));
		gh_buf_printf(&one, "{%.*s}", (int)(at - from), from);
		if (ly_in_new_memory(gh_buf_text(&one), &in))
			abort();
		rc = lyd_parse_op(rpc->schema, rpc->action, in, LYD_JSON, LYD_TYPE_REPLY_YANG, NULL, NULL);
		ly_in_free(in, 0);
	}
	gh_buf_fini(&one);
	return !rc;
}

/* The output hangs below the operation, and is printed from there. */
static void print_action(struct rpc *rpc)
{
	struct lyd_node *op = rpc->action;

	if (!gh_buf_length(&rpc->ask.json)) {
		gh_buf_printf(&rpc->reply, "<ok/>");
		return;
	}
	lyd_free_siblings(lyd_child(op));
	if (!parse_output(rpc, gh_buf_text(&rpc->ask.json))) {
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL,
			  "the answer does not fit the model: %s; report this",
			  compat_error_last(rpc->schema).text);
		ly_err_clean(rpc->schema, NULL);
	} else if (lyd_child(op)) {
		reply_tree(lyd_child(op), LYD_PRINT_WD_EXPLICIT, &rpc->reply);
	} else {
		gh_buf_printf(&rpc->reply, "<ok/>");
	}
}

const struct rpc_kind action_kind = {
	NULL, NULL, NULL, read_action, act_action, print_action
};
