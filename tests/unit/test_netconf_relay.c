/* gatehouse-netconf, the program: who it says the client is, bytes both ways, and the end. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define MUCH (512u << 10)

static char dir[] = "/tmp/gh-test.XXXXXX", path[64];
static int daemon_side, to_relay, from_relay;
static pid_t relay;

static void run_relay(int in, int out)
{
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	for (int fd = 3; fd < 20; fd++)
		close(fd);
	setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 830", 1);
	execl("./gatehouse-netconf", "gatehouse-netconf", "-s", path, NULL);
	_exit(127);
}

static int setup(void **state)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), in[2], out[2];

	(void)state;
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/s", dir);
	strcpy(sun.sun_path, path);
	assert_int_equal(bind(listener, (struct sockaddr *)&sun, sizeof(sun)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	relay = fork();
	if (!relay)
		run_relay(in[0], out[1]);
	close(in[0]);
	close(out[1]);
	to_relay = in[1];
	from_relay = out[0];
	daemon_side = accept(listener, NULL, NULL);
	assert_true(daemon_side >= 0);
	close(listener);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(dir);
}

static int relay_status(void)
{
	int status;

	assert_int_equal(waitpid(relay, &status, 0), relay);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void read_all(int fd, char *to, size_t length)
{
	for (size_t at = 0; at < length;) {
		ssize_t n = read(fd, to + at, length - at);

		assert_true(n > 0);
		at += (size_t)n;
	}
}

/* Writes while the other end reads, each more than all buffers on the way hold. */
static void carry(int in, int out)
{
	char *sent = malloc(MUCH), *got = malloc(MUCH);
	pid_t writer;

	for (size_t i = 0; i < MUCH; i++)
		sent[i] = (char)(i * 7 + i / 251);
	writer = fork();
	if (!writer) {
		for (size_t at = 0; at < MUCH;) {
			ssize_t n = write(in, sent + at, MUCH - at);

			if (n <= 0)
				_exit(1);
			at += (size_t)n;
		}
		_exit(0);
	}
	read_all(out, got, MUCH);
	assert_memory_equal(sent, got, MUCH);
	waitpid(writer, NULL, 0);
	free(sent);
	free(got);
}

static void test_client_ends(void **state)
{
	char line[15], byte;

	(void)state;
	read_all(daemon_side, line, 15);
	assert_memory_equal(line, "from 192.0.2.7\n", 15);
	carry(to_relay, daemon_side);
	carry(daemon_side, from_relay);
	close(to_relay);
	assert_int_equal(read(daemon_side, &byte, 1), 0);
	/* What the daemon still says arrives. */
	assert_int_equal(write(daemon_side, "x", 1), 1);
	close(daemon_side);
	read_all(from_relay, &byte, 1);
	assert_int_equal(read(from_relay, &byte, 1), 0);
	assert_int_equal(relay_status(), 0);
	close(from_relay);
}

static void test_daemon_ends(void **state)
{
	char byte;

	(void)state;
	close(daemon_side);
	assert_int_equal(read(from_relay, &byte, 1), 0);
	relay_status();
	close(to_relay);
	close(from_relay);
}

static void test_no_daemon(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/nonexistent/s");
	relay = fork();
	if (!relay) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDERR_FILENO);
		run_relay(null, null);
	}
	assert_int_equal(relay_status(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_client_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_daemon_ends, setup, teardown),
		cmocka_unit_test(test_no_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
