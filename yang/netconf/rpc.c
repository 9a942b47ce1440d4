/*
 * The way of a request: see rpc.h.
 *
 * What is wrong with the message itself ends it before any parameter is read;
 * RFC 6241 4.3 says which error that is.
 */
#include "yang/netconf/rpc.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/server.h"
#include "yang/netconf/session.h"

static const struct rpc_kind *const all_kinds[] = {
	get_kinds, edit_kinds, session_kinds, schema_kinds, stream_kinds,
};

struct finding *rpc_error(struct rpc *rpc, enum finding_tag tag, const char *element,
			  const char *format, ...)
{
	struct finding *f;
	char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	f = findings_add(&rpc->findings, false, tag, element, "%s", text);
	free(text);
	return f;
}

/* ---- the clerk's part --------------------------------------------------- */

static void clean(struct rpc *rpc)
{
	lyd_free_all(rpc->root);
	lyd_free_all(rpc->typed);
	filter_free(rpc->filter);
	rpc->root = rpc->element = rpc->typed = rpc->action = NULL;
	rpc->filter = NULL;
	access_put(rpc->access);
	rpc->access = NULL;
}

static void print(struct rpc *rpc)
{
	size_t mark;

	reply_open(rpc->root, &rpc->reply);
	mark = rpc->reply.tail;
	if (!rpc->findings.errors && rpc->kind && rpc->kind->print)
		rpc->kind->print(rpc);
	else if (!rpc->findings.errors)
		gh_buf_printf(&rpc->reply, "<ok/>");
	if (gh_buf_length(&rpc->reply) > RPC_REPLY_MAX)
		rpc_error(rpc, FINDING_TOO_BIG, NULL,
			  "the reply is longer than %u MiB; ask for less by a filter",
			  RPC_REPLY_MAX >> 20);
	if (rpc->findings.errors) {
		rpc->reply.tail = mark;
		reply_findings(rpc->schema, &rpc->findings, rpc->layer, &rpc->reply);
	}
	for (size_t i = 0; i < rpc->findings.count; i++)
		rpc->errors += !rpc->findings.array[i].warning;
	reply_close(&rpc->reply);
	clean(rpc);
	rpc->printed = true;
}

static bool refused(struct rpc *rpc, const char *words)
{
	rpc->bad = true;
	rpc->layer = REPLY_RPC;
	rpc_error(rpc, FINDING_MALFORMED_MESSAGE, NULL, "%s", words);
	return false;
}

static bool parse(struct rpc *rpc)
{
	struct gh_buf why = { 0 };
	int rc = message_parse(server_messages(rpc->server), gh_buf_text(&rpc->message),
			       gh_buf_length(&rpc->message), &rpc->root, &why);

	gh_buf_fini(&rpc->message);     /* the largest part; and it may hold a secret */
	if (rc)
		refused(rpc, gh_buf_text(&why));
	if (rc == -E2BIG)
		rpc->findings.array[rpc->findings.count - 1].tag = FINDING_TOO_BIG;
	gh_buf_fini(&why);
	if (rc)
		return false;
	if (!element_is(rpc->root, NS_BASE, "rpc"))
		return refused(rpc, "the message is no <rpc> of " NS_BASE);
	rpc->element = lyd_child(rpc->root);
	if (!element_attr(rpc->root, NULL, "message-id")) {
		rpc->layer = REPLY_RPC;
		rpc->bad = true;
		finding_detail_set(rpc_error(rpc, FINDING_MISSING_ATTRIBUTE, "rpc",
			"the rpc has no attribute message-id"), "message-id");
		return false;
	}
	if (!rpc->element || rpc->element->next)
		return refused(rpc, "an <rpc> has exactly one element, the operation");
	return true;
}

static const struct rpc_kind *find(const char *ns, const char *name)
{
	for (size_t i = 0; i < sizeof(all_kinds) / sizeof(*all_kinds); i++)
		for (const struct rpc_kind *k = all_kinds[i]; k->name; k++)
			if (!strcmp(k->name, name) && !strcmp(k->ns, ns))
				return k;
	return NULL;
}

/* An operation that is not in the table may be one of the model. */
static bool dispatch(struct rpc *rpc)
{
	const char *ns = element_ns(rpc->element), *name = element_name(rpc->element);
	const struct lys_module *module = ly_ctx_get_module_implemented_ns(rpc->schema, ns);

	rpc->kind = find(ns, name);
	if (rpc->kind)
		return true;
	if (element_is(rpc->element, NS_YANG, "action") ||
	    (module && lys_find_child(NULL, module, name, 0, LYS_RPC, 0))) {
		rpc->kind = &action_kind;
		return true;
	}
	if (!module)
		finding_detail_set(rpc_error(rpc, FINDING_UNKNOWN_NAMESPACE, name,
			"no module here has the namespace \"%s\"", ns), ns);
	else
		rpc_error(rpc, FINDING_OPERATION_NOT_SUPPORTED, NULL,
			  "there is no operation %s in the module %s", name, module->name);
	return false;
}

static bool allowed(struct rpc *rpc)
{
	const char *module = rpc->kind->module, *name = rpc->kind->name;

	if (!name) {    /* of the model: an action is judged where it stands, by its reader */
		const struct lys_module *m;

		m = ly_ctx_get_module_implemented_ns(rpc->schema, element_ns(rpc->element));
		if (!m || element_is(rpc->element, NS_YANG, "action"))
			return true;
		module = m->name;
		name = element_name(rpc->element);
	}
	/* RFC 8341 3.2.1: close-session is always permitted. */
	if (!strcmp(name, "close-session") ||
	    access_operation(rpc->access, session_user(rpc->session), module, name))
		return true;
	rpc_error(rpc, FINDING_ACCESS_DENIED, NULL,
		  "you may not do %s; a rule of `gateway access` denies it, or none permits it", name);
	return false;
}

/* Parameters that the operation does not have, and those given twice. */
static bool params_known(struct rpc *rpc)
{
	const struct lys_module *module = ly_ctx_get_module_implemented_ns(rpc->schema,
									    rpc->kind->ns);
	const struct lysc_node *op = module ? lys_find_child(NULL, module, rpc->kind->name, 0,
							     LYS_RPC, 0) : NULL;

	if (!op)
		return true;
	for (const struct lyd_node *p = lyd_child(rpc->element); p; p = p->next) {
		const struct lys_module *m = ly_ctx_get_module_implemented_ns(rpc->schema,
									       element_ns(p));
		const struct lysc_node *known = NULL;

		if (m)
			known = lys_find_child(op, m, element_name(p), 0, 0, 0);
		if (!known) {
			rpc_error(rpc, FINDING_UNKNOWN_ELEMENT, element_name(p),
				  "the operation %s has no such parameter", rpc->kind->name);
			return false;
		}
		if (known->nodetype != LYS_LEAFLIST &&
		    element_child(rpc->element, element_ns(p), element_name(p)) != p) {
			rpc_error(rpc, FINDING_BAD_ELEMENT, element_name(p),
				  "the parameter is given twice");
			return false;
		}
	}
	return true;
}

static void read_job(struct clerk_job *job)
{
	struct rpc *rpc = (struct rpc *)job;

	rpc->layer = REPLY_PROTOCOL;
	rpc->access = store_access(server_store(rpc->server));
	if (parse(rpc) && dispatch(rpc) && allowed(rpc) &&
	    (!rpc->kind->name || params_known(rpc)) && rpc->kind->read)
		rpc->kind->read(rpc);
	if (rpc->findings.errors || !rpc->kind->act)
		print(rpc);
}

static void print_job(struct clerk_job *job)
{
	print((struct rpc *)job);
}

/* ---- the loop's part ----------------------------------------------------- */

static void printed(struct clerk_job *job)
{
	struct rpc *rpc = (struct rpc *)job;

	rpc->done(rpc);
}

static void was_read(struct clerk_job *job)
{
	struct rpc *rpc = (struct rpc *)job;

	if (rpc->printed) {
		rpc->done(rpc);
	} else if (session_gone(rpc->session)) {
		/* A lock that it took now would be nobody's. */
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL, "the session has ended");
		rpc_acted(rpc);
	} else {
		rpc->kind->act(rpc);
	}
}

void rpc_start(struct rpc *rpc)
{
	rpc->schema = store_context(server_store(rpc->server));
	rpc->config_filter = -1;
	rpc->job = (struct clerk_job){ .run = read_job, .done = was_read };
	clerk_submit(store_clerk(server_store(rpc->server)), &rpc->job);
}

void rpc_acted(struct rpc *rpc)
{
	rpc->job = (struct clerk_job){ .run = print_job, .done = printed };
	clerk_submit(store_clerk(server_store(rpc->server)), &rpc->job);
}

static void outcome(void *context, const struct store_outcome *o)
{
	struct rpc *rpc = context;

	rpc->layer = REPLY_APPLICATION;
	findings_copy(&rpc->findings, o->findings);
	if (o->rc && !rpc->findings.errors)
		rpc_error(rpc, FINDING_OPERATION_FAILED, NULL, "%s", strerror(-o->rc));
	rpc_acted(rpc);
}

void rpc_submit(struct rpc *rpc)
{
	rpc->request.user = session_store_user(rpc->session);
	rpc->request.context = rpc;
	rpc->request.done = outcome;
	store_submit(server_store(rpc->server), &rpc->request);
}

static void ask_fini(struct netconf_ask *ask)
{
	free(ask->what);
	gh_buf_fini(&ask->json);
	findings_fini(&ask->findings);
}

void rpc_clear(struct rpc *rpc)
{
	edits_fini(&rpc->edits);
	free((char *)rpc->ask.within);
	free((char *)rpc->ask.after);
	ask_fini(&rpc->ask);
	ask_fini(&rpc->routes);
	findings_fini(&rpc->findings);
	free(rpc->persist);
	free(rpc->persist_id);
	free(rpc->server_state);
	gh_buf_fini(&rpc->message);
	gh_buf_fini(&rpc->reply);
	*rpc = (struct rpc){ .session = rpc->session, .server = rpc->server, .done = rpc->done };
}
