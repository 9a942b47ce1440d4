/*
 * exposition - the gateway's state as Prometheus metrics (text format 0.0.4)
 *
 * One table says which value of the state (gatehouse-state.yang) is which
 * metric; a metric that is not in the table does not exist.
 *
 * Ownership  borrows the JSON.
 * Threads    pure functions.
 * Errors     -EBADMSG: that is no state of a gateway. Values that are absent
 *            or no numbers are left out.
 */
#ifndef METRICS_EXPOSITION_H
#define METRICS_EXPOSITION_H

#include <stddef.h>

#include "base/buf.h"

/* The longest state that is read: some 40,000 connections. */
#define EXPOSITION_STATE_MAX (64u << 20)

/* json: the answer to "state json", length bytes. */
int exposition_print(const char *json, size_t length, struct gh_buf *out);

/* The names in the table, index from 0; NULL at the end. For tests and documents. */
const char *exposition_name(size_t index);

#endif
