/* Where a session runs: see place.h. */
#include "bgpd-plugin/gh_place.h"

#include "bgpd-plugin/gh_convert.h"

/* The address of ifp that a session of n can use. */
static bool address_on(const struct interface *ifp, const struct gh_neighbor *n,
		       struct gh_addr *out)
{
	const struct connected *c;
	const struct listnode *node;

	for (ALL_LIST_ELEMENTS_RO(ifp->connected, node, c)) {
		struct gh_prefix p = gh_from_prefix(c->address);
		struct gh_addr address = p.addr;

		gh_prefix_mask(&p);
		if (gh_addr_is_set(&n->local) ? !gh_addr_cmp(&n->local, &address)
					      : gh_prefix_holds(&p, &n->peer)) {
			*out = address;
			return true;
		}
	}
	return false;
}

static bool has_link_local(const struct interface *ifp)
{
	const struct connected *c;
	const struct listnode *node;

	for (ALL_LIST_ELEMENTS_RO(ifp->connected, node, c)) {
		if (c->address->family == AF_INET6 &&
		    IN6_IS_ADDR_LINKLOCAL(&c->address->u.prefix6))
			return true;
	}
	return false;
}

const struct interface *gh_place_of(const struct gh_neighbor *n, struct gh_addr *source)
{
	struct vrf *vrf = vrf_lookup_by_id(VRF_DEFAULT);
	bool on_link = n->hops <= 1;
	struct interface *ifp;

	*source = n->local;
	FOR_ALL_INTERFACES (vrf, ifp) {
		if ((n->interface[0] && strcmp(n->interface, ifp->name)) ||
		    !address_on(ifp, n, source))
			continue;
		if (on_link && n->peer.family == AF_INET6 && !has_link_local(ifp))
			break;
		return ifp;
	}
	return NULL;
}
