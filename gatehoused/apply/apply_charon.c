/*
 * charon's step: each connection that is new or changed is tried there.
 *
 * Only charon knows whether it can load a connection, a plugin for the
 * algorithm may be missing; so it is asked, and its words are handed on. While
 * it is away everything is fine: it is given all when it comes, and state says
 * then what it refuses.
 */
#include "gatehoused/apply/apply.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "gatehoused/apply/apply_partner.h"
#include "gatehoused/credentials.h"
#include "ipsec/ike_policy.h"
#include "ipsec/ipsec.h"
#include "yang/store.h"

/* ---- one connection, in ike's words ---- */

static const enum ike_cipher ciphers[] = {
	[GW_GCMAES128] = IKE_CIPHER_AES128GCM, [GW_GCMAES192] = IKE_CIPHER_AES192GCM,
	[GW_GCMAES256] = IKE_CIPHER_AES256GCM, [GW_AES128] = IKE_CIPHER_AES128,
	[GW_AES192] = IKE_CIPHER_AES192, [GW_AES256] = IKE_CIPHER_AES256,
	[GW_DES3] = IKE_CIPHER_3DES, [GW_DES] = IKE_CIPHER_DES, [GW_NULL] = IKE_CIPHER_NULL,
	[GW_CHACHA20POLY1305] = IKE_CIPHER_CHACHA20POLY1305,
};

static const enum ike_hash hashes[] = {
	[GW_SHA256] = IKE_HASH_SHA256, [GW_SHA384] = IKE_HASH_SHA384,
	[GW_SHA512] = IKE_HASH_SHA512, [GW_SHA1] = IKE_HASH_SHA1, [GW_MD5] = IKE_HASH_MD5,
	[GW_INTEGRITY_GCMAES256] = IKE_HASH_ANY,
};

static const enum ike_group groups[] = {
	[GW_GROUP_WITHOUT] = IKE_GROUP_WITHOUT, [GW_GROUP14] = IKE_GROUP_MODP2048,
	[GW_GROUP15] = IKE_GROUP_MODP3072, [GW_GROUP16] = IKE_GROUP_MODP4096,
	[GW_ECP256] = IKE_GROUP_ECP256, [GW_ECP384] = IKE_GROUP_ECP384,
	[GW_ECP521] = IKE_GROUP_ECP521, [GW_CURVE25519] = IKE_GROUP_CURVE25519,
	[GW_GROUP1] = IKE_GROUP_MODP768, [GW_GROUP2] = IKE_GROUP_MODP1024,
	[GW_GROUP24] = IKE_GROUP_MODP2048_256,
};

static const enum ike_kem kems[] = {
	[GW_MLKEM512] = IKE_KEM_MLKEM512, [GW_MLKEM768] = IKE_KEM_MLKEM768,
	[GW_MLKEM1024] = IKE_KEM_MLKEM1024,
};

static const enum ike_mode modes[] = {
	[GW_INITIATOR_ONLY] = IKE_MODE_INITIATOR, [GW_RESPONDER_ONLY] = IKE_MODE_RESPONDER,
};

static bool take_key(const struct gh_buf *key, uint8_t bytes[IKE_SECRET_MAX], uint16_t *length)
{
	if (gh_buf_length(key) > IKE_SECRET_MAX)
		return false;
	*length = (uint16_t)gh_buf_length(key);
	memcpy(bytes, gh_buf_begin(key), *length);
	return true;
}

static bool take_secret(const struct gateway *g, const struct gw_connection *c,
			struct ike_connection *out)
{
	struct gh_buf key = { 0 }, alternate = { 0 };
	bool has = !store_connection_key(g->store, c, &key) &&
		   take_key(&key, out->secret, &out->secret_length);

	if (c->alternate_key.text[0] && !store_clear(g->store, &c->alternate_key, &alternate))
		take_key(&alternate, out->alternate, &out->alternate_length);
	gh_buf_fini(&key);
	gh_buf_fini(&alternate);
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

static void take_addresses(const struct gw_config *config, const struct gw_connection *c,
			   struct ike_connection *out)
{
	out->remote = c->remote_address;
	out->remote_any = c->remote_any;
	snprintf(out->remote_host, sizeof(out->remote_host), "%s", c->remote_host);
	if (c->local_given) {
		out->local = c->local_address;
	} else {
		out->local_ipv4 = config->public_ipv4;
		out->local_ipv6 = config->public_ipv6;
	}
	for (size_t i = 0; i < c->selector_count && i < IKE_PAIRS_MAX; i++)
		out->pairs[out->pair_count++] = (struct ike_pair){
			c->selectors[i].local, c->selectors[i].remote };
}

/* What nobody set is left to the IKE client: its own list, or Azure's. */
static void take_algorithms(const struct gw_connection *c, struct ike_connection *out)
{
	out->azure_default = c->azure_default;
	out->ike.cipher = ciphers[c->ike.encryption];
	out->ike.hash = hashes[c->ike.integrity];
	out->ike.group = groups[c->ike.group];
	out->kem = kems[c->kem];
	if (c->esp_given || !c->azure_default) {
		out->esp.cipher = ciphers[c->esp.encryption];
		out->esp.hash = hashes[c->esp.integrity];
	}
	out->esp.pfs = groups[c->pfs];
}

/* All but secret and certificates; equal bytes for equal values. */
static void ike_of(const struct gw_config *config, const struct gw_connection *c,
		   struct ike_connection *out)
{
	memset(out, 0, sizeof(*out));
	out->leg = c->leg;
	out->version = c->ike_version;
	out->aggressive = c->ike_version == 1 && c->exchange == GW_AGGRESSIVE;
	out->mode = c->remote_any ? IKE_MODE_RESPONDER : modes[c->mode];
	take_addresses(config, c, out);
	take_algorithms(c, out);
	out->revocation_strict = c->revocation == GW_REVOCATION_STRICT;
	out->mobike = c->mobike;
	out->fragmentation = c->fragmentation;
	out->native = c->encapsulation == GW_NATIVE;
	out->ike_lifetime_s = c->ike_lifetime_s;
	out->child_lifetime_s = c->ipsec_lifetime_s;
	out->child_lifetime_kb = c->ipsec_lifetime_kb;
	out->replay_window = c->replay_window;
	out->dpd_s = c->dpd_timeout_s;
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
	if (!is_wanted(c) || partner_has_address(g, config, c))
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

static bool authorities_differ(const struct gw_connection *a, const struct gw_connection *b)
{
	if (a->authority_count != b->authority_count)
		return true;
	for (size_t i = 0; i < a->authority_count; i++)
		if (!gw_certificate_equal(&a->authorities[i], &b->authorities[i]))
			return true;
	return false;
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
	       authorities_differ(c->before, c->after);
}

static void asked_free(struct apply *a)
{
	for (size_t i = 0; i < a->asked_count; i++)
		ike_connection_fini(&a->asked[i]);
	free(a->asked);
	a->asked = NULL;
	a->asked_count = 0;
}

/* Gathers what charon sees a difference in; false: it is late. */
static bool gather(struct apply *a, struct gh_time until)
{
	for (; a->next < a->change_count; a->next++) {
		const struct apply_change *c = &a->changes[a->next];

		if (apply_late(until))
			return false;
		if (!differs(a, c))
			continue;
		if (apply_ike_connection(a->gateway, a->to, c->after, &a->asked[a->asked_count]))
			a->asked_count++;
		else
			ike_connection_fini(&a->asked[a->asked_count]);
	}
	return true;
}

/* false: there is nothing to ask. */
static bool ask(struct apply *a)
{
	bool any = a->asked_count;

	if (any)
		a->trial_charon = ike_try(a->gateway->ike, a->asked, a->asked_count, on_tried, a);
	asked_free(a);
	return any;
}

static bool ask_later(struct apply *a, struct gh_time until)
{
	if (!gather(a, until))
		return false;
	a->step = NULL;
	if (!ask(a))
		transaction_prepared(a->token, 0, NULL);
	return true;
}

static int charon_prepare(void *self, struct transaction_token token,
			  const struct transaction_change *change, struct gh_buf *why)
{
	struct apply *a = self;
	const char *version;

	(void)why;
	if (change->trusted || !ike_charon(a->gateway->ike, &version))
		return 0;
	a->asked = calloc(a->change_count + 1, sizeof(*a->asked));
	if (!a->asked)
		abort();
	a->token = token;
	a->next = 0;
	if (gather(a, gh_time_add_ms(gh_now(), APPLY_SLICE_MS)))
		return ask(a) ? TRANSACTION_PENDING : 0;
	a->step = ask_later;
	return TRANSACTION_PENDING;
}

static void charon_abort(void *self)
{
	struct apply *a = self;

	if (a->step == ask_later)
		a->step = NULL;
	asked_free(a);
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
