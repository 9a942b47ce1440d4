/*
 * successor - a child SA's outbound half, in time for its predecessor's end
 *
 * Who is asked to rekey a child SA receives by the new one at once, but sends
 * by the old one until the peer deletes it; then charon installs the new one's
 * outbound half (RFC 7296 2.8). Not so when its own rekey of that SA has been
 * put off by the peer in between (TEMPORARY_FAILURE): charon 5.9.8 then takes
 * the old SA for one that nobody has rekeyed, and its end leaves the tunnel
 * with a child SA that receives and cannot send, until somebody rekeys it.
 *
 * So when a child SA goes down that another one was to follow, and that one
 * does not send yet, it is made to, before the old one is deleted.
 *
 * Ownership  listener_t as strongSwan has it; it lives as long as charon.
 * Threads    whichever has the IKE SA checked out.
 * Errors     in charon's log.
 */
#ifndef GH_CHARON_SUCCESSOR_H
#define GH_CHARON_SUCCESSOR_H

#include <library.h>
#include <plugins/plugin_feature.h>

/* A plugin_feature_callback_t: listens from now on, or not any more. */
bool gh_successor_register(plugin_t *plugin, plugin_feature_t *feature, bool reg, void *data);

#endif
