/*
 * suspend - a vtysh that waits while bgpd goes on
 *
 * A handler that must wait for gatehoused calls gh_suspend and returns
 * CMD_SUSPEND; when the answer is there, it prints it and calls gh_resume with
 * the command's result. Meanwhile bgpd serves everything else, other vtysh
 * among it: a commit that takes seconds delays no BFD message and no route.
 *
 * Only for a vty of vtysh (gh_suspend_can): any other gets its prompt at once.
 * Nor for one with `| include …`, whose filter libfrr takes away again when the
 * handler returns.
 *
 * Ownership  from gh_suspend to gh_resume the vty lives: nothing reads its
 *            socket, so nothing sees that vtysh may have gone.
 * Threads    bgpd's main thread.
 */
#ifndef GH_SUSPEND_H
#define GH_SUSPEND_H

#include <stdbool.h>

struct vty;
struct gh_suspended;

bool gh_suspend_can(const struct vty *vty);
/* Call it in the handler, right before it returns CMD_SUSPEND. */
struct gh_suspended *gh_suspend(struct vty *vty);
/* Sends what was printed so far. False: nobody reads it any more. */
bool gh_suspend_flush(struct gh_suspended *s);
/* Sends what was printed and the result, a CMD_ code; frees s. */
void gh_resume(struct gh_suspended *s, int result);

#endif
