/*
 * The ESP FIB: see fwd.h.
 *
 * A node stands for 6 bits of the address. It holds prefixes that end in it
 * (lengths 0 to 5 below the node, 63 of them, numbered as a heap: 1 is the
 * empty one, 2n and 2n+1 the halves of n) and 64 children, each set as a bitmap and a
 * packed array. A poptrie's lookups are some nanoseconds faster, but its leaves
 * are the result of pushing prefixes down, so deleting one needs the whole set
 * of prefixes beside it; here the tree is the set.
 */
#include "ipsec/fwd.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define STRIDE 6

struct fwd_node {
	uint64_t prefixes;              /* bit n: heap number n has a value */
	uint64_t children;              /* bit n: child n exists */
	/* First the children's pointers, then the values, both packed. */
	_Atomic(struct fwd_node *) child[];
};

/* Inline: without -mpopcnt the builtin is a call. */
static unsigned ones(uint64_t v)
{
	v -= v >> 1 & 0x5555555555555555;
	v = (v & 0x3333333333333333) + (v >> 2 & 0x3333333333333333);
	v = (v + (v >> 4)) & 0x0f0f0f0f0f0f0f0f;
	return (unsigned)(v * 0x0101010101010101 >> 56);
}

static unsigned rank(uint64_t bitmap, unsigned bit)
{
	return ones(bitmap & ((1ull << bit) - 1));
}

static _Atomic uint32_t *values_of(const struct fwd_node *n)
{
	return (_Atomic uint32_t *)(uintptr_t)(n->child + ones(n->children));
}

static struct fwd_node *node_new(uint64_t prefixes, uint64_t children)
{
	struct fwd_node *n;
	size_t size = sizeof(*n);

	size += ones(children) * sizeof(n->child[0]);
	size += ones(prefixes) * sizeof(uint32_t);
	n = reclaim_alloc(size);
	n->prefixes = prefixes;
	n->children = children;
	return n;
}

/* A copy of n with other bitmaps; what both have is carried over. */
static struct fwd_node *node_copy(const struct fwd_node *n, uint64_t prefixes, uint64_t children)
{
	struct fwd_node *copy = node_new(prefixes, children);

	for (uint64_t both = n->children & children; both; both &= both - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(both);

		atomic_store_explicit(&copy->child[rank(children, bit)],
				      atomic_load(&n->child[rank(n->children, bit)]),
				      memory_order_relaxed);
	}
	for (uint64_t both = n->prefixes & prefixes; both; both &= both - 1) {
		unsigned bit = (unsigned)__builtin_ctzll(both);

		atomic_store_explicit(&values_of(copy)[rank(prefixes, bit)],
				      atomic_load(&values_of(n)[rank(n->prefixes, bit)]),
				      memory_order_relaxed);
	}
	return copy;
}

/* The 6 bits at an offset; past the address they are zero. */
static unsigned chunk(const uint8_t *address, unsigned bytes, unsigned offset)
{
	unsigned at = offset / 8;
	unsigned pair = (unsigned)address[at] << 8 | (at + 1 < bytes ? address[at + 1] : 0u);

	return pair >> (16 - STRIDE - offset % 8) & 63;
}

/* The heap number of the prefix of `length` bits (0-5) of a chunk. */
static unsigned heap(unsigned bits, unsigned length)
{
	return 1u << length | bits >> (STRIDE - length);
}

/* Bitmaps of the heap numbers above each chunk: itself halved again and again. */
static uint64_t ancestors(unsigned bits)
{
	unsigned h = 32 | bits >> 1;
	uint64_t set = 0;

	set |= 1ull << h;
	set |= 1ull << (h >> 1);
	set |= 1ull << (h >> 2);
	set |= 1ull << (h >> 3);
	set |= 1ull << (h >> 4);
	set |= 1ull << (h >> 5);
	return set;
}

static unsigned tree_of(uint8_t family)
{
	assert(family == AF_INET || family == AF_INET6);
	return family == AF_INET6;
}

void fwd_init(struct fwd *f, struct reclaim *reclaim)
{
	f->reclaim = reclaim;
	f->count = 0;
	for (unsigned k = 0; k < 2; k++)
		atomic_store(&f->root[k], node_new(0, 0));
}

static void free_tree(struct fwd_node *n)
{
	for (unsigned k = 0; k < ones(n->children); k++)
		free_tree(atomic_load(&n->child[k]));
	free(n);
}

void fwd_fini(struct fwd *f)
{
	for (unsigned k = 0; k < 2; k++)
		free_tree(atomic_load(&f->root[k]));
}

/* Replaces the node at a place by a changed copy. */
static struct fwd_node *publish(struct fwd *f, _Atomic(struct fwd_node *) *place,
				struct fwd_node *fresh)
{
	struct fwd_node *old = atomic_load(place);

	atomic_store(place, fresh);
	reclaim_retire(f->reclaim, old, free);
	return fresh;
}

/* Makes child `bits` of the node at place; returns its place. */
static _Atomic(struct fwd_node *) *descend(struct fwd *f, _Atomic(struct fwd_node *) *place,
					   unsigned bits)
{
	struct fwd_node *n = atomic_load(place);

	if (!(n->children >> bits & 1)) {
		struct fwd_node *fresh = node_copy(n, n->prefixes, n->children | 1ull << bits);

		atomic_store(&fresh->child[rank(fresh->children, bits)], node_new(0, 0));
		n = publish(f, place, fresh);
	}
	return &n->child[rank(n->children, bits)];
}

void fwd_set(struct fwd *f, const struct gh_prefix *prefix, uint32_t group)
{
	unsigned bytes = gh_family_bits(prefix->addr.family) / 8;
	_Atomic(struct fwd_node *) *place = &f->root[tree_of(prefix->addr.family)];
	struct fwd_node *n, *fresh;
	unsigned offset, h;

	for (offset = 0; prefix->length - offset >= STRIDE; offset += STRIDE)
		place = descend(f, place, chunk(prefix->addr.b, bytes, offset));
	h = heap(prefix->length == offset ? 0 : chunk(prefix->addr.b, bytes, offset),
		 prefix->length - offset);
	n = atomic_load(place);
	if (n->prefixes >> h & 1) {
		atomic_store(&values_of(n)[rank(n->prefixes, h)], group);
		return;
	}
	fresh = node_copy(n, n->prefixes | 1ull << h, n->children);
	atomic_store(&values_of(fresh)[rank(fresh->prefixes, h)], group);
	publish(f, place, fresh);
	f->count++;
}

#define DEPTH_MAX (128 / STRIDE + 1)

/* Has the node nothing but one child, or nothing but one prefix? */
static bool only_child(const struct fwd_node *n)
{
	return !n->prefixes && !(n->children & (n->children - 1));
}

static bool only_prefix(const struct fwd_node *n)
{
	return !n->children && !(n->prefixes & (n->prefixes - 1));
}

/* Takes the branch from node[cut] to node[depth] off its parent; all of it is empty. */
static void prune(struct fwd *f, _Atomic(struct fwd_node *) *parent_place, unsigned bits,
		  struct fwd_node *node[], unsigned cut, unsigned depth)
{
	struct fwd_node *parent = atomic_load(parent_place);

	publish(f, parent_place,
		node_copy(parent, parent->prefixes, parent->children & ~(1ull << bits)));
	for (unsigned k = cut; k <= depth; k++)
		reclaim_retire(f->reclaim, node[k], free);
}

bool fwd_del(struct fwd *f, const struct gh_prefix *prefix)
{
	unsigned bytes = gh_family_bits(prefix->addr.family) / 8;
	_Atomic(struct fwd_node *) *place[DEPTH_MAX + 1];
	struct fwd_node *node[DEPTH_MAX + 1];
	unsigned bits[DEPTH_MAX + 1];
	unsigned offset, h, cut, depth = 0;

	place[0] = &f->root[tree_of(prefix->addr.family)];
	node[0] = atomic_load(place[0]);
	for (offset = 0; prefix->length - offset >= STRIDE; offset += STRIDE, depth++) {
		bits[depth] = chunk(prefix->addr.b, bytes, offset);
		if (!(node[depth]->children >> bits[depth] & 1))
			return false;
		place[depth + 1] = &node[depth]->child[rank(node[depth]->children, bits[depth])];
		node[depth + 1] = atomic_load(place[depth + 1]);
	}
	h = heap(prefix->length == offset ? 0 : chunk(prefix->addr.b, bytes, offset),
		 prefix->length - offset);
	if (!(node[depth]->prefixes >> h & 1))
		return false;
	f->count--;
	if (depth == 0 || !only_prefix(node[depth])) {
		publish(f, place[depth],
			node_copy(node[depth], node[depth]->prefixes & ~(1ull << h),
				  node[depth]->children));
		return true;
	}
	for (cut = depth; cut > 1 && only_child(node[cut - 1]); cut--)
		;
	prune(f, place[cut - 1], bits[cut - 1], node, cut, depth);
	return true;
}

/* The group of heap number h's longest set ancestor among `match`. */
static uint32_t value_of(const struct fwd_node *n, uint64_t match)
{
	unsigned h = 63 - (unsigned)__builtin_clzll(match);

	return atomic_load(&values_of(n)[rank(n->prefixes, h)]);
}

uint32_t fwd_find(const struct fwd *f, uint8_t family, const uint8_t *address)
{
	unsigned length;

	return fwd_find_length(f, family, address, &length);
}

uint32_t fwd_find_length(const struct fwd *f, uint8_t family, const uint8_t *address,
			 unsigned *length)
{
	unsigned bytes = gh_family_bits(family) / 8;
	const struct fwd_node *n = atomic_load(&f->root[tree_of(family)]);
	const struct fwd_node *best = NULL;
	uint64_t best_match = 0;
	unsigned best_offset = 0;

	for (unsigned offset = 0;; offset += STRIDE) {
		unsigned bits = offset < bytes * 8 ? chunk(address, bytes, offset) : 0;
		uint64_t match = n->prefixes & ancestors(bits);

		if (match) {
			best = n;
			best_match = match;
			best_offset = offset;
		}
		if (!(n->children >> bits & 1))
			break;
		n = atomic_load(&n->child[rank(n->children, bits)]);
	}
	if (!best)
		return FWD_NONE;
	/* The heap number's highest bit is the length within the node. */
	*length = best_offset + 63u - (unsigned)__builtin_clzll(63 - __builtin_clzll(best_match));
	return value_of(best, best_match);
}
