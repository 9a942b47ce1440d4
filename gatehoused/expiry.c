/* A certificate a second: see expiry.h. */
#include "gatehoused/expiry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "yang/certificate.h"

#define DAY_S 86400

struct expiry {
	expiry_tell *tell;
	void *context;
	struct expiry_seen *seen;       /* sorted by name, as the configuration is */
	size_t count, next;
};

struct expiry *expiry_new(expiry_tell *tell, void *context)
{
	struct expiry *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->tell = tell;
	e->context = context;
	return e;
}

void expiry_free(struct expiry *e)
{
	if (e)
		free(e->seen);
	free(e);
}

int expiry_mark(int days)
{
	static const int marks[] = { -1, 1, 3, 7, 14, 30 };

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (days <= marks[i])
			return marks[i];
	return EXPIRY_NEVER;
}

/* Walks both sorted lists; what stays keeps what was seen of it. */
static void take_config(struct expiry *e, const struct gw_config *config)
{
	struct expiry_seen *fresh = calloc(config->certificate_count + 1, sizeof(*fresh));

	if (!fresh)
		abort();
	for (size_t i = 0, old = 0; i < config->certificate_count; i++) {
		const struct gw_certificate *c = &config->certificates[i];

		while (old < e->count && strcmp(e->seen[old].name, c->name) < 0)
			old++;
		if (old < e->count && !strcmp(e->seen[old].name, c->name) &&
		    !strcmp(e->seen[old].file, c->file)) {
			fresh[i] = e->seen[old];
			continue;
		}
		snprintf(fresh[i].name, sizeof(fresh[i].name), "%s", c->name);
		snprintf(fresh[i].file, sizeof(fresh[i].file), "%s", c->file);
		fresh[i].told = EXPIRY_NEVER;
	}
	free(e->seen);
	e->seen = fresh;
	e->count = config->certificate_count;
}

static bool is_of(const struct expiry *e, const struct gw_config *config)
{
	if (e->count != config->certificate_count)
		return false;
	for (size_t i = 0; i < e->count; i++)
		if (strcmp(e->seen[i].name, config->certificates[i].name) ||
		    strcmp(e->seen[i].file, config->certificates[i].file))
			return false;
	return true;
}

static int days_left(int64_t not_after_s, int64_t now_s)
{
	return not_after_s < now_s ? -1 : (int)((not_after_s - now_s) / DAY_S);
}

static void look(struct expiry *e, struct expiry_seen *s, int64_t now_s)
{
	struct certificate c;
	struct gh_buf why = { 0 };
	int days, mark;

	if (certificate_read(s->file, "", &c, &why) < 0) {
		snprintf(s->problem, sizeof(s->problem), "%s", gh_buf_text(&why));
		gh_buf_fini(&why);
		return;
	}
	gh_buf_fini(&why);
	if (s->not_after_s != c.not_after_s)
		s->told = EXPIRY_NEVER;         /* renewed */
	snprintf(s->subject, sizeof(s->subject), "%s", c.subject);
	s->not_before_s = c.not_before_s;
	s->not_after_s = c.not_after_s;
	s->problem[0] = '\0';
	if (now_s > c.not_after_s)
		snprintf(s->problem, sizeof(s->problem), "it has ended: renew it");
	else if (now_s < c.not_before_s)
		snprintf(s->problem, sizeof(s->problem), "it is not valid yet: is the clock right?");
	certificate_fini(&c);
	days = days_left(s->not_after_s, now_s);
	mark = expiry_mark(days);
	if (mark < s->told) {
		s->told = mark;
		e->tell(e->context, s, days);
	}
}

void expiry_tick(struct expiry *e, const struct gw_config *config, int64_t now_s)
{
	if (!is_of(e, config))
		take_config(e, config);
	if (!e->count)
		return;
	e->next = (e->next + 1) % e->count;
	if (e->seen[e->next].file[0])
		look(e, &e->seen[e->next], now_s);
}

const struct expiry_seen *expiry_find(const struct expiry *e, const char *name)
{
	for (size_t i = 0; i < e->count; i++)
		if (!strcmp(e->seen[i].name, name))
			return &e->seen[i];
	return NULL;
}
