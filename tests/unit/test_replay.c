/*
 * The replay window beside a naive one that remembers every number it saw.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/replay.h"

#define SEEN_MAX 200000

struct naive {
	uint64_t base;          /* seen[0] stands for this number */
	uint64_t top;
	uint32_t window;
	bool seen[SEEN_MAX];
};

static bool naive_accept(struct naive *n, uint64_t seq)
{
	if (seq == 0 || (seq <= n->top && n->top - seq >= n->window))
		return false;
	if (n->seen[seq - n->base])
		return false;
	n->seen[seq - n->base] = true;
	if (seq > n->top)
		n->top = seq;
	return true;
}

static uint64_t random_step(uint64_t top, uint32_t window)
{
	switch (rand() % 8) {
	case 0:
		return top + 1 + (uint64_t)(rand() % (2 * (int)window));        /* a jump */
	case 1:
	case 2:
		return top > window ? top - (uint64_t)(rand() % (int)(window + 10)) : top;
	case 3:
		return top;
	default:
		return top + (uint64_t)(rand() % 4);
	}
}

static void compare(uint64_t base, uint32_t window, unsigned rounds)
{
	static struct naive naive;
	static struct replay_state state;
	struct replay r;

	memset(&naive, 0, sizeof(naive));
	memset(&state, 0, sizeof(state));
	replay_init(&r, &state, window);
	naive.base = base;
	naive.window = window;
	assert_int_equal(r.window, window);
	for (unsigned k = 0; k < rounds; k++) {
		uint64_t seq = random_step(naive.top ? naive.top : base + window, window);
		bool wanted;

		if (seq - base >= SEEN_MAX)
			break;
		assert_true(replay_check(&r, seq) == replay_check(&r, seq));
		wanted = naive_accept(&naive, seq);
		assert_true(replay_check(&r, seq) == wanted);
		assert_true(replay_accept(&r, seq) == wanted);
		assert_false(replay_accept(&r, seq));
		assert_int_equal(state.top, naive.top);
	}
}

static void test_beside_naive(void **state)
{
	static const uint32_t windows[] = { 64, 65, 100, 128, 1000, 1024, 4096, 8191, 8192 };

	(void)state;
	srand(6479);
	for (unsigned k = 0; k < sizeof(windows) / sizeof(windows[0]); k++) {
		compare(0, windows[k], 20000);
		compare(0xffffff00ull, windows[k], 20000);      /* across 2^32 */
	}
}

static void test_limits(void **state)
{
	struct replay_state s = { 0 };
	struct replay r;

	(void)state;
	replay_init(&r, &s, 0);
	assert_int_equal(r.window, REPLAY_WINDOW_MIN);
	replay_init(&r, &s, 1 << 20);
	assert_int_equal(r.window, REPLAY_WINDOW_MAX);
	assert_true(r.mask < REPLAY_WORDS_MAX);
	assert_false(replay_check(&r, 0));
	assert_true(replay_accept(&r, UINT64_MAX));
	assert_false(replay_accept(&r, UINT64_MAX));
	assert_false(replay_accept(&r, 1));
}

/* RFC 4303 appendix A2.2: every true number near the top comes back from its low half. */
static void test_extend(void **state)
{
	static const uint64_t tops[] = {
		1, 500, 1023, 1024, 0x7fffffff, 0xfffffff0, 0xffffffff, 0x100000000,
		0x100000005, 0x1000003ff, 0x1fffffffe, 0x5123456789,
	};
	struct replay_state s = { 0 };
	struct replay r;

	(void)state;
	replay_init(&r, &s, 1024);
	for (unsigned k = 0; k < sizeof(tops) / sizeof(tops[0]); k++) {
		s.top = tops[k];
		for (int d = -1023; d < 5000; d++) {
			uint64_t seq = tops[k] + (uint64_t)(int64_t)d;

			if (d < 0 && tops[k] < (uint64_t)-d)
				continue;
			assert_int_equal(replay_extend(&r, (uint32_t)seq), seq);
		}
	}
	s.top = 10;
	assert_int_equal(replay_extend(&r, 0xfffffff0), 0);     /* before the first number */
}

/* The process may die right after the new top was stored: nothing old gets in. */
static void test_killed_while_moving(void **state)
{
	struct replay_state s = { 0 };
	struct replay r;

	(void)state;
	replay_init(&r, &s, 128);
	for (uint64_t seq = 1; seq <= 1000; seq++)
		assert_true(replay_accept(&r, seq));
	s.top = 1150;           /* as move_to leaves it when killed before the clearing */
	for (uint64_t seq = 1; seq <= 1000; seq++)
		assert_false(replay_check(&r, seq));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_naive),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_extend),
		cmocka_unit_test(test_killed_while_moving),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
