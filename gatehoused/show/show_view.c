/* What is shown as text: see show.h. */
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/show/grid.h"
#include "gatehoused/show/show.h"

#define COLUMN(path, title) { .key = (path), .heading = (title) }
#define AGE(path, title) { .key = (path), .heading = (title), .age = true }
#define SPAN(path, title) { .key = (path), .heading = (title), .span = true }
#define WIDE(path, title, least) { .key = (path), .heading = (title), .width = (least) }
#define COLUMNS(a) (a), sizeof(a) / sizeof(*(a))

/* An empty list where there is none, so that a view need not ask. */
static struct json_object *list_of(struct json_object *o, const char *path)
{
	struct json_object *list = grid_find(o, path);

	return json_object_is_type(list, json_type_array) ? json_object_get(list)
							  : json_object_new_array();
}

static void print_list(struct json_object *o, const char *path, const struct grid_column columns[],
		       size_t count, struct gh_buf *out)
{
	struct json_object *list = list_of(o, path);

	grid_print(list, columns, count, out);
	json_object_put(list);
}

static bool is_there(struct json_object *o, const char *path)
{
	return strcmp(grid_value(o, path), "-");
}

/* ---- show gateway ------------------------------------------------------ */

static void print_guests(struct json_object *o, struct gh_buf *out)
{
	struct json_object *list = list_of(o, "state/guest");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *guest = json_object_array_get_idx(list, i);
		bool here = grid_flag(guest, "connected");

		/* Nobody needs an exporter. */
		if (!here && !strcmp(grid_value(guest, "name"), "exporter"))
			continue;
		gh_buf_printf(out, "  %-16s ", grid_value(guest, "name"));
		if (here)
			gh_buf_printf(out, "connected, %s\n", grid_value(guest, "software"));
		else
			gh_buf_printf(out, "AWAY: start it, and see that it loads the gatehouse module\n");
	}
	json_object_put(list);
}

static void print_drops(struct json_object *o, struct gh_buf *out)
{
	struct json_object *drops = grid_find(o, "state/esp/drops");
	bool any = false;

	if (!json_object_is_type(drops, json_type_object))
		return;
	json_object_object_foreach(drops, name, count) {
		if (!strcmp(json_object_get_string(count), "0"))
			continue;
		gh_buf_printf(out, "%s %s %s", any ? "," : "  drops           ", name,
			      json_object_get_string(count));
		any = true;
	}
	if (any)
		gh_buf_printf(out, "\n");
}

/* grid_value's text lives until its next call: one value a call. */
static void put(struct gh_buf *out, const char *before, struct json_object *o, const char *path)
{
	gh_buf_printf(out, "%s%s", before, grid_value(o, path));
}

static void print_counts(struct json_object *o, struct gh_buf *out)
{
	put(out, "  legs             ", o, "state/legs-up");
	put(out, " up of ", o, "state/legs");
	put(out, "\n  prefixes         ", o, "state/arbiter/prefixes-ipv4");
	put(out, " IPv4, ", o, "state/arbiter/prefixes-ipv6");
	put(out, " IPv6 from ", o, "state/arbiter/paths");
	put(out, " paths; ", o, "state/arbiter/kernel-routes");
	put(out, " in the kernel, ", o, "state/arbiter/esp-routes");
	put(out, " in ESP\n  ESP              out ", o, "state/esp/out-packets");
	put(out, " packets, ", o, "state/esp/out-octets");
	put(out, " bytes; in ", o, "state/esp/in-packets");
	put(out, " packets, ", o, "state/esp/in-octets");
	put(out, " bytes\n  flows            out ", o, "state/esp/out-flows");
	put(out, ", in ", o, "state/esp/in-flows");
	gh_buf_printf(out, " in the last minute\n");
}

static void print_tests(struct json_object *o, struct gh_buf *out)
{
	struct json_object *list = list_of(o, "expressroute");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *c = json_object_array_get_idx(list, i);

		if (!grid_find(c, "state/failover-test"))
			continue;
		put(out, "  FAILOVER TEST    of expressroute ", c, "name");
		put(out, " until ", c, "state/failover-test/ends");
		gh_buf_printf(out, "; `no gateway failover-test` ends it\n");
	}
	json_object_put(list);
}

void view_summary(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct { const char *path, *label; } lines[] = {
		{ "state/effective/router-id", "router id" },
		{ "state/effective/public-address", "public address" },
		{ "state/effective/vnet-interface", "VNet interface" },
		{ "state/effective/address-space", "address space" },
	};

	(void)first;
	put(out, "Gateway ", o, "state/instance");
	put(out, ", AS ", o, "state/effective/asn");
	gh_buf_printf(out, ", up %s\n", grid_since(o, "state/started"));
	if (!grid_flag(o, "state/configured"))
		gh_buf_printf(out, "  not configured: enter `configure terminal`, `gateway`\n");
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (is_there(o, lines[i].path))
			gh_buf_printf(out, "  %-16s %s\n", lines[i].label,
				      grid_value(o, lines[i].path));
	print_guests(o, out);
	if (is_there(o, "state/failover-test"))
		gh_buf_printf(out, "  FAILOVER TEST    of expressroute %s\n",
			      grid_value(o, "state/failover-test"));
	print_counts(o, out);
	print_drops(o, out);
}

/* ---- legs -------------------------------------------------------------- */

void view_connections(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("name", "Connection"), COLUMN("state/effective/remote-address", "Remote"),
		COLUMN("state/ike-sa/state", "IKE"), COLUMN("state/child-sa/state", "Child SA"),
		COLUMN("state/bgp", "BGP"), COLUMN("state/forwarding", "Forwarding"),
		COLUMN("state/paths", "Paths"), COLUMN("state/traffic/in-octets", "Bytes in"),
		COLUMN("state/traffic/out-octets", "Bytes out"),
		AGE("state/ike-sa/established", "Up for"),
		COLUMN("state/why-down", "Reason"),
	};

	(void)first;
	print_list(o, "connection", COLUMNS(columns), out);
}

/* Every value of an object, a line each, with the names of what it is in before it. */
static void print_values(struct json_object *o, const char *before, struct gh_buf *out)
{
	json_object_object_foreach(o, key, value) {
		char name[128];

		snprintf(name, sizeof(name), "%s%s%s", before, before[0] ? " " : "", key);
		if (json_object_is_type(value, json_type_object))
			print_values(value, name, out);
		else if (!json_object_is_type(value, json_type_array) ||
			 !json_object_is_type(json_object_array_get_idx(value, 0), json_type_object))
			gh_buf_printf(out, "  %-36s %s\n", name, grid_value(o, key));
	}
}

void view_connection(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("direction", "SA"), COLUMN("spi", "SPI"), COLUMN("algorithm", "Algorithm"),
		COLUMN("encapsulation", "In"), COLUMN("usable", "Usable"), COLUMN("current", "Current"), COLUMN("sequence", "Sequence"),
		COLUMN("packets", "Packets"), COLUMN("octets", "Bytes"), COLUMN("drops", "Drops"),
		AGE("last-use", "Last use"),
	};
	struct json_object *list = list_of(o, "connection");
	struct json_object *c = json_object_array_get_idx(list, 0), *state = grid_find(c, "state");

	(void)first;
	if (c)
		gh_buf_printf(out, "Connection %s\n", grid_value(c, "name"));
	if (json_object_is_type(state, json_type_object))
		print_values(state, "", out);
	if (c && grid_find(state, "esp-sa")) {
		gh_buf_printf(out, "\n");
		print_list(state, "esp-sa", COLUMNS(columns), out);
	}
	json_object_put(list);
}

/* One row for each edge, which learns the name of its circuit. */
static struct json_object *edges_of(struct json_object *o)
{
	struct json_object *circuits = list_of(o, "expressroute"), *rows = json_object_new_array();

	for (size_t i = 0; i < json_object_array_length(circuits); i++) {
		struct json_object *circuit = json_object_array_get_idx(circuits, i);
		struct json_object *edges = list_of(circuit, "edge");

		for (size_t k = 0; k < json_object_array_length(edges); k++) {
			struct json_object *edge = json_object_array_get_idx(edges, k);

			json_object_object_add(edge, "circuit",
					       json_object_get(grid_find(circuit, "name")));
			json_object_array_add(rows, json_object_get(edge));
		}
		json_object_put(edges);
	}
	json_object_put(circuits);
	return rows;
}

void view_expressroute(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("circuit", "Circuit"), COLUMN("role", "Edge"),
		COLUMN("state/effective/interface", "Interface"), COLUMN("state/effective/peer", "Peer"),
		COLUMN("state/effective/remote-as", "AS"), COLUMN("state/link", "Link"),
		COLUMN("state/bfd", "BFD"), COLUMN("state/bgp", "BGP"),
		COLUMN("state/forwarding", "Forwarding"), COLUMN("state/paths", "Paths"),
		AGE("state/since", "Since"), COLUMN("state/restores-in", "Restores in ms"),
	};
	struct json_object *rows = edges_of(o);

	(void)first;
	grid_print(rows, COLUMNS(columns), out);
	json_object_put(rows);
	print_tests(o, out);
}

/* ---- certificates ------------------------------------------------------- */

void view_certificates(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("name", "Certificate"), COLUMN("state/subject", "Subject"),
		COLUMN("state/issuer", "Issuer"), COLUMN("state/not-after", "Valid until"),
		COLUMN("state/problem", "Problem"),
	};

	(void)first;
	print_list(o, "certificate", COLUMNS(columns), out);
}

/* ---- nat ---------------------------------------------------------------- */

void view_nat(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("connection", "Connection"), COLUMN("rule", "Rule"),
		COLUMN("mode", "Mode"), COLUMN("type", "Type"),
		COLUMN("internal", "Internal"), COLUMN("external", "External"),
		COLUMN("flows", "Flows"), COLUMN("refused", "Refused"),
		COLUMN("problem", "Problem"),
	};

	(void)first;
	print_list(o, "nat/translation", COLUMNS(columns), out);
}

/* ---- bgp, events, commits ----------------------------------------------- */

void view_bgp(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("address", "Neighbor"), COLUMN("leg", "Leg"), COLUMN("remote-as", "AS"),
		COLUMN("state", "State"), COLUMN("bfd", "BFD"), AGE("since", "Up/Down"),
		COLUMN("received", "Received"), COLUMN("prefix-limit", "Limit"), COLUMN("sent", "Sent"),
		COLUMN("weight", "Weight"), COLUMN("de-preferred", "De-preferred"),
		COLUMN("last-error", "Last error"),
	};

	(void)first;
	if (!grid_flag(o, "bgp/connected"))
		gh_buf_printf(out, "bgpd is away: what follows is what it said last\n");
	print_list(o, "bgp/neighbor", COLUMNS(columns), out);
}

void view_events(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("time", "Time"), COLUMN("kind", "Kind"), COLUMN("text", "Event"),
	};

	(void)first;
	print_list(o, "events/event", COLUMNS(columns), out);
}

void view_commits(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("number", "Back"), COLUMN("id", "Commit"), COLUMN("time", "Time"), COLUMN("user", "By"),
		COLUMN("added", "+"), COLUMN("removed", "-"), COLUMN("from", "From"),
	};
	struct json_object *list = list_of(o, "commits/commit");

	(void)first;
	if (!json_object_array_length(list))
		gh_buf_printf(out, "nothing was committed yet\n");
	else
		grid_print(list, COLUMNS(columns), out);
	if (is_there(o, "commits/confirm-within"))
		gh_buf_printf(out, "\nUnconfirmed: unless it is confirmed within %s s, commit 0 is"
			      " taken back\n", grid_value(o, "commits/confirm-within"));
	json_object_put(list);
}

/* ---- meter -------------------------------------------------------------- */

void view_meter(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column sizes[] = {
		COLUMN("name", "Size"), SPAN("ran", "Ran"),
	};
	static const struct grid_column columns[] = {
		COLUMN("connection", "Connection"), COLUMN("destination-class", "Class"),
		COLUMN("out-octets", "Egress bytes"), COLUMN("in-octets", "Ingress bytes"),
		SPAN("up", "Up"), COLUMN("began", "Since"), COLUMN("removed", "Removed"),
	};

	(void)first;
	print_list(o, "meter/size", COLUMNS(sizes), out);
	gh_buf_printf(out, "\n");
	print_list(o, "meter/entry", COLUMNS(columns), out);
}

/* ---- routes ------------------------------------------------------------ */

void view_routes(struct json_object *o, bool first, struct gh_buf *out)
{
	/* Widths for pages: the first one can not know of the others. */
	static const struct grid_column columns[] = {
		WIDE("prefix", "Prefix", 18), WIDE("source", "Source", 12),
		COLUMN("weight", "Weight"), WIDE("leg", "Forwarded by", 12),
		WIDE("next-hop", "Next hop", 15), COLUMN("paths", "Paths"),
		WIDE("kernel", "Kernel", 7), COLUMN("esp", "ESP"), COLUMN("as-path", "AS path"),
	};
	struct json_object *list = list_of(o, "routes/route");

	if (first)
		grid_print(list, COLUMNS(columns), out);
	else
		grid_print_more(list, COLUMNS(columns), out);
	json_object_put(list);
}

static void print_line(struct json_object *o, const char *key, const char *label, struct gh_buf *out)
{
	if (is_there(o, key))
		gh_buf_printf(out, "  %-14s %s\n", label, grid_value(o, key));
}

void view_explain(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("leg", "Candidate"), COLUMN("source", "Source"), COLUMN("state", "State"),
		COLUMN("tier", "Tier"), COLUMN("lost-at-step", "Lost at step"), COLUMN("verdict", "Because"),
		COLUMN("next-hop", "Next hop"), COLUMN("as-path", "AS path"),
	};
	bool found = grid_flag(o, "found");

	(void)first;
	put(out, "", o, "address");
	if (found)
		put(out, " matches ", o, "prefix");
	else
		gh_buf_printf(out, " matches no prefix: packets to it are answered with an ICMP unreachable");
	gh_buf_printf(out, "\n");
	print_line(o, "forwarded-by", "forwarded by", out);
	print_line(o, "tiers", "tiers", out);
	print_line(o, "covering", "also covered", out);
	print_line(o, "kernel", "kernel", out);
	print_line(o, "kernel-holds", "kernel holds", out);
	print_line(o, "esp", "ESP", out);
	print_line(o, "esp-holds", "ESP holds", out);
	print_line(o, "esp-leg", "ESP leg", out);
	print_line(o, "esp-spi", "ESP SPI", out);
	if (found) {
		gh_buf_printf(out, "\n");
		print_list(o, "candidate", COLUMNS(columns), out);
	}
}

/* ---- diagnose ---------------------------------------------------------- */

void view_diagnose(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		COLUMN("name", "Rung"), COLUMN("result", "Result"), COLUMN("seen", "Seen"),
	};
	const char *remedy;
	size_t n;

	(void)first;
	print_list(o, "rung", COLUMNS(columns), out);
	if (grid_flag(o, "healthy")) {
		gh_buf_printf(out, "\n%s is healthy.\n", grid_value(o, "connection"));
		return;
	}
	remedy = grid_value(o, "remedy");
	n = strlen(remedy);
	gh_buf_printf(out, "\nWhat to do: %s%s\n", remedy, n && remedy[n - 1] == '?' ? "" : ".");
}

/* ---- device-config ------------------------------------------------------ */

void view_device_config(struct json_object *o, bool first, struct gh_buf *out)
{
	struct json_object *lines = NULL;
	size_t count = 0;

	(void)first;
	if (json_object_object_get_ex(o, "line", &lines))
		count = json_object_array_length(lines);
	for (size_t i = 0; i < count; i++)
		gh_buf_printf(out, "%s\n", json_object_get_string(json_object_array_get_idx(lines, i)));
}
