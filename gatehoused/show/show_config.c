/* Views of the configuration: see show_config.h. */
#include "gatehoused/show/show_config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/gateway.h"
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
	else if (sscanf(w, "commit %7u%c", &number, &end) == 1)
		look(g, s, (struct store_look){ .view = STORE_VIEW_COMMIT, .number = number },
		     "it changed no line");
	else
		return false;
	return true;
}
