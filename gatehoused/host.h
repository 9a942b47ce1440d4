/*
 * host - what this host says of itself to the checks of meaning
 *
 * Interfaces, their subnets and MTUs as the kernel has them now.
 *
 * Threads    any: the clerk asks. The kernel answers any thread; our monitor
 *            of links is the loop's alone.
 * Errors     what cannot be found out counts as fine.
 */
#ifndef GATEHOUSED_HOST_H
#define GATEHOUSED_HOST_H

#include "yang/meaning.h"

extern const struct meaning_host host_meaning;

#endif
