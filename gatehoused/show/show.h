/*
 * show - the answers to `show gateway ...`
 *
 * Everything shown is a view of the state's JSON (state.h): `json` prints it,
 * without that word it is made a table (show_view.c). What a user who is not
 * root may not read is taken out before (RFC 8341 3.2.4).
 *
 *   show.c           the commands; answers in the making, a slice a turn
 *   show_view.c      JSON -> text
 *   diagnose.c       connection NAME diagnose
 *
 * An answer may be long and its reader slow: it is made while there is room
 * in the pipe, and no more than a slice of it in one turn of the loop.
 *
 * Ownership  the request is copied. An answer in the making belongs to the gateway.
 * Threads    the control thread; views are made by the clerk.
 * Errors     a piece with -errno and words ends an answer.
 */
#ifndef GATEHOUSED_SHOW_H
#define GATEHOUSED_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/fact.h"

struct gateway;

/* Whom to answer. */
struct show_reader {
	void *context;
	/* In order; the last one has more false. text is borrowed. */
	void (*piece)(void *context, int rc, const char *text, size_t length, bool more);
	/* Must the answer wait, because what was said is not read yet? */
	bool (*busy)(void *context);
	/* Is nobody there any more? Then piece is called a last time, with -ECANCELED. */
	bool (*gone)(void *context);
};

/*
 * words: what follows "show gateway", perhaps ending in "json". "state json"
 * is all but the routes. The last piece may come before this returns.
 */
void show(struct gateway *g, const char *words, uint32_t uid, const struct show_reader *reader);

/* Once per turn of the loop: one slice. Returns whether there is more to do at once. */
bool show_turn(struct gateway *g);

/* The daemon ends: nobody is answered any more. And, when the clerk has ended: nothing is left. */
void show_end(struct gateway *g);
void show_free(struct gateway *g);

/* ---- show_view.c ---- */

struct json_object;

/* o: what the state's path delivers, unwrapped; first: the page with the headings. */
typedef void show_view(struct json_object *o, bool first, struct gh_buf *out);
show_view view_summary, view_connections, view_connection, view_expressroute, view_bgp;
/* show_partner.c */
show_view view_partner, view_vnet_routers;
show_view view_certificates, view_nat, view_events, view_commits, view_meter, view_routes, view_explain, view_diagnose;
show_view view_device_config;

#endif
