/*
 * Access rules as they are read, and questions about operations: see access.h.
 * The steps in comments are those of RFC 8341, section 3.4.4.
 */
#include "yang/access_private.h"

#include <stdlib.h>
#include <string.h>

/* Since the program began: the next access goes on counting. */
static atomic_uint denials[ACCESS_DENIALS];

void access_count(enum access_denial which)
{
	atomic_fetch_add(&denials[which], 1);
}

void access_counters(const struct access *a, struct access_counters *out)
{
	(void)a;
	out->operations = atomic_load(&denials[ACCESS_DENIED_OPERATION]);
	out->writes = atomic_load(&denials[ACCESS_DENIED_WRITE]);
	out->notifications = atomic_load(&denials[ACCESS_DENIED_NOTIFICATION]);
}

/* ---- the rules, read ---- */

static void *grow(void *array, size_t count, size_t size)
{
	void *p = realloc(array, (count + 1) * size);

	if (!p)
		abort();
	memset((char *)p + count * size, 0, size);
	return p;
}

static char *copy(const char *text)
{
	char *s = strdup(text);

	if (!s)
		abort();
	return s;
}

static bool is_named(const struct lyd_node *n, const char *name)
{
	return n->schema && !strcmp(n->schema->name, name);
}

static bool is_all(const char *text)
{
	return !strcmp(text, "*");
}

static void names_add(struct access_names *names, const char *name)
{
	names->array = grow(names->array, names->count, sizeof(*names->array));
	names->array[names->count++] = copy(name);
}

static void names_fini(struct access_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->array[i]);
	free(names->array);
}

static unsigned read_rights(const char *text)
{
	static const struct {
		const char *word;
		enum access_right right;
	} words[] = {
		{ "create", ACCESS_CREATE }, { "read", ACCESS_READ }, { "update", ACCESS_UPDATE },
		{ "delete", ACCESS_DELETE }, { "exec", ACCESS_EXEC },
	};
	unsigned rights = 0;

	if (is_all(text))
		return ACCESS_ALL;
	while (*text) {
		size_t n = strcspn(text, " ");

		for (unsigned i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (n == strlen(words[i].word) && !memcmp(text, words[i].word, n))
				rights |= words[i].right;
		text += n;
		text += strspn(text, " ");
	}
	return rights;
}

/* Its path may be of a module that is no longer there: then it matches nothing. */
static void read_path(struct access_rule *r, const struct lyd_node *leaf)
{
	r->kind = access_path_parse(LYD_CTX(leaf), lyd_get_value(leaf), &r->path, NULL) ?
		  ACCESS_DEAD : ACCESS_DATA;
}

static void read_rule(struct access_rule *r, const struct lyd_node *rule)
{
	r->rights = ACCESS_ALL;
	for (const struct lyd_node *n = lyd_child(rule); n; n = n->next) {
		const char *value = lyd_get_value(n);

		if (is_named(n, "module-name") && !is_all(value)) {
			r->module = copy(value);
		} else if (is_named(n, "rpc-name") || is_named(n, "notification-name")) {
			r->kind = is_named(n, "rpc-name") ? ACCESS_RPC : ACCESS_NOTIFICATION;
			r->name = is_all(value) ? NULL : copy(value);
		} else if (is_named(n, "path")) {
			read_path(r, n);
		} else if (is_named(n, "access-operations")) {
			r->rights = read_rights(value);
		} else if (is_named(n, "action")) {
			r->permit = !strcmp(value, "permit");
		}
	}
}

static void read_list(struct access_list *l, const struct lyd_node *list)
{
	for (const struct lyd_node *n = lyd_child(list); n; n = n->next) {
		if (is_named(n, "group"))
			names_add(&l->groups, lyd_get_value(n));
		if (!is_named(n, "rule"))
			continue;
		l->rules = grow(l->rules, l->rule_count, sizeof(*l->rules));
		read_rule(&l->rules[l->rule_count++], n);
	}
}

static void read_groups(struct access *a, const struct lyd_node *groups)
{
	for (const struct lyd_node *g = lyd_child(groups); g; g = g->next) {
		struct access_group *group;

		a->groups = grow(a->groups, a->group_count, sizeof(*a->groups));
		group = &a->groups[a->group_count++];
		for (const struct lyd_node *n = lyd_child(g); n; n = n->next) {
			if (is_named(n, "name"))
				group->name = copy(lyd_get_value(n));
			if (is_named(n, "user-name"))
				names_add(&group->users, lyd_get_value(n));
		}
	}
}

static void read_nacm(struct access *a, const struct lyd_node *nacm)
{
	for (const struct lyd_node *n = lyd_child(nacm); n; n = n->next) {
		const char *value = lyd_get_value(n);

		if (is_named(n, "enable-nacm"))
			a->enabled = !strcmp(value, "true");
		else if (is_named(n, "enable-external-groups"))
			a->external_groups = !strcmp(value, "true");
		else if (is_named(n, "read-default"))
			a->read_default = !strcmp(value, "permit");
		else if (is_named(n, "write-default"))
			a->write_default = !strcmp(value, "permit");
		else if (is_named(n, "exec-default"))
			a->exec_default = !strcmp(value, "permit");
		else if (is_named(n, "groups"))
			read_groups(a, n);
		else if (is_named(n, "rule-list")) {
			a->lists = grow(a->lists, a->list_count, sizeof(*a->lists));
			read_list(&a->lists[a->list_count++], n);
		}
	}
}

struct access *access_new(const struct lyd_node *running)
{
	struct access *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	atomic_init(&a->users, 1);
	a->enabled = a->external_groups = a->read_default = a->exec_default = true;
	a->context = running ? LYD_CTX(running) : NULL;
	for (const struct lyd_node *n = running ? lyd_first_sibling(running) : NULL; n; n = n->next)
		if (is_named(n, "nacm") && !strcmp(n->schema->module->name, "ietf-netconf-acm"))
			read_nacm(a, n);
	return a;
}

struct access *access_get(struct access *a)
{
	if (a)
		atomic_fetch_add(&a->users, 1);
	return a;
}

void access_put(struct access *a)
{
	if (!a || atomic_fetch_sub(&a->users, 1) != 1)
		return;
	for (size_t i = 0; i < a->group_count; i++) {
		free(a->groups[i].name);
		names_fini(&a->groups[i].users);
	}
	free(a->groups);
	for (size_t i = 0; i < a->list_count; i++) {
		struct access_list *l = &a->lists[i];

		for (size_t j = 0; j < l->rule_count; j++) {
			free(l->rules[j].module);
			free(l->rules[j].name);
			access_path_fini(&l->rules[j].path);
		}
		free(l->rules);
		names_fini(&l->groups);
	}
	free(a->lists);
	free(a);
}

/* ---- what every question asks ---- */

bool access_is_free(const struct access *a, const struct access_user *u)
{
	return !u || !a->enabled || !u->uid;
}

static bool has_name(const struct access_names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->array[i], name))
			return true;
	return false;
}

/* "*" is every group; but who is in no group at all gets the defaults (step 5). */
bool access_list_applies(const struct access *a, const struct access_list *l,
			 const struct access_user *u)
{
	bool all = has_name(&l->groups, "*");

	for (size_t i = 0; i < a->group_count; i++)
		if (has_name(&a->groups[i].users, u->name) &&
		    (all || has_name(&l->groups, a->groups[i].name)))
			return true;
	for (size_t i = 0; a->external_groups && i < u->group_count; i++)
		if (all || has_name(&l->groups, u->groups[i]))
			return true;
	return false;
}

bool access_rule_covers(const struct access_rule *r, const char *module, unsigned right)
{
	return r->rights & right && (!r->module || (module && !strcmp(r->module, module)));
}

bool access_default(const struct access *a, enum access_right right)
{
	switch (right) {
	case ACCESS_READ: return a->read_default;
	case ACCESS_EXEC: return a->exec_default;
	default: return a->write_default;
	}
}

bool access_schema_denies(const struct lysc_node *schema, const char *extension)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(schema->exts, i)
		if (!strcmp(schema->exts[i].def->name, extension) &&
		    !strcmp(schema->exts[i].def->module->name, "ietf-netconf-acm"))
			return true;
	return false;
}

/* ---- operations ---- */

/* The first rule that matches; NULL for none (steps 6 to 9). */
static const struct access_rule *find_rule(const struct access *a, const struct access_user *u,
					   const char *module, const char *name)
{
	for (size_t i = 0; i < a->list_count; i++) {
		const struct access_list *l = &a->lists[i];

		if (!access_list_applies(a, l, u))
			continue;
		for (size_t j = 0; j < l->rule_count; j++) {
			const struct access_rule *r = &l->rules[j];

			if (access_rule_covers(r, module, ACCESS_EXEC) &&
			    (r->kind == ACCESS_ANY ||
			     (r->kind == ACCESS_RPC && (!r->name || !strcmp(r->name, name)))))
				return r;
		}
	}
	return NULL;
}

static bool is_default_deny(const struct access *a, const char *module, const char *name)
{
	const struct lys_module *m = a->context ?
				     ly_ctx_get_module_implemented(a->context, module) : NULL;
	const struct lysc_node *rpc = m ? lys_find_child(NULL, m, name, 0, LYS_RPC, 0) : NULL;

	return rpc && access_schema_denies(rpc, "default-deny-all");
}

static bool may_invoke(const struct access *a, const struct access_user *u, const char *module,
		       const char *name)
{
	bool base = !strcmp(module, "ietf-netconf");
	const struct access_rule *r;

	if (access_is_free(a, u))                                       /* steps 1, 2 */
		return true;
	if (base && !strcmp(name, "close-session"))                     /* 3 */
		return true;
	r = find_rule(a, u, module, name);                              /* 4 to 9 */
	if (r)
		return r->permit;
	if (is_default_deny(a, module, name))                           /* 10 */
		return false;
	if (base && (!strcmp(name, "kill-session") || !strcmp(name, "delete-config")))
		return false;                                           /* 11 */
	return access_default(a, ACCESS_EXEC);                          /* 12 */
}

bool access_operation(const struct access *a, const struct access_user *u, const char *module,
		      const char *name)
{
	bool permitted = may_invoke(a, u, module, name);

	if (!permitted)
		access_count(ACCESS_DENIED_OPERATION);
	return permitted;
}
