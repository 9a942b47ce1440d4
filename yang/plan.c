/*
 * Making a plan: see plan.h.
 *
 * Everything is made beside the running state, so that a refusal has nothing
 * to undo. The diff is the comparison of two canonical texts, and of the trees
 * only when those are equal; what a backend must do it finds by comparing two
 * snapshots.
 */
#include "yang/plan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/cli.h"
#include "yang/meaning.h"
#include "yang/snapshot.h"

struct work {
	const struct plan *p;
	struct datastore_state *next;
	struct findings *findings;
};

static const struct datastore_state *running(const struct work *w)
{
	return datastore_running(w->p->datastore);
}

/* ---- edit ---- */

/* The parser's message begins with "line 3: ". */
static int parse(struct work *w)
{
	struct gh_buf why = { 0 };
	const char *words;
	unsigned line = 0;
	int at = 0, ret;

	if (!w->p->text)
		return 0;
	ret = cli_parse(w->p->datastore, w->p->key, w->p->text, w->p->length, w->p->edits, &why);
	if (ret) {
		words = gh_buf_text(&why);
		if (sscanf(words, "line %9u: %n", &line, &at) != 1)
			at = 0;
		findings_add(w->findings, false, FINDING_INVALID_VALUE, NULL, "%s",
			     words + at)->line = line;
	}
	gh_buf_fini(&why);
	return ret;
}

/*
 * A secret typed again in clear gets a new ciphertext each time; keeping the
 * old one makes it the no-op that it is.
 */
static void keep_ciphertext(const struct work *w, struct edit *edit)
{
	struct lyd_node *node = NULL;
	const char *old;

	if (!edit->value || !running(w)->tree ||
	    lyd_find_path(running(w)->tree, edit->path, 0, &node) || !node)
		return;
	old = lyd_get_value(node);
	if (!strcmp(old, edit->value) || !secret_same(w->p->key, old, edit->value))
		return;
	free(edit->value);
	edit->value = strdup(old);
	if (!edit->value)
		abort();
}

static enum finding_tag step_tag(int rc)
{
	switch (rc) {
	case -ENOENT:
		return FINDING_DATA_MISSING;
	case -EEXIST:
		return FINDING_DATA_EXISTS;
	case -ENXIO:
		return FINDING_UNKNOWN_ELEMENT;
	case -ENODATA:
		return FINDING_BAD_ATTRIBUTE;
	default:
		return FINDING_INVALID_VALUE;
	}
}

static int apply_step(struct work *w, struct edit *e)
{
	struct gh_buf why = { 0 };
	struct finding *f;
	bool warning;
	int ret;

	if (e->secret && e->verb != EDIT_DELETE && e->verb != EDIT_CLEAR)
		keep_ciphertext(w, e);
	ret = datastore_apply(w->p->datastore, &w->next->tree, e, &why);
	if (ret) {
		warning = ret == -ENOENT && e->line;
		f = findings_add(w->findings, warning, step_tag(ret), e->path, "%s",
				 ret == -ENOENT ? "not configured, nothing removed" :
				 gh_buf_text(&why));
		f->line = e->line;
		if (ret == -ENODATA)
			finding_app_tag_set(f, "missing-instance");
		if (warning)
			ret = 0;
	}
	gh_buf_fini(&why);
	return ret;
}

static int apply(struct work *w)
{
	const struct plan *p = w->p;
	int ret = 0;

	if (p->base && lyd_dup_siblings(p->base, NULL, LYD_DUP_RECURSIVE | LYD_DUP_WITH_FLAGS,
					&w->next->tree))
		abort();
	for (size_t i = 0; p->edits && i < p->edits->count; i++) {
		ret = apply_step(w, &p->edits->array[i]);
		if (ret && !p->continue_on_error)
			return ret;
	}
	return 0;
}

/* ---- judge ---- */

static long blame(const struct work *w, const char *path)
{
	return w->p->edits ? edits_find(w->p->edits, path) : -1;
}

static unsigned line_of(const struct work *w, long step)
{
	return step < 0 ? 0 : w->p->edits->array[step].line;
}

static void take_meaning(struct work *w, const struct meaning_finding *f)
{
	long step = blame(w, f->path), other = f->other ? blame(w, f->other) : -1;
	struct finding *out;

	/* A warning is news only to those who touched what it is about. */
	if (f->warning && step < 0 && !w->p->tell_all)
		return;
	/* Of two that collide, the later step is the one to blame. */
	if (f->other_text && other > step) {
		out = findings_add(w->findings, f->warning, FINDING_OPERATION_FAILED, f->other,
				   "%s", f->other_text);
		out->line = line_of(w, other);
	} else {
		out = findings_add(w->findings, f->warning, FINDING_OPERATION_FAILED, f->path,
				   "%s", f->text);
		out->line = line_of(w, step < 0 ? other : step);
	}
	out->names_leaf = true;
	/* RFC 7950 15.5: what is referred to is not there. */
	if (f->app_tag && !strcmp(f->app_tag, "instance-required"))
		out->tag = FINDING_DATA_MISSING;
	finding_app_tag_set(out, f->app_tag);
}

static void judge_meaning(struct work *w)
{
	struct meaning_findings findings = { 0 };
	struct meaning m = {
		.from = running(w)->config,
		.to = w->next->config,
		.key = w->p->key,
		.host = w->p->host,
		.tree = w->next->tree,
		.lenient = w->p->lenient,
	};

	meaning_check(&m, &findings);
	for (size_t i = 0; i < findings.count; i++)
		take_meaning(w, &findings.array[i]);
	meaning_findings_fini(&findings);
}

static void warn_incomplete(struct work *w, const char *list, const char *name, const char *what)
{
	struct gh_buf path = { 0 };
	struct finding *f;

	if (!what)
		return;
	gh_buf_printf(&path, "/gatehouse:gateway/%s[name='%s']", list, name);
	/* One that was only just entered is about to be filled. */
	if (w->p->tell_all || w->p->lenient ||
	    (w->p->edits && edits_touch(w->p->edits, gh_buf_text(&path)))) {
		f = findings_add(w->findings, true, FINDING_OPERATION_FAILED, gh_buf_text(&path),
				 "%s, and stays down", what);
		f->line = line_of(w, blame(w, f->path));
		f->names_leaf = true;
	}
	gh_buf_fini(&path);
}

static void judge_incomplete(struct work *w)
{
	const struct gw_config *c = w->next->config;

	for (size_t i = 0; i < c->circuit_count; i++)
		warn_incomplete(w, "expressroute", c->circuits[i].name,
				gw_circuit_incomplete(&c->circuits[i]));
	for (size_t i = 0; i < c->connection_count; i++)
		warn_incomplete(w, "connection", c->connections[i].name,
				gw_connection_incomplete(&c->connections[i]));
}

/* RFC 8341 3.4.5: each node that differs is created, updated or deleted by somebody. */
static void judge_access(struct work *w)
{
	const struct plan *p = w->p;
	struct lyd_node *diff = NULL;
	size_t from = w->findings->count;

	if (!p->who || !p->who->uid)
		return;
	if (lyd_diff_siblings(p->target, w->next->tree, 0, &diff)) {
		findings_add(w->findings, false, FINDING_OPERATION_FAILED, NULL,
			     "the change cannot be compared with what it changes, and so not be"
			     " allowed: %s", ly_errmsg(datastore_context(p->datastore)));
		return;
	}
	if (diff && !access_write(running(w)->access, p->who, diff, w->findings) &&
	    w->findings->count == from)
		findings_add(w->findings, false, FINDING_ACCESS_DENIED, NULL,
			     "the rules of gateway access do not let %s make this change",
			     p->who->name);
	for (size_t i = from; i < w->findings->count; i++)
		if (w->findings->array[i].path)
			w->findings->array[i].line =
				line_of(w, blame(w, w->findings->array[i].path));
	lyd_free_all(diff);
}

static void derive(struct work *w)
{
	struct gh_buf text = { 0 };

	cli_render(w->next->tree, &text);
	w->next->text = strdup(gh_buf_text(&text));
	if (!w->next->text)
		abort();
	gh_buf_fini(&text);
	w->next->access = access_new(w->next->tree);
}

/* Whoever may not know of it is told nothing of what else is wrong with it. */
static int judge(struct work *w)
{
	struct findings schema = { 0 };
	struct legs legs = { 0 };
	size_t errors = w->findings->errors;

	datastore_validate(w->p->datastore, &w->next->tree, &schema);
	judge_access(w);
	if (w->findings->errors == errors) {
		if (!w->p->legs)
			legs_from_config(&legs, running(w)->config);
		w->next->config = snapshot_next(w->next->tree, w->p->legs ? w->p->legs : &legs,
						w->p->key, running(w)->config);
		legs_fini(&legs);
		judge_meaning(w);
	}
	/* What the schema refuses, the checks of meaning often say with both lines in view. */
	if (schema.errors && w->findings->errors == errors) {
		for (size_t i = 0; i < schema.count; i++)
			if (schema.array[i].path)
				schema.array[i].line = line_of(w, blame(w, schema.array[i].path));
		findings_move(w->findings, &schema);
	}
	findings_fini(&schema);
	if (w->findings->errors > errors)
		return -EINVAL;
	judge_incomplete(w);
	derive(w);
	return 0;
}

static int first_errno(const struct findings *findings, int otherwise)
{
	for (size_t i = 0; i < findings->count; i++)
		if (!findings->array[i].warning)
			return -finding_tag_errno(findings->array[i].tag);
	return otherwise;
}

int plan_make(const struct plan *plan, struct datastore_state *next, struct findings *findings)
{
	struct work w = { .p = plan, .next = next, .findings = findings };
	int ret = parse(&w);

	if (!ret)
		ret = apply(&w);
	/* With its defaults, also the empty one is a tree. */
	if (!ret && plan->draft &&
	    lyd_new_implicit_all(&next->tree, datastore_context(plan->datastore),
				 LYD_IMPLICIT_NO_STATE, NULL))
		abort();
	if (!ret && plan->draft)
		judge_access(&w);
	if (!ret && plan->draft && findings->errors && !plan->continue_on_error)
		ret = -EACCES;
	if (!ret && !plan->draft)
		ret = judge(&w);
	return ret ? first_errno(findings, ret) : 0;
}

bool plan_differs(const struct plan *plan, const struct datastore_state *next)
{
	const struct datastore_state *now = datastore_running(plan->datastore);
	struct lyd_node *diff = NULL;
	bool differs;

	if (strcmp(now->text, next->text))
		return true;
	/* The text does not have what the lines cannot say. */
	differs = lyd_diff_siblings(now->tree, next->tree, 0, &diff) || diff;
	lyd_free_all(diff);
	return differs;
}
