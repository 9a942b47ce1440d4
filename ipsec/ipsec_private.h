/*
 * ipsec_private - the datapath's own struct, for ipsec*.c
 *
 * Threads    the control thread; the workers see their own struct worker alone.
 */
#ifndef IPSEC_PRIVATE_H
#define IPSEC_PRIVATE_H

#include "ipsec/ipsec.h"
#include "ipsec/worker.h"

struct ipsec {
	struct tables tables;
	struct worker worker[WORKERS];
	int stop_fd, event_fd;
	bool snapshot;                  /* between begin and end */
	bool know_sas, know_routes;     /* the first snapshot_end, the first forward */

	/* By ipsec_tick. */
	unsigned ticks;
	uint64_t rounds[WORKERS];       /* as of the tick before */
	bool stuck[WORKERS];
	uint32_t flow_counts[WORKERS];
};

#endif
