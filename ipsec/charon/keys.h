/*
 * keys - memory for the keys of SAs
 *
 * Pages that are locked, left out of core dumps, and wiped slot by slot.
 *
 * Ownership  gh_keys_new hands out a slot, gh_keys_free wipes and takes it
 *            back. The pages stay for the life of the process.
 * Threads    under the lock of the table that uses them.
 * Errors     NULL: no memory. Pages that cannot be locked (RLIMIT_MEMLOCK)
 *            are used all the same; gh_keys_locked says so.
 */
#ifndef GH_CHARON_KEYS_H
#define GH_CHARON_KEYS_H

#include <stdbool.h>

#include "base/fact.h"

struct gh_keys {
	union {
		struct {
			uint8_t key[GH_KEY_MAX];
			uint8_t integrity_key[GH_KEY_MAX];
		};
		struct gh_keys *next_free;
	};
};

struct gh_keys *gh_keys_new(void);
void gh_keys_free(struct gh_keys *k);
/* Has every page so far been locked into memory? */
bool gh_keys_locked(void);

#endif
