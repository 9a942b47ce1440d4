/*
 * kernel - gatehoused as charon's kernel_ipsec_t
 *
 * charon installs SAs here; they go into the table and from there to
 * gatehoused. Policies are accepted and not kept: gatehoused routes by its own
 * FIB and checks the selectors that come with each SA. charon does not time
 * SAs, so this does: soft expiry makes charon rekey, hard expiry delete.
 *
 * What is not ours is refused, so that a tunnel never comes up without a
 * datapath: AH, IPComp, BEET, and every algorithm that base/suite.h does not have.
 * UDP encapsulation or not is the connection's to say (`encap`).
 *
 * Ownership  kernel_ipsec_t as strongSwan has it; charon destroys it.
 * Threads    any of charon's.
 * Errors     status_t, with a line in the log.
 */
#ifndef GH_CHARON_KERNEL_H
#define GH_CHARON_KERNEL_H

#include <library.h>
#include <kernel/kernel_ipsec.h>

/* A kernel_ipsec_constructor_t. */
kernel_ipsec_t *gh_kernel_create(void);

/* The setting charon.plugins.gatehouse.run_dir, borrowed from charon's settings. */
const char *gh_run_dir(void);

#endif
