/*
 * What the server can: the capabilities of its hello and the list of schemas
 *
 * Both are made once. The content-id of yang-library is a hash of the modules'
 * names and revisions, which are the same as long as the program is.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "yang/netconf/message.h"
#include "yang/netconf/server_private.h"

static const char *const capabilities[] = {
	"urn:ietf:params:netconf:base:1.0",
	"urn:ietf:params:netconf:base:1.1",
	"urn:ietf:params:netconf:capability:writable-running:1.0",
	"urn:ietf:params:netconf:capability:candidate:1.0",
	"urn:ietf:params:netconf:capability:confirmed-commit:1.1",
	"urn:ietf:params:netconf:capability:rollback-on-error:1.0",
	"urn:ietf:params:netconf:capability:validate:1.0",
	"urn:ietf:params:netconf:capability:validate:1.1",
	"urn:ietf:params:netconf:capability:startup:1.0",
	"urn:ietf:params:netconf:capability:xpath:1.0",
	"urn:ietf:params:netconf:capability:with-defaults:1.0?basic-mode=explicit"
	"&also-supported=report-all,report-all-tagged,trim",
	"urn:ietf:params:netconf:capability:notification:1.0",
	"urn:ietf:params:netconf:capability:interleave:1.0",
};

static void add(struct server *s, const char *uri)
{
	gh_buf_printf(&s->capabilities, "<capability>");
	xml_escape(uri, &s->capabilities);
	gh_buf_printf(&s->capabilities, "</capability>");
	gh_buf_printf(&s->capabilities_json, "%s\"%s\"",
		      gh_buf_length(&s->capabilities_json) ? "," : "", uri);
}

static uint64_t hash(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = (h ^ (uint8_t)*text) * 0x100000001b3u;
	return h;
}

static void add_schema(struct server *s, const char *name, const char *revision, const char *ns)
{
	gh_buf_printf(&s->schemas_json,
		      "%s{\"identifier\":\"%s\",\"version\":\"%s\",\"format\":\"ietf-netconf-monitoring:yang\","
		      "\"namespace\":\"%s\",\"location\":[\"NETCONF\"]}",
		      gh_buf_length(&s->schemas_json) ? "," : "", name, revision ? revision : "", ns);
}

void capabilities_make(struct server *s)
{
	const struct ly_ctx *schema = store_context(s->store);
	const struct lys_module *m;
	uint64_t h = 0xcbf29ce484222325u;
	uint32_t i = 0;
	char uri[512];

	for (size_t c = 0; c < sizeof(capabilities) / sizeof(*capabilities); c++)
		add(s, capabilities[c]);
	while ((m = ly_ctx_get_module_iter(schema, &i))) {
		LY_ARRAY_COUNT_TYPE u;

		h = hash(hash(h, m->name), m->revision);
		add_schema(s, m->name, m->revision, m->ns);
		for (u = 0; m->parsed && u < LY_ARRAY_COUNT(m->parsed->includes); u++) {
			const struct lysp_submodule *sub = m->parsed->includes[u].submodule;

			if (sub)
				add_schema(s, sub->name, sub->revs ? sub->revs[0].date : NULL, m->ns);
		}
	}
	snprintf(s->content_id, sizeof(s->content_id), "%016" PRIx64, h);
	snprintf(uri, sizeof(uri),
		 "urn:ietf:params:netconf:capability:yang-library:1.1?revision=2019-01-04&content-id=%s",
		 s->content_id);
	add(s, uri);
	snprintf(uri, sizeof(uri),
		 "urn:ietf:params:netconf:capability:yang-library:1.0?revision=2016-06-21&module-set-id=%s",
		 s->content_id);
	add(s, uri);
	/* RFC 6020 5.6.4 wants the modules themselves; many clients look for them here. */
	i = 0;
	while ((m = ly_ctx_get_module_iter(schema, &i))) {
		if (!m->implemented)
			continue;
		snprintf(uri, sizeof(uri), "%s?module=%s%s%s", m->ns, m->name,
			 m->revision ? "&revision=" : "", m->revision ? m->revision : "");
		add(s, uri);
	}
}
