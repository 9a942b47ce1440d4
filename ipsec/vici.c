/*
 * A client of charon's control socket: see vici.h.
 *
 * Commands have no number: the answers come in the order of the requests, and
 * charon may work on the requests of one connection at the same time. So one
 * is outstanding at a time and the others wait in a queue.
 */
#include "ipsec/vici.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>


#define LENGTH_BYTES 4
#define READ_CHUNK (64u << 10)
#define READ_MOST (128u << 10)   /* of one call: the rest comes with the next turn of the loop */

enum operation {
	CMD_REQUEST = 0,
	CMD_RESPONSE = 1,
	CMD_UNKNOWN = 2,
	EVENT_REGISTER = 3,
	EVENT_UNREGISTER = 4,
	EVENT_CONFIRM = 5,
	EVENT_UNKNOWN = 6,
	EVENT = 7,
};

struct request {
	struct request *next;
	struct gh_buf packet;
	vici_answer *answer;
	void *user;
};

struct vici {
	int fd;
	struct gh_buf in, out;
	vici_event *event;
	void *user;
	struct request *active;                 /* sent, not yet answered */
	struct request *first, **last;          /* waiting */
	bool closing;
};

/* ---- requests ---- */

static void request_free(struct request *q)
{
	gh_buf_fini(&q->packet);
	free(q);
}

/* Sends the next request when none is outstanding. */
static void advance(struct vici *v)
{
	struct request *q = v->first;

	if (v->active || !q)
		return;
	v->first = q->next;
	if (!v->first)
		v->last = &v->first;
	v->active = q;
	gh_buf_append(&v->out, gh_buf_begin(&q->packet), gh_buf_length(&q->packet));
	gh_buf_fini(&q->packet);
}

static void queue(struct vici *v, enum operation op, const char *name,
		  const struct gh_buf *message, vici_answer *answer, void *user)
{
	struct request *q = calloc(1, sizeof(*q));
	size_t n = strnlen(name, VICI_NAME_MAX), m = message ? gh_buf_length(message) : 0;
	uint32_t length = (uint32_t)(2 + n + m);
	uint8_t head[] = { (uint8_t)(length >> 24), (uint8_t)(length >> 16),
			   (uint8_t)(length >> 8), (uint8_t)length, (uint8_t)op, (uint8_t)n };

	if (v->closing) {
		free(q);
		return;
	}
	if (!q)
		abort();        /* as gh_buf does: the keeper starts us again */
	q->answer = answer;
	q->user = user;
	gh_buf_append(&q->packet, head, sizeof(head));
	gh_buf_append(&q->packet, name, n);
	if (m)
		gh_buf_append(&q->packet, gh_buf_begin(message), m);
	*v->last = q;
	v->last = &q->next;
	advance(v);
}

void vici_request(struct vici *v, const char *command, const struct gh_buf *message,
		  vici_answer *answer, void *user)
{
	queue(v, CMD_REQUEST, command, message, answer, user);
}

void vici_listen(struct vici *v, const char *event)
{
	queue(v, EVENT_REGISTER, event, NULL, NULL, NULL);
}

static void answered(struct vici *v, const struct vici_message *m)
{
	struct request *q = v->active;

	v->active = NULL;
	if (q->answer)
		q->answer(q->user, m);
	request_free(q);
	advance(v);
}

/* ---- the link ---- */

struct vici *vici_open(int fd, vici_event *event, void *user)
{
	struct vici *v = calloc(1, sizeof(*v));

	if (!v)
		abort();
	v->fd = fd;
	v->event = event;
	v->user = user;
	v->last = &v->first;
	return v;
}

void vici_close(struct vici *v)
{
	if (!v)
		return;
	v->closing = true;
	close(v->fd);
	while (v->active)
		answered(v, NULL);      /* and makes the next one active */
	gh_buf_fini(&v->in);
	gh_buf_fini(&v->out);
	free(v);
}

int vici_fd(const struct vici *v)
{
	return v->fd;
}

size_t vici_pending(const struct vici *v)
{
	return gh_buf_length(&v->out);
}

int vici_flush(struct vici *v)
{
	while (vici_pending(v)) {
		ssize_t n = send(v->fd, gh_buf_begin(&v->out), vici_pending(v),
				 MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n > 0)
			gh_buf_consume(&v->out, (size_t)n);
		else if (errno == EAGAIN)
			return 0;
		else if (errno != EINTR)
			return -errno;
	}
	gh_buf_fini(&v->out);   /* it may have held a secret */
	return 0;
}

static int handle_event(struct vici *v, const uint8_t *p, size_t length)
{
	char name[VICI_NAME_MAX + 1];
	struct vici_message m;
	size_t n;
	int rc;

	if (!length || length - 1 < p[0])
		return -EBADMSG;
	n = p[0];
	memcpy(name, p + 1, n);
	name[n] = '\0';
	rc = vici_message_check(p + 1 + n, length - 1 - n, &m);
	if (!rc)
		v->event(v->user, name, &m);
	return rc;
}

static int handle(struct vici *v, const uint8_t *p, size_t length)
{
	struct vici_message m;
	int rc;

	switch (p[0]) {
	case CMD_RESPONSE:
		rc = vici_message_check(p + 1, length - 1, &m);
		if (rc < 0 || !v->active)
			return -EBADMSG;
		answered(v, &m);
		return 0;
	case CMD_UNKNOWN:
	case EVENT_CONFIRM:
	case EVENT_UNKNOWN:
		if (!v->active)
			return -EBADMSG;
		answered(v, NULL);
		return 0;
	case EVENT:
		return handle_event(v, p + 1, length - 1);
	default:
		return -EBADMSG;
	}
}

/* Handles the packets that are whole. */
static int handle_all(struct vici *v)
{
	while (gh_buf_length(&v->in) >= LENGTH_BYTES) {
		const uint8_t *p = gh_buf_begin(&v->in);
		uint32_t length = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
				  (uint32_t)p[2] << 8 | p[3];
		int rc;

		if (!length || length > VICI_PACKET_MAX)
			return -EBADMSG;
		if (gh_buf_length(&v->in) - LENGTH_BYTES < length)
			return 0;
		rc = handle(v, p + LENGTH_BYTES, length);
		if (rc < 0)
			return rc;
		gh_buf_consume(&v->in, LENGTH_BYTES + length);
	}
	return 0;
}

int vici_receive(struct vici *v)
{
	for (size_t total = 0; total < READ_MOST;) {
		uint8_t *room = gh_buf_reserve(&v->in, READ_CHUNK);
		ssize_t n = recv(v->fd, room, READ_CHUNK, MSG_DONTWAIT);
		int rc;

		if (!n)
			return -ECONNRESET;
		if (n < 0 && errno == EAGAIN)
			return 0;
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		gh_buf_commit(&v->in, (size_t)n);
		total += (size_t)n;
		rc = handle_all(v);
		if (rc < 0)
			return rc;
	}
	return 0;
}
