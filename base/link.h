/*
 * link - facts over a Unix stream socket, without a loop of its own
 *
 * libev, FRR's threads and charon's threads each drive it: call
 * gh_link_receive when the socket is readable, gh_link_next until it says no,
 * gh_link_flush when there is something to send and the socket is writable.
 *
 * Ownership  the link owns its socket and buffers; bytes sent and facts given
 *            back are wiped, for they may hold keys. A fact from gh_link_next
 *            borrows from the link until the next call.
 * Threads    one at a time; the host serialises.
 * Errors     0 or -errno; after one the link is only good for gh_link_fini.
 *            -ECONNRESET: the other side left. -EBADMSG: it sent garbage, and
 *            link->why says what in words.
 */
#ifndef GH_LINK_H
#define GH_LINK_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/fact.h"

struct gh_link {
	int fd;                         /* non-blocking, close-on-exec; -1 when closed */
	struct gh_buf in, out;
	size_t borrowed;                /* bytes of `in` behind the last fact */
	bool greeted;                   /* the other side's HELLO was seen and accepted */
	struct gh_hello peer;           /* its HELLO */
	char why[128];
};

/* Takes over the socket, queues our HELLO. */
void gh_link_init(struct gh_link *l, int fd, enum gh_role self, const char *software);
void gh_link_fini(struct gh_link *l);

/* Connects to a Unix socket; returns a non-blocking fd or -errno. */
int gh_link_connect(const char *path);
/* Binds and listens, replacing a stale socket file; mode as for chmod. */
int gh_link_listen(const char *path, unsigned mode);

/* Reads what is there (at most 1 MiB a call, so that a fast sender cannot hold the loop). */
int gh_link_receive(struct gh_link *l);

/*
 * 1: *out is the next fact. 0: none whole yet. HELLO is checked and kept in
 * link->peer, and handed out like every other fact; anything before it is -EBADMSG.
 */
int gh_link_next(struct gh_link *l, struct gh_fact *out);

/* Queues a fact; nothing is sent before gh_link_flush. */
void gh_link_send(struct gh_link *l, const struct gh_fact *fact);
/* Sends what the socket takes; gh_link_pending says whether more is left. */
int gh_link_flush(struct gh_link *l);

static inline size_t gh_link_pending(const struct gh_link *l)
{
	return gh_buf_length(&l->out);
}

#endif
