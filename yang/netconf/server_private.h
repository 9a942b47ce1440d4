/* What the server's own files share: see server.h. */
#ifndef GH_NETCONF_SERVER_PRIVATE_H
#define GH_NETCONF_SERVER_PRIVATE_H

#include "yang/netconf/server.h"
#include "yang/netconf/session.h"
#include "yang/netconf/stream.h"

struct server {
	struct ev_loop *loop;
	struct store *store;
	struct netconf_host host;
	int listener;
	ev_io acceptable;
	struct ly_ctx *messages;
	struct stream *stream;
	struct session *sessions;
	unsigned session_count;
	uint32_t last_id;
	uint64_t start_ms;
	uint32_t bad_hellos, in_sessions, dropped_sessions;
	struct session_counters totals;
	bool opening;                   /* the job is at the clerk */

	/* Made once by the clerk, before the first client. */
	struct clerk_job job;
	char content_id[17];
	struct gh_buf capabilities;     /* <capability> elements */
	struct gh_buf capabilities_json, schemas_json;
};

/* capabilities.c, the clerk's: fills what is made once. */
void capabilities_make(struct server *server);

#endif
