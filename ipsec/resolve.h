/*
 * resolve - addresses of the peers that are known by name
 *
 * The system's resolver blocks for seconds when a name server is silent, and
 * charon would ask it once for each such connection whenever anybody calls. So
 * names are resolved here, by a few threads that do nothing else, and charon
 * sees addresses alone.
 *
 * Ownership  copies names. Threads that are inside of the system's resolver
 *            when resolve_free is called end by themselves, and touch nothing
 *            of the caller's any more.
 * Threads    the control thread, inside its libev loop; so is the answer.
 * Errors     -errno in the answer: -ENOENT no such name or no address of it,
 *            -EAGAIN nobody can tell now, -ENOMEM.
 */
#ifndef GH_IPSEC_RESOLVE_H
#define GH_IPSEC_RESOLVE_H

#include "base/addr.h"

#define RESOLVE_NAME_MAX 255
#define RESOLVE_ADDRESSES_MAX 8
#define RESOLVE_THREADS 4

struct ev_loop;
struct resolve;

struct resolve_answer {
	char name[RESOLVE_NAME_MAX + 1];
	int error;                      /* 0, or as above with no addresses */
	unsigned count;
	struct gh_addr addresses[RESOLVE_ADDRESSES_MAX];        /* in the resolver's order */
};

/* Never before resolve_ask has returned. */
typedef void resolve_told(void *user, const struct resolve_answer *answer);

struct resolve *resolve_new(struct ev_loop *loop, resolve_told *told, void *user);
void resolve_free(struct resolve *r);

/* A name that waits already is not asked for twice. Too long a one is -ENOENT. */
void resolve_ask(struct resolve *r, const char *name);

#endif
