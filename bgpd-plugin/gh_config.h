/*
 * config - the gateway's configuration between vty and gatehoused
 *
 * gatehoused holds the configuration. Here are only texts: the one it pushed
 * last (CONFIG), lines on their way to it, and what to print when it is away.
 *
 * A typed line is one EDIT, answered before the prompt returns. The lines of a
 * file (`vtysh -b`, `vtysh -f`, or bgpd's own start-up file) are collected from
 * vtysh's start mark to its end mark and sent as one EDIT: the whole or nothing
 * takes effect. `vtysh -b` replaces, `vtysh -f` merges. While gatehoused is
 * away such a file is held and sent when it comes; a typed line is refused.
 *
 * `write memory` must never lose the gateway's lines, so the running text is
 * the first of: a held whole file; what gatehoused pushed; the saved lines
 * that frr.conf had when bgpd started.
 *
 * Ownership  owns all texts; they may hold secrets and are wiped when freed.
 * Threads    bgpd's main thread.
 */
#ifndef GH_CONFIG_H
#define GH_CONFIG_H

#include <stddef.h>

struct vty;

void gh_config_init(void);

/* CONFIG came. */
void gh_config_set(const char *text, size_t length);
/* gatehoused is here and has our snapshot: send what is held. */
void gh_config_joined(void);

/* The text for `show running-config`. */
const char *gh_config_running(void);

/*
 * A line of the node named by context (NULL for the top level). Returns a CMD_
 * code; what was wrong is printed.
 */
int gh_config_edit(struct vty *vty, const char *context, const char *line);

/* The file that is being read is the whole configuration. */
void gh_config_load_replaces(void);

/* Prints the answer to "show gateway <text>". Returns a CMD_ code. */
int gh_config_show(struct vty *vty, const char *text);

#endif
