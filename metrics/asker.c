/* A question to gatehoused: see asker.h. */
#include "metrics/asker.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/link.h"
#include "gh-config.h"

#define QUESTION 1u

/* One fact. 1: the answer is whole; 0: go on; -errno. */
static int take(const struct gh_fact *f, size_t limit, struct gh_buf *answer, struct gh_buf *why)
{
	if (f->type != GH_REPLY || f->reply.id != QUESTION)
		return 0;
	if (f->reply.status) {
		gh_buf_printf(why, "gatehoused refused: %.*s", (int)f->reply.text_length, f->reply.text);
		return -EREMOTEIO;
	}
	if (gh_buf_length(answer) + f->reply.text_length > limit) {
		gh_buf_printf(why, "the state of gatehoused is longer than %zu bytes", limit);
		return -EFBIG;
	}
	gh_buf_append(answer, f->reply.text, f->reply.text_length);
	return !f->reply.more;
}

static int drain(struct gh_link *l, size_t limit, struct gh_buf *answer, struct gh_buf *why)
{
	struct gh_fact f;
	int rc, done = 0;

	while (!done && (rc = gh_link_next(l, &f)) != 0) {
		if (rc < 0) {
			gh_buf_printf(why, "gatehoused: %s", l->why);
			return rc;
		}
		done = take(&f, limit, answer, why);
	}
	return done;
}

static int converse(struct gh_link *l, unsigned timeout_ms, size_t limit, struct gh_buf *answer,
		    struct gh_buf *why)
{
	struct gh_time end = gh_time_add_ms(gh_now(), timeout_ms);
	int rc = 0;

	while (!rc) {
		struct pollfd wait = {
			.fd = l->fd,
			.events = (short)(POLLIN | (gh_link_pending(l) ? POLLOUT : 0)),
		};
		uint64_t left = gh_time_ms_between(gh_now(), end);

		if (!left || poll(&wait, 1, (int)left) == 0) {
			gh_buf_printf(why, "gatehoused did not answer within %u ms", timeout_ms);
			return -ETIMEDOUT;
		}
		if (gh_link_pending(l) && gh_link_flush(l) < 0)
			rc = -ECONNRESET;
		if (!rc && wait.revents & (POLLIN | POLLHUP | POLLERR)) {
			int got = gh_link_receive(l);

			rc = drain(l, limit, answer, why);
			if (!rc && got < 0)
				rc = got;
		}
	}
	if (rc < 0 && !gh_buf_length(why))
		gh_buf_printf(why, "gatehoused ended the connection: may this user ask it? It lets root"
			      " and its own user (gatehouse)");
	return rc < 0 ? rc : 0;
}

int asker_ask(const char *socket_path, const char *words, unsigned timeout_ms, size_t limit,
	      struct gh_buf *answer, struct gh_buf *why)
{
	struct gh_fact f = { .type = GH_SHOW, .request = { .id = QUESTION, .user = "exporter" } };
	int fd = gh_link_connect(socket_path), rc;
	struct gh_link link;

	if (fd < 0) {
		gh_buf_printf(why, "gatehoused is away (%s: %s); is gatehouse.service running?",
			      socket_path, strerror(-fd));
		return fd;
	}
	gh_link_init(&link, fd, GH_ROLE_EXPORTER, "gatehouse-exporter " PACKAGE_VERSION);
	f.request.text = words;
	f.request.text_length = (uint32_t)strlen(words);
	gh_link_send(&link, &f);
	rc = converse(&link, timeout_ms, limit, answer, why);
	gh_link_fini(&link);
	return rc;
}
