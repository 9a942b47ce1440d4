/*
 * box - a network namespace that translates the packets of one connection
 *
 * ipsec/nat.h says what for, rib/box_rules.h what rules it has. Making one takes root,
 * and what conntrack holds in it must outlive the daemon: so the keeper makes
 * boxes and keeps them on a shelf, each under a key, and the daemon asks for
 * them by its own line (KEEPER_SHELF). The namespace has no name: it lives as
 * long as somebody holds the descriptors.
 *
 *   daemon -> keeper   'b' KEY   give me that box, made if need be
 *                      'd' KEY   drop it
 *                      's'       drop all that this daemon has not asked for
 *   keeper -> daemon   struct of an int (0: new, 1: was there, or -errno) and words;
 *                      with 0 and 1 the descriptors. 'd' and 's' have no answer.
 *
 * Ownership  the shelf owns its descriptors; what the daemon is given are copies.
 * Threads    the keeper's one; box_take: one thread of the daemon at a time,
 *            box_drop and box_sweep: any.
 * Errors     0 or -errno, and in words why.
 */
#ifndef GATEHOUSED_BOX_H
#define GATEHOUSED_BOX_H

#include <stdbool.h>
#include <stddef.h>

#define BOX_KEY_MAX 63
#define BOX_WHY_MAX 160

enum box_fd {
	BOX_TUN_INSIDE,
	BOX_TUN_OUTSIDE,
	BOX_NFT,                        /* netlink socket: nf_tables in the box */
	BOX_FDS,
};

/*
 * Makes a box; the calling thread is in its own namespace again afterwards.
 * Needs CAP_SYS_ADMIN and CAP_NET_ADMIN.
 */
int box_make(int fd[BOX_FDS], char why[BOX_WHY_MAX]);

/* ---- the keeper's side ---- */

struct box_shelf;

struct box_shelf *box_shelf_new(void);
void box_shelf_free(struct box_shelf *s);
/* A new daemon begins: it has asked for nothing yet. */
void box_shelf_rewind(struct box_shelf *s);
/* Serves one request; false: the line has ended. */
bool box_shelf_serve(struct box_shelf *s, int line);

/* ---- the daemon's side ---- */

/* Blocks for the few milliseconds that it takes. 0: it is new and has no rules yet; 1: it was there. */
int box_take(int line, const char *key, int fd[BOX_FDS], char why[BOX_WHY_MAX]);
void box_drop(int line, const char *key);
void box_sweep(int line);

#endif
