/*
 * The meter as state: see state_part.h.
 *
 * An entry is a connection and a class: a connection whose class was changed
 * has several, and each keeps what it counted.
 */
#include <stdio.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/ledger.h"
#include "gatehoused/ledger_file.h"
#include "gatehoused/state/state_part.h"

void state_meter_head(struct gateway *g, struct writer *w)
{
	const struct ledger *l = ledger_file_ledger(g->ledger);

	writer_list(w, "size");
	for (unsigned i = 0; i < GW_SIZES; i++) {
		if (!ledger_size_ms(l, i))
			continue;
		writer_open(w, NULL);
		writer_text(w, "name", i ? gw_size_name(i) : "none");
		writer_counter(w, "ran", ledger_size_ms(l, i) / 1000);
		writer_close(w);
	}
	writer_list_end(w);
}

static bool is_shown(const struct ledger_row *r, unsigned class)
{
	const struct ledger_total *t = &r->totals[class];

	return t->octets[LEDGER_IN] || t->octets[LEDGER_OUT] || t->up_ms ||
	       (!r->gone_s && r->destination == class);
}

static void entry(struct writer *w, const struct ledger_row *r, unsigned class)
{
	const struct ledger_total *t = &r->totals[class];

	writer_open(w, NULL);
	writer_text(w, "connection", r->name);
	writer_text(w, "destination-class", gw_destination_name(class));
	writer_counter(w, "in-octets", t->octets[LEDGER_IN]);
	writer_counter(w, "out-octets", t->octets[LEDGER_OUT]);
	writer_counter(w, "up", t->up_ms / 1000);
	writer_wall(w, "began", r->began_s * 1000);
	if (r->gone_s)
		writer_wall(w, "removed", r->gone_s * 1000);
	writer_close(w);
}

bool state_meter_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct ledger *l = ledger_file_ledger(g->ledger);
	size_t i = r->at.begun ? ledger_find(l, r->at.name) : 0;
	const struct ledger_row *row;

	for (; (row = ledger_row(l, i)); i++) {
		bool same = r->at.begun && !strcmp(row->name, r->at.name);

		for (unsigned class = same ? (unsigned)r->at.number + 1 : 0;
		     class < GW_DESTINATIONS; class++) {
			if (!is_shown(row, class))
				continue;
			r->at.begun = true;
			r->at.number = class;
			snprintf(r->at.name, sizeof(r->at.name), "%s", row->name);
			entry(w, row, class);
			return true;
		}
	}
	return false;
}
