/*
 * Translated routes: see nat_routes.h.
 *
 * Each leg has two chained tables: what was said (originals), and what was
 * made of it (images) with a count of originals. An original knows its images by
 * translating again, which costs less than remembering.
 */
#include "gatehoused/nat/nat_routes.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/apply/translate.h"

#define BUCKETS 1024u

struct original {
	struct original *next;
	bool stated;                    /* since the last begin */
	struct gh_path path;
};

struct image {
	struct image *next;
	uint32_t neighbor, path_id;
	struct gh_prefix prefix;
	unsigned originals;
};

struct nat_leg {
	struct nat_leg *next;
	uint32_t number;
	struct box_rule *rules;
	size_t count;
	struct original *originals[BUCKETS];
	struct image *images[BUCKETS];
};

struct nat_routes {
	struct nat_routes_sink sink;
	struct nat_leg *legs;
};

static void *allocate(size_t size)
{
	void *p = calloc(1, size ? size : 1);

	if (!p)
		abort();
	return p;
}

struct nat_routes *nat_routes_new(const struct nat_routes_sink *sink)
{
	struct nat_routes *r = allocate(sizeof(*r));

	r->sink = *sink;
	return r;
}

static struct nat_leg **leg_place(struct nat_routes *r, uint32_t number)
{
	struct nat_leg **at = &r->legs;

	while (*at && (*at)->number != number)
		at = &(*at)->next;
	return at;
}

static struct nat_leg *leg_of(struct nat_routes *r, uint32_t neighbor)
{
	return *leg_place(r, gh_neighbor_leg(neighbor));
}

static void leg_free(struct nat_leg **at)
{
	struct nat_leg *l = *at;

	*at = l->next;
	for (unsigned k = 0; k < BUCKETS; k++) {
		for (struct original *o = l->originals[k], *next; o; o = next) {
			next = o->next;
			free(o);
		}
		for (struct image *i = l->images[k], *next; i; i = next) {
			next = i->next;
			free(i);
		}
	}
	free(l->rules);
	free(l);
}

void nat_routes_free(struct nat_routes *r)
{
	while (r && r->legs)
		leg_free(&r->legs);
	free(r);
}

void nat_routes_forget(struct nat_routes *r, uint32_t leg)
{
	struct nat_leg **at = leg_place(r, leg);

	if (*at)
		leg_free(at);
}

/* ---- the tables -------------------------------------------------------- */

static unsigned bucket(uint32_t neighbor, uint32_t path_id, const struct gh_prefix *p)
{
	uint32_t hash = (neighbor * 31 + path_id) * 31 + p->length;

	for (unsigned k = 0; k < sizeof(p->addr.b); k++)
		hash = hash * 31 + p->addr.b[k];
	return (hash ^ hash >> 15) % BUCKETS;
}

static struct original **original_place(struct nat_leg *l, uint32_t neighbor, uint32_t path_id,
					const struct gh_prefix *p)
{
	struct original **at = &l->originals[bucket(neighbor, path_id, p)];

	while (*at && ((*at)->path.neighbor != neighbor || (*at)->path.path_id != path_id ||
		       gh_prefix_cmp(&(*at)->path.prefix, p)))
		at = &(*at)->next;
	return at;
}

static struct image **image_place(struct nat_leg *l, uint32_t neighbor, uint32_t path_id,
				  const struct gh_prefix *p)
{
	struct image **at = &l->images[bucket(neighbor, path_id, p)];

	while (*at && ((*at)->neighbor != neighbor || (*at)->path_id != path_id ||
		       gh_prefix_cmp(&(*at)->prefix, p)))
		at = &(*at)->next;
	return at;
}

static size_t images_of(const struct nat_leg *l, const struct original *o,
			struct gh_prefix out[TRANSLATE_MAX])
{
	return translate_prefix(l->rules, l->count, true, &o->path.prefix, out);
}

/* fresh: the original is new, so that each image has one more. */
static void show(struct nat_routes *r, struct nat_leg *l, const struct original *o, bool fresh)
{
	struct gh_prefix prefix[TRANSLATE_MAX];
	size_t n = images_of(l, o, prefix);
	struct gh_path path = o->path;

	for (size_t k = 0; k < n; k++) {
		struct image **at = image_place(l, path.neighbor, path.path_id, &prefix[k]);

		if (!*at) {
			struct image *i = allocate(sizeof(*i));

			i->neighbor = path.neighbor;
			i->path_id = path.path_id;
			i->prefix = prefix[k];
			*at = i;
		}
		(*at)->originals += fresh;
		path.prefix = prefix[k];
		r->sink.set(r->sink.context, &path);
	}
}

/* said: tell the arbiter, which does not know by itself. */
static void hide(struct nat_routes *r, struct nat_leg *l, const struct original *o, bool said)
{
	struct gh_prefix prefix[TRANSLATE_MAX];
	size_t n = images_of(l, o, prefix);

	for (size_t k = 0; k < n; k++) {
		struct image **at = image_place(l, o->path.neighbor, o->path.path_id, &prefix[k]);
		struct image *i = *at;

		if (!i || --i->originals)
			continue;
		if (said)
			r->sink.del(r->sink.context, &(struct gh_path_del){
					    .neighbor = i->neighbor, .path_id = i->path_id,
					    .prefix = i->prefix });
		*at = i->next;
		free(i);
	}
}

/* ---- paths ------------------------------------------------------------- */

bool nat_routes_set(struct nat_routes *r, const struct gh_path *path)
{
	struct nat_leg *l = leg_of(r, path->neighbor);
	struct original **at, *o;
	bool fresh;

	if (!l)
		return false;
	at = original_place(l, path->neighbor, path->path_id, &path->prefix);
	fresh = !*at;
	if (fresh)
		*at = allocate(sizeof(**at));
	o = *at;
	o->path = *path;
	o->stated = true;
	show(r, l, o, fresh);
	return true;
}

static void original_remove(struct nat_routes *r, struct nat_leg *l, struct original **at,
			    bool said)
{
	struct original *o = *at;

	*at = o->next;
	hide(r, l, o, said);
	free(o);
}

bool nat_routes_del(struct nat_routes *r, const struct gh_path_del *del)
{
	struct nat_leg *l = leg_of(r, del->neighbor);
	struct original **at;

	if (!l)
		return false;
	at = original_place(l, del->neighbor, del->path_id, &del->prefix);
	if (*at)
		original_remove(r, l, at, true);
	return true;
}

/* ---- rules ------------------------------------------------------------- */

static void each_original(struct nat_routes *r, struct nat_leg *l,
			  void (*each)(struct nat_routes *r, struct nat_leg *l,
				       const struct original *o))
{
	for (unsigned k = 0; k < BUCKETS; k++) {
		for (const struct original *o = l->originals[k]; o; o = o->next)
			each(r, l, o);
	}
}

static void show_fresh(struct nat_routes *r, struct nat_leg *l, const struct original *o)
{
	show(r, l, o, true);
}

static void hide_said(struct nat_routes *r, struct nat_leg *l, const struct original *o)
{
	hide(r, l, o, true);
}

static void rules_take(struct nat_leg *l, const struct box_rule rules[], size_t count)
{
	free(l->rules);
	l->rules = allocate(count * sizeof(*rules));
	if (count)
		memcpy(l->rules, rules, count * sizeof(*rules));
	l->count = count;
}

void nat_routes_rules(struct nat_routes *r, uint32_t leg, const struct box_rule rules[],
		      size_t count)
{
	struct nat_leg **at = leg_place(r, leg), *l = *at;

	if (!translate_any(rules, count, true))
		count = 0;
	if (!l && !count)
		return;
	if (!l) {
		l = allocate(sizeof(*l));
		l->number = leg;
		l->next = r->legs;
		r->legs = l;
		rules_take(l, rules, count);
		return;
	}
	if (l->count == count && !memcmp(l->rules, rules, count * sizeof(*rules)))
		return;
	each_original(r, l, hide_said);
	rules_take(l, rules, count);
	each_original(r, l, show_fresh);
	if (!count)
		leg_free(at);
}

/* ---- snapshots --------------------------------------------------------- */

void nat_routes_begin(struct nat_routes *r)
{
	for (struct nat_leg *l = r->legs; l; l = l->next) {
		for (unsigned k = 0; k < BUCKETS; k++) {
			for (struct original *o = l->originals[k]; o; o = o->next)
				o->stated = false;
		}
	}
}

void nat_routes_end(struct nat_routes *r)
{
	for (struct nat_leg *l = r->legs; l; l = l->next) {
		for (unsigned k = 0; k < BUCKETS; k++) {
			for (struct original **at = &l->originals[k]; *at;) {
				if ((*at)->stated)
					at = &(*at)->next;
				else
					original_remove(r, l, at, false);
			}
		}
	}
}

void nat_routes_each(const struct nat_routes *r, nat_routes_visit *visit, void *context)
{
	for (const struct nat_leg *l = r->legs; l; l = l->next) {
		for (unsigned k = 0; k < BUCKETS; k++) {
			for (const struct image *i = l->images[k]; i; i = i->next)
				visit(context, l->number, &i->prefix);
		}
	}
}
