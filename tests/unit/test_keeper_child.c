/* keeper_child: answers in time, too late, and the keeper's end. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "gatehoused/keeper.h"

static int ours, keepers;

static int line_make(void **state)
{
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		return -1;
	ours = pair[0];
	keepers = pair[1];
	return 0;
}

static int line_close(void **state)
{
	(void)state;
	close(ours);
	close(keepers);
	return 0;
}

/* As the keeper does: an int, and with 0 a descriptor. */
static void say(int rc, int fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = &rc, .iov_len = sizeof(rc) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

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
	assert_int_equal(sendmsg(keepers, &msg, 0), sizeof(rc));
}

struct reply {
	int rc, fd;
};

static void *answer_one(void *arg)
{
	const struct reply *r = arg;
	char request;

	if (recv(keepers, &request, 1, 0) == 1 && request == 'v')
		say(r->rc, r->fd);
	return NULL;
}

static int ask(struct reply r)
{
	pthread_t thread;
	int rc;

	assert_int_equal(pthread_create(&thread, NULL, answer_one, &r), 0);
	rc = keeper_child_vici(ours);
	pthread_join(thread, NULL);
	return rc;
}

static void answers(void **state)
{
	int fd;

	(void)state;
	fd = ask((struct reply){ 0, keepers });
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(ask((struct reply){ -ECONNREFUSED, -1 }), -ECONNREFUSED);
	/* A keeper that says neither. */
	assert_int_equal(ask((struct reply){ 0, -1 }), -EIO);
}

/* An answer nobody waits for any more is neither the keeper's end nor the next one's. */
static void late(void **state)
{
	(void)state;
	assert_false(keeper_child_orphaned(ours));
	say(0, keepers);
	say(-ENOENT, -1);
	assert_false(keeper_child_orphaned(ours));
	say(0, keepers);
	assert_int_equal(ask((struct reply){ -ECONNREFUSED, -1 }), -ECONNREFUSED);
}

static void gone(void **state)
{
	(void)state;
	say(0, keepers);
	close(keepers);
	assert_true(keeper_child_orphaned(ours));
	assert_int_equal(keeper_child_vici(ours), -EPIPE);
	keepers = dup(ours);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers, line_make, line_close),
		cmocka_unit_test_setup_teardown(late, line_make, line_close),
		cmocka_unit_test_setup_teardown(gone, line_make, line_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
