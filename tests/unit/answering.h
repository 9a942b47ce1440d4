/* One connection to facts.sock that is answered in a thread of its own, as gatehoused would. */
#ifndef GH_TESTS_ANSWERING_H
#define GH_TESTS_ANSWERING_H

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/link.h"

struct answering {
	char dir[64], path[96];
	int listener;
	pthread_t thread;
	const char *text;               /* in pieces of 100 bytes; NULL: hang up at once */
	uint32_t status;
	bool silent;                    /* greets and says nothing */
	char asked[64];
};

static inline void answering_reply(struct answering *a, struct gh_link *l, uint32_t id)
{
	struct gh_fact f = { .type = GH_REPLY };
	size_t left = strlen(a->text);

	f.reply.id = id;
	f.reply.status = a->status;
	f.reply.text = a->text;
	do {
		f.reply.text_length = left > 100 ? 100 : (uint32_t)left;
		left -= f.reply.text_length;
		f.reply.more = left;
		gh_link_send(l, &f);
		f.reply.text += f.reply.text_length;
	} while (left);
}

static inline void answering_serve(struct answering *a, int fd)
{
	struct gh_link l;
	struct gh_fact f;

	gh_link_init(&l, fd, GH_ROLE_GATEHOUSED, "test");
	for (;;) {
		struct pollfd wait = { .fd = fd, .events = POLLIN };
		int got;

		gh_link_flush(&l);
		poll(&wait, 1, -1);
		got = gh_link_receive(&l);
		while (gh_link_next(&l, &f) == 1) {
			if (f.type != GH_SHOW || a->silent)
				continue;
			snprintf(a->asked, sizeof(a->asked), "%.*s", (int)f.request.text_length,
				 f.request.text);
			answering_reply(a, &l, f.request.id);
		}
		if (got < 0)
			break;
	}
	gh_link_fini(&l);
}

static inline void *answering_main(void *arg)
{
	struct answering *a = arg;
	int fd = accept(a->listener, NULL, NULL);

	if (fd < 0)
		return NULL;
	if (a->text || a->silent)
		answering_serve(a, fd);
	else
		close(fd);
	return NULL;
}

/* text, status and silent are set. */
static inline void answering_open(struct answering *a)
{
	snprintf(a->dir, sizeof(a->dir), "/tmp/gh-test.XXXXXX");
	assert_non_null(mkdtemp(a->dir));
	snprintf(a->path, sizeof(a->path), "%s/facts.sock", a->dir);
	a->listener = gh_link_listen(a->path, 0600);
	assert_true(a->listener >= 0);
	/* It waits in accept, without a loop. */
	assert_int_equal(fcntl(a->listener, F_SETFL, 0), 0);
	assert_int_equal(pthread_create(&a->thread, NULL, answering_main, a), 0);
}

static inline void answering_close(struct answering *a)
{
	shutdown(a->listener, SHUT_RDWR);
	pthread_join(a->thread, NULL);
	close(a->listener);
	unlink(a->path);
	rmdir(a->dir);
}

#endif
