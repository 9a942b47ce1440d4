/* State and events of the server: see monitoring.h. */
#include "yang/netconf/monitoring.h"

#include <stdlib.h>
#include <string.h>

#include "yang/netconf/server_private.h"

static const char *const store_words[STORE_NAMES] = {
	[STORE_RUNNING] = "running", [STORE_CANDIDATE] = "candidate", [STORE_STARTUP] = "startup",
};

static void put_string(struct gh_buf *out, const char *text)
{
	gh_buf_printf(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			gh_buf_printf(out, "\\%c", *text);
		else if ((unsigned char)*text >= 0x20)
			gh_buf_append(out, text, 1);
	}
	gh_buf_printf(out, "\"");
}

static void put_time(struct gh_buf *out, uint64_t ms)
{
	gh_buf_printf(out, "\"");
	time_print(ms, out);
	gh_buf_printf(out, "\"");
}

/* "netconf 192.0.2.7" -> "192.0.2.7"; NULL: not known. */
static const char *address(const char *from)
{
	const char *space = strchr(from, ' ');

	return space ? space + 1 : NULL;
}

/* ---- state: RFC 6022 ----------------------------------------------------- */

static void put_datastores(struct server *s, struct gh_buf *out)
{
	gh_buf_printf(out, "\"datastores\":{\"datastore\":[");
	for (unsigned i = 0; i < STORE_NAMES; i++) {
		uint64_t since = 0;
		uint32_t holder = store_locked(s->store, (enum store_name)i, &since);

		gh_buf_printf(out, "%s{\"name\":\"%s\"", i ? "," : "", store_words[i]);
		if (holder) {
			gh_buf_printf(out, ",\"locks\":{\"global-lock\":{\"locked-by-session\":%u,\"locked-time\":",
				      holder);
			put_time(out, since * 1000);
			gh_buf_printf(out, "}}");
		}
		gh_buf_printf(out, "}");
	}
	gh_buf_printf(out, "]},");
}

static void put_counters(struct gh_buf *out, const struct session_counters *c)
{
	gh_buf_printf(out, "\"in-rpcs\":%u,\"in-bad-rpcs\":%u,\"out-rpc-errors\":%u,\"out-notifications\":%u",
		      c->in_rpcs, c->in_bad_rpcs, c->out_rpc_errors, c->out_notifications);
}

static void put_sessions(struct server *s, struct gh_buf *out)
{
	const char *comma = "";

	gh_buf_printf(out, "\"sessions\":{\"session\":[");
	for (const struct session *o = s->sessions; o; o = o->next) {
		if (!o->greeted)
			continue;
		gh_buf_printf(out, "%s{\"session-id\":%u,\"transport\":\"ietf-netconf-monitoring:netconf-ssh\",\"username\":",
			      comma, o->id);
		put_string(out, o->user.name);
		if (address(o->from)) {
			gh_buf_printf(out, ",\"source-host\":");
			put_string(out, address(o->from));
		}
		gh_buf_printf(out, ",\"login-time\":");
		put_time(out, o->login_s * 1000);
		gh_buf_printf(out, ",");
		put_counters(out, &o->counters);
		gh_buf_printf(out, "}");
		comma = ",";
	}
	gh_buf_printf(out, "]},");
}

static void put_statistics(struct server *s, struct gh_buf *out)
{
	gh_buf_printf(out, "\"statistics\":{\"netconf-start-time\":");
	put_time(out, s->start_ms);
	gh_buf_printf(out, ",\"in-bad-hellos\":%u,\"in-sessions\":%u,\"dropped-sessions\":%u,",
		      s->bad_hellos, s->in_sessions, s->dropped_sessions);
	put_counters(out, &s->totals);
	gh_buf_printf(out, "}");
}

static void put_streams(struct server *s, struct gh_buf *out)
{
	uint64_t oldest = stream_oldest_ms(s->stream), created = stream_created_ms(s->stream);

	gh_buf_printf(out, "\"nc-notifications:netconf\":{\"streams\":{\"stream\":[{\"name\":\"NETCONF\","
		      "\"description\":\"All events of the gateway and of its NETCONF server\","
		      "\"replaySupport\":true,\"replayLogCreationTime\":");
	put_time(out, created);
	if (oldest > created) {
		gh_buf_printf(out, ",\"replayLogAgedTime\":");
		put_time(out, oldest);
	}
	gh_buf_printf(out, "}]}}");
}

static void put_access(struct server *s, struct gh_buf *out)
{
	struct access *access = store_access(s->store);
	struct access_counters c = { 0 };

	access_counters(access, &c);
	access_put(access);
	gh_buf_printf(out, "\"ietf-netconf-acm:nacm\":{\"denied-operations\":%u,\"denied-data-writes\":%u,"
		      "\"denied-notifications\":%u}", c.operations, c.writes, c.notifications);
}

char *monitoring_json(struct server *s)
{
	struct gh_buf out = { 0 };
	char *text;

	gh_buf_printf(&out, "{\"ietf-netconf-monitoring:netconf-state\":{\"capabilities\":{\"capability\":[%s]},",
		      gh_buf_text(&s->capabilities_json));
	put_datastores(s, &out);
	gh_buf_printf(&out, "\"schemas\":{\"schema\":[%s]},", gh_buf_text(&s->schemas_json));
	put_sessions(s, &out);
	put_statistics(s, &out);
	gh_buf_printf(&out, "},");
	put_streams(s, &out);
	gh_buf_printf(&out, ",");
	put_access(s, &out);
	gh_buf_printf(&out, "}");
	text = strdup(gh_buf_text(&out));
	if (!text)
		abort();
	gh_buf_fini(&out);
	return text;
}

/* ---- events: RFC 6470 ---------------------------------------------------- */

static void begin(struct gh_buf *out, const char *name)
{
	gh_buf_printf(out, "{\"ietf-netconf-notifications:%s\":{", name);
}

/* The grouping common-session-parms. */
static void put_who(struct gh_buf *out, const char *user, uint32_t session, const char *from)
{
	gh_buf_printf(out, "\"username\":");
	put_string(out, user);
	gh_buf_printf(out, ",\"session-id\":%u", session);
	if (address(from)) {
		gh_buf_printf(out, ",\"source-host\":");
		put_string(out, address(from));
	}
}

static void happened(struct server *s, struct gh_buf *out)
{
	gh_buf_printf(out, "}}");
	server_event(s, gh_buf_text(out));
	gh_buf_fini(out);
}

void monitoring_session_start(struct server *s, const struct session *session)
{
	struct gh_buf out = { 0 };

	begin(&out, "netconf-session-start");
	put_who(&out, session->user.name, session->id, session->from);
	happened(s, &out);
}

void monitoring_session_end(struct server *s, const struct session *session, const char *reason,
			    uint32_t killed_by)
{
	struct gh_buf out = { 0 };

	begin(&out, "netconf-session-end");
	put_who(&out, session->user.name, session->id, session->from);
	if (killed_by)
		gh_buf_printf(&out, ",\"killed-by\":%u", killed_by);
	gh_buf_printf(&out, ",\"termination-reason\":\"%s\"", reason);
	happened(s, &out);
}

void monitoring_store_event(void *server, const struct store_event *e)
{
	static const char *const confirms[] = {
		[STORE_CONFIRM_STARTED] = "start", [STORE_CONFIRM_EXTENDED] = "extend",
		[STORE_CONFIRM_COMPLETE] = "complete", [STORE_CONFIRM_CANCELLED] = "cancel",
		[STORE_CONFIRM_TIMEOUT] = "timeout",
	};
	const char *from = e->from ? e->from : "";
	struct gh_buf out = { 0 };

	if (e->kind == STORE_CHANGED) {
		begin(&out, "netconf-config-change");
		gh_buf_printf(&out, "\"changed-by\":{");
		if (e->user)
			put_who(&out, e->user, e->session, from);
		else
			gh_buf_printf(&out, "\"server\":[null]");
		gh_buf_printf(&out, "},\"datastore\":\"running\"");
	} else {
		begin(&out, "netconf-confirmed-commit");
		if (e->user && e->kind != STORE_CONFIRM_TIMEOUT) {
			put_who(&out, e->user, e->session, from);
			gh_buf_printf(&out, ",");
		}
		gh_buf_printf(&out, "\"confirm-event\":\"%s\"", confirms[e->kind]);
		if (e->kind == STORE_CONFIRM_STARTED || e->kind == STORE_CONFIRM_EXTENDED)
			gh_buf_printf(&out, ",\"timeout\":%u", e->confirmed_s);
	}
	happened(server, &out);
}
