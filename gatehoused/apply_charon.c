/*
 * What charon shall hold: see apply.h.
 */
#include "gatehoused/apply.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "ipsec/ipsec.h"
#include "yang/store.h"

bool apply_ike_connection(const struct gateway *g, const struct gw_config *config,
			  const struct gw_connection *c, struct ike_connection *out)
{
	struct gh_buf secret = { 0 };
	bool has = !c->shutdown && !gw_connection_incomplete(c) &&
		   !store_connection_key(g->store, c, &secret) &&
		   gh_buf_length(&secret) <= sizeof(out->secret);

	*out = (struct ike_connection){
		.leg = c->leg, .remote = c->remote_address,
		.encryption = c->encryption_bits == 128 ? IKE_GCM_AES128 : IKE_GCM_AES256,
		.ike_lifetime_s = c->ike_lifetime_s, .child_lifetime_s = c->ipsec_lifetime_s,
		.replay_window = c->replay_window, .dpd_s = IKE_DPD_S,
	};
	out->local = c->remote_address.family == AF_INET6 ? config->public_ipv6
							  : config->public_ipv4;
	if (has) {
		out->secret_length = (uint16_t)gh_buf_length(&secret);
		memcpy(out->secret, gh_buf_begin(&secret), out->secret_length);
	}
	snprintf(out->name, sizeof(out->name), "%s", c->name);
	snprintf(out->local_id, sizeof(out->local_id), "%s", c->local_id);
	snprintf(out->remote_id, sizeof(out->remote_id), "%s", c->remote_id);
	gh_buf_fini(&secret);
	return has;
}

void apply_ike_end(struct gateway *g, uint32_t leg)
{
	ike_remove(g->ike, leg);
	ipsec_leg_end(g->ipsec, leg);
}

void apply_ike(struct gateway *g, const struct gw_config *to, const struct gw_connection *c)
{
	struct ike_connection k;

	if (!apply_ike_connection(g, to, c, &k))
		apply_ike_end(g, c->leg);
	else if (ike_set(g->ike, &k) < 0)
		gh_error("connection %s: the IKE client refused it", c->name);
	explicit_bzero(&k, sizeof(k));
}
