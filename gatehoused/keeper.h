/*
 * keeper - the tiny parent that holds what must outlive the daemon
 *
 * It opens the TUN, the sockets of IKE and ESP, NETCONF's socket and the SA map as root, starts the daemon
 * as an unprivileged child that inherits them, and starts it again whenever it
 * ends. While no daemon runs the TUN keeps its carrier and its routes, and
 * packets wait in the sockets. The child can ask three things of it: a connection
 * to charon's vici socket, which only root may open, the gateway's lines of
 * frr.conf to be read or exchanged (desk.h), and network namespaces that
 * translate addresses (box.h), which it keeps as well.
 *
 * Signals    SIGTERM, SIGINT: stop the child, then end. SIGHUP: restart the
 *            child (it runs the binary that is then installed).
 * Threads    one.
 */
#ifndef GATEHOUSED_KEEPER_H
#define GATEHOUSED_KEEPER_H

#include "gatehoused/options.h"

/* The child's inherited descriptors, at fixed numbers. */
enum keeper_fd {
	KEEPER_TUN = 3,
	KEEPER_IKE4,                    /* UDP 500 */
	KEEPER_IKE6,
	KEEPER_NATT4,                   /* UDP 4500 */
	KEEPER_NATT6,
	KEEPER_ESP4,                    /* protocol 50 */
	KEEPER_ESP6,
	KEEPER_SA_MAP,
	KEEPER_NETCONF,                 /* listening: netconf.sock, for sshd's subsystem */
	KEEPER_LINE,                    /* to the keeper; end of file when it is gone */
	KEEPER_DESK,                    /* to the keeper, for the clerk: desk.h */
	KEEPER_SHELF,                   /* to the keeper, for boxes that translate: box.h */
	KEEPER_FD_END,
};

/* Runs until told to stop; returns the exit status. argv is the child's, too. */
int keeper_run(const struct options *o, char **argv);

/* In the child: become undumpable and die with the keeper. 0 or -errno. */
int keeper_child_init(void);
/* In the child: it works, so should it die it deserves to be started at once. */
void keeper_child_ready(void);
/* In the child: a connected vici socket, or -errno. Blocks for a second at most. */
int keeper_child_vici(int line);
/* In the child, when the line is readable and nothing was asked: is the keeper gone? */
bool keeper_child_orphaned(int line);

#endif
