/*
 * asker - asks gatehoused for its state, over facts.sock
 *
 * One question a connection: nothing is kept between two scrapes, so that
 * either side may be restarted at any time.
 *
 * Ownership  the caller's buffers.
 * Threads    any; blocks for at most timeout_ms.
 * Errors     -errno with words for the reader of the metrics.
 */
#ifndef METRICS_ASKER_H
#define METRICS_ASKER_H

#include "base/buf.h"

/* Appends the answer to `words` ("state json"). limit: bytes of it at most. */
int asker_ask(const char *socket_path, const char *words, unsigned timeout_ms, size_t limit,
	      struct gh_buf *answer, struct gh_buf *why);

#endif
