/*
 * The list of connections that charon shall hold: see ike.h. What is done
 * about it is in ike_charon.c.
 */
#include "ipsec/ike_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ike_connection_fini(struct ike_connection *connection)
{
	ike_certificates_put(connection->certificates);
	explicit_bzero(connection, sizeof(*connection));
}

static void conn_free(struct ike_conn *c)
{
	ike_connection_fini(&c->want);
	free(c);
}

struct ike *ike_new(struct ev_loop *loop, ike_connect *connect, ike_changed *changed, void *user)
{
	struct ike *k = calloc(1, sizeof(*k));

	if (!k)
		return NULL;
	k->loop = loop;
	k->connect = connect;
	k->changed = changed;
	k->user = user;
	ike_charon_init(k);
	return k;
}

void ike_free(struct ike *k)
{
	if (!k)
		return;
	ike_try_fini(k);
	ike_charon_fini(k);
	while (k->conns) {
		struct ike_conn *c = k->conns;

		ike_delist(k, c);
		conn_free(c);
	}
	free(k);
}

static bool is_policy(const struct ike_policy *p)
{
	return p->cipher == IKE_CIPHER_ANY ||
	       (p->hash != IKE_HASH_ANY && p->group > IKE_GROUP_WITHOUT);
}

static bool is_valid(const struct ike_connection *w)
{
	return w->name[0] && gh_addr_is_set(&w->remote) && !w->secret_length != !w->certificates &&
	       w->secret_length <= IKE_SECRET_MAX && is_policy(&w->ike);
}

/* What an SA was built on: a change of these needs a new one at once. */
static bool same_base(const struct ike_connection *a, const struct ike_connection *b)
{
	return !gh_addr_cmp(&a->local, &b->local) && !gh_addr_cmp(&a->remote, &b->remote) &&
	       !strcmp(a->local_id, b->local_id) && !strcmp(a->remote_id, b->remote_id) &&
	       a->secret_length == b->secret_length &&
	       !memcmp(a->secret, b->secret, a->secret_length) &&
	       ike_certificates_same_peers(a->certificates, b->certificates) &&
	       a->encryption == b->encryption && a->pfs == b->pfs &&
	       a->ike.cipher == b->ike.cipher && a->ike.hash == b->ike.hash &&
	       a->ike.group == b->ike.group;
}

static bool same_values(const struct ike_connection *a, const struct ike_connection *b)
{
	return ike_certificates_equal(a->certificates, b->certificates) &&
	       a->ike_lifetime_s == b->ike_lifetime_s &&
	       a->child_lifetime_s == b->child_lifetime_s &&
	       a->replay_window == b->replay_window && a->dpd_s == b->dpd_s;
}

static struct ike_conn *add(struct ike *k, const struct ike_connection *want)
{
	struct ike_conn *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->want.leg = want->leg;
	memcpy(c->want.name, want->name, sizeof(c->want.name));
	c->status.state = k->vici ? IKE_DOWN : IKE_AWAY;
	ike_enlist(k, c);
	return c;
}

int ike_set(struct ike *k, const struct ike_connection *want)
{
	struct ike_conn *c = ike_find(k, want->leg);
	bool known;

	if (!is_valid(want))
		return -EINVAL;
	if (c && strcmp(c->want.name, want->name)) {
		ike_remove(k, want->leg);
		c = NULL;
	}
	known = c != NULL;
	if (known && same_base(&c->want, want) && same_values(&c->want, want))
		return 0;
	if (!known)
		c = add(k, want);
	if (!c)
		return -ENOMEM;
	c->replace |= known && !same_base(&c->want, want);
	ike_certificates_get(want->certificates);
	ike_certificates_put(c->want.certificates);
	c->want = *want;
	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	if (k->vici) {
		ike_load(k, c);
		ike_key_drop_unused(k);
	}
	return 0;
}

void ike_remove(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return;
	ike_delist(k, c);
	if (k->vici) {
		ike_unload(k, c->want.name);
		ike_key_drop_unused(k);
	}
	conn_free(c);
}

void ike_settled(struct ike *k)
{
	k->settled = true;
	ike_unload_strays(k);
}

const struct ike_status *ike_status(const struct ike *k, uint32_t leg)
{
	const struct ike_conn *c = ike_find(k, leg);

	return c ? &c->status : NULL;
}

bool ike_charon(const struct ike *k, const char **version)
{
	*version = k->version;
	return k->vici != NULL;
}

int ike_retry(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	if (k->vici)
		ike_initiate_missing(k);
	return 0;
}

int ike_reset(struct ike *k, uint32_t leg)
{
	struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	if (!k->vici)
		return -EAGAIN;
	c->next_try = (struct gh_time){ 0 };
	c->pause_ms = 0;
	c->replace = true;
	ike_load(k, c);
	return 0;
}

static int rekey(struct ike *k, uint32_t leg, bool child)
{
	const struct ike_conn *c = ike_find(k, leg);

	if (!c)
		return -ENOENT;
	if (!k->vici)
		return -EAGAIN;
	ike_ask_rekey(k, c, child);
	return 0;
}

int ike_rekey_child(struct ike *k, uint32_t leg)
{
	return rekey(k, leg, true);
}

int ike_rekey_ike(struct ike *k, uint32_t leg)
{
	return rekey(k, leg, false);
}
