/*
 * A child SA that is to follow another one: see successor.h.
 *
 * charon tells listeners that a child SA is down while it still sends, and
 * destroys it next; so no packet finds neither of the two.
 */
#include "ipsec/charon/successor.h"

#include <daemon.h>

/* The one that a peer's rekey of that SA has made, if it waits to send. */
static child_sa_t *find_waiting(ike_sa_t *ike_sa, child_sa_t *old)
{
	enumerator_t *each = ike_sa->create_child_sa_enumerator(ike_sa);
	child_sa_t *child, *found = NULL;

	while (!found && each->enumerate(each, &child))
		if (child != old && child->get_state(child) == CHILD_INSTALLED &&
		    child->get_outbound_state(child) == CHILD_OUTBOUND_REGISTERED &&
		    child->get_spi(child, FALSE) == old->get_rekey_spi(old))
			found = child;
	each->destroy(each);
	return found;
}

METHOD(listener_t, child_updown, bool,
	listener_t *this, ike_sa_t *ike_sa, child_sa_t *child_sa, bool up)
{
	child_sa_t *next;

	if (up || !child_sa->get_rekey_spi(child_sa))
		return TRUE;
	next = find_waiting(ike_sa, child_sa);
	if (!next)
		return TRUE;
	if (next->install_outbound(next) == SUCCESS)
		DBG1(DBG_CHD, "gatehouse: CHILD_SA %s{%u} goes, {%u} was to follow it and sends now",
		     child_sa->get_name(child_sa), child_sa->get_unique_id(child_sa),
		     next->get_unique_id(next));
	else
		DBG1(DBG_CHD, "gatehouse: CHILD_SA {%u} could not be made to send: rekey it",
		     next->get_unique_id(next));
	return TRUE;
}

bool gh_successor_register(plugin_t *plugin, plugin_feature_t *feature, bool reg, void *data)
{
	static listener_t listener;

	listener.child_updown = _child_updown;
	if (reg)
		charon->bus->add_listener(charon->bus, &listener);
	else
		charon->bus->remove_listener(charon->bus, &listener);
	return TRUE;
}
