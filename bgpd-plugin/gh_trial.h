/*
 * trial - would bgpd take this speaker and these neighbors?
 *
 * gatehoused states what a commit would change between TRY and TRY_END, and
 * gets a VERDICT. A neighbor that is not named may be about to leave, so the
 * neighbors are compared with each other and with what others have put into
 * bgpd, not with our own of before.
 *
 * What bgpd has, it is told by struct gh_trial_host: the judgement itself is
 * a pure function.
 *
 * Ownership  a trial owns its copies; they may hold passwords and are wiped.
 * Threads    one owner.
 * Errors     0 or a positive errno as the VERDICT's status, words in why, one
 *            reason a line.
 */
#ifndef GH_TRIAL_H
#define GH_TRIAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/fact.h"

struct gh_trial_host {
	/* Of an instance with that name that is not ours: its kind in words, and its AS. */
	bool (*view_taken)(const char *view, const char **kind, uint32_t *asn);
	/* Is it an address of this host, on which bgpd listens? */
	bool (*is_own)(const struct gh_addr *address);
	/* The name of another instance that has a neighbor with this address, or NULL. */
	const char *(*other_with)(const struct gh_addr *peer);
};

struct gh_trial {
	bool on;
	uint32_t id;
	bool has_speaker;
	struct gh_speaker speaker;
	struct gh_neighbor *neighbors;
	size_t count, room;
};

void gh_trial_begin(struct gh_trial *t, uint32_t id);
void gh_trial_speaker(struct gh_trial *t, const struct gh_speaker *speaker);
void gh_trial_neighbor(struct gh_trial *t, const struct gh_neighbor *neighbor);
uint32_t gh_trial_judge(const struct gh_trial *t, const struct gh_trial_host *host,
			struct gh_buf *why);
/* Forgets it; also for one that never ended. */
void gh_trial_fini(struct gh_trial *t);

#endif
