/* Messages as elements: see message.h. */
#include "yang/netconf/message.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "yang/netconf/libyang_compat.h"

/* What elements without a namespace have while they are here; nobody else may know it. */
#define NO_NAMESPACE "urn:x-gatehouse:none"

static const struct lyd_node_opaq *opaque(const struct lyd_node *element)
{
	return (const struct lyd_node_opaq *)element;
}

struct ly_ctx *message_context_new(void)
{
	struct ly_ctx *context = NULL;

	if (ly_ctx_new(NULL, LY_CTX_NO_YANGLIBRARY | LY_CTX_DISABLE_SEARCHDIRS, &context))
		return NULL;
	return context;
}

/* ---- the look before parsing ------------------------------------------- */

/* Behind what ends with `end`, or NULL. */
static const char *behind(const char *at, const char *stop, const char *end)
{
	const char *found = memmem(at, (size_t)(stop - at), end, strlen(end));

	return found ? found + strlen(end) : NULL;
}

/* What is looked over, and its copy for libyang. */
struct survey {
	unsigned depth, elements;
	struct gh_buf *copy;
};

/* Does the attribute whose empty value begins at `value` declare a namespace? 2: with a prefix. */
static int declares(const char *tag, const char *value)
{
	const char *end = value - 1, *name;

	while (end > tag && isspace((unsigned char)end[-1]))
		end--;
	if (end == tag || *--end != '=')
		return 0;
	while (end > tag && isspace((unsigned char)end[-1]))
		end--;
	for (name = end; name > tag && !isspace((unsigned char)name[-1]); name--)
		;
	if (end - name == 5 && !memcmp(name, "xmlns", 5))
		return 1;
	return end - name > 6 && !memcmp(name, "xmlns:", 6) ? 2 : 0;
}

/*
 * Copies a start tag, and returns behind its `>`. libyang takes elements
 * without a namespace for ones that have one, and falls; they get ours.
 */
static const char *survey_start(struct survey *s, const char *tag, const char *stop, bool *empty)
{
	const char *from = tag, *quoted = NULL;

	for (const char *at = tag; at < stop; at++) {
		int declared = quoted && at == quoted && *at == at[-1] ? declares(tag, quoted) : 0;

		if (declared == 2)
			return NULL;
		if (declared) {
			gh_buf_append(s->copy, from, (size_t)(at - from));
			gh_buf_append(s->copy, NO_NAMESPACE, sizeof(NO_NAMESPACE) - 1);
			from = at;
		}
		if (quoted) {
			if (*at != quoted[-1])
				continue;
			/* Attributes without a blank between them: libyang would take it, XML does not. */
			if (at + 1 == stop || !strchr(" \t\r\n/>", at[1]))
				return NULL;
			quoted = NULL;
		} else if (*at == '"' || *at == '\'') {
			quoted = at + 1;
		} else if (*at == '>') {
			*empty = at[-1] == '/';
			gh_buf_append(s->copy, from, (size_t)(at + 1 - from));
			return at + 1;
		}
	}
	return NULL;
}

static const char *survey_end(struct survey *s, const char *tag, const char *stop)
{
	const char *end = behind(tag, stop, ">");

	if (!s->depth || !end)
		return NULL;
	s->depth--;
	gh_buf_append(s->copy, tag, (size_t)(end - tag));
	return end;
}

/* From a `<` to behind what it starts; NULL: not XML that we take. */
static const char *survey_tag(struct survey *s, const char *at, const char *stop)
{
	size_t left = (size_t)(stop - at);
	bool empty = false;

	/* Instructions and comments say nothing. */
	if (left >= 2 && at[1] == '?')
		return behind(at + 2, stop, "?>");
	if (left >= 4 && !memcmp(at, "<!--", 4))
		return behind(at + 4, stop, "-->");
	if (left >= 9 && !memcmp(at, "<![CDATA[", 9)) {
		const char *end = behind(at + 9, stop, "]]>");

		gh_buf_append(s->copy, at, end ? (size_t)(end - at) : 0);
		return end;
	}
	if (left < 2 || at[1] == '!')
		return NULL;
	if (at[1] == '/')
		return survey_end(s, at, stop);
	s->elements++;
	at = survey_start(s, at, stop, &empty);
	if (!empty)
		s->depth++;
	return at;
}

static int survey(const char *text, size_t length, struct gh_buf *copy, struct gh_buf *why)
{
	const char *at = text, *stop = text + length;
	struct survey s = { .copy = copy };

	if (length && memchr(text, '\0', length)) {
		gh_buf_printf(why, "the message has a NUL byte; send XML in UTF-8");
		return -EBADMSG;
	}
	while (at < stop) {
		const char *tag = memchr(at, '<', (size_t)(stop - at));

		gh_buf_append(copy, at, (size_t)((tag ? tag : stop) - at));
		if (!tag)
			break;
		at = survey_tag(&s, tag, stop);
		if (!at) {
			gh_buf_printf(why, "the message is not well-formed XML, or has a document type, which NETCONF does not allow");
			return -EBADMSG;
		}
		if (s.depth > MESSAGE_DEPTH_MAX || s.elements > MESSAGE_ELEMENTS_MAX) {
			gh_buf_printf(why, "the message has more than %u levels or %u elements; send it in parts",
				      MESSAGE_DEPTH_MAX, MESSAGE_ELEMENTS_MAX);
			return -E2BIG;
		}
	}
	if (!s.elements || s.depth) {
		gh_buf_printf(why, "the message is not one whole XML element");
		return -EBADMSG;
	}
	return 0;
}

static int parse(struct ly_ctx *context, const char *text, struct lyd_node **root,
		 struct gh_buf *why)
{
	struct lyd_node *tree = NULL, *child = NULL;

	if (!lyd_parse_data_mem(context, text, LYD_XML, LYD_PARSE_ONLY | LYD_PARSE_OPAQ, 0, &tree))
		child = lyd_child(tree);
	if (child && !child->next && !tree->next) {
		*root = child;
		return 0;
	}
	gh_buf_printf(why, "the message is not well-formed XML: %s",
		      compat_error_last(context).text);
	ly_err_clean(context, NULL);
	lyd_free_all(tree);
	return -EBADMSG;
}

int message_parse(struct ly_ctx *context, const char *text, size_t length,
		  struct lyd_node **root, struct gh_buf *why)
{
	struct gh_buf copy = { 0 };
	int rc;

	gh_buf_printf(&copy, "<message xmlns=\"" NO_NAMESPACE "\">");
	rc = survey(text, length, &copy, why);
	if (!rc) {
		gh_buf_printf(&copy, "</message>");
		rc = parse(context, gh_buf_text(&copy), root, why);
	}
	gh_buf_fini(&copy);
	return rc;
}

/* ---- elements ---------------------------------------------------------- */

const char *element_name(const struct lyd_node *element)
{
	return opaque(element)->name.name;
}

const char *element_ns(const struct lyd_node *element)
{
	const char *ns = opaque(element)->name.module_ns;

	return ns && strcmp(ns, NO_NAMESPACE) ? ns : "";
}

const char *element_text(const struct lyd_node *element)
{
	const char *text = opaque(element)->value;

	return text ? text : "";
}

const char *element_word(const struct lyd_node *element, struct gh_buf *out)
{
	const char *text = element_text(element);
	size_t n;

	text += strspn(text, " \t\r\n");
	n = strlen(text);
	while (n && isspace((unsigned char)text[n - 1]))
		n--;
	gh_buf_consume(out, gh_buf_length(out));
	gh_buf_append(out, text, n);
	return gh_buf_text(out);
}

bool element_is(const struct lyd_node *element, const char *ns, const char *name)
{
	return !strcmp(element_name(element), name) && !strcmp(element_ns(element), ns);
}

bool element_blank(const struct lyd_node *element)
{
	const char *text = element_text(element);

	return !lyd_child(element) && !text[strspn(text, " \t\r\n")];
}

struct lyd_node *element_child(const struct lyd_node *element, const char *ns, const char *name)
{
	struct lyd_node *child = lyd_child(element);

	while (child && !element_is(child, ns, name))
		child = child->next;
	return child;
}

const struct lyd_attr *element_attr(const struct lyd_node *element, const char *ns,
				    const char *name)
{
	for (const struct lyd_attr *a = opaque(element)->attr; a; a = a->next) {
		const char *has = a->name.module_ns;

		if (strcmp(a->name.name, name))
			continue;
		if (ns ? has && !strcmp(has, ns) : !has || !*has)
			return a;
	}
	return NULL;
}

/* ---- prefixes ---------------------------------------------------------- */

static bool name_byte(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' ||
	       (unsigned char)c >= 0x80;
}

struct prefixes {
	const struct ly_ctx *schema;
	LY_VALUE_FORMAT format;
	const void *data;
};

static bool qualify(const struct prefixes *p, const char *text, struct gh_buf *out,
		    struct gh_buf *why)
{
	while (*text) {
		const char *from = text;
		const struct lys_module *module;

		if (*text == '\'' || *text == '"') {
			const char *end = strchr(text + 1, *text);

			text = end ? end + 1 : text + strlen(text);
			gh_buf_append(out, from, (size_t)(text - from));
			continue;
		}
		while (name_byte(*text))
			text++;
		if (text == from) {
			gh_buf_append(out, text++, 1);
			continue;
		}
		if (text[0] != ':' || text[1] == ':') {         /* a name, or an axis */
			bool axis = text[0] == ':';

			text += axis ? 2 : 0;
			gh_buf_append(out, from, (size_t)(text - from));
			continue;
		}
		module = compat_prefix_module(p->schema, from, (size_t)(text - from), p->format,
					      p->data);
		if (!module) {
			gh_buf_printf(why, "prefix \"%.*s\" is not declared, or its namespace is of no module here",
				      (int)(text - from), from);
			return false;
		}
		gh_buf_printf(out, "%s:", module->name);
		text++;
	}
	return true;
}

bool element_qualify(const struct ly_ctx *schema, const struct lyd_node *element,
		     struct gh_buf *out, struct gh_buf *why)
{
	const struct prefixes p = { schema, opaque(element)->format,
				    opaque(element)->val_prefix_data };

	return qualify(&p, element_text(element), out, why);
}

bool attr_qualify(const struct ly_ctx *schema, const struct lyd_attr *attr, struct gh_buf *out,
		  struct gh_buf *why)
{
	const struct prefixes p = { schema, attr->format, attr->val_prefix_data };

	return qualify(&p, attr->value ? attr->value : "", out, why);
}

void xml_escape(const char *text, struct gh_buf *out)
{
	for (;;) {
		size_t n = strcspn(text, "&<>\"");

		gh_buf_append(out, text, n);
		text += n;
		if (!*text)
			return;
		gh_buf_printf(out, "%s", *text == '&' ? "&amp;" : *text == '<' ? "&lt;" :
					 *text == '>' ? "&gt;" : "&quot;");
		text++;
	}
}
