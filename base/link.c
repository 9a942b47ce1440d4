/*
 * Facts over a Unix stream socket: see link.h.
 *
 * A stream and not SEQPACKET: a snapshot of a million paths leaves in writes
 * of many facts each, and no fact is bounded by a socket buffer.
 */
#include "base/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define READ_CHUNK (64u << 10)
#define READ_MOST (1u << 20)

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

void gh_link_init(struct gh_link *l, int fd, enum gh_role self, const char *software)
{
	struct gh_fact f = { .type = GH_HELLO };

	*l = (struct gh_link){ .fd = fd };
	f.hello.version = GH_FACT_VERSION;
	f.hello.role = self;
	f.hello.pid = (uint32_t)getpid();
	snprintf(f.hello.software, sizeof(f.hello.software), "%s", software);
	gh_link_send(l, &f);
}

void gh_link_fini(struct gh_link *l)
{
	if (l->fd >= 0)
		close(l->fd);
	gh_buf_fini(&l->in);
	gh_buf_fini(&l->out);
	l->fd = -1;
	l->borrowed = 0;
	l->greeted = false;
}

static int unix_address(const char *path, struct sockaddr_un *sun)
{
	*sun = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if (strlen(path) >= sizeof(sun->sun_path))
		return -ENAMETOOLONG;
	memcpy(sun->sun_path, path, strlen(path) + 1);
	return 0;
}

int gh_link_connect(const char *path)
{
	struct sockaddr_un sun;
	int fd, rc = unix_address(path, &sun);

	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

int gh_link_listen(const char *path, unsigned mode)
{
	struct sockaddr_un sun;
	int fd, rc = unix_address(path, &sun);

	if (rc < 0)
		return rc;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(path);
	if (bind(fd, (struct sockaddr *)&sun, sizeof(sun)) < 0 || chmod(path, mode) < 0 ||
	    listen(fd, 16) < 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

/* The fact handed out last is no longer borrowed once the host comes back; it may hold a key. */
static void release(struct gh_link *l)
{
	if (l->borrowed)
		explicit_bzero(gh_buf_begin(&l->in), l->borrowed);
	gh_buf_consume(&l->in, l->borrowed);
	l->borrowed = 0;
}

int gh_link_receive(struct gh_link *l)
{
	size_t total = 0;

	release(l);
	while (total < READ_MOST) {
		uint8_t *room = gh_buf_reserve(&l->in, READ_CHUNK);
		ssize_t n = recv(l->fd, room, READ_CHUNK, 0);

		if (n > 0) {
			gh_buf_commit(&l->in, (size_t)n);
			total += (size_t)n;
			if ((size_t)n < READ_CHUNK)
				return 0;
		} else if (!n) {
			/* What came before the end is still to be read by the host. */
			return total ? 0 : -ECONNRESET;
		} else if (errno == EAGAIN) {
			return 0;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}

static int refuse(struct gh_link *l, const char *what, uint16_t type)
{
	snprintf(l->why, sizeof(l->why), "%s (type %u, %s)", what, type, gh_fact_name(type));
	return -EBADMSG;
}

static int greet(struct gh_link *l, const struct gh_fact *f)
{
	if (!l->greeted && f->type != GH_HELLO)
		return refuse(l, "a message came before HELLO", (uint16_t)f->type);
	if (f->type != GH_HELLO)
		return 1;
	if (l->greeted)
		return refuse(l, "HELLO came twice", GH_HELLO);
	if (f->hello.version != GH_FACT_VERSION)
		return refuse(l, "the other side speaks another version: install one version of all parts", GH_HELLO);
	l->peer = f->hello;
	l->greeted = true;
	return 1;
}

int gh_link_next(struct gh_link *l, struct gh_fact *out)
{
	const uint8_t *p;
	uint32_t length;
	uint16_t type;

	release(l);
	if (gh_buf_length(&l->in) < GH_FACT_HEADER)
		return 0;
	p = gh_buf_begin(&l->in);
	length = be32(p);
	type = (uint16_t)(p[4] << 8 | p[5]);
	if (p[6] || p[7] || length > GH_FACT_BODY_MAX)
		return refuse(l, "not a message header", type);
	if (gh_buf_length(&l->in) - GH_FACT_HEADER < length)
		return 0;
	if (gh_fact_decode(type, p + GH_FACT_HEADER, length, out) < 0)
		return refuse(l, "a malformed message", type);
	l->borrowed = GH_FACT_HEADER + length;
	return greet(l, out);
}

void gh_link_send(struct gh_link *l, const struct gh_fact *fact)
{
	gh_fact_encode(fact, &l->out);
}

int gh_link_flush(struct gh_link *l)
{
	while (gh_link_pending(l)) {
		ssize_t n = send(l->fd, gh_buf_begin(&l->out), gh_link_pending(l),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0) {
			explicit_bzero(gh_buf_begin(&l->out), (size_t)n);
			gh_buf_consume(&l->out, (size_t)n);
		} else if (errno == EAGAIN) {
			return 0;
		} else if (errno != EINTR) {
			return -errno;
		}
	}
	return 0;
}
