/*
 * What must be asked for, to answer a filter: see filter.h
 *
 * These look at names only. They may say yes where in the end nothing is
 * wanted, but never no where something is.
 */
#include "yang/netconf/filter_private.h"

#include <ctype.h>
#include <string.h>

/* A name that needs no quoting: those of the model are all so. */
static size_t name_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || (text[n] && strchr("_.-", text[n])))
		n++;
	return n;
}

static bool element_path(const struct lyd_node *elements, const char *module,
			 const char *const *names, bool named)
{
	for (const struct lyd_node *e = elements; e; e = e->next) {
		if (strcmp(element_name(e), names[0]))
			continue;
		if (!names[1])
			return true;
		if (!lyd_child(e) ? !named : element_path(lyd_child(e), module, names + 1, named))
			return true;
		/* Only conditions: everything in it. */
		if (!named && lyd_child(e)) {
			const struct lyd_node *c = lyd_child(e);

			while (c && filter_is_match(c))
				c = c->next;
			if (!c)
				return true;
		}
	}
	return false;
}

bool filter_names(const struct filter *filter, const char *module, const char *const *names)
{
	if (filter->xpath) {
		while (names[1])
			names++;
		return strstr(filter->xpath, names[0]) != NULL;
	}
	return filter->subtree && element_path(filter->subtree, module, names, true);
}

bool filter_wants(const struct filter *filter, const char *module, const char *const *names)
{
	const char *x = filter->xpath, *end;

	if (!x)
		return !filter->is_subtree || element_path(filter->subtree, module, names, false);
	if (*x != '/' || strpbrk(x, "|("))
		return true;
	/* The first step says of which module it is; without one it may be any. */
	end = strchr(x + 1, ':');
	if (!end || end != x + 1 + name_length(x + 1))
		return true;
	return strlen(module) == (size_t)(end - x - 1) && !memcmp(x + 1, module, strlen(module));
}

/* ---- one part of the gateway ---------------------------------------------- */

/* Parts of the state that can be had alone; of lists also one entry. */
static const char *const parts[] = {
	"state", "bgp", "events", "commits", "expressroute", "connection", "certificate",
};

static bool is_part(const char *name, size_t length)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strlen(parts[i]) == length && !memcmp(parts[i], name, length))
			return true;
	return false;
}

static void put_entry(const char *name, size_t length, struct gh_buf *out)
{
	gh_buf_printf(out, "[name='%.*s']", (int)length, name);
}

static void subtree_path(const struct lyd_node *gateway, struct gh_buf *out)
{
	const struct lyd_node *part = lyd_child(gateway), *e;
	struct gh_buf word = { 0 };

	if (gateway->next || !part || part->next || !is_part(element_name(part), strlen(element_name(part))))
		return;
	gh_buf_printf(out, "/%s", element_name(part));
	for (e = lyd_child(part); e; e = e->next) {
		const char *name;

		if (strcmp(element_name(e), "name") || !filter_is_match(e))
			continue;
		name = element_word(e, &word);
		if (!name[name_length(name)])
			put_entry(name, strlen(name), out);
		break;
	}
	gh_buf_fini(&word);
}

static void xpath_path(const char *xpath, struct gh_buf *out)
{
	static const char top[] = "/gatehouse:gateway/gatehouse:", key[] = "[gatehouse:name='";
	const char *part = xpath + sizeof(top) - 1, *name;
	size_t n;

	if (strncmp(xpath, top, sizeof(top) - 1) || strpbrk(xpath, "|(") || strstr(xpath, "..") ||
	    strstr(xpath, "::"))
		return;
	n = strcspn(part, "/[");
	if (!is_part(part, n))
		return;
	gh_buf_printf(out, "/%.*s", (int)n, part);
	name = part + n + sizeof(key) - 1;
	if (strncmp(part + n, key, sizeof(key) - 1))
		return;
	n = name_length(name);
	if (!strncmp(name + n, "']", 2))
		put_entry(name, n, out);
}

void filter_path(const struct filter *filter, struct gh_buf *out)
{
	gh_buf_printf(out, "/gatehouse:gateway");
	if (filter->xpath)
		xpath_path(filter->xpath, out);
	else if (filter->subtree)
		subtree_path(filter->subtree, out);
}

/* ---- what it costs --------------------------------------------------------- */

static size_t count_elements(const struct lyd_node *elements)
{
	size_t n = 0;

	for (; elements && n <= FILTER_ELEMENTS_MAX; elements = elements->next)
		n += 1 + count_elements(lyd_child(elements));
	return n;
}

struct cost {
	unsigned depth, deepest;        /* of predicates */
	unsigned searches;              /* steps that look everywhere */
	bool leaves;                    /* a predicate looks elsewhere than below its node */
};

static bool is_search(const char *at)
{
	static const char *const axes[] = { "descendant", "ancestor", "following", "preceding" };

	if (!strncmp(at, "//", 2))
		return true;
	for (size_t i = 0; i < sizeof(axes) / sizeof(*axes); i++)
		if (!strncmp(at, axes[i], strlen(axes[i])) && strstr(at, "::"))
			return true;
	return false;
}

static void weigh(const char *x, struct cost *c)
{
	char before = '\0';

	for (; *x; before = *x, x++) {
		if (*x == '\'' || *x == '"') {
			const char *end = strchr(x + 1, *x);

			if (!end)
				return;
			x = end;
			continue;
		}
		if (*x == '[' && ++c->depth > c->deepest)
			c->deepest = c->depth;
		c->depth -= *x == ']' && c->depth;
		if (is_search(x)) {
			c->searches += 1 + 100 * (c->depth > 0);
			x += *x == '/';
		} else if (c->depth && (!strncmp(x, "..", 2) || !strncmp(x, "parent", 6) ||
					(*x == '/' && !name_length((const char[]){ before, '\0' }) && before != ']' && before != '*' &&
					 before != '.'))) {
			c->leaves = true;
		}
	}
}

bool filter_affordable(const struct filter *filter, struct findings *findings)
{
	struct cost c = { 0 };
	bool ok;

	if (filter->xpath)
		weigh(filter->xpath, &c);
	ok = !filter->xpath || (strlen(filter->xpath) <= FILTER_XPATH_MAX && c.deepest <= 1 &&
				c.searches <= 1 && !(c.searches && c.leaves));
	if (ok && count_elements(filter->subtree) <= FILTER_ELEMENTS_MAX)
		return true;
	if (ok)
		findings_add(findings, false, FINDING_TOO_BIG, NULL,
			     "the filter has more than %u elements", FILTER_ELEMENTS_MAX);
	else
		findings_add(findings, false, FINDING_RESOURCE_DENIED, NULL,
			     "the filter's expression costs too much: at most %u characters, one // and none"
			     " in a predicate, no predicate in a predicate, and beside // no predicate that"
			     " leaves its node", FILTER_XPATH_MAX);
	return false;
}
