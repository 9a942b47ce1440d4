/*
 * The keeper's child's side: see keeper.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatehoused/keeper.h"

#define VICI_TIMEOUT_MS 1000

int keeper_child_init(void)
{
	static const struct rlimit no_core = { 0, 0 };

	/* Keys live in this process: no core file, no tracing by its own user. */
	if (prctl(PR_SET_DUMPABLE, 0) < 0 || setrlimit(RLIMIT_CORE, &no_core) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGTERM) < 0)
		return -errno;
	/* Where it was started as /proc/self/exe it would be called "exe". */
	prctl(PR_SET_NAME, "gatehoused");
	for (int fd = KEEPER_TUN; fd < KEEPER_FD_END; fd++) {
		if (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0)
			return -errno;
	}
	return 0;
}

void keeper_child_ready(void)
{
	(void)!send(KEEPER_LINE, "r", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* One answer, if it is there: a descriptor, or the keeper's -errno. -EPIPE: no keeper. */
static int answer_take(int line)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	int rc = -EIO, fd = -1;
	struct iovec iov = { .iov_base = &rc, .iov_len = sizeof(rc) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control.room, .msg_controllen = sizeof(control.room) };
	ssize_t n = recvmsg(line, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c;

	if (n <= 0)
		return n < 0 && errno == EAGAIN ? -ENOMSG : -EPIPE;
	c = CMSG_FIRSTHDR(&msg);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&fd, CMSG_DATA(c), sizeof(fd));
	if (fd >= 0)
		return fd;
	return n == sizeof(rc) && rc < 0 && rc != -EPIPE ? rc : -EIO;
}

bool keeper_child_orphaned(int line)
{
	int rc;

	/* An answer that came after its asker had given up. */
	do {
		rc = answer_take(line);
		if (rc >= 0)
			close(rc);
	} while (rc != -ENOMSG && rc != -EPIPE);
	return rc == -EPIPE;
}

int keeper_child_vici(int line)
{
	struct pollfd answer_here = { .fd = line, .events = POLLIN };

	/* A late answer must not be taken for this one's. */
	if (keeper_child_orphaned(line))
		return -EPIPE;
	if (send(line, "v", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return -errno;
	if (poll(&answer_here, 1, VICI_TIMEOUT_MS) != 1)
		return -ETIMEDOUT;
	return answer_take(line);
}
