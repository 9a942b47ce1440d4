/*
 * replay - anti-replay window of an inbound SA (RFC 4303 3.4.3, RFC 6479)
 *
 * Ownership  struct replay_state lives in the SA map, so that it outlives the
 *            process; the rest in struct sa. Allocates nothing.
 * Threads    only the worker that owns the SA; `top` may be read by others.
 * Units      64-bit sequence numbers, host order; windows in packets.
 * Errors     false means drop; the caller counts it.
 */
#ifndef IPSEC_REPLAY_H
#define IPSEC_REPLAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define REPLAY_WINDOW_MIN 64
#define REPLAY_WINDOW_MAX 8192
#define REPLAY_WORDS_MAX 256

struct replay_state {
	_Atomic uint64_t top;                   /* highest number accepted */
	uint64_t bits[REPLAY_WORDS_MAX];        /* a ring: number n is bit n modulo its size */
};

struct replay {
	struct replay_state *state;
	uint32_t window;
	uint32_t mask;          /* words in use - 1; they hold the window and a word more */
};

/* The window is brought within its limits; the state is left as it is. */
void replay_init(struct replay *r, struct replay_state *state, uint32_t window);

/* The full number of the low half that a packet carries (RFC 4303 appendix A2); 0: none. */
uint64_t replay_extend(const struct replay *r, uint32_t low);

/* Would seq be accepted? Call before authentication; changes nothing. */
bool replay_check(const struct replay *r, uint64_t seq);

/* Takes an authenticated number; false if it came twice (check again: batches hold twins). */
bool replay_accept(struct replay *r, uint64_t seq);

#endif
