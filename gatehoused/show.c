/* What is up, who is connected, what happened: see show.h. */
#include "gatehoused/show.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/grid.h"
#include "gatehoused/guests.h"
#include "gatehoused/json.h"
#include "gatehoused/speaker.h"
#include "gatehoused/timeline.h"
#include "gh-config.h"
#include "ipsec/ike.h"
#include "ipsec/ipsec.h"
#include "rib/rib.h"
#include "yang/store.h"

static void put_age(struct json_object *o, const char *key, uint64_t seconds)
{
	char text[16];

	put_text(o, key, grid_age(seconds, text));
}

static uint64_t seconds_since(struct gh_time t)
{
	return gh_time_ms_between(t, gh_now()) / 1000;
}

/* ---- show gateway ------------------------------------------------------ */

static void put_guest(struct gateway *g, struct json_object *list, enum gh_role role,
		      const char *name)
{
	const struct gh_hello *hello = guests_hello(g->guests, role);
	struct json_object *o = json_object_new_object();

	put_text(o, "name", name);
	put_flag(o, "connected", hello != NULL);
	if (hello) {
		put_text(o, "software", hello->software);
		put_number(o, "pid", hello->pid);
	}
	json_object_array_add(list, o);
}

static void count_leg(void *ctx, const struct rib_leg_view *view)
{
	unsigned *counts = ctx;

	counts[0]++;
	counts[1] += view->leg->state == LEG_UP;
}

static struct json_object *build_summary(struct gateway *g, const char *argument, struct gh_buf *out)
{
	const struct gw_config *c = store_config(g->store);
	struct json_object *o = json_object_new_object(), *list;
	struct ipsec_counters traffic;
	struct rib_counters rib;
	unsigned legs[2] = { 0 };

	(void)argument, (void)out;
	put_text(o, "name", g->options->instance);
	put_text(o, "version", PACKAGE_VERSION);
	put_flag(o, "configured", c->present);
	put_number(o, "asn", c->asn);
	put_addr(o, "router-id", &c->router_id);
	put_addr(o, "public-ipv4", &c->public_ipv4);
	put_addr(o, "public-ipv6", &c->public_ipv6);
	put_text(o, "vnet-interface", c->vnet_interface);
	list = put_list(o, "address-space");
	for (size_t i = 0; i < c->address_space_count; i++) {
		char text[GH_PREFIX_TEXT];

		json_object_array_add(list, json_object_new_string(
			gh_prefix_print(&c->address_space[i], text)));
	}
	put_age(o, "uptime", seconds_since(g->started));
	list = put_list(o, "guests");
	put_guest(g, list, GH_ROLE_BGPD, "bgpd");
	put_guest(g, list, GH_ROLE_CHARON, "charon");
	rib_leg_each(g->rib, count_leg, legs);
	put_number(o, "legs", legs[0]);
	put_number(o, "legs-up", legs[1]);
	rib_counters(g->rib, &rib);
	put_number(o, "prefixes-ipv4", rib.prefixes4);
	put_number(o, "prefixes-ipv6", rib.prefixes6);
	put_number(o, "paths", rib.paths);
	put_number(o, "paths-refused", rib.refused);
	put_number(o, "groups", rib.groups);
	put_number(o, "kernel-routes", rib.kernel_routes);
	put_number(o, "esp-routes", rib.esp_routes);
	put_flag(o, "taking-over", rib.taking_over);
	ipsec_counters(g->ipsec, &traffic);
	put_number(o, "esp-out-packets", traffic.out_packets);
	put_number(o, "esp-out-octets", traffic.out_bytes);
	put_number(o, "esp-in-packets", traffic.in_packets);
	put_number(o, "esp-in-octets", traffic.in_bytes);
	list = json_object_new_object();
	for (unsigned i = 0; i < IPSEC_DROP_COUNT; i++)
		put_number(list, ipsec_drop_name(i), traffic.drops[i]);
	json_object_object_add(o, "drops", list);
	return o;
}

static void print_guests(struct json_object *list, struct gh_buf *out)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *guest = json_object_array_get_idx(list, i);
		bool here = json_object_get_boolean(json_object_object_get(guest, "connected"));

		gh_buf_printf(out, "  %-16s ", grid_value(guest, "name"));
		if (here)
			gh_buf_printf(out, "connected, %s\n", grid_value(guest, "software"));
		else
			gh_buf_printf(out, "AWAY: start it, and see that it loads the gatehouse module\n");
	}
}

static void print_summary(struct json_object *o, struct gh_buf *out)
{
	static const struct { const char *key, *label; } lines[] = {
		{ "router-id", "router id" }, { "public-ipv4", "public address" },
		{ "public-ipv6", "public address" }, { "vnet-interface", "VNet interface" },
		{ "address-space", "address space" },
	};
	struct json_object *drops = json_object_object_get(o, "drops");
	bool any = false;

	gh_buf_printf(out, "Gateway %s", grid_value(o, "name"));
	gh_buf_printf(out, ", AS %s", grid_value(o, "asn"));
	gh_buf_printf(out, ", up %s\n", grid_value(o, "uptime"));
	if (!json_object_get_boolean(json_object_object_get(o, "configured")))
		gh_buf_printf(out, "  not configured: enter `configure terminal`, `gateway`\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (strcmp(grid_value(o, lines[i].key), "-"))
			gh_buf_printf(out, "  %-16s %s\n", lines[i].label, grid_value(o, lines[i].key));
	}
	print_guests(json_object_object_get(o, "guests"), out);
	gh_buf_printf(out, "  %-16s %s up of ", "legs", grid_value(o, "legs-up"));
	gh_buf_printf(out, "%s\n", grid_value(o, "legs"));
	gh_buf_printf(out, "  %-16s %s IPv4, ", "prefixes", grid_value(o, "prefixes-ipv4"));
	gh_buf_printf(out, "%s IPv6 from ", grid_value(o, "prefixes-ipv6"));
	gh_buf_printf(out, "%s paths; ", grid_value(o, "paths"));
	gh_buf_printf(out, "%s in the kernel, ", grid_value(o, "kernel-routes"));
	gh_buf_printf(out, "%s in ESP\n", grid_value(o, "esp-routes"));
	gh_buf_printf(out, "  %-16s out %s packets, ", "ESP", grid_value(o, "esp-out-packets"));
	gh_buf_printf(out, "%s bytes; in ", grid_value(o, "esp-out-octets"));
	gh_buf_printf(out, "%s packets, ", grid_value(o, "esp-in-packets"));
	gh_buf_printf(out, "%s bytes\n", grid_value(o, "esp-in-octets"));
	json_object_object_foreach(drops, name, count) {
		if (!json_object_get_uint64(count))
			continue;
		gh_buf_printf(out, "%s %s %s", any ? "," : "  drops           ", name,
			      json_object_get_string(count));
		any = true;
	}
	if (any)
		gh_buf_printf(out, "\n");
}

/* ---- show gateway connections ------------------------------------------ */

static const char *bgp_state(struct gateway *g, uint32_t leg, bool configured)
{
	const struct gh_peer *p;

	if (!configured)
		return "-";
	for (unsigned six = 0; six < 2; six++) {
		p = speaker_peer(g->speaker, leg * 2 + six);
		if (p)
			return gh_bgp_state_name(p->state);
	}
	return "Idle";
}

struct traffic {
	uint64_t in, out;
};

static void add_traffic(void *ctx, const struct ipsec_sa_state *s)
{
	struct traffic *t = ctx;

	if (s->name.direction == GH_IN)
		t->in += s->bytes;
	else
		t->out += s->bytes;
}

static const char *why_down(struct gateway *g, const struct gw_connection *c,
			    const struct ike_status *s)
{
	if (c->shutdown)
		return "shutdown";
	if (gw_connection_incomplete(c))
		return gw_connection_incomplete(c);
	if (s && s->error[0])
		return s->error;
	if (!guests_here(g->guests, GH_ROLE_CHARON))
		return "charon's plugin is not connected";
	return NULL;
}

static struct json_object *connection_object(struct gateway *g, const struct gw_connection *c)
{
	const struct ike_status *s = ike_status(g->ike, c->leg);
	struct json_object *o = json_object_new_object();
	bool esp = ipsec_leg_up(g->ipsec, c->leg);
	struct rib_leg_view view;
	struct traffic t = { 0 };
	const char *why = why_down(g, c, s);

	put_text(o, "name", c->name);
	put_number(o, "leg", c->leg);
	put_addr(o, "remote-address", &c->remote_address);
	put_text(o, "ike", s ? ike_state_name(s->state) : "down");
	put_text(o, "child-sa", s ? ike_child_state_name(s->child.state) : "none");
	put_text(o, "bgp", bgp_state(g, c->leg, c->remote_as != 0));
	put_text(o, "forwarding", esp ? "up" : "down");
	if (!rib_leg_view(g->rib, c->leg, &view))
		put_number(o, "paths", view.paths);
	ipsec_sa_each(g->ipsec, c->leg, add_traffic, &t);
	put_number(o, "in-octets", t.in);
	put_number(o, "out-octets", t.out);
	if (s && s->state == IKE_ESTABLISHED)
		put_age(o, "established", seconds_since(s->established));
	if (why && !esp)
		put_text(o, "reason", why);
	return o;
}

static struct json_object *build_connections(struct gateway *g, const char *argument,
					     struct gh_buf *out)
{
	const struct gw_config *c = store_config(g->store);
	struct json_object *o = json_object_new_object(), *list = put_list(o, "connections");

	(void)argument, (void)out;
	for (size_t i = 0; i < c->connection_count; i++)
		json_object_array_add(list, connection_object(g, &c->connections[i]));
	return o;
}

static void print_connections(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "name", "Connection" }, { "remote-address", "Remote" }, { "ike", "IKE" },
		{ "child-sa", "Child SA" }, { "bgp", "BGP" }, { "forwarding", "Forwarding" },
		{ "paths", "Paths" }, { "in-octets", "Bytes in" }, { "out-octets", "Bytes out" },
		{ "established", "Up for" }, { "reason", "Reason" },
	};

	grid_print(json_object_object_get(o, "connections"), columns,
		   sizeof(columns) / sizeof(*columns), out);
}

/* ---- show gateway expressroute ----------------------------------------- */

static const char *said(const struct rib_leg_view *view, enum leg_fact fact)
{
	if (!(view->leg->uses & LEG_USES(fact)))
		return "off";
	return view->leg->said[fact] == LEG_SAID_UP ? "up"
	     : view->leg->said[fact] == LEG_SAID_DOWN ? "down" : "unknown";
}

static struct json_object *edge_object(struct gateway *g, const struct gw_circuit *c,
				       enum gw_role role)
{
	const struct gw_edge *e = &c->edges[role];
	struct json_object *o = json_object_new_object();
	struct rib_leg_view view;

	put_text(o, "circuit", c->name);
	put_text(o, "edge", gw_role_name(role));
	put_number(o, "leg", e->leg);
	put_text(o, "interface", e->interface);
	put_addr(o, "peer", &e->peer);
	put_addr(o, "peer-ipv6", &e->peer_ipv6);
	put_number(o, "remote-as", e->remote_as);
	put_text(o, "bgp", bgp_state(g, e->leg, true));
	if (rib_leg_view(g->rib, e->leg, &view) < 0)
		return o;
	put_text(o, "link", said(&view, LEG_FACT_LINK));
	put_text(o, "bfd", said(&view, LEG_FACT_BFD));
	put_text(o, "forwarding", leg_state_name(view.leg->state));
	put_number(o, "paths", view.paths);
	put_age(o, "since", seconds_since(view.leg->changed));
	if (view.leg->state == LEG_RESTORING)
		put_number(o, "restores-in-ms", gh_time_ms_between(gh_now(), view.leg->restore_at));
	return o;
}

static struct json_object *build_expressroute(struct gateway *g, const char *argument,
					      struct gh_buf *out)
{
	const struct gw_config *c = store_config(g->store);
	struct json_object *o = json_object_new_object(), *list = put_list(o, "edges");

	(void)argument, (void)out;
	for (size_t i = 0; i < c->circuit_count; i++) {
		for (unsigned role = 0; role < GW_ROLES; role++) {
			if (c->circuits[i].edges[role].leg)
				json_object_array_add(list, edge_object(g, &c->circuits[i], role));
		}
	}
	return o;
}

static void print_expressroute(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "circuit", "Circuit" }, { "edge", "Edge" }, { "interface", "Interface" },
		{ "peer", "Peer" }, { "remote-as", "AS" }, { "link", "Link" }, { "bfd", "BFD" },
		{ "bgp", "BGP" }, { "forwarding", "Forwarding" }, { "paths", "Paths" },
		{ "since", "Since" }, { "restores-in-ms", "Restores in ms" },
	};

	grid_print(json_object_object_get(o, "edges"), columns,
		   sizeof(columns) / sizeof(*columns), out);
}

/* ---- show gateway bgp summary ------------------------------------------ */

static struct json_object *neighbor_object(struct gateway *g, const struct gh_neighbor *n)
{
	const struct gh_peer *p = speaker_peer(g->speaker, n->id);
	struct json_object *o = json_object_new_object();

	put_addr(o, "neighbor", &n->peer);
	put_text(o, "leg", n->description);
	put_number(o, "remote-as", n->remote_as);
	put_number(o, "weight", n->weight);
	put_flag(o, "de-preferred", n->deprefer);
	if (!p)
		return o;
	put_text(o, "state", gh_bgp_state_name(p->state));
	put_text(o, "bfd", gh_bfd_state_name(p->bfd));
	put_age(o, "up-down", p->up_s);
	put_number(o, "received", p->received);
	put_number(o, "sent", p->sent);
	put_number(o, "times-established", p->established);
	put_addr(o, "router-id", &p->router_id);
	if (p->last_error[0])
		put_text(o, "last-error", p->last_error);
	return o;
}

static struct json_object *build_bgp(struct gateway *g, const char *argument, struct gh_buf *out)
{
	struct json_object *o = json_object_new_object(), *list = put_list(o, "neighbors");
	const struct gh_neighbor *n;

	(void)argument, (void)out;
	put_flag(o, "bgpd-connected", guests_here(g->guests, GH_ROLE_BGPD));
	for (size_t i = 0; (n = speaker_neighbor(g->speaker, i)); i++)
		json_object_array_add(list, neighbor_object(g, n));
	return o;
}

static void print_bgp(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "neighbor", "Neighbor" }, { "leg", "Leg" }, { "remote-as", "AS" },
		{ "state", "State" }, { "bfd", "BFD" }, { "up-down", "Up/Down" },
		{ "received", "Received" }, { "sent", "Sent" }, { "weight", "Weight" },
		{ "de-preferred", "De-preferred" }, { "last-error", "Last error" },
	};

	if (!json_object_get_boolean(json_object_object_get(o, "bgpd-connected")))
		gh_buf_printf(out, "bgpd is away: what follows is what it said last\n");
	grid_print(json_object_object_get(o, "neighbors"), columns,
		   sizeof(columns) / sizeof(*columns), out);
}

/* ---- show gateway events ----------------------------------------------- */

static struct json_object *build_events(struct gateway *g, const char *argument, struct gh_buf *out)
{
	struct json_object *o = json_object_new_object(), *list = put_list(o, "events");
	const struct timeline_event *e;
	char text[32];

	(void)argument, (void)out;
	for (uint64_t from = 1; (e = timeline_next(g->timeline, from)); from = e->number + 1) {
		struct json_object *row = json_object_new_object();

		put_number(row, "number", e->number);
		put_text(row, "time", timeline_time_print(e->wall_ms, text));
		put_text(row, "kind", timeline_kind_name(e->kind));
		put_text(row, "text", e->text);
		json_object_array_add(list, row);
	}
	return o;
}

static void print_events(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "time", "Time" }, { "kind", "Kind" }, { "text", "Event" },
	};

	grid_print(json_object_object_get(o, "events"), columns,
		   sizeof(columns) / sizeof(*columns), out);
}

/* ---- the commands ------------------------------------------------------ */

static const struct command {
	const char *words;
	bool takes_argument;            /* else further words are refused */
	show_build *build;
	show_print *print;
} commands[] = {
	{ "", false, build_summary, print_summary },
	{ "connections", false, build_connections, print_connections },
	{ "expressroute", false, build_expressroute, print_expressroute },
	{ "bgp summary", false, build_bgp, print_bgp },
	{ "events", false, build_events, print_events },
	{ "routes", true, show_routes, print_routes },
	{ "explain", true, show_explain, print_explain },
	{ "connection", true, show_diagnose, print_diagnose },
};

/* Cuts " json" off the end; returns whether it was there. */
static bool take_json(char *words)
{
	size_t n = strlen(words);

	while (n && words[n - 1] == ' ')
		words[--n] = '\0';
	if (n < 4 || strcmp(words + n - 4, "json") || (n > 4 && words[n - 5] != ' '))
		return false;
	words[n > 4 ? n - 5 : 0] = '\0';
	return true;
}

/* The argument when the command fits the words, else NULL. */
static const char *fits(const struct command *c, const char *words)
{
	size_t n = strlen(c->words);

	if (strncmp(words, c->words, n))
		return NULL;
	if (!words[n])
		return "";
	return c->takes_argument && words[n] == ' ' ? words + n + 1 : NULL;
}

static int run(struct gateway *g, const struct command *c, const char *argument, bool json,
	       struct gh_buf *out)
{
	struct json_object *o = c->build(g, argument, out);

	if (!o)
		return -EINVAL;
	if (json)
		gh_buf_printf(out, "%s\n", json_object_to_json_string_ext(o,
			      JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		c->print(o, out);
	json_object_put(o);
	return 0;
}

int show(struct gateway *g, const char *words_in, struct gh_buf *out)
{
	char words[GH_TEXT_MAX + 1];
	bool json;

	snprintf(words, sizeof(words), "%s", words_in);
	json = take_json(words);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		const char *argument = fits(&commands[i], words);

		if (argument)
			return run(g, &commands[i], argument, json, out);
	}
	gh_buf_printf(out, "show gateway %s: there is no such command, try `show gateway ?`", words);
	return -EINVAL;
}
