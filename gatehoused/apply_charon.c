/*
 * What charon shall hold: see apply.h.
 */
#include "gatehoused/apply.h"

#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/credentials.h"
#include "ipsec/ipsec.h"
#include "yang/store.h"

/* ---- one connection, in ike's words ---- */

static const enum ike_cipher ciphers[] = {
	[GW_GCMAES128] = IKE_CIPHER_AES128GCM, [GW_GCMAES256] = IKE_CIPHER_AES256GCM,
	[GW_AES128] = IKE_CIPHER_AES128, [GW_AES192] = IKE_CIPHER_AES192,
	[GW_AES256] = IKE_CIPHER_AES256,
};

static const enum ike_hash hashes[] = {
	[GW_SHA256] = IKE_HASH_SHA256, [GW_SHA384] = IKE_HASH_SHA384,
	[GW_SHA512] = IKE_HASH_SHA512,
};

static const enum ike_group groups[] = {
	[GW_GROUP_WITHOUT] = IKE_GROUP_WITHOUT, [GW_GROUP14] = IKE_GROUP_MODP2048,
	[GW_GROUP15] = IKE_GROUP_MODP3072, [GW_GROUP16] = IKE_GROUP_MODP4096,
	[GW_ECP256] = IKE_GROUP_ECP256, [GW_ECP384] = IKE_GROUP_ECP384,
	[GW_ECP521] = IKE_GROUP_ECP521, [GW_CURVE25519] = IKE_GROUP_CURVE25519,
};

static bool take_secret(const struct gateway *g, const struct gw_connection *c,
			struct ike_connection *out)
{
	struct gh_buf secret = { 0 };
	bool has = !store_connection_key(g->store, c, &secret) &&
		   gh_buf_length(&secret) <= sizeof(out->secret);

	if (has) {
		out->secret_length = (uint16_t)gh_buf_length(&secret);
		memcpy(out->secret, gh_buf_begin(&secret), out->secret_length);
	}
	gh_buf_fini(&secret);
	return has;
}

static bool take_certificates(const struct gateway *g, const struct gw_connection *c,
			      struct ike_connection *out)
{
	struct gh_buf why = { 0 };

	out->certificates = credentials_get(g->credentials, c, &why);
	if (!out->certificates)
		gh_error("connection %s: %s", c->name, gh_buf_text(&why));
	gh_buf_fini(&why);
	return out->certificates != NULL;
}

bool apply_ike_connection(const struct gateway *g, const struct gw_config *config,
			  const struct gw_connection *c, struct ike_connection *out)
{
	*out = (struct ike_connection){
		.leg = c->leg, .remote = c->remote_address,
		.encryption = c->encryption_bits == 128 ? IKE_GCM_AES128 : IKE_GCM_AES256,
		.pfs = groups[c->pfs],
		.ike = { ciphers[c->ike.encryption], hashes[c->ike.integrity],
			 groups[c->ike.group] },
		.ike_lifetime_s = c->ike_lifetime_s, .child_lifetime_s = c->ipsec_lifetime_s,
		.replay_window = c->replay_window, .dpd_s = c->dpd_timeout_s,
	};
	out->local = c->remote_address.family == AF_INET6 ? config->public_ipv6
							  : config->public_ipv4;
	snprintf(out->name, sizeof(out->name), "%s", c->name);
	snprintf(out->local_id, sizeof(out->local_id), "%s", c->local_id);
	snprintf(out->remote_id, sizeof(out->remote_id), "%s", c->remote_id);
	if (c->shutdown || gw_connection_incomplete(c))
		return false;
	return c->certificate[0] ? take_certificates(g, c, out) : take_secret(g, c, out);
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
	ike_connection_fini(&k);
}

void apply_certificates(struct gateway *g)
{
	const struct gw_config *config = store_config(g->store);

	if (!credentials_renewed(g->credentials))
		return;
	for (size_t i = 0; i < config->connection_count; i++)
		if (config->connections[i].certificate[0])
			apply_ike(g, config, &config->connections[i]);
}
