/*
 * vty - the gateway's commands
 *
 * gh_vty.c is also what FRR's extract.pl reads to make vtysh know them, and
 * the only file it reads: each command of the gateway stands there.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_VTY_H
#define GH_VTY_H

void gh_vty_init(void);

#endif
