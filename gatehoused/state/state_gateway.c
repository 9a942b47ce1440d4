/* The gateway as a whole, its sessions, events and commits: see state.h. */
#include <string.h>

#include "gatehoused/failover_test.h"
#include "gatehoused/gateway.h"
#include "gatehoused/guests.h"
#include "gatehoused/meter.h"
#include "gatehoused/speaker.h"
#include "gatehoused/state/state_part.h"
#include "gatehoused/timeline.h"
#include "gh-config.h"
#include "ipsec/ike.h"
#include "ipsec/mss.h"
#include "yang/store.h"

/* ---- state ------------------------------------------------------------- */

static void effective(struct gateway *g, struct writer *w)
{
	const struct gw_config *c = store_config(g->store);
	char text[GH_ADDR_TEXT];

	writer_open(w, "effective");
	writer_number(w, "asn", c->asn);
	writer_addr(w, "router-id", &c->router_id);
	writer_list(w, "public-address");
	if (gh_addr_is_set(&c->public_ipv4))
		writer_text(w, NULL, gh_addr_print(&c->public_ipv4, text));
	if (gh_addr_is_set(&c->public_ipv6))
		writer_text(w, NULL, gh_addr_print(&c->public_ipv6, text));
	writer_list_end(w);
	writer_text_if(w, "vnet-interface", c->vnet_interface);
	writer_list(w, "address-space");
	for (size_t i = 0; i < c->address_space_count; i++)
		writer_prefix(w, NULL, &c->address_space[i]);
	writer_list_end(w);
	if (c->mtu) {
		writer_number(w, "mtu", c->mtu);
		writer_number(w, "tcp-mss-ipv4", mss_for(c->mtu, c->tcp_mss, AF_INET));
		writer_number(w, "tcp-mss-ipv6", mss_for(c->mtu, c->tcp_mss, AF_INET6));
	}
	writer_close(w);
}

static void guest(struct gateway *g, struct writer *w, enum gh_role role, const char *name)
{
	const struct gh_hello *hello = guests_hello(g->guests, role);

	writer_open(w, NULL);
	writer_text(w, "name", name);
	writer_flag(w, "connected", hello != NULL);
	if (hello) {
		writer_text(w, "software", hello->software);
		writer_number(w, "pid", hello->pid);
	}
	writer_close(w);
}

static void failover_tests(struct gateway *g, struct writer *w)
{
	const struct gw_config *c = store_config(g->store);
	struct gh_time began, ends;

	writer_list(w, "failover-test");
	for (size_t i = 0; i < c->circuit_count; i++)
		if (failover_test_of(g->tests, c->circuits[i].name, &began, &ends))
			writer_text(w, NULL, c->circuits[i].name);
	writer_list_end(w);
}

static void count_leg(void *ctx, const struct rib_leg_view *view)
{
	unsigned *counts = ctx;

	counts[0]++;
	counts[1] += view->leg->state == LEG_UP;
}

static void legs(struct gateway *g, struct writer *w)
{
	unsigned counts[2] = { 0 };

	rib_leg_each(g->rib, count_leg, counts);
	writer_number(w, "legs", counts[0]);
	writer_number(w, "legs-up", counts[1]);
}

static void arbiter(struct gateway *g, struct writer *w)
{
	struct rib_counters c;

	rib_counters(g->rib, &c);
	writer_open(w, "arbiter");
	writer_counter(w, "prefixes-ipv4", c.prefixes4);
	writer_counter(w, "prefixes-ipv6", c.prefixes6);
	writer_counter(w, "paths", c.paths);
	writer_counter(w, "paths-refused", c.refused);
	writer_counter(w, "paths-unknown", c.unknown_leg);
	writer_counter(w, "groups", c.groups);
	writer_counter(w, "kernel-routes", c.kernel_routes);
	writer_counter(w, "esp-routes", c.esp_routes);
	writer_counter(w, "pending", c.pending);
	writer_counter(w, "leg-changes", c.flips);
	writer_counter(w, "failovers", c.failovers);
	writer_counter(w, "failures", c.failures);
	writer_flag(w, "taking-over", c.taking_over);
	writer_close(w);
}

static void security_associations(struct gateway *g, struct writer *w)
{
	const struct gw_config *c = store_config(g->store);
	unsigned ike = 0, child = 0;

	for (size_t i = 0; i < c->connection_count; i++) {
		const struct ike_status *s = ike_status(g->ike, c->connections[i].leg);

		ike += s && s->state == IKE_ESTABLISHED;
		child += s && s->child.state == IKE_CHILD_INSTALLED;
	}
	writer_number(w, "ike-sas", ike);
	writer_number(w, "child-sas", child);
}

static void esp(struct gateway *g, struct writer *w)
{
	struct ipsec_counters c;

	ipsec_counters(g->ipsec, &c);
	writer_open(w, "esp");
	writer_counter(w, "in-packets", c.in_packets);
	writer_counter(w, "in-octets", c.in_bytes);
	writer_counter(w, "out-packets", c.out_packets);
	writer_counter(w, "out-octets", c.out_bytes);
	writer_counter(w, "in-peak", meter_peak(g->meter, METER_ALL, METER_IN, gh_now()));
	writer_counter(w, "out-peak", meter_peak(g->meter, METER_ALL, METER_OUT, gh_now()));
	writer_number(w, "in-flows", c.in_flows);
	writer_number(w, "out-flows", c.out_flows);
	writer_number(w, "flows", (int64_t)c.in_flows + c.out_flows);
	writer_counter(w, "icmp-sent", c.icmp_sent);
	security_associations(g, w);
	writer_open(w, "drops");
	for (unsigned i = 0; i < IPSEC_DROP_COUNT; i++)
		writer_counter(w, ipsec_drop_name(i), c.drops[i]);
	writer_close(w);
	writer_close(w);
}

static void health(struct gateway *g, struct writer *w)
{
	struct ipsec_counters c;

	ipsec_counters(g->ipsec, &c);
	writer_open(w, "health");
	writer_counter(w, "loop-turns", g->pulse.turns);
	writer_counter(w, "loop-busy", g->pulse.busy_us);
	writer_counter(w, "loop-longest", peak_get(&g->pulse.longest, gh_now()));
	writer_counter(w, "loop-longest-own", peak_get(&g->pulse.longest_own, gh_now()));
	writer_number(w, "workers", c.workers);
	writer_number(w, "workers-stuck", c.workers_stuck);
	writer_counter(w, "commits", g->commits);
	writer_counter(w, "events", timeline_count(g->timeline));
	writer_close(w);
}

void state_gateway_head(struct gateway *g, struct writer *w)
{
	writer_text(w, "instance", g->options->instance);
	writer_text(w, "version", PACKAGE_VERSION);
	writer_time(w, "started", g->started);
	writer_flag(w, "configured", store_config(g->store)->present);
	effective(g, w);
	writer_list(w, "guest");
	guest(g, w, GH_ROLE_BGPD, "bgpd");
	guest(g, w, GH_ROLE_CHARON, "charon");
	guest(g, w, GH_ROLE_EXPORTER, "exporter");
	writer_list_end(w);
	failover_tests(g, w);
	legs(g, w);
	arbiter(g, w);
	esp(g, w);
	health(g, w);
}

/* ---- bgp --------------------------------------------------------------- */

void state_bgp_head(struct gateway *g, struct writer *w)
{
	writer_flag(w, "connected", guests_here(g->guests, GH_ROLE_BGPD));
}

static void session(struct gateway *g, struct writer *w, const struct gh_neighbor *n)
{
	const struct gh_peer *p = speaker_peer(g->speaker, n->id);

	writer_text(w, "state", gh_bgp_state_name(p ? p->state : GH_BGP_IDLE));
	if (!p)
		return;
	writer_text(w, "bfd", gh_bfd_state_name(p->bfd));
	writer_time(w, "since", speaker_peer_since(g->speaker, n->id));
	writer_number(w, "received", p->received);
	writer_number(w, "sent", p->sent);
	writer_number(w, "times-established", p->established);
	writer_addr(w, "router-id", &p->router_id);
	writer_text_if(w, "last-error", p->last_error);
}

bool state_bgp_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct gh_neighbor *n;
	char name[GH_NAME_MAX + 16];

	n = speaker_neighbor_after(g->speaker, r->at.begun ? (uint32_t)r->at.number : 0);
	if (!n)
		return false;
	r->at.begun = true;
	r->at.number = n->id;
	writer_open(w, NULL);
	writer_addr(w, "address", &n->peer);
	writer_text(w, "leg", gateway_leg_name(g, gh_neighbor_leg(n->id), name));
	writer_number(w, "remote-as", n->remote_as);
	writer_number(w, "weight", n->weight);
	writer_flag(w, "de-preferred", n->prepend != 0);
	if (n->prefix_limit)
		writer_number(w, "prefix-limit", n->prefix_limit);
	session(g, w, n);
	writer_close(w);
	return true;
}

/* ---- events ------------------------------------------------------------ */

bool state_event_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	const struct timeline_event *e = timeline_next(g->timeline, r->at.number + 1);

	if (!e)
		return false;
	r->at.number = e->number;
	writer_open(w, NULL);
	writer_counter(w, "number", e->number);
	writer_wall(w, "time", e->wall_ms);
	writer_text(w, "kind", timeline_kind_name(e->kind));
	writer_text(w, "text", e->text);
	writer_close(w);
	return true;
}

/* ---- commits ----------------------------------------------------------- */

void state_commits_head(struct gateway *g, struct writer *w)
{
	uint32_t left = store_unconfirmed_s(g->store);

	if (left)
		writer_number(w, "confirm-within", left);
}

bool state_commit_entry(struct gateway *g, struct state_reader *r, struct writer *w)
{
	struct store_commit commits[STORE_COMMITS];
	size_t n = store_history(g->store, commits), i = 0;

	while (i < n && r->at.begun && commits[i].id >= r->at.number)
		i++;
	if (i == n)
		return false;
	r->at.begun = true;
	r->at.number = commits[i].id;
	writer_open(w, NULL);
	writer_number(w, "number", (int64_t)i);
	writer_counter(w, "id", commits[i].id);
	writer_wall(w, "time", commits[i].wall_ms);
	writer_text_if(w, "user", commits[i].user);
	writer_text_if(w, "from", commits[i].from);
	writer_number(w, "added", commits[i].added);
	writer_number(w, "removed", commits[i].removed);
	writer_flag(w, "unconfirmed", commits[i].unconfirmed);
	writer_close(w);
	return true;
}
