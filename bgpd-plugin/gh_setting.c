/* One setting each: see gh_setting.h. */
#include "bgpd-plugin/gh_setting.h"

#include "bgpd-plugin/gh_convert.h"
#include "bgpd-plugin/gh_neighbor.h"
#include "bgpd-plugin/gh_place.h"
#include "bgpd-plugin/gh_policy.h"
#include "bgpd-plugin/gh_speaker.h"

/* A lost session is tried again within seconds, not bgpd's two minutes. */
#define CONNECT_RETRY_S 5
#define TTL_MAX 255
#define LIMIT_WARN_PERCENT 80

static void set_source(struct peer *peer, const struct gh_neighbor *n)
{
	struct gh_addr source;
	union sockunion su;

	gh_place_of(n, &source);
	if (!gh_addr_is_set(&source)) {
		peer_update_source_unset(peer);
		return;
	}
	gh_to_sockunion(&source, &su);
	peer_update_source_addr_set(peer, &su);
}

/*
 * bgpd derives BFD's least TTL from the session's: 256 - TTL. Peers such as
 * BIRD send multihop BFD with 64, so a session with BFD gets the largest TTL.
 */
static void set_hops(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->hops > 1)
		peer_ebgp_multihop_set(peer, n->bfd_interval_ms ? TTL_MAX : n->hops);
	else
		peer_ebgp_multihop_unset(peer);
}

static void set_bfd(struct peer *peer, const struct gh_neighbor *n)
{
	const struct interface *ifp;
	struct gh_addr source;

	/* bfdd takes new timers with a new session only. */
	if (peer->bfd_config)
		bgp_peer_remove_bfd_config(peer);
	if (!n->bfd_interval_ms)
		return;
	ifp = gh_place_of(n, &source);
	bgp_peer_configure_bfd(peer, true);
	peer->bfd_config->detection_multiplier = n->bfd_multiplier;
	peer->bfd_config->min_rx = n->bfd_interval_ms;
	peer->bfd_config->min_tx = n->bfd_interval_ms;
	if (ifp)
		bfd_sess_set_interface(peer->bfd_config->session, ifp->name);
	bgp_peer_bfd_update_source(peer);
	bgp_peer_config_apply(peer, NULL);
}

static void set_timers(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->hold_s)
		peer_timers_set(peer, n->keepalive_s, n->hold_s);
	else
		peer_timers_unset(peer);
}

static void set_password(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->password[0])
		peer_password_set(peer, n->password);
	else
		peer_password_unset(peer);
}

static void set_description(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->description[0])
		peer_description_set(peer, n->description);
	else
		peer_description_unset(peer);
}

static void set_restart(struct peer *peer, const struct gh_neighbor *n)
{
	bgp_neighbor_graceful_restart(peer, n->graceful_restart ? PEER_GR_CMD : NO_PEER_GR_CMD);
}

static void set_passive(struct peer *peer, const struct gh_neighbor *n)
{
	if (n->passive)
		peer_flag_set(peer, PEER_FLAG_PASSIVE);
	else
		peer_flag_unset(peer, PEER_FLAG_PASSIVE);
}

/* Only the advertisements change: bgpd announces again, the session stays. */
static void set_map_out(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	struct route_map *map = gh_policy_out(n, gh_speaker_asn(), family);

	peer_route_map_set(peer, gh_to_afi(family), SAFI_UNICAST, RMAP_OUT, map->name, map);
}

static void set_map_in(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	struct route_map *map = gh_policy_in(n);
	afi_t afi = gh_to_afi(family);

	if (map)
		peer_route_map_set(peer, afi, SAFI_UNICAST, RMAP_IN, map->name, map);
	else if (ROUTE_MAP_IN_NAME(&peer->filter[afi][SAFI_UNICAST]))
		peer_route_map_unset(peer, afi, SAFI_UNICAST, RMAP_IN);
}

static void set_list(struct peer *peer, const char *name, uint8_t family, int direction)
{
	afi_t afi = gh_to_afi(family);
	const char *now = peer->filter[afi][SAFI_UNICAST].plist[direction].name;

	if (!strcmp(now ? now : "", name))
		return;
	if (name[0])
		peer_prefix_list_set(peer, afi, SAFI_UNICAST, direction, name);
	else
		peer_prefix_list_unset(peer, afi, SAFI_UNICAST, direction);
}

/* All that a family's paths pass on their way; the same again is no change to bgpd. */
static void set_filters(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	set_map_out(peer, n, family);
	set_map_in(peer, n, family);
	set_list(peer, n->prefix_list_in, family, FILTER_IN);
	set_list(peer, n->prefix_list_out, family, FILTER_OUT);
}

/*
 * bgpd counts each family by itself, warns at the threshold and ends the
 * session beyond the limit. A new limit gives an ended session another try at
 * once, as only taking the old limit away does.
 */
static void set_limit(struct peer *peer, const struct gh_neighbor *n, uint8_t family)
{
	afi_t afi = gh_to_afi(family);

	if (CHECK_FLAG(peer->sflags, PEER_STATUS_PREFIX_OVERFLOW) || !n->prefix_limit)
		peer_maximum_prefix_unset(peer, afi, SAFI_UNICAST);
	if (n->prefix_limit)
		peer_maximum_prefix_set(peer, afi, SAFI_UNICAST, n->prefix_limit, LIMIT_WARN_PERCENT,
					0, GH_LIMIT_RETRY_MIN, false);
}

static void set_family(struct peer *peer, const struct gh_neighbor *n, uint8_t family, bool on)
{
	afi_t afi = gh_to_afi(family);

	if (!on) {
		peer_deactivate(peer, afi, SAFI_UNICAST);
		return;
	}
	peer_weight_set(peer, afi, SAFI_UNICAST, n->weight);
	peer_af_flag_set(peer, afi, SAFI_UNICAST, PEER_FLAG_NEXTHOP_SELF);
	set_filters(peer, n, family);
	if (n->prefix_limit)
		set_limit(peer, n, family);
	peer_activate(peer, afi, SAFI_UNICAST);
}

static const struct {
	uint32_t bit;
	uint8_t family;
} families[] = { { GH_AF_IPV4, AF_INET }, { GH_AF_IPV6, AF_INET6 } };

void gh_setting_all(struct peer *peer, const struct gh_neighbor *n)
{
	set_description(peer, n);
	set_hops(peer, n);
	set_source(peer, n);
	set_timers(peer, n);
	set_password(peer, n);
	if (n->graceful_restart)
		set_restart(peer, n);
	if (n->passive)
		set_passive(peer, n);
	peer_timers_connect_set(peer, CONNECT_RETRY_S);
	peer_advertise_interval_set(peer, 0);
	set_bfd(peer, n);
	for (unsigned i = 0; i < array_size(families); i++) {
		if (n->families & families[i].bit)
			set_family(peer, n, families[i].family, true);
	}
}

static bool bfd_differs(const struct gh_neighbor *old, const struct gh_neighbor *n)
{
	return old->bfd_interval_ms != n->bfd_interval_ms ||
	       old->bfd_multiplier != n->bfd_multiplier || old->hops != n->hops ||
	       strcmp(old->interface, n->interface);
}

static void family_change(struct peer *peer, const struct gh_neighbor *old,
			  const struct gh_neighbor *n, unsigned i)
{
	bool was = old->families & families[i].bit, is = n->families & families[i].bit;

	if (was != is)
		set_family(peer, n, families[i].family, is);
	if (!was || !is)
		return;
	if (old->weight != n->weight)
		peer_weight_set(peer, gh_to_afi(families[i].family), SAFI_UNICAST, n->weight);
	set_filters(peer, n, families[i].family);
	if (old->prefix_limit != n->prefix_limit)
		set_limit(peer, n, families[i].family);
}

void gh_setting_change(struct peer *peer, const struct gh_neighbor *old,
		       const struct gh_neighbor *n)
{
	if (strcmp(old->description, n->description))
		set_description(peer, n);
	if (old->hops != n->hops || !old->bfd_interval_ms != !n->bfd_interval_ms)
		set_hops(peer, n);
	if (gh_addr_cmp(&old->local, &n->local) || strcmp(old->interface, n->interface))
		set_source(peer, n);
	if (old->keepalive_s != n->keepalive_s || old->hold_s != n->hold_s)
		set_timers(peer, n);
	if (strcmp(old->password, n->password))
		set_password(peer, n);
	if (old->graceful_restart != n->graceful_restart)
		set_restart(peer, n);
	if (old->passive != n->passive)
		set_passive(peer, n);
	if (bfd_differs(old, n))
		set_bfd(peer, n);
	for (unsigned i = 0; i < array_size(families); i++)
		family_change(peer, old, n, i);
}
