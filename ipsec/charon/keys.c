/*
 * Memory for keys: see keys.h.
 *
 * Whole pages of slots, not mlock on parts of the heap: munlock of one key
 * would unlock its neighbours on the same page, and each locked key would
 * cost a page of RLIMIT_MEMLOCK.
 */
#include "ipsec/charon/keys.h"

#include <string.h>
#include <sys/mman.h>

#define CHUNK_BYTES (64u << 10)
#define CHUNK_SLOTS (CHUNK_BYTES / sizeof(struct gh_keys))

static struct gh_keys *free_slots;
static bool unlocked;

static bool grow(void)
{
	struct gh_keys *slots = mmap(NULL, CHUNK_BYTES, PROT_READ | PROT_WRITE,
				     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (slots == MAP_FAILED)
		return false;
	if (mlock(slots, CHUNK_BYTES) < 0)
		unlocked = true;
	madvise(slots, CHUNK_BYTES, MADV_DONTDUMP);
	for (size_t i = 0; i < CHUNK_SLOTS; i++) {
		slots[i].next_free = free_slots;
		free_slots = &slots[i];
	}
	return true;
}

struct gh_keys *gh_keys_new(void)
{
	struct gh_keys *k;

	if (!free_slots && !grow())
		return NULL;
	k = free_slots;
	free_slots = k->next_free;
	memset(k, 0, sizeof(*k));
	return k;
}

void gh_keys_free(struct gh_keys *k)
{
	if (!k)
		return;
	explicit_bzero(k, sizeof(*k));
	k->next_free = free_slots;
	free_slots = k;
}

bool gh_keys_locked(void)
{
	return !unlocked;
}
