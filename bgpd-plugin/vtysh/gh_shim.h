/*
 * shim - the gateway's commands in the stock vtysh
 *
 *	gh_shim.c          the nodes, and what is preloaded in the place of libfrr's
 *	gh_shim_file.c     files and reloads, and the exit status after them
 *	gh_shim_hint.c     what was expected where a line is not understood
 *	gh_shim_support.c  show tech-support gateway
 *
 * Stock vtysh knows the commands it was compiled with. This library, preloaded
 * by the wrapper gatehouse-vtysh, adds ours when vtysh calls the (empty)
 * vty_init_vtysh() of libfrr. vtysh itself stays as it is installed.
 *
 * In a vtysh of another FRR version it does nothing and says so; every symbol
 * it needs of vtysh and libfrr is bound when first called, so it cannot keep
 * vtysh from starting.
 *
 * Threads    vtysh has one.
 */
#ifndef GH_SHIM_H
#define GH_SHIM_H

struct vty;

/* Made by FRR's extract.pl from the module's commands: installs what bgpd executes. */
void gh_shim_commands(void);

/* A file has a line of ours: bgpd shall be told of its end. */
void gh_shim_file_concerns_us(void);
/* About to execute this command. */
void gh_shim_file_watch(const char *cmd);

/* The result of a command, CMD_ code. */
void gh_shim_hint(struct vty *vty, const char *cmd, int result);

void gh_shim_support_init(void);

#endif
