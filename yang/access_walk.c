/*
 * Access rules applied down a tree: see access.h; RFC 8341, sections 3.4.5
 * and 3.4.6.
 *
 * Walking down, each rule of the user is either covering (its path leads to
 * this node or to one above), pending (so many of its steps led here), or gone
 * for this subtree. So a node costs a look at the rules still alive above it:
 * a thousand rules for a thousand connections are tried at the connections'
 * own nodes and are one or none inside each. Evaluating each rule's path over
 * the tree and marking what it finds would be simpler, and slower by the
 * number of rules.
 */
#include "yang/access_private.h"

#include <stdlib.h>
#include <string.h>

#include "yang/finding.h"

#define FINDINGS_MOST 100       /* more tell nobody anything */
#define DEPTH_MOST 64

/* A rule on its way down; all steps done: it covers. */
struct live {
	const struct access_rule *rule;
	size_t steps;
};

struct walk {
	const struct access *access;
	const struct access_user *user;
	struct live *live;              /* a stack: each place has a range of it */
	size_t count, size;
};

/* Where the walk is, and what holds there. */
struct place {
	size_t first, count;            /* of live */
	bool pending;                   /* some of them are */
	bool deny_all, deny_write;      /* by a statement of this node or one above */
};

static void push(struct walk *w, struct place *p, const struct access_rule *rule, size_t steps)
{
	if (w->count == w->size) {
		w->size = w->size ? w->size * 2 : 64;
		w->live = realloc(w->live, w->size * sizeof(*w->live));
		if (!w->live)
			abort();
	}
	w->live[w->count++] = (struct live){ rule, steps };
	p->count++;
	p->pending |= steps < rule->path.step_count;
}

/* The root, above the top-level nodes: every rule that may concern data of the user. */
static void walk_begin(struct walk *w, const struct access *a, const struct access_user *u,
		       struct place *root)
{
	*w = (struct walk){ .access = a, .user = u };
	*root = (struct place){ 0 };
	for (size_t i = 0; i < a->list_count; i++) {
		const struct access_list *l = &a->lists[i];

		if (!access_list_applies(a, l, u))
			continue;
		for (size_t j = 0; j < l->rule_count; j++)
			if (l->rules[j].kind != ACCESS_RPC && l->rules[j].kind != ACCESS_DEAD)
				push(w, root, &l->rules[j], 0);
	}
}

static void walk_end(struct walk *w)
{
	free(w->live);
}

/* The place of a child node; give w->count back its value when the subtree is done. */
static void walk_enter(struct walk *w, const struct place *above, const struct lyd_node *n,
		       struct place *here)
{
	*here = *above;
	if (n->schema) {
		here->deny_all |= access_schema_denies(n->schema, "default-deny-all");
		here->deny_write |= access_schema_denies(n->schema, "default-deny-write");
	}
	if (!above->pending)
		return;
	*here = (struct place){ .first = w->count,
				.deny_all = here->deny_all, .deny_write = here->deny_write };
	for (size_t i = above->first; i < above->first + above->count; i++) {
		struct live live = w->live[i];

		if (live.steps == live.rule->path.step_count)
			push(w, here, live.rule, live.steps);
		else if (access_path_matches(&live.rule->path.steps[live.steps], n))
			push(w, here, live.rule, live.steps + 1);
	}
}

static bool names_notification(const struct access_rule *r, const struct lyd_node *n)
{
	return n->schema && n->schema->nodetype == LYS_NOTIF &&
	       (!r->name || !strcmp(r->name, n->schema->name));
}

enum verdict {
	BY_RULE,                /* a rule's action */
	BY_STATEMENT,           /* denied by nacm:default-deny-… */
	BY_DEFAULT,
};

/* May the user do it at this node, which is this place? */
static bool permits(const struct walk *w, const struct place *p, const struct lyd_node *n,
		    enum access_right right, enum verdict *by)
{
	const char *module = n->schema ? n->schema->module->name : NULL;

	*by = BY_RULE;
	for (size_t i = p->first; i < p->first + p->count; i++) {
		const struct access_rule *r = w->live[i].rule;

		if (w->live[i].steps == r->path.step_count &&
		    access_rule_covers(r, module, right) &&
		    (r->kind != ACCESS_NOTIFICATION || names_notification(r, n)))
			return r->permit;
	}
	*by = BY_STATEMENT;
	if (p->deny_all || (p->deny_write && right != ACCESS_READ && right != ACCESS_EXEC))
		return false;
	*by = BY_DEFAULT;
	return access_default(w->access, right);
}

/* ---- reading ---- */

/* May it stay? A list entry goes with its key: without it nothing would name it. */
static bool prune(struct walk *w, const struct place *above, struct lyd_node *n)
{
	size_t mark = w->count;
	struct lyd_node *child, *next;
	struct place here;
	enum verdict by;
	bool stays;

	walk_enter(w, above, n, &here);
	stays = permits(w, &here, n, ACCESS_READ, &by);
	for (child = lyd_child(n); stays && child; child = next) {
		next = child->next;
		if (prune(w, &here, child))
			continue;
		if (lysc_is_key(child->schema))
			stays = false;
		else
			lyd_free_tree(child);
	}
	w->count = mark;
	return stays;
}

void access_prune(const struct access *a, const struct access_user *u, struct lyd_node **tree)
{
	struct lyd_node *n, *next;
	struct place root;
	struct walk w;

	if (!*tree || access_is_free(a, u))
		return;
	walk_begin(&w, a, u, &root);
	for (n = *tree; n; n = next) {
		next = n->next;
		if (prune(&w, &root, n))
			continue;
		if (n == *tree)
			*tree = next;
		lyd_free_tree(n);
	}
	walk_end(&w);
}

/* ---- writing ---- */

struct writing {
	struct walk walk;
	struct findings *out;
	bool denied;
};

static const char *meta_of(const struct lyd_node *n, const char *name)
{
	for (const struct lyd_meta *m = n->meta; m; m = m->next)
		if (!strcmp(m->name, name) && !strcmp(m->annotation->module->name, "yang"))
			return lyd_get_meta_value(m);
	return NULL;
}

/*
 * What a node of a diff stands for; 0: nothing that needs a right.
 * inherited: of the node above, for a whole subtree created or deleted.
 */
static unsigned right_of(const struct lyd_node *n, const char *inherited, const char **operation)
{
	const char *own = meta_of(n, "operation"), *was;
	bool leaf = n->schema && n->schema->nodetype & LYD_NODE_TERM;

	/* A moved entry moves with all it holds: nothing below it is changed by that. */
	*operation = own && strcmp(own, "replace") ? own : inherited;
	if (!n->schema || lysc_is_np_cont(n->schema))
		return 0;       /* such a container is nothing by itself, RFC 7950 7.5.1 */
	if (own && (!strcmp(own, "replace") || (!strcmp(own, "none") && leaf))) {
		was = meta_of(n, "orig-default");
		if (!leaf || n->schema->nodetype == LYS_LEAFLIST)
			return ACCESS_UPDATE;
		if (n->flags & LYD_DEFAULT)
			return was && !strcmp(was, "true") ? 0 : ACCESS_DELETE;
		return was && !strcmp(was, "true") ? ACCESS_CREATE : ACCESS_UPDATE;
	}
	if (!*operation || (n->flags & LYD_DEFAULT && leaf))
		return 0;       /* a default comes and goes with what holds it */
	return !strcmp(*operation, "create") ? ACCESS_CREATE :
	       !strcmp(*operation, "delete") ? ACCESS_DELETE : 0;
}

static void tell(struct writing *x, const struct lyd_node *n, unsigned right, enum verdict by)
{
	static const char *const reasons[] = {
		[BY_RULE] = "an access rule denies it",
		[BY_STATEMENT] = "it is protected, and no access rule permits it",
		[BY_DEFAULT] = "no access rule permits it",
	};
	char *path;

	if (!x->out || x->out->count >= FINDINGS_MOST)
		return;
	path = lyd_path(n, LYD_PATH_STD, NULL, 0);
	findings_add(x->out, false, FINDING_ACCESS_DENIED, path,
		     "%s may not %s it: %s; `gateway access-list` has the rules",
		     x->walk.user->name,
		     right == ACCESS_CREATE ? "create" : right == ACCESS_DELETE ? "delete" : "change",
		     reasons[by]);
	free(path);
}

/* told: the node above is denied and reported, for the same reason. */
static void check(struct writing *x, const struct place *above, const struct lyd_node *n,
		  const char *inherited, bool told)
{
	size_t mark = x->walk.count;
	const char *operation;
	struct place here;
	enum verdict by;
	unsigned right;

	walk_enter(&x->walk, above, n, &here);
	right = right_of(n, inherited, &operation);
	if (right && !permits(&x->walk, &here, n, (enum access_right)right, &by)) {
		if (!told)
			tell(x, n, right, by);
		x->denied = told = true;
	}
	for (const struct lyd_node *child = lyd_child(n); child; child = child->next)
		check(x, &here, child, operation, told);
	x->walk.count = mark;
}

bool access_write(const struct access *a, const struct access_user *u,
		  const struct lyd_node *diff, struct findings *out)
{
	struct writing x = { .out = out };
	struct place root;

	if (!diff || access_is_free(a, u))
		return true;
	walk_begin(&x.walk, a, u, &root);
	for (const struct lyd_node *n = lyd_first_sibling(diff); n; n = n->next)
		check(&x, &root, n, NULL, false);
	walk_end(&x.walk);
	if (x.denied)
		access_count(ACCESS_DENIED_WRITE);
	return !x.denied;
}

/* ---- actions and notifications ---- */

/* The node of that kind in a tree that leads to it, from any node of it. */
static const struct lyd_node *find_kind(const struct lyd_node *n, uint16_t kind)
{
	const struct lyd_node *found = NULL;

	if (!n->schema || n->schema->nodetype & kind)
		return n->schema ? n : NULL;
	for (const struct lyd_node *c = lyd_child(n); c && !found; c = c->next)
		found = find_kind(c, kind);
	return found;
}

/* 3.1.3: all that holds the node must be readable, and the node be permitted itself. */
static bool may_reach(const struct access *a, const struct access_user *u,
		      const struct lyd_node *node, enum access_right right)
{
	const struct lyd_node *chain[DEPTH_MOST];
	size_t depth = 0;
	struct place here, next;
	struct walk w;
	enum verdict by;
	bool ok = true;

	for (const struct lyd_node *n = node; n; n = lyd_parent(n)) {
		if (depth == DEPTH_MOST)
			return false;
		chain[depth++] = n;
	}
	walk_begin(&w, a, u, &here);
	while (depth-- && ok) {
		walk_enter(&w, &here, chain[depth], &next);
		here = next;
		ok = permits(&w, &here, chain[depth], depth ? ACCESS_READ : right, &by);
	}
	walk_end(&w);
	return ok;
}

bool access_action(const struct access *a, const struct access_user *u,
		   const struct lyd_node *action)
{
	const struct lyd_node *node;

	if (access_is_free(a, u))
		return true;
	node = find_kind(action, LYS_ACTION | LYS_RPC);
	if (node && may_reach(a, u, node, ACCESS_EXEC))
		return true;
	access_count(ACCESS_DENIED_OPERATION);
	return false;
}

/* RFC 5277's own two, without which a client never learns that the replay is over. */
static bool is_of_stream(const struct lyd_node *n)
{
	return !strcmp(n->schema->module->name, "nc-notifications") &&
	       (!strcmp(n->schema->name, "replayComplete") ||
		!strcmp(n->schema->name, "notificationComplete"));
}

bool access_notification(const struct access *a, const struct access_user *u,
			 const struct lyd_node *notification)
{
	const struct lyd_node *node;

	if (access_is_free(a, u))
		return true;
	node = find_kind(notification, LYS_NOTIF);
	if (node && (is_of_stream(node) || may_reach(a, u, node, ACCESS_READ)))
		return true;
	access_count(ACCESS_DENIED_NOTIFICATION);
	return false;
}
