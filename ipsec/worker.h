/*
 * worker - the two threads of the datapath
 *
 * TX reads the TUN and sends ESP; RX receives UDP 4500 and writes the TUN.
 * Each runs to completion: a packet is never handed to another thread.
 *
 * Ownership  borrows tables and descriptors; owns its buffers.
 * Threads    worker_start and worker_stop: the control thread. A worker sleeps
 *            in poll and nowhere else.
 * Errors     0 or -errno.
 */
#ifndef IPSEC_WORKER_H
#define IPSEC_WORKER_H

#include <pthread.h>

#include "ipsec/inbound.h"
#include "ipsec/outbound.h"

#define WORKER_TX 0u            /* also their numbers as readers (reclaim.h) */
#define WORKER_RX 1u
#define WORKERS 2u

struct worker {
	unsigned number;
	pthread_t thread;
	bool running;
	int stop_fd;                    /* readable: stop */
	int go_fd;                      /* readable: begin; -1: at once */
	struct tables *tables;
	struct counters counters;
	_Atomic uint64_t rounds;        /* times that it woke */
	struct flows flows;
	struct event_ring events;
	struct outbound out;            /* TX */
	struct inbound in;              /* RX */
	int natt_fd[2];
	uint8_t *buffer;                /* TX: one read of the TUN; RX: struct udp_batch */
};

/* The longest sleep before it begins without a word on go_fd. */
#define WORKER_HOLD_MS 1000

/* Everything but thread, running and buffer is set by the caller. */
int worker_start(struct worker *w);
/* Joins; stop_fd must be readable. Safe on one that never started. */
void worker_stop(struct worker *w);

#endif
