/*
 * The commands, and answers in the making: see show.h.
 *
 *   read ──► json, root: sent as it comes
 *    │
 *    └─► a page ──► clerk: prune, view ──► sent ──► the next page
 *
 * Routes are made in pages, all else is one page: a table
 * must know its widths. Pruning and drawing are the clerk's, for they take
 * long and libyang is its own.
 */
#include "gatehoused/show/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <libyang/libyang.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/state/state.h"
#include "yang/store.h"

#define PAGE_ROUTES 2000u
#define PIECE (256u << 10)
/* What a user who is not root may be shown is one document: a tree of it is made. */
#define PRUNED_MAX (8u << 20)

typedef int make_output(struct gateway *g, const char *argument, bool pretty, struct gh_buf *out,
			struct gh_buf *why);
static make_output make_diagnose, make_device_config;

static const struct command {
	const char *words;
	const char *path;               /* of the state; %s: its argument, a name */
	bool takes_prefix;
	bool paged;
	make_output *make;              /* instead of path: the output of an operation */
	const char *rpc;                /* whose rules apply: a whole gateway's, */
	const char *action;             /* or a connection's: the word after its name */
	show_view *view;                /* NULL: JSON only */
} commands[] = {
	{ .words = "", .path = "/gatehouse:gateway/state", .view = view_summary },
	{ .words = "state", .path = "/gatehouse:gateway" },
	{ .words = "connections", .path = "/gatehouse:gateway/connection",
	  .view = view_connections },
	{ .words = "expressroute", .path = "/gatehouse:gateway/expressroute",
	  .view = view_expressroute },
	{ .words = "partner", .path = "/gatehouse:gateway/partner", .view = view_partner },
	{ .words = "vnet-routers", .path = "/gatehouse:gateway/vnet-router",
	  .view = view_vnet_routers },
	{ .words = "certificates", .path = "/gatehouse:gateway/certificate",
	  .view = view_certificates },
	{ .words = "bgp summary", .path = "/gatehouse:gateway/bgp", .view = view_bgp },
	{ .words = "events", .path = "/gatehouse:gateway/events", .view = view_events },
	{ .words = "nat", .path = "/gatehouse:gateway/nat", .view = view_nat },
	{ .words = "commits", .path = "/gatehouse:gateway/commits", .view = view_commits },
	{ .words = "meter", .path = "/gatehouse:gateway/meter", .view = view_meter },
	{ .words = "routes", .path = "/gatehouse:gateway/routes", .takes_prefix = true,
	  .paged = true, .view = view_routes },
	{ .words = "explain", .make = state_explain, .rpc = "explain", .view = view_explain },
	{ .words = "connection", .make = make_diagnose, .action = "diagnose",
	  .view = view_diagnose },
	{ .words = "connection", .make = make_device_config, .action = "device-config",
	  .view = view_device_config },
	{ .words = "connection", .path = "/gatehouse:gateway/connection[name='%s']",
	  .view = view_connection },
};

enum phase {
	SHOW_READ,              /* state_next fills text */
	SHOW_CLERK,             /* text is being pruned and drawn */
	SHOW_SEND,
};

struct show_job {
	struct clerk_job clerk;         /* first: the clerk gives it back */
	struct show_job *next;
	struct gateway *gateway;
	struct show_reader reader;
	bool json, first, more;         /* more: another page follows */
	const struct command *command;
	char argument[GH_TEXT_MAX + 1];
	struct access_user user;        /* root has no need of it */
	uint32_t uid;
	enum phase phase;
	struct state_reader *state;
	struct gh_prefix within, last;
	struct gh_buf text;
	int rc;
};

/* ---- commands ---------------------------------------------------------- */

/* "NAME diagnose" */
static int make_diagnose(struct gateway *g, const char *argument, bool pretty, struct gh_buf *out,
			 struct gh_buf *why)
{
	char name[GH_NAME_MAX + 1];
	size_t n = strcspn(argument, " ");

	if (!n || n >= sizeof(name)) {
		gh_buf_printf(why, "expected: show gateway connection NAME diagnose");
		return -EINVAL;
	}
	snprintf(name, sizeof(name), "%.*s", (int)n, argument);
	return state_diagnose(g, name, pretty, out, why);
}

/* "NAME device-config KIND" */
static int make_device_config(struct gateway *g, const char *argument, bool pretty,
			      struct gh_buf *out, struct gh_buf *why)
{
	char name[GH_NAME_MAX + 1], kind[32];

	if (sscanf(argument, "%80s device-config %31s", name, kind) != 2) {
		gh_buf_printf(why, "expected: show gateway connection NAME device-config "
			      "strongswan|cisco-ios|junos|fortigate|vyos");
		return -EINVAL;
	}
	return state_device_config(g, name, kind, pretty, out, why);
}

/* Cuts " json" off the end; returns whether it was there. */
static bool take_json(char *words)
{
	size_t n = strlen(words);

	while (n && words[n - 1] == ' ')
		words[--n] = '\0';
	if (n < 4 || strcmp(words + n - 4, "json") || (n > 4 && words[n - 5] != ' '))
		return false;
	words[n > 4 ? n - 5 : 0] = '\0';
	return true;
}

/* Does " WORD …" begin with this word? */
static bool is_word(const char *words, const char *word)
{
	size_t n = strlen(word);

	words += strspn(words, " ");
	return !strncmp(words, word, n) && (!words[n] || words[n] == ' ');
}

/* The argument when the command fits the words, else NULL. */
static const char *fits(const struct command *c, const char *words)
{
	size_t n = strlen(c->words);
	const char *argument;
	bool needs = c->make || (c->path && strstr(c->path, "%s"));

	if (strncmp(words, c->words, n))
		return NULL;
	if (!words[n])
		return needs ? NULL : "";
	if (words[n] != ' ' || !n || !(needs || c->takes_prefix))
		return NULL;
	argument = words + n + 1;
	/* Those that begin with "connection" and a name. */
	if (c->action)
		return is_word(argument + strcspn(argument, " "), c->action) ? argument : NULL;
	return strchr(argument, ' ') || strchr(argument, '\'') ? NULL : argument;
}

static const struct command *find(const char *words, const char **argument)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		*argument = fits(&commands[i], words);
		if (*argument)
			return &commands[i];
	}
	return NULL;
}

/* ---- the clerk's part -------------------------------------------------- */

static bool is_root(const struct show_job *j)
{
	return j->uid == 0;
}

static void refuse(struct show_job *j, int rc, const char *words)
{
	gh_buf_fini(&j->text);
	gh_buf_printf(&j->text, "%s", words);
	j->rc = rc;
	j->more = false;
}

/* May the user run the operation whose output this is? */
static bool may_run(struct show_job *j, const struct access *a)
{
	struct store *s = j->gateway->store;
	struct lyd_node *action = NULL;
	char path[256];
	bool may;

	if (j->command->rpc)
		return access_operation(a, &j->user, "gatehouse", j->command->rpc);
	snprintf(path, sizeof(path), "/gatehouse:gateway/connection[name='%.*s']/%s",
		 (int)strcspn(j->argument, " '"), j->argument, j->command->action);
	if (lyd_new_path(NULL, store_context(s), path, NULL, 0, &action))
		return false;
	may = access_action(a, &j->user, action);
	lyd_free_all(action);
	return may;
}

/* RFC 8341 3.2.4: silently. */
static void prune(struct show_job *j, const struct access *a)
{
	struct ly_ctx *context = store_context(j->gateway->store);
	struct lyd_node *tree = NULL;
	char *text = NULL;

	if (lyd_parse_data_mem(context, gh_buf_text(&j->text), LYD_JSON,
			       LYD_PARSE_ONLY | LYD_PARSE_STRICT, 0, &tree)) {
		refuse(j, -EIO, "the state does not fit its own model; root can be shown it");
		return;
	}
	access_prune(a, &j->user, &tree);
	if (tree && lyd_print_mem(&text, tree, LYD_JSON, LYD_PRINT_WITHSIBLINGS))
		text = NULL;
	gh_buf_fini(&j->text);
	gh_buf_printf(&j->text, "%s\n", text ? text : "{}");
	free(text);
	lyd_free_all(tree);
}

static void judge(struct show_job *j)
{
	struct access *a = store_access(j->gateway->store);

	access_user_init(&j->user, j->uid);
	if (!j->command->make)
		prune(j, a);
	else if (!may_run(j, a))
		refuse(j, -EACCES, "the rules of gateway access do not let you do this");
	access_user_fini(&j->user);
	access_put(a);
}

static void draw(struct show_job *j)
{
	struct json_object *o = json_tokener_parse(gh_buf_text(&j->text)), *inner = NULL;
	struct gh_buf out = { 0 };

	if (!json_object_object_get_ex(o, "gatehouse:gateway", &inner))
		json_object_object_get_ex(o, "gatehouse:output", &inner);
	j->command->view(inner, j->first, &out);
	json_object_put(o);
	gh_buf_fini(&j->text);
	j->text = out;
}

static void run_clerk(struct clerk_job *clerk)
{
	struct show_job *j = (struct show_job *)clerk;

	if (!is_root(j))
		judge(j);
	if (!j->rc && !j->json)
		draw(j);
}

/* ---- life -------------------------------------------------------------- */

static void job_free(struct show_job *j)
{
	state_free(j->state);
	gh_buf_fini(&j->text);
	free(j);
}

static void unlink_job(struct show_job *j)
{
	struct show_job **at = &j->gateway->shows;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
}

static void end_job(struct show_job *j)
{
	unlink_job(j);
	job_free(j);
}

static void clerk_done(struct clerk_job *clerk)
{
	((struct show_job *)clerk)->phase = SHOW_SEND;
}

static void to_clerk(struct show_job *j)
{
	j->phase = SHOW_CLERK;
	j->clerk = (struct clerk_job){ .run = run_clerk, .done = clerk_done };
	clerk_submit(store_clerk(j->gateway->store), &j->clerk);
}

void show_end(struct gateway *g)
{
	for (struct show_job *j = g->shows, *next; j; j = next) {
		next = j->next;
		j->reader.piece(j->reader.context, -ECANCELED, "", 0, false);
		if (j->phase != SHOW_CLERK)
			end_job(j);
	}
}

void show_free(struct gateway *g)
{
	while (g->shows)
		end_job(g->shows);
}

/* ---- slices ------------------------------------------------------------ */

static int open_page(struct show_job *j, struct gh_buf *why)
{
	const struct command *c = j->command;
	bool all = j->json && is_root(j);
	struct state_page page = {
		.within = gh_addr_is_set(&j->within.addr) ? &j->within : NULL,
		.after = gh_addr_is_set(&j->last.addr) ? &j->last : NULL,
		.limit = c->paged && !j->json ? PAGE_ROUTES : 0,
	};
	char path[GH_TEXT_MAX + 64];

	snprintf(path, sizeof(path), "%.*s%s%s", (int)strcspn(c->path, "%"), c->path,
		 strchr(c->path, '%') ? j->argument : "",
		 strchr(c->path, '%') ? strchr(c->path, '%') + 2 : "");
	j->state = state_read(j->gateway, path, &page, why);
	if (!j->state)
		return -EINVAL;
	if (all)
		state_pretty(j->state);
	j->phase = SHOW_READ;
	return 0;
}

static void say(struct show_job *j, size_t length, bool more)
{
	j->reader.piece(j->reader.context, j->rc, gh_buf_text(&j->text), length, more);
	gh_buf_consume(&j->text, length);
}

static void read_slice(struct show_job *j)
{
	bool stream = j->json && is_root(j);
	bool more = state_next(j->state, &j->text);

	if (stream) {
		say(j, gh_buf_length(&j->text), more);
		if (!more)
			end_job(j);
		return;
	}
	if (!is_root(j) && gh_buf_length(&j->text) > PRUNED_MAX) {
		refuse(j, -E2BIG, "that is more than can be looked through for what you may read: ask"
		       " for a part of it, such as `show gateway routes PREFIX`");
		more = false;
		j->phase = SHOW_SEND;
		return;
	}
	if (more)
		return;
	j->more = state_more(j->state, &j->last);
	state_free(j->state);
	j->state = NULL;
	to_clerk(j);
}

static void send_slice(struct show_job *j)
{
	size_t left = gh_buf_length(&j->text);
	struct gh_buf why = { 0 };

	if (left > PIECE) {
		say(j, PIECE, true);
		return;
	}
	say(j, left, j->more);
	if (!j->more) {
		end_job(j);
		return;
	}
	j->first = false;
	open_page(j, &why);
	gh_buf_fini(&why);
}

static bool is_ready(const struct show_job *j)
{
	return j->phase != SHOW_CLERK && !j->reader.busy(j->reader.context);
}

static void sweep(struct gateway *g)
{
	for (struct show_job *j = g->shows, *next; j; j = next) {
		next = j->next;
		if (j->phase == SHOW_CLERK || !j->reader.gone(j->reader.context))
			continue;
		j->reader.piece(j->reader.context, -ECANCELED, "", 0, false);
		end_job(j);
	}
}

bool show_turn(struct gateway *g)
{
	struct show_job *j, **last;

	sweep(g);
	j = g->shows;
	while (j && !is_ready(j))
		j = j->next;
	if (!j)
		return false;
	/* The others first, next time. */
	unlink_job(j);
	for (last = &g->shows; *last; last = &(*last)->next)
		;
	*last = j;
	j->next = NULL;
	if (j->phase == SHOW_READ)
		read_slice(j);
	else
		send_slice(j);
	for (j = g->shows; j; j = j->next)
		if (is_ready(j))
			return true;
	return false;
}

/* ---- a new answer ------------------------------------------------------ */

static int begin(struct show_job *j, struct gh_buf *why)
{
	const struct command *c = j->command;
	int rc;

	if (c->takes_prefix && j->argument[0] && gh_prefix_parse(j->argument, &j->within) < 0) {
		gh_buf_printf(why, "show gateway %s %s: expected a prefix such as 10.0.0.0/8, "
			      "without host bits", c->words, j->argument);
		return -EINVAL;
	}
	if (!c->make)
		return open_page(j, why);
	rc = c->make(j->gateway, j->argument, j->json && is_root(j), &j->text, why);
	if (rc)
		return rc;
	if (j->json && is_root(j)) {
		gh_buf_append(&j->text, "\n", 1);
		j->phase = SHOW_SEND;
	} else {
		to_clerk(j);
	}
	return 0;
}

static void refused(struct show_job *j, int rc, struct gh_buf *why)
{
	j->reader.piece(j->reader.context, rc, gh_buf_text(why), gh_buf_length(why), false);
	end_job(j);
	gh_buf_fini(why);
}

void show(struct gateway *g, const char *words_in, uint32_t uid, const struct show_reader *reader)
{
	struct show_job *j = calloc(1, sizeof(*j));
	struct gh_buf why = { 0 };
	char words[GH_TEXT_MAX + 1];
	const char *argument;
	int rc;

	if (!j)
		abort();
	snprintf(words, sizeof(words), "%s", words_in);
	*j = (struct show_job){
		.gateway = g, .reader = *reader, .uid = uid, .first = true,
		.json = take_json(words), .next = g->shows,
	};
	g->shows = j;
	j->command = find(words, &argument);
	if (!j->command || (!j->command->view && !j->json)) {
		gh_buf_printf(&why, "show gateway %s: there is no such command, try `show gateway ?`",
			      words);
		refused(j, -EINVAL, &why);
		return;
	}
	snprintf(j->argument, sizeof(j->argument), "%s", argument);
	rc = begin(j, &why);
	if (rc)
		refused(j, rc, &why);
	gh_buf_fini(&why);
}
