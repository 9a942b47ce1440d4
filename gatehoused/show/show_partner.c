/* The two instances as text: see show.h. */
#include <json-c/json.h>
#include <string.h>

#include "gatehoused/show/grid.h"
#include "gatehoused/show/show.h"

/* grid_value's text lives until its next call: one value a call. */
static void put(struct gh_buf *out, const char *before, struct json_object *o, const char *path)
{
	gh_buf_printf(out, "%s%s", before, grid_value(o, path));
}

static bool is_there(struct json_object *o, const char *path)
{
	return strcmp(grid_value(o, path), "-");
}

static void print_instance(struct json_object *o, struct gh_buf *out)
{
	bool preferred = grid_flag(o, "partner/state/preferred");

	gh_buf_printf(out, "This instance    %s", preferred ? "preferred" : "not preferred");
	gh_buf_printf(out, " for %s", grid_since(o, "partner/state/preferred-since"));
	put(out, ", turn ", o, "partner/state/turn");
	gh_buf_printf(out, "%s\n", grid_flag(o, "partner/state/maintenance") ? ", IN MAINTENANCE" : "");
}

static void print_partner(struct json_object *o, struct gh_buf *out)
{
	gh_buf_printf(out, "Partner          %s%s", grid_flag(o, "partner/state/partner-here")
		      ? "there" : "AWAY",
		      grid_flag(o, "partner/state/partner-maintenance") ? ", IN MAINTENANCE" : "");
	put(out, ": link ", o, "partner/state/link");
	put(out, ", BFD ", o, "partner/state/bfd");
	put(out, ", BGP ", o, "partner/state/bgp");
	put(out, ", ", o, "partner/state/paths");
	gh_buf_printf(out, " paths\n");
}

void view_partner(struct json_object *o, bool first, struct gh_buf *out)
{
	(void)first;
	if (is_there(o, "partner/state/turn")) {
		print_instance(o, out);
		print_partner(o, out);
	} else {
		gh_buf_printf(out, "There is no partner: configure `gateway partner`%s\n",
			      grid_flag(o, "partner/state/maintenance")
			      ? "; this instance is IN MAINTENANCE" : "");
	}
	put(out, "Peers hear       our AS ", o, "partner/state/prepend");
	put(out, " times more, MED ", o, "partner/state/med");
	gh_buf_printf(out, "\n");
	if (!is_there(o, "partner/state/address"))
		return;
	put(out, "Moving address   ", o, "partner/state/address");
	gh_buf_printf(out, ", %s\n", grid_flag(o, "partner/state/holds-address")
		      ? "held here" : "not here");
}

void view_vnet_routers(struct json_object *o, bool first, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ .key = "name", .heading = "Router" },
		{ .key = "state/forwarding", .heading = "Forwarding" },
		{ .key = "state/link", .heading = "Link" },
		{ .key = "state/bfd", .heading = "BFD" },
		{ .key = "state/bgp", .heading = "BGP" },
		{ .key = "state/since", .heading = "Since", .age = true },
		{ .key = "state/paths", .heading = "Paths" },
	};
	struct json_object *list = grid_find(o, "vnet-router"), *none = NULL;

	(void)first;
	if (!json_object_is_type(list, json_type_array))
		list = none = json_object_new_array();
	grid_print(list, columns, sizeof(columns) / sizeof(*columns), out);
	json_object_put(none);
}
