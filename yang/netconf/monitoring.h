/*
 * monitoring - what the server tells of itself
 *
 * State: /ietf-netconf-monitoring:netconf-state (RFC 6022), the streams of
 * RFC 5277 and the counters of RFC 8341. Events: RFC 6470.
 *
 * Threads    the control thread.
 */
#ifndef GH_NETCONF_MONITORING_H
#define GH_NETCONF_MONITORING_H

#include "yang/store.h"

struct server;
struct session;

/* All of the state as RFC 7951 JSON; the caller frees it. */
char *monitoring_json(struct server *server);

void monitoring_session_start(struct server *server, const struct session *session);
void monitoring_session_end(struct server *server, const struct session *session,
			    const char *reason, uint32_t killed_by);
/* A watcher of the store; server is its self. */
void monitoring_store_event(void *server, const struct store_event *event);

#endif
