/*
 * The reader: see state.h.
 *
 * A part knows its members; the reader knows brackets, order and when to stop
 * for this turn. The alternative, one object tree cut into pieces, would be
 * made at once and be out of date when its end is sent.
 */
#include "gatehoused/state/state.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "gatehoused/state/state_part.h"

#define SLICE_US 1000u          /* looked at after each entry; an entry takes some 10 us */
#define SLICE_BYTES (64u << 10)
#define ROOT "/gatehouse:gateway"
#define GET_ROUTES "/gatehouse:get-routes"

static const struct state_part parts[] = {
	{ .name = "state", .head = state_gateway_head },
	{ .name = "bgp", .list = "neighbor", .head = state_bgp_head, .entry = state_bgp_entry },
	{ .name = "nat", .list = "translation", .entry = state_nat_entry },
	{ .name = "events", .list = "event", .entry = state_event_entry },
	{ .name = "routes", .list = "route", .entry = state_route_entry, .explicit_only = true },
	{ .name = "commits", .list = "commit", .head = state_commits_head,
	  .entry = state_commit_entry },
	{ .name = "meter", .list = "entry", .head = state_meter_head, .entry = state_meter_entry },
	{ .name = "partner", .head = state_partner_head },
	{ .name = "vnet-router", .entry = state_vnet_router_entry },
	{ .name = "expressroute", .entry = state_circuit_entry },
	{ .name = "connection", .entry = state_connection_entry },
	{ .name = "certificate", .entry = state_certificate_entry },
};
#define PARTS (sizeof(parts) / sizeof(*parts))

/* ---- paths ------------------------------------------------------------- */

static bool part_find(const char *name, size_t length, unsigned *out)
{
	for (unsigned i = 0; i < PARTS; i++) {
		if (strlen(parts[i].name) == length && !memcmp(parts[i].name, name, length)) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* [name='paris'], or what follows the part; false: a predicate of another kind. */
static bool take_key(struct state_reader *r, const char *at)
{
	const char *begin, *end;

	if (*at != '[')
		return *at == '\0' || *at == '/';
	at++;
	if (!strncmp(at, "gatehouse:", 10))
		at += 10;
	if (strncmp(at, "name=", 5) || (at[5] != '\'' && at[5] != '"'))
		return false;
	begin = at + 6;
	end = strchr(begin, at[5]);
	if (!end || end[1] != ']' || (size_t)(end - begin) >= sizeof(r->only) || end == begin)
		return false;
	memcpy(r->only, begin, (size_t)(end - begin));
	return true;
}

static bool take_path(struct state_reader *r, const char *path)
{
	size_t n = strlen(ROOT);

	if (!strcmp(path, GET_ROUTES)) {
		r->single = r->output = true;
		return part_find("routes", 6, &r->part);
	}
	if (strncmp(path, ROOT, n))
		return false;
	path += n;
	if (!*path)
		return true;
	if (*path++ != '/')
		return false;
	if (!strncmp(path, "gatehouse:", 10))
		path += 10;
	n = strcspn(path, "/[");
	r->single = true;
	if (!part_find(path, n, &r->part))
		return false;
	/* Other lists have no names for keys. */
	return path[n] == '[' && parts[r->part].list ? false : take_key(r, path + n);
}

static void take_page(struct state_reader *r, const struct state_page *page)
{
	r->left = page && page->limit ? page->limit : UINT32_MAX;
	if (page && page->within) {
		r->has_within = true;
		r->within = *page->within;
	}
	if (page && page->after) {
		r->at.begun = true;
		r->at.prefix = *page->after;
	}
}

struct state_reader *state_read(struct gateway *g, const char *path, const struct state_page *page,
				struct gh_buf *why)
{
	struct state_reader *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->gateway = g;
	if (!take_path(r, path)) {
		gh_buf_printf(why, "there is no state at %s: ask for " ROOT " or one of its parts", path);
		free(r);
		return NULL;
	}
	take_page(r, page);
	return r;
}

void state_pretty(struct state_reader *r)
{
	r->writer.pretty = true;
}

bool state_more(const struct state_reader *r, struct gh_prefix *last)
{
	*last = r->last;
	return r->more;
}

void state_free(struct state_reader *r)
{
	free(r);
}

/* ---- slices ------------------------------------------------------------ */

static void part_begin(struct state_reader *r, const struct state_part *p)
{
	struct writer *w = &r->writer;

	r->inside = true;
	if (r->output) {
		writer_list(w, p->list);
		return;
	}
	if (!p->list && p->entry) {
		writer_list(w, p->name);
		return;
	}
	writer_open(w, p->name);
	if (p->head)
		p->head(r->gateway, w);
	if (p->list)
		writer_list(w, p->list);
}

static void part_end(struct state_reader *r, const struct state_part *p)
{
	struct writer *w = &r->writer;

	r->inside = false;
	if (p->entry)
		writer_list_end(w);
	if (r->output)
		writer_flag(w, "more", r->more);
	else if (p->list || !p->entry)
		writer_close(w);
}

/* One step of any kind; false: all is written. */
static bool step(struct state_reader *r)
{
	const struct state_part *p = &parts[r->part < PARTS ? r->part : 0];
	struct writer *w = &r->writer;

	if (!r->opened) {
		r->opened = true;
		writer_open(w, NULL);
		writer_open(w, r->output ? "gatehouse:output" : "gatehouse:gateway");
		return true;
	}
	if (r->part == PARTS) {
		writer_close(w);
		writer_close(w);
		return false;
	}
	if (!r->inside && p->explicit_only && !r->single) {
		r->part++;
		return true;
	}
	if (!r->inside) {
		part_begin(r, p);
		return true;
	}
	if (p->entry && p->entry(r->gateway, r, w))
		return true;
	part_end(r, p);
	r->at = (struct state_position){ 0 };
	r->part = r->single ? PARTS : r->part + 1;
	return true;
}

int state_next(struct state_reader *r, struct gh_buf *out)
{
	struct gh_time begin = gh_now();
	size_t before = gh_buf_length(out);

	r->writer.out = out;
	while (!r->ended) {
		r->ended = !step(r);
		if (gh_now().ns - begin.ns >= SLICE_US * 1000ull ||
		    gh_buf_length(out) - before >= SLICE_BYTES)
			break;
	}
	if (r->ended && r->writer.pretty)
		gh_buf_append(out, "\n", 1);
	return !r->ended;
}

int state_entry(struct state_reader *r, struct gh_buf *out)
{
	const struct state_part *p = &parts[r->part];

	r->writer = (struct writer){ .out = out };
	if (p->entry)
		return p->entry(r->gateway, r, &r->writer);
	if (r->ended)
		return 0;
	r->ended = true;
	writer_open(&r->writer, NULL);
	p->head(r->gateway, &r->writer);
	writer_close(&r->writer);
	return 1;
}

/* ---- shared ------------------------------------------------------------ */

size_t state_after(const struct state_reader *r, const void *array, size_t count, size_t size,
		   size_t name_offset)
{
	const char *names = (const char *)array + name_offset;
	size_t low = 0, high = count;

	if (r->only[0]) {
		if (r->at.begun)
			return count;
		for (size_t i = 0; i < count; i++)
			if (!strcmp(names + i * size, r->only))
				return i;
		return count;
	}
	while (r->at.begun && low < high) {
		size_t middle = (low + high) / 2;

		if (strcmp(names + middle * size, r->at.name) > 0)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}
