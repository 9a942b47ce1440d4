/* What is forwarded where, and why: see show.h. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/gateway.h"
#include "gatehoused/grid.h"
#include "gatehoused/json.h"
#include "gatehoused/show.h"
#include "ipsec/ipsec.h"
#include "rib/explain.h"
#include "rib/rib.h"

static const char *kind_name(enum rib_kind kind)
{
	return kind == RIB_EXPRESSROUTE ? "ExpressRoute" : kind == RIB_VPN ? "VPN" : "none";
}

static void put_legs(struct gateway *g, struct json_object *o, const char *key,
		     const uint32_t *legs, unsigned count)
{
	struct json_object *list = put_list(o, key);
	char name[GH_NAME_MAX + 16];

	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_string(
			gateway_leg_name(g, legs[i], name)));
}

static void put_as_path(struct json_object *o, const uint32_t *as_path, unsigned count)
{
	struct json_object *list = put_list(o, "as-path");

	for (unsigned i = 0; i < count; i++)
		json_object_array_add(list, json_object_new_uint64(as_path[i]));
}

/* ---- show gateway routes ----------------------------------------------- */

struct routes {
	struct gateway *gateway;
	struct json_object *list;
};

static bool route_add(void *ctx, const struct rib_route *r)
{
	static const char *const kernel[] = { "no", "to ESP", "yes" };
	struct routes *routes = ctx;
	struct json_object *o = json_object_new_object();

	put_prefix(o, "prefix", &r->prefix);
	put_text(o, "source", r->refused ? "refused" : kind_name(r->kind));
	put_text(o, "origin", r->is_static ? "static" : "BGP");
	if (r->azure_weight)
		put_number(o, "weight", r->azure_weight);
	put_legs(routes->gateway, o, "legs", r->legs, r->legs_count);
	put_addr(o, "next-hop", &r->next_hop);
	put_as_path(o, r->as_path, r->as_count);
	put_number(o, "paths", r->paths);
	put_text(o, "reason", decide_step_name(r->reason));
	put_number(o, "group", r->group);
	put_text(o, "kernel", kernel[r->in_kernel]);
	put_flag(o, "esp", r->in_esp);
	json_object_array_add(routes->list, o);
	return true;
}

struct json_object *show_routes(struct gateway *g, const char *argument, struct gh_buf *out)
{
	struct json_object *o;
	struct routes routes = { .gateway = g };
	struct gh_prefix within;

	if (argument[0] && gh_prefix_parse(argument, &within) < 0) {
		gh_buf_printf(out, "show gateway routes %s: expected a prefix such as 10.0.0.0/8, "
			      "without host bits", argument);
		return NULL;
	}
	o = json_object_new_object();
	routes.list = put_list(o, "routes");
	rib_route_each(g->rib, argument[0] ? &within : NULL, NULL, route_add, &routes);
	return o;
}

void print_routes(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "prefix", "Prefix" }, { "source", "Source" }, { "weight", "Weight" },
		{ "legs", "Forwarded by" }, { "next-hop", "Next hop" }, { "paths", "Paths" },
		{ "kernel", "Kernel" }, { "esp", "ESP" }, { "as-path", "AS path" },
	};

	grid_print(json_object_object_get(o, "routes"), columns,
		   sizeof(columns) / sizeof(*columns), out);
}

/* ---- show gateway explain ---------------------------------------------- */

static struct json_object *candidate_object(const struct explain_candidate *c)
{
	struct json_object *o = json_object_new_object();
	char text[GH_NAME_MAX + GH_IFNAME_MAX + 4];

	snprintf(text, sizeof(text), "%s%s%s", c->name, c->edge[0] ? " " : "", c->edge);
	put_text(o, "leg", text);
	put_number(o, "leg-number", c->leg);
	put_text(o, "source", kind_name(c->kind));
	put_text(o, "state", leg_state_name(c->state));
	put_text(o, "origin", c->is_static ? "static" : "BGP");
	put_flag(o, "stale", c->stale);
	put_number(o, "tier", c->tier + 1);
	if (c->lost < DECIDE_BEST)
		put_number(o, "lost-at-step", c->lost);
	put_text(o, "verdict", decide_step_name(c->lost));
	put_number(o, "routing-weight", c->weight);
	put_number(o, "local-preference", c->local_pref);
	put_number(o, "med", c->med);
	put_addr(o, "next-hop", &c->next_hop);
	put_as_path(o, c->as_path, c->as_count);
	return o;
}

static void put_datapath(struct gateway *g, struct json_object *o, const struct gh_addr *addr)
{
	struct ipsec_route route;
	char spi[16];

	if (ipsec_lookup(g->ipsec, addr, &route) < 0 || !route.leg)
		return;
	put_legs(g, o, "esp-leg", &route.leg, 1);
	snprintf(spi, sizeof(spi), "%08x", route.spi);
	put_text(o, "esp-spi", spi);
}

static struct json_object *explain_object(struct gateway *g, const struct explain *e)
{
	struct json_object *o = json_object_new_object(), *list;

	put_addr(o, "address", &e->addr);
	put_flag(o, "found", e->found);
	if (e->found) {
		put_prefix(o, "prefix", &e->prefix);
		put_flag(o, "refused", e->refused);
		put_number(o, "group", e->group);
		put_legs(g, o, "forwarded-by", e->active, e->active_count);
	}
	list = put_list(o, "candidates");
	for (unsigned i = 0; i < e->candidates_count; i++)
		json_object_array_add(list, candidate_object(&e->candidates[i]));
	list = put_list(o, "covering");
	for (unsigned i = 0; i < e->covering_count; i++) {
		char text[GH_PREFIX_TEXT];

		json_object_array_add(list, json_object_new_string(
			gh_prefix_print(&e->covering[i], text)));
	}
	if (e->tiers)
		put_text(o, "tiers", e->tiers);
	if (e->kernel)
		put_text(o, "kernel", e->kernel);
	if (e->esp)
		put_text(o, "esp", e->esp);
	if (e->kernel_holds)
		put_text(o, "kernel-holds", e->kernel_holds);
	if (e->esp_holds)
		put_text(o, "esp-holds", e->esp_holds);
	put_datapath(g, o, &e->addr);
	return o;
}

struct json_object *show_explain(struct gateway *g, const char *argument, struct gh_buf *out)
{
	struct json_object *o;
	struct gh_addr addr;
	struct explain e;
	int rc;

	if (gh_addr_parse(argument, &addr) < 0) {
		gh_buf_printf(out, "show gateway explain %s: expected an IPv4 or IPv6 address", argument);
		return NULL;
	}
	rc = explain_address(g->rib, &addr, &e);
	if (rc < 0 && rc != -ENOENT) {
		gh_buf_printf(out, "show gateway explain: %s", strerror(-rc));
		return NULL;
	}
	o = explain_object(g, &e);
	explain_fini(&e);
	return o;
}

static void print_line(struct json_object *o, const char *key, const char *label, struct gh_buf *out)
{
	if (strcmp(grid_value(o, key), "-"))
		gh_buf_printf(out, "  %-14s %s\n", label, grid_value(o, key));
}

void print_explain(struct json_object *o, struct gh_buf *out)
{
	static const struct grid_column columns[] = {
		{ "leg", "Candidate" }, { "source", "Source" }, { "state", "State" },
		{ "tier", "Tier" }, { "lost-at-step", "Lost at step" }, { "verdict", "Because" },
		{ "next-hop", "Next hop" }, { "as-path", "AS path" },
	};
	bool found = json_object_get_boolean(json_object_object_get(o, "found"));

	gh_buf_printf(out, "%s ", grid_value(o, "address"));
	if (found)
		gh_buf_printf(out, "matches %s", grid_value(o, "prefix"));
	else
		gh_buf_printf(out, "matches no prefix: packets to it are answered with an ICMP unreachable");
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
		grid_print(json_object_object_get(o, "candidates"), columns,
			   sizeof(columns) / sizeof(*columns), out);
	}
}
