/*
 * The id map beside an array, and reclamation: a reader thread must never
 * see what was freed (run under the thread and address sanitizers).
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipsec/fwd.h"
#include "ipsec/idmap.h"

#define IDS 3000

static void test_beside_array(void **state)
{
	static void *wanted[IDS];
	static char objects[IDS];
	struct reclaim reclaim;
	struct idmap m;

	(void)state;
	srand(1);
	reclaim_init(&reclaim);
	idmap_init(&m, &reclaim);
	for (unsigned round = 0; round < 100000; round++) {
		uint32_t k = (uint32_t)rand() % IDS;
		uint32_t id = k * 0x10001u + (k ? 0 : UINT32_MAX);      /* the last id, too */
		void *value = rand() % 3 ? &objects[rand() % IDS] : NULL;

		assert_ptr_equal(idmap_find(&m, id), wanted[k]);
		assert_ptr_equal(idmap_set(&m, id, value), wanted[k]);
		wanted[k] = value;
	}
	idmap_fini(&m);
	reclaim_fini(&reclaim);
}

struct shared {
	struct reclaim reclaim;
	struct idmap map;
	struct fwd fwd;
	_Atomic bool stop;
};

struct object {
	uint32_t id;
};

static void *read_all(void *arg)
{
	struct shared *s = arg;
	const uint8_t address[4] = { 10, 1, 2, 3 };
	unsigned long bad = 0;

	while (!s->stop) {
		reclaim_online(&s->reclaim, 0);
		for (uint32_t id = 0; id < 100; id++) {
			const struct object *o = idmap_find(&s->map, id);

			bad += o && o->id != id;
		}
		bad += fwd_find(&s->fwd, AF_INET, address) > 2;
		reclaim_offline(&s->reclaim, 0);
	}
	return (void *)bad;
}

static void test_reader_sees_no_freed_object(void **state)
{
	struct shared *s = aligned_alloc(64, (sizeof(*s) + 63) & ~63ul);
	struct gh_prefix covering = { { AF_INET, { 10 } }, 8 };
	pthread_t thread;
	void *bad;

	(void)state;
	assert_non_null(s);
	reclaim_init(&s->reclaim);
	idmap_init(&s->map, &s->reclaim);
	fwd_init(&s->fwd, &s->reclaim);
	s->stop = false;
	fwd_set(&s->fwd, &covering, 1);         /* so that a match is always there */
	assert_int_equal(pthread_create(&thread, NULL, read_all, s), 0);
	for (unsigned round = 0; round < 30000; round++) {
		uint32_t id = (uint32_t)rand() % 100;
		struct object *o = rand() % 3 ? reclaim_alloc(sizeof(*o)) : NULL;
		struct gh_prefix p = { { AF_INET, { 10, 1, 2, 3 } }, (uint8_t)(9 + rand() % 24) };

		if (o)
			o->id = id;
		reclaim_retire(&s->reclaim, idmap_set(&s->map, id, o), free);
		gh_prefix_mask(&p);
		if (rand() & 1)
			fwd_set(&s->fwd, &p, 2);
		else
			fwd_del(&s->fwd, &p);
	}
	s->stop = true;
	assert_int_equal(pthread_join(thread, &bad), 0);
	assert_null(bad);
	for (uint32_t id = 0; id < 100; id++)
		reclaim_retire(&s->reclaim, idmap_set(&s->map, id, NULL), free);
	idmap_fini(&s->map);
	fwd_fini(&s->fwd);
	reclaim_fini(&s->reclaim);
	free(s);
}

static void count_free(void *object)
{
	++*(unsigned *)object;
}

static void test_waits_for_readers(void **state)
{
	struct reclaim r;
	unsigned freed = 0;

	(void)state;
	reclaim_init(&r);
	reclaim_online(&r, 3);
	reclaim_retire(&r, &freed, count_free);
	reclaim_collect(&r);
	assert_int_equal(freed, 0);
	reclaim_online(&r, 3);          /* a new round: holds nothing older */
	reclaim_collect(&r);
	assert_int_equal(freed, 1);
	reclaim_retire(&r, &freed, count_free);
	reclaim_offline(&r, 3);
	reclaim_collect(&r);
	assert_int_equal(freed, 2);
	reclaim_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_array),
		cmocka_unit_test(test_waits_for_readers),
		cmocka_unit_test(test_reader_sees_no_freed_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
