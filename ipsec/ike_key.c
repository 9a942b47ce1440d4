/*
 * Private keys that charon holds for us: see ike_private.h.
 *
 * charon keeps keys apart from connections, under a number of its own that it
 * answers with, and many connections may share one: so each is loaded once,
 * and unloaded when no connection wants it any more. The certificates between
 * ours and its root are given with the key; they are no secret, nothing is
 * trusted for them, and charon has no command to take them back.
 */
#include "ipsec/ike_private.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"
#include "ipsec/ike_message.h"

#define ID_TEXT 128

struct ike_key {
	struct ike_key *next;
	struct ike *k;
	struct ike_certificates *certificates;
	bool answered;
	char id[ID_TEXT];               /* charon's; "" while it is not known */
};

static void key_free(struct ike_key *key)
{
	struct ike_key **p = &key->k->keys;

	while (*p != key)
		p = &(*p)->next;
	*p = key->next;
	ike_certificates_put(key->certificates);
	free(key);
}

static struct ike_key *find(const struct ike *k, const struct ike_certificates *c)
{
	struct ike_key *key = k->keys;

	while (key && !ike_certificates_same_key(key->certificates, c))
		key = key->next;
	return key;
}

static bool is_wanted(const struct ike_key *key)
{
	for (const struct ike_conn *c = key->k->conns; c; c = c->next)
		if (c->want.certificates &&
		    ike_certificates_same_key(c->want.certificates, key->certificates))
			return true;
	return false;
}

static void unload(struct ike_key *key)
{
	struct gh_buf b = { 0 };

	if (key->id[0]) {
		vici_put(&b, "id", "%s", key->id);
		ike_request(key->k, "unload-key", &b, NULL, NULL);
	}
	key_free(key);
}

static void tell_refused(struct ike_key *key, const struct vici_message *m)
{
	char why[IKE_TEXT_MAX + 1] = "no reason given", text[IKE_TEXT_MAX + 1];

	vici_get(m, "errmsg", why, sizeof(why));
	snprintf(text, sizeof(text), "charon refuses our private key: %.200s", why);
	for (struct ike_conn *c = key->k->conns; c; c = c->next)
		if (c->want.certificates &&
		    ike_certificates_same_key(c->want.certificates, key->certificates))
			ike_set_fault(key->k, c, IKE_FAULT_AUTH, text);
}

static void on_loaded(void *user, const struct vici_message *m)
{
	struct ike_key *key = user;

	key->answered = true;
	if (!m)
		return;                 /* the link is gone, and all keys are forgotten */
	if (vici_get_is(m, "success", "yes"))
		vici_get(m, "id", key->id, sizeof(key->id));
	else
		tell_refused(key, m);
	if (!is_wanted(key))
		unload(key);
}

void ike_key_load(struct ike *k, struct ike_certificates *c)
{
	struct gh_buf b = { 0 };
	struct ike_key *key;

	ike_authority_load(k, c);
	if (find(k, c))
		return;
	key = calloc(1, sizeof(*key));
	if (!key)
		abort();
	key->k = k;
	key->certificates = ike_certificates_get(c);
	key->next = k->keys;
	k->keys = key;
	for (size_t i = 1; i < c->chain_count; i++) {
		ike_put_certificate(&b, &c->chain[i]);
		ike_request(k, "load-cert", &b, NULL, NULL);
	}
	ike_put_key(&b, c);
	ike_request(k, "load-key", &b, on_loaded, key);
}

void ike_key_drop_unused(struct ike *k)
{
	struct ike_key *next;

	ike_authority_drop_unused(k);
	for (struct ike_key *key = k->keys; key; key = next) {
		next = key->next;
		if (key->answered && !is_wanted(key))
			unload(key);
	}
}

void ike_key_forget(struct ike *k)
{
	ike_authority_forget(k);
	while (k->keys)
		key_free(k->keys);
}
