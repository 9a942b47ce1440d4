/*
 * unbuilt - lines that the model has and that no part acts on yet
 *
 * A line that were taken and ignored would be worse than none.
 *
 * Ownership  none.
 * Threads    pure.
 * Errors     -ENOTSUP, what and what to do being appended to why.
 */
#ifndef GATEHOUSED_UNBUILT_H
#define GATEHOUSED_UNBUILT_H

#include "base/buf.h"
#include "yang/config.h"

/* 0: all that is configured is acted on. */
int unbuilt_check(const struct gw_config *to, struct gh_buf *why);

#endif
