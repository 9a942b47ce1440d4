/*
 * ledger - what each connection carried and how long, kept over restarts
 *
 * As Azure meters it: octets each way and hours, for each connection and each
 * class of its destinations; hours of the gateway itself, for each size. Totals
 * only grow; a connection that is removed keeps its row, and one of the same
 * name goes on with it.
 *
 * The datapath's counters of a leg begin with the process, and SAs that it
 * takes over from the one before bring along what they carried. So a row is
 * printed with what its living SAs had carried then: what they carried since
 * is added when they come back, and nothing is added twice.
 *
 * Ownership  the ledger owns its rows; ledger_row borrows one until the next
 *            call that is not const.
 * Threads    the control thread.
 * Units      inner octets; seconds in the text, milliseconds within.
 * Errors     -EINVAL for a text that is none of a ledger; its good lines stay.
 */
#ifndef GATEHOUSED_LEDGER_H
#define GATEHOUSED_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/clock.h"
#include "yang/config.h"

#define LEDGER_GONE_MAX 1000    /* rows of removed connections; the longest gone are dropped */

enum ledger_direction { LEDGER_IN, LEDGER_OUT, LEDGER_DIRECTIONS };

struct ledger_total {
	uint64_t octets[LEDGER_DIRECTIONS];     /* in: from the site */
	uint64_t up_ms;                         /* with a tunnel */
};

struct ledger_row {
	char name[GH_NAME_MAX + 1];
	uint64_t began_s, gone_s;               /* since 1970; gone 0: configured */
	enum gw_destination destination;        /* as what it counts now */
	struct ledger_total totals[GW_DESTINATIONS];
	uint64_t raw[LEDGER_DIRECTIONS];        /* the leg's counters as last seen */
	bool resumed[LEDGER_DIRECTIONS];        /* raw is what SAs carried for the process before */
	uint64_t living[LEDGER_DIRECTIONS];     /* what its SAs of now have carried */
	uint32_t leg;                           /* whose counters they are; 0: none yet */
	bool seen;                              /* in this round */
};

struct ledger;

struct ledger *ledger_new(void);
void ledger_free(struct ledger *l);

/*
 * A round: begin, one call for every connection of the configuration, end.
 * raw: the counters of its leg.
 */
void ledger_begin(struct ledger *l, enum gw_size size, struct gh_time now);
void ledger_connection(struct ledger *l, const struct gw_connection *c,
		       const uint64_t raw[LEDGER_DIRECTIONS], bool up);
void ledger_end(struct ledger *l, uint64_t wall_s);

/* Did rows come or go or change their class, since this was asked last? */
bool ledger_changed(struct ledger *l);

/* Rows by name, from index 0; NULL beyond the last. */
const struct ledger_row *ledger_row(const struct ledger *l, size_t index);
/* The index of the first row of that name or behind it. */
size_t ledger_find(const struct ledger *l, const char *name);
/* How long this gateway has run with that size. */
uint64_t ledger_size_ms(const struct ledger *l, enum gw_size size);

/* What the SAs of a row's leg have carried, for the print that follows. */
void ledger_living(struct ledger *l, size_t index, const uint64_t octets[LEDGER_DIRECTIONS]);
void ledger_print(const struct ledger *l, struct gh_buf *out);
/* Into an empty ledger. */
int ledger_parse(struct ledger *l, const char *text, size_t length);

#endif
