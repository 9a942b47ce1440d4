/*
 * Paths of access rules: see access_path.h.
 *
 * Parsed here and not evaluated as XPath: the standard allows no more than
 * steps and equality, and steps that are compared while walking down a tree
 * cost a pointer comparison a node, where an XPath costs a search of the tree.
 */
#include "yang/access_path.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NAME_MAX_BYTES 128

struct parser {
	const struct ly_ctx *context;
	const char *at;
	const struct lys_module *module;        /* of the step before */
	struct access_path *out;
	struct gh_buf *why;
};

static int refuse(struct parser *p, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int refuse(struct parser *p, const char *format, ...)
{
	char text[256];
	va_list args;

	if (p->why) {
		va_start(args, format);
		vsnprintf(text, sizeof(text), format, args);
		va_end(args);
		gh_buf_printf(p->why, "%s", text);
	}
	return -EINVAL;
}

static void skip_space(struct parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

static bool take(struct parser *p, char c)
{
	skip_space(p);
	if (*p->at != c)
		return false;
	p->at++;
	return true;
}

static void *grow(void *array, size_t count, size_t size)
{
	void *p = realloc(array, (count + 1) * size);

	if (!p)
		abort();
	memset((char *)p + count * size, 0, size);
	return p;
}

/* RFC 7950 14: identifier. "prefix:name" or "name"; prefix is then "". */
static bool take_word(struct parser *p, char out[NAME_MAX_BYTES])
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
	size_t n;

	skip_space(p);
	n = strspn(p->at, letters);
	if (n)
		n = strspn(p->at, "0123456789-.abcdefghijklmnopqrstuvwxyz"
				  "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");
	if (!n || n >= NAME_MAX_BYTES)
		return false;
	memcpy(out, p->at, n);
	out[n] = '\0';
	p->at += n;
	return true;
}

static int take_name(struct parser *p, char name[NAME_MAX_BYTES], const struct lys_module **module)
{
	if (!take_word(p, name))
		return refuse(p, "a node's name is expected at \"%.40s\"", p->at);
	*module = p->module;
	if (*p->at != ':')
		return 0;
	p->at++;
	*module = ly_ctx_get_module_implemented(p->context, name);
	if (!*module)
		return refuse(p, "there is no module %s; begin as in /gatehouse:gateway", name);
	if (!take_word(p, name))
		return refuse(p, "a node's name is expected at \"%.40s\"", p->at);
	return 0;
}

/* ---- predicates ---- */

static int take_value(struct parser *p, const struct lysc_node *node, struct access_path_test *t)
{
	const char *canonical = NULL, *end;
	char quote;

	skip_space(p);
	quote = *p->at;
	end = quote == '\'' || quote == '"' ? strchr(p->at + 1, quote) : NULL;
	if (!end)
		return refuse(p, "a value in quotes is expected at \"%.40s\"", p->at);
	if (lyd_value_validate(p->context, node, p->at + 1, (size_t)(end - p->at - 1), NULL, NULL,
			       &canonical))
		return refuse(p, "%.*s is no value of %s", (int)(end - p->at + 1), p->at,
			      node->name);
	t->value = strdup(canonical);
	lydict_remove(p->context, canonical);
	if (!t->value)
		abort();
	p->at = end + 1;
	return 0;
}

static int take_test(struct parser *p, const struct lysc_node *node, struct access_path_test *t)
{
	const struct lys_module *module;
	char name[NAME_MAX_BYTES];
	int rc;

	skip_space(p);
	if (*p->at >= '1' && *p->at <= '9') {
		char *end;

		t->position = (unsigned)strtoul(p->at, &end, 10);
		p->at = end;
		return 0;
	}
	if (take(p, '.')) {
		if (node->nodetype != LYS_LEAFLIST)
			return refuse(p, "%s is no leaf-list: [.=...] cannot be", node->name);
	} else {
		rc = take_name(p, name, &module);
		if (rc)
			return rc;
		t->key = lys_find_child(node, module, name, 0, LYS_LEAF, 0);
		if (!t->key || !lysc_is_key(t->key))
			return refuse(p, "%s is no key of %s", name, node->name);
	}
	if (!take(p, '='))
		return refuse(p, "= is expected at \"%.40s\"", p->at);
	return take_value(p, t->key ? t->key : node, t);
}

static int take_tests(struct parser *p, struct access_path_step *s)
{
	int rc;

	while (take(p, '[')) {
		s->tests = grow(s->tests, s->test_count, sizeof(*s->tests));
		rc = take_test(p, s->schema, &s->tests[s->test_count++]);
		if (rc)
			return rc;
		if (!take(p, ']'))
			return refuse(p, "] is expected at \"%.40s\"", p->at);
	}
	return 0;
}

/* ---- steps ---- */

static int take_step(struct parser *p)
{
	struct access_path *path = p->out;
	const struct lysc_node *parent = NULL;
	struct access_path_step *s;
	char name[NAME_MAX_BYTES];
	int rc = take_name(p, name, &p->module);

	if (rc)
		return rc;
	if (!p->module)
		return refuse(p, "begin with a module, as in /gatehouse:gateway");
	if (path->step_count)
		parent = path->steps[path->step_count - 1].schema;
	path->steps = grow(path->steps, path->step_count, sizeof(*path->steps));
	s = &path->steps[path->step_count++];
	s->schema = lys_find_child(parent, p->module, name, 0, 0, 0);
	if (!s->schema)
		return refuse(p, "%s:%s is not in %s", p->module->name, name,
			      parent ? parent->name : "the model");
	return take_tests(p, s);
}

int access_path_parse(const struct ly_ctx *context, const char *text, struct access_path *out,
		      struct gh_buf *why)
{
	struct access_path path = { 0 };
	struct parser p = { .context = context, .at = text, .out = &path, .why = why };
	int rc = 0;

	skip_space(&p);
	if (*p.at != '/')
		rc = refuse(&p, "a path begins with /");
	if (!rc && !p.at[1 + strspn(p.at + 1, " \t\r\n")])
		p.at = "";              /* "/": everything */
	while (!rc && take(&p, '/'))
		rc = take_step(&p);
	skip_space(&p);
	if (!rc && *p.at)
		rc = refuse(&p, "this is not understood: \"%.40s\"", p.at);
	if (rc)
		access_path_fini(&path);
	else
		*out = path;
	return rc;
}

void access_path_fini(struct access_path *path)
{
	for (size_t i = 0; i < path->step_count; i++) {
		for (size_t j = 0; j < path->steps[i].test_count; j++)
			free(path->steps[i].tests[j].value);
		free(path->steps[i].tests);
	}
	free(path->steps);
	*path = (struct access_path){ 0 };
}

/* ---- compared ---- */

static const struct lyd_node *key_of(const struct lyd_node *list, const struct lysc_node *key)
{
	const struct lyd_node *n = lyd_child(list);

	while (n && n->schema != key)
		n = n->next;
	return n;
}

static bool holds(const struct access_path_test *t, const struct lyd_node *node)
{
	const char *value;

	if (t->position)
		return lyd_list_pos(node) == t->position;
	if (t->key)
		node = key_of(node, t->key);
	value = node ? lyd_get_value(node) : NULL;
	return value && !strcmp(value, t->value);
}

bool access_path_matches(const struct access_path_step *step, const struct lyd_node *node)
{
	if (node->schema != step->schema)
		return false;
	for (size_t i = 0; i < step->test_count; i++)
		if (!holds(&step->tests[i], node))
			return false;
	return true;
}
