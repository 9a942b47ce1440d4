/*
 * The keeper's boxes, and how the daemon asks for them: see box.h.
 */
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "gatehoused/nat/box.h"

#define ANSWER_MS 5000          /* the kernel's lock may be held for long */

struct shelved {
	struct shelved *next;
	char key[BOX_KEY_MAX + 1];
	bool claimed;                   /* by the daemon that runs now */
	int fd[BOX_FDS];
};

struct box_shelf {
	struct shelved *first;
};

struct answer {
	int rc;
	char why[BOX_WHY_MAX];
};

/* ---- the keeper's side ------------------------------------------------- */

struct box_shelf *box_shelf_new(void)
{
	return calloc(1, sizeof(struct box_shelf));
}

static void take_down(struct shelved **at)
{
	struct shelved *b = *at;

	*at = b->next;
	for (unsigned i = 0; i < BOX_FDS; i++)
		close(b->fd[i]);
	free(b);
}

void box_shelf_free(struct box_shelf *s)
{
	while (s && s->first)
		take_down(&s->first);
	free(s);
}

void box_shelf_rewind(struct box_shelf *s)
{
	for (struct shelved *b = s->first; b; b = b->next)
		b->claimed = false;
}

static struct shelved **place(struct box_shelf *s, const char *key)
{
	struct shelved **at = &s->first;

	while (*at && strcmp((*at)->key, key))
		at = &(*at)->next;
	return at;
}

static void reply(int line, const struct answer *a, const int fd[BOX_FDS])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(BOX_FDS * sizeof(int))];
	} control = { 0 };
	struct iovec iov = { .iov_base = (void *)(uintptr_t)a, .iov_len = sizeof(*a) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (fd) {
		struct cmsghdr *c;

		msg.msg_control = control.room;
		msg.msg_controllen = sizeof(control.room);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(BOX_FDS * sizeof(int));
		memcpy(CMSG_DATA(c), fd, BOX_FDS * sizeof(int));
	}
	(void)!sendmsg(line, &msg, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void give(struct box_shelf *s, int line, const char *key)
{
	struct shelved **at = place(s, key), *b = *at;
	struct answer a = { .rc = b != NULL };

	if (!b) {
		b = calloc(1, sizeof(*b));
		if (!b)
			abort();
		snprintf(b->key, sizeof(b->key), "%s", key);
		a.rc = box_make(b->fd, a.why);
		if (a.rc) {
			free(b);
			reply(line, &a, NULL);
			return;
		}
		*at = b;
	}
	b->claimed = true;
	reply(line, &a, b->fd);
}

static void sweep(struct box_shelf *s)
{
	for (struct shelved **at = &s->first; *at;) {
		if ((*at)->claimed)
			at = &(*at)->next;
		else
			take_down(at);
	}
}

bool box_shelf_serve(struct box_shelf *s, int line)
{
	char request[BOX_KEY_MAX + 2];
	ssize_t n = recv(line, request, sizeof(request) - 1, MSG_DONTWAIT);
	struct shelved **at;

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	request[n] = '\0';
	switch (request[0]) {
	case 'b':
		give(s, line, request + 1);
		break;
	case 'd':
		at = place(s, request + 1);
		if (*at)
			take_down(at);
		break;
	case 's':
		sweep(s);
		break;
	default:
		gh_warning("box: the daemon asked for something unknown, '%c'", request[0]);
	}
	return true;
}

/* ---- the daemon's side ------------------------------------------------- */

static int ask(int line, char what, const char *key)
{
	char request[BOX_KEY_MAX + 2];
	int length = snprintf(request, sizeof(request), "%c%s", what, key);

	if (length >= (int)sizeof(request))
		return -ENAMETOOLONG;
	return send(line, request, (size_t)length, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

/* The answer, with or without descriptors. */
static int answer_take(int line, struct answer *a, int fd[BOX_FDS])
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(BOX_FDS * sizeof(int))];
	} control;
	struct iovec iov = { .iov_base = a, .iov_len = sizeof(*a) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1,
			      .msg_control = control.room, .msg_controllen = sizeof(control.room) };
	ssize_t n = recvmsg(line, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	struct cmsghdr *c;

	if (n < 0)
		return -errno;
	if (n != sizeof(*a))
		return n ? -EIO : -EPIPE;
	a->why[sizeof(a->why) - 1] = '\0';
	c = CMSG_FIRSTHDR(&msg);
	if (a->rc < 0)
		return a->rc;
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(BOX_FDS * sizeof(int)))
		return -EIO;
	memcpy(fd, CMSG_DATA(c), BOX_FDS * sizeof(int));
	return a->rc;
}

/* Answers that came after their asker had given up. */
static void forget_late(int line)
{
	struct answer a;
	int fd[BOX_FDS], rc;

	do {
		rc = answer_take(line, &a, fd);
		for (unsigned i = 0; rc >= 0 && i < BOX_FDS; i++)
			close(fd[i]);
	} while (rc != -EAGAIN && rc != -EPIPE);
}

int box_take(int line, const char *key, int fd[BOX_FDS], char why[BOX_WHY_MAX])
{
	struct pollfd here = { .fd = line, .events = POLLIN };
	struct answer a = { 0 };
	int rc;

	forget_late(line);
	rc = ask(line, 'b', key);
	if (!rc && poll(&here, 1, ANSWER_MS) != 1)
		rc = -ETIMEDOUT;
	if (!rc)
		rc = answer_take(line, &a, fd);
	if (rc >= 0)
		return rc;
	snprintf(why, BOX_WHY_MAX, "%s", a.why[0] ? a.why : "");
	if (!why[0])
		snprintf(why, BOX_WHY_MAX, "the keeper does not answer: %s", strerror(-rc));
	return rc;
}

void box_drop(int line, const char *key)
{
	ask(line, 'd', key);
}

void box_sweep(int line)
{
	ask(line, 's', "");
}
