/*
 * worker - the threads of the datapath
 *
 * TX reads the TUN and sends ESP; RX receives UDP 4500 and protocol 50 and writes
 * the TUN.
 * Each runs to completion: a packet is never handed to another thread. NAT
 * does both for what comes out of the boxes that translate (nat.h); it runs from
 * the first of them on.
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
#define WORKER_NAT 2u
#define WORKERS 3u

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
	struct outbound out;            /* TX, NAT */
	struct inbound in;              /* RX */
	int natt_fd[2], esp_fd[2];
	int tun_fd;                     /* NAT: for what was translated inwards */
	int ways_fd;                    /* NAT: epoll over stop_fd and the boxes' ends */
	uint8_t *buffer;                /* TX, NAT: one read of a TUN; RX: struct udp_batch */
};

/* The longest sleep before it begins without a word on go_fd. */
#define WORKER_HOLD_MS 1000

/* What ways_fd tells of an end of a box; 0: stop_fd. */
#define WORKER_WAY(leg, outside) ((uint64_t)(leg) << 1 | (uint64_t)(outside) | WORKER_WAY_SET)
#define WORKER_WAY_SET (1ull << 63)

/* Everything but thread, running and buffer is set by the caller. */
int worker_start(struct worker *w);
/* Joins; stop_fd must be readable. Safe on one that never started. */
void worker_stop(struct worker *w);

#endif
