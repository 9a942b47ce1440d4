/* get-schema (RFC 6022 3.1). */
#include <stdlib.h>
#include <string.h>

#include "yang/context.h"
#include "yang/netconf/rpc.h"

/* The text that was built in; libyang prints those of its own. */
static char *text_of(struct rpc *rpc, const char *name, const char *revision)
{
	const struct context_module *built_in = context_text(name);
	const struct lys_module *module;
	char *text = NULL;

	if (built_in)
		return *revision && strcmp(revision, built_in->revision) ? NULL
									: strdup(built_in->text);
	module = *revision ? ly_ctx_get_module(rpc->schema, name, revision)
			   : ly_ctx_get_module_latest(rpc->schema, name);
	if (!module || lys_print_mem(&text, module, LYS_OUT_YANG, 0))
		return NULL;
	return text;
}

static void print_schema(struct rpc *rpc)
{
	struct gh_buf name = { 0 }, revision = { 0 }, format = { 0 };
	char *text = NULL;

	rpc_word(rpc, "version", false, &revision);
	rpc_word(rpc, "format", false, &format);
	if (rpc_word(rpc, "identifier", true, &name)) {
		const char *colon = strrchr(gh_buf_text(&format), ':');

		if (gh_buf_length(&format) && strcmp(colon ? colon + 1 : gh_buf_text(&format), "yang"))
			rpc_error(rpc, FINDING_INVALID_VALUE, "format", "schemas are there as yang only");
		else if (!(text = text_of(rpc, gh_buf_text(&name), gh_buf_text(&revision))))
			rpc_error(rpc, FINDING_INVALID_VALUE, "identifier",
				  "there is no such schema; the list is in netconf-state/schemas");
	}
	if (text) {
		gh_buf_printf(&rpc->reply, "<data xmlns=\"%s\">", NS_MONITORING);
		xml_escape(text, &rpc->reply);
		gh_buf_printf(&rpc->reply, "</data>");
	}
	free(text);
	gh_buf_fini(&name);
	gh_buf_fini(&revision);
	gh_buf_fini(&format);
}

const struct rpc_kind schema_kinds[] = {
	{ NS_MONITORING, "get-schema", "ietf-netconf-monitoring", NULL, NULL, print_schema },
	{ NULL },
};
