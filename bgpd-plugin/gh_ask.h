/*
 * ask - what a vty asks of gatehoused, and its answer in words
 *
 * The wait is bounded: a line 6 s (gatehoused gives its backends 5), a file or
 * an operation 10 s, a question 3 s for each piece of its answer. What did not
 * answer in time may still take effect, and the message says where to look.
 *
 * A vtysh is suspended meanwhile (see suspend.h) and bgpd goes on. Its main
 * thread is held only where that cannot be: for a running configuration that
 * is not root's to see, for a filtered answer, and for a telnet session.
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

/* What a change leads to; called once with its CMD_ code, when that is known. */
struct gh_ask_then {
	void (*fn)(struct vty *vty, int rc, void *arg);
	void *arg;
};

/*
 * One line, or a whole file (whose refused lines are quoted), or an operation;
 * what was answered is printed. They return a CMD_ code, or CMD_SUSPEND if it
 * is not known yet. then may be NULL.
 */
int gh_ask_line(struct vty *vty, const char *text, uint32_t flags, const struct gh_ask_then *then);
int gh_ask_file(struct vty *vty, const char *text, uint32_t flags, const struct gh_ask_then *then);
int gh_ask_do(struct vty *vty, const char *text);
/* The same as gh_ask_file, where there is no handler that could be suspended. */
int gh_ask_file_now(struct vty *vty, const char *text, uint32_t flags);

/* Prints the answer to "show gateway <text>". Returns a CMD_ code or CMD_SUSPEND. */
int gh_ask_show(struct vty *vty, const char *text);
/* The same into out. False: none came, or a refusal, which is then in out. */
bool gh_ask_text(struct vty *vty, const char *text, struct gh_buf *out);

/* Why there is nobody to ask. */
void gh_ask_print_away(struct vty *vty);

#endif
