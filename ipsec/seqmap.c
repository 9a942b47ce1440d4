/*
 * The SA map: see seqmap.h.
 *
 * Keys stand apart from the slots, so that finding one walks 64 bytes a slot,
 * not 2 kB. `high` bounds the walk, and keeps it off pages of the file that
 * were never used. Numbers could instead be reserved in blocks and kept in
 * memory, but since the mapping outlives the process there is nothing to gain.
 */
#include "ipsec/seqmap.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"

#define MAGIC 0x3170616d61736867ull     /* "ghsamap1" */

struct file_key {
	_Alignas(64) struct seqmap_key key;
};

struct head {
	uint64_t magic;
	uint32_t slots;
	uint32_t slot_bytes;
	uint32_t high;                  /* slots at and past it were never used */
};

struct seqmap_file {
	struct head head;
	struct file_key key[SEQMAP_SLOTS];
	struct seqmap_slot slot[SEQMAP_SLOTS];
};

static void lay_out(struct seqmap_file *f)
{
	f->head.slots = SEQMAP_SLOTS;
	f->head.slot_bytes = sizeof(struct seqmap_slot);
	f->head.high = 0;
	atomic_signal_fence(memory_order_seq_cst);
	f->head.magic = MAGIC;
}

static bool is_ours(const struct head *h)
{
	return h->magic == MAGIC && h->slots == SEQMAP_SLOTS && h->high <= SEQMAP_SLOTS &&
	       h->slot_bytes == sizeof(struct seqmap_slot);
}

/* NULL: errno says why. */
static struct seqmap_file *map_file(int fd)
{
	struct seqmap_file *f;

	if (ftruncate(fd, sizeof(*f)))
		return NULL;
	f = mmap(NULL, sizeof(*f), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	return f == MAP_FAILED ? NULL : f;
}

/* Is there a map to go on with? An unreadable file is none. */
static bool has_layout(int fd)
{
	struct head head;
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_size == sizeof(struct seqmap_file) &&
	       pread(fd, &head, sizeof(head), 0) == sizeof(head) && is_ours(&head);
}

int seqmap_open(struct seqmap *m, int fd)
{
	struct seqmap_file *f;
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (!has_layout(fd)) {
		if (st.st_size)
			gh_warning("SA map: of another version, begun anew: "
				   "tunnels are rekeyed before they carry traffic again");
		if (ftruncate(fd, 0))
			return -errno;
	}
	f = map_file(fd);
	if (!f)
		return -errno;
	if (f->head.magic == 0)
		lay_out(f);
	m->claims = calloc(SEQMAP_SLOTS, sizeof(*m->claims));
	if (!m->claims) {
		munmap(f, sizeof(*f));
		return -ENOMEM;
	}
	m->file = f;
	return 0;
}

void seqmap_close(struct seqmap *m)
{
	if (m->file)
		munmap(m->file, sizeof(*m->file));
	free(m->claims);
	memset(m, 0, sizeof(*m));
}

void seqmap_fingerprint(const uint8_t *key, size_t key_bytes, uint8_t out[SEQMAP_FINGERPRINT])
{
	uint8_t digest[EVP_MAX_MD_SIZE];

	if (!EVP_Digest(key, key_bytes, digest, NULL, EVP_sha256(), NULL))
		abort();
	memcpy(out, digest, SEQMAP_FINGERPRINT);
}

static bool key_equal(const struct seqmap_key *a, const struct seqmap_key *b)
{
	return a->direction == b->direction && a->spi == b->spi &&
	       memcmp(a->fingerprint, b->fingerprint, SEQMAP_FINGERPRINT) == 0;
}

/* The slot with the key, else a free one, else SEQMAP_SLOTS. */
static uint32_t find(const struct seqmap_file *f, const struct seqmap_key *key)
{
	uint32_t free_slot = f->head.high;

	for (uint32_t k = 0; k < f->head.high; k++) {
		if (key_equal(&f->key[k].key, key))
			return k;
		if (!f->key[k].key.direction && free_slot == f->head.high)
			free_slot = k;
	}
	return free_slot;
}

int seqmap_claim(struct seqmap *m, const struct seqmap_key *key, struct seqmap_slot **slot,
		 bool *found)
{
	struct seqmap_file *f = m->file;
	uint32_t at = find(f, key);

	if (at >= SEQMAP_SLOTS)
		return -ENOSPC;
	*found = at < f->head.high && f->key[at].key.direction != 0;
	if (!*found) {
		/* A kill in between must not leave a key with another SA's numbers. */
		memset(&f->slot[at], 0, sizeof(f->slot[at]));
		f->key[at].key = *key;
		f->key[at].key.direction = 0;
		atomic_signal_fence(memory_order_seq_cst);
		if (at == f->head.high)
			f->head.high = at + 1;
		f->key[at].key.direction = key->direction;
	}
	m->claims[at]++;
	*slot = &f->slot[at];
	return 0;
}

bool seqmap_is_used(const struct seqmap *m)
{
	return m->file->head.high != 0;
}

bool seqmap_has(const struct seqmap *m, const struct seqmap_slot *slot,
		const struct seqmap_key *key)
{
	return key_equal(&m->file->key[slot - m->file->slot].key, key);
}

static void forget(struct seqmap *m, uint32_t at)
{
	m->file->key[at].key.direction = 0;
	while (m->file->head.high && !m->file->key[m->file->head.high - 1].key.direction)
		m->file->head.high--;
}

void seqmap_release(struct seqmap *m, struct seqmap_slot *slot)
{
	uint32_t at = (uint32_t)(slot - m->file->slot);

	if (--m->claims[at] == 0)
		forget(m, at);
}

void seqmap_sweep(struct seqmap *m)
{
	for (uint32_t k = m->file->head.high; k-- > 0;) {
		if (m->file->key[k].key.direction && !m->claims[k])
			forget(m, k);
	}
}
