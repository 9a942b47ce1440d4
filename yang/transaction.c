/*
 * The routine: see transaction.h.
 *
 * Everything is made beside the running state and exchanged at the end, so
 * that a refusal has nothing to undo but the backends' preparations. The diff
 * is the comparison of two canonical texts; what a backend must do it finds by
 * comparing two snapshots.
 */
#include "yang/transaction.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli.h"
#include "yang/datastore.h"
#include "yang/legs.h"
#include "yang/meaning.h"
#include "yang/secret.h"
#include "yang/snapshot.h"

#define TELL_MAX 20     /* findings that a message holds */

struct work {
	const struct transaction *t;
	const struct transaction_request *request;
	struct edits edits;
	struct datastore_state next;
	struct gh_buf errors, warnings;         /* one a line */
};

/* "line 3: gateway connection paris: " for a path; begins a new line of out. */
static void print_place(const struct edits *edits, const char *path, const char *other, bool leaf,
			struct gh_buf *out)
{
	unsigned line = edits_line(edits, path);

	if (!line && other)
		line = edits_line(edits, other);
	if (gh_buf_length(out))
		gh_buf_printf(out, "\n");
	if (line)
		gh_buf_printf(out, "line %u: ", line);
	cli_place(path, leaf, out);
	gh_buf_printf(out, ": ");
}

/*
 * A secret typed again in clear gets a new ciphertext each time; keeping the
 * old one makes it the no-op that it is.
 */
static void keep_ciphertext(const struct work *w, struct edit *edit)
{
	const struct datastore_state *running = datastore_running(w->t->datastore);
	struct lyd_node *node = NULL;
	const char *old;

	if (lyd_find_path(running->tree, edit->path, 0, &node) || !node)
		return;
	old = lyd_get_value(node);
	if (!strcmp(old, edit->value) || !secret_same(w->t->key, old, edit->value))
		return;
	free(edit->value);
	edit->value = strdup(old);
	if (!edit->value)
		abort();
}

static int apply(struct work *w)
{
	size_t i;

	if (!w->request->replace)
		w->next.tree = datastore_copy(w->t->datastore);
	for (i = 0; i < w->edits.count; i++) {
		struct edit *e = &w->edits.array[i];
		struct gh_buf why = { 0 };
		int ret;

		if (e->secret && e->verb == EDIT_SET)
			keep_ciphertext(w, e);
		ret = datastore_apply(w->t->datastore, &w->next.tree, e, &why);
		if (ret == -ENOENT) {
			print_place(&w->edits, e->path, NULL, true, &w->warnings);
			gh_buf_printf(&w->warnings, "not configured, nothing removed");
		} else if (ret < 0) {
			print_place(&w->edits, e->path, NULL, true, &w->errors);
			gh_buf_printf(&w->errors, "%s", gh_buf_text(&why));
		}
		gh_buf_fini(&why);
		if (ret < 0 && ret != -ENOENT)
			return ret;
	}
	return 0;
}

static void take_findings(struct work *w)
{
	struct meaning_findings findings = { 0 };
	struct meaning m = {
		.from = datastore_running(w->t->datastore)->config,
		.to = w->next.config,
		.key = w->t->key,
		.interface_exists = w->t->interface_exists,
		.self = w->t->self,
		.lenient = w->request->replace,
	};
	size_t i;

	meaning_check(&m, &findings);
	for (i = 0; i < findings.count; i++) {
		const struct meaning_finding *f = &findings.array[i];
		struct gh_buf *out = f->warning ? &w->warnings : &w->errors;

		/* A warning is news only to those who touched what it is about. */
		if (f->warning && !edits_line(&w->edits, f->path))
			continue;
		/* Of two that collide, the later line is the one to blame. */
		if (f->other_text &&
		    edits_line(&w->edits, f->other) > edits_line(&w->edits, f->path)) {
			print_place(&w->edits, f->other, NULL, false, out);
			gh_buf_printf(out, "%s", f->other_text);
			continue;
		}
		print_place(&w->edits, f->path, f->other, false, out);
		gh_buf_printf(out, "%s", f->text);
	}
	meaning_findings_fini(&findings);
}

static void warn_incomplete(struct work *w, const char *list, const char *name, const char *what)
{
	struct gh_buf path = { 0 };

	if (!what)
		return;
	gh_buf_printf(&path, "/gatehouse:gateway/%s[name='%s']", list, name);
	/* One that was only just entered is about to be filled. */
	if (w->request->replace || edits_touch(&w->edits, gh_buf_text(&path))) {
		print_place(&w->edits, gh_buf_text(&path), NULL, false, &w->warnings);
		gh_buf_printf(&w->warnings, "%s, and stays down", what);
	}
	gh_buf_fini(&path);
}

static void take_incomplete(struct work *w)
{
	const struct gw_config *c = w->next.config;
	size_t i;

	for (i = 0; i < c->circuit_count; i++)
		warn_incomplete(w, "expressroute", c->circuits[i].name,
				gw_circuit_incomplete(&c->circuits[i]));
	for (i = 0; i < c->connection_count; i++)
		warn_incomplete(w, "connection", c->connections[i].name,
				gw_connection_incomplete(&c->connections[i]));
}

/* Fills next.config and next.text; the errors say whether it may run. */
static int judge(struct work *w)
{
	struct gh_buf path = { 0 }, why = { 0 }, text = { 0 };
	struct legs legs = { 0 };
	int ret;

	ret = datastore_validate(w->t->datastore, &w->next.tree, &path, &why);
	if (!w->request->legs)
		legs_from_config(&legs, datastore_running(w->t->datastore)->config);
	w->next.config = snapshot_new(w->next.tree, w->request->legs ? w->request->legs : &legs,
				      w->t->key);
	legs_fini(&legs);
	take_findings(w);
	/* What the schema refuses, the checks of meaning often say with both lines in view. */
	if (ret && !gh_buf_length(&w->errors)) {
		print_place(&w->edits, gh_buf_text(&path), NULL, true, &w->errors);
		gh_buf_printf(&w->errors, "%s", gh_buf_text(&why));
	}
	if (!gh_buf_length(&w->errors)) {
		take_incomplete(w);
		cli_render(w->next.tree, &text);
		w->next.text = strdup(gh_buf_text(&text));
		if (!w->next.text)
			abort();
	}
	gh_buf_fini(&path);
	gh_buf_fini(&why);
	gh_buf_fini(&text);
	return gh_buf_length(&w->errors) ? -EINVAL : 0;
}

/* Prepares all, or aborts those that had prepared. */
static int prepare(struct work *w, const struct gw_config *from)
{
	const struct transaction *t = w->t;
	size_t i;
	int ret = 0;

	for (i = 0; i < t->backend_count; i++) {
		const struct transaction_backend *b = &t->backends[i];
		struct gh_buf why = { 0 };

		if (b->prepare)
			ret = b->prepare(b->self, from, w->next.config, &why);
		if (ret < 0)
			gh_buf_printf(&w->errors, "%s: %s", b->name, gh_buf_length(&why) ?
				      gh_buf_text(&why) : strerror(-ret));
		gh_buf_fini(&why);
		if (ret < 0)
			break;
	}
	if (ret >= 0)
		return 0;
	while (i-- > 0)
		if (t->backends[i].abort)
			t->backends[i].abort(t->backends[i].self);
	return ret;
}

static void commit(struct work *w)
{
	const struct transaction *t = w->t;
	size_t i;

	datastore_swap(t->datastore, &w->next);
	/* w->next is now what ran before; it lives until the backends have seen both. */
	for (i = 0; i < t->backend_count; i++)
		if (t->backends[i].commit)
			t->backends[i].commit(t->backends[i].self, w->next.config,
					      datastore_running(t->datastore)->config);
}

static int run(struct work *w, bool *changed)
{
	const struct datastore_state *running = datastore_running(w->t->datastore);
	int ret;

	ret = cli_parse(w->t->datastore, w->t->key, w->request->text, w->request->length,
			&w->edits, &w->errors);
	if (!ret)
		ret = apply(w);
	if (!ret)
		ret = judge(w);
	if (ret)
		return ret;
	if (!strcmp(w->next.text, running->text))
		return 0;
	ret = prepare(w, running->config);
	if (ret)
		return ret;
	commit(w);
	*changed = true;
	return 0;
}

/* A file of a thousand mistakes is told by its first ones. */
static void tell(const struct gh_buf *words, struct gh_buf *message)
{
	const char *p, *end;
	unsigned lines = 0, more = 0;

	if (!gh_buf_length(words))
		return;
	p = (const char *)gh_buf_begin(words);
	end = p + gh_buf_length(words);
	while (p < end) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *next = newline ? newline + 1 : end;

		if (lines < TELL_MAX) {
			gh_buf_printf(message, "%s%.*s", lines ? "\n" : "",
				      (int)((newline ? newline : end) - p), p);
			lines++;
		} else {
			more++;
		}
		p = next;
	}
	if (more)
		gh_buf_printf(message, "\n... and %u more", more);
}

int transaction_run(const struct transaction *t, const struct transaction_request *request,
		    struct gh_buf *message, bool *changed)
{
	struct work w = { .t = t, .request = request };
	int ret;

	*changed = false;
	ret = run(&w, changed);
	tell(ret ? &w.errors : &w.warnings, message);
	datastore_state_fini(&w.next);
	edits_fini(&w.edits);
	gh_buf_fini(&w.errors);
	gh_buf_fini(&w.warnings);
	return ret;
}
