/*
 * state - what the gateway is doing, as one stream of JSON (RFC 7951)
 *
 * Every face shows these same bytes: `show … json` prints them, show makes
 * tables of them, NETCONF's get parses them into the model, the exporter makes
 * metrics of them. They validate against yang/modules (gatehouse-state.yang).
 *
 *   r = state_read(g, "/gatehouse:gateway", NULL, &why);
 *   while (state_next(r, out)) ... send, and go on in another turn of the loop;
 *   state_free(r);
 *
 * Made in slices, so that a thousand connections or a million routes never
 * hold the loop. Between two slices anything may change: a reader remembers
 * the name, number or prefix where it stopped, and goes on behind it. So what
 * is read is true piece by piece, and not the picture of one moment.
 *
 * Ownership  a reader is the caller's, and must not outlive the gateway.
 * Threads    the control thread.
 * Errors     NULL, with words in why.
 */
#ifndef GATEHOUSED_STATE_H
#define GATEHOUSED_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"

struct gateway;
struct state_reader;

/* Which routes; absent: all. */
struct state_page {
	const struct gh_prefix *within; /* equal to or inside this */
	const struct gh_prefix *after;  /* behind this */
	uint32_t limit;                 /* at most so many; 0: all */
};

/*
 * path: "/gatehouse:gateway" for all but the routes, or one part of it:
 *
 *   /gatehouse:gateway/state, .../bgp, .../events, .../commits, .../meter, .../routes
 *   /gatehouse:gateway/expressroute, .../connection, .../certificate
 *   /gatehouse:gateway/connection[name='paris']     and the other lists
 *   /gatehouse:get-routes                           output of the rpc; page says which
 *
 * What follows a part or a list's entry is not looked at: more is delivered
 * than was asked for, never less. page (NULL: all) is copied.
 */
struct state_reader *state_read(struct gateway *g, const char *path, const struct state_page *page,
				struct gh_buf *why);
/* For people: a line a member. Before the first state_next. */
void state_pretty(struct state_reader *r);
/* Appends the next piece. 1: there is more; 0: that was all. About 2 ms a call at most. */
int state_next(struct state_reader *r, struct gh_buf *out);
/*
 * Instead of state_next, for tables: appends the next entry of a list alone
 * (of state: the container). 0: there was none.
 */
int state_entry(struct state_reader *r, struct gh_buf *out);
/* Did the page's limit leave routes out, and which was the last? For the next page. */
bool state_more(const struct state_reader *r, struct gh_prefix *last);
void state_free(struct state_reader *r);

/*
 * The output of an operation at once, `{"gatehouse:output":{...}}` as RFC 8040
 * 3.6.2 has it. 0, or -EINVAL or -ENOENT with words in why.
 */
int state_explain(struct gateway *g, const char *address, bool pretty, struct gh_buf *out,
		  struct gh_buf *why);
int state_diagnose(struct gateway *g, const char *connection, bool pretty, struct gh_buf *out,
		   struct gh_buf *why);
/* What the device at the other end of a connection is to be configured with: see device.h. */
int state_device_config(struct gateway *g, const char *connection, const char *kind, bool pretty,
			struct gh_buf *out, struct gh_buf *why);

#endif
