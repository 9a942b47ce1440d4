/* One element of a <config>: see edit_walk.h. */
#include "yang/netconf/edit_walk.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/netconf/libyang_compat.h"
#include "yang/netconf/message.h"
#include "yang/netconf/path.h"

/* A secret that is not encrypted yet begins so; no encrypted one can. */
#define CLEAR_MARK "0 "

struct finding *edit_walk_error(struct edit_walk *w, enum finding_tag tag, const char *format, ...)
{
	char *text = NULL;
	struct finding *f;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	f = findings_add(w->findings, false, tag, w->path.data ? gh_buf_text(&w->path) : NULL, "%s",
			 text);
	free(text);
	return f;
}

const struct lysc_node *edit_walk_enter(struct edit_walk *w, const struct lyd_node *element,
					const struct lysc_node *parent)
{
	const char *ns = element_ns(element), *name = element_name(element);
	const struct lys_module *module;
	const struct lysc_node *node;
	uint16_t kinds = LYS_CONTAINER | LYS_LIST | LYS_LEAF | LYS_LEAFLIST;

	if (w->operation)
		kinds |= LYS_RPC | LYS_ACTION;
	module = ly_ctx_get_module_implemented_ns(w->request->schema, ns);
	w->entry = w->path.tail;
	if (!module) {
		gh_buf_printf(&w->path, "/%s", name);
		finding_detail_set(edit_walk_error(w, FINDING_UNKNOWN_NAMESPACE,
			"no module here has the namespace \"%s\"", ns), ns);
		return NULL;
	}
	node = lys_find_child(parent, module, name, 0, 0, 0);
	if (parent && parent->module == module)
		gh_buf_printf(&w->path, "/%s", name);
	else
		gh_buf_printf(&w->path, "/%s:%s", module->name, name);
	if (!node || !(node->nodetype & kinds)) {
		edit_walk_error(w, FINDING_UNKNOWN_ELEMENT, "the module %s has no such %s here",
				module->name, w->operation ? "node" : "configuration");
		return NULL;
	}
	if ((node->flags & LYS_CONFIG_R) && !w->operation) {
		edit_walk_error(w, FINDING_UNKNOWN_ELEMENT, "this is state, and cannot be configured");
		return NULL;
	}
	return node;
}

bool edit_walk_predicate(struct edit_walk *w, const char *name, const char *value)
{
	char quote = strchr(value, '\'') ? '"' : '\'';

	if (quote == '"' && strchr(value, '"')) {
		edit_walk_error(w, FINDING_INVALID_VALUE, "a key must not have both kinds of quotes");
		return false;
	}
	gh_buf_printf(&w->path, "[%s=%c%s%c]", name, quote, value, quote);
	return true;
}

/* ---- values ------------------------------------------------------------ */

/* Does a value of this type name modules by prefixes? */
static bool has_prefixes(const struct lysc_type *type)
{
	switch (type->basetype) {
	case LY_TYPE_IDENT:
	case LY_TYPE_INST:
		return true;
	case LY_TYPE_STRING:
		return type->plugin && (strstr(type->plugin->id, "xpath1.0") ||
					strstr(type->plugin->id, "instance-identifier"));
	case LY_TYPE_UNION: {
		const struct lysc_type_union *u = (const struct lysc_type_union *)type;
		LY_ARRAY_COUNT_TYPE i;

		LY_ARRAY_FOR(u->types, i) {
			if (has_prefixes(u->types[i]))
				return true;
		}
		return false;
	}
	default:
		return false;
	}
}

static bool is_path(const struct lysc_type *type)
{
	return type->basetype == LY_TYPE_INST ||
	       (type->plugin && strstr(type->plugin->id, "instance-identifier"));
}

static bool is_secret(const struct lysc_node *leaf)
{
	LY_ARRAY_COUNT_TYPE i;

	LY_ARRAY_FOR(leaf->exts, i) {
		if (!strcmp(leaf->exts[i].def->name, "default-deny-all"))
			return true;
	}
	return false;
}

static bool encrypt(struct edit_walk *w, const char *clear, struct gh_buf *out)
{
	const struct edit_config *r = w->request;
	struct gh_buf why = { 0 };
	int rc = r->encrypt ? r->encrypt(r->self, clear, out, &why) : -1;

	if (rc)
		edit_walk_error(w, FINDING_INVALID_VALUE, "%s",
				r->encrypt ? gh_buf_text(&why) : "give the secret encrypted");
	gh_buf_fini(&why);
	return !rc;
}

static bool validate(struct edit_walk *w, const struct lysc_node *leaf, const char *value,
		     struct gh_buf *out)
{
	const struct ly_ctx *schema = w->request->schema;
	const char *canonical = NULL;
	LY_ERR rc = lyd_value_validate(schema, leaf, value, strlen(value), NULL, NULL, &canonical);
	struct compat_error e;

	/* What it refers to is looked for when the whole configuration is there. */
	if (!rc || rc == LY_EINCOMPLETE) {
		gh_buf_printf(out, "%s", canonical ? canonical : value);
		lydict_remove(schema, canonical);
		ly_err_clean((struct ly_ctx *)schema, NULL);
		return true;
	}
	e = compat_error_last(schema);
	finding_app_tag_set(edit_walk_error(w, FINDING_INVALID_VALUE, "%s", e.text), e.app_tag);
	ly_err_clean((struct ly_ctx *)schema, NULL);
	return false;
}

bool edit_walk_value(struct edit_walk *w, const struct lyd_node *element,
		     const struct lysc_node *leaf, struct gh_buf *out, bool *secret)
{
	const struct lysc_type *type = ((const struct lysc_node_leaf *)leaf)->type;
	const char *text = element_text(element);
	struct gh_buf value = { 0 }, why = { 0 };
	bool ok;

	if (secret)
		*secret = is_secret(leaf);
	if (secret && *secret && !strncmp(text, CLEAR_MARK, strlen(CLEAR_MARK)))
		return encrypt(w, text + strlen(CLEAR_MARK), out);
	if (!has_prefixes(type)) {
		ok = validate(w, leaf, text, out);
	} else if (element_qualify(w->request->schema, element, &value, &why)) {
		struct gh_buf path = { 0 };

		if (is_path(type))
			path_to_json(gh_buf_text(&value), &path);
		ok = validate(w, leaf, gh_buf_text(is_path(type) ? &path : &value), out);
		gh_buf_fini(&path);
	} else {
		edit_walk_error(w, FINDING_INVALID_VALUE, "%s", gh_buf_text(&why));
		ok = false;
	}
	gh_buf_fini(&value);
	gh_buf_fini(&why);
	return ok;
}

bool edit_walk_keys(struct edit_walk *w, const struct lyd_node *element,
		    const struct lysc_node *list)
{
	const struct lysc_node *key = lysc_node_child(list);
	struct gh_buf value = { 0 };
	bool ok = true;

	for (; ok && key && lysc_is_key(key); key = key->next) {
		const struct lyd_node *given = element_child(element, key->module->ns, key->name);

		if (!given) {
			finding_detail_set(edit_walk_error(w, FINDING_MISSING_ELEMENT,
				"the entry has no key; give the element %s", key->name), key->name);
			ok = false;
			break;
		}
		gh_buf_consume(&value, gh_buf_length(&value));
		ok = edit_walk_value(w, given, key, &value, NULL) &&
		     edit_walk_predicate(w, key->name, gh_buf_text(&value));
	}
	gh_buf_fini(&value);
	return ok;
}

/* ---- the order of a user's list ---------------------------------------- */

static bool bad(struct edit_walk *w, const char *attribute, const char *words)
{
	finding_detail_set(edit_walk_error(w, FINDING_BAD_ATTRIBUTE, "%s", words), attribute);
	return false;
}

/* The path of the neighbour that the attribute key, or value, names. */
static bool anchor(struct edit_walk *w, const struct lyd_node *element,
		   const struct lysc_node *node, struct gh_buf *out)
{
	bool list = node->nodetype == LYS_LIST;
	const char *name = list ? "key" : "value";
	const struct lyd_attr *a = element_attr(element, NS_YANG, name);
	const char *own = (const char *)w->path.data + w->entry;
	struct gh_buf why = { 0 };
	bool ok = true;

	if (!a) {
		finding_detail_set(edit_walk_error(w, FINDING_MISSING_ATTRIBUTE,
			"insert before or after needs the attribute %s of the entry there", name), name);
		return false;
	}
	gh_buf_append(out, w->path.data, w->entry + strcspn(own, "["));
	if (list && !attr_qualify(w->request->schema, a, out, &why)) {
		ok = bad(w, name, gh_buf_text(&why));
	} else if (!list) {
		char quote = strchr(a->value, '\'') ? '"' : '\'';

		gh_buf_printf(out, "[.=%c%s%c]", quote, a->value, quote);
	}
	gh_buf_text(out);
	gh_buf_fini(&why);
	return ok;
}

bool edit_walk_place(struct edit_walk *w, const struct lyd_node *element,
		     const struct lysc_node *node, struct edit_spot *out)
{
	static const char *const words[] = {
		[EDIT_FIRST] = "first", [EDIT_LAST] = "last",
		[EDIT_BEFORE] = "before", [EDIT_AFTER] = "after",
	};
	const struct lyd_attr *a = element_attr(element, NS_YANG, "insert");

	if (!a)
		return true;
	for (unsigned i = EDIT_FIRST; i <= EDIT_AFTER; i++) {
		if (strcmp(a->value, words[i]))
			continue;
		out->place = (enum edit_place)i;
		return i < EDIT_BEFORE || anchor(w, element, node, &out->anchor);
	}
	return bad(w, "insert", "insert must be first, last, before or after");
}
