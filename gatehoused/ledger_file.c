/*
 * The ledger's file: see ledger_file.h.
 *
 * A minute's writes instead of each second's: what SAs carried meanwhile is
 * known from the SAs, which outlive the daemon as the ledger's file does.
 */
#include "gatehoused/ledger_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clerk.h"
#include "base/log.h"
#include "gatehoused/gateway.h"
#include "gatehoused/ledger.h"
#include "ipsec/ipsec.h"
#include "yang/store.h"

#define WRITE_EACH_S 60

struct ledger_file {
	struct clerk_job job;           /* first: the clerk gives it back */
	struct ledger *ledger;
	char path[300];
	struct gh_buf text;             /* the clerk's while busy */
	int rc;                         /* of the last write */
	bool busy, told;
	unsigned age_s;
};

static void load(struct ledger_file *f)
{
	struct gh_buf text = { 0 };
	char refused[sizeof(f->path) + 16];
	int rc = store_file_read(f->path, &text);

	if (!rc)
		rc = ledger_parse(f->ledger, gh_buf_text(&text), gh_buf_length(&text));
	gh_buf_fini(&text);
	if (!rc || rc == -ENOENT)
		return;
	snprintf(refused, sizeof(refused), "%s.refused", f->path);
	rename(f->path, refused);
	gh_error("meter: %s is damaged (%s) and kept as %s; what could be read goes on", f->path,
		 strerror(-rc), refused);
}

struct ledger_file *ledger_file_open(const char *state_dir)
{
	struct ledger_file *f = calloc(1, sizeof(*f));

	if (!f)
		return NULL;
	f->ledger = ledger_new();
	if (!f->ledger) {
		free(f);
		return NULL;
	}
	snprintf(f->path, sizeof(f->path), "%s/meter", state_dir);
	load(f);
	return f;
}

const struct ledger *ledger_file_ledger(const struct ledger_file *f)
{
	return f->ledger;
}

/* ---- writing ------------------------------------------------------------ */

static void add_sa(void *ctx, const struct ipsec_sa_state *s)
{
	uint64_t *octets = ctx;

	octets[s->name.direction == GH_IN ? LEDGER_IN : LEDGER_OUT] += s->bytes;
}

static void print(struct ledger_file *f, struct gateway *g)
{
	const struct ledger_row *r;

	for (size_t i = 0; (r = ledger_row(f->ledger, i)); i++) {
		uint64_t octets[LEDGER_DIRECTIONS] = { 0 };

		if (r->leg)
			ipsec_sa_each(g->ipsec, r->leg, add_sa, octets);
		ledger_living(f->ledger, i, octets);
	}
	gh_buf_fini(&f->text);
	ledger_print(f->ledger, &f->text);
}

static void on_clerk(struct clerk_job *job)
{
	struct ledger_file *f = (struct ledger_file *)job;

	f->rc = store_file_write(f->path, gh_buf_text(&f->text), gh_buf_length(&f->text));
}

static void tell(struct ledger_file *f)
{
	if (f->rc && !f->told)
		gh_error("meter: %s cannot be written: %s; make room, or see who owns it", f->path,
			 strerror(-f->rc));
	f->told = f->rc != 0;
}

static void on_written(struct clerk_job *job)
{
	struct ledger_file *f = (struct ledger_file *)job;

	f->busy = false;
	tell(f);
}

void ledger_file_tick(struct ledger_file *f, struct gateway *g)
{
	const struct gw_config *config = store_config(g->store);

	ledger_begin(f->ledger, config->size, gh_now());
	for (size_t i = 0; i < config->connection_count; i++) {
		const struct gw_connection *c = &config->connections[i];
		struct ipsec_leg_counters leg;

		ipsec_leg_counters(g->ipsec, c->leg, &leg);
		ledger_connection(f->ledger, c,
				  (uint64_t[LEDGER_DIRECTIONS]){ leg.in_bytes, leg.out_bytes },
				  ipsec_leg_up(g->ipsec, c->leg));
	}
	ledger_end(f->ledger, (uint64_t)time(NULL));
	if (ledger_changed(f->ledger))
		f->age_s = WRITE_EACH_S;
	if (++f->age_s < WRITE_EACH_S || f->busy)
		return;
	f->age_s = 0;
	f->busy = true;
	print(f, g);
	f->job = (struct clerk_job){ .run = on_clerk, .done = on_written };
	clerk_submit(store_clerk(g->store), &f->job);
}

void ledger_file_close(struct ledger_file *f, struct gateway *g)
{
	if (!f)
		return;
	print(f, g);
	on_clerk(&f->job);
	tell(f);
	gh_buf_fini(&f->text);
	ledger_free(f->ledger);
	free(f);
}
