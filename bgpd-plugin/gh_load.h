/*
 * load - lines that come as a file, taken over as one
 *
 * A file begins and ends with two hidden commands of vtysh; between them the
 * gateway's lines are collected. Our vtysh says in time what kind of file it
 * was (XGATEHOUSE_load), so that a refusal becomes its exit status; a vtysh
 * without the shim does not, and the file then ends with vtysh's own mark.
 *
 * A reload (frr-reload.py) takes single lines away, then reads a file with
 * those to add, and knows no nodes of ours. So our vtysh gives it each line
 * with its node, as `gateway line connection paris / weight 20`; what it takes
 * away is kept until its file ends, or until it looks again, and all of it is
 * one transaction.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_LOAD_H
#define GH_LOAD_H

#include <stdbool.h>

struct vty;

void gh_load_init(void);
/* bgpd has read its own file. */
void gh_load_startup_done(void);

/* Is a file being read by this vty? Then the line is taken. */
bool gh_load_line(struct vty *vty, const char *context, const char *line);

/* The file ends: 'b'oot, 'm'erge, or the 'r'est of a reload. Returns a CMD_ code. */
int gh_load_finish(struct vty *vty, char kind);

/* A line with its node, to be added or to be taken away. Returns a CMD_ code. */
int gh_load_flat(struct vty *vty, const char *words);
int gh_load_flat_removed(const char *words);

#endif
