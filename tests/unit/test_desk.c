/* desk: the gateway's lines and no others, both ways; a child that asks wrongly. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "gatehoused/desk.h"

#define FRR "hostname x\npassword secret\n"
#define OURS "gateway\n asn 65010\n exit\n"

static char dir[64], path[80];
static int ours, keepers;
static pthread_t keeper;

static void *serve(void *arg)
{
	struct pollfd here = { .fd = keepers, .events = POLLIN };

	(void)arg;
	while (poll(&here, 1, -1) == 1 && desk_serve(keepers, path))
		;
	return NULL;
}

static void file_is(const char *text)
{
	char got[512];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, got, sizeof(got) - 1);

	close(fd);
	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, text);
}

static int setup(void **state)
{
	int pair[2], fd;

	(void)state;
	strcpy(dir, "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(dir));
	snprintf(path, sizeof(path), "%s/frr.conf", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0640);
	assert_int_equal(write(fd, FRR OURS, strlen(FRR OURS)), strlen(FRR OURS));
	close(fd);
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ours = pair[0];
	keepers = pair[1];
	return pthread_create(&keeper, NULL, serve, NULL);
}

static int teardown(void **state)
{
	(void)state;
	close(ours);
	pthread_join(keeper, NULL);
	close(keepers);
	unlink(path);
	return rmdir(dir);
}

static void *self(void)
{
	return (void *)(intptr_t)ours;
}

static void test_read_write(void **state)
{
	struct gh_buf text = { 0 }, why = { 0 };

	(void)state;
	assert_int_equal(desk_read(self(), &text, &why), 0);
	assert_string_equal(gh_buf_text(&text), OURS);
	assert_int_equal(desk_write(self(), "gateway\n asn 65011\n exit\n", &why), 0);
	file_is(FRR "gateway\n asn 65011\n exit\n");
	/* Lines that are not the gateway's go nowhere. */
	assert_int_equal(desk_write(self(), "log commands\ngateway\n mtu 1300\n exit\npassword x\n",
				    &why), 0);
	file_is(FRR "gateway\n mtu 1300\n exit\n");
	assert_int_equal(desk_write(self(), "", &why), 0);
	file_is(FRR);
	gh_buf_fini(&text);
	assert_int_equal(desk_read(self(), &text, &why), 0);
	assert_string_equal(gh_buf_text(&text), "");
	assert_int_equal(gh_buf_length(&why), 0);
	gh_buf_fini(&text);
}

static int answer_to(const void *request, size_t n, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)request, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	int rc = 0;

	if (fd >= 0) {
		struct cmsghdr *c;

		msg.msg_control = control.room;
		msg.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	assert_int_equal(sendmsg(ours, &msg, 0), n);
	assert_int_equal(recv(ours, &rc, sizeof(rc), 0), sizeof(rc));
	return rc;
}

static void test_wrong(void **state)
{
	int pipes[2], memory = memfd_create("x", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct gh_buf text = { 0 }, why = { 0 };

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	assert_int_equal(answer_to("?", 1, -1), -EINVAL);
	assert_int_equal(answer_to("x and more", 10, memory), -EINVAL);
	assert_int_equal(answer_to("p", 1, -1), -EBADMSG);
	assert_int_equal(answer_to("p", 1, pipes[0]), -EBADMSG);
	/* One that could still change under the keeper's hands. */
	assert_int_equal(answer_to("p", 1, memory), -EBADMSG);
	file_is(FRR OURS);
	/* And then it serves as before. */
	assert_int_equal(desk_read(self(), &text, &why), 0);
	assert_string_equal(gh_buf_text(&text), OURS);
	gh_buf_fini(&text);
	close(pipes[0]);
	close(pipes[1]);
	close(memory);
}

static void test_gone(void **state)
{
	struct gh_buf text = { 0 }, why = { 0 };

	(void)state;
	shutdown(keepers, SHUT_RDWR);
	assert_true(desk_read(self(), &text, &why) < 0);
	assert_true(desk_write(self(), OURS, &why) < 0);
	assert_non_null(strstr(gh_buf_text(&why), "write memory"));
	gh_buf_fini(&text);
	gh_buf_fini(&why);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read_write, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wrong, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
