/*
 * The SA map: what survives a restart, whose state it is, and files that are
 * not ours.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <signal.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fact.h"
#include "ipsec/seqmap.h"

static struct seqmap_key make_key(uint8_t direction, uint32_t spi, const char *secret)
{
	struct seqmap_key key;

	memset(&key, 0, sizeof(key));
	key.direction = direction;
	key.spi = spi;
	seqmap_fingerprint((const uint8_t *)secret, strlen(secret), key.fingerprint);
	return key;
}

static struct seqmap_slot *claim(struct seqmap *m, const struct seqmap_key *key, bool wanted)
{
	struct seqmap_slot *slot;
	bool found;

	assert_int_equal(seqmap_claim(m, key, &slot, &found), 0);
	assert_true(found == wanted);
	return slot;
}

static void test_restart(void **state)
{
	struct seqmap_key a = make_key(GH_OUT, 300, "alpha"), b = make_key(GH_IN, 300, "alpha");
	int fd = memfd_create("map", 0);
	struct seqmap_slot *slot;
	struct seqmap m;

	(void)state;
	assert_int_equal(seqmap_open(&m, fd), 0);
	slot = claim(&m, &a, false);
	slot->sequence = 12345;
	slot = claim(&m, &b, false);
	slot->replay.top = 77;
	slot->replay.bits[3] = 5;
	seqmap_close(&m);
	assert_int_equal(seqmap_open(&m, fd), 0);
	assert_int_equal(claim(&m, &a, true)->sequence, 12345);
	slot = claim(&m, &b, true);
	assert_int_equal(slot->replay.top, 77);
	assert_int_equal(slot->replay.bits[3], 5);
	seqmap_close(&m);
	close(fd);
}

/* The same SPI under another key is another SA. */
static void test_reused_spi(void **state)
{
	struct seqmap_key a = make_key(GH_OUT, 300, "alpha"), b = make_key(GH_OUT, 300, "beta");
	int fd = memfd_create("map", 0);
	struct seqmap_slot *first, *second;
	struct seqmap m;

	(void)state;
	assert_int_equal(seqmap_open(&m, fd), 0);
	first = claim(&m, &a, false);
	first->sequence = 9;
	second = claim(&m, &b, false);
	assert_ptr_not_equal(first, second);
	assert_int_equal(second->sequence, 0);
	assert_true(seqmap_has(&m, first, &a));
	assert_false(seqmap_has(&m, first, &b));
	seqmap_close(&m);
	close(fd);
}

static void test_release_and_sweep(void **state)
{
	struct seqmap_key a = make_key(GH_OUT, 300, "alpha"), b = make_key(GH_OUT, 301, "beta");
	int fd = memfd_create("map", 0);
	struct seqmap_slot *slot;
	struct seqmap m;

	(void)state;
	assert_int_equal(seqmap_open(&m, fd), 0);
	slot = claim(&m, &a, false);
	slot->sequence = 5;
	claim(&m, &a, true);            /* set again before the first is gone */
	seqmap_release(&m, slot);
	assert_int_equal(claim(&m, &a, true)->sequence, 5);
	seqmap_release(&m, slot);
	seqmap_release(&m, slot);
	slot = claim(&m, &a, false);
	assert_int_equal(slot->sequence, 0);
	claim(&m, &b, false);
	seqmap_close(&m);

	assert_int_equal(seqmap_open(&m, fd), 0);
	claim(&m, &b, true);
	seqmap_sweep(&m);               /* a was not claimed by this process */
	claim(&m, &a, false);
	claim(&m, &b, true);
	seqmap_close(&m);
	close(fd);
}

static void test_full(void **state)
{
	int fd = memfd_create("map", 0);
	struct seqmap_slot *slot, *some = NULL;
	struct seqmap m;
	bool found;

	(void)state;
	assert_int_equal(seqmap_open(&m, fd), 0);
	for (uint32_t k = 0; k < SEQMAP_SLOTS; k++) {
		struct seqmap_key key = { .direction = GH_IN, .spi = k };

		assert_int_equal(seqmap_claim(&m, &key, &slot, &found), 0);
		if (k == 5000)
			some = slot;
	}
	assert_int_equal(seqmap_claim(&m, &(struct seqmap_key){ .direction = GH_OUT }, &slot,
				      &found), -ENOSPC);
	seqmap_release(&m, some);
	assert_int_equal(seqmap_claim(&m, &(struct seqmap_key){ .direction = GH_OUT }, &slot,
				      &found), 0);
	assert_ptr_equal(slot, some);
	seqmap_close(&m);
	close(fd);
}

/* Of another version, or cut off by a full disk: begun anew, never half believed. */
static void test_foreign_files(void **state)
{
	struct seqmap_key a = make_key(GH_OUT, 300, "alpha");
	int fd = memfd_create("map", 0);
	uint64_t bad = 0x1122334455667788;
	struct seqmap m;

	(void)state;
	assert_int_equal(write(fd, "hello", 5), 5);
	assert_int_equal(seqmap_open(&m, fd), 0);
	claim(&m, &a, false)->sequence = 7;
	seqmap_close(&m);
	assert_int_equal(pwrite(fd, &bad, sizeof(bad), 0), sizeof(bad));
	assert_int_equal(seqmap_open(&m, fd), 0);
	assert_false(seqmap_is_used(&m));
	assert_int_equal(claim(&m, &a, false)->sequence, 0);
	seqmap_close(&m);
	assert_int_equal(ftruncate(fd, 100000), 0);
	assert_int_equal(seqmap_open(&m, fd), 0);
	assert_false(seqmap_is_used(&m));
	seqmap_close(&m);
	close(fd);
	assert_int_equal(seqmap_open(&m, -1), -EBADF);
}

/* Killed in the middle of taking numbers: every number told is below what the map keeps. */
static void test_kill(void **state)
{
	struct seqmap_key a = make_key(GH_OUT, 300, "alpha");
	int fd = memfd_create("map", 0), told[2];
	uint64_t last = 0, next;
	struct seqmap m;
	int status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(told), 0);
	pid = fork();
	if (pid == 0) {
		struct seqmap_slot *slot;
		bool found;

		if (seqmap_open(&m, fd) || seqmap_claim(&m, &a, &slot, &found))
			_exit(1);
		for (;;) {
			next = atomic_fetch_add(&slot->sequence, 16) + 16;
			if (write(told[1], &next, sizeof(next)) != sizeof(next))
				_exit(1);
		}
	}
	for (unsigned k = 0; k < 1000; k++)
		assert_int_equal(read(told[0], &last, sizeof(last)), sizeof(last));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(told[1]);
	while (read(told[0], &next, sizeof(next)) == sizeof(next))
		last = next;
	assert_int_equal(seqmap_open(&m, fd), 0);
	assert_true(claim(&m, &a, true)->sequence >= last);
	seqmap_close(&m);
	close(told[0]);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_reused_spi),
		cmocka_unit_test(test_release_and_sweep),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_foreign_files),
		cmocka_unit_test(test_kill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
