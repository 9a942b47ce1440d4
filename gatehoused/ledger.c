/*
 * The ledger: see ledger.h.
 *
 * Rows are an array sorted by name, and a round comes in the order of the
 * configuration, which is that too: so each look-up begins where the one
 * before ended. Adding up SAs as they end would need no rounds, and would show
 * a tunnel's traffic hours late.
 */
#include "gatehoused/ledger.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "! gatehouse ledger 1\n"
#define STEP_MAX_MS 10000       /* a longer gap between rounds is a suspended host */

struct ledger {
	struct ledger_row *rows;        /* by name */
	size_t count, size;
	size_t next;                    /* where the next look-up begins */
	uint64_t size_ms[GW_SIZES];
	struct gh_time last;            /* round; ns 0: none yet */
	uint64_t step_ms;               /* of this round */
	bool first;                     /* round of this process */
	bool changed;                   /* rows came or went, or changed their class */
};

struct ledger *ledger_new(void)
{
	return calloc(1, sizeof(struct ledger));
}

void ledger_free(struct ledger *l)
{
	if (l)
		free(l->rows);
	free(l);
}

/* ---- rows --------------------------------------------------------------- */

static size_t lower_bound(const struct ledger *l, const char *name)
{
	size_t low = 0, high = l->count;

	if (l->next < l->count && !strcmp(l->rows[l->next].name, name))
		return l->next;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(l->rows[middle].name, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct ledger_row *row_get(struct ledger *l, const char *name)
{
	size_t i = lower_bound(l, name);

	l->next = i + 1;
	if (i < l->count && !strcmp(l->rows[i].name, name))
		return &l->rows[i];
	if (l->count == l->size) {
		l->size = l->size ? l->size * 2 : 16;
		l->rows = reallocarray(l->rows, l->size, sizeof(*l->rows));
		if (!l->rows)
			abort();
	}
	memmove(&l->rows[i + 1], &l->rows[i], (l->count - i) * sizeof(*l->rows));
	l->count++;
	l->rows[i] = (struct ledger_row){ 0 };
	snprintf(l->rows[i].name, sizeof(l->rows[i].name), "%s", name);
	return &l->rows[i];
}

static void row_drop(struct ledger *l, size_t i)
{
	l->count--;
	memmove(&l->rows[i], &l->rows[i + 1], (l->count - i) * sizeof(*l->rows));
}

const struct ledger_row *ledger_row(const struct ledger *l, size_t index)
{
	return index < l->count ? &l->rows[index] : NULL;
}

size_t ledger_find(const struct ledger *l, const char *name)
{
	return lower_bound(l, name);
}

uint64_t ledger_size_ms(const struct ledger *l, enum gw_size size)
{
	return size < GW_SIZES ? l->size_ms[size] : 0;
}

/* ---- a round ------------------------------------------------------------ */

void ledger_begin(struct ledger *l, enum gw_size size, struct gh_time now)
{
	l->first = !l->last.ns;
	l->step_ms = l->first ? 0 : gh_time_ms_between(l->last, now);
	if (l->step_ms > STEP_MAX_MS)
		l->step_ms = 0;
	l->last = now;
	l->next = 0;
	l->size_ms[size] += l->step_ms;
}

/* What is new of a counter since it was noted. */
static uint64_t take(struct ledger_row *r, enum ledger_direction d, uint64_t raw)
{
	uint64_t before = r->raw[d];

	/* The SAs of the process before may be still to come. */
	if (r->resumed[d] && !raw)
		return 0;
	r->raw[d] = raw;
	if (r->resumed[d]) {
		r->resumed[d] = false;
		/* They did not come: others have carried this, unseen for a moment. */
		return raw >= before ? raw - before : 0;
	}
	/* Another connection had that leg, and the counters were its own. */
	return raw >= before ? raw - before : 0;
}

void ledger_connection(struct ledger *l, const struct gw_connection *c,
		       const uint64_t raw[LEDGER_DIRECTIONS], bool up)
{
	struct ledger_row *r = row_get(l, c->name);
	struct ledger_total *t;

	/* In the first round a leg has carried nothing but for its own SAs. */
	if (l->first && !r->began_s)
		memset(r->resumed, true, sizeof(r->resumed));
	l->changed |= !r->began_s || r->gone_s || r->destination != c->destination;
	r->seen = true;
	r->destination = c->destination;
	t = &r->totals[c->destination];
	if (r->leg != c->leg) {
		/* Numbers of legs stay over a restart, or the SAs do not. */
		bool first = !r->leg;

		r->leg = c->leg;
		if (!first || (!r->resumed[LEDGER_IN] && !r->resumed[LEDGER_OUT])) {
			memcpy(r->raw, raw, sizeof(r->raw));
			memset(r->resumed, 0, sizeof(r->resumed));
			return;
		}
	}
	for (unsigned d = 0; d < LEDGER_DIRECTIONS; d++)
		t->octets[d] += take(r, d, raw[d]);
	if (up)
		t->up_ms += l->step_ms;
}

bool ledger_changed(struct ledger *l)
{
	bool changed = l->changed;

	l->changed = false;
	return changed;
}

static void drop_longest_gone(struct ledger *l, size_t gone)
{
	for (; gone > LEDGER_GONE_MAX; gone--) {
		size_t oldest = l->count;

		for (size_t i = 0; i < l->count; i++)
			if (l->rows[i].gone_s && (oldest == l->count ||
						  l->rows[i].gone_s < l->rows[oldest].gone_s))
				oldest = i;
		row_drop(l, oldest);
	}
}

void ledger_end(struct ledger *l, uint64_t wall_s)
{
	size_t gone = 0;

	for (size_t i = 0; i < l->count; i++) {
		struct ledger_row *r = &l->rows[i];

		if (!r->began_s)
			r->began_s = wall_s;
		if (r->seen) {
			r->gone_s = 0;
		} else {
			l->changed |= !r->gone_s;
			if (!r->gone_s)
				r->gone_s = wall_s;
			r->leg = 0;
			memset(r->raw, 0, sizeof(r->raw));
			memset(r->resumed, 0, sizeof(r->resumed));
			gone++;
		}
		r->seen = false;
	}
	drop_longest_gone(l, gone);
}

/* ---- text --------------------------------------------------------------- */

static void print_row(const struct ledger_row *r, struct gh_buf *out)
{
	gh_buf_printf(out, "connection %s %llu %llu %llu %llu", r->name,
		      (unsigned long long)r->began_s, (unsigned long long)r->gone_s,
		      (unsigned long long)r->living[LEDGER_IN],
		      (unsigned long long)r->living[LEDGER_OUT]);
	for (unsigned i = 0; i < GW_DESTINATIONS; i++) {
		const struct ledger_total *t = &r->totals[i];

		if (t->octets[LEDGER_IN] || t->octets[LEDGER_OUT] || t->up_ms)
			gh_buf_printf(out, " %s %llu %llu %llu", gw_destination_name(i),
				      (unsigned long long)t->octets[LEDGER_IN],
				      (unsigned long long)t->octets[LEDGER_OUT],
				      (unsigned long long)t->up_ms);
	}
	gh_buf_printf(out, "\n");
}

void ledger_living(struct ledger *l, size_t index, const uint64_t octets[LEDGER_DIRECTIONS])
{
	struct ledger_row *r = &l->rows[index];

	/* Those of the process before, which have not come yet, are living too. */
	for (unsigned d = 0; d < LEDGER_DIRECTIONS; d++)
		r->living[d] = r->resumed[d] ? r->raw[d] : octets[d];
}

void ledger_print(const struct ledger *l, struct gh_buf *out)
{
	gh_buf_printf(out, "%s", HEAD);
	for (unsigned i = 0; i < GW_SIZES; i++)
		if (l->size_ms[i])
			gh_buf_printf(out, "gateway %s %llu\n", i ? gw_size_name(i) : "none",
				      (unsigned long long)l->size_ms[i]);
	for (size_t i = 0; i < l->count; i++)
		print_row(&l->rows[i], out);
}

/* The next word of the line, which is cut there; NULL at its end. */
static char *word_next(char **at)
{
	char *word;

	while (**at == ' ')
		(*at)++;
	if (!**at)
		return NULL;
	word = *at;
	*at += strcspn(*at, " ");
	if (**at)
		*(*at)++ = '\0';
	return word;
}

static bool number_next(char **at, uint64_t *out)
{
	char *word = word_next(at), *end;

	if (!word || strspn(word, "0123456789") != strlen(word) || strlen(word) > 20)
		return false;
	errno = 0;
	*out = strtoull(word, &end, 10);
	return !*end && !errno;
}

/* "connection" is behind us. */
static bool parse_row(struct ledger *l, char *at)
{
	const char *name = word_next(&at), *word;
	struct ledger_row r = { .resumed = { true, true } };

	if (!name || strlen(name) > GH_NAME_MAX || !number_next(&at, &r.began_s) ||
	    !number_next(&at, &r.gone_s) || !number_next(&at, &r.raw[LEDGER_IN]) ||
	    !number_next(&at, &r.raw[LEDGER_OUT]))
		return false;
	while ((word = word_next(&at))) {
		enum gw_destination class = gw_destination_find(word);
		struct ledger_total *t = &r.totals[class];

		if (strcmp(word, gw_destination_name(class)) ||
		    !number_next(&at, &t->octets[LEDGER_IN]) ||
		    !number_next(&at, &t->octets[LEDGER_OUT]) || !number_next(&at, &t->up_ms))
			return false;
	}
	snprintf(r.name, sizeof(r.name), "%s", name);
	*row_get(l, name) = r;
	return true;
}

static bool parse_size(struct ledger *l, char *at)
{
	const char *name = word_next(&at);
	enum gw_size size = name ? gw_size_find(name) : 0;
	uint64_t ms;

	if (!name || (!size && strcmp(name, "none")) || !number_next(&at, &ms))
		return false;
	l->size_ms[size] = ms;
	return true;
}

static bool parse_line(struct ledger *l, char *line)
{
	char *at = line;
	const char *word = word_next(&at);

	if (!word)
		return true;
	if (!strcmp(word, "connection"))
		return parse_row(l, at);
	return !strcmp(word, "gateway") && parse_size(l, at);
}

int ledger_parse(struct ledger *l, const char *text, size_t length)
{
	const char *end = text + length;
	int ret = 0;

	if (length < sizeof(HEAD) - 1 || memcmp(text, HEAD, sizeof(HEAD) - 1))
		return -EINVAL;
	text += sizeof(HEAD) - 1;
	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		size_t n = (size_t)((newline ? newline : end) - text);
		char line[512];

		/* A line without its end was cut. */
		if (!newline || n >= sizeof(line) || memchr(text, '\0', n)) {
			ret = -EINVAL;
		} else {
			memcpy(line, text, n);
			line[n] = '\0';
			if (!parse_line(l, line))
				ret = -EINVAL;
		}
		text += n + (newline != NULL);
	}
	return ret;
}
