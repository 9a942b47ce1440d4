/* Translations as state: see state_part.h. */
#include <stdio.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/nat/nat.h"
#include "gatehoused/state/state_part.h"
#include "gatehoused/state/writer.h"
#include "yang/store.h"

/* The counts of one rule out of its connection's. */
struct wanted {
	const char *rule;
	struct writer *w;
};

static void counts(void *context, const struct nat_view *view)
{
	const struct wanted *wanted = context;

	for (size_t i = 0; i < view->count; i++) {
		if (strcmp(view->rules[i].name, wanted->rule))
			continue;
		writer_counter(wanted->w, "flows", view->counts[i].flows);
		writer_counter(wanted->w, "stateless", view->counts[i].stateless);
		writer_counter(wanted->w, "refused", view->counts[i].refused);
	}
	if (!view->open)
		writer_text(wanted->w, "problem", view->why);
}

static void translation(struct gateway *g, struct writer *w, const struct gw_connection *c,
			const struct gw_nat_rule *rule)
{
	struct wanted wanted = { rule->name, w };

	writer_open(w, NULL);
	writer_text(w, "connection", c->name);
	writer_text(w, "rule", rule->name);
	writer_text(w, "mode", rule->ingress ? "ingress" : "egress");
	writer_text(w, "type", rule->dynamic ? "dynamic" : "static");
	if (gh_addr_is_set(&rule->internal.addr))
		writer_prefix(w, "internal", &rule->internal);
	if (gh_addr_is_set(&rule->external.addr))
		writer_prefix(w, "external", &rule->external);
	if (g->nat)
		nat_each(g->nat, c->leg, counts, &wanted);
	writer_close(w);
}

/* The position: name is the connection's, number counts its rules that were delivered. */
bool state_nat_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gw_config *config = store_config(g->store);

	for (size_t i = 0; i < config->connection_count; i++) {
		const struct gw_connection *c = &config->connections[i];
		int order = r->at.begun ? strcmp(c->name, r->at.name) : 1;
		uint64_t next = order ? 0 : r->at.number;

		if (order < 0 || next >= c->nat_rule_count)
			continue;
		r->at.begun = true;
		snprintf(r->at.name, sizeof(r->at.name), "%s", c->name);
		r->at.number = next + 1;
		translation(g, w, c, &c->nat_rules[next]);
		return true;
	}
	return false;
}
