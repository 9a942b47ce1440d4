/* Views of the configuration: see show_config.h. */
#include "gatehoused/show_config.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/grid.h"
#include "gatehoused/json.h"
#include "gatehoused/timeline.h"
#include "yang/store.h"

/* ---- texts that the clerk makes ------------------------------------------ */

struct asked {
	void *context;
	void (*done)(void *context, int rc, struct gh_buf *text);
	const char *nothing;            /* said instead of an empty text; NULL: empty it is */
};

static void on_look(void *context, int rc, struct gh_buf *text)
{
	struct asked *asked = context;

	if (!rc && asked->nothing && !gh_buf_length(text))
		gh_buf_printf(text, "%s\n", asked->nothing);
	asked->done(asked->context, rc, text);
	free(asked);
}

static void look(struct gateway *g, const struct show_config *s, struct store_look l,
		 const char *nothing)
{
	struct asked *asked = malloc(sizeof(*asked));

	if (!asked)
		abort();
	*asked = (struct asked){ s->context, s->done, nothing };
	l.user = s->user;
	l.context = asked;
	l.done = on_look;
	store_look(g->store, &l);
}

/* ---- history --------------------------------------------------------------- */

/* As of the model, RFC 7951: a uint64 is a string. */
static struct json_object *build_commits(struct gateway *g)
{
	struct store_commit commits[STORE_COMMITS];
	size_t n = store_history(g->store, commits);
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_new_object();
		char text[32];

		put_number(o, "number", i);
		snprintf(text, sizeof(text), "%llu", (unsigned long long)commits[i].id);
		put_text(o, "id", text);
		put_text(o, "time", timeline_time_print(commits[i].wall_ms, text));
		put_text(o, "user", commits[i].user);
		put_text(o, "from", commits[i].from);
		put_number(o, "added", commits[i].added);
		put_number(o, "removed", commits[i].removed);
		put_flag(o, "unconfirmed", commits[i].unconfirmed);
		json_object_array_add(list, o);
	}
	return list;
}

static void print_commits(struct gateway *g, struct json_object *list, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "number", "Back" }, { "id", "Commit" }, { "time", "Time" }, { "user", "User" },
		{ "added", "+" }, { "removed", "-" }, { "from", "From" },
	};
	uint32_t left = store_unconfirmed_s(g->store);

	if (!json_object_array_length(list))
		gh_buf_printf(out, "nothing was committed yet\n");
	else
		grid_print(list, columns, sizeof(columns) / sizeof(*columns), out);
	if (left)
		gh_buf_printf(out, "\nUnconfirmed: unless it is confirmed within %u s, commit 0 is"
			      " taken back\n", left);
}

static void print_json(struct json_object *list, struct gh_buf *out)
{
	struct json_object *top = json_object_new_object(), *gateway = json_object_new_object();
	struct json_object *commits = json_object_new_object();

	json_object_object_add(commits, "commit", json_object_get(list));
	json_object_object_add(gateway, "commits", commits);
	json_object_object_add(top, "gatehouse:gateway", gateway);
	gh_buf_printf(out, "%s\n", json_object_to_json_string_ext(top, JSON_C_TO_STRING_PRETTY |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(top);
}

static void show_commits(struct gateway *g, const struct show_config *s, bool json)
{
	struct json_object *list = build_commits(g);
	struct gh_buf out = { 0 };

	if (json)
		print_json(list, &out);
	else
		print_commits(g, list, &out);
	s->done(s->context, 0, &out);
	json_object_put(list);
	gh_buf_fini(&out);
}

/* ---- words ------------------------------------------------------------------ */

bool show_config(struct gateway *g, const struct show_config *s)
{
	const char *w = s->words;
	unsigned number;
	char end;

	if (!strcmp(w, "diff"))
		look(g, s, (struct store_look){ .view = STORE_VIEW_DIFF },
		     "the candidate is as the running configuration");
	else if (!strcmp(w, "candidate"))
		look(g, s, (struct store_look){ .name = STORE_CANDIDATE }, NULL);
	else if (!strcmp(w, "running-config"))
		look(g, s, (struct store_look){ .name = STORE_RUNNING }, NULL);
	else if (!strcmp(w, "commits") || !strcmp(w, "commits json"))
		show_commits(g, s, w[strlen("commits")]);
	else if (sscanf(w, "commit %7u%c", &number, &end) == 1)
		look(g, s, (struct store_look){ .view = STORE_VIEW_COMMIT, .number = number },
		     "it changed no line");
	else
		return false;
	return true;
}
