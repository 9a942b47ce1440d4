/*
 * config - the gateway's configuration between vty and gatehoused
 *
 * gatehoused holds the configuration. Here are only texts: the one it pushed
 * last (CONFIG), a file on its way to it, and what to print when it is away.
 *
 * A typed line is one EDIT, answered before the prompt returns. A file (see
 * load.h) is one EDIT too: the whole or nothing takes effect. While gatehoused
 * is away a file is held and sent when it comes; a typed line is refused.
 *
 * `write memory` must never lose the gateway's lines, so the running text is
 * the first of: a held whole file; what gatehoused pushed; the saved lines
 * that frr.conf had when bgpd started. All of it is root's to see; what
 * another user may see, gatehoused knows.
 *
 * Ownership  owns all texts; they may hold secrets and are wiped when freed.
 * Threads    bgpd's main thread.
 */
#ifndef GH_CONFIG_H
#define GH_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

struct gh_buf;
struct vty;

void gh_config_init(void);

/* CONFIG came. */
void gh_config_set(const char *text, size_t length);
/* gatehoused is here and has our snapshot: send what is held. */
void gh_config_joined(void);

/* The running text. */
const char *gh_config_running(void);
/* What of it the user of vty may see. */
void gh_config_print(struct vty *vty);

struct gh_line {
	const char *context;    /* the line that entered its node; NULL: the top level */
	const char *text;
	bool candidate;         /* of the candidate, not of the running configuration */
	int enter;              /* the node that it enters when it was taken; 0: none */
};

/* What was wrong is printed. A CMD_ code, or CMD_SUSPEND (see suspend.h). */
int gh_config_edit(struct vty *vty, const struct gh_line *line);

/*
 * A whole file (replaces) or lines to be added; vty NULL: bgpd's own. In a
 * handler it may be CMD_SUSPEND that comes back, else a CMD_ code.
 */
int gh_config_take(struct vty *vty, struct gh_buf *text, bool replaces, bool in_handler);

#endif
