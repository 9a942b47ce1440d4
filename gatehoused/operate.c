/*
 * The table of operations: see operate.h.
 *
 * Words rather than a function per face: the lines that vtysh knows are the
 * same that NETCONF's actions are turned into, so neither can do what the
 * other cannot.
 */
#include "gatehoused/operate.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "yang/store.h"

#define MINUTES_MAX 1440
#define CONNECTION "/gatehouse:gateway/connection[name='%s']/"
#define CIRCUIT "/gatehouse:gateway/expressroute[name='%s']/"

static operate_run do_commit, do_confirm, do_cancel, do_discard, do_rollback, do_validate;

static const struct operate_row rows[] = {
	{ "commit", "ietf-netconf", "commit", NULL, do_commit },
	{ "confirm", "ietf-netconf", "commit", NULL, do_confirm },
	{ "cancel", "ietf-netconf", "cancel-commit", NULL, do_cancel },
	{ "discard", "ietf-netconf", "discard-changes", NULL, do_discard },
	{ "rollback", "gatehouse", "rollback", NULL, do_rollback },
	{ "validate", "ietf-netconf", "validate", NULL, do_validate },
	{ "reset connection", NULL, NULL, CONNECTION "reset", operate_reset },
	{ "reset", "gatehouse", "reset-gateway", NULL, operate_reset_all },
	{ "rekey connection", NULL, NULL, CONNECTION "rekey", operate_rekey },
	{ "failover-test expressroute", NULL, NULL, CIRCUIT "failover-test", operate_test },
	{ "no failover-test expressroute", NULL, NULL, CIRCUIT "failover-test-stop",
	  operate_test_stop },
	{ "switch-over", "gatehouse", "switch-over", NULL, operate_switch_over },
	{ "maintenance", "gatehouse", "maintenance", NULL, operate_maintenance },
	{ "no maintenance", "gatehouse", "maintenance-end", NULL, operate_maintenance_end },
};

/* ---- calls ------------------------------------------------------------- */

/* What an operation sees, with what only this file does. */
struct call {
	struct clerk_job job;
	struct operate_call shown;
	const struct operate_row *row;
	struct access_user who;
	char *words, *from;
	bool allowed;
	void *context;
	void (*done)(void *context, int rc, struct gh_buf *text);
};

static struct call *call_of(struct operate_call *shown)
{
	return (struct call *)((char *)shown - offsetof(struct call, shown));
}

void operate_done(struct operate_call *shown, int rc, const char *format, ...)
{
	struct call *call = call_of(shown);
	struct gh_buf text = { 0 };
	char *words;
	va_list args;

	va_start(args, format);
	if (vasprintf(&words, format, args) < 0)
		abort();
	va_end(args);
	gh_buf_append(&text, words, strlen(words));
	call->done(call->context, rc, &text);
	gh_buf_fini(&text);
	free(words);
	access_user_fini(&call->who);
	free(call->words);
	free(call->from);
	free(call);
}

/* How far do the words begin with the row's? 0: not, else the length to skip. */
static size_t match(const char *words, const struct operate_row *row)
{
	size_t n = strlen(row->words);

	return !strncmp(words, row->words, n) && (words[n] == ' ' || !words[n]) ? n : 0;
}

static const struct operate_row *find_row(const char *words, const char **argument)
{
	const struct operate_row *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t n = match(words, &rows[i]);

		if (n > longest) {
			longest = n;
			best = &rows[i];
		}
	}
	*argument = words + longest + strspn(words + longest, " ");
	return best;
}

/* ---- access: on the clerk, as an action is a node of a tree ---- */

static bool may_act(struct store *s, const struct access *a, const struct call *call)
{
	char path[256], key[GH_NAME_MAX + 1];
	struct lyd_node *tree = NULL;
	bool may = false;

	snprintf(key, sizeof(key), "%.*s", (int)strcspn(call->shown.argument, " "),
		 call->shown.argument);
	if (strchr(key, '\''))
		return true;            /* no name: the operation will say so */
	snprintf(path, sizeof(path), "%.*s%s%s", (int)strcspn(call->row->action, "%"),
		 call->row->action, key, strstr(call->row->action, "%s") + 2);
	if (lyd_new_path(NULL, store_context(s), path, NULL, 0, &tree))
		may = true;             /* the same */
	else
		may = access_action(a, &call->who, tree);
	lyd_free_all(tree);
	return may;
}

static void run_access(struct clerk_job *job)
{
	struct call *call = (struct call *)job;
	struct store *s = call->shown.g->store;
	struct access *a = store_access(s);

	if (!call->who.name[0])
		access_user_init(&call->who, call->shown.user.uid);
	if (!call->allowed && call->row->action)
		call->allowed = may_act(s, a, call);
	else if (!call->allowed)
		call->allowed = access_operation(a, &call->who, call->row->module,
						 call->row->rpc);
	access_put(a);
}

static void on_access(struct clerk_job *job)
{
	struct call *call = (struct call *)job;

	if (call->allowed)
		call->row->run(&call->shown);
	else
		operate_done(&call->shown, -EACCES, "%s: the rules of gateway access do not let"
			     " %s do this", call->words, call->who.name);
}

void operate(struct gateway *g, const struct operate_request *request)
{
	struct call *call = calloc(1, sizeof(*call));

	if (!call)
		abort();
	call->words = strdup(request->words);
	call->from = strdup(request->user.from ? request->user.from : "");
	if (!call->words || !call->from)
		abort();
	call->allowed = request->allowed;
	call->context = request->context;
	call->done = request->done;
	call->shown.g = g;
	call->shown.user = request->user;
	call->shown.user.who = &call->who;
	call->shown.user.from = call->from;
	if (request->user.who)
		access_user_copy(&call->who, request->user.who);
	call->row = find_row(call->words, &call->shown.argument);
	if (!call->row) {
		operate_done(&call->shown, -EINVAL, "%s: unknown operation", request->words);
		return;
	}
	call->job = (struct clerk_job){ .run = run_access, .done = on_access };
	clerk_submit(store_clerk(g->store), &call->job);
}

/* ---- the configuration's ------------------------------------------------- */

static void stored(void *context, const struct store_outcome *outcome)
{
	struct operate_call *call = context;
	struct gh_buf text = { 0 };

	findings_print(outcome->findings, &text);
	operate_done(call, outcome->rc, "%s", gh_buf_text(&text));
	gh_buf_fini(&text);
}

static void store_do(struct operate_call *call, struct store_request *r)
{
	r->user = call->user;
	r->context = call;
	r->done = stored;
	store_submit(call->g->store, r);
}

/* The whole of text as a number of at most max. */
static bool number(const char *text, unsigned max, unsigned *out)
{
	char end;
	unsigned n;

	if (sscanf(text, "%7u%c", &n, &end) != 1 || n > max || *text == '+' || *text == '-')
		return false;
	*out = n;
	return true;
}

static void do_commit(struct operate_call *call)
{
	struct store_request r = { .verb = STORE_COMMIT, .source = STORE_CANDIDATE };
	const char *minutes = call->argument + strlen("confirmed");
	unsigned n = 0;

	if (*call->argument && strncmp(call->argument, "confirmed", strlen("confirmed"))) {
		operate_done(call, -EINVAL, "commit %s: expected confirmed MINUTES or nothing",
			     call->argument);
		return;
	}
	r.confirmed = *call->argument;
	if (r.confirmed && *minutes && (!number(minutes, MINUTES_MAX, &n) || !n)) {
		operate_done(call, -EINVAL, "commit %s: expected a number of minutes from 1 to %u",
			     call->argument, MINUTES_MAX);
		return;
	}
	r.confirmed_s = n * 60;
	store_do(call, &r);
}

static void do_confirm(struct operate_call *call)
{
	store_do(call, &(struct store_request){ .verb = STORE_CONFIRM });
}

static void do_cancel(struct operate_call *call)
{
	store_do(call, &(struct store_request){ .verb = STORE_CANCEL });
}

static void do_discard(struct operate_call *call)
{
	store_do(call, &(struct store_request){ .verb = STORE_DISCARD,
						.target = STORE_CANDIDATE });
}

static void do_rollback(struct operate_call *call)
{
	struct store_request r = { .verb = STORE_ROLLBACK, .target = STORE_CANDIDATE };

	if (!number(call->argument, STORE_COMMITS - 1, &r.number))
		operate_done(call, -EINVAL, "rollback %s: expected a number from 0 to %u; see"
			     " show gateway commits", call->argument, STORE_COMMITS - 1);
	else
		store_do(call, &r);
}

static void do_validate(struct operate_call *call)
{
	store_do(call, &(struct store_request){ .verb = STORE_VALIDATE,
						.target = STORE_CANDIDATE });
}
