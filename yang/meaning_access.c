/*
 * Checks of meaning on the access rules: group 8 of meaning.h.
 *
 * A rule that names what is not there matches nothing, and says nothing: a
 * denial with a typing error in it protects nothing. The standard allows it, so
 * it is a warning. (A path that names nothing is refused by libyang.)
 */
#include <stdio.h>
#include <string.h>

#include <libyang/libyang.h>

#include "yang/meaning_report.h"

static bool is(const struct lyd_node *node, const char *name)
{
	return !strcmp(node->schema->name, name);
}

static const char *value_of(const struct lyd_node *parent, const char *leaf)
{
	const struct lyd_node *n;

	LY_LIST_FOR(lyd_child(parent), n)
		if (is(n, leaf))
			return lyd_get_value(n);
	return "";
}

/* Has the module, or any for "*", such an operation or notification? */
static bool has(const struct ly_ctx *context, const char *module, const char *name, uint16_t type)
{
	const struct lys_module *m;
	uint32_t i = 0;

	while ((m = ly_ctx_get_module_iter(context, &i))) {
		const struct lysc_node *n = NULL;

		if (!m->implemented || (strcmp(module, "*") && strcmp(module, m->name)))
			continue;
		while ((n = lys_getnext(n, NULL, m->compiled, 0)))
			if (n->nodetype == type && !strcmp(n->name, name))
				return true;
	}
	return false;
}

static void dead(const char *list, const char *rule, const char *leaf, const char *words,
		 const char *value, const char *why, struct meaning_findings *out)
{
	struct place at = { .root = "/ietf-netconf-acm:nacm", .list = "rule-list", .name = list,
			    .leaf = leaf, .within = PLACE_RULE, .key = rule };

	meaning_add(out, WARN, "gh-rule-dead", &at, NULL, "rule %s %s %s: %s; the rule never"
		    " matches: correct it", rule, words, value, why);
}

static void check_rule(const char *list, const struct lyd_node *rule, struct meaning_findings *out)
{
	const struct ly_ctx *context = LYD_CTX(rule);
	const char *name = value_of(rule, "name"), *module = value_of(rule, "module-name");
	const char *rpc = value_of(rule, "rpc-name");
	const char *notification = value_of(rule, "notification-name");

	if (strcmp(module, "*") && !ly_ctx_get_module_implemented(context, module))
		dead(list, name, "module-name", "module", module, "there is no such module", out);
	else if (*rpc && strcmp(rpc, "*") && !has(context, module, rpc, LYS_RPC))
		dead(list, name, "rpc-name", "rpc", rpc, "there is no such operation", out);
	else if (*notification && strcmp(notification, "*") &&
		 !has(context, module, notification, LYS_NOTIF))
		dead(list, name, "notification-name", "notification", notification,
		     "there is no such notification", out);
}

void meaning_check_access(const struct lyd_node *tree, struct meaning_findings *out)
{
	const struct lyd_node *list, *rule;

	while (tree && !is(tree, "nacm"))
		tree = tree->next;
	LY_LIST_FOR(tree ? lyd_child(tree) : NULL, list) {
		if (!is(list, "rule-list"))
			continue;
		LY_LIST_FOR(lyd_child(list), rule)
			if (is(rule, "rule"))
				check_rule(value_of(list, "name"), rule, out);
	}
}
