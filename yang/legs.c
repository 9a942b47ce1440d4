/* Leg numbers: see legs.h. */
#include "yang/legs.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTNER "partner"

/* Beyond any configuration; keeps the numbers of neighbors (base/fact.h) far from overflow. */
#define LEG_MAX 1000000u

/* The words of those that have no role within something. */
static const struct {
	int role;
	const char *word;
} kinds[] = {
	{ LEGS_CONNECTION, "connection" },
	{ LEGS_VNET_ROUTER, "vnet-router" },
	{ LEGS_PARTNER, "partner" },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

void legs_fini(struct legs *legs)
{
	free(legs->rows);
	*legs = (struct legs){ 0 };
}

static void add(struct legs *legs, uint32_t leg, int role, const char *name)
{
	struct legs_row *row;

	/* Room doubles at each power of two, so that no size field is needed. */
	if (!(legs->count & (legs->count - 1))) {
		size_t size = legs->count ? legs->count * 2 : 1;

		legs->rows = reallocarray(legs->rows, size, sizeof(*legs->rows));
		if (!legs->rows)
			abort();
	}
	row = &legs->rows[legs->count++];
	*row = (struct legs_row){ .leg = leg, .role = role };
	snprintf(row->name, sizeof(row->name), "%s", name);
}

static int by_leg(const void *a, const void *b)
{
	const struct legs_row *x = a, *y = b;

	return (x->leg > y->leg) - (x->leg < y->leg);
}

static int by_name(const void *a, const void *b)
{
	const struct legs_row *x = a, *y = b;

	return x->role != y->role ? x->role - y->role : strcmp(x->name, y->name);
}

/* Drops every row that compares equal to the one before it. */
static void sort_unique(struct legs *legs, int (*cmp)(const void *, const void *))
{
	size_t i, n = 0;

	if (legs->count)
		qsort(legs->rows, legs->count, sizeof(*legs->rows), cmp);
	for (i = 0; i < legs->count; i++)
		if (!n || cmp(&legs->rows[n - 1], &legs->rows[i]))
			legs->rows[n++] = legs->rows[i];
	legs->count = n;
}

void legs_from_config(struct legs *legs, const struct gw_config *config)
{
	size_t i;
	int role;

	if (!config)
		return;
	for (i = 0; i < config->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++)
			if (config->circuits[i].edges[role].leg)
				add(legs, config->circuits[i].edges[role].leg, role,
				    config->circuits[i].name);
	for (i = 0; i < config->connection_count; i++)
		add(legs, config->connections[i].leg, LEGS_CONNECTION,
		    config->connections[i].name);
	for (i = 0; i < config->vnet_router_count; i++)
		add(legs, config->vnet_routers[i].leg, LEGS_VNET_ROUTER,
		    config->vnet_routers[i].name);
	if (config->partner.leg)
		add(legs, config->partner.leg, LEGS_PARTNER, PARTNER);
	sort_unique(legs, by_name);
}

static void parse_line(struct legs *legs, const char *line)
{
	char kind[16], name[GH_NAME_MAX + 1], role[10], end;
	unsigned leg, i;
	int words = sscanf(line, "! leg %7u %15s %80s %9s %c", &leg, kind, name, role, &end);

	if (words < 3 || leg < 1 || leg > LEG_MAX)
		return;
	for (i = 0; words == 3 && i < KINDS; i++)
		if (!strcmp(kind, kinds[i].word))
			add(legs, leg, kinds[i].role, name);
	if (words == 4 && !strcmp(kind, "expressroute")) {
		int r = !strcmp(role, "primary") ? GW_PRIMARY :
			!strcmp(role, "secondary") ? GW_SECONDARY : GW_ROLES;

		if (r < GW_ROLES)
			add(legs, leg, r, name);
	}
}

void legs_from_text(struct legs *legs, const char *text, size_t length)
{
	const char *end = text + length, *next;
	char line[160];

	for (; text < end; text = next) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);

		next = newline ? newline + 1 : end;
		if (n < 6 || n >= sizeof(line) || memcmp(text, "! leg ", 6))
			continue;
		memcpy(line, text, n);
		line[n] = '\0';
		parse_line(legs, line);
	}
	sort_unique(legs, by_leg);
	sort_unique(legs, by_name);
}

void legs_print(const struct legs *legs, struct gh_buf *out)
{
	size_t i;

	for (i = 0; i < legs->count; i++) {
		const struct legs_row *r = &legs->rows[i];
		unsigned k;

		for (k = 0; k < KINDS; k++)
			if (r->role == kinds[k].role)
				gh_buf_printf(out, "! leg %u %s %s\n", r->leg, kinds[k].word,
					      r->name);
		if (r->role >= 0)
			gh_buf_printf(out, "! leg %u expressroute %s %s\n", r->leg, r->name,
				      gw_role_name(r->role));
	}
}

static uint32_t find(const struct legs *legs, int role, const char *name)
{
	struct legs_row key = { .role = role };
	const struct legs_row *row;

	if (!legs->count)
		return 0;
	snprintf(key.name, sizeof(key.name), "%s", name);
	row = bsearch(&key, legs->rows, legs->count, sizeof(*legs->rows), by_name);
	return row ? row->leg : 0;
}

/* Which numbers are taken, one byte each, so that the smallest free one is a scan. */
struct taken {
	bool *used;
	uint32_t size, next;
};

static void take_old(const struct legs *old, struct taken *taken)
{
	size_t i;

	for (i = 0; i < old->count; i++)
		if (old->rows[i].leg < taken->size)
			taken->used[old->rows[i].leg] = true;
}

static uint32_t number(const struct legs *old, struct taken *taken, int role, const char *name)
{
	uint32_t leg = find(old, role, name);

	if (leg)
		return leg;
	while (taken->used[taken->next])
		taken->next++;
	taken->used[taken->next] = true;
	return taken->next;
}

void legs_assign(const struct legs *old, struct gw_config *config)
{
	struct taken taken = { .next = 1 };
	size_t i;
	int role;

	/* There are at most so many numbers below the last that is given here. */
	taken.size = (uint32_t)(old->count + config->connection_count +
				config->vnet_router_count + config->circuit_count * GW_ROLES + 3);
	taken.used = calloc(taken.size, sizeof(*taken.used));
	if (!taken.used)
		abort();
	take_old(old, &taken);
	for (i = 0; i < config->circuit_count; i++)
		for (role = 0; role < GW_ROLES; role++) {
			struct gw_edge *edge = &config->circuits[i].edges[role];

			if (edge->interface[0] || gh_addr_is_set(&edge->peer))
				edge->leg = number(old, &taken, role, config->circuits[i].name);
		}
	for (i = 0; i < config->connection_count; i++)
		config->connections[i].leg = number(old, &taken, LEGS_CONNECTION,
						    config->connections[i].name);
	for (i = 0; i < config->vnet_router_count; i++)
		config->vnet_routers[i].leg = number(old, &taken, LEGS_VNET_ROUTER,
						     config->vnet_routers[i].name);
	if (gh_addr_is_set(&config->partner.peer))
		config->partner.leg = number(old, &taken, LEGS_PARTNER, PARTNER);
	free(taken.used);
}
