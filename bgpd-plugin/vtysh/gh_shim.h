/*
 * shim - the gateway's commands in the stock vtysh
 *
 * Stock vtysh knows the commands it was compiled with. This library, preloaded
 * by the wrapper gatehouse-vtysh, adds ours when vtysh calls the (empty)
 * vty_init_vtysh() of libfrr. vtysh itself stays as it is installed.
 *
 * In a vtysh of another FRR version it does nothing and says so; every symbol
 * it needs of vtysh and libfrr is bound when first called, so it cannot keep
 * vtysh from starting.
 */
#ifndef GH_SHIM_H
#define GH_SHIM_H

/* Made by FRR's extract.pl from gh_vty.c: installs what bgpd executes. */
void gh_shim_commands(void);

#endif
