/*
 * support - the host as a support engineer wants to see it
 *
 * A part of `show tech-support gateway`: system, memory, settings of the
 * kernel that forwarding depends on, interfaces and their losses, our own
 * process and the guests. Nothing of the configuration, and nothing secret.
 *
 * Threads    the control thread; reads small files of /proc only.
 */
#ifndef GATEHOUSED_SUPPORT_H
#define GATEHOUSED_SUPPORT_H

#include "base/buf.h"

struct gateway;

void support_print(struct gateway *g, struct gh_buf *out);

#endif
