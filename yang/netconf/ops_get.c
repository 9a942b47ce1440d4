/*
 * get, get-config (RFC 6241 7.1, 7.7) and get-data (RFC 8526 3.1)
 *
 * What may not be read is taken out before the filter looks, so that no filter
 * can find out what it is. State comes as JSON of the host and of the server,
 * and lives as a tree only while its reply is printed.
 */
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/rpc.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

static void read_get(struct rpc *rpc)
{
	rpc->operational = true;
	rpc->source = STORE_RUNNING;
	if (rpc_filter(rpc, "filter"))
		rpc_defaults(rpc);
}

static void read_get_config(struct rpc *rpc)
{
	if (rpc_store(rpc, "source", &rpc->source) && rpc_filter(rpc, "filter"))
		rpc_defaults(rpc);
}

static bool read_data_filter(struct rpc *rpc)
{
	const struct lyd_node *subtree = rpc_param(rpc, "subtree-filter"),
			      *xpath = rpc_param(rpc, "xpath-filter");
	struct gh_buf expression = { 0 }, why = { 0 };
	bool ok = true;

	if (subtree && xpath) {
		rpc_error(rpc, FINDING_BAD_ELEMENT, "xpath-filter", "give one filter only");
		return false;
	}
	if (xpath) {
		ok = element_qualify(rpc->schema, xpath, &expression, &why);
		if (!ok)
			rpc_error(rpc, FINDING_INVALID_VALUE, "xpath-filter", "%s", gh_buf_text(&why));
	}
	if (ok)
		rpc->filter = filter_new(subtree, xpath ? gh_buf_text(&expression) : NULL);
	gh_buf_fini(&expression);
	gh_buf_fini(&why);
	return ok;
}

static bool read_depth(struct rpc *rpc)
{
	struct gh_buf word = { 0 };
	bool ok = true;

	if (rpc_word(rpc, "max-depth", false, &word) && strcmp(gh_buf_text(&word), "unbounded")) {
		char *end;
		unsigned long depth = strtoul(gh_buf_text(&word), &end, 10);

		ok = !*end && depth >= 1 && depth <= 65535;
		rpc->max_depth = (unsigned)depth;
		if (!ok)
			rpc_error(rpc, FINDING_INVALID_VALUE, "max-depth",
				  "use 1 to 65535, or unbounded");
	}
	gh_buf_fini(&word);
	return ok;
}

static void read_get_data(struct rpc *rpc)
{
	struct gh_buf word = { 0 };

	rpc->data_ns_nmda = true;
	if (rpc_datastore(rpc, &rpc->source, &rpc->operational) && read_data_filter(rpc) &&
	    read_depth(rpc) && rpc_defaults(rpc) &&
	    rpc_word(rpc, "config-filter", false, &word)) {
		const char *text = gh_buf_text(&word);

		rpc->config_filter = !strcmp(text, "true");
		if (strcmp(text, "true") && strcmp(text, "false"))
			rpc_error(rpc, FINDING_INVALID_VALUE, "config-filter", "use true or false");
	}
	gh_buf_fini(&word);
}

/* ---- state -------------------------------------------------------------- */

static const char *const gateway[] = { "gateway", NULL };
static const char *const nacm[] = { "nacm", NULL };
static const char *const library_2019[] = { "yang-library", NULL };
static const char *const library_2016[] = { "modules-state", NULL };
static const char *const routes[] = { "gateway", "routes", NULL };

static void answered(struct netconf_ask *ask)
{
	struct rpc *rpc = ask->asker;

	rpc->layer = REPLY_APPLICATION;
	findings_move(&rpc->findings, &ask->findings);
	if (!--rpc->asking)
		rpc_acted(rpc);
}

static void ask(struct rpc *rpc, struct netconf_ask *a, const char *path)
{
	const struct netconf_host *host = server_host(rpc->server);

	a->what = strdup(path);
	if (!a->what)
		abort();
	a->who = session_user(rpc->session);
	a->from = session_from(rpc->session);
	a->json_max = RPC_STATE_MAX;
	a->done = answered;
	a->asker = rpc;
	host->state(host->context, a);
}

static void act_get(struct rpc *rpc)
{
	bool state = rpc->operational && rpc->config_filter != 1 && server_host(rpc->server)->state,
	     all = state && filter_wants(rpc->filter, "gatehouse", gateway),
	     table = state && filter_names(rpc->filter, "gatehouse", routes);

	if (rpc->operational && rpc->config_filter != 1)
		rpc->server_state = server_state(rpc->server);
	rpc->asking = 1u + all + table;
	if (all) {
		struct gh_buf path = { 0 };

		filter_path(rpc->filter, &path);
		ask(rpc, &rpc->ask, gh_buf_text(&path));
		gh_buf_fini(&path);
	}
	if (table)
		ask(rpc, &rpc->routes, "/gatehouse:gateway/routes");
	if (!--rpc->asking)
		rpc_acted(rpc);
}

/* ---- the tree ------------------------------------------------------------ */

/* Parses JSON and merges it; over: what is in it wins. */
static bool merge(struct rpc *rpc, const char *json, struct lyd_node **tree, bool over)
{
	struct lyd_node *state = NULL;

	if (!json || !*json)
		return true;
	if (lyd_parse_data_mem(rpc->schema, json, LYD_JSON, LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0,
			       &state)) {
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL,
			  "the gateway's state does not fit the model: %s; report this",
			  compat_error_last(rpc->schema).text);
		ly_err_clean(rpc->schema, NULL);
		return false;
	}
	if (over || !*tree) {
		if (lyd_merge_siblings(tree, state, LYD_MERGE_DESTRUCT))
			abort();
		return true;
	}
	if (lyd_merge_siblings(&state, *tree, LYD_MERGE_DESTRUCT))
		abort();
	*tree = state;
	return true;
}

/* The list of modules (RFC 8525, and RFC 7895 before it). */
static void add_library(struct rpc *rpc, struct lyd_node **tree)
{
	struct lyd_node *library = NULL;

	if (ly_ctx_get_yanglib_data(rpc->schema, &library, "%s", server_content_id(rpc->server)) ||
	    lyd_merge_siblings(tree, library, LYD_MERGE_DESTRUCT))
		abort();
}

static bool add_state(struct rpc *rpc, struct lyd_node **tree)
{
	/* get shows the configuration as it is configured, the operational datastore as it is used. */
	bool over = rpc->data_ns_nmda;

	if (!merge(rpc, gh_buf_text(&rpc->ask.json), tree, over) ||
	    !merge(rpc, gh_buf_text(&rpc->routes.json), tree, over) ||
	    !merge(rpc, rpc->server_state, tree, true))
		return false;
	if (filter_wants(rpc->filter, "ietf-yang-library", library_2019) ||
	    filter_wants(rpc->filter, "ietf-yang-library", library_2016))
		add_library(rpc, tree);
	if (*tree)
		*tree = lyd_first_sibling(*tree);
	return true;
}

/* What config-filter and max-depth leave; keys stay with their entry. */
static void cut(struct lyd_node **first, struct lyd_node *nodes, const struct rpc *rpc,
		unsigned depth)
{
	struct lyd_node *n, *next;

	LY_LIST_FOR_SAFE(nodes, next, n) {
		bool config = !(n->schema->flags & LYS_CONFIG_R), inner = lyd_child(n) != NULL;

		if (lysc_is_key(n->schema))
			continue;
		if (rpc->max_depth && depth >= rpc->max_depth && inner)
			cut(NULL, lyd_child_no_keys(n), &(struct rpc){ .config_filter = -1, .max_depth = 1 }, 2);
		else
			cut(NULL, lyd_child_no_keys(n), rpc, depth + 1);
		if (!((rpc->max_depth && depth > rpc->max_depth) ||
		      (rpc->config_filter == 1 && !config) ||
		      (rpc->config_filter == 0 && config && !lyd_child_no_keys(n))))
			continue;
		if (first && n == *first)
			*first = next;
		lyd_free_tree(n);
	}
}

static bool build(struct rpc *rpc, struct lyd_node **out)
{
	const struct lyd_node *config = NULL;
	bool implicit = rpc->defaults & (LYD_PRINT_WD_ALL | LYD_PRINT_WD_ALL_TAG);
	struct lyd_node *whole = NULL;
	bool ok = true;

	if (rpc->source == STORE_STARTUP)
		ok = server_startup(rpc->server, &whole, &rpc->findings);
	else if (filter_wants(rpc->filter, "gatehouse", gateway) ||
		 filter_wants(rpc->filter, "ietf-netconf-acm", nacm))
		config = store_tree(server_store(rpc->server), rpc->source);
	if (config && lyd_dup_siblings(config, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS, &whole))
		abort();
	if (ok && rpc->operational && rpc->config_filter != 1)
		ok = add_state(rpc, &whole);
	if (ok && implicit)
		lyd_new_implicit_all(&whole, rpc->schema, LYD_IMPLICIT_NO_STATE, NULL);
	if (ok) {
		access_prune(rpc->access, session_user(rpc->session), &whole);
		ok = filter_apply(rpc->filter, whole, out, &rpc->findings);
	}
	lyd_free_siblings(whole);
	if (ok && *out && (rpc->max_depth || rpc->config_filter >= 0))
		cut(out, *out, rpc, 1);
	return ok;
}

static void print_get(struct rpc *rpc)
{
	struct lyd_node *tree = NULL;

	if (!build(rpc, &tree))
		return;
	if (rpc->data_ns_nmda)
		gh_buf_printf(&rpc->reply, "<data xmlns=\"%s\">", NS_NMDA);
	else
		gh_buf_printf(&rpc->reply, "<data>");
	if (!reply_tree(tree, rpc->defaults, &rpc->reply))
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL, "the reply cannot be printed: %s",
			  compat_error_last(rpc->schema).text);
	gh_buf_printf(&rpc->reply, "</data>");
	lyd_free_siblings(tree);
}

const struct rpc_kind get_kinds[] = {
	{ NS_BASE, "get", "ietf-netconf", read_get, act_get, print_get },
	{ NS_BASE, "get-config", "ietf-netconf", read_get_config, NULL, print_get },
	{ NS_NMDA, "get-data", "ietf-netconf-nmda", read_get_data, act_get, print_get },
	{ NULL },
};
