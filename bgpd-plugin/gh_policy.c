/*
 * The route maps: see policy.h.
 *
 * One match rule of our own does what as-path, prefix and community lists
 * would do together, for those could only be made in the open configuration.
 */
#include "bgpd-plugin/gh_policy.h"

#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_partner.h"

#define RULE "gatehouse-advertise"      /* its argument is the mask of sides that are passed on */

/* bgpd names the receiver in the path it hands to a map, so look the sender up. */
static const struct gh_neighbor *sender(const struct bgp_path_info *path)
{
	const struct bgp_path_info *pi = bgp_dest_get_bgp_path_info(path->net);

	while (pi && !CHECK_FLAG(pi->flags, BGP_PATH_SELECTED))
		pi = pi->next;
	return pi ? gh_neighbor_find(gh_neighbor_of(pi->peer)) : NULL;
}

static enum route_map_cmd_result_t rule_apply(void *rule, const struct prefix *prefix, void *object)
{
	const struct bgp_path_info *path = object;
	const uint32_t *pass = rule;
	const struct gh_neighbor *from;

	if (path->type == ZEBRA_ROUTE_BGP && path->sub_type == BGP_ROUTE_STATIC)
		return RMAP_MATCH;
	if (!*pass || is_default_prefix(prefix))
		return RMAP_NOMATCH;
	from = sender(path);
	return from && (*pass & GH_PASS(from->side)) ? RMAP_MATCH : RMAP_NOMATCH;
}

#define PREPEND_MAX 16

static void *rule_compile(const char *arg)
{
	uint32_t *pass = malloc(sizeof(*pass));

	if (!pass)
		abort();
	*pass = (uint32_t)strtoul(arg, NULL, 10);
	return pass;
}

static void rule_free(void *rule)
{
	free(rule);
}

static const struct route_map_rule_cmd rule_cmd = {
	.str = RULE,
	.func_apply = rule_apply,
	.func_compile = rule_compile,
	.func_free = rule_free,
};

static void prepend(struct route_map_index *index, uint32_t asn, unsigned count)
{
	char path[PREPEND_MAX * 12] = "";

	for (unsigned i = 0; i < count && i < PREPEND_MAX; i++)
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s%u", i ? " " : "",
			 asn);
	route_map_add_set(index, "as-path prepend", path);
}

struct route_map *gh_policy_out(const struct gh_neighbor *n, uint32_t asn, uint8_t family)
{
	bool mapped = family == AF_INET6 && n->peer.family == AF_INET && n->side == GH_SIDE_VPN &&
		      gh_addr_is_set(&n->local);
	char name[160], pass[12], next_hop[GH_ADDR_TEXT + 8] = "", local[GH_ADDR_TEXT];
	struct route_map_index *index;
	struct route_map *map;

	if (mapped)
		snprintf(next_hop, sizeof(next_hop), "::ffff:%s", gh_addr_print(&n->local, local));
	snprintf(pass, sizeof(pass), "%u", n->pass);
	snprintf(name, sizeof(name), "gatehouse-pass-%s%s%s", pass, mapped ? "-via-" : "",
		 mapped ? local : "");
	if (n->prepend)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "-prepend-%u-of-%u",
			 n->prepend, asn);
	if (n->side == GH_SIDE_PARTNER)
		snprintf(name + strlen(name), sizeof(name) - strlen(name), "-partner-%u", n->med);
	map = route_map_lookup_by_name(name);
	if (map)
		return map;
	map = route_map_get(name);
	index = route_map_index_get(map, RMAP_PERMIT, 10);
	route_map_add_match(index, RULE, pass, RMAP_EVENT_MATCH_ADDED);
	if (mapped)
		route_map_add_set(index, "ipv6 next-hop global", next_hop);
	if (n->prepend)
		prepend(index, asn, n->prepend);
	if (n->side == GH_SIDE_PARTNER)
		gh_partner_tell(index, n->med);
	return map;
}

void gh_policy_init(void)
{
	route_map_install_match(&rule_cmd);
	gh_partner_init();
}
