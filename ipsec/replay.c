/*
 * The replay window: see replay.h.
 *
 * RFC 6479's ring of words: the window moves by clearing whole words ahead of
 * it instead of shifting all of its bits. The state survives kill -9 at any
 * instruction: the new top is stored before the words are cleared, so that a
 * half-done move can only refuse good packets, never accept old ones.
 */
#include "ipsec/replay.h"

#define WORD_BITS 64

static uint64_t top_of(const struct replay *r)
{
	return atomic_load_explicit(&r->state->top, memory_order_relaxed);
}

void replay_init(struct replay *r, struct replay_state *state, uint32_t window)
{
	uint32_t words = 2;

	if (window < REPLAY_WINDOW_MIN)
		window = REPLAY_WINDOW_MIN;
	if (window > REPLAY_WINDOW_MAX)
		window = REPLAY_WINDOW_MAX;
	while (words * WORD_BITS < window + WORD_BITS)
		words *= 2;
	r->state = state;
	r->window = window;
	r->mask = words - 1;
}

uint64_t replay_extend(const struct replay *r, uint32_t low)
{
	uint64_t top = top_of(r);
	uint32_t top_low = (uint32_t)top;
	uint32_t high = (uint32_t)(top >> 32);
	uint32_t bottom = top_low - r->window + 1;

	if (top_low >= r->window - 1) {         /* case A: the window lies in one subspace */
		if (low < bottom)
			high++;
	} else if (low >= bottom) {             /* case B: it began in the one before */
		if (high == 0)
			return 0;
		high--;
	}
	return (uint64_t)high << 32 | low;
}

static uint64_t *word_of(const struct replay *r, uint64_t seq)
{
	return &r->state->bits[(seq / WORD_BITS) & r->mask];
}

bool replay_check(const struct replay *r, uint64_t seq)
{
	uint64_t top = top_of(r);

	if (seq == 0)
		return false;
	if (seq > top)
		return true;
	if (top - seq >= r->window)
		return false;
	return !(*word_of(r, seq) >> (seq % WORD_BITS) & 1);
}

static void move_to(struct replay *r, uint64_t seq)
{
	uint64_t block = top_of(r) / WORD_BITS;
	uint64_t steps = seq / WORD_BITS - block;

	if (steps > (uint64_t)r->mask + 1)
		steps = (uint64_t)r->mask + 1;
	atomic_store_explicit(&r->state->top, seq, memory_order_relaxed);
	atomic_signal_fence(memory_order_seq_cst);
	for (uint64_t n = 0; n < steps; n++)
		r->state->bits[(seq / WORD_BITS - n) & r->mask] = 0;
}

bool replay_accept(struct replay *r, uint64_t seq)
{
	if (!replay_check(r, seq))
		return false;
	if (seq > top_of(r))
		move_to(r, seq);
	*word_of(r, seq) |= 1ull << (seq % WORD_BITS);
	return true;
}
