/*
 * replay - runs a fuzz target without libFuzzer
 *
 * Every seed of tests/fuzz/seeds/NAME/ goes in as it is, cut at every length,
 * and with bytes changed. The random numbers are fixed, so that a failure comes
 * again. Files that are given go in as they are: a corpus, or what has failed.
 * Each input is a copy of exactly its length on the heap: a read past its end
 * is seen by the address sanitizer.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SEED_MAX 65536
#define MUTATIONS 20000         /* in all, shared by the seeds */
#define CUTS_MAX 4096

static uint64_t state = 0x9e3779b97f4a7c15u;
static unsigned long runs;

static uint32_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)(state >> 32);
}

static void run(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);

	if (!copy)
		abort();
	if (size)
		memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	runs++;
}

static void mutate(const uint8_t *seed, size_t size)
{
	static uint8_t data[SEED_MAX + 64];
	static const uint8_t telling[] = { 0x00, 0x01, 0x7f, 0x80, 0xff, '<', '/', '{', ' ' };
	uint32_t changes = 1 + next_random() % 4;

	memcpy(data, seed, size);
	while (changes-- && size) {
		size_t at = next_random() % size;

		switch (next_random() % 4) {
		case 0:
			data[at] ^= (uint8_t)(1u << next_random() % 8);
			break;
		case 1:
			data[at] = telling[next_random() % sizeof(telling)];
			break;
		case 2:                 /* cut out */
			memmove(data + at, data + at + 1, size - at - 1);
			size--;
			break;
		case 3:                 /* repeat */
			if (size < SEED_MAX) {
				memmove(data + at + 1, data + at, size - at);
				size++;
			}
			break;
		}
	}
	run(data, size);
}

static void replay(const uint8_t *seed, size_t size, unsigned long mutations)
{
	size_t step = size / CUTS_MAX + 1;

	for (size_t cut = 0; cut < size; cut += step)
		run(seed, cut);
	run(seed, size);
	while (mutations--)
		mutate(seed, size);
}

/* whole: as it is, and no other way. */
static int replay_file(const char *path, bool whole, unsigned long mutations)
{
	static uint8_t seed[SEED_MAX];
	FILE *f = fopen(path, "rb");
	size_t size;

	if (!f) {
		perror(path);
		return -1;
	}
	size = fread(seed, 1, sizeof(seed), f);
	fclose(f);
	if (whole)
		run(seed, size);
	else
		replay(seed, size, mutations);
	return 0;
}

static char *join(const char *folder, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/%s", folder, name) < 0)
		abort();
	return path;
}

static int is_seed(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Sorted, so that each run sees the same inputs in the same order. */
static int replay_folder(const char *folder)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_seed, alphasort);
	int rc = 0;

	if (n < 0) {
		perror(folder);
		return -1;
	}
	for (int i = 0; i < n; i++) {
		char *path = join(folder, entries[i]->d_name);

		if (replay_file(path, false, MUTATIONS / (unsigned long)n) < 0)
			rc = -1;
		free(path);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

int main(int argc, char **argv)
{
	const char *srcdir = getenv("srcdir");
	const char *name = strrchr(argv[0], '/');
	int rc = 0;

	run(NULL, 0);
	for (int i = 1; i < argc; i++)
		if (replay_file(argv[i], true, 0) < 0)
			rc = 1;
	if (argc == 1) {
		char *seeds = join(srcdir ? srcdir : ".", "tests/fuzz/seeds");
		char *folder = join(seeds, name ? name + 1 : argv[0]);

		rc = replay_folder(folder) < 0;
		free(folder);
		free(seeds);
	}
	printf("%lu inputs\n", runs);
	return rc;
}
