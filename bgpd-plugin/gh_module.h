/*
 * module - gatehouse inside bgpd: loading, and standing aside
 *
 * bgpd loads it with `-M gatehouse[:RUNDIR]`; RUNDIR is gatehoused's run
 * directory, by default /run/gatehouse/gateway. A module that fails to load
 * makes bgpd exit, so this one never fails: in a bgpd that it was not built
 * for it disables itself, says so in the log and in `show gateway`, and bgpd
 * goes on without it.
 *
 * Threads    bgpd's main thread.
 */
#ifndef GH_MODULE_H
#define GH_MODULE_H

#include <stdbool.h>

#define GH_RUN_DIR "/run/gatehouse/gateway"

const char *gh_module_run_dir(void);

/* Why the module disabled itself, or NULL while it works. */
const char *gh_module_trouble(void);

/*
 * Compares the sizes of bgpd's structs, as far as bgpd has allocated some,
 * with those that this module was compiled for. On the first difference the
 * module disables itself and this is false for good.
 */
bool gh_module_fits(void);

#endif
