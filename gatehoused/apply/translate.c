/*
 * Prefixes through NAT rules: see translate.h.
 */
#include "gatehoused/apply/translate.h"

#include <stdlib.h>
#include <string.h>

/* The first rule that holds all of the prefix, static ones first; NULL: none. */
static const struct box_rule *rule_for(const struct box_rule rules[], size_t count, bool ingress,
				       const struct gh_prefix *prefix)
{
	for (unsigned dynamic = 0; dynamic < 2; dynamic++) {
		for (size_t i = 0; i < count; i++) {
			if (rules[i].ingress == ingress && rules[i].dynamic == dynamic &&
			    gh_prefix_contains(&rules[i].internal, prefix))
				return &rules[i];
		}
	}
	return NULL;
}

/* The bits behind external's length are the prefix's own. */
static struct gh_prefix placed(const struct box_rule *rule, const struct gh_prefix *prefix)
{
	struct gh_prefix out = rule->external;

	if (rule->dynamic)
		return out;
	for (unsigned bit = out.length; bit < prefix->length; bit++)
		out.addr.b[bit / 8] |= prefix->addr.b[bit / 8] & (0x80 >> bit % 8);
	out.length = prefix->length;
	return out;
}

static size_t add(struct gh_prefix out[TRANSLATE_MAX], size_t n, const struct gh_prefix *prefix)
{
	for (size_t i = 0; i < n; i++) {
		if (!gh_prefix_cmp(&out[i], prefix))
			return n;
	}
	if (n < TRANSLATE_MAX)
		out[n++] = *prefix;
	return n;
}

size_t translate_prefix(const struct box_rule rules[], size_t count, bool ingress,
			const struct gh_prefix *prefix, struct gh_prefix out[TRANSLATE_MAX])
{
	const struct box_rule *rule = rule_for(rules, count, ingress, prefix);
	struct gh_prefix other;
	size_t n = 0;

	if (rule) {
		other = placed(rule, prefix);
		return add(out, n, &other);
	}
	n = add(out, n, prefix);
	if (!prefix->length)
		return n;
	for (size_t i = 0; i < count; i++) {
		if (rules[i].ingress == ingress &&
		    gh_prefix_contains(prefix, &rules[i].internal))
			n = add(out, n, &rules[i].external);
	}
	return n;
}

bool translate_any(const struct box_rule rules[], size_t count, bool ingress)
{
	for (size_t i = 0; i < count; i++) {
		if (rules[i].ingress == ingress)
			return true;
	}
	return false;
}

struct box_rule *translate_rules(const struct gw_connection *c, size_t *count)
{
	struct box_rule *rules = calloc(c ? c->nat_rule_count + 1 : 1, sizeof(*rules));

	if (!rules)
		abort();
	*count = 0;
	for (size_t i = 0; c && i < c->nat_rule_count; i++) {
		const struct gw_nat_rule *from = &c->nat_rules[i];
		struct box_rule *to = &rules[*count];

		if (!from->internal.addr.family || !from->external.addr.family)
			continue;
		memcpy(to->name, from->name, strlen(from->name));
		to->ingress = from->ingress;
		to->dynamic = from->dynamic;
		to->internal = from->internal;
		to->external = from->external;
		++*count;
	}
	return rules;
}

void translate_statics(const struct gw_connection *c, translate_visit *visit, void *context)
{
	struct gh_prefix out[TRANSLATE_MAX];
	size_t count, n;
	struct box_rule *rules = translate_rules(c, &count);

	for (size_t i = 0; c && i < c->prefix_count; i++) {
		n = translate_prefix(rules, count, true, &c->prefixes[i], out);
		for (size_t k = 0; k < n; k++)
			visit(context, &out[k]);
	}
	free(rules);
}
