/*
 * The desk: see desk.h.
 *
 * Texts go in memory files, as a packet has a limit. Only a sealed one is read:
 * no child can make the keeper wait for a pipe or read a file that changes.
 */
#include "gatehoused/desk.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fact.h"
#include "yang/startup.h"

#define ANSWER_MS 2000
#define SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* ---- packets with a descriptor ------------------------------------------- */

union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int))];
};

static int packet_send(int line, const void *bytes, size_t n, int fd)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = (void *)bytes, .iov_len = n };
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
	return sendmsg(line, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* Length; -errno; *fd is -1 when none came. */
static ssize_t packet_take(int line, void *bytes, size_t n, int *fd)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = bytes, .iov_len = n };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1, .msg_control = control.room,
			      .msg_controllen = sizeof(control.room) };
	ssize_t got = recvmsg(line, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c = got < 0 ? NULL : CMSG_FIRSTHDR(&msg);

	*fd = -1;
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return got < 0 ? -errno : got;
}

/* ---- memory files ---------------------------------------------------------- */

static int memory_make(const char *text, size_t n)
{
	int fd = memfd_create("gatehouse startup", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd < 0)
		return -errno;
	while (n) {
		ssize_t done = write(fd, text, n);

		if (done < 0) {
			int rc = -errno;

			close(fd);
			return rc;
		}
		text += done;
		n -= (size_t)done;
	}
	if (fcntl(fd, F_ADD_SEALS, SEALS) < 0) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int memory_read(int fd, struct gh_buf *text)
{
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);
	struct stat st;
	size_t at = 0;

	if (seals < 0 || (seals & SEALS) != SEALS || fstat(fd, &st) < 0 || st.st_size < 0 ||
	    st.st_size > (off_t)GH_FACT_BODY_MAX)
		return -EBADMSG;
	while (at < (size_t)st.st_size) {
		size_t left = (size_t)st.st_size - at;
		ssize_t n = pread(fd, gh_buf_reserve(text, left), left, (off_t)at);

		if (n <= 0)
			return -EIO;
		gh_buf_commit(text, (size_t)n);
		at += (size_t)n;
	}
	return 0;
}

/* ---- the keeper's side ------------------------------------------------------- */

static int get(const char *path)
{
	struct gh_buf text = { 0 }, why = { 0 };
	int rc = startup_read(path, &text, &why);

	if (!rc)
		rc = memory_make(gh_buf_text(&text), gh_buf_length(&text));
	gh_buf_fini(&text);
	gh_buf_fini(&why);
	return rc;
}

static int put(const char *path, int fd)
{
	struct gh_buf given = { 0 }, ours = { 0 }, why = { 0 };
	int rc = memory_read(fd, &given);

	if (!rc && strlen(gh_buf_text(&given)) != gh_buf_length(&given))
		rc = -EBADMSG;
	if (!rc) {
		startup_take(gh_buf_text(&given), &ours);
		rc = startup_write(path, gh_buf_text(&ours), &why);
	}
	gh_buf_fini(&given);
	gh_buf_fini(&ours);
	gh_buf_fini(&why);
	return rc;
}

bool desk_serve(int line, const char *path)
{
	char request;
	int fd, rc;
	ssize_t n = packet_take(line, &request, 1, &fd);
	int out = -1;

	if (n > 0) {
		rc = request == 'g' ? get(path) : request == 'p' ? put(path, fd) : -EINVAL;
		if (request == 'g' && rc >= 0) {
			out = rc;
			rc = 0;
		}
		packet_send(line, &rc, sizeof(rc), out);
	}
	if (out >= 0)
		close(out);
	if (fd >= 0)
		close(fd);
	return n > 0 || n == -EAGAIN;
}

/* ---- the child's side ----------------------------------------------------------- */

/* What came too late for an earlier question must not be taken for this one's answer. */
static void drop_late(int line)
{
	int rc, fd;

	while (packet_take(line, &rc, sizeof(rc), &fd) > 0)
		if (fd >= 0)
			close(fd);
}

static int ask(int line, char request, int give, int *got)
{
	struct pollfd here = { .fd = line, .events = POLLIN };
	int rc = 0;

	*got = -1;
	drop_late(line);
	rc = packet_send(line, &request, 1, give);
	if (rc)
		return rc;
	if (poll(&here, 1, ANSWER_MS) != 1)
		return -ETIMEDOUT;
	if (packet_take(line, &rc, sizeof(rc), got) != (ssize_t)sizeof(rc))
		return -EPIPE;
	return rc < 0 ? rc : 0;
}

int desk_read(void *self, struct gh_buf *text, struct gh_buf *why)
{
	int fd, rc = ask((int)(intptr_t)self, 'g', -1, &fd);

	if (!rc)
		rc = memory_read(fd, text);
	if (rc)
		gh_buf_printf(why, "the startup configuration cannot be read: %s", strerror(-rc));
	if (fd >= 0)
		close(fd);
	return rc;
}

int desk_write(void *self, const char *text, struct gh_buf *why)
{
	int give = memory_make(text, strlen(text)), fd = -1;
	int rc = give < 0 ? give : ask((int)(intptr_t)self, 'p', give, &fd);

	if (rc)
		gh_buf_printf(why, "the startup configuration cannot be written: %s; write memory"
			      " in vtysh does the same", strerror(-rc));
	if (give >= 0)
		close(give);
	if (fd >= 0)
		close(fd);
	return rc;
}
