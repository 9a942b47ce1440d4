/*
 * nodes - making our vty nodes known to libfrr, in bgpd and in vtysh
 *
 * Ownership  static; libfrr keeps pointers to them.
 * Threads    before the host's loop runs.
 */
#ifndef GH_NODES_H
#define GH_NODES_H

#include <stdbool.h>

#include "bgpd-plugin/gh_node.h"

struct cmd_node;
struct vty;

/* In the order of enum gh_node. Set config_write before they are installed. */
extern struct cmd_node gh_nodes[GH_NODES];

static inline bool gh_node_is_twin(int node)
{
	return node >= CANDIDATE_GATEWAY_NODE && node < GATEWAY_NODES_END;
}

void gh_nodes_install(void);

/* FRR keeps where a vty is as a path; ours is the line that entered the node. */
int gh_node_enter(struct vty *vty, int node, const char *line);

/* Gives each twin the commands that its node has now, and the candidate's operations. */
void gh_nodes_twin(void);

#endif
