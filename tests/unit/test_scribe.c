/*
 * scribe: lines in order and whole, from several threads; a reader that does not
 * read loses counted lines and holds nobody; the end and a crash write what was put.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/log.h"
#include "base/scribe.h"

#define THREADS 4
#define LINES 200                       /* of each: all fit into the ring */
#define FLOOD 3000

static int ends[2];
static char text[1 << 20];

static int setup(void **state)
{
	(void)state;
	return pipe(ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	return 0;
}

/* Closes our writing end, and reads to the end of the others'. */
static void read_all(void)
{
	size_t length = 0;
	ssize_t n;

	close(ends[1]);
	while ((n = read(ends[0], text + length, sizeof(text) - 1 - length)) > 0)
		length += (size_t)n;
	text[length] = '\0';
}

static void *put_lines(void *arg)
{
	int id = *(const int *)arg;

	for (int i = 0; i < LINES; i++)
		gh_info("thread %d line %d %.*s", id, i, i % 100, "....................................."
			"...............................................................");
	return NULL;
}

static void test_order(void **state)
{
	int ids[THREADS], next[THREADS] = { 0 }, count = 0;
	pthread_t threads[THREADS];

	(void)state;
	assert_int_equal(scribe_start(ends[1]), 0);
	for (int i = 0; i < THREADS; i++) {
		ids[i] = i;
		assert_int_equal(pthread_create(&threads[i], NULL, put_lines, &ids[i]), 0);
	}
	/* What fits into the pipe is written meanwhile, the rest when it is read. */
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	fcntl(ends[1], F_SETPIPE_SZ, sizeof(text) / 2);
	scribe_stop();
	scribe_stop();
	read_all();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"), count++) {
		int id, number, at = 0;

		assert_int_equal(sscanf(line, "<6>thread %d line %d %n", &id, &number, &at), 2);
		assert_int_equal(number, next[id]++);
		assert_int_equal(strspn(line + at, "."), number % 100);
		assert_int_equal(strlen(line + at), number % 100);
	}
	assert_int_equal(count, THREADS * LINES);
}

/* Nobody reads: the one who logs goes on, and what is lost is counted. */
static void test_full(void **state)
{
	unsigned kept = 0, lost = 0, errors = 0, n;
	int last = -1, number;

	(void)state;
	/* A page is less than the lines: the scribe stands in its write soon. */
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, 4096) >= 4096);
	assert_int_equal(scribe_start(ends[1]), 0);
	for (int i = 0; i < FLOOD; i++)
		gh_info("line %d ......................................................", i);
	gh_error("the reason");
	/* Room for all, so that the scribe comes to its end. */
	assert_true(fcntl(ends[1], F_SETPIPE_SZ, (int)sizeof(text) / 2) > 0);
	scribe_stop();
	read_all();
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "<6>line %d ", &number) == 1) {
			assert_true(number > last);
			last = number;
			kept++;
		} else if (sscanf(line, "<4>log: %u lines were lost", &n) == 1) {
			lost += n;
		} else {
			assert_string_equal(line, "<3>the reason");
			errors++;
		}
	}
	assert_int_equal(kept + lost, FLOOD);
	assert_true(lost > 0);
	assert_int_equal(errors, 1);
}

static void overlong(void)
{
	char line[600];

	memset(line, 'x', sizeof(line) - 1);
	line[sizeof(line) - 1] = '\0';
	gh_warning("%s", line);
}

static void test_long(void **state)
{
	(void)state;
	assert_int_equal(scribe_start(ends[1]), 0);
	overlong();
	gh_info("next");
	scribe_stop();
	read_all();
	assert_int_equal(strspn(text + 3, "x"), 511);
	assert_string_equal(text + 3 + 511, "\n<6>next\n");
}

enum death { BY_EXIT, BY_ABORT, BY_FAULT, BY_SIGNAL };

/* What a child says before it ends, and by which signal it ends. */
static int die(enum death death)
{
	const struct rlimit no_core = { 0, 0 };
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		setrlimit(RLIMIT_CORE, &no_core);
		dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
		/* Not the sanitizers' own handlers, nor the test's. */
		signal(SIGSEGV, SIG_DFL);
		signal(SIGABRT, SIG_DFL);
		if (scribe_start(ends[1]))
			_exit(9);
		for (int i = 0; i < 100; i++)
			gh_info("line %d", i);
		gh_error("the reason");
		if (death == BY_EXIT)
			exit(0);
		if (death == BY_ABORT)
			abort();
		if (death == BY_SIGNAL)
			raise(SIGSEGV);
		*(volatile char *)mmap(NULL, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) = 1;
		_exit(8);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	read_all();
	return WIFSIGNALED(status) ? WTERMSIG(status) : -WEXITSTATUS(status);
}

static void check_said(void)
{
	const char *end = strstr(text, "<6>line 99\n");

	assert_non_null(end);
	assert_string_equal(end, "<6>line 99\n<3>the reason\n");
}

static void test_exit(void **state)
{
	(void)state;
	assert_int_equal(die(BY_EXIT), 0);
	check_said();
}

static void test_abort(void **state)
{
	(void)state;
	assert_int_equal(die(BY_ABORT), SIGABRT);
	check_said();
}

static void test_fault(void **state)
{
	(void)state;
	assert_int_equal(die(BY_FAULT), SIGSEGV);
	check_said();
}

static void test_signal(void **state)
{
	(void)state;
	assert_int_equal(die(BY_SIGNAL), SIGSEGV);
	check_said();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full, setup, teardown),
		cmocka_unit_test_setup_teardown(test_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_exit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_abort, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fault, setup, teardown),
		cmocka_unit_test_setup_teardown(test_signal, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
