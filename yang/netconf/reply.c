/* Replies: see reply.h. */
#include "yang/netconf/reply.h"

#include <stdlib.h>
#include <string.h>

#include "yang/netconf/message.h"
#include "yang/netconf/path.h"

static const char *const layers[] = {
	[REPLY_RPC] = "rpc",
	[REPLY_PROTOCOL] = "protocol",
	[REPLY_APPLICATION] = "application",
};

/* Attributes with a prefix of their own get it declared again: one of each is enough. */
static void echo(const struct lyd_attr *attr, struct gh_buf *out)
{
	const struct ly_opaq_name *n = &attr->name;

	if (n->prefix && n->module_ns && strcmp(n->prefix, "xml")) {
		struct gh_buf declared = { 0 };

		gh_buf_printf(&declared, " xmlns:%s=\"", n->prefix);
		if (!strstr(gh_buf_text(out), gh_buf_text(&declared))) {
			gh_buf_append(out, declared.data, gh_buf_length(&declared));
			xml_escape(n->module_ns, out);
			gh_buf_printf(out, "\"");
		}
		gh_buf_fini(&declared);
	}
	gh_buf_printf(out, " %s%s%s=\"", n->prefix ? n->prefix : "", n->prefix ? ":" : "", n->name);
	xml_escape(attr->value, out);
	gh_buf_printf(out, "\"");
}

void reply_open(const struct lyd_node *rpc, struct gh_buf *out)
{
	gh_buf_printf(out, "<rpc-reply xmlns=\"%s\"", NS_BASE);
	if (rpc) {
		const struct lyd_attr *a = ((const struct lyd_node_opaq *)rpc)->attr;

		for (; a; a = a->next)
			echo(a, out);
	}
	gh_buf_printf(out, ">");
}

void reply_close(struct gh_buf *out)
{
	gh_buf_printf(out, "</rpc-reply>");
}

static void put(struct gh_buf *out, const char *name, const char *text)
{
	gh_buf_printf(out, "<%s>", name);
	xml_escape(text, out);
	gh_buf_printf(out, "</%s>", name);
}

/* RFC 6241 appendix A says which tags carry which element. */
static void put_info(const struct finding *f, struct gh_buf *out)
{
	struct gh_buf last = { 0 };

	if (f->path)
		path_last(f->path, &last);
	switch (f->tag) {
	case FINDING_LOCK_DENIED:
		gh_buf_printf(out, "<error-info><session-id>%u</session-id></error-info>", f->session);
		break;
	case FINDING_MISSING_ATTRIBUTE:
	case FINDING_BAD_ATTRIBUTE:
	case FINDING_UNKNOWN_ATTRIBUTE:
		gh_buf_printf(out, "<error-info>");
		put(out, "bad-attribute", f->detail ? f->detail : "");
		put(out, "bad-element", gh_buf_length(&last) ? gh_buf_text(&last) : "rpc");
		gh_buf_printf(out, "</error-info>");
		break;
	case FINDING_MISSING_ELEMENT:
	case FINDING_BAD_ELEMENT:
	case FINDING_UNKNOWN_ELEMENT:
		gh_buf_printf(out, "<error-info>");
		put(out, "bad-element", f->detail ? f->detail : gh_buf_text(&last));
		gh_buf_printf(out, "</error-info>");
		break;
	case FINDING_UNKNOWN_NAMESPACE:
		gh_buf_printf(out, "<error-info>");
		put(out, "bad-element", gh_buf_text(&last));
		put(out, "bad-namespace", f->detail ? f->detail : "");
		gh_buf_printf(out, "</error-info>");
		break;
	default:
		break;
	}
	gh_buf_fini(&last);
}

static void put_error(const struct ly_ctx *schema, const struct finding *f,
		      enum reply_layer layer, struct gh_buf *out)
{
	gh_buf_printf(out, "<rpc-error><error-type>%s</error-type><error-tag>%s</error-tag>"
		      "<error-severity>%s</error-severity>", layers[layer],
		      finding_tag_name(f->tag), f->warning ? "warning" : "error");
	if (f->app_tag)
		put(out, "error-app-tag", f->app_tag);
	if (f->path && *f->path == '/') {
		struct gh_buf path = { 0 }, declarations = { 0 };

		path_to_xml(schema, f->path, &path, &declarations);
		gh_buf_printf(out, "<error-path%s>", gh_buf_text(&declarations));
		xml_escape(gh_buf_text(&path), out);
		gh_buf_printf(out, "</error-path>");
		gh_buf_fini(&path);
		gh_buf_fini(&declarations);
	}
	gh_buf_printf(out, "<error-message xml:lang=\"en\">");
	xml_escape(f->text, out);
	gh_buf_printf(out, "</error-message>");
	put_info(f, out);
	gh_buf_printf(out, "</rpc-error>");
}

void reply_findings(const struct ly_ctx *schema, const struct findings *findings,
		    enum reply_layer layer, struct gh_buf *out)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->array[i];

		if (!findings->errors || !f->warning)
			put_error(schema, f, layer, out);
	}
}

bool reply_tree(const struct lyd_node *tree, uint32_t options, struct gh_buf *out)
{
	char *text = NULL;

	if (!tree)
		return true;
	if (lyd_print_mem(&text, tree, LYD_XML, LYD_PRINT_WITHSIBLINGS | LYD_PRINT_SHRINK | options))
		return false;
	if (text)
		gh_buf_append(out, text, strlen(text));
	free(text);
	return true;
}
