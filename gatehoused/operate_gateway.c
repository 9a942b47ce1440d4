/* What is done to connections and circuits: see operate.h. */
#include "gatehoused/operate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/failover_test.h"
#include "gatehoused/gateway.h"
#include "gatehoused/timeline.h"
#include "ipsec/ike.h"
#include "rib/rib.h"
#include "yang/store.h"

/* The connection that the argument's first word names; *rest: what follows. NULL: answered. */
static const struct gw_connection *connection_of(struct operate_call *call, const char **rest)
{
	const struct gw_connection *c = NULL;
	char name[GH_NAME_MAX + 1];
	size_t n = strcspn(call->argument, " ");

	if (n && n < sizeof(name)) {
		snprintf(name, sizeof(name), "%.*s", (int)n, call->argument);
		c = gw_config_connection(store_config(call->g->store), name);
	}
	if (!c) {
		operate_done(call, -ENOENT, "there is no connection %s: see `show gateway connections`",
			     call->argument);
		return NULL;
	}
	*rest = call->argument + n + strspn(call->argument + n, " ");
	if (c->shutdown || gw_connection_incomplete(c)) {
		operate_done(call, -EINVAL, "connection %s is down: %s", c->name,
			     c->shutdown ? "it is shut down" : gw_connection_incomplete(c));
		return NULL;
	}
	return c;
}

/* What charon was asked for is told as an event, for it answers by what happens. */
static void asked(struct operate_call *call, const struct gw_connection *c, int rc, const char *what)
{
	if (rc) {
		operate_done(call, rc, "connection %s: %s", c->name, rc == -EAGAIN
			     ? "charon is away: start strongSwan" : "charon does not hold it yet");
		return;
	}
	timeline_add(call->g->timeline, TIMELINE_IKE, "%s: %s by %s", c->name, what,
		     call->user.who && call->user.who->name[0] ? call->user.who->name : "an operator");
	operate_done(call, 0, "%s", "");
}

void operate_reset(struct operate_call *call)
{
	const char *rest;
	const struct gw_connection *c = connection_of(call, &rest);

	if (!c)
		return;
	if (*rest)
		operate_done(call, -EINVAL, "reset connection %s: nothing follows the name", call->argument);
	else
		asked(call, c, ike_reset(call->g->ike, c->leg), "reset");
}

/* Azure's reset of a gateway: every tunnel ends, and is set up anew. Sessions of BGP follow their tunnels. */
void operate_reset_all(struct operate_call *call)
{
	int rc;

	if (*call->argument) {
		operate_done(call, -EINVAL, "reset %s: expected connection NAME, or nothing for all"
			     " of them", call->argument);
		return;
	}
	rc = ike_reset_all(call->g->ike);
	if (rc < 0) {
		operate_done(call, rc, "reset: charon is away: start strongSwan");
		return;
	}
	timeline_add(call->g->timeline, TIMELINE_IKE, "reset of all %d connections by %s", rc,
		     call->user.who && call->user.who->name[0] ? call->user.who->name : "an operator");
	operate_done(call, 0, "%d connection%s reset", rc, rc == 1 ? "" : "s");
}

void operate_rekey(struct operate_call *call)
{
	const char *rest;
	const struct gw_connection *c = connection_of(call, &rest);
	bool ike, child;
	int rc = 0;

	if (!c)
		return;
	ike = !*rest || !strcmp(rest, "ike") || !strcmp(rest, "both");
	child = !*rest || !strcmp(rest, "child") || !strcmp(rest, "both");
	if (!ike && !child) {
		operate_done(call, -EINVAL, "rekey connection %s: expected ike, child or nothing",
			     call->argument);
		return;
	}
	if (child)
		rc = ike_rekey_child(call->g->ike, c->leg);
	if (ike && !rc)
		rc = ike_rekey_ike(call->g->ike, c->leg);
	asked(call, c, rc, ike && child ? "rekey of both SAs" : ike ? "rekey of the IKE SA"
								    : "rekey of the child SA");
}

/* ---- failover tests ------------------------------------------------------ */

bool operate_hold(void *gateway, const char *circuit, bool down)
{
	struct gateway *g = gateway;
	const struct gw_circuit *c = gw_config_circuit(store_config(g->store), circuit);

	if (!c)
		return false;
	for (unsigned role = 0; role < GW_ROLES; role++) {
		struct rib_leg_view view;
		uint32_t leg = c->edges[role].leg;

		if (leg && !rib_leg_view(g->rib, leg, &view) &&
		    (view.leg->said[LEG_FACT_TEST] == LEG_SAID_DOWN) != down)
			rib_leg_fact(g->rib, leg, LEG_FACT_TEST, !down, gh_now());
	}
	return true;
}

/* A lone edge of a prefix leaves it without any way: the operator should know at once. */
static unsigned unreachable(struct gateway *g, const char *circuit)
{
	const struct gw_circuit *c = gw_config_circuit(store_config(g->store), circuit);
	unsigned n = 0;

	for (unsigned role = 0; c && role < GW_ROLES; role++)
		n += rib_leg_stranded(g->rib, c->edges[role].leg);
	return n;
}

void operate_test(struct operate_call *call)
{
	struct gh_buf why = { 0 };
	char name[GH_NAME_MAX + 1], end;
	unsigned minutes, stranded;
	int rc;

	/* GH_NAME_MAX is 80. */
	if (sscanf(call->argument, "%80s for %7u%c", name, &minutes, &end) != 2) {
		operate_done(call, -EINVAL, "failover-test expressroute %s: expected NAME for MINUTES",
			     call->argument);
		return;
	}
	rc = failover_test_start(call->g->tests, name, minutes, &why);
	stranded = rc ? 0 : unreachable(call->g, name);
	if (stranded)
		gh_buf_printf(&why, "warning: prefixes of %u groups have no other way and are unreachable"
			      " while the test runs; `no gateway failover-test expressroute %s` ends it",
			      stranded, name);
	operate_done(call, rc, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
}

void operate_test_stop(struct operate_call *call)
{
	struct gh_buf why = { 0 };
	int rc = failover_test_stop(call->g->tests, call->argument, &why);

	operate_done(call, rc, "%s", gh_buf_text(&why));
	gh_buf_fini(&why);
}
