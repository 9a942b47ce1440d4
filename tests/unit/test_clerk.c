/* clerk: jobs in order, done on the loop in order, the end runs what was given. */
#include <ev.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/clerk.h"

#define JOBS 1000

struct job {
	struct clerk_job job;
	int number;
};

static struct clerk *clerk;
static struct ev_loop *loop;
static pthread_t here;
static int ran, done_count;
static bool elsewhere;

static void run(struct clerk_job *job)
{
	assert_int_equal(((struct job *)job)->number, ran);
	elsewhere = !pthread_equal(pthread_self(), here);
	ran++;
}

static void done(struct clerk_job *job)
{
	assert_int_equal(((struct job *)job)->number, done_count);
	assert_true(pthread_equal(pthread_self(), here));
	done_count++;
	free(job);
}

static void free_in_run(struct clerk_job *job)
{
	ran++;
	free(job);
}

static void submit(int number, void (*r)(struct clerk_job *), void (*d)(struct clerk_job *))
{
	struct job *job = calloc(1, sizeof(*job));

	assert_non_null(job);
	*job = (struct job){ .job = { .run = r, .done = d }, .number = number };
	clerk_submit(clerk, &job->job);
}

static int setup(void **state)
{
	(void)state;
	here = pthread_self();
	ran = done_count = 0;
	return 0;
}

static void test_order(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	clerk = clerk_new(loop, "test", 5);
	/* The clerk alone does not keep a loop running. */
	ev_run(loop, 0);
	for (int i = 0; i < JOBS; i++)
		submit(i, run, done);
	while (done_count < JOBS)
		ev_run(loop, EVRUN_ONCE);
	assert_int_equal(ran, JOBS);
	assert_true(elsewhere);
	clerk_free(clerk);
	ev_loop_destroy(loop);
}

static void test_end(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	clerk = clerk_new(loop, "test", 5);
	for (int i = 0; i < JOBS; i++)
		submit(i, free_in_run, NULL);
	clerk_free(clerk);
	assert_int_equal(ran, JOBS);
	ev_loop_destroy(loop);
}

/* What was given before the loop runs is done, and more can follow. */
static void test_wait(void **state)
{
	(void)state;
	loop = ev_loop_new(0);
	clerk = clerk_new(loop, "test", 0);
	clerk_wait(clerk);
	for (int i = 0; i < JOBS; i++)
		submit(i, run, done);
	clerk_wait(clerk);
	assert_int_equal(ran, JOBS);
	assert_int_equal(done_count, JOBS);
	submit(JOBS, run, done);
	while (done_count <= JOBS)
		ev_run(loop, EVRUN_ONCE);
	for (int i = 0; i < JOBS; i++)
		submit(i, free_in_run, NULL);
	clerk_wait(clerk);
	assert_int_equal(ran, 2 * JOBS + 1);
	clerk_free(clerk);
	ev_loop_destroy(loop);
}

static void test_without_loop(void **state)
{
	(void)state;
	clerk = clerk_new(NULL, "test", 5);
	for (int i = 0; i < 3; i++) {
		submit(i, run, done);
		assert_int_equal(done_count, i + 1);
	}
	assert_false(elsewhere);
	clerk_wait(clerk);
	submit(3, free_in_run, NULL);
	assert_int_equal(ran, 4);
	clerk_free(clerk);
	clerk_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_order, setup),
		cmocka_unit_test_setup(test_end, setup),
		cmocka_unit_test_setup(test_wait, setup),
		cmocka_unit_test_setup(test_without_loop, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
