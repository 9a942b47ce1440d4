/*
 * The large community of the partner: see gh_partner.h.
 *
 * A community list for each weight would have done it without rules of our own,
 * and there are 65,000 weights.
 */
#include "bgpd-plugin/gh_partner.h"

#include "base/community.h"
#include "base/weight.h"
#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_speaker.h"

#include "bgpd/bgp_lcommunity.h"

#define TELL "gatehouse-tell-partner"
#define HEAR "gatehouse-hear-partner"
#define MAP_IN "gatehouse-partner-in"

_Static_assert(LCOMMUNITY_SIZE == GH_COMMUNITY_SIZE, "RFC 8092 3");

/* The communities of a path without any of ours, and with this one, if it is given. */
static void replace(struct attr *attr, const struct gh_community *with)
{
	struct lcommunity *old = bgp_attr_get_lcommunity(attr), *interned, *new = NULL;
	size_t count = old ? (size_t)old->size : 0, kept = 0;
	uint8_t *values = calloc(count + 1, GH_COMMUNITY_SIZE);

	if (!values)
		abort();
	if (old)
		kept = gh_community_without(old->val, count, gh_speaker_asn(), GH_PARTNER_TAG, values);
	if (kept == count && !with) {
		free(values);
		return;
	}
	if (with)
		gh_community_put(with, values + kept++ * GH_COMMUNITY_SIZE);
	if (kept) {
		interned = lcommunity_parse(values, (unsigned short)(kept * GH_COMMUNITY_SIZE));
		new = lcommunity_dup(interned);
		lcommunity_unintern(&interned);
	}
	free(values);
	/* An earlier clause's is nobody's but this attribute's. */
	if (old && !old->refcnt)
		lcommunity_free(&old);
	bgp_attr_set_lcommunity(attr, new);
	if (new)
		attr->flag |= ATTR_FLAG_BIT(BGP_ATTR_LARGE_COMMUNITIES);
	else
		attr->flag &= ~ATTR_FLAG_BIT(BGP_ATTR_LARGE_COMMUNITIES);
}

static enum route_map_cmd_result_t tell(void *rule, const struct prefix *prefix, void *object)
{
	const struct bgp_path_info *path = object;
	const uint32_t *med = rule;
	struct gh_preference unused;
	const struct gh_community weight = { gh_speaker_asn(), GH_PARTNER_TAG, path->attr->weight };

	(void)prefix;
	if (gh_weight_read((uint16_t)path->attr->weight, &unused)) {
		replace(path->attr, &weight);
		return RMAP_OKAY;
	}
	replace(path->attr, NULL);
	if (path->sub_type != BGP_ROUTE_STATIC)
		return RMAP_OKAY;
	path->attr->med = *med;
	if (*med)
		path->attr->flag |= ATTR_FLAG_BIT(BGP_ATTR_MULTI_EXIT_DISC);
	else
		path->attr->flag &= ~ATTR_FLAG_BIT(BGP_ATTR_MULTI_EXIT_DISC);
	return RMAP_OKAY;
}

/*
 * What says nothing of itself is the partner's own, and used by nobody: weight 0. So is
 * what says more than a weight can be.
 */
static enum route_map_cmd_result_t hear(void *rule, const struct prefix *prefix, void *object)
{
	const struct bgp_path_info *path = object;
	const struct lcommunity *all = bgp_attr_get_lcommunity(path->attr);

	uint32_t weight = 0;

	(void)rule, (void)prefix;
	if (all)
		gh_community_find(all->val, (size_t)all->size, gh_speaker_asn(), GH_PARTNER_TAG, &weight);
	path->attr->weight = weight <= UINT16_MAX ? weight : 0;
	return RMAP_OKAY;
}

static void *tell_compile(const char *arg)
{
	uint32_t *med = malloc(sizeof(*med));

	if (!med)
		abort();
	*med = (uint32_t)strtoul(arg, NULL, 10);
	return med;
}

static void *hear_compile(const char *arg)
{
	return strdup(arg);
}

static void rule_free(void *rule)
{
	free(rule);
}

static const struct route_map_rule_cmd tell_cmd = {
	.str = TELL, .func_apply = tell, .func_compile = tell_compile, .func_free = rule_free,
};

static const struct route_map_rule_cmd hear_cmd = {
	.str = HEAR, .func_apply = hear, .func_compile = hear_compile, .func_free = rule_free,
};

void gh_partner_tell(struct route_map_index *index, uint32_t med)
{
	char text[12];

	snprintf(text, sizeof(text), "%u", med);
	route_map_add_set(index, TELL, text);
}

struct route_map *gh_partner_in(void)
{
	struct route_map *map = route_map_lookup_by_name(MAP_IN);

	if (map)
		return map;
	map = route_map_get(MAP_IN);
	route_map_add_set(route_map_index_get(map, RMAP_PERMIT, 10), HEAR, "weight");
	return map;
}

void gh_partner_init(void)
{
	route_map_install_set(&tell_cmd);
	route_map_install_set(&hear_cmd);
}
