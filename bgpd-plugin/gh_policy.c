/*
 * The route maps: see policy.h.
 *
 * One match rule of our own does what as-path, prefix and community lists
 * would do together, for those could only be made in the open configuration.
 */
#include "bgpd-plugin/gh_policy.h"

#include "base/weight.h"
#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_partner.h"
#include "bgpd-plugin/gh_speaker.h"

#include "jhash.h"

#define ADVERTISE "gatehouse-advertise" /* its argument: struct advertise as numbers */
#define FROM_PARTNER "gatehouse-from-partner"
#define EXISTS "gatehouse-route-map"    /* is there a route map of that name? */
#define OWN_WEIGHT "gatehouse-weight"   /* the neighbor's, whatever stood there */
#define PREPEND_MAX 16

/* ---- what goes out ----------------------------------------------------- */

struct advertise {
	uint32_t pass;          /* sides that are passed on */
	uint32_t to;            /* the receiver's side */
	uint32_t not_from;      /* a leg; 0: any */
	uint32_t seen_by;       /* the neighbor, where its translations count; 0: it has none */
};

/* bgpd names the receiver in the path it hands to a map, so look the sender up. */
static const struct bgp_path_info *selected(const struct bgp_path_info *path)
{
	const struct bgp_path_info *pi = bgp_dest_get_bgp_path_info(path->net);

	while (pi && !CHECK_FLAG(pi->flags, BGP_PATH_SELECTED))
		pi = pi->next;
	return pi;
}

/* A partner's path is of the side that it began with. */
static uint32_t side_of(const struct gh_neighbor *from, uint32_t weight)
{
	struct gh_preference p;

	if (from->side != GH_SIDE_PARTNER)
		return from->side;
	if (!gh_weight_read((uint16_t)weight, &p))
		return GH_SIDE_OWN;
	return p.kind == GH_KIND_EXPRESSROUTE ? GH_SIDE_EDGE
	     : p.kind == GH_KIND_VNET ? GH_SIDE_VNET : GH_SIDE_VPN;
}

static bool hears_default(uint32_t side)
{
	return side == GH_SIDE_VNET || side == GH_SIDE_PARTNER;
}

/*
 * What a site behind NAT rules hears of our prefixes: those that are translated in their
 * external form. A prefix that no rule touches is heard as it is.
 */
static bool translation_passes(const struct advertise *a, const struct prefix *prefix,
			       bool is_external)
{
	const struct gh_neighbor *to = a->seen_by ? gh_neighbor_find(a->seen_by) : NULL;
	struct gh_prefix p = gh_from_prefix(prefix);

	for (unsigned i = 0; to && i < to->translation_count; i++) {
		if (is_external && gh_prefix_contains(&to->translations[i].external, &p))
			return true;
		if (!is_external && gh_prefix_contains(&to->translations[i].internal, &p))
			return false;
	}
	return !is_external;
}

static bool network_passes(const struct advertise *a, const struct gh_network *n)
{
	if (n->to)
		return n->to & GH_PASS(a->to);
	if (n->side == GH_SIDE_OWN)
		return true;
	if (!n->prefix.length && !hears_default(a->to))
		return false;
	return (a->pass & GH_PASS(n->side)) && (!a->not_from || n->leg != a->not_from);
}

static bool path_passes(const struct advertise *a, const struct prefix *prefix,
			const struct bgp_path_info *pi)
{
	const struct gh_neighbor *from = gh_neighbor_find(gh_neighbor_of(pi->peer));
	uint32_t side;

	if (!from || !pi->attr->weight)
		return false;
	if (is_default_prefix(prefix) && !hears_default(a->to))
		return false;
	side = side_of(from, pi->attr->weight);
	if (side == GH_SIDE_OWN || !(a->pass & GH_PASS(side)))
		return false;
	if (a->not_from && gh_neighbor_leg(from->id) == a->not_from)
		return false;
	return side == GH_SIDE_VNET || !gh_speaker_owns(prefix);
}

static enum route_map_cmd_result_t advertise_apply(void *rule, const struct prefix *prefix,
						   void *object)
{
	const struct bgp_path_info *path = object, *pi;
	const struct gh_network *network;
	const struct advertise *a = rule;
	bool pass, external;

	if (path->type == ZEBRA_ROUTE_BGP && path->sub_type == BGP_ROUTE_STATIC) {
		network = gh_speaker_network(prefix);
		external = network && network->to & GH_TO_TRANSLATED;
		pass = network && translation_passes(a, prefix, external) &&
		       (external || network_passes(a, network));
	} else {
		pi = selected(path);
		pass = pi && translation_passes(a, prefix, false) && path_passes(a, prefix, pi);
	}
	return pass ? RMAP_MATCH : RMAP_NOMATCH;
}

static void *advertise_compile(const char *arg)
{
	struct advertise *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	if (sscanf(arg, "%u %u %u %u", &a->pass, &a->to, &a->not_from, &a->seen_by) != 4) {
		free(a);
		return NULL;
	}
	return a;
}

static enum route_map_cmd_result_t from_partner_apply(void *rule, const struct prefix *prefix,
						      void *object)
{
	const struct bgp_path_info *pi = selected(object);
	const struct gh_neighbor *from = pi ? gh_neighbor_find(gh_neighbor_of(pi->peer)) : NULL;

	(void)rule, (void)prefix;
	return from && from->side == GH_SIDE_PARTNER ? RMAP_MATCH : RMAP_NOMATCH;
}

/* ---- the operator's maps ----------------------------------------------- */

/* A call of a map that is not there would let everything through. */
static enum route_map_cmd_result_t exists_apply(void *rule, const struct prefix *prefix,
						void *object)
{
	(void)prefix, (void)object;
	return route_map_lookup_by_name(rule) ? RMAP_MATCH : RMAP_NOMATCH;
}

static void *name_compile(const char *arg)
{
	return strdup(arg);
}

static enum route_map_cmd_result_t weight_apply(void *rule, const struct prefix *prefix,
						void *object)
{
	const struct bgp_path_info *path = object;

	(void)rule;
	path->attr->weight = path->peer->weight[family2afi(prefix->family)][SAFI_UNICAST];
	return RMAP_OKAY;
}

static void rule_free(void *rule)
{
	free(rule);
}

/* As bgpd's own `call`: a change of the operator's map is one of ours. */
static void call(struct route_map_index *index, const char *name)
{
	route_map_add_match(index, EXISTS, name, RMAP_EVENT_MATCH_ADDED);
	index->nextrm = XSTRDUP(MTYPE_ROUTE_MAP_NAME, name);
	route_map_upd8_dependency(RMAP_EVENT_CALL_ADDED, index->nextrm, index->map->name);
}

/* ---- maps -------------------------------------------------------------- */

struct name {
	char text[512];
	size_t used;
};

static void name_add(struct name *n, const char *format, ...) PRINTFRR(2, 3);

static void name_add(struct name *n, const char *format, ...)
{
	va_list ap;
	int more;

	va_start(ap, format);
	more = vsnprintf(n->text + n->used, sizeof(n->text) - n->used, format, ap);
	va_end(ap);
	assert(more >= 0 && n->used + (size_t)more < sizeof(n->text));
	n->used += (size_t)more;
}

static void prepend(struct route_map_index *index, uint32_t asn, unsigned count)
{
	char path[PREPEND_MAX * 12] = "";

	for (unsigned i = 0; i < count && i < PREPEND_MAX; i++)
		snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s%u", i ? " " : "",
			 asn);
	route_map_add_set(index, "as-path prepend", path);
}

static void set_number(struct route_map_index *index, const char *what, uint32_t number)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", number);
	route_map_add_set(index, what, text);
}

/* What the partner carries is farther away than what goes out here: once more, of our AS. */
enum { BY_PARTNER = 5, ANY = 10 };

static void out_fill(struct route_map *map, const struct gh_neighbor *n, uint32_t asn,
		     const char *next_hop, int which)
{
	struct route_map_index *index = route_map_index_get(map, RMAP_PERMIT, which);
	unsigned more = n->prepend + (which == BY_PARTNER);
	char rule[48];

	snprintf(rule, sizeof(rule), "%u %u %u %u", n->pass, n->side,
		 n->split_horizon ? gh_neighbor_leg(n->id) : 0, n->translation_count ? n->id : 0);
	route_map_add_match(index, ADVERTISE, rule, RMAP_EVENT_MATCH_ADDED);
	if (next_hop[0])
		route_map_add_set(index, "ipv6 next-hop global", next_hop);
	if (which == BY_PARTNER)
		route_map_add_match(index, FROM_PARTNER, "", RMAP_EVENT_MATCH_ADDED);
	if (more)
		prepend(index, asn, more);
	if (n->side == GH_SIDE_PARTNER)
		gh_partner_tell(index, n->med);
	else if (n->med)
		set_number(index, "metric", n->med);
	if (n->route_map_out[0])
		call(index, n->route_map_out);
}

struct route_map *gh_policy_out(const struct gh_neighbor *n, uint32_t asn, uint8_t family)
{
	bool mapped = family == AF_INET6 && n->peer.family == AF_INET && n->side == GH_SIDE_VPN &&
		      gh_addr_is_set(&n->local);
	char next_hop[GH_ADDR_TEXT + 8] = "", local[GH_ADDR_TEXT];
	struct name name = { .used = 0 };
	struct route_map *map;

	if (mapped)
		snprintf(next_hop, sizeof(next_hop), "::ffff:%s", gh_addr_print(&n->local, local));
	name_add(&name, "gatehouse-to-%u-pass-%u", n->side, n->pass);
	if (n->split_horizon)
		name_add(&name, "-not-%u", gh_neighbor_leg(n->id));
	/* A map never changes: other translations are another. */
	if (n->translation_count)
		name_add(&name, "-nat-%u-%08x", n->id,
			 jhash(n->translations, n->translation_count * sizeof(n->translations[0]), 0));
	if (mapped)
		name_add(&name, "-via-%s", local);
	if (n->prepend)
		name_add(&name, "-prepend-%u-of-%u", n->prepend, asn);
	if (n->med)
		name_add(&name, "-med-%u", n->med);
	if (n->route_map_out[0])
		name_add(&name, "-call-%s", n->route_map_out);
	map = route_map_lookup_by_name(name.text);
	if (map)
		return map;
	map = route_map_get(name.text);
	if (n->side != GH_SIDE_PARTNER)
		out_fill(map, n, asn, next_hop, BY_PARTNER);
	out_fill(map, n, asn, next_hop, ANY);
	return map;
}

struct route_map *gh_policy_in(const struct gh_neighbor *n)
{
	struct name name = { .used = 0 };
	struct route_map_index *index;
	struct route_map *map;

	if (n->side == GH_SIDE_PARTNER)
		return gh_partner_in();
	if (!n->route_map_in[0])
		return NULL;
	name_add(&name, "gatehouse-from-call-%s", n->route_map_in);
	map = route_map_lookup_by_name(name.text);
	if (map)
		return map;
	map = route_map_get(name.text);
	index = route_map_index_get(map, RMAP_PERMIT, 10);
	call(index, n->route_map_in);
	index->exitpolicy = RMAP_NEXT;
	/* What the first clause did not match, because the map is not there, ends here. */
	index = route_map_index_get(map, RMAP_PERMIT, 20);
	route_map_add_match(index, EXISTS, n->route_map_in, RMAP_EVENT_MATCH_ADDED);
	route_map_add_set(index, OWN_WEIGHT, "neighbor");
	return map;
}

struct route_map *gh_policy_network(const struct gh_network *network)
{
	struct name name = { .used = 0 };
	struct route_map_index *index;
	struct route_map *map;

	name_add(&name, "gatehouse-network-%u-med-%u", network->weight, network->med);
	map = route_map_lookup_by_name(name.text);
	if (map)
		return map;
	map = route_map_get(name.text);
	index = route_map_index_get(map, RMAP_PERMIT, 10);
	set_number(index, "weight", network->weight);
	if (network->med)
		set_number(index, "metric", network->med);
	return map;
}

static const struct route_map_rule_cmd advertise_cmd = {
	.str = ADVERTISE, .func_apply = advertise_apply, .func_compile = advertise_compile,
	.func_free = rule_free,
};

static const struct route_map_rule_cmd from_partner_cmd = {
	.str = FROM_PARTNER, .func_apply = from_partner_apply, .func_compile = name_compile,
	.func_free = rule_free,
};

static const struct route_map_rule_cmd exists_cmd = {
	.str = EXISTS, .func_apply = exists_apply, .func_compile = name_compile,
	.func_free = rule_free,
};

static const struct route_map_rule_cmd weight_cmd = {
	.str = OWN_WEIGHT, .func_apply = weight_apply, .func_compile = name_compile,
	.func_free = rule_free,
};

void gh_policy_init(void)
{
	route_map_install_match(&advertise_cmd);
	route_map_install_match(&from_partner_cmd);
	route_map_install_match(&exists_cmd);
	route_map_install_set(&weight_cmd);
	gh_partner_init();
}
