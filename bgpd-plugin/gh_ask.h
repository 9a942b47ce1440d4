/*
 * ask - what a vty asks of gatehoused, and its answer in words
 *
 * Each call holds bgpd's main thread until the answer or the end of its wait,
 * which is LINE 6 s (gatehoused gives its backends 5), a file or an operation
 * 10 s, a question 3 s. What did not answer in time may still take effect, and
 * the message says where to look.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_ASK_H
#define GH_ASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/fact.h"

struct vty;

/* The uid behind a vty: 0 for bgpd's own file, nobody's for a telnet session. */
uint32_t gh_ask_user(const struct vty *vty);

/* A request as the user of vty; NULL is bgpd itself. */
struct gh_fact gh_ask_request(enum gh_fact_type type, const struct vty *vty, uint32_t flags,
			      const char *text);

/* One line, or a whole file (whose refused lines are quoted). Returns a CMD_ code. */
int gh_ask_line(struct vty *vty, const char *text, uint32_t flags);
int gh_ask_file(struct vty *vty, const char *text, uint32_t flags);

/* Prints the answer to "show gateway <text>". Returns a CMD_ code. */
int gh_ask_show(struct vty *vty, const char *text);
/* The same into out. False: none came, or a refusal, which is then in out. */
bool gh_ask_text(struct vty *vty, const char *text, struct gh_buf *out);

/* An operation, its answer printed. Returns a CMD_ code. */
int gh_ask_do(struct vty *vty, const char *text);

/* Why there is nobody to ask. */
void gh_ask_print_away(struct vty *vty);

#endif
