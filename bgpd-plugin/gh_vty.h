/*
 * vty - the gateway's commands
 *
 *	gh_vty.c          nodes, and the lines of configuration (line/NODE.h)
 *	gh_vty_operate.c  the candidate's operations, and those on running things
 *	gh_vty_show.c     show gateway …
 *
 * The three files are also what FRR's extract.pl reads to make vtysh know the
 * commands, and all that it reads. A new line of configuration is one LINE in
 * its node's file.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_VTY_H
#define GH_VTY_H

struct cmd_token;
struct gh_buf;

void gh_vty_init(void);
void gh_vty_operate_init(void);
void gh_vty_show_init(void);

/* Appends what was typed from word number `from` on, keywords in full. */
void gh_vty_words(struct gh_buf *out, int argc, struct cmd_token *argv[], int from);

#endif
