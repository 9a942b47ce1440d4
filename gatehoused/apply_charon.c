/*
 * charon's step: each connection that is new or changed is tried there.
 *
 * Only charon knows whether it can load a connection, a plugin for the
 * algorithm may be missing; so it is asked, and its words are handed on. While
 * it is away everything is fine: it is given all when it comes, and state says
 * then what it refuses.
 */
#include "gatehoused/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/credentials.h"
#include "ipsec/ike_policy.h"
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

/* All but secret and certificates; equal bytes for equal values. */
static void ike_of(const struct gw_config *config, const struct gw_connection *c,
		   struct ike_connection *out)
{
	memset(out, 0, sizeof(*out));
	out->leg = c->leg;
	out->remote = c->remote_address;
	out->version = 2;
	out->mobike = out->fragmentation = true;
	out->esp.cipher = c->encryption_bits == 128 ? IKE_CIPHER_AES128GCM : IKE_CIPHER_AES256GCM;
	out->esp.pfs = groups[c->pfs];
	out->ike.cipher = ciphers[c->ike.encryption];
	out->ike.hash = hashes[c->ike.integrity];
	out->ike.group = groups[c->ike.group];
	out->ike_lifetime_s = c->ike_lifetime_s;
	out->child_lifetime_s = c->ipsec_lifetime_s;
	out->replay_window = c->replay_window;
	out->dpd_s = c->dpd_timeout_s;
	out->local = c->remote_address.family == AF_INET6 ? config->public_ipv6
							  : config->public_ipv4;
	snprintf(out->name, sizeof(out->name), "%s", c->name);
	snprintf(out->local_id, sizeof(out->local_id), "%s", c->local_id);
	snprintf(out->remote_id, sizeof(out->remote_id), "%s", c->remote_id);
}

void apply_ike_proposals(const struct gw_connection *c, struct ike_proposals *ike,
			 struct ike_proposals *child)
{
	static const struct gw_config anywhere; /* addresses have no part in it */
	struct ike_connection k;

	ike_of(&anywhere, c, &k);
	ike_proposals_ike(&k, ike);
	ike_proposals_child(&k, child);
}

/* Is it for charon now? */
static bool is_wanted(const struct gw_connection *c)
{
	return c && !c->shutdown && !gw_connection_incomplete(c);
}

bool apply_ike_connection(const struct gateway *g, const struct gw_config *config,
			  const struct gw_connection *c, struct ike_connection *out)
{
	ike_of(config, c, out);
	if (!is_wanted(c))
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

/* ---- asking first ---- */

static void on_tried(void *user, int rc, const char *words)
{
	struct apply *a = user;

	a->trial_charon = NULL;
	transaction_prepared(a->token, rc == -ENOTCONN ? 0 : rc, words);
}

/* Does charon see a difference? What only we act on (prefixes, weight) is not asked about. */
static bool differs(const struct apply *a, const struct apply_change *c)
{
	struct ike_connection before, after;

	if (!is_wanted(c->after))
		return false;
	if (!is_wanted(c->before))
		return true;
	ike_of(a->from, c->before, &before);
	ike_of(a->to, c->after, &after);
	return memcmp(&before, &after, sizeof(before)) ||
	       strcmp(c->before->certificate_file, c->after->certificate_file) ||
	       strcmp(c->before->key_file, c->after->key_file) ||
	       strcmp(c->before->authority_file, c->after->authority_file);
}

static int charon_prepare(void *self, struct transaction_token token,
			  const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;
	struct ike_connection *asked;
	const char *version;
	size_t count = 0;

	(void)why;
	if (change->trusted || !ike_charon(a->gateway->ike, &version))
		return 0;
	asked = calloc(a->change_count + 1, sizeof(*asked));
	if (!asked)
		abort();
	for (size_t i = 0; i < a->change_count; i++) {
		const struct apply_change *c = &a->changes[i];

		if (!differs(a, c))
			continue;
		if (apply_ike_connection(a->gateway, a->to, c->after, &asked[count]))
			count++;
		else
			ike_connection_fini(&asked[count]);
	}
	a->token = token;
	if (count)
		a->trial_charon = ike_try(a->gateway->ike, asked, count, on_tried, a);
	for (size_t i = 0; i < count; i++)
		ike_connection_fini(&asked[i]);
	free(asked);
	return count ? TRANSACTION_PENDING : 0;
}

static void charon_abort(void *self)
{
	struct apply *a = self;

	ike_try_cancel(a->trial_charon);
	a->trial_charon = NULL;
}

const struct transaction_backend apply_charon = {
	.name = "charon", .prepare = charon_prepare, .abort = charon_abort,
};

/* ---- renewed files ---- */

void apply_certificates(struct gateway *g)
{
	const struct gw_config *config = store_config(g->store);

	if (!credentials_renewed(g->credentials))
		return;
	for (size_t i = 0; i < config->connection_count; i++)
		if (config->connections[i].certificate[0])
			apply_ike(g, config, &config->connections[i]);
}
