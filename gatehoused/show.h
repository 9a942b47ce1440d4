/*
 * show - the commands behind `show gateway ...`
 *
 * Each command is a function that builds the JSON of what it shows, and one
 * that prints it as text.
 *
 *   show.c           summary, connections, expressroute, bgp summary, events
 *   show_routes.c    routes, explain
 *   diagnose.c       connection NAME diagnose
 *
 * Threads    the control thread; nothing waits.
 * Errors     0, or -errno with words in out.
 */
#ifndef GATEHOUSED_SHOW_H
#define GATEHOUSED_SHOW_H

#include "base/buf.h"

struct gateway;
struct json_object;

/* words: what follows "show gateway", perhaps ending in "json". */
int show(struct gateway *g, const char *words, struct gh_buf *out);

/* ---- for the files above ---- */

/* argument: the words after the command's own. NULL with words in out on refusal. */
typedef struct json_object *show_build(struct gateway *g, const char *argument, struct gh_buf *out);
typedef void show_print(struct json_object *o, struct gh_buf *out);

show_build show_routes, show_explain, show_diagnose;
show_print print_routes, print_explain, print_diagnose;

#endif
